"""Answers: reading what was sent for a question, by its kind.

A new kind of question is a member of `content.Kind`, a class below and a template in
`templates/wizard/fields/`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import combinations

from wizard.tree.compiled import Choice, Fact, Question
from wizard.tree.content import Kind
from wizard.tree.numerals import read_number, write_number

Answers = Mapping[str, Sequence[str]]
"""Question slug -> what was sent for it: choice slugs, or the typed number."""

BLANK = ""
"""How "nothing ticked" is written where that is an answer."""


class Fault(StrEnum):
    """Why an answer could not be taken. `wording.FAULTS` has the sentence for each."""

    NOTHING_CHOSEN = "nothing-chosen"
    NOTHING_TICKED = "nothing-ticked"
    UNKNOWN = "unknown"
    ONLY_ONE = "only-one"
    EXCLUSIVE = "exclusive"
    NOT_A_NUMBER = "not-a-number"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"


class UnreadableAnswerError(Exception):
    """An answer that does not fit its question."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with its answer. `number` is the number typed, if one was."""

    question: Question
    choices: tuple[Choice, ...]
    number: Decimal | None = None

    @property
    def facts(self) -> frozenset[Fact]:
        return frozenset((self.question.slug, choice.slug) for choice in self.choices)

    @property
    def values(self) -> tuple[str, ...]:
        """How the answer stands in an address."""
        if self.number is not None:
            return (write_number(self.number),)
        return tuple(choice.slug for choice in self.choices) or (BLANK,)


class AnswerKind:
    """How questions of one kind are drawn and answered: what all kinds have, and say otherwise."""

    template = "choices"
    """Draws the field."""
    first_input = "answer-0"
    """The id of its first input, which error messages lead to."""
    several = False
    """Whether several choices go together."""
    is_number = False
    """Whether a number is typed, and choices are its ranges."""
    nothing = Fault.NOTHING_CHOSEN

    def may_be_blank(self, question: Question) -> bool:
        """Whether ticking nothing is an answer."""
        return False

    def read(self, question: Question, values: Sequence[str]) -> Answered:
        """The answer that is meant by `values`: at least one, each once.

        Raises UnreadableAnswerError.
        """
        raise NotImplementedError

    def possible(self, question: Question) -> list[Answered]:
        """Answers worth trying, so that every route and condition is met."""
        return [Answered(question, (choice,)) for choice in question.choices]


class SingleChoice(AnswerKind):
    """One of several choices."""

    def read(self, question: Question, values: Sequence[str]) -> Answered:
        if len(values) > 1:
            raise UnreadableAnswerError(Fault.ONLY_ONE)
        return Answered(question, _named(question, values))


class Ticks(AnswerKind):
    """Any of several choices, but for those that exclude the others."""

    several = True
    nothing = Fault.NOTHING_TICKED

    def may_be_blank(self, question: Question) -> bool:
        """It is where no choice says "none of these"."""
        return not any(choice.exclusive for choice in question.choices)

    def read(self, question: Question, values: Sequence[str]) -> Answered:
        choices = _named(question, values)
        if len(choices) > 1 and any(choice.exclusive for choice in choices):
            raise UnreadableAnswerError(Fault.EXCLUSIVE)
        return Answered(question, choices)

    def possible(self, question: Question) -> list[Answered]:
        """Each choice, each pair of ticks, and nothing."""
        ticks = [choice for choice in question.choices if not choice.exclusive]
        pairs = [Answered(question, pair) for pair in combinations(ticks, 2)]
        blank = [Answered(question, ())] if self.may_be_blank(question) else []
        return [*super().possible(question), *pairs, *blank]


class Number(AnswerKind):
    """A number from `minimum` to `maximum`, which falls into one of the ranges."""

    template = "number"
    first_input = "answer"
    is_number = True
    nothing = Fault.NOT_A_NUMBER

    def read(self, question: Question, values: Sequence[str]) -> Answered:
        # "Not sure" is a button beside the field: pressing it overrules what was typed.
        values = [value for value in values if value in question.by_slug] or values
        if len(values) > 1:
            raise UnreadableAnswerError(Fault.ONLY_ONE)
        choice = question.by_slug.get(values[0])
        return _typed(question, values[0]) if choice is None else _of_range(question, choice)

    def possible(self, question: Question) -> list[Answered]:
        """Each range by its smallest number, and "not sure"."""
        return [_of_range(question, choice) for choice in reachable_choices(question)]


ANSWER_KINDS: Mapping[Kind, AnswerKind] = {
    Kind.SINGLE: SingleChoice(),
    Kind.MULTIPLE: Ticks(),
    Kind.NUMBER: Number(),
}


def kind_of(question: Question) -> AnswerKind:
    """How a question is answered."""
    return ANSWER_KINDS[question.kind]


def may_be_blank(question: Question) -> bool:
    """Whether ticking nothing is an answer."""
    return kind_of(question).may_be_blank(question)


def read_answer(question: Question, sent: Sequence[str]) -> Answered:
    """What was sent for `question`, read. Raises UnreadableAnswerError."""
    kind = kind_of(question)
    values = list(dict.fromkeys(value.strip() for value in sent if value.strip()))
    if values:
        return kind.read(question, values)
    if sent and kind.may_be_blank(question):
        return Answered(question, ())
    raise UnreadableAnswerError(kind.nothing)


def possible_answers(question: Question) -> list[Answered]:
    """Answers worth trying: each choice, each range by its smallest number, each pair of ticks."""
    return kind_of(question).possible(question)


def answers_of(facts: Iterable[Fact]) -> dict[str, list[str]]:
    """Saved choices as answers to walk with."""
    answers: dict[str, list[str]] = {}
    for question, choice in facts:
        answers.setdefault(question, []).append(choice)
    return answers


def reachable_choices(question: Question) -> list[Choice]:
    """The choices that some answer gives: all but the ranges beyond `maximum`."""
    if question.maximum is None:
        return list(question.choices)
    return [c for c in question.choices if c.at_least is None or c.at_least <= question.maximum]


def _named(question: Question, values: Sequence[str]) -> tuple[Choice, ...]:
    """The choices with these slugs, in the question's order."""
    if not question.by_slug.keys() >= set(values):
        raise UnreadableAnswerError(Fault.UNKNOWN)
    return tuple(choice for choice in question.choices if choice.slug in values)


def _typed(question: Question, typed: str) -> Answered:
    try:
        value = read_number(typed, question.unit)
    except ValueError:
        raise UnreadableAnswerError(Fault.NOT_A_NUMBER) from None
    if question.maximum is not None and value > question.maximum:
        raise UnreadableAnswerError(Fault.TOO_LARGE)
    choice = question.range_of(value)
    if choice is None or (question.minimum is not None and value < question.minimum):
        raise UnreadableAnswerError(Fault.TOO_SMALL)
    return Answered(question, (choice,), value)


def _of_range(question: Question, choice: Choice) -> Answered:
    """A range, as saved cases name it, stands for its smallest number."""
    least = choice.at_least
    if least is not None and question.minimum is not None:
        least = max(least, question.minimum)
    return Answered(question, (choice,), least)
