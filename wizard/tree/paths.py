"""The complete paths of a tree: counted, listed, sampled.

A path is a walk to its end, with each choice, each range by its smallest number, and
ticks singly and in pairs. Those that differ in nothing that matters are counted together.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from random import Random

from wizard.tree.answers import Answered, possible_answers
from wizard.tree.compiled import Condition, Tree
from wizard.tree.engine import Walk
from wizard.tree.states import MOST_STATES, State, States, TooComplexError

Wanted = Callable[[AbstractSet[Condition]], bool]


class Paths:
    """The paths of a tree, or those at whose end the conditions that hold are `wanted`."""

    def __init__(
        self, tree: Tree, watched: Iterable[Condition] = (), wanted: Wanted = lambda _: True
    ) -> None:
        """`wanted` is asked with those of the `watched` conditions that hold at an end."""
        self.tree = tree
        watched = tuple(watched)
        self._wanted = wanted
        self._hopeless = not wanted(frozenset(when for when in watched if not when.groups))
        self._states = States(tree, watched)
        self._bits = {when: self._states.bit(when) for when in watched}
        self._start = self._states.start(self._states.watched)
        self._counts: dict[State, int] = {}
        self._steps: dict[State, list[tuple[Answered, State]]] = {}

    def count(self) -> int:
        """How many there are. Raises TooComplexError where too many differ."""
        return self._count(self._start)

    def all(self) -> Iterator[Walk]:
        """Each of them, in the order of the choices. Raises TooComplexError as `count` does."""
        stack: list[tuple[tuple[Answered, ...], State]] = [((), self._start)]
        while stack:
            trail, state = stack.pop()
            if not self._count(state):
                continue
            if not state.ahead:
                yield Walk(self.tree, trail, None)
                continue
            stack += (((*trail, answered), after) for answered, after in self._after(state)[::-1])

    def sample(self, count: int, seed: int = 0) -> Iterator[Walk]:
        """So many by chance, all equally likely; the same ones for the same `seed`.

        Raises TooComplexError as `count` does.
        """
        chance = Random(seed)  # noqa: S311 - a sample, not a secret
        for _ in range(count):
            trail: list[Answered] = []
            state = self._start
            while state.ahead:
                steps = self._after(state)
                weights = [self._count(after) for _, after in steps]
                ((answered, state),) = chance.choices(steps, weights)
                trail.append(answered)
            yield Walk(self.tree, tuple(trail), None)

    def _count(self, state: State) -> int:
        """How many go on from a state."""
        if self._hopeless and not state.alive & self._states.watched:
            return 0
        if not state.ahead:
            holding = {when for when, bit in self._bits.items() if not bit or state.alive & bit}
            return int(self._wanted(holding))
        if state not in self._counts:
            if len(self._counts) >= MOST_STATES:
                raise TooComplexError
            self._counts[state] = sum(self._count(after) for _, after in self._after(state))
        return self._counts[state]

    def _after(self, state: State) -> list[tuple[Answered, State]]:
        """Each answer to the question at the head, with the state that it leads to."""
        if state not in self._steps:
            question = self._states.questions[state.ahead[0]]
            self._steps[state] = [
                (answered, self._states.after_answer(state, answered))
                for answered in possible_answers(question)
            ]
        return self._steps[state]
