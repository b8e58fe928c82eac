"""Pages for visitors. Nothing here stores anything; every page is a GET."""

import logging
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request, override
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from wizard import editions, outages, wording
from wizard.answers import Answers, answers_of
from wizard.compiled import Message, Question, Tree
from wizard.content import Audience, Horizon
from wizard.editions import NoEditionError
from wizard.engine import Walk, walk
from wizard.forms import PRESSED, StepForm, sent_answers
from wizard.search import LONGEST_QUERY, MessageIndex
from wizard.strategy import advise, audience_of
from wizard.strategy import alternatives as compare

logger = logging.getLogger(__name__)

RETRY_AFTER = 5
"""Seconds after which to try again while the database is away."""

ASKED = "_asked"
AT = "_at"

UNPROCESSABLE = 422

FILES = {"calendar": "calendar.ics", "page": "plan.html", "letters": "letters.txt"}
"""What can be taken along, below the address of a strategy."""

LONGEST_VALUE = 60
"""No choice and no number is longer."""

FOR = "_for"
WITHIN = "_within"

HORIZONS_OFFERED = tuple(horizon for horizon in Horizon if not horizon.is_now)
"""How soon money can be needed: nothing brings it at once."""

MESSAGES_SHOWN = 6
"""So many messages stand on the home page; the others have a page of their own."""


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


@dataclass(frozen=True)
class Addresses:
    """Where the pages around a walk stand: visitors have theirs, a draft tried by staff its own.

    Only what visitors see can be shared and taken along.
    """

    step: str
    home: str
    alternatives: str
    share: str = ""


@require_safe
@vary_on_headers("Accept-Language")
def to_language(request: HttpRequest) -> HttpResponse:
    """The site's root: to the visitor's language."""
    with override(get_language_from_request(request)):
        return redirect("home")


@require_safe
@cache_control(no_cache=True)
def home(request: HttpRequest) -> HttpResponse:
    trees = editions.current(wording.language())
    context = {
        "trees": trees,
        "longest": max((walk(tree, {}).questions_left for tree in trees), default=0),
        "messages": [
            _start(tree, message) for tree in trees for message in tree.messages[:MESSAGES_SHOWN]
        ],
        "compared": [tree for tree in trees if tree.alternatives],
    }
    return render(request, "wizard/home.html", context)


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("HX-Request")
def messages(request: HtmxHttpRequest) -> HttpResponse:
    """What was typed or pasted, and the messages that fit; without that, all of them."""
    language = wording.language()
    return show_messages(request, editions.current(language), lambda: editions.messages(language))


