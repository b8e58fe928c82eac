"""From a finished walk to advice: what went wrong, and what to do about it."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import islice, zip_longest

from wizard.tree.answers import Answered
from wizard.tree.compiled import (
    Action,
    Alternative,
    Contact,
    Evidence,
    Fact,
    Finding,
    Source,
    Term,
    Tree,
)
from wizard.tree.content import PERMANENT_THEMES, Audience, Effect, Horizon, Theme
from wizard.tree.engine import Walk

FIRST_ACTIONS = 3
"""So many steps stand on the first screen."""


class Certainty(StrEnum):
    """How sure a finding is, surest first."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Reason:
    """Evidence that holds, with the user's own answers that made it hold."""

    because: str
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A finding that the answers point to."""

    finding: Finding
    certainty: Certainty
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RuledOut:
    finding: Finding
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class NextCause:
    """What comes next once `failed`, the main remedy of a cause, did not help.

    `actions` are the steps against `diagnosis`, its main remedy first. Without
    `diagnosis` no cause is left: they are the steps that are no main remedy.
    """

    failed: Action
    diagnosis: Diagnosis | None
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Strategy:
    """What a finished walk yields.

    `plan` has the actions by horizon, soonest first; `permanent` those of the
    three themes that are always there. No action stands twice. `undecided`: the
    answers point to no cause, so the fallback stands for one.
    """

    walk: Walk
    diagnoses: tuple[Diagnosis, ...]
    ruled_out: tuple[RuledOut, ...]
    plan: Mapping[Horizon, tuple[Action, ...]]
    permanent: Mapping[Theme, tuple[Action, ...]]
    undecided: bool = False

    def without_answers(self) -> "Strategy":
        """The same causes and plan; nothing else in it tells what was answered."""
        return replace(
            self,
            walk=Walk(self.walk.tree, (), None),
            diagnoses=tuple(replace(diagnosis, reasons=()) for diagnosis in self.diagnoses),
            ruled_out=(),
        )

    @property
    def safety(self) -> bool:
        """Whether somebody may be in the hands of a swindler: that comes first."""
        return any(diagnosis.finding.safety for diagnosis in self.diagnoses)

    @property
    def other_causes(self) -> int:
        """How many causes there are beside the first."""
        return len(self.diagnoses) - 1

    @property
    def first_actions(self) -> tuple[Action, ...]:
        """The first steps, soonest first; against two causes in turn if both are as sure."""
        first, *others = self.diagnoses
        equals = [d for d in others[:1] if d.certainty is first.certainty]
        if first.certainty is Certainty.POSSIBLE:
            equals = []
        by_cause = [self._against(diagnosis) for diagnosis in (first, *equals)]
        in_turn = dict.fromkeys(a for steps in zip_longest(*by_cause) for a in steps if a)
        return tuple(islice(in_turn, FIRST_ACTIONS))

    @cached_property
    def next_causes(self) -> tuple[NextCause, ...]:
        """What to turn to each time that a main remedy did not help, in turn.

        The main remedy of a cause is its soonest action that is not the one of a cause
        before it; a cause without one is passed over. Safety waits for no trial.
        """
        if self.safety:
            return ()
        remedies: dict[Action, Diagnosis] = {}
        for diagnosis in self.diagnoses:
            own = (action for action in self._against(diagnosis) if action not in remedies)
            remedies.update((action, diagnosis) for action in islice(own, 1))
        others = {
            diagnosis.finding.slug: [a for a in self._against(diagnosis) if a not in remedies]
            for diagnosis in self.diagnoses
        }
        rest = tuple(dict.fromkeys(action for steps in others.values() for action in steps))
        followers = [(d, (action, *others[d.finding.slug])) for action, d in remedies.items()]
        return tuple(
            NextCause(failed, *follower)
            for failed, follower in zip(remedies, (*followers[1:], (None, rest)), strict=False)
        )

    def _against(self, diagnosis: Diagnosis) -> list[Action]:
        """The actions against one cause, soonest first."""
        shown = set(self.actions)
        steps = [action for action in diagnosis.finding.actions if action in shown]
        horizons = list(Horizon)
        return sorted(steps, key=lambda action: horizons.index(action.horizon))

    @cached_property
    def safety_actions(self) -> tuple[Action, ...]:
        """What to do at once when somebody may be being swindled."""
        return tuple(a for a in self.plan[Horizon.NOW] if a.theme is Theme.SAFETY)

    @property
    def plan_after_safety(self) -> Mapping[Horizon, tuple[Action, ...]]:
        """The plan without what the safety block says already."""
        if not self.safety:
            return self.plan
        return {
            horizon: tuple(a for a in actions if a not in self.safety_actions)
            for horizon, actions in self.plan.items()
        }

    @cached_property
    def safety_contacts(self) -> tuple[Contact, ...]:
        """Whom to call then, each once."""
        return tuple(dict.fromkeys(c for a in self.safety_actions for c in a.contacts))

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """All actions, in the order of the page."""
        groups = (*self.plan.values(), *self.permanent.values())
        return tuple(action for group in groups for action in group)

    @cached_property
    def contacts(self) -> tuple[Contact, ...]:
        """Whom the actions name, each once."""
        return tuple(dict.fromkeys(c for action in self.actions for c in action.contacts))

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The words of the causes that the glossary explains, each once."""
        return tuple(dict.fromkeys(t for d in self.diagnoses for t in d.finding.terms))

    @cached_property
    def sources(self) -> Mapping[str, tuple[int, Source]]:
        """Sources by slug, numbered in the order in which the page first names them."""
        named: dict[str, Source] = {}
        holders: Iterable[Finding | Action | Contact] = (
            *(diagnosis.finding for diagnosis in self.diagnoses),
            *self.actions,
            *self.contacts,
        )
        for holder in holders:
            named.update((s.slug, s) for s in holder.sources if s.slug not in named)
        return {slug: (number, s) for number, (slug, s) in enumerate(named.items(), start=1)}

    @property
    def numbered_sources(self) -> list[tuple[int, Source]]:
        """The same as a list, for templates: a look-up there would try slugs, too."""
        return list(self.sources.values())


