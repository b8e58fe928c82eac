"""The pages of a walk and around it, wherever the tree stands: published, or tried as a draft.

`extra` is always what the templates show beside it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from wizard import wording
from wizard.addresses import (
    ASKED,
    Addresses,
    answer_rows,
    canonical_address,
    held_rows,
    with_answers,
)
from wizard.forms import StepForm, sent_answers
from wizard.tree.answers import answers_of
from wizard.tree.compiled import Message, Question, Tree
from wizard.tree.content import Audience, Horizon
from wizard.tree.engine import Walk, walk
from wizard.tree.search import LONGEST_QUERY, MessageIndex
from wizard.tree.strategy import advise, alternatives, audience_of

FOR = "_for"
WITHIN = "_within"

HORIZONS_OFFERED = tuple(horizon for horizon in Horizon if not horizon.is_now)
"""How soon money can be needed: nothing brings it at once."""


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


def wants_fragment(request: HtmxHttpRequest) -> bool:
    """Whether only a part of the page is asked for."""
    # A history restore is an htmx request too, but it needs the whole page.
    return bool(request.htmx) and not request.htmx.history_restore_request


def show_walk(
    request: HtmxHttpRequest, walked: Walk, addresses: Addresses, extra: Mapping[str, Any]
) -> HttpResponse:
    """The page or the fragment of a walk."""
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
        "held": held_rows(addresses.step, walked),
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
        status=HTTPStatus.UNPROCESSABLE_ENTITY if walked.fault else HTTPStatus.OK,
    )
    return push_url(response, False if walked.fault else canonical) if fragment else response


def _sent(request: HttpRequest, walked: Walk, question: Question) -> list[str]:
    """What to show as chosen: what was just sent, right or wrong, or the present answer."""
    if walked.shown is not None:
        return list(walked.shown.values)
    return sent_answers(request.GET.lists()).get(question.slug, [])


def show_messages(
    request: HtmxHttpRequest,
    trees: Sequence[Tree],
    index: Callable[[], MessageIndex],
    addresses: Addresses | None = None,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> HttpResponse:
    """The messages of `trees`, or those that fit. With `addresses` they start there."""
    text = " ".join(request.GET.get("q", "").split())
    context: dict[str, Any] = {"q": text[:LONGEST_QUERY], "trees": trees, **extra}
    if text:
        found = index().search(text)
        context["matches"] = [start_row(match.tree, match.message, addresses) for match in found]
    if request.htmx:
        return render(request, "wizard/_matches.html", context)
    # The language switch stays with what was looked for.
    context["canonical"] = f"{request.path}?{urlencode({'q': context['q']})}" if text else ""
    context["groups"] = _by_cause(trees, addresses) if not text else []
    return render(request, "wizard/messages.html", context)


def start_row(tree: Tree, message: Message, addresses: Addresses | None = None) -> dict[str, Any]:
    """A message, and the address at which its answers are filled in."""
    path = addresses.step if addresses else reverse("tree", args=[tree.slug])
    return {"message": message, "url": with_answers(path, answers_of(message.implies))}


def _by_cause(trees: Iterable[Tree], addresses: Addresses | None) -> list[dict[str, Any]]:
    """All messages under the causes that they mean, in the order of the messages."""
    groups: dict[str, dict[str, Any]] = {}
    for tree in trees:
        titles = {finding.slug: finding.title for finding in tree.findings}
        for message in tree.messages:
            title = titles.get(message.finding, tree.title)
            group = groups.setdefault(title, {"title": title, "messages": []})
            group["messages"].append(start_row(tree, message, addresses))
    return list(groups.values())


def show_alternatives(
    request: HtmxHttpRequest, tree: Tree, addresses: Addresses, extra: Mapping[str, Any]
) -> HttpResponse:
    """The table as a page, or only its rows."""
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


def comparison(
    walked: Walk, address: str, audience: Audience, within: Horizon | None = None
) -> dict[str, Any]:
    """What the table of alternatives shows, and the form that filters it."""
    return {
        "alternatives": alternatives(walked.tree, audience, within),
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
