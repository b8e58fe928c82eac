"""Walking a tree: answers in, the question to show (or the end) out.

Position is never stored; it is replayed from the answers. The same tree and
the same answers always give the same walk. No Django, no database.

A walk keeps an agenda of questions. It takes the first; if that is answered,
its open routes go to the head of the agenda; if not, it is the question to
show. No question is asked twice, and an empty agenda is the end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from wizard.compiled import Choice, Fact, Question, Route, Tree
from wizard.content import Kind
from wizard.numerals import read_number, write_number

Answers = Mapping[str, Sequence[str]]
"""Question slug -> what was sent for it: choice slugs, or the typed number."""

BLANK = ""
"""How "nothing ticked" is written where that is an answer."""

MOST_STATES = 50_000
MOST_TICKS = 12
"""So many ticks of one question may be looked at by routes: 2 ** 12 ways to answer."""


class Fault(StrEnum):
    """Why an answer could not be taken."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    ONLY_ONE = "only-one"
    EXCLUSIVE = "exclusive"
    NOT_A_NUMBER = "not-a-number"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"


class UnreadableError(Exception):
    """An answer that does not fit its question."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class TooComplexError(Exception):
    """A tree whose answers interact in more than `MOST_STATES` ways."""


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


@dataclass(frozen=True)
class Walk:
    """Answers replayed on a tree.

    `question` is the one to show; None at the end. `shown` is its present
    answer when it is shown again to be changed. `fault` tells why what was sent
    for it could not be taken. `held` are answers to questions that may still
    come, `dropped` the questions whose answers can no longer matter.
    """

    tree: Tree
    trail: tuple[Answered, ...]
    question: Question | None
    agenda: tuple[str, ...] = ()
    shown: Answered | None = None
    fault: Fault | None = None
    held: tuple[Answered, ...] = ()
    dropped: tuple[Answered, ...] = ()

    @property
    def finished(self) -> bool:
        return self.question is None

    @cached_property
    def facts(self) -> frozenset[Fact]:
        """All choices made on the trail."""
        return frozenset().union(*(answered.facts for answered in self.trail))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The canonical address: what was answered in asked order, then what is held."""
        return _parameters((*self.trail, *self.held))

    @property
    def parameters_with_shown(self) -> list[tuple[str, str]]:
        """The same with the answer that is shown to be changed, in its place."""
        shown = () if self.shown is None else (self.shown,)
        return _parameters((*self.trail, *shown, *self.held))

    @cached_property
    def questions_left(self) -> int:
        """The most questions that can still be asked, the one shown included."""
        if self.question is None:
            return 0
        agenda = (self.question.slug, *self.agenda)
        done = {answered.question.slug for answered in self.trail}
        held = {answered.question.slug: answered.facts for answered in self.held}
        return longest(self.tree, agenda, done, self.facts, held)


def walk(tree: Tree, given: Answers, *, asked: str = "", at: str = "") -> Walk:
    """Replay `given` on `tree`.

    Unknown questions are passed over. An answer that does not fit stops the walk
    at its question, with a fault; later ones that do not fit are left out. `asked` is
    the question whose form was just sent: if it has no answer, that is a fault
    (or, where blank is an answer, the blank answer). `at` is a question to stop
    at although it is answered.
    """
    trail: list[Answered] = []
    facts: set[Fact] = set()
    done: set[str] = set()
    agenda = [tree.start.slug]
    while agenda:
        question = tree.questions.get(agenda.pop(0))
        if question is None or question.slug in done:
            continue
        answered, fault = _taken(question, given, asked)
        if answered is None or question.slug == at:
            done.add(question.slug)
            held, dropped = _apart(tree, given, done, (question.slug, *agenda))
            return Walk(
                tree,
                tuple(trail),
                question,
                tuple(agenda),
                shown=answered,
                fault=fault,
                held=held,
                dropped=dropped,
            )
        trail.append(answered)
        done.add(question.slug)
        facts |= answered.facts
        agenda[:0] = [route.to for route in open_routes(question, facts)]
    return Walk(tree, tuple(trail), None, dropped=_others(tree, given, done))


def read_answer(question: Question, sent: Sequence[str]) -> Answered:
    """What was sent for `question`, read. Raises UnreadableError."""
    values = list(dict.fromkeys(value.strip() for value in sent if value.strip()))
    if not values:
        if sent and question.may_be_blank:
            return Answered(question, ())
        raise UnreadableError(Fault.MISSING)
    if question.kind is Kind.NUMBER:
        # "Not sure" is a button beside the field: pressing it overrules what was typed.
        values = [v for v in values if v in question.by_slug] or values
    if question.kind is not Kind.MULTIPLE and len(values) > 1:
        raise UnreadableError(Fault.ONLY_ONE)
    if question.kind is Kind.NUMBER and values[0] not in question.by_slug:
        return _read_number(question, values[0])
    if not question.by_slug.keys() >= set(values):
        raise UnreadableError(Fault.UNKNOWN)
    choices = tuple(choice for choice in question.choices if choice.slug in values)
    if question.kind is Kind.NUMBER and choices[0].at_least is not None:
        # A range, as saved cases name it, stands for its smallest number.
        return Answered(question, choices, _smallest(question, choices[0].at_least))
    if len(choices) > 1 and any(choice.exclusive for choice in choices):
        raise UnreadableError(Fault.EXCLUSIVE)
    return Answered(question, choices)