def advise(walk: Walk) -> Strategy:
    """The strategy of a finished walk.

    Ruled out beats everything; one piece of evidence that confirms makes a
    finding confirmed, two that suggest make it likely, one possible. Safety
    comes first, then the surer, then the better supported, then the tree's order.
    """
    tree, facts = walk.tree, walk.facts
    found, ruled_out = [], []
    for finding in tree.findings:
        holding = [evidence for evidence in finding.evidence if evidence.when.holds(facts)]
        against = [e for e in holding if e.effect is Effect.RULES_OUT]
        if against:
            ruled_out.append(RuledOut(finding, _reasons(against, walk)))
        elif holding:
            found.append(Diagnosis(finding, _certainty(holding), _reasons(holding, walk)))
    undecided = not found
    if undecided:
        found = [Diagnosis(tree.fallback, Certainty.POSSIBLE, ())]
        ruled_out = [r for r in ruled_out if r.finding is not tree.fallback]
    rank = list(Certainty)
    found.sort(key=lambda d: (not d.finding.safety, rank.index(d.certainty), -len(d.reasons)))
    actions = _actions(tree, found, facts)
    return Strategy(
        walk=walk,
        diagnoses=tuple(found),
        ruled_out=tuple(ruled_out),
        plan={
            horizon: tuple(
                a for a in actions if a.horizon is horizon and a.theme not in PERMANENT_THEMES
            )
            for horizon in Horizon
        },
        permanent={
            theme: tuple(a for a in actions if a.theme is theme) for theme in PERMANENT_THEMES
        },
        undecided=undecided,
    )


def audience_of(walk: Walk) -> Audience | None:
    """Who borrows, as far as the answers say. The last answer that says so counts."""
    said = [c.audience for answered in walk.trail for c in answered.choices if c.audience]
    return said[-1] if said else None


def alternatives(
    tree: Tree, audience: Audience, within: Horizon | None = None
) -> tuple[Alternative, ...]:
    """Other ways to get money that are open to `audience` and help `within` that time.

    Soonest first; among equals those without a new debt, then the tree's order.
    """
    horizons = list(Horizon)
    latest = len(horizons) if within is None else horizons.index(within)
    fitting = [
        alternative
        for alternative in tree.alternatives
        if audience in alternative.audiences and horizons.index(alternative.within) <= latest
    ]
    return tuple(sorted(fitting, key=lambda a: (horizons.index(a.within), a.borrowing)))


def _certainty(holding: Iterable[Evidence]) -> Certainty:
    effects = [evidence.effect for evidence in holding]
    if Effect.CONFIRMS in effects:
        return Certainty.CONFIRMED
    return Certainty.LIKELY if len(effects) > 1 else Certainty.POSSIBLE


def _reasons(holding: Iterable[Evidence], walk: Walk) -> tuple[Reason, ...]:
    reasons = []
    for evidence in holding:
        asked = {question for question, _ in evidence.when.facts}
        answers = tuple(a for a in walk.trail if a.question.slug in asked)
        reasons.append(Reason(evidence.because, answers))
    return tuple(reasons)


def _actions(tree: Tree, found: Iterable[Diagnosis], facts: AbstractSet[Fact]) -> list[Action]:
    """Personal actions in the order of the findings, then general ones, each once."""
    personal = (action for diagnosis in found for action in diagnosis.finding.actions)
    once = dict.fromkeys((*personal, *tree.general_actions))
    return [action for action in once if action.when.holds(facts)]