def show_messages(
    request: HtmxHttpRequest,
    trees: Sequence[Tree],
    index: Callable[[], MessageIndex],
    addresses: Addresses | None = None,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> HttpResponse:
    """The messages of `trees`, or those that fit. With `addresses` they start there.

    `extra` is what the templates show beside them.
    """
    text = " ".join(request.GET.get("q", "").split())
    context: dict[str, Any] = {"q": text[:LONGEST_QUERY], "trees": trees, **extra}
    if text:
        found = index().search(text)
        context["matches"] = [_start(match.tree, match.message, addresses) for match in found]
    if request.htmx:
        return render(request, "wizard/_matches.html", context)
    # The language switch stays with what was looked for.
    context["canonical"] = f"{request.path}?{urlencode({'q': context['q']})}" if text else ""
    context["groups"] = _by_cause(trees, addresses) if not text else []
    return render(request, "wizard/messages.html", context)


@require_safe
@cache_control(no_cache=True)
def tree(request: HttpRequest, slug: str) -> HttpResponse:
    """To the current edition, taking the answers along."""
    try:
        number = editions.current_number(slug)
    except NoEditionError:
        return not_found(request)
    answers = _answers_in(request, _tree(slug, number))
    return redirect(_with(reverse("step", args=[slug, number]), answers))


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("HX-Request", "HX-History-Restore-Request")
def step(request: HtmxHttpRequest, slug: str, number: str) -> HttpResponse:
    """The first unanswered question, or the strategy when there is none."""
    try:
        edition = _tree(slug, int(number))
    except NoEditionError:
        return _no_such_edition(request, slug)
    walked = walk_in(request, edition)
    addresses = Addresses(
        request.path,
        reverse("home"),
        reverse("alternatives", args=[slug]),
        reverse("share", args=[slug, number]),
    )
    context = {"number": int(number), "newer": newer_address(slug, int(number), walked)}
    return show_walk(request, walked, addresses, context)


def walk_in(request: HttpRequest, tree: Tree) -> Walk:
    """The answers of an address, replayed on `tree`."""
    given = sent_answers(request.GET.lists())
    asked, at = request.GET.get(ASKED, ""), request.GET.get(AT, "")
    if asked and (pressed := request.GET.get(PRESSED)):
        given[asked] = [*given.get(asked, ()), pressed]
    return walk(tree, given, asked=asked, at=at)


def show_walk(
    request: HtmxHttpRequest, walked: Walk, addresses: Addresses, extra: Mapping[str, Any]
) -> HttpResponse:
    """The page or the fragment of a walk. `extra` is what its templates show beside it."""
    fragment = wants_fragment(request)
    canonical = canonical_address(addresses.step, walked)
    # What was dropped is told on the page that follows, so that one is not skipped.
    if request.GET.get(ASKED) and not fragment and not walked.fault and not walked.dropped:
        return redirect(canonical)
    answers = answer_rows(addresses.step, walked)
    context = {
        "tree": walked.tree,
        "walk": walked,
        "canonical": canonical,
        "fragment": fragment,
        "answers": answers,
        "held": _held(addresses.step, walked),
        "home": addresses.home,
        # To the question before the one shown; to the home page from the first.
        "back": answers[-1]["change"] if answers else addresses.home,
        **extra,
    }
    if walked.question is None:
        name = "strategy"
        context["strategy"] = advise(walked)
        audience = audience_of(walked) or Audience.PERSON
        context |= comparison(walked, addresses.alternatives, audience)
        if addresses.share:
            context |= take_along(addresses.step, walked.parameters)
            context["share"] = with_parameters(addresses.share, walked.parameters)
            context["address"] = request.build_absolute_uri(canonical)
    else:
        name = "step"
        sent = _sent(request, walked, walked.question)
        form = StepForm(walked, walked.question, sent, addresses.step)
        left = walked.questions_left
        context |= {"form": form, "questions_left": left, "left": wording.questions_left(left)}
    response = render(
        request,
        f"wizard/{'_' if fragment else ''}{name}.html",
        context,
        status=UNPROCESSABLE if walked.fault else 200,
    )
    return push_url(response, False if walked.fault else canonical) if fragment else response


def wants_fragment(request: HtmxHttpRequest) -> bool:
    """Whether only a part of the page is asked for."""
    # A history restore is an htmx request too, but it needs the whole page.
    return bool(request.htmx) and not request.htmx.history_restore_request


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("HX-Request")
def alternatives(request: HtmxHttpRequest, slug: str) -> HttpResponse:
    """The table of other ways to get money, for a person or a business, by how soon."""
    try:
        edition = _tree(slug, editions.current_number(slug))
    except NoEditionError:
        return not_found(request)
    if not edition.alternatives:
        return not_found(request)
    addresses = Addresses(_edition_path(edition), reverse("home"), request.path)
    return show_alternatives(request, edition, addresses, {})


def show_alternatives(
    request: HtmxHttpRequest, tree: Tree, addresses: Addresses, extra: Mapping[str, Any]
) -> HttpResponse:
    """The table as a page, or only its rows. `extra` is what the templates show beside it."""
    walked = walk(tree, sent_answers(request.GET.lists()))
    audience = _member(Audience, request.GET.get(FOR)) or audience_of(walked) or Audience.PERSON
    within = _member(Horizon, request.GET.get(WITHIN))
    if within not in HORIZONS_OFFERED:
        within = None
    chosen = {FOR: audience.value} | ({WITHIN: within.value} if within else {})
    parameters = [*walked.parameters, *chosen.items()]
    context = {
        "tree": tree,
        "canonical": f"{addresses.alternatives}?{urlencode(parameters)}",
        "result": canonical_address(addresses.step, walked) if walked.trail else "",
        **comparison(walked, addresses.alternatives, audience, within),
        **extra,
    }
    name = "_comparison" if request.htmx else "alternatives"
    return render(request, f"wizard/{name}.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Answers in addresses and staff pages are not for search engines."""
    lines = ("User-agent: *", "Disallow: /admin/", "Disallow: /*?", "")
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Asked for by browsers on pages without a link to the icon."""
    return redirect(static("icon.svg"))


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Whether this process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and something is published."""
    try:
        published = bool(editions.refresh().numbers)
    except Error:
        published = False
    if published:
        return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")
    return HttpResponse("not ready\n", status=503, content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the page was open for too long, or somebody else's."""
    return forbidden(request)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever went wrong, wherever: Django calls this while it handles the exception."""
    error = sys.exception()
    if outages.is_fault(error):
        return unavailable(request, error)
    return render(request, "500.html", status=500)


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """The database is away, busy or damaged."""
    logger.error("%s cannot be answered without the database: %s", request.path, error)
    response = render(request, "wizard/unavailable.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    # Said in one line above; Django would repeat how it came to it for each request.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _tree(slug: str, number: int) -> Tree:
    return editions.get(slug, number, wording.language())


def _edition_path(tree: Tree) -> str:
    return reverse("tree", args=[tree.slug])


def _start(tree: Tree, message: Message, addresses: Addresses | None = None) -> dict[str, Any]:
    """A message, and the address at which its answers are filled in."""
    path = addresses.step if addresses else _edition_path(tree)
    return {"message": message, "url": _with(path, answers_of(message.implies))}


def _by_cause(trees: Iterable[Tree], addresses: Addresses | None) -> list[dict[str, Any]]:
    """All messages under the causes that they mean, in the order of the messages."""
    groups: dict[str, dict[str, Any]] = {}
    for tree in trees:
        titles = {finding.slug: finding.title for finding in tree.findings}
        for message in tree.messages:
            title = titles.get(message.finding, tree.title)
            group = groups.setdefault(title, {"title": title, "messages": []})
            group["messages"].append(_start(tree, message, addresses))
    return list(groups.values())


def comparison(
    walked: Walk, address: str, audience: Audience, within: Horizon | None = None
) -> dict[str, Any]:
    """What the table of alternatives shows, and the form that filters it."""
    return {
        "alternatives": compare(walked.tree, audience, within),
        "audience": audience,
        "within": within,
        "audiences": list(Audience),
        "horizons": HORIZONS_OFFERED,
        "kept": walked.parameters,
        "alternatives_url": address,
        "today": timezone.localdate(),
    }


E = TypeVar("E", bound=StrEnum)


def _member(kind: type[E], value: str | None) -> E | None:
    """The member of `kind` that an address names, if it names one."""
    return kind(value) if value in set(kind) else None


def _no_such_edition(request: HttpRequest, slug: str) -> HttpResponse:
    """A friendly 404 that offers the current edition with the same answers."""
    offer = ""
    if current := editions.current_numbers().get(slug):
        offer = _with(reverse("tree", args=[slug]), _answers_in(request, _tree(slug, current)))
    return render(request, "404.html", {"offer": offer}, status=404)


def _with(path: str, answers: Answers) -> str:
    return with_parameters(
        path, [(name, value) for name, values in answers.items() for value in values]
    )


def with_parameters(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _answers_in(request: HttpRequest, tree: Tree) -> Answers:
    """What an address says about the questions of a tree, and nothing else in it."""
    return {
        question: [value for value in values if len(value) <= LONGEST_VALUE]
        for question, values in sent_answers(request.GET.lists()).items()
        if question in tree.questions or question in tree.question_aliases
    }


def canonical_address(path: str, walked: Walk) -> str:
    """Where this walk stands: its answers in asked order, nothing else."""
    parameters = walked.parameters_with_shown
    if walked.shown is not None:
        parameters.append((AT, walked.shown.question.slug))
    return with_parameters(path, parameters)


def answer_rows(path: str, walked: Walk) -> list[dict[str, Any]]:
    """The answers given so far, each with the address that changes it."""
    parameters = walked.parameters_with_shown
    return [
        {
            "question": answered.question,
            "answer": wording.answer(answered),
            "change": f"{path}?{urlencode([*parameters, (AT, answered.question.slug)])}",
        }
        for answered in walked.trail
    ]


def _held(path: str, walked: Walk) -> list[dict[str, Any]]:
    """The answers filled in beforehand, each with the address where it is asked after all."""
    return [
        {
            "question": answered.question,
            "answer": wording.answer(answered),
            "without": with_parameters(
                path,
                [p for p in walked.parameters_with_shown if p[0] != answered.question.slug],
            ),
        }
        for answered in walked.held
    ]


def take_along(path: str, parameters: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """The addresses of the files of a strategy that stands at `path`."""
    return {
        "files": {name: with_parameters(path + file, parameters) for name, file in FILES.items()}
    }


def newer_address(slug: str, number: int, walked: Walk) -> str:
    """Where the same answers stand on a newer edition; "" if this is the newest."""
    current = editions.current_numbers().get(slug, number)
    if current <= number:
        return ""
    return canonical_address(reverse("step", args=[slug, current]), walked)


def _sent(request: HttpRequest, walked: Walk, question: Question) -> list[str]:
    """What to show as chosen: what was just sent, right or wrong, or the present answer."""
    if walked.shown is not None:
        return list(walked.shown.values)
    return sent_answers(request.GET.lists()).get(question.slug, [])