def open_routes(question: Question, facts: AbstractSet[Fact]) -> list[Route]:
    """The routes that open from `question` when these choices have been made, in order."""
    holding = [route for route in question.routes if route.when.holds(facts)]
    return [r for r in holding if not r.otherwise] or holding


def answers_of(facts: Iterable[Fact]) -> dict[str, list[str]]:
    """Saved choices as answers to walk with."""
    answers: dict[str, list[str]] = {}
    for question, choice in facts:
        answers.setdefault(question, []).append(choice)
    return answers


def longest(
    tree: Tree,
    agenda: Sequence[str],
    done: AbstractSet[str],
    facts: AbstractSet[Fact],
    held: Mapping[str, frozenset[Fact]] = MappingProxyType({}),
) -> int:
    """The most questions that any answers from here on can still have asked.

    Exact, not an estimate: all answers are tried, with everything that can no
    longer matter left out of the state, so that few states remain. Questions
    with an answer in `held` (slug -> its choices) are passed without asking.
    Raises TooComplexError where many states remain all the same.
    """
    # What is held differs from visitor to visitor: only the rest is worth keeping.
    memo: dict[object, int] = {} if held else tree.longest_memo

    def most(agenda: Sequence[str], done: AbstractSet[str], facts: AbstractSet[Fact]) -> int:
        state = _state(tree, agenda, done, facts)
        if not state.ahead:
            return 0
        known = memo.get(state)
        if known is not None:
            return known
        if len(memo) >= MOST_STATES:
            raise TooComplexError
        head, *rest = state.ahead
        fixed = held.get(head)
        answers = _answered(tree, state) if fixed is None else [state.facts | fixed]
        best = 0
        for made in answers:
            opened = (route.to for route in open_routes(tree.questions[head], made))
            best = max(best, most((*opened, *rest), {*state.done, head}, made))
        memo[state] = best + (fixed is None)
        return memo[state]

    return most(agenda, done, facts)


def explore(
    tree: Tree, interesting: AbstractSet[Fact]
) -> Iterator[tuple[Question | None, AbstractSet[Fact], Sequence[Route]]]:
    """Every way to answer every question that can be reached, as far as it makes a difference.

    Yields (question, choices made so far, routes that open), and
    (None, choices made, ()) at each end. Choices are told apart only if a route
    ahead looks at them or they are `interesting`, so this is exact and yet far
    shorter than all paths. Raises TooComplexError beyond `MOST_STATES` states.
    """
    start = _state(tree, (tree.start.slug,), frozenset(), frozenset(), interesting)
    stack, seen = [start], {start}
    while stack:
        state = stack.pop()
        if not state.ahead:
            yield None, state.facts, ()
            continue
        head, *rest = state.ahead
        question = tree.questions[head]
        for made in _answered(tree, state, interesting):
            opened = open_routes(question, made)
            yield question, made, opened
            agenda = (*(route.to for route in opened), *rest)
            after = _state(tree, agenda, {*state.done, head}, made, interesting)
            if after not in seen:
                if len(seen) >= MOST_STATES:
                    raise TooComplexError
                seen.add(after)
                stack.append(after)


class _State(NamedTuple):
    """Where a walk stands, with nothing in it that can no longer matter."""

    ahead: tuple[str, ...]
    done: frozenset[str]
    facts: frozenset[Fact]


def _state(
    tree: Tree,
    agenda: Sequence[str],
    done: AbstractSet[str],
    facts: AbstractSet[Fact],
    interesting: AbstractSet[Fact] = frozenset(),
) -> _State:
    ahead = tuple(
        slug for slug in dict.fromkeys(agenda) if slug in tree.questions and slug not in done
    )
    within = frozenset().union(*(tree.reach[slug] for slug in ahead))
    watched = frozenset(interesting).union(*(tree.watched[slug] for slug in ahead))
    return _State(ahead, within & done, watched & facts)


def _answered(
    tree: Tree, state: _State, interesting: AbstractSet[Fact] = frozenset()
) -> Iterator[AbstractSet[Fact]]:
    """The choices made after the question at the head: each way that matters once."""
    watched = frozenset(interesting).union(*(tree.watched[slug] for slug in state.ahead))
    for choices in _distinct_choices(tree.questions[state.ahead[0]], watched):
        yield state.facts | choices


