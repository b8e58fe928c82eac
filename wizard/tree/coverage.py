"""What a tree covers: how each cause is reached, supported, found by its message, and tested."""

from collections import Counter
from dataclasses import dataclass

from wizard.tree import content
from wizard.tree.compiled import Finding, Tree, compile_tree
from wizard.tree.languages import DEFAULT
from wizard.tree.paths import Paths
from wizard.tree.states import longest


@dataclass(frozen=True, slots=True)
class Cause:
    """One finding in figures.

    `paths` counts complete walks that end with it, ticks taken singly and in
    pairs; `scenarios` the saved cases that expect it first.
    """

    slug: str
    paths: int
    messages: int
    wordings: int
    scenarios: int
    actions: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What `cover` found out about one tree."""

    slug: str
    paths: int
    longest: int
    causes: tuple[Cause, ...]
    actions_without_source: tuple[str, ...]
    messages_without_cause: tuple[str, ...]

    @property
    def unreached(self) -> tuple[str, ...]:
        return tuple(cause.slug for cause in self.causes if not cause.paths)


def cover(tree: content.Tree) -> Coverage:
    """Count what a sound tree covers. Raises TooComplexError where paths cannot be counted."""
    compiled = compile_tree(tree, DEFAULT)
    messages = Counter(message.finding for message in tree.messages)
    wordings: Counter[str | None] = Counter()
    for message in tree.messages:
        wordings[message.finding] += len(message.wordings)
    first = Counter(scenario.findings[0] for scenario in tree.scenarios if scenario.findings)
    return Coverage(
        slug=tree.slug,
        paths=Paths(compiled).count(),
        longest=longest(compiled, (compiled.start.slug,), frozenset(), frozenset()),
        causes=tuple(
            Cause(
                slug=finding.slug,
                paths=_paths_to(compiled, finding),
                messages=messages[finding.slug],
                wordings=wordings[finding.slug],
                scenarios=first[finding.slug],
                actions=len(finding.actions),
            )
            for finding in compiled.findings
        ),
        actions_without_source=tuple(a.slug for a in tree.actions if not a.sources),
        messages_without_cause=tuple(m.slug for m in tree.messages if not m.finding),
    )


def _paths_to(tree: Tree, finding: Finding) -> int:
    if finding.fallback and not finding.evidence:
        # It is the answer wherever nothing else is found.
        everything = [evidence.when for f in tree.findings for evidence in f.evidence]
        return Paths(
            tree, everything, lambda holding: not any(f.follows(holding) for f in tree.findings)
        ).count()
    return Paths(tree, [e.when for e in finding.evidence], finding.follows).count()
