"""What an edit does to those who walk: two states of a tree, compared path by path.

Complete paths through the new tree are replayed on the old one, and the advice
compared; and the other way round, to find old answers that the new tree does
not take any more. Where there are too many paths a sample stands for them. No
Django, no database.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from typing import Any, NamedTuple

from wizard.tree.answers import (
    Answered,
    Answers,
    Fault,
    UnreadableAnswerError,
    kind_of,
    may_be_blank,
    read_answer,
)
from wizard.tree.compiled import Action, Condition, Fact, Finding, Question, Tree
from wizard.tree.content import Audience
from wizard.tree.engine import Walk, walk
from wizard.tree.numerals import write_number
from wizard.tree.paths import Paths
from wizard.tree.states import TooComplexError
from wizard.tree.strategy import Strategy, advise, alternatives, audience_of

MOST = 2_000
"""So many paths are compared within about two seconds."""

SEED = 20_261_124


class Change(StrEnum):
    """What differs for one path, the greatest first. Each path counts once, under its greatest."""

    INCOMPARABLE = "incomparable"
    FIRST_CAUSE = "first-cause"
    CAUSES = "causes"
    CERTAINTY = "certainty"
    ACTIONS = "actions"
    ACTION_ORDER = "action-order"
    ALTERNATIVES = "alternatives"
    ASKED = "asked"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Example:
    """One path of a group: its answers as they stand in the address of either tree."""

    old: tuple[tuple[str, str], ...]
    new: tuple[tuple[str, str], ...]
    trail: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Paths for which the same differs: slugs of what was before (`old`) and is now (`new`).

    Of causes and actions those are left out that both have; of an order that
    changed, what stands in its place already. Where a path stops, `old` or `new`
    has the question, and `fault` tells why; no fault: it was not answered.
    """

    change: Change
    old: tuple[str, ...]
    new: tuple[str, ...]
    fault: Fault | None
    paths: int
    example: Example


@dataclass(frozen=True, slots=True)
class Compared:
    """Paths of one tree on the other.

    Of all `paths` only `met` meet something that changed: the others are the same.
    Of these `compared` were looked at: all if `exact`, else a sample.
    """

    paths: int
    met: int
    compared: int
    exact: bool
    groups: tuple[Group, ...]

    def count(self, change: Change) -> int:
        return sum(group.paths for group in self.groups if group.change is change)

    @property
    def changed(self) -> int:
        return sum(group.paths for group in self.groups)

    @property
    def same(self) -> int:
        """How many are the same; of the compared ones only, unless `exact`."""
        return (self.paths if self.exact else self.compared) - self.changed


@dataclass(frozen=True, slots=True)
class Effects:
    """`forth`: the paths of the new tree on the old. `back`: the old ones that the new leaves open.

    `unchanged` if the trees differ in nothing that a walk or its advice looks at.
    """

    forth: Compared
    back: Compared
    unchanged: bool
    seed: int


def effects(old: Tree, new: Tree, most: int = MOST, seed: int = SEED) -> Effects:
    """What changes for those who walk `new` instead of `old`.

    Both must be sound. All paths that meet a change are compared if they are at
    most `most`, otherwise as many by chance, the same ones for the same `seed`.
    A number is also tried where the other tree begins another range. Raises
    TooComplexError where the paths of one tree cannot be counted.
    """
    if _logic(old) == _logic(new):
        forth, back = (Compared(Paths(t).count(), 0, 0, exact=True, groups=()) for t in (new, old))
        return Effects(forth, back, unchanged=True, seed=seed)
    names = _Names(old, new)
    offers = _offers(old), _offers(new)
    forth = _compare(
        _chosen(new, _focus(new, old, names), most, seed),
        _turns(new, {names.to_new(slug): q for slug, q in old.questions.items()}),
        lambda path: _changed(path, old, names, offers),
    )
    back = _compare(
        _chosen(old, _asked_otherwise(old, new, names), most, seed),
        _turns(old, {names.to_old(slug): q for slug, q in new.questions.items()}),
        lambda path: _left_open(path, new),
    )
    return Effects(forth, back, unchanged=False, seed=seed)


# Which paths to compare

