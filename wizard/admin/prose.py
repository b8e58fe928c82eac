"""Markdown as visitors will see it, before it is saved."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_info
from django.views.decorators.http import require_POST

from wizard import wording
from wizard.admin.pages import CHANGE
from wizard.drafts import with_shared
from wizard.drafts.reader import read_shared
from wizard.tree import content
from wizard.tree.compiled import compile_tree
from wizard.tree.content import Text
from wizard.tree.languages import DEFAULT, LANGUAGES, column
from wizard.tree.parts import LISTS
from wizard.tree.problems import Code
from wizard.tree.prose import PLACEHOLDER


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
    seen = _as_help(words)
    known = {*(c.slug for c in seen.contacts), *(f.slug for f in seen.figures)}
    unknown = [slug for slug in dict.fromkeys(PLACEHOLDER.findall(words)) if slug not in known]
    context = {
        "html": compile_tree(seen, language).start.help,
        "errors": [str(wording.PROBLEMS[Code.UNKNOWN_CONTACT]) % {"slug": s} for s in unknown],
        "language": get_language_info(language),
    }
    fragment = "HX-Request" in request.headers
    name = "edit_prose.html" if fragment else "edit_prose_page.html"
    return render(request, f"admin/wizard/{name}", context)


def _as_help(words: str) -> content.Tree:
    """A tree with these words as the help of a question: shown as an edition shows them."""
    question = content.Question(
        slug="preview",
        kind=content.Kind.SINGLE,
        title=content.EMPTY,
        short=content.EMPTY,
        help=Text.everywhere(words),
    )
    parts: dict[str, Any] = dict.fromkeys(LISTS.values(), ()) | {"questions": (question,)}
    own = content.Tree(slug="preview", title=content.EMPTY, summary=content.EMPTY, **parts)
    return with_shared(own, read_shared())
