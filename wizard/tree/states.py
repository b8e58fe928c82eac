"""What can be reached in a tree, without walking every path.

Choices are told apart only by what they do to conditions, so that a walk is in one of few
states however many answers lead there. A condition is one bit of a whole number: sets of
conditions are numbers, and so are sets of questions.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import NamedTuple
from weakref import WeakKeyDictionary

from wizard.tree.answers import Answered, kind_of, may_be_blank, reachable_choices
from wizard.tree.compiled import ALWAYS, Condition, Fact, Question, Route, Tree

MOST_STATES = 50_000
MOST_TICKS = 12
"""So many ticks of one question may be looked at by routes: 2 ** 12 ways to answer."""


class TooComplexError(Exception):
    """A tree whose answers interact in more than `MOST_STATES` ways."""


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
        self._refusals: dict[tuple[int, int], tuple[int, ...]] = {}

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

    def refusals(self, state: State) -> tuple[int, ...]:
        """What answers to the question at the head can refuse, each set of conditions once."""
        head = state.ahead[0]
        live = self._mentions[head] & state.alive
        found = self._refusals.get((head, live))
        if found is None:
            found = self._refusals[head, live] = tuple(sorted(self._distinct(head, live)))
        return found

    def _distinct(self, head: int, live: int) -> set[int]:
        question = self.questions[head]
        told = {
            c.slug: self._satisfies.get((question.slug, c.slug), 0) & live for c in question.choices
        }
        if not kind_of(question).several:
            return {live & ~told[choice.slug] for choice in reachable_choices(question)}
        ticks = [told[choice.slug] for choice in question.choices if not choice.exclusive]
        seen = {tick for tick in ticks if tick}
        if len(seen) > MOST_TICKS:
            raise TooComplexError
        found = {live & ~told[choice.slug] for choice in question.choices if choice.exclusive}
        unions = {0}
        for tick in seen:
            unions |= {tick | union for union in unions}
        if not (may_be_blank(question) or 0 in ticks):
            unions.discard(0)
        return found | {live & ~union for union in unions}

    def open_routes(self, state: State, refused: int) -> list[Route]:
        """The routes that open when the answer to the question at the head refuses these."""
        return [route for route, _ in self._opened(state, refused)]

    def after(self, state: State, refused: int, wanted: int | None = None) -> State:
        """The state when the question at the head has been answered, refusing these."""
        agenda = (*(to for _, to in self._opened(state, refused)), *state.ahead[1:])
        still = state.open & ~(1 << state.ahead[0])
        wanted = self.watched if wanted is None else wanted
        return self._state(agenda, still, state.alive & ~refused, wanted)

    def after_answer(self, state: State, answered: Answered) -> State:
        """The state when the question at the head has been answered so."""
        refused = self.refused(answered.question.slug, answered.facts)
        return self.after(state, refused & state.alive)

    def _opened(self, state: State, refused: int) -> list[tuple[Route, int]]:
        head = state.ahead[0]
        alive = state.alive & ~refused
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
            for refused in self.refusals(state):
                after = self.after(state, refused)
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
            after = {
                states.after(state, refused, wanted) for refused in states.refusals(state)
            } - seen
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


_STATES: WeakKeyDictionary[Tree, States] = WeakKeyDictionary()


def states_of(tree: Tree) -> States:
    """The states of `tree`, found out once."""
    if tree not in _STATES:
        _STATES[tree] = States(tree)
    return _STATES[tree]


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
        refusals = (fixed[head],) if head in fixed else states.refusals(state)
        best = max((most(states.after(state, refused)) for refused in refusals), default=0)
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
            for refused in states.refusals(state):
                opened.update(states.open_routes(state, refused))
    return asked, opened


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