Focus = Sequence[Condition] | None
"""Where none of these conditions holds at the end of a path, nothing changes. None: anywhere."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    paths: int
    met: int
    exact: bool
    walks: Iterable[Walk]


def _chosen(tree: Tree, focus: Focus, most: int, seed: int) -> _Chosen:
    every = Paths(tree)
    meeting = every if focus is None else Paths(tree, focus, bool)
    try:
        met = meeting.count()
    except TooComplexError:
        # Telling the changed places apart is too much: any path may meet one.
        meeting = every
        met = every.count()
    exact = met <= most
    walks = meeting.all() if exact else meeting.sample(most, seed)
    return _Chosen(every.count(), met, exact, walks)


def _focus(new: Tree, old: Tree, names: "_Names") -> Focus:
    """What a path of the new tree must meet for its advice to differ."""
    asked = _asked_otherwise(new, old, names)
    advised = _advised_otherwise(new, old)
    offered = _offered_otherwise(new, old)
    if asked is None or advised is None or offered is None:
        return None
    return [*asked, *advised, *offered]


def _asked_otherwise(tree: Tree, other: Tree, names: "_Names") -> Focus:
    """What a path of `tree` must meet for `other` to ask otherwise."""
    if names.questions or names.choices or tree.start.slug != other.start.slug:
        return None
    found = []
    for question in tree.questions.values():
        before = other.questions.get(question.slug)
        if before is not None and _logic_of(before) == _logic_of(question):
            continue
        telling = _telling(question, before)
        if telling is None and may_be_blank(question):
            return None
        facts = {
            (question.slug, slug) for slug in (question.by_slug if telling is None else telling)
        }
        if facts:
            found.append(Condition((frozenset(facts),)))
    return found


def _telling(question: Question, before: Question | None) -> set[str] | None:
    """The choices of a question that differs that may lead elsewhere. None: any answer may."""
    if before is None or question.kind is not before.kind:
        return None
    if kind_of(question).several:
        added = question.by_slug.keys() - before.by_slug.keys()
        kept = tuple(choice for choice in question.choices if choice.slug not in added)
        alike = _logic_of(replace(question, choices=kept)) == _logic_of(before)
        return added if alike and may_be_blank(question) == may_be_blank(before) else None
    if kind_of(question).is_number and _logic_of(replace(question, routes=())) != _logic_of(
        replace(before, routes=())
    ):
        return None
    return {
        slug
        for slug in question.by_slug
        if slug not in before.by_slug or _leads(question, slug) != _leads(before, slug)
    }


def _leads(question: Question, choice: str) -> list[Any]:
    """The routes that may open with this choice, with what else they look at."""
    found = []
    for route in question.routes:
        own = [g for g in route.when.groups if any(slug == question.slug for slug, _ in g)]
        if all((question.slug, choice) in group for group in own):
            others = frozenset(group for group in route.when.groups if group not in own)
            found.append((route.to, others, route.otherwise))
    return found


def _advised_otherwise(new: Tree, old: Tree) -> Focus:
    """What answers must meet for the advice to differ though all was asked alike."""
    before = {finding.slug: finding for finding in old.findings}
    after = {finding.slug: finding for finding in new.findings}
    general = [[a.slug for a in tree.general_actions] for tree in (old, new)]
    if not (_same_order(before, after) and _same_order(*general)):
        return None
    found: list[Condition] = []
    for slug in before.keys() | after.keys():
        versions = [finding for finding in (before.get(slug), after.get(slug)) if finding]
        evidence = [Counter((e.effect, _key(e.when)) for e in f.evidence) for f in versions]
        if len(versions) == 1 or _besides_evidence(versions[0]) != _besides_evidence(versions[1]):
            if any(finding.fallback for finding in versions):
                return None
            differing = evidence[0] | evidence[-1]
        else:
            differing = (evidence[0] - evidence[1]) | (evidence[1] - evidence[0])
        found += (Condition(tuple(when)) for _, when in differing)
    doings = [{_doing(a): a for a in tree.general_actions} for tree in (old, new)]
    found += (
        a.when for key, a in (doings[0] | doings[1]).items() if not all(key in d for d in doings)
    )
    return found if all(when.groups for when in found) else None


def _offered_otherwise(new: Tree, old: Tree) -> Focus:
    """What answers must meet for other alternatives to be offered."""
    before, after = _offers(old), _offers(new)
    if before[Audience.PERSON] != after[Audience.PERSON]:
        return None
    said = [_audiences(tree) for tree in (old, new)]
    facts = {fact for fact, _ in said[0].items() ^ said[1].items()}
    facts |= {f for saying in said for f, who in saying.items() if before[who] != after[who]}
    return [Condition((frozenset(facts),))] if facts else []


def _offers(tree: Tree) -> dict[Audience, list[str]]:
    """The alternatives that each audience is offered, in order."""
    return {who: [a.slug for a in alternatives(tree, who)] for who in Audience}


def _audiences(tree: Tree) -> dict[Fact, Audience]:
    """The choices that say who borrows."""
    return {
        (question.slug, choice.slug): choice.audience
        for question in tree.questions.values()
        for choice in question.choices
        if choice.audience
    }


def _besides_evidence(finding: Finding) -> Any:
    return finding.safety, finding.fallback, [_doing(action) for action in finding.actions]


def _same_order(old: Iterable[str], new: Iterable[str]) -> bool:
    """Whether what both have stands in the same order."""
    old, new = list(old), list(new)
    return [slug for slug in old if slug in new] == [slug for slug in new if slug in old]


# What differs for one path


class _Found(NamedTuple):
    """What differs for one path."""

    change: Change
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    fault: Fault | None = None


_SAME = _Found(Change.SAME)


def _compare(
    chosen: _Chosen,
    turns: Mapping[Fact, Sequence[Answered]],
    differ: Callable[[Walk], tuple[_Found, Example]],
) -> Compared:
    counts: Counter[_Found] = Counter()
    examples: dict[_Found, Example] = {}
    for path in chosen.walks:
        for turned in _turned(path, turns):
            found, example = differ(turned)
            counts[found] += 1
            examples.setdefault(found, example)
    compared = counts.total()
    counts.pop(_SAME, None)
    groups = [Group(*found, paths, examples[found]) for found, paths in counts.items()]
    rank = list(Change)
    groups.sort(key=lambda group: (rank.index(group.change), -group.paths))
    # Numbers tried beside the smallest of their range are paths of their own.
    more = compared - chosen.met if chosen.exact else 0
    return Compared(chosen.paths + more, chosen.met + more, compared, chosen.exact, tuple(groups))


def _turns(tree: Tree, others: Mapping[str, Question]) -> dict[Fact, list[Answered]]:
    """For each range, the numbers in it at which the same question of the other tree turns."""
    found: dict[Fact, list[Answered]] = {}
    for question in tree.questions.values():
        other = others.get(question.slug)
        if other is None or not (kind_of(question).is_number and kind_of(other).is_number):
            continue
        starts = {start for start, _ in question.ranges}
        for start, _ in other.ranges:
            try:
                answered = read_answer(question, [write_number(start)])
            except UnreadableAnswerError:
                continue
            if start not in starts | {question.minimum}:
                (choice,) = answered.choices
                found.setdefault((question.slug, choice.slug), []).append(answered)
    return found


def _turned(path: Walk, turns: Mapping[Fact, Sequence[Answered]]) -> Iterator[Walk]:
    """The walk as it is, and with each of the other numbers that lead on alike."""
    options = [(answered, *_others(answered, turns)) for answered in path.trail]
    for trail in product(*options):
        yield path if trail == path.trail else replace(path, trail=trail)


def _others(answered: Answered, turns: Mapping[Fact, Sequence[Answered]]) -> Iterable[Answered]:
    if not turns or answered.number is None:
        return ()
    return (other for fact in answered.facts for other in turns.get(fact, ()))


class _Names:
    """Questions and choices that were renamed since: the new slugs, and the old ones."""

    def __init__(self, old: Tree, new: Tree) -> None:
        self.questions = {
            slug: alias
            for alias, slug in new.question_aliases.items()
            if alias in old.questions.keys() - new.questions.keys() and slug not in old.questions
        }
        self.choices: dict[Fact, str] = {}
        for (question, alias), slug in new.choice_aliases.items():
            before = old.questions.get(self.to_old(question))
            if before and alias in before.by_slug and slug not in before.by_slug:
                self.choices[question, slug] = alias
        self._new = {alias: slug for slug, alias in self.questions.items()}

    def to_old(self, question: str) -> str:
        return self.questions.get(question, question)

    def to_new(self, question: str) -> str:
        return self._new.get(question, question)

    def answers_to_old(self, given: Answers) -> dict[str, Sequence[str]]:
        """Answers to the new tree, as the old one knows them."""
        return {
            self.to_old(question): [self.choices.get((question, v), v) for v in values]
            for question, values in given.items()
        }


def _given(path: Walk) -> dict[str, Sequence[str]]:
    return {answered.question.slug: answered.values for answered in path.trail}


def _changed(
    path: Walk,
    old: Tree,
    names: _Names,
    offers: tuple[Mapping[Audience, list[str]], Mapping[Audience, list[str]]],
) -> tuple[_Found, Example]:
    """A path of the new tree, replayed on the old one."""
    given = names.answers_to_old(_given(path))
    replayed = walk(old, given)
    example = Example(tuple(replayed.parameters), tuple(path.parameters), path.trail)
    if replayed.question is not None:
        unknown = _unknown(replayed.question, given)
        stopped = _Found(Change.INCOMPARABLE, (replayed.question.slug,), unknown, replayed.fault)
        return stopped, example
    found = _advised(advise(replayed), advise(path))
    if found is _SAME:
        audiences = (audience_of(walked) or Audience.PERSON for walked in (replayed, path))
        offered = [offer[who] for offer, who in zip(offers, audiences, strict=True)]
        found = _listed(Change.ALTERNATIVES, *offered) or _SAME
    if found is _SAME:
        before = [names.to_new(answered.question.slug) for answered in replayed.trail]
        found = _listed(Change.ASKED, before, [a.question.slug for a in path.trail]) or _SAME
    return found, example


def _left_open(path: Walk, new: Tree) -> tuple[_Found, Example]:
    """A path of the old tree, replayed on the new one."""
    given = _given(path)
    replayed = walk(new, given)
    example = Example(tuple(path.parameters), tuple(replayed.parameters), path.trail)
    if replayed.question is None:
        return _SAME, example
    unknown = _unknown(replayed.question, given)
    return _Found(Change.INCOMPARABLE, unknown, (replayed.question.slug,), replayed.fault), example


def _unknown(question: Question, given: Answers) -> tuple[str, ...]:
    """What was answered to a question that does not know it."""
    return tuple(v for v in given.get(question.slug, ()) if v not in question.by_slug)


def _advised(old: Strategy, new: Strategy) -> _Found:
    """The greatest difference between two pieces of advice."""
    causes = [_causes(old), _causes(new)]
    before, after = ([slug for slug, _ in found] for found in causes)
    if before[0] != after[0]:
        return _Found(Change.FIRST_CAUSE, (before[0],), (after[0],))
    if {*before} != {*after}:
        return _listed(Change.CAUSES, before, after) or _SAME
    sure = [[f"{slug} {certainty}" for slug, certainty in found] for found in causes]
    return (
        _listed(Change.CERTAINTY, *sure)
        or _listed(Change.ACTIONS, _slugs(old.actions), _slugs(new.actions), ordered=False)
        or _first(Change.ACTION_ORDER, _blocks(old), _blocks(new))
        or _SAME
    )


def _causes(advice: Strategy) -> list[tuple[str, str]]:
    return [(diagnosis.finding.slug, diagnosis.certainty) for diagnosis in advice.diagnoses]


def _slugs(actions: Iterable[Action]) -> list[str]:
    return [action.slug for action in actions]


def _blocks(advice: Strategy) -> list[list[str]]:
    """The actions as they stand on the page: the first steps, then each horizon and theme."""
    blocks = (advice.first_actions, *advice.plan.values(), *advice.permanent.values())
    return [_slugs(block) for block in blocks]


def _first(
    change: Change, old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]
) -> _Found | None:
    """The first pair of lists that differs."""
    pairs = (_listed(change, *pair) for pair in zip(old, new, strict=True))
    return next((found for found in pairs if found), None)


def _listed(
    change: Change, old: Sequence[str], new: Sequence[str], *, ordered: bool = True
) -> _Found | None:
    """What one list has and the other has not; or what stands in another order."""
    gone = tuple(sorted({*old} - {*new}))
    come = tuple(sorted({*new} - {*old}))
    if gone or come:
        return _Found(change, gone, come)
    if not ordered or old == new:
        return None
    pairs = list(zip(old, new, strict=True))
    start = next(n for n, (a, b) in enumerate(pairs) if a != b)
    end = len(pairs) - next(n for n, (a, b) in enumerate(reversed(pairs)) if a != b)
    return _Found(change, tuple(old[start:end]), tuple(new[start:end]))


def _logic(tree: Tree) -> Any:
    """All of a tree that a walk and its advice look at, without a word of prose."""
    return (
        tree.start.slug,
        {slug: _logic_of(question) for slug, question in tree.questions.items()},
        [
            (
                *(finding.slug, finding.safety, finding.fallback),
                [(evidence.effect, _key(evidence.when)) for evidence in finding.evidence],
                [_doing(action) for action in finding.actions],
            )
            for finding in tree.findings
        ],
        [_doing(action) for action in tree.general_actions],
        _audiences(tree),
        _offers(tree),
    )


def _logic_of(question: Question) -> Any:
    return (
        *(question.kind, question.minimum, question.maximum),
        {choice.slug: (choice.at_least, choice.exclusive) for choice in question.choices},
        [(route.to, _key(route.when), route.otherwise) for route in question.routes],
    )


def _doing(action: Action) -> Any:
    return action.slug, action.theme, action.horizon, action.general, _key(action.when)


def _key(when: Condition) -> frozenset[frozenset[Fact]]:
    return frozenset(when.groups)
