"""Scenarios that stop at a question, answered together.

A question that was put between two others is a new one for every saved case that
comes by. Here all those cases are given an answer at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wizard import wording
from wizard.admin import history
from wizard.admin.pages import staff
from wizard.admin.preview import UnwalkableError, draft_in
from wizard.models import Choice, Question, Scenario, Tree
from wizard.tree import compiled
from wizard.tree.answers import answers_of, kind_of, reachable_choices
from wizard.tree.engine import walk
from wizard.tree.problems import find_failing


@dataclass(frozen=True)
class Stop:
    """A question that saved cases come to without an answer, and the slugs of these cases."""

    question: compiled.Question
    scenarios: Sequence[str]


class AnswerForm(forms.Form):
    """Which answer the scenarios that stop at `question` shall have, and which of them."""

    scenarios = forms.MultipleChoiceField(
        error_messages={"required": _("Tick at least one scenario.")}
    )

    def __init__(self, stop: Stop, data: QueryDict) -> None:
        super().__init__(data)
        several = kind_of(stop.question).several
        field = forms.MultipleChoiceField if several else forms.ChoiceField
        self.fields["answer"] = field(
            choices=[(choice.slug, choice.label) for choice in reachable_choices(stop.question)],
            error_messages={"required": _("Choose an answer.")},
        )
        self.fields["scenarios"].choices = [(slug, slug) for slug in stop.scenarios]  # type: ignore[attr-defined]

    @property
    def answer(self) -> list[str]:
        """Slugs of the choices."""
        given = self.cleaned_data["answer"]
        return [given] if isinstance(given, str) else given


def find_stops(draft: compiled.Tree) -> list[Stop]:
    """The questions at which scenarios stop, as the tree orders them."""
    found: dict[str, list[str]] = {}
    for scenario in draft.scenarios:
        answers = answers_of(scenario.answers)
        stopped = walk(draft, answers).question
        if stopped is not None and stopped.slug not in answers:
            found.setdefault(stopped.slug, []).append(scenario.slug)
    return [Stop(draft.questions[q], found[q]) for q in draft.questions if q in found]


def count_at(question: Question) -> int:
    """How many scenarios of the draft stop at `question`; 0 while the draft cannot be walked."""
    try:
        draft = draft_in(question.tree, wording.language())
    except UnwalkableError:
        return 0
    return sum(
        len(stop.scenarios) for stop in find_stops(draft) if stop.question.slug == question.slug
    )


def boxes(
    draft: compiled.Tree, stories: Mapping[str, str], sent: QueryDict
) -> list[dict[str, Any]]:
    """The stops as the page of scenarios shows them, each with its choices and its scenarios.

    `stories` are told by the scenarios' slugs. What was `sent`, and refused, stays ticked.
    """
    return [_box(draft, stop, stories, sent) for stop in find_stops(draft)]


def _box(
    draft: compiled.Tree, stop: Stop, stories: Mapping[str, str], sent: QueryDict
) -> dict[str, Any]:
    again = sent.get("question") == stop.question.slug
    answer = sent.getlist("answer") if again else []
    ticked = sent.getlist("scenarios") if again else stop.scenarios
    return {
        "question": stop.question,
        "several": kind_of(stop.question).several,
        "choices": [
            {
                "choice": choice,
                "passing": _passing(draft, stop, choice.slug),
                "ticked": choice.slug in answer,
            }
            for choice in reachable_choices(stop.question)
        ],
        "scenarios": [
            {"slug": slug, "story": stories[slug], "ticked": slug in ticked}
            for slug in stop.scenarios
        ],
    }


def _passing(draft: compiled.Tree, stop: Stop, choice: str) -> int:
    """How many of the stopped scenarios would pass if `choice` was their answer."""
    answered = [
        replace(scenario, answers=(*scenario.answers, (stop.question.slug, choice)))
        for scenario in draft.scenarios
        if scenario.slug in stop.scenarios
    ]
    failing = find_failing(replace(draft, scenarios=tuple(answered)))
    return len(answered) - len({problem.place.slug for problem in failing})


def give_answer(request: HttpRequest, tree: Tree, draft: compiled.Tree) -> list[str]:
    """Do what the form of a stop asks for. Returns why not, in sentences; nothing if it is done."""
    asked = request.POST.get("question", "")
    stop = next((stop for stop in find_stops(draft) if stop.question.slug == asked), None)
    if stop is None:
        return [str(_("No scenario stops at that question any more."))]
    form = AnswerForm(stop, request.POST)
    if not form.is_valid():
        return [str(told) for errors in form.errors.values() for told in errors]
    given = form.cleaned_data["scenarios"]
    _save(request, tree, stop, form.answer, given)
    told = ngettext(
        "%(number)d scenario answers “%(question)s” now.",
        "%(number)d scenarios answer “%(question)s” now.",
        len(given),
    )
    messages.success(request, told % {"number": len(given), "question": stop.question.short})
    return []


@transaction.atomic
def _save(
    request: HttpRequest, tree: Tree, stop: Stop, answer: Iterable[str], given: Iterable[str]
) -> None:
    """Add the answer to the rows of the scenarios, and note it in the history of each."""
    # A publisher waits until all of them have it.
    tree.lock()
    choices = Choice.objects.filter(
        question__tree=tree, question__slug=stop.question.slug, slug__in=answer
    )
    by = staff(request)
    for scenario in Scenario.objects.filter(tree=tree, slug__in=given):
        before = history.portrait(scenario)
        scenario.answers.add(*choices)
        if by is not None:
            told = history.changes(before, history.portrait(scenario))
            history.log_change(by, scenario, told)
    tree.touch(by)
