"""Trying a draft in the visitors' own pages. Only staff see it, and nothing of it is kept.

The pages stand at `<tree>/preview/<language>/`, with the answers in the address as
visitors have them. Whoever comes to `<tree>/preview/` is led there: `_lang` names the
language, `_from` a question to start at, `_finding` a finding to end with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRefresh

from wizard import drafts, pages
from wizard.addresses import Addresses, canonical_address, walk_in
from wizard.admin.pages import CHANGE, VIEW, TreeView, address, frame, tree_page
from wizard.admin.places import change_url, problem_row
from wizard.forms import sent_answers
from wizard.frozen import Frozen
from wizard.models import Tree
from wizard.pages import HtmxHttpRequest
from wizard.tree import compiled
from wizard.tree.answers import Answers
from wizard.tree.engine import Walk
from wizard.tree.languages import DEFAULT, LANGUAGES
from wizard.tree.parts import Place
from wizard.tree.problems import Code, Problem
from wizard.tree.reaching import answers_giving, answers_leading_to
from wizard.tree.search import MessageIndex
from wizard.tree.states import TooComplexError
from wizard.tree.strategy import advise

LANGUAGE = "_lang"
FROM = "_from"
FINDING = "_finding"


class UnwalkableError(Exception):
    """A draft that nobody can walk to an end. `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True)
class Preview:
    """What the banner over a page of a tried draft shows.

    `canonical` is its address in `language`, `place` the part on screen.
    """

    tree: Tree
    language: str
    canonical: str
    place: Place | None
    may_change: bool
    told: Sequence[str] = ()

    def in_language(self, language: str) -> str:
        """The same page in another language."""
        here, there = _home(self.tree, self.language), _home(self.tree, language)
        return self.canonical.replace(here, there, 1)

    @property
    def query(self) -> str:
        return self.canonical.partition("?")[2]

    @property
    def edit_url(self) -> str:
        return change_url(self.tree, self.place) if self.place else ""

    @property
    def save_url(self) -> str:
        return f"{address('scenarios/new', self.tree)}?{self.query}" if self.may_change else ""

    @property
    def messages_url(self) -> str:
        return address(f"preview/{self.language}/messages", self.tree)

    @property
    def links(self) -> list[dict[str, object]]:
        """To the other pages of the tree, as far as there are any."""
        named = (("map", _("Map")), ("check", _("Problems")), ("scenarios", _("Scenarios")))
        return [{"label": label, "url": address(name, self.tree)} for name, label in named]


def draft_in(tree: Tree, language: str) -> compiled.Tree:
    """The draft of `tree` as it is now, compiled. Raises UnwalkableError."""
    return walkable(drafts.frozen_draft(tree)).compiled(language)


def walkable(draft: Frozen) -> Frozen:
    """The same draft. Raises UnwalkableError where it cannot be walked."""
    if draft.unwalkable:
        raise UnwalkableError(draft.unwalkable)
    return draft


@tree_page("preview", label=_("Try the draft"), place=30, to_see=VIEW)
def preview(request: HttpRequest, tree: Tree) -> HttpResponse:
    """To the walk in the language asked for, with answers that lead to what is asked for."""
    asked = request.GET.get(LANGUAGE) or get_language()
    language = asked if asked in LANGUAGES else DEFAULT
    answers: Answers = sent_answers(request.GET.lists())
    try:
        answers = _leading_there(request, draft_in(tree, language)) or answers
    except UnwalkableError:
        # The page to come says what is wrong.
        answers = {}
    return HttpResponseRedirect(preview_url(tree, language, answers))


def preview_url(tree: Tree, language: str, answers: Answers) -> str:
    """Where the draft is tried with these answers."""
    query = urlencode(answers, doseq=True)
    return _home(tree, language) + (f"?{query}" if query else "")


def _home(tree: Tree, language: str) -> str:
    return address(f"preview/{language}", tree)


def _leading_there(request: HttpRequest, draft: compiled.Tree) -> Answers | None:
    """Answers that lead where the address says; None if it says nothing, or nothing leads there."""
    question, finding = request.GET.get(FROM), request.GET.get(FINDING)
    found: Answers | None = None
    if question:
        found = answers_leading_to(draft, question)
    elif finding:
        found = answers_giving(draft, finding)
    if found is None and (question or finding):
        told = _("No answers lead to “%(slug)s”. Here is the first question instead.")
        messages.warning(request, told % {"slug": question or finding})
    return found


def _in_language(
    language: str, show: Callable[[HtmxHttpRequest, Tree, compiled.Tree, str], HttpResponse]
) -> TreeView:
    """A page of the walk in one language; where a draft cannot be walked, what is to be mended."""

    def view(request: HttpRequest, tree: Tree) -> HttpResponse:
        try:
            draft = draft_in(tree, language)
            with override(language):
                response = show(cast("HtmxHttpRequest", request), tree, draft, language)
        except UnwalkableError as exc:
            return unwalkable(request, tree, exc.problems)
        except TooComplexError:
            return unwalkable(request, tree, [Problem(Code.TOO_COMPLEX, Place("tree", tree.slug))])
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Content-Language"] = language
        return response

    return view


def _step(
    request: HtmxHttpRequest, tree: Tree, draft: compiled.Tree, language: str
) -> HttpResponse:
    """A question or the strategy of the draft."""
    addresses = _addresses(tree, language)
    walked = walk_in(request, draft)
    canonical = canonical_address(addresses.step, walked)
    banner = _banner(request, tree, language, canonical, _place(walked))
    return pages.show_walk(request, walked, addresses, {"preview": banner})


def _alternatives(
    request: HtmxHttpRequest, tree: Tree, draft: compiled.Tree, language: str
) -> HttpResponse:
    """The draft's table of other ways to get money."""
    addresses = _addresses(tree, language)
    canonical = f"{addresses.alternatives}?{request.GET.urlencode()}"
    extra = {"preview": _banner(request, tree, language, canonical), "home": addresses.home}
    return pages.show_alternatives(request, draft, addresses, extra)


def _messages(
    request: HtmxHttpRequest, tree: Tree, draft: compiled.Tree, language: str
) -> HttpResponse:
    """The draft's messages, and the search for them."""
    addresses = _addresses(tree, language)
    canonical = f"{address(f'preview/{language}/messages', tree)}?{request.GET.urlencode()}"
    extra = {"preview": _banner(request, tree, language, canonical), "home": addresses.home}
    return pages.show_messages(request, [draft], lambda: MessageIndex([draft]), addresses, extra)


for _language in LANGUAGES:
    tree_page(f"preview/{_language}")(_in_language(_language, _step))
    tree_page(f"preview/{_language}/alternatives")(_in_language(_language, _alternatives))
    tree_page(f"preview/{_language}/messages")(_in_language(_language, _messages))


def _addresses(tree: Tree, language: str) -> Addresses:
    home = _home(tree, language)
    return Addresses(home, home, address(f"preview/{language}/alternatives", tree))


def _banner(
    request: HttpRequest,
    tree: Tree,
    language: str,
    canonical: str,
    place: Place | None = None,
) -> Preview:
    return Preview(
        tree=tree,
        language=language,
        canonical=canonical,
        place=place,
        may_change=request.user.has_perm(CHANGE),
        told=[str(message) for message in messages.get_messages(request)],
    )


def _place(walked: Walk) -> Place:
    """What is on screen: a question, or the finding that comes first."""
    if walked.question is not None:
        return Place("question", walked.question.slug)
    return Place("finding", advise(walked).diagnoses[0].finding.slug)


def unwalkable(request: HttpRequest, tree: Tree, found: Sequence[Problem]) -> HttpResponse:
    """What must be mended before the draft can be walked, with the way there."""
    if pages.wants_fragment(cast("HtmxHttpRequest", request)):
        # There is no step to put into the page: the browser loads this one instead.
        return HttpResponseClientRefresh()
    rows = [problem_row(tree, problem) for problem in found]
    title = _("Not ready to be tried: %(tree)s") % {"tree": tree}
    context = frame(request, tree, "preview", title, problems=rows)
    return render(request, "admin/wizard/tree/unwalkable.html", context)
