"""Files of a strategy, to be taken along: of a walk, or of a shared result."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from wizard import editions, takeaway, wording
from wizard.content import Audience
from wizard.editions import NoEditionError
from wizard.engine import walk
from wizard.forms import sent_answers
from wizard.sharing import private, shared
from wizard.strategy import Strategy, advise, audience_of
from wizard.views import answer_rows, canonical_address, comparison, not_found


@dataclass(frozen=True)
class Taken:
    """What a file is made of. `address` leads back to the page; `begins` is day 0 of the plan."""

    strategy: Strategy
    audience: Audience
    number: int
    address: str
    begins: dt.date


File = Callable[[HttpRequest, Taken], HttpResponse]
View = Callable[..., HttpResponse]


def of_walk(file: File) -> View:
    """The view of a file below the address of a strategy, with the answers in the query."""

    @require_safe
    @cache_control(no_cache=True)
    def view(request: HttpRequest, slug: str, number: str) -> HttpResponse:
        try:
            tree = editions.get(slug, int(number), wording.language())
        except NoEditionError:
            return not_found(request)
        walked = walk(tree, sent_answers(request.GET.lists()))
        address = canonical_address(reverse("step", args=[slug, number]), walked)
        if not walked.finished:
            return redirect(address)
        audience = audience_of(walked) or Audience.PERSON
        address = request.build_absolute_uri(address)
        today = timezone.localdate()
        return file(request, Taken(advise(walked), audience, int(number), address, today))

    return view


def of_result(file: File) -> View:
    """The view of a file below the address of a result. Hidden answers are in none of them."""

    @require_safe
    @private
    def view(request: HttpRequest, token: str) -> HttpResponse:
        found = shared(token)
        address = request.build_absolute_uri(reverse("result", args=[token]))
        taken = Taken(found.strategy, found.audience, found.number, address, found.result.made_on)
        return file(request, taken)

    return view


def calendar(request: HttpRequest, taken: Taken) -> HttpResponse:
    """The dates of the plan for any calendar."""
    body = takeaway.calendar(taken.strategy, taken.number, taken.begins, taken.address)
    return _download(body, "text/calendar; charset=utf-8", "calendar.ics")


def page(request: HttpRequest, taken: Taken) -> HttpResponse:
    """The page as one file that opens without a network."""
    walked = taken.strategy.walk
    step = request.build_absolute_uri(reverse("step", args=[walked.tree.slug, taken.number]))
    context = {
        "saved": True,
        "styles": _styles("saved.css", "wizard.css"),
        "print_styles": _styles("print.css", "print-strategy.css"),
        "tree": walked.tree,
        "walk": walked,
        "strategy": taken.strategy,
        "number": taken.number,
        "address": taken.address,
        "answers": answer_rows(step, walked),
        **comparison(walked, "", taken.audience),
    }
    body = render_to_string("wizard/saved.html", context).encode()
    return _download(body, "text/html; charset=utf-8", f"payout-plan-{taken.begins}.html")


@cache
def _styles(*names: str) -> SafeString:
    """The site's own stylesheets, to stand in the file itself."""
    sheets = [(settings.BASE_DIR / "static" / name).read_text() for name in names]
    return mark_safe("\n".join(sheets))  # noqa: S308 - ours


def letters(request: HttpRequest, taken: Taken) -> HttpResponse:
    """The letters and what to say on the phone, as plain text."""
    body = takeaway.letters(taken.strategy, taken.begins).encode()
    return _download(body, "text/plain; charset=utf-8", "letters.txt")


def _download(body: bytes, kind: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": disposition})
