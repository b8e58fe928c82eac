"""Answers that reach a question or a finding, by best-first search over the states of a tree.

Routes and their conditions are obeyed, so what is found can really be answered.
Ticks are tried singly and in pairs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from wizard.tree.answers import Answered, Answers, possible_answers
from wizard.tree.compiled import Condition, Fact, Finding, Tree
from wizard.tree.content import Effect
from wizard.tree.states import State, States, states_of

MOST_TRIED = 5_000
"""After so many states the search gives up."""

MOST_COMPARED = 1_000
"""After so many states the fewest answers are no longer looked for, only some."""

Rank = tuple[int, ...]
"""How far a state is from what is looked for; the smallest is tried first."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """How far a walk has come. `ahead` are the questions still to be asked, each once."""

    state: State
    ahead: tuple[str, ...]
    trail: tuple[Answered, ...]
    facts: frozenset[Fact]


def answers_leading_to(tree: Tree, slug: str) -> Answers | None:
    """Few answers after which the question `slug` is shown; None if none were found.

    The fewest, unless there are so many ways that only the straightest are looked at.
    """
    distance = _distances(tree, slug)

    def fewest(standing: _Standing) -> Rank | None:
        near = [n + distance[a] for n, a in enumerate(standing.ahead) if a in distance]
        return (len(standing.trail) + min(near),) if near else None

    def straightest(standing: _Standing) -> Rank | None:
        through = next((n for n, a in enumerate(standing.ahead) if a in distance), None)
        if through is None:
            return None
        waiting = frozenset().union(*(tree.reach[a] for a in standing.ahead[:through]))
        asked = {answered.question.slug for answered in standing.trail}
        return (len(waiting - asked) + distance[standing.ahead[through]],)

    def arrived(standing: _Standing) -> bool:
        return standing.ahead[:1] == (slug,)

    states = states_of(tree)
    quick = _search(states, arrived, fewest, most=MOST_COMPARED)
    return _search(states, arrived, straightest) if quick is None else quick


def answers_giving(tree: Tree, slug: str) -> Answers | None:
    """Answers whose walk ends with the finding `slug`; None if none were found."""
    finding = next((f for f in tree.findings if f.slug == slug), None)
    if finding is None:
        return None
    if finding.fallback and not finding.evidence:
        return _answers_giving_nothing(tree)
    speaking = [e.when for e in finding.evidence if e.effect is not Effect.RULES_OUT]
    against = [e.when for e in finding.evidence if e.effect is Effect.RULES_OUT]
    distances = {
        question: _distances(tree, question) for when in speaking for question, _ in when.facts
    }

    def rank(standing: _Standing) -> Rank | None:
        if any(when.holds(standing.facts) for when in against):
            return None
        missing = [_missing(when, standing, distances) for when in speaking]
        possible = [found for found in missing if found is not None]
        return (*min(possible), _still_possible(standing)) if possible else None

    return _search(
        States(tree, _conditions(finding)),
        lambda standing: not standing.ahead and finding.holds(standing.facts),
        rank,
    )


def _answers_giving_nothing(tree: Tree) -> Answers | None:
    """Answers whose walk ends with no finding but the fallback."""

    def holding(standing: _Standing) -> int:
        return sum(finding.holds(standing.facts) for finding in tree.findings)

    return _search(
        States(tree, (when for finding in tree.findings for when in _conditions(finding))),
        lambda standing: not standing.ahead and not holding(standing),
        lambda standing: (holding(standing), _still_possible(standing)),
    )


def _search(
    states: States,
    arrived: Callable[[_Standing], bool],
    rank: Callable[[_Standing], Rank | None],
    most: int = MOST_TRIED,
) -> Answers | None:
    """Answers to the first state that has `arrived`, the best `rank` tried first, None never."""
    start = _standing(states, states.start(states.watched))
    order = count()
    waiting: list[tuple[Rank, int, _Standing]] = [(rank(start) or (), next(order), start)]
    seen: set[State] = set()
    while waiting and len(seen) < most:
        _, _, standing = heappop(waiting)
        if arrived(standing):
            return {a.question.slug: list(a.values) for a in standing.trail}
        if standing.state in seen:
            continue
        seen.add(standing.state)
        for following in _following(states, standing):
            ranked = rank(following)
            if ranked is not None:
                heappush(waiting, (ranked, next(order), following))
    return None


def _standing(states: States, state: State, trail: tuple[Answered, ...] = ()) -> _Standing:
    ahead = tuple(states.questions[place].slug for place in state.ahead)
    return _Standing(state, ahead, trail, frozenset().union(*(a.facts for a in trail)))


def _following(states: States, standing: _Standing) -> Iterator[_Standing]:
    """How walks stand after the next question, for each answer that makes a difference."""
    if not standing.ahead:
        return
    question = states.questions[standing.state.ahead[0]]
    tried: set[State] = set()
    for answered in possible_answers(question):
        after = states.after_answer(standing.state, answered)
        if after not in tried:
            tried.add(after)
            yield _standing(states, after, (*standing.trail, answered))


def _distances(tree: Tree, slug: str) -> dict[str, int]:
    """For each question that may lead to `slug`, the fewest answers between, conditions aside."""
    before: dict[str, list[str]] = {}
    for question in tree.questions.values():
        for route in question.routes:
            before.setdefault(route.to, []).append(question.slug)
    distance = {slug: 0} if slug in tree.questions else {}
    newest = list(distance)
    while newest:
        steps = distance[newest[0]] + 1
        newest = [s for s in _flat(before.get(n, ()) for n in newest) if s not in distance]
        distance.update(dict.fromkeys(newest, steps))
    return distance


def _flat(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(slug for part in lists for slug in part))


def _missing(
    when: Condition, standing: _Standing, distances: Mapping[str, Mapping[str, int]]
) -> tuple[int, int] | None:
    """How many groups of `when` do not hold yet, and how far the next is; None if one cannot."""
    missing = [group for group in when.groups if group.isdisjoint(standing.facts)]
    far = []
    for group in missing:
        near = [
            distances[question][ahead]
            for question in {question for question, _ in group}
            for ahead in standing.ahead
            if ahead in distances[question]
        ]
        if not near:
            return None
        far.append(min(near))
    return len(missing), min(far, default=0)


def _still_possible(standing: _Standing) -> int:
    """How many questions may still be asked."""
    return standing.state.open.bit_count()


def _conditions(finding: Finding) -> list[Condition]:
    return [evidence.when for evidence in finding.evidence]
