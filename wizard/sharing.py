"""Pages around a result: before it is made, the strategy that others see, the maker's own.

Whoever has an address with a token in it may see what stands there: nothing of it
is kept by browsers, proxies or search engines, or told to other sites.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from wizard import downloads, editions, results, wording
from wizard.addresses import answer_rows, canonical_address, newer_address, with_parameters
from wizard.editions import NoEditionError
from wizard.forms import sent_answers
from wizard.models import Result
from wizard.pages import comparison
from wizard.results import DEFAULT_LIFETIME, LIFETIMES, SECRET, TOKEN, GoneError, NoResultError
from wizard.server import outages, rate_limit
from wizard.server.errors import RETRY_AFTER, not_found, unavailable
from wizard.server.same_origin import same_origin_only
from wizard.tree.content import Audience
from wizard.tree.engine import Walk, walk
from wizard.tree.strategy import Strategy, advise, audience_of

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """For pages with a secret in their address: see the top of this module.

    What ended is told with 410. Whether a secret is wrong or was never given cannot
    be told apart: 404 for both. While the database is away, 503.
    """

    @wraps(view)
    def guarded(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            response = view(request, **named)
        except NoResultError:
            response = render(request, "wizard/no_link.html", status=HTTPStatus.NOT_FOUND)
        except GoneError:
            response = render(request, "wizard/gone.html", status=HTTPStatus.GONE)
        except Error as exc:
            if not outages.is_fault(exc):
                raise
            response = unavailable(request, exc)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def _lifetimes() -> list[tuple[int, str]]:
    """The choices, in the language of the page."""
    return [(days, gettext("%(days)d days") % {"days": days}) for days in LIFETIMES]


class LifetimeForm(forms.Form):
    """How long a link shall work."""

    days = forms.TypedChoiceField(
        label=_("How long shall the link work?"),
        coerce=int,
        choices=_lifetimes,
        initial=DEFAULT_LIFETIME,
        widget=forms.RadioSelect,
    )

    def add_prefix(self, field_name: str) -> str:
        """Questions give their names to the other fields; none begins like this."""
        return f"_{field_name}"


class ShareForm(LifetimeForm):
    """What the link shows."""

    hide = forms.BooleanField(label=_("Hide my answers: show only causes and plan"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
@same_origin_only
def share(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Say what a link would hold, and make it."""
    try:
        tree = editions.get(slug, int(number), wording.language())
    except NoEditionError:
        return not_found(request)
    posted = request.method == "POST"
    walked = walk(tree, sent_answers((request.POST if posted else request.GET).lists()))
    step = reverse("step", args=[slug, number])
    if not walked.finished:
        return redirect(canonical_address(step, walked))
    form = ShareForm(request.POST if posted else None)
    status, refusal = HTTPStatus.OK, ""
    if posted and not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif posted and (seconds := rate_limit.wait(request, "share", settings.SHARE_RATE)):
        status, refusal = HTTPStatus.TOO_MANY_REQUESTS, _too_many(seconds)
    elif posted:
        try:
            made = _make(walked, slug, int(number), form.cleaned_data)
            # See other: reloading the page that follows makes no second link.
            return redirect("manage", token=made.token, secret=made.secret)
        except Error as exc:
            if not outages.is_fault(exc):
                raise
            status, seconds = HTTPStatus.SERVICE_UNAVAILABLE, RETRY_AFTER
            refusal = gettext(
                "Nothing can be stored at the moment. Please try again in a few seconds."
            )
    context = {
        "tree": tree,
        "walk": walked,
        "answers": answer_rows(step, walked),
        "form": form,
        "refusal": refusal,
        "back": canonical_address(step, walked),
        "canonical": with_parameters(request.path, walked.parameters),
    }
    response = render(request, "wizard/share.html", context, status=status)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        response["Retry-After"] = str(seconds)
    return response


