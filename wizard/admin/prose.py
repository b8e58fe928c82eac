"""Markdown as visitors will see it, before it is saved."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_info
from django.views.decorators.http import require_POST

from wizard import wording
from wizard.admin.pages import CHANGE
from wizard.models import Contact, Figure
from wizard.tree import content
from wizard.tree.compiled import compile_tree
from wizard.tree.content import Text
from wizard.tree.languages import DEFAULT, LANGUAGES, column
from wizard.tree.problems import Code
from wizard.tree.prose import PLACEHOLDER, Html


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The text in the field that `prose` names, with numbers and figures put in place.

    A fragment for the script of the page, a page of its own without it.
    """
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    field = request.POST.get("prose", "")
    language = next((c for c in LANGUAGES if field.endswith(column("", c))), DEFAULT)
    words = request.POST.get(field, "").replace("\r\n", "\n")
    contacts, figures = _contacts(words), _figures(words)
    known = {contact.slug for contact in contacts} | {figure.slug for figure in figures}
    unknown = [slug for slug in dict.fromkeys(PLACEHOLDER.findall(words)) if slug not in known]
    context = {
        "html": _as_seen(words, language, contacts, figures),
        "errors": [str(wording.PROBLEMS[Code.UNKNOWN_CONTACT]) % {"slug": s} for s in unknown],
        "language": get_language_info(language),
    }
    fragment = "HX-Request" in request.headers
    name = "edit_prose.html" if fragment else "edit_prose_page.html"
    return render(request, f"admin/wizard/{name}", context)


def _as_seen(
    words: str,
    language: str,
    contacts: tuple[content.Contact, ...],
    figures: tuple[content.Figure, ...],
) -> Html:
    """As the help of a question, made in the very way in which editions are made."""
    question = content.Question(
        slug="preview",
        kind=content.Kind.SINGLE,
        title=content.EMPTY,
        short=content.EMPTY,
        help=Text.everywhere(words),
    )
    tree = content.Tree(
        slug="preview",
        title=content.EMPTY,
        summary=content.EMPTY,
        questions=(question,),
        findings=(),
        actions=(),
        contacts=contacts,
        figures=figures,
        sources=(),
    )
    return compile_tree(tree, language).start.help


def _contacts(words: str) -> tuple[content.Contact, ...]:
    rows = Contact.objects.filter(slug__in=PLACEHOLDER.findall(words))
    return tuple(
        content.Contact(
            slug=row.slug,
            kind=content.ContactKind(row.kind),
            value=row.value,
            name=Text.of_row(row, "name"),
            purpose=Text.of_row(row, "purpose"),
        )
        for row in rows
    )


def _figures(words: str) -> tuple[content.Figure, ...]:
    rows = Figure.objects.filter(slug__in=PLACEHOLDER.findall(words))
    return tuple(
        content.Figure(
            slug=row.slug,
            name=Text.of_row(row, "name"),
            value=Text.of_row(row, "value"),
            as_of=row.as_of,
            checked_on=row.checked_on,
            grade=content.Grade(row.grade),
        )
        for row in rows
    )
