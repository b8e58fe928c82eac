"""All problems of a draft, each with the way to the field to mend."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from wizard import drafts, labels, wording
from wizard.admin.pages import frame, tree_page
from wizard.admin.places import problem_row
from wizard.labels import Label, Wording
from wizard.models import Tree
from wizard.tree.parts import Place
from wizard.tree.problems import Level, Problem

LONGEST = 100
"""So many characters of a filter are looked at."""

MOST_OPEN = 40
"""Of more problems only the parts are listed at first, each to be opened."""


@dataclass(frozen=True)
class Filter:
    """`of` is what a problem has of it, `labels` are the values in the order of the links."""

    title: Wording | Label
    labels: Mapping[str, Wording | Label]
    of: Callable[[Problem], str]


FILTERS = {
    "level": Filter(
        _("Level"),
        {Level.ERROR: _("Errors"), Level.WARNING: _("Warnings")},
        lambda problem: problem.level,
    ),
    "kind": Filter(_("Place"), labels.PARTS, lambda problem: problem.place.kind),
}


@tree_page("check", label=_("Check"), place=50)
def check(request: HttpRequest, tree: Tree) -> HttpResponse:
    """The problems by part. `?q=` keeps those with these words, the `FILTERS` some.

    `?all` opens every part however many problems there are.
    """
    problems = drafts.frozen_draft(tree).problems()
    wanted = {name: request.GET.get(name, "").strip()[:LONGEST] for name in ("q", *FILTERS)}
    worded = [p for p in problems if wanted["q"].lower() in _words(p).lower()]
    shown = [p for p in worded if all(_passes(p, name, wanted) for name in FILTERS)]
    few = len(shown) <= MOST_OPEN
    context = frame(
        request,
        tree,
        "check",
        _("Check: %(tree)s") % {"tree": tree},
        found=len(problems),
        q=wanted["q"],
        filters=[
            {
                "name": name,
                "title": one.title,
                "value": wanted[name],
                "links": _links(worded, name, wanted),
            }
            for name, one in FILTERS.items()
        ],
        sections=_sections(tree, shown),
        number=len(shown),
        open=few or "all" in request.GET,
        all_url="" if few else _query(wanted | {"all": "1"}),
        parts_url=_query(wanted),
    )
    return render(request, "admin/wizard/tree/check.html", context)


def _passes(problem: Problem, name: str, wanted: Mapping[str, str]) -> bool:
    return wanted[name] in ("", FILTERS[name].of(problem))


def _words(problem: Problem) -> str:
    return f"{wording.place(problem)} {problem.place.slug} {wording.problem(problem)}"


def _links(
    problems: Iterable[Problem], name: str, wanted: Mapping[str, str]
) -> list[dict[str, Any]]:
    """To each value of a filter, with how many problems it has; the other filters stay."""
    others = [other for other in FILTERS if other != name]
    left = [p for p in problems if all(_passes(p, other, wanted) for other in others)]
    counts = Counter(FILTERS[name].of(problem) for problem in left)
    counts[""] = len(left)
    return [
        {
            "label": label,
            "count": counts[value],
            "url": _query({**wanted, name: value}),
            "current": wanted[name] == value,
        }
        for value, label in ({"": _("All")} | dict(FILTERS[name].labels)).items()
        if counts[value] or wanted[name] == value
    ]


def _query(parameters: Mapping[str, str]) -> str:
    return f"?{urlencode({name: value for name, value in parameters.items() if value})}"


def _sections(tree: Tree, problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """The problems by kind of part, and by part in the order of the tree."""
    by_part: dict[Place, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_part[problem.place.part].append(problem)
    ordered = sorted(by_part.items(), key=lambda part: _order(*part))
    return [
        {"kind": kind, "title": labels.PARTS[kind], "parts": [_part(tree, *part) for part in same]}
        for kind, same in groupby(ordered, key=lambda part: part[0].kind)
    ]


def _order(place: Place, problems: Sequence[Problem]) -> tuple[int, int]:
    return list(labels.PARTS).index(place.kind), list(problems[0].names).index(place)


def _part(tree: Tree, place: Place, problems: Sequence[Problem]) -> dict[str, Any]:
    """One part with its problems, and the addresses of their fields."""
    return {
        "title": wording.part_name(problems[0]),
        "slug": place.slug,
        "counts": [
            {"level": level, "number": number}
            for level in Level
            if (number := sum(problem.level is level for problem in problems))
        ],
        "rows": [
            problem_row(tree, problem) | {"code": problem.code, "spot": wording.spot(problem)}
            for problem in problems
        ],
    }
