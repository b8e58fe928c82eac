"""Pages for visitors. Nothing here stores anything; every page is a GET."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_from_request, override
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from wizard import editions, wording
from wizard.compiled import Question, Tree
from wizard.editions import NoEditionError
from wizard.engine import Answers, Walk, answers_of, walk
from wizard.forms import StepForm
from wizard.strategy import advise

ASKED = "_asked"
AT = "_at"

UNPROCESSABLE = 422

LONGEST_VALUE = 60
"""No choice and no number is longer."""

MESSAGES_SHOWN = 8
"""So many messages stand on the home page; the others are folded away."""


class HtmxHttpRequest(HttpRequest):
    htmx: HtmxDetails


@require_safe
@vary_on_headers("Accept-Language")
def to_language(request: HttpRequest) -> HttpResponse:
    """The site's root: to the visitor's language."""
    with override(get_language_from_request(request)):
        return redirect("home")


@require_safe
@cache_control(no_cache=True)
def home(request: HttpRequest) -> HttpResponse:
    trees = [_tree(slug, number) for slug, number in editions.current_numbers().items()]
    longest = max((walk(tree, {}).questions_left for tree in trees), default=0)
    messages = [
        {
            "message": message,
            "url": _with(reverse("tree", args=[tree.slug]), answers_of(message.implies)),
        }
        for tree in trees
        for message in tree.messages
    ]
    context = {
        "trees": trees,
        "longest": longest,
        "messages": messages[:MESSAGES_SHOWN],
        "more_messages": messages[MESSAGES_SHOWN:],
    }
    return render(request, "wizard/home.html", context)


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
    asked, at = request.GET.get(ASKED, ""), request.GET.get(AT, "")
    walked = walk(edition, dict(request.GET.lists()), asked=asked, at=at)
    # A history restore is an htmx request too, but it needs the whole page.
    fragment = bool(request.htmx) and not request.htmx.history_restore_request
    canonical = _canonical(request.path, walked)
    # What was dropped is told on the page that follows, so that one is not skipped.
    if asked and not fragment and not walked.fault and not walked.dropped:
        return redirect(canonical)
    answers = _answers(request.path, walked)
    context = {
        "tree": edition,
        "walk": walked,
        "canonical": canonical,
        "fragment": fragment,
        "number": int(number),
        "newer": _newer(slug, int(number), walked),
        "answers": answers,
        # To the question before the one shown; to the home page from the first.
        "back": answers[-1]["change"] if answers else reverse("home"),
    }
    if walked.question is None:
        name = "strategy"
        context["strategy"] = advise(walked)
    else:
        name = "step"
        sent = _sent(request, walked, walked.question)
        form = StepForm(walked, walked.question, sent, request.path)
        context |= {"form": form, "left": wording.questions_left(walked.questions_left)}
    response = render(
        request,
        f"wizard/{'_' if fragment else ''}{name}.html",
        context,
        status=UNPROCESSABLE if walked.fault else 200,
    )
    return push_url(response, False if walked.fault else canonical) if fragment else response


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
        connection.ensure_connection()
        published = bool(editions.current_numbers())
    except DatabaseError:
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
    return render(request, "500.html", status=500)


def _tree(slug: str, number: int) -> Tree:
    return editions.get(slug, number, get_language() or settings.LANGUAGE_CODE)


def _no_such_edition(request: HttpRequest, slug: str) -> HttpResponse:
    """A friendly 404 that offers the current edition with the same answers."""
    offer = ""
    if current := editions.current_numbers().get(slug):
        offer = _with(reverse("tree", args=[slug]), _answers_in(request, _tree(slug, current)))
    return render(request, "404.html", {"offer": offer}, status=404)


def _with(path: str, answers: Answers) -> str:
    query = urlencode([(name, value) for name, values in answers.items() for value in values])
    return f"{path}?{query}" if query else path


def _answers_in(request: HttpRequest, tree: Tree) -> Answers:
    """What an address says about the questions of a tree, and nothing else in it."""
    return {
        question: [value for value in values if len(value) <= LONGEST_VALUE]
        for question, values in request.GET.lists()
        if question in tree.questions
    }


def _canonical(path: str, walked: Walk) -> str:
    parameters = walked.parameters_with_shown
    if walked.shown is not None:
        parameters.append((AT, walked.shown.question.slug))
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _answers(path: str, walked: Walk) -> list[dict[str, Any]]:
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


def _newer(slug: str, number: int, walked: Walk) -> str:
    """Where the same answers stand on a newer edition; "" if this is the newest."""
    current = editions.current_numbers().get(slug, number)
    if current <= number:
        return ""
    return _canonical(reverse("step", args=[slug, current]), walked)


def _sent(request: HttpRequest, walked: Walk, question: Question) -> list[str]:
    """What to show as chosen: what was just sent, right or wrong, or the present answer."""
    if walked.shown is not None:
        return list(walked.shown.values)
    return request.GET.getlist(question.slug)
