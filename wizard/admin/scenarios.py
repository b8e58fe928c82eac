"""Scenarios beside what the draft gives for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wizard import drafts, wording
from wizard.admin import stops
from wizard.admin.pages import CHANGE, address, frame, tree_page
from wizard.admin.preview import UnwalkableError, preview_url, unwalkable, walkable
from wizard.models import Tree
from wizard.tree import compiled, content
from wizard.tree.engine import walk
from wizard.tree.problems import Code, Problem, find_failing, named
from wizard.tree.strategy import advise

FAILED = "failed"

SHOWN_OTHERWISE = frozenset({Code.SCENARIO_FINDINGS, Code.SCENARIO_ACTIONS})
"""Failures that the columns of the table show; the others are told in a sentence."""


@dataclass(frozen=True)
class ScenarioRow:
    """One scenario with what the draft gives for it now."""

    slug: str
    story: str
    expected: Sequence[str]
    found: Sequence[str]
    missing: Sequence[str]
    unwanted: Sequence[str]
    told: Sequence[str]
    passes: bool
    edit_url: str
    preview_url: str


@tree_page("scenarios", label=_("Scenarios"), place=40, to_post=CHANGE)
def scenarios(request: HttpRequest, tree: Tree) -> HttpResponse:
    """All scenarios of the draft, each run anew; those that stop at a question get an answer."""
    draft = drafts.frozen_draft(tree)
    snapshot = draft.content
    try:
        runs = _ScenarioRuns(tree, snapshot, walkable(draft).compiled(wording.language()))
    except UnwalkableError as exc:
        return unwalkable(request, tree, exc.problems)
    refused: list[str] = []
    if request.method == "POST":
        refused = stops.give_answer(request, tree, runs.draft)
        if not refused:
            return HttpResponseRedirect(address("scenarios", tree))
    rows = [runs.row(scenario) for scenario in snapshot.scenarios]
    failing = [row for row in rows if not row.passes]
    stories = {row.slug: row.story for row in rows}
    for told in refused:
        messages.error(request, told)
    context = frame(
        request,
        tree,
        "scenarios",
        _("Scenarios: %(tree)s") % {"tree": tree},
        rows=failing if FAILED in request.GET else rows,
        number=len(rows),
        failing=len(failing),
        only_failing=FAILED in request.GET,
        stops=stops.boxes(runs.draft, stories, request.POST) if failing else [],
        new_url=address("scenarios/new", tree),
        preview_url=preview_url(tree, wording.language(), {}),
    )
    return render(
        request,
        "admin/wizard/tree/scenarios.html",
        context,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
    )


class _ScenarioRuns:
    """What every scenario of one draft is compared with."""

    def __init__(self, tree: Tree, snapshot: content.Tree, draft: compiled.Tree) -> None:
        self.tree, self.draft = tree, draft
        self.pks = dict(tree.scenarios.values_list("slug", "pk"))
        self.findings = {finding.slug: finding.title for finding in draft.findings}
        self.actions = {a.slug: a.title.inside(wording.language()) for a in snapshot.actions}
        self.problems: dict[str, list[Problem]] = {}
        for problem in named(find_failing(draft), snapshot):
            self.problems.setdefault(problem.place.slug, []).append(problem)

    def row(self, scenario: content.Scenario) -> ScenarioRow:
        """One scenario, run."""
        walked = walk(self.draft, scenario.answers)
        advice = advise(walked) if walked.finished else None
        shown = {action.slug for action in advice.actions} if advice else set()
        missing = [slug for slug in scenario.actions if advice and slug not in shown]
        unwanted = [slug for slug in scenario.absent_actions if slug in shown]
        problems = self.problems.get(scenario.slug, ())
        return ScenarioRow(
            slug=scenario.slug,
            story=scenario.story.inside(wording.language()),
            expected=[self.findings.get(slug, slug) for slug in scenario.findings],
            found=[d.finding.title for d in advice.diagnoses] if advice else [],
            missing=[self.actions.get(slug, slug) for slug in missing],
            unwanted=[self.actions.get(slug, slug) for slug in unwanted],
            told=[wording.problem(p) for p in problems if p.code not in SHOWN_OTHERWISE],
            passes=not problems,
            edit_url=reverse("admin:wizard_scenario_change", args=[self.pks[scenario.slug]]),
            preview_url=preview_url(self.tree, wording.language(), scenario.answers),
        )
