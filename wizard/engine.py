"""Walking a tree: answers in, the question to show (or the end) out.

Position is never stored; it is replayed from the answers. The same tree and
the same answers always give the same walk. No Django, no database.

A walk keeps an agenda of questions. It takes the first; if that is answered,
its open routes go to the head of the agenda; if not, it is the question to
show. No question is asked twice, and an empty agenda is the end.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, reduce
from itertools import combinations
from operator import or_
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from wizard.compiled import ALWAYS, Choice, Condition, Fact, Question, Route, Tree
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
    given = _under_present_slugs(tree, given)
    asked, at = (tree.question_aliases.get(named, named) for named in (asked, at))
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


def _under_present_slugs(tree: Tree, given: Answers) -> Answers:
    """The same answers, with questions and choices that were renamed under their slugs of today."""
    if not (tree.question_aliases or tree.choice_aliases):
        return given
    found: dict[str, Sequence[str]] = {}
    for named, values in given.items():
        question = tree.question_aliases.get(named, named)
        # What stands under the slug of today is the newer answer.
        if question == named or question not in given:
            found[question] = [tree.choice_aliases.get((question, v), v) for v in values]
    return found


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
    states = states_of(tree)
    # What is held differs from visitor to visitor: only the rest is worth keeping.
    memo: dict[State, int] = {} if held else states.longest
    fixed = {states.places[slug]: states.refused(slug, made) for slug, made in held.items()}

    def most(state: State) -> int:
        if not state.ahead:
            return 0
        known = memo.get(state)
        if known is not None:
            return known
        if len(memo) >= MOST_STATES:
            raise TooComplexError
        head = state.ahead[0]
        ways = (fixed[head],) if head in fixed else states.ways(state)
        best = max((most(states.after(state, way)) for way in ways), default=0)
        memo[state] = best + (head not in fixed)
        return memo[state]

    return most(states.at(agenda, done, facts))


def uses(tree: Tree) -> tuple[set[Question], set[Route]]:
    """The questions that some path asks, and the routes that open on some path.

    Exact, as `longest` is, and raises TooComplexError where that does.
    """
    states = states_of(tree)
    asked: set[Question] = set()
    opened: set[Route] = set()
    for state in states.all_from_start():
        if state.ahead:
            asked.add(states.questions[state.ahead[0]])
            for way in states.ways(state):
                opened.update(states.open_routes(state, way))
    return asked, opened


class State(NamedTuple):
    """Where a walk stands, with nothing in it that can no longer matter.

    `ahead` are the places of the questions on the agenda, `open` those of all
    that can still be asked, `alive` the conditions that may yet hold; the latter
    two are sets written as bits of a whole number.
    """

    ahead: tuple[int, ...]
    open: int
    alive: int


class States:
    """The states of a tree, found out as they are needed.

    Choices are told apart only by what they do to conditions: those of routes
    that can still open, and the `watched`. A condition is alive until a question
    that it mentions was answered otherwise, or can no longer be asked. It holds
    if it is alive and none of its questions can still be asked. So two walks
    with the same questions and conditions before them are in one state,
    whatever their answers were.
    """

    def __init__(self, tree: Tree, watched: Iterable[Condition] = ()) -> None:
        self.questions = tuple(tree.questions.values())
        self.places = {question.slug: place for place, question in enumerate(self.questions)}
        self.longest: dict[State, int] = {}
        self._bits: dict[frozenset[frozenset[Fact]], int] = {}
        # Beside the questions a last one, never asked, for conditions on what is not there.
        self._mentions = [0] * (len(self.questions) + 1)
        self._satisfies: dict[Fact, int] = defaultdict(int)
        self._routes = [
            [
                (route, self.places[route.to], self.bit(route.when), self.asked(route.when))
                for route in question.routes
                if route.to in self.places
            ]
            for question in self.questions
        ]
        self._looks = [_union(bit for _, _, bit, _ in routes) for routes in self._routes]
        self.watched = _union(self.bit(when) for when in watched)
        self._reach = self._reaches()
        self._spans: dict[tuple[int, ...], int] = {}
        self._killed: dict[int, int] = {}
        self._relevant: dict[int, int] = {}
        self._ways: dict[tuple[int, int], tuple[int, ...]] = {}

    def bit(self, when: Condition) -> int:
        """The bit of a condition; 0 if it always holds."""
        if not when.groups:
            return 0
        groups = frozenset(when.groups)
        if groups not in self._bits:
            bit = self._bits[groups] = 1 << len(self._bits)
            for group in groups:
                for slug, choice in group:
                    self._mentions[self.places.get(slug, -1)] |= bit
                    self._satisfies[slug, choice] |= bit
        return self._bits[groups]

    def asked(self, when: Condition) -> int:
        """The questions that a condition mentions."""
        return _union(1 << self.places.get(slug, len(self.questions)) for slug, _ in when.facts)

    def _reaches(self) -> list[int]:
        """For each question, those that may come after it, itself included."""
        reach = [1 << place for place in range(len(self.questions))]
        changed = True
        while changed:
            changed = False
            for place in reversed(range(len(reach))):
                after = _union(reach[to] for _, to, _, _ in self._routes[place])
                if after & ~reach[place]:
                    reach[place] |= after
                    changed = True
        return reach

    def at(self, agenda: Sequence[str], done: AbstractSet[str], facts: AbstractSet[Fact]) -> State:
        """The state of a walk with this agenda, these questions asked and choices made."""
        asked = _union(1 << self.places[slug] for slug in done)
        unasked = ~asked & ((1 << len(self._mentions)) - 1)
        alive = self.watched | _union(self._looks)
        made = defaultdict(set)
        for fact in facts:
            made[fact[0]].add(fact)
        for slug in done:
            alive &= ~self.refused(slug, made[slug])
        places = (self.places[slug] for slug in agenda if slug in self.places)
        return self._state(places, unasked, alive, self.watched)

    def start(self, wanted: int = 0) -> State:
        """The state before the first question. Of the watched conditions only `wanted` matter."""
        everything = (1 << len(self._mentions)) - 1
        return self._state((0,), everything, wanted | _union(self._looks), wanted)

    def refused(self, slug: str, facts: Iterable[Fact]) -> int:
        """The conditions that cannot hold any more when a question was answered with `facts`."""
        satisfied = _union(self._satisfies.get(fact, 0) for fact in facts)
        return self._mentions[self.places[slug]] & ~satisfied

    def ways(self, state: State) -> tuple[int, ...]:
        """The ways to answer the question at the head that differ in what they refuse."""
        head = state.ahead[0]
        live = self._mentions[head] & state.alive
        found = self._ways.get((head, live))
        if found is None:
            found = self._ways[head, live] = tuple(sorted(self._distinct(head, live)))
        return found

    def _distinct(self, head: int, live: int) -> set[int]:
        question = self.questions[head]
        told = {
            c.slug: self._satisfies.get((question.slug, c.slug), 0) & live for c in question.choices
        }
        if question.kind is not Kind.MULTIPLE:
            return {live & ~told[choice.slug] for choice in reachable_choices(question)}
        ticks = [told[choice.slug] for choice in question.choices if not choice.exclusive]
        seen = {tick for tick in ticks if tick}
        if len(seen) > MOST_TICKS:
            raise TooComplexError
        found = {live & ~told[choice.slug] for choice in question.choices if choice.exclusive}
        unions = {0}
        for tick in seen:
            unions |= {tick | union for union in unions}
        if not (question.may_be_blank or 0 in ticks):
            unions.discard(0)
        return found | {live & ~union for union in unions}

    def open_routes(self, state: State, way: int) -> list[Route]:
        """The routes that open when the question at the head is answered this way."""
        return [route for route, _ in self._opened(state, way)]

    def after(self, state: State, way: int, wanted: int | None = None) -> State:
        """The state when the question at the head has been answered this way."""
        agenda = (*(to for _, to in self._opened(state, way)), *state.ahead[1:])
        still = state.open & ~(1 << state.ahead[0])
        wanted = self.watched if wanted is None else wanted
        return self._state(agenda, still, state.alive & ~way, wanted)

    def _opened(self, state: State, way: int) -> list[tuple[Route, int]]:
        head = state.ahead[0]
        alive = state.alive & ~way
        still = state.open & ~(1 << head)
        holding = [
            (route, to)
            for route, to, bit, asked in self._routes[head]
            if not bit or (alive & bit and not asked & still)
        ]
        return [opened for opened in holding if not opened[0].otherwise] or holding

    def _state(self, agenda: Iterable[int], unasked: int, alive: int, wanted: int) -> State:
        """The state with this agenda, when of `unasked` nothing was asked before."""
        ahead = tuple(place for place in dict.fromkeys(agenda) if unasked >> place & 1)
        reach = self._spans.get(ahead)
        if reach is None:
            reach = self._spans[ahead] = _union(self._reach[place] for place in ahead)
        still = reach & unasked
        closed = unasked & ~still
        killed = self._killed.get(closed)
        if killed is None:
            killed = self._killed[closed] = _union(self._mentions[p] for p in _places(closed))
        relevant = self._relevant.get(still)
        if relevant is None:
            relevant = _union(self._looks[place] for place in _places(still))
            self._relevant[still] = relevant
        return State(ahead, still, alive & ~killed & (relevant | wanted))

    def all_from_start(self) -> Iterator[State]:
        """Every state that some answers lead to. Raises TooComplexError beyond `MOST_STATES`."""
        stack = [self.start()]
        seen = set(stack)
        while stack:
            state = stack.pop()
            yield state
            if not state.ahead:
                continue
            for way in self.ways(state):
                after = self.after(state, way)
                if after not in seen:
                    if len(seen) >= MOST_STATES:
                        raise TooComplexError
                    seen.add(after)
                    stack.append(after)


class Ends:
    """Looks for paths at whose end conditions hold, all of them among `watched`."""

    def __init__(self, tree: Tree, watched: Iterable[Condition]) -> None:
        self.states = States(tree, watched)

    def some(
        self,
        one_of: Iterable[Condition],
        none_of: Iterable[Condition] = (),
        also: Condition = ALWAYS,
    ) -> bool:
        """Whether at some end one of `one_of` holds, none of `none_of`, and `also`.

        Exact; raises TooComplexError beyond `MOST_STATES` states.
        """
        support = _Group(self.states, one_of)
        against = _Group(self.states, none_of)
        needed = _Group(self.states, [also])

        def hopeless(state: State) -> bool:
            return not (support.may_hold(state) and needed.may_hold(state)) or against.holds(state)

        wanted = support.bits | against.bits | needed.bits
        return self._reached(wanted, hopeless, support.bits | needed.bits)

    def some_without(
        self,
        groups: Iterable[tuple[Iterable[Condition], Iterable[Condition]]],
        also: Condition = ALWAYS,
    ) -> bool:
        """Whether `also` holds at some end where every (support, against) fails.

        That is: no `support` holds, or one of `against` does. Exact as `some` is.
        """
        pairs = [(_Group(self.states, s), _Group(self.states, a)) for s, a in groups]
        needed = _Group(self.states, [also])

        def hopeless(state: State) -> bool:
            return not needed.may_hold(state) or any(
                support.holds(state) and not against.may_hold(state) for support, against in pairs
            )

        refuting = _union(against.bits for _, against in pairs)
        wanted = needed.bits | refuting | _union(support.bits for support, _ in pairs)
        return self._reached(wanted, hopeless, needed.bits | refuting)

    def _reached(self, wanted: int, hopeless: Callable[[State], bool], hoped: int) -> bool:
        """Whether there is an end that is not hopeless; states with most `hoped` alive first."""
        states = self.states
        stack = [states.start(wanted)]
        seen = set(stack)
        while stack:
            state = stack.pop()
            if hopeless(state):
                continue
            if not state.ahead:
                return True
            after = {states.after(state, way, wanted) for way in states.ways(state)} - seen
            if len(seen) + len(after) > MOST_STATES:
                raise TooComplexError
            seen |= after
            stack += sorted(after, key=lambda s: ((s.alive & hoped).bit_count(), s))
        return False


class _Group:
    """Some conditions, of which it is asked whether one holds."""

    def __init__(self, states: States, conditions: Iterable[Condition]) -> None:
        asked = {states.bit(when): states.asked(when) for when in conditions}
        self.always = 0 in asked
        self.asked = list(asked.items())
        self.bits = _union(asked)

    def may_hold(self, state: State) -> bool:
        """Whether one of them can still hold at an end."""
        return self.always or bool(state.alive & self.bits)

    def holds(self, state: State) -> bool:
        """Whether one of them will hold at every end."""
        if self.always:
            return True
        if not state.alive & self.bits:
            return False
        return any(state.alive & bit and not asked & state.open for bit, asked in self.asked)


def states_of(tree: Tree) -> States:
    """The states of `tree`, kept with it."""
    if "states" not in tree.memo:
        tree.memo["states"] = States(tree)
    states: States = tree.memo["states"]
    return states


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


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


def count_paths(
    tree: Tree, interesting: AbstractSet[Fact], at_end: Callable[[AbstractSet[Fact]], bool]
) -> int:
    """How many of `paths(tree)` end with choices for which `at_end` is true.

    `interesting` are the choices that `at_end` looks at. The paths are not walked
    one by one: those that differ in nothing that matters are counted together.
    Raises TooComplexError where too many differ.
    """
    counter = _PathCounter(tree, interesting, at_end)
    return counter.count(counter.start)


def sample_paths(tree: Tree, count: int, seed: int = 0) -> Iterator[Walk]:
    """`count` of `paths(tree)` by chance, all equally likely; the same ones for the same `seed`."""
    chance = Random(seed)  # noqa: S311 - a sample, not a secret
    counter = _PathCounter(tree, frozenset(), lambda _: True)
    for _ in range(count):
        state = counter.start
        trail: list[Answered] = []
        while state.ahead:
            ways = possible_answers(counter.states.questions[state.ahead[0]])
            after = [counter.after(state, answered) for answered in ways]
            (taken,) = chance.choices(range(len(ways)), [counter.count(s) for s in after])
            trail.append(ways[taken])
            state = after[taken]
        yield Walk(tree, tuple(trail), None)


class _PathCounter:
    """Counts the paths from a state on, each state once."""

    def __init__(
        self,
        tree: Tree,
        interesting: AbstractSet[Fact],
        at_end: Callable[[AbstractSet[Fact]], bool],
    ) -> None:
        made = {fact: Condition((frozenset({fact}),)) for fact in interesting}
        self.states = States(tree, made.values())
        self.start = self.states.start(self.states.watched)
        self.at_end = at_end
        self._bits = {fact: self.states.bit(when) for fact, when in made.items()}
        self._known: dict[State, int] = {}

    def count(self, state: State) -> int:
        if not state.ahead:
            made = {fact for fact, bit in self._bits.items() if state.alive & bit}
            return int(self.at_end(made))
        if state not in self._known:
            if len(self._known) >= MOST_STATES:
                raise TooComplexError
            answers = possible_answers(self.states.questions[state.ahead[0]])
            ways = Counter(self._way(state, answered) for answered in answers)
            self._known[state] = sum(
                times * self.count(self.states.after(state, way)) for way, times in ways.items()
            )
        return self._known[state]

    def after(self, state: State, answered: Answered) -> State:
        """The state when the question at the head has been answered."""
        return self.states.after(state, self._way(state, answered))

    def _way(self, state: State, answered: Answered) -> int:
        return self.states.refused(answered.question.slug, answered.facts) & state.alive


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