def paths(tree: Tree) -> Iterator[Walk]:
    """Every complete walk: each choice and range, ticks singly and in pairs."""
    stack: list[tuple[tuple[Answered, ...], tuple[str, ...]]] = [((), (tree.start.slug,))]
    while stack:
        trail, agenda = stack.pop()
        done = {answered.question.slug for answered in trail}
        ahead = [slug for slug in agenda if slug in tree.questions and slug not in done]
        if not ahead:
            yield Walk(tree, trail, None)
            continue
        question, rest = tree.questions[ahead[0]], ahead[1:]
        facts = frozenset().union(*(answered.facts for answered in trail))
        for answered in reversed(possible_answers(question)):
            opened = (route.to for route in open_routes(question, facts | answered.facts))
            stack.append(((*trail, answered), (*opened, *rest)))


def sample_paths(tree: Tree, count: int, seed: int = 0) -> Iterator[Walk]:
    """`count` complete walks by chance, the same ones for the same `seed`."""
    chance = Random(seed)  # noqa: S311 - a sample, not a secret
    for _ in range(count):
        answers: dict[str, Sequence[str]] = {}
        while (walked := walk(tree, answers)).question is not None:
            question = walked.question
            answers[question.slug] = chance.choice(possible_answers(question)).values
        yield walked


def possible_answers(question: Question) -> list[Answered]:
    """Answers worth trying: each choice, each range by its smallest number, each pair of ticks."""
    alone = [read_answer(question, [choice.slug]) for choice in reachable_choices(question)]
    if question.kind is not Kind.MULTIPLE:
        return alone
    ticks = [choice for choice in question.choices if not choice.exclusive]
    pairs = [Answered(question, pair) for pair in combinations(ticks, 2)]
    blank = [Answered(question, ())] if question.may_be_blank else []
    return [*alone, *pairs, *blank]


def reachable_choices(question: Question) -> list[Choice]:
    """The choices that some answer gives: all but the ranges beyond `maximum`."""
    if question.maximum is None:
        return list(question.choices)
    return [c for c in question.choices if c.at_least is None or c.at_least <= question.maximum]


def _parameters(answers: Iterable[Answered]) -> list[tuple[str, str]]:
    return [(answered.question.slug, value) for answered in answers for value in answered.values]


def _taken(question: Question, given: Answers, asked: str) -> tuple[Answered | None, Fault | None]:
    sent = given.get(question.slug)
    if sent is None:
        if question.slug != asked:
            return None, None
        sent = [BLANK]
    try:
        return read_answer(question, sent), None
    except UnreadableError as exc:
        return None, exc.fault


def _apart(
    tree: Tree, given: Answers, done: AbstractSet[str], ahead: Iterable[str]
) -> tuple[tuple[Answered, ...], tuple[Answered, ...]]:
    """The answers not used so far: those that may still come, and the others."""
    others = _others(tree, given, done)
    still = frozenset().union(*(tree.reach.get(slug, ()) for slug in ahead))
    held = tuple(answered for answered in others if answered.question.slug in still)
    return held, tuple(answered for answered in others if answered not in held)


def _others(tree: Tree, given: Answers, done: AbstractSet[str]) -> tuple[Answered, ...]:
    """The readable answers to questions that were not reached, in the tree's order."""
    found = []
    for slug in sorted(given.keys() & tree.order.keys() - done, key=tree.order.__getitem__):
        try:
            found.append(read_answer(tree.questions[slug], given[slug]))
        except UnreadableError:
            continue
    return tuple(found)


def _read_number(question: Question, typed: str) -> Answered:
    try:
        value = read_number(typed, question.unit)
    except ValueError:
        raise UnreadableError(Fault.NOT_A_NUMBER) from None
    if question.maximum is not None and value > question.maximum:
        raise UnreadableError(Fault.TOO_LARGE)
    choice = question.range_of(value)
    if choice is None or (question.minimum is not None and value < question.minimum):
        raise UnreadableError(Fault.TOO_SMALL)
    return Answered(question, (choice,), value)


def _smallest(question: Question, at_least: Decimal) -> Decimal:
    return at_least if question.minimum is None else max(at_least, question.minimum)


def _distinct_choices(question: Question, watched: AbstractSet[Fact]) -> set[frozenset[Fact]]:
    """What answering `question` can add to the watched facts, each way once."""
    alone = {
        choice.slug: frozenset({(question.slug, choice.slug)}) & watched
        for choice in reachable_choices(question)
    }
    if question.kind is not Kind.MULTIPLE:
        return set(alone.values())
    ticks = [alone[choice.slug] for choice in question.choices if not choice.exclusive]
    seen = [tick for tick in ticks if tick]
    if len(seen) > MOST_TICKS:
        raise TooComplexError
    found = {
        frozenset().union(*some)
        for size in range(1, len(seen) + 1)
        for some in combinations(seen, size)
    }
    found |= {alone[choice.slug] for choice in question.choices if choice.exclusive}
    if question.may_be_blank or len(seen) < len(ticks):
        found.add(frozenset())
    return found
