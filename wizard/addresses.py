"""Addresses: what they say of a walk, and where the pages around one stand.

The address holds the answers, and nothing else does. Parameters of ours begin with an
underscore, as no slug does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from wizard import editions, wording
from wizard.forms import PRESSED, sent_answers
from wizard.tree.answers import Answers
from wizard.tree.compiled import Tree
from wizard.tree.engine import Walk, walk

ASKED = "_asked"
"""The question whose form was sent."""

AT = "_at"
"""A question to show although it is answered."""

LONGEST_VALUE = 60
"""No choice and no number is longer."""


@dataclass(frozen=True)
class Addresses:
    """Where the pages around a walk stand: visitors have theirs, a draft tried by staff its own."""

    step: str
    home: str
    alternatives: str


def with_parameters(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def with_answers(path: str, answers: Answers) -> str:
    return with_parameters(
        path, [(name, value) for name, values in answers.items() for value in values]
    )


def answers_in(request: HttpRequest, tree: Tree) -> Answers:
    """What an address says about the questions of a tree, and nothing else in it."""
    return {
        question: [value for value in values if len(value) <= LONGEST_VALUE]
        for question, values in sent_answers(request.GET.lists()).items()
        if question in tree.questions or question in tree.question_aliases
    }


def walk_in(request: HttpRequest, tree: Tree) -> Walk:
    """The answers of an address, replayed on `tree`."""
    given = sent_answers(request.GET.lists())
    asked, at = request.GET.get(ASKED, ""), request.GET.get(AT, "")
    if asked and (pressed := request.GET.get(PRESSED)):
        given[asked] = [*given.get(asked, ()), pressed]
    return walk(tree, given, asked=asked, at=at)


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


def held_rows(path: str, walked: Walk) -> list[dict[str, Any]]:
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


def newer_address(slug: str, number: int, walked: Walk) -> str:
    """Where the same answers stand on a newer edition; "" if this is the newest."""
    current = editions.current_numbers().get(slug, number)
    if current <= number:
        return ""
    return canonical_address(reverse("step", args=[slug, current]), walked)