def _too_many(seconds: int) -> str:
    minutes = -(-seconds // 60)
    told = ngettext(
        "Your network has just made many links. Please try again in %(n)d minute.",
        "Your network has just made many links. Please try again in %(n)d minutes.",
        minutes,
    )
    return told % {"n": minutes}


def _make(walked: Walk, slug: str, number: int, chosen: dict[str, Any]) -> results.Made:
    answers: dict[str, list[str]] = {}
    for question, value in walked.parameters:
        answers.setdefault(question, []).append(value)
    return results.make(slug, number, answers, days=chosen["days"], hides_answers=chosen["hide"])


@dataclass(frozen=True)
class Shared:
    """A result with its strategy, as others may see it.

    `walk` holds no answers if they are hidden; nothing that is shown comes from elsewhere.
    """

    token: str
    result: Result
    walk: Walk
    strategy: Strategy
    audience: Audience

    @property
    def number(self) -> int:
        return self.result.edition.number

    @property
    def slug(self) -> str:
        return self.result.edition.tree.slug


def shared(token: str) -> Shared:
    """What a link shows, in the present language. Raises NoResultError, GoneError."""
    result = results.find(token)
    edition = result.edition
    tree = editions.get(edition.tree.slug, edition.number, wording.language())
    walked = walk(tree, result.answers)
    strategy = advise(walked)
    audience = audience_of(walked) or Audience.PERSON
    if result.hides_answers:
        strategy, audience = strategy.without_answers(), Audience.PERSON
    return Shared(token, result, strategy.walk, strategy, audience)


@require_safe
@private
def result(request: HttpRequest, token: str) -> HttpResponse:
    """The strategy as its user saw it, in that edition."""
    return _show(request, shared(token))


def _show(request: HttpRequest, found: Shared) -> HttpResponse:
    step = reverse("step", args=[found.slug, found.number])
    hidden = found.result.hides_answers
    current = editions.current_numbers().get(found.slug, found.number)
    context = {
        "tree": found.walk.tree,
        "walk": found.walk,
        "strategy": found.strategy,
        "result": found.result,
        "number": found.number,
        "canonical": request.path,
        "home": reverse("home"),
        "answers": [] if hidden else answer_rows(step, found.walk),
        "again": "" if hidden else canonical_address(step, found.walk),
        "newer": "" if hidden else newer_address(found.slug, found.number, found.walk),
        "newer_exists": current > found.number,
        "compare_url": reverse("compare", args=[found.token]),
        "address": request.build_absolute_uri(request.path),
        "downloads": downloads.addresses(request.path),
        **comparison(found.walk, reverse("alternatives", args=[found.slug]), found.audience),
    }
    return render(request, "wizard/result.html", context)


@require_safe
@private
def download(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """A file below the address of a result. Hidden answers are in none of them."""
    found = shared(token)
    address = request.build_absolute_uri(reverse("result", args=[token]))
    plan = downloads.Plan(
        found.strategy, found.audience, found.number, address, found.result.made_on
    )
    return downloads.respond(name, request, plan)


@require_http_methods(["GET", "HEAD", "POST"])
@private
@csrf_exempt
def manage(request: HttpRequest, token: str, secret: str) -> HttpResponse:
    """What only the maker may do. The secret in the address is the right to do it."""
    found = results.find_own(token, secret)
    form = LifetimeForm(request.POST if request.POST.get("do") == "extend" else None)
    if request.method == "POST":
        match request.POST.get("do"):
            case "hide":
                results.hide_answers(found)
            case "delete":
                results.delete(found)
                return redirect("deleted")
            case "extend" if form.is_valid():
                results.extend(found, form.cleaned_data["days"])
        if not form.errors:
            return redirect("manage", token=token, secret=secret)
    context = {
        "result": found,
        "form": form,
        "address": request.build_absolute_uri(reverse("result", args=[token])),
        "own_address": request.build_absolute_uri(),
        "canonical": request.path,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "wizard/manage.html", context, status=status)


@require_safe
@private
def broken(request: HttpRequest, pasted: str) -> HttpResponse:
    """A link with something of a chat glued to its end is mended; what is no link leads nowhere."""
    named = re.match(rf"{TOKEN}(?:/{SECRET})?(?![{results.ALPHABET}])", pasted)
    if named is None:
        raise NoResultError
    if named["secret"]:
        return redirect("manage", token=named["token"], secret=named["secret"])
    return redirect("result", token=named["token"])


@require_safe
@cache_control(no_store=True)
def deleted(request: HttpRequest) -> HttpResponse:
    """After deleting: nothing of the link is in this address."""
    return render(request, "wizard/deleted.html")


@require_safe
@private
def compare(request: HttpRequest, token: str) -> HttpResponse:
    """Two results side by side; the other one is named by its link."""
    found = shared(token)
    named = request.GET.get("with", "").strip()
    context: dict[str, Any] = {
        "canonical": with_parameters(request.path, [("with", named)] if named else []),
        "named": named,
        "back": reverse("result", args=[token]),
    }
    status = HTTPStatus.OK
    if named:
        try:
            other = results.token_in(named)
            if other != named:
                # Nothing else of what was pasted stays in the address: it may hold a secret.
                return redirect(with_parameters(request.path, [("with", other)]))
            if other == token:
                context["refusal"] = _("That is the link of this result itself. Paste another one.")
                status = HTTPStatus.UNPROCESSABLE_ENTITY
            else:
                context["sides"] = _sides(found, shared(other))
        except LookupError:
            context["refusal"] = _("This is no link to a result, or it does not work any more.")
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "wizard/compare.html", context, status=status)


def _sides(one: Shared, other: Shared) -> list[dict[str, Any]]:
    """Both strategies, with what only the one of them has."""
    return [_side(one, other), _side(other, one)]


def _side(own: Shared, other: Shared) -> dict[str, Any]:
    causes = {diagnosis.finding.slug for diagnosis in other.strategy.diagnoses}
    actions = {action.slug for action in other.strategy.actions}
    answers = {(a.question.slug, a.values) for a in other.walk.trail}
    comparable = bool(answers)
    return {
        "token": own.token,
        "result": own.result,
        "number": own.number,
        "causes": [
            {"diagnosis": diagnosis, "differs": diagnosis.finding.slug not in causes}
            for diagnosis in own.strategy.diagnoses
        ],
        "undecided": own.strategy.undecided,
        "actions": [a for a in own.strategy.actions if a.slug not in actions],
        "same_actions": sum(a.slug in actions for a in own.strategy.actions),
        "answers": [
            {
                "question": a.question.short,
                "answer": wording.answer(a),
                "differs": comparable and (a.question.slug, a.values) not in answers,
            }
            for a in own.walk.trail
        ],
    }
