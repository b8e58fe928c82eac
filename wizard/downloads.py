"""Files of a strategy, to be taken along: of a walk, or of a shared result.

`DOWNLOADS` has one line for each; the views of walks and of results answer with them.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from wizard import plan_texts
from wizard.addresses import answer_rows, with_parameters
from wizard.pages import comparison
from wizard.tree.content import Audience
from wizard.tree.strategy import Strategy


@dataclass(frozen=True)
class Plan:
    """What a file is made of. `address` leads back to the page; `begins` is day 0 of the plan."""

    strategy: Strategy
    audience: Audience
    number: int
    address: str
    begins: dt.date


@dataclass(frozen=True)
class Download:
    """A file: its name in addresses, its type, what is in it, and another name to keep it under."""

    file: str
    content_type: str
    body: Callable[[HttpRequest, Plan], bytes]
    kept_as: str = ""


def _page(request: HttpRequest, plan: Plan) -> bytes:
    """The page as one file that opens without a network."""
    walked = plan.strategy.walk
    step = request.build_absolute_uri(reverse("step", args=[walked.tree.slug, plan.number]))
    context = {
        "saved": True,
        "styles": _styles("saved.css", "wizard.css"),
        "print_styles": _styles("print.css", "print-strategy.css"),
        "tree": walked.tree,
        "walk": walked,
        "strategy": plan.strategy,
        "number": plan.number,
        "address": plan.address,
        "answers": answer_rows(step, walked),
        **comparison(walked, "", plan.audience),
    }
    return render_to_string("wizard/saved.html", context).encode()


@cache
def _styles(*names: str) -> SafeString:
    """The site's own stylesheets, to stand in the file itself."""
    sheets = [(settings.BASE_DIR / "static" / name).read_text() for name in names]
    return mark_safe("\n".join(sheets))  # noqa: S308 - ours


DOWNLOADS: Mapping[str, Download] = {
    "calendar": Download(
        "calendar.ics",
        "text/calendar; charset=utf-8",
        lambda _, plan: plan_texts.calendar(plan.strategy, plan.number, plan.begins, plan.address),
    ),
    "page": Download(
        "plan.html", "text/html; charset=utf-8", _page, kept_as="payout-plan-{day}.html"
    ),
    "letters": Download(
        "letters.txt",
        "text/plain; charset=utf-8",
        lambda _, plan: plan_texts.letters(plan.strategy, plan.begins).encode(),
    ),
}
"""By what templates call them: everything that can be taken along."""


def addresses(path: str, parameters: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """Where the files of a strategy are, by name, that stands at `path`."""
    return {name: with_parameters(path + d.file, parameters) for name, d in DOWNLOADS.items()}


def respond(name: str, request: HttpRequest, plan: Plan) -> HttpResponse:
    """One of `DOWNLOADS`, to be kept."""
    made = DOWNLOADS[name]
    kept = (made.kept_as or made.file).format(day=plan.begins)
    return HttpResponse(
        made.body(request, plan),
        content_type=made.content_type,
        headers={"Content-Disposition": f'attachment; filename="{kept}"'},
    )
