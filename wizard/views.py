"""Pages for visitors. Nothing here stores anything; every page is a GET."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_from_request, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from wizard import downloads, editions, wording
from wizard.addresses import (
    Addresses,
    answers_in,
    canonical_address,
    newer_address,
    walk_in,
    with_answers,
    with_parameters,
)
from wizard.editions import NoEditionError
from wizard.forms import sent_answers
from wizard.pages import (
    HtmxHttpRequest,
    show_alternatives,
    show_messages,
    show_walk,
    start_row,
)
from wizard.server.errors import not_found
from wizard.tree.compiled import Tree
from wizard.tree.content import Audience
from wizard.tree.engine import Walk, walk
from wizard.tree.strategy import advise, audience_of

MESSAGES_SHOWN = 6
"""So many messages stand on the home page; the others have a page of their own."""


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
            start_row(tree, message) for tree in trees for message in tree.messages[:MESSAGES_SHOWN]
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
    trees = editions.current(language)
    return show_messages(request, trees, lambda: editions.messages(language))


@require_safe
@cache_control(no_cache=True)
def tree(request: HttpRequest, slug: str) -> HttpResponse:
    """To the current edition, taking the answers along."""
    try:
        number = editions.current_number(slug)
    except NoEditionError:
        return not_found(request)
    answers = answers_in(request, _tree(slug, number))
    return redirect(with_answers(reverse("step", args=[slug, number]), answers))


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
    addresses = Addresses(request.path, reverse("home"), reverse("alternatives", args=[slug]))
    context = {"number": int(number), "newer": newer_address(slug, int(number), walked)}
    if walked.finished:
        context |= _to_keep(request, walked, reverse("share", args=[slug, number]))
    return show_walk(request, walked, addresses, context)


def _to_keep(request: HttpRequest, walked: Walk, share: str) -> dict[str, Any]:
    """What a page shows of how its strategy is shared and taken along."""
    return {
        "downloads": downloads.addresses(request.path, walked.parameters),
        "share": with_parameters(share, walked.parameters),
        "address": request.build_absolute_uri(canonical_address(request.path, walked)),
    }


@require_safe
@cache_control(no_cache=True)
def download(request: HttpRequest, slug: str, number: str, name: str) -> HttpResponse:
    """A file below the address of a strategy, with the answers in the query."""
    try:
        tree = _tree(slug, int(number))
    except NoEditionError:
        return not_found(request)
    walked = walk(tree, sent_answers(request.GET.lists()))
    address = canonical_address(reverse("step", args=[slug, number]), walked)
    if not walked.finished:
        return redirect(address)
    plan = downloads.Plan(
        strategy=advise(walked),
        audience=audience_of(walked) or Audience.PERSON,
        number=int(number),
        address=request.build_absolute_uri(address),
        begins=timezone.localdate(),
    )
    return downloads.respond(name, request, plan)


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
    addresses = Addresses(reverse("tree", args=[slug]), reverse("home"), request.path)
    return show_alternatives(request, edition, addresses, {})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Answers in addresses and staff pages are not for search engines."""
    lines = ("User-agent: *", "Disallow: /admin/", "Disallow: /*?", "")
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Asked for by browsers on pages without a link to the icon."""
    return redirect(static("icon.svg"))


def _tree(slug: str, number: int) -> Tree:
    return editions.get(slug, number, wording.language())


def _no_such_edition(request: HttpRequest, slug: str) -> HttpResponse:
    """A friendly 404 that offers the current edition with the same answers."""
    offer = ""
    if current := editions.current_numbers().get(slug):
        answers = answers_in(request, _tree(slug, current))
        offer = with_answers(reverse("tree", args=[slug]), answers)
    return render(request, "404.html", {"offer": offer}, status=HTTPStatus.NOT_FOUND)
