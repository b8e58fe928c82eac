"""From a finished walk to advice: what went wrong, and what to do about it."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice

from wizard.compiled import Action, Contact, Evidence, Fact, Finding, Source, Tree
from wizard.content import PERMANENT_THEMES, Effect, Horizon, Theme
from wizard.engine import Answered, Walk

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
    """A finding that the answers point to. Only the fallback has no reasons."""

    finding: Finding
    certainty: Certainty
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RuledOut:
    finding: Finding
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Strategy:
    """What a finished walk yields.

    `plan` has the actions by horizon, soonest first; `permanent` those of the
    three themes that are always there. No action stands twice.
    """

    walk: Walk
    diagnoses: tuple[Diagnosis, ...]
    ruled_out: tuple[RuledOut, ...]
    plan: Mapping[Horizon, tuple[Action, ...]]
    permanent: Mapping[Theme, tuple[Action, ...]]

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
        """The first steps against the first cause, soonest first."""
        against = self.diagnoses[0].finding.actions
        planned = (action for actions in self.plan.values() for action in actions)
        return tuple(islice((a for a in planned if a in against), FIRST_ACTIONS))

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
    if not found:
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
    )


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
