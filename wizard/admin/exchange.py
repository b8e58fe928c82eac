"""Export and import: a tree as one document, JSON or YAML.

Importing takes two steps. The first one only looks and stores nothing: the page
carries what was looked at, signed, so that just this is taken in.
"""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from wizard import drafts, importing, publishing, wording
from wizard.admin.changes import difference_context
from wizard.admin.history import note_change
from wizard.admin.pages import CHANGE, address, edition_or_404, frame, staff, tree_page
from wizard.admin.places import change_url, problem_row
from wizard.models import Tree
from wizard.tree import content, documents
from wizard.tree.documents import Form, UnreadableDocumentError
from wizard.tree.problems import Level

ADD = "wizard.add_tree"
TYPES = {Form.JSON: "application/json", Form.YAML: "application/yaml"}

_SALT = "wizard.import"
_GOOD_FOR = 24 * 60 * 60


class DocumentForm(forms.Form):
    document = forms.FileField(
        label=_("Document"),
        help_text=_("JSON or YAML, as exported here. First you see what it would change."),
        widget=forms.FileInput(attrs={"accept": ".json,.yaml,.yml", "aria-describedby": "hint"}),
    )


class RefusedDocumentError(Exception):
    """`reasons` has everything that must be mended in the document, with its place."""

    def __init__(self, reasons: list[dict[str, Any]]) -> None:
        super().__init__(f"{len(reasons)} reasons")
        self.reasons = reasons


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The page that is not around a tree: it makes a new one."""
    return [path("import/", site.admin_view(import_tree), name="wizard_tree_import")]


@tree_page("exchange", label=_("Export, import"), place=70, to_post=CHANGE)
def exchange(request: HttpRequest, tree: Tree) -> HttpResponse:
    """Download the draft or an edition; look at a document; take it into the draft."""
    if "download" in request.GET:
        return _download(tree, request.GET["download"], request.GET.get("form", ""))
    if request.method != "POST":
        return _exchange_page(request, tree)
    if "sealed" in request.POST:
        return _take_in(request, address("exchange", tree), tree.slug)
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _exchange_page(request, tree, form=form)
    try:
        found = look_at(form.cleaned_data["document"].read(), tree)
    except RefusedDocumentError as exc:
        return _exchange_page(request, tree, form=form, reasons=exc.reasons)
    title = _("Import into the draft: %(tree)s") % {"tree": tree}
    context = frame(request, tree, "exchange", title, **_import_context(request, found))
    return render(request, "admin/wizard/tree/import_confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def import_tree(request: HttpRequest) -> HttpResponse:
    """Make a new tree out of a document."""
    if not request.user.has_perms([ADD, CHANGE]):
        raise PermissionDenied
    if "sealed" in request.POST:
        return _take_in(request, reverse("admin:wizard_tree_import"))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Import a tree"),
        "opts": Tree._meta,
        "form": DocumentForm(),
    }
    status = None
    if request.method == "POST":
        form = context["form"] = DocumentForm(request.POST, request.FILES)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                found = look_at(form.cleaned_data["document"].read())
                context |= _import_context(request, found)
                status = None
            except RefusedDocumentError as exc:
                context["reasons"] = exc.reasons
    return render(request, "admin/wizard/tree/import_new.html", context, status=status)


def look_at(document: bytes, tree: Tree | None = None) -> importing.Import:
    """What a document would do to `tree`, or as a new one. Raises RefusedDocumentError."""
    try:
        told = documents.read(document)
    except UnreadableDocumentError as exc:
        raise RefusedDocumentError(
            [{"place": wording.flaw_place(f), "text": wording.flaw(f)} for f in exc.faults]
        ) from None
    slug = tree.slug if tree else ""
    if told.slug != slug and (elsewhere := _elsewhere(told.slug, slug)):
        raise RefusedDocumentError([elsewhere])
    found = importing.plan(told)
    if found.refusals:
        # Who writes a document knows slugs, not titles.
        raise RefusedDocumentError(
            [
                {"place": wording.part(problem.place), "text": wording.problem(problem)}
                for problem in found.refusals
            ]
        )
    return found


def _elsewhere(slug: str, expected: str) -> dict[str, Any] | None:
    """What to tell about a document that belongs to another page; None if it does not."""
    other = Tree.objects.filter(slug=slug).first()
    if other is not None:
        return {
            "text": _("This document is the tree “%(slug)s”, which is there already.")
            % {"slug": slug},
            "url": address("exchange", other),
            "link": _("Import it there"),
        }
    if expected:
        return {
            "text": _("This document is the tree “%(slug)s”, not “%(expected)s”.")
            % {"slug": slug, "expected": expected},
            "url": reverse("admin:wizard_tree_import"),
            "link": _("Import it as a new tree"),
        }
    return None


def _exchange_page(
    request: HttpRequest,
    tree: Tree,
    form: DocumentForm | None = None,
    reasons: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    context = frame(
        request,
        tree,
        "exchange",
        _("Export, import: %(tree)s") % {"tree": tree},
        editions=tree.editions.select_related("published_by"),
        forms=[(form.value, form.name) for form in Form],
        form=form or DocumentForm(),
        reasons=reasons,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else None
    return render(request, "admin/wizard/tree/exchange.html", context, status=status)


def _download(tree: Tree, what: str, form: str) -> HttpResponse:
    """`what`: "draft", or the number of an edition."""
    if form not in TYPES:
        raise Http404
    if what == "draft":
        chosen = drafts.snapshot(tree)
        name = f"{tree.slug}-draft-{timezone.localdate()}"
    else:
        edition = edition_or_404(tree, what)
        chosen = content.decode(edition.document)
        name = f"{tree.slug}-edition-{edition.number}"
    return HttpResponse(
        documents.write(chosen, Form(form)),
        content_type=f"{TYPES[Form(form)]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )


def _import_context(request: HttpRequest, found: importing.Import) -> dict[str, Any]:
    """What `_import_preview.html` shows."""
    errors = [problem for problem in found.problems if problem.level is Level.ERROR]
    return {
        **difference_context(request, None, found.before, found.tree),
        "everything_new": False,
        "new_tree": found.before is None,
        "changes": found.changes,
        "slug": found.tree.slug,
        "problems": [problem_row(None, problem) for problem in found.problems],
        "error_count": len(errors),
        "kept": [
            {"name": wording.part(place), "url": change_url(Tree(slug=found.tree.slug), place)}
            for place in found.kept
        ],
        "sealed": signing.dumps(
            {"tree": content.encode(found.tree), "seen": found.seen}, salt=_SALT, compress=True
        ),
    }


def _take_in(request: HttpRequest, again: str, slug: str | None = None) -> HttpResponse:
    """Make the draft what was shown, if nobody changed it in the meantime."""
    try:
        shown = signing.loads(request.POST["sealed"], salt=_SALT, max_age=_GOOD_FOR)
    except signing.BadSignature:
        messages.error(request, _("This page is too old. Choose the document again."))
        return HttpResponseRedirect(again)
    tree = content.decode(shown["tree"])
    if slug is not None and tree.slug != slug:
        raise PermissionDenied
    try:
        draft = importing.carry_out(tree, seen=shown["seen"], by=staff(request))
    except publishing.DraftChangedError:
        messages.error(
            request,
            _(
                "Nothing was imported: somebody changed the draft in the meantime. "
                "Choose the document again to see what it would do now."
            ),
        )
        return HttpResponseRedirect(again)
    note_change(staff(request), draft, _("Imported a document into the draft."))
    messages.success(request, _("The draft is now what the document says. Visitors see no change."))
    return HttpResponseRedirect(address("exchange", draft))
