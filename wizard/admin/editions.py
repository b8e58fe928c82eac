"""Editions: seen side by side, restored into the draft, made current again, cancelled.

They never change. What replaces something is asked for a second time.
"""

from http import HTTPStatus
from itertools import zip_longest
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from wizard import drafts, publishing, wording
from wizard.admin.history import note_change
from wizard.admin.pages import CHANGE, PUBLISH, address, edition_or_404, frame, staff, tree_page
from wizard.admin.publish import tell
from wizard.drafts.reader import read_shared
from wizard.frozen import of_edition
from wizard.models import Edition, Tree
from wizard.tree import content


class AgainForm(forms.Form):
    """Why an earlier edition is shown to visitors again."""

    note = forms.CharField(
        label=_("Why?"),
        help_text=_(
            "For colleagues, in the list of editions. E.g. “Edition 7 had the wrong number”"
        ),
        # The note of the new edition also says which one it repeats.
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


@tree_page("editions", label=_("Editions"), place=80)
def all_editions(request: HttpRequest, tree: Tree) -> HttpResponse:
    """All editions, the newest first, with what may be done with each."""
    current, waiting = tree.edition, tree.scheduled
    listed = list(tree.editions.select_related("tree", "published_by").defer("document"))
    before = [edition.number for edition in listed[1:]]
    rows = [
        {
            "edition": edition,
            "state": _state(edition, current, waiting),
            "difference": _difference(tree, earlier, edition.number) if earlier else "",
        }
        for edition, earlier in zip_longest(listed, before)
    ]
    context = frame(
        request,
        tree,
        "editions",
        _("Editions: %(tree)s") % {"tree": tree},
        rows=rows,
        waiting=waiting,
        links={name: address(name, tree) for name in ("restore", "republish", "cancel", "publish")},
    )
    return render(request, "admin/wizard/tree/editions.html", context)


@tree_page("restore", to_see=CHANGE, to_post=CHANGE)
def restore(request: HttpRequest, tree: Tree) -> HttpResponse:
    """Say what of the draft would be lost; then make the draft what the edition says."""
    edition = _chosen(request, tree)
    refusal = ""
    if request.method == "POST":
        try:
            seen = request.POST.get("replacing", "")
            publishing.restore(edition, by=staff(request), replacing=seen)
        except publishing.RefusedError as exc:
            refusal = str(exc)
        else:
            said = _("The draft is now what edition %(number)d says.")
            note_change(staff(request), tree, said, number=edition.number)
            messages.success(request, said % {"number": edition.number})
            return HttpResponseRedirect(address("publish", tree))
    digest = drafts.frozen_draft(edition.tree).digest
    same = tree.editions.filter(digest=digest).defer("document").first()
    title = _("Restore edition %(number)d into the draft") % {"number": edition.number}
    context = {"refusal": refusal, "draft_digest": digest, "same": same}
    return _confirm(request, edition, "restore", title, **context)


@tree_page("republish", to_see=PUBLISH, to_post=PUBLISH)
def republish(request: HttpRequest, tree: Tree) -> HttpResponse:
    """Show visitors an earlier edition again, as a new one."""
    edition = _chosen(request, tree)
    form = AgainForm(request.POST or None)
    refusal, status = "", HTTPStatus.OK
    if request.method == "POST" and not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif request.method == "POST":
        try:
            note = form.cleaned_data["note"]
            again = publishing.republish(edition, by=staff(request), note=note)
        except publishing.RefusedError as exc:
            refusal = str(exc)
        else:
            tell(request, again)
            return HttpResponseRedirect(address("editions", tree))
    title = _("Make edition %(number)d current again") % {"number": edition.number}
    context = {"refusal": refusal, "form": form, "aged": _aged(edition), "status": status}
    return _confirm(request, edition, "republish", title, **context)


@tree_page("cancel", to_see=PUBLISH, to_post=PUBLISH)
def cancel(request: HttpRequest, tree: Tree) -> HttpResponse:
    """Delete a scheduled edition that nobody has seen."""
    edition = _chosen(request, tree)
    refusal = ""
    if request.method == "POST":
        try:
            publishing.cancel(edition)
        except publishing.RefusedError as exc:
            refusal = str(exc)
        else:
            said = _("Cancelled edition %(number)d. The draft is as it was.")
            note_change(staff(request), tree, said, number=edition.number)
            messages.success(request, said % {"number": edition.number})
            return HttpResponseRedirect(address("editions", tree))
    title = _("Cancel the scheduled edition %(number)d") % {"number": edition.number}
    return _confirm(request, edition, "cancel", title, refusal=refusal)


def _state(edition: Edition, current: Edition | None, waiting: Edition | None) -> str:
    """`current`, `waiting` or `past`."""
    if edition == current:
        return "current"
    return "waiting" if edition == waiting else "past"


def _difference(tree: Tree, earlier: int, later: int) -> str:
    return f"{address('changes', tree)}?from={earlier}&to={later}"


def _chosen(request: HttpRequest, tree: Tree) -> Edition:
    """The edition that the address names, in the form's address, too."""
    return edition_or_404(tree, request.GET.get("edition", ""))


def _aged(edition: Edition) -> list[dict[str, str]]:
    """Contacts and figures that `edition` tells otherwise than they are today."""
    said, today = of_edition(edition.digest).content, read_shared()
    aged = []
    for kind in ("contacts", "figures"):
        values = {part.slug: _value(part) for part in today[kind]}
        for part in getattr(said, kind):
            now = values.get(part.slug, "")
            if now != _value(part):
                name = part.name.inside(wording.language())
                aged.append({"name": name, "then": _value(part), "now": now})
    return aged


def _value(part: content.Contact | content.Figure) -> str:
    return (
        part.value.inside(wording.language())
        if isinstance(part.value, content.Text)
        else part.value
    )


def _confirm(
    request: HttpRequest, edition: Edition, done: str, title: str, **context: Any
) -> HttpResponse:
    """Ask once more before something is replaced. `done`: the page that does it."""
    tree = edition.tree
    status = HTTPStatus.CONFLICT if context.get("refusal") else context.pop("status", HTTPStatus.OK)
    told = {"edition": edition, "done": done, "back": address("editions", tree), **context}
    shown = frame(request, tree, "editions", title, **told)
    return render(request, "admin/wizard/tree/edition_confirm.html", shown, status=status)


@admin.register(Edition)
class EditionAdmin(admin.ModelAdmin):
    """Editions of all trees, only to be read; each tree has a page for what is done with them."""

    list_display = (
        "__str__",
        "tree",
        "published_at",
        "visible_from",
        "published_by",
        "note",
        "page_link",
    )
    list_filter = ("tree",)
    fields = ("tree", "number", "published_at", "visible_from", "published_by", "note", "digest")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Edition]:
        return super().get_queryset(request).select_related("tree").defer("document")

    @admin.display(description=_("restore, make current, cancel"))
    def page_link(self, edition: Edition) -> str:
        where = address("editions", edition.tree)
        return format_html('<a href="{}">{}</a>', where, _("All editions of this tree"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
