"""A draft as a graph to be drawn, and as an outline to be read.

Drafts have mistakes: routes to nowhere, loops, conditions on what is gone.
Nothing here raises for them; what is named but not there is shown as such.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wizard.tree import content
from wizard.tree.content import Effect, Theme
from wizard.tree.parts import Place

MOST_LEVELS = 10
"""Questions deeper than this begin a passage of their own in the outline."""


@dataclass(frozen=True, slots=True)
class Node:
    """A question or finding. `part` is None where a draft names what it does not have.

    `theme` is what a finding is mostly about; for a question, most of its findings.
    """

    place: Place
    part: content.Question | content.Finding | None
    theme: Theme | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """All routes from one question to another, or all evidence of one effect.

    `places` says whether a drawing should put the target after the source for
    its sake: all routes do, and for each finding one edge, from its last question.
    """

    source: Place
    target: Place
    said: tuple[content.Route, ...] | tuple[content.Evidence, ...]
    effect: Effect | None = None
    places: bool = True


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """The routes that lead from one question to another, with their numbers, and what follows."""

    routes: tuple[tuple[int, content.Route], ...]
    step: "Step"


@dataclass(frozen=True, slots=True)
class Step:
    """A question in the outline.

    `here`: this is where it is told; elsewhere it is only referred to.
    `question` is None where a route leads to nothing.
    """

    slug: str
    question: content.Question | None
    here: bool = True
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """`passages` begin at the start; `apart` are questions to which no route leads from there."""

    passages: tuple[Step, ...]
    apart: tuple[Step, ...]


def question_place(slug: str) -> Place:
    return Place("question", slug)


def finding_place(slug: str) -> Place:
    return Place("finding", slug)


def outline(tree: content.Tree) -> Outline:
    """The questions in the order of the walk, each told once and then referred to."""
    teller = _Teller({question.slug: question for question in tree.questions})
    passages = tuple(teller.passages(tree.questions[0].slug)) if tree.questions else ()
    apart = tuple(
        step
        for question in tree.questions
        if question.slug not in teller.told
        for step in teller.passages(question.slug)
    )
    return Outline(passages, apart)


class _Teller:
    """Remembers what was told already, and what waits for a passage of its own."""

    def __init__(self, questions: Mapping[str, content.Question]) -> None:
        self.questions = questions
        self.told: dict[str, None] = {}
        self.waiting: list[str] = []

    def passages(self, slug: str) -> Iterator[Step]:
        self.waiting.append(slug)
        while self.waiting:
            first = self.waiting.pop(0)
            if first not in self.told:
                yield self.step(first, level=1)

    def step(self, slug: str, level: int) -> Step:
        question = self.questions.get(slug)
        if question is None or slug in self.told:
            return Step(slug, question, here=False)
        if level > MOST_LEVELS:
            self.waiting.append(slug)
            return Step(slug, question, here=False)
        self.told[slug] = None
        routes: dict[str, list[tuple[int, content.Route]]] = defaultdict(list)
        for number, route in enumerate(question.routes, start=1):
            routes[route.to].append((number, route))
        branches = tuple(
            Branch(tuple(said), self.step(to, level + 1)) for to, said in routes.items()
        )
        return Step(slug, question, branches=branches)


def walk_order(tree: content.Tree) -> dict[str, int]:
    """Question slug -> how early it is asked: as few questions before it as routes allow."""
    questions = {question.slug: question for question in tree.questions}
    order: dict[str, int] = {}
    for first in questions:
        reached = [first] if first not in order else []
        for slug in reached:
            if slug in questions and slug not in order:
                order[slug] = len(order)
                reached += [route.to for route in questions[slug].routes]
    return order


def graph(tree: content.Tree) -> Graph:
    """Questions, findings, and what is named but missing; routes and evidence between them."""
    routes = list(_routes(tree))
    evidence = list(_evidence(tree, walk_order(tree)))
    themes = {finding.slug: _theme(finding, tree) for finding in tree.findings}
    asked = _themes_of_questions(evidence, themes)
    nodes = [
        *(Node(question_place(q.slug), q, asked.get(q.slug)) for q in tree.questions),
        *(Node(finding_place(f.slug), f, themes[f.slug]) for f in tree.findings),
    ]
    known = {node.place for node in nodes}
    named = [place for edge in (*routes, *evidence) for place in (edge.source, edge.target)]
    missing = dict.fromkeys(place for place in named if place not in known)
    return Graph((*nodes, *(Node(place, None) for place in missing)), (*routes, *evidence))


def _routes(tree: content.Tree) -> Iterator[Edge]:
    for question in tree.questions:
        for to in dict.fromkeys(route.to for route in question.routes):
            said = tuple(route for route in question.routes if route.to == to)
            yield Edge(question_place(question.slug), question_place(to), said)


def _evidence(tree: content.Tree, order: Mapping[str, int]) -> Iterator[Edge]:
    for finding in tree.findings:
        said: dict[tuple[str, Effect], list[content.Evidence]] = defaultdict(list)
        for evidence in finding.evidence:
            for slug in evidence.when:
                said[slug, evidence.effect].append(evidence)
        # What speaks for it places it; what rules it out only if there is nothing else.
        last = max(
            said,
            key=lambda pair: (pair[1] is not Effect.RULES_OUT, order.get(pair[0], -1)),
            default=None,
        )
        for pair, of_pair in said.items():
            slug, effect = pair
            source, target = question_place(slug), finding_place(finding.slug)
            yield Edge(source, target, tuple(of_pair), effect, places=pair == last)


def _theme(finding: content.Finding, tree: content.Tree) -> Theme | None:
    """Safety, or else the theme of the first thing to do."""
    if finding.safety:
        return Theme.SAFETY
    themes = {action.slug: action.theme for action in tree.actions}
    return next((themes[slug] for slug in finding.actions if slug in themes), None)


def _themes_of_questions(
    evidence: list[Edge], themes: Mapping[str, Theme | None]
) -> dict[str, Theme]:
    counted: dict[str, Counter[Theme]] = defaultdict(Counter)
    for edge in evidence:
        theme = themes[edge.target.slug]
        if theme is not None and edge.effect is not Effect.RULES_OUT:
            counted[edge.source.slug][theme] += 1
    return {slug: counter.most_common(1)[0][0] for slug, counter in counted.items()}
