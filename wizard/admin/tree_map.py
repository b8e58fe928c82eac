"""The map of a tree, and its outline."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wizard import drafts, labels, wording
from wizard.admin import notes
from wizard.admin.pages import frame, tree_page
from wizard.admin.preview import FINDING, FROM
from wizard.frozen import Frozen
from wizard.labels import Label, Wording
from wizard.models import Finding, Question, Tree
from wizard.tree import content, outline
from wizard.tree.content import Kind, Text, Theme
from wizard.tree.languages import LANGUAGES
from wizard.tree.outline import Branch, Edge, Node, Outline, Step
from wizard.tree.parts import Place
from wizard.tree.problems import Level

LOOKS: dict[str, Wording | Label] = {
    **{str(kind): label for kind, label in labels.KINDS.items()},
    "finding": _("Finding"),
    "safety": _("Finding about safety"),
    "fallback": _("Finding when nothing else is found"),
    "missing": _("Named, but not there"),
}
"""What the map and the outline tell apart."""

WORST: dict[str, Wording] = {
    Level.ERROR: _("Has an error"),
    Level.WARNING: _("Has a warning"),
    "sound": _("No problem"),
}

LEGENDS: dict[str, Mapping[Any, Wording | Label]] = {
    "look": LOOKS,
    "theme": labels.THEMES,
    "worst": WORST,
}
"""What the map can be coloured by: fields of a node, and the words for their values."""

HUES: dict[str, dict[str, str]] = {
    "look": {
        Kind.SINGLE: "blue",
        Kind.MULTIPLE: "violet",
        Kind.NUMBER: "teal",
        "finding": "green",
        "safety": "red",
        "missing": "red",
    },
    "theme": {
        Theme.SAFETY: "red",
        Theme.FIX: "blue",
        Theme.CONTACT: "violet",
        Theme.CREDIT_REPAIR: "amber",
        Theme.ACCOUNT_SECURITY: "teal",
        Theme.ALTERNATIVE_FINANCING: "green",
        Theme.BUSINESS: "pink",
    },
    "worst": {Level.ERROR: "red", Level.WARNING: "amber", "sound": "green"},
}
"""Names that map.css knows; what has none is grey."""


@tree_page("map", label=_("Map"), place=10)
def tree_map(request: HttpRequest, tree: Tree) -> HttpResponse:
    """The whole draft as a graph; drawn by map.js from data in the page.

    A large tree takes longer to check than to draw, so its problems come after.
    """
    draft = Draft.read(request, tree, drafts.snapshot(tree))
    graph = outline.graph(draft.tree)
    data = {
        "hues": HUES,
        "nodes": [draft.node(node) for node in graph.nodes],
        "edges": [draft.edge(edge) for edge in graph.edges],
    }
    context = frame(
        request,
        tree,
        "map",
        _("Map: %(tree)s") % {"tree": tree},
        data=data,
        empty=not draft.tree.questions,
        legends={
            mode: [(value, name, HUES[mode].get(value, "")) for value, name in words.items()]
            for mode, words in LEGENDS.items()
        },
        effects=labels.EFFECTS,
        add_url=draft.add_url(),
    )
    return render(request, "admin/wizard/tree/map.html", context)


@tree_page("map-problems")
def map_problems(_request: HttpRequest, tree: Tree) -> HttpResponse:
    """The problems of the draft by node, for map.js to mark."""
    problems = problems_by_place(drafts.frozen_draft(tree))
    known = parts(tree)
    return JsonResponse(
        {
            "problems": {_id(place): p for place, p in problems.items() if place in known},
            "elsewhere": problems_elsewhere(problems, known),
        }
    )


@tree_page("outline", label=_("Outline"), place=15)
def tree_outline(request: HttpRequest, tree: Tree) -> HttpResponse:
    """What the map shows as nested lists, for keyboard and screen reader."""
    state = drafts.frozen_draft(tree)
    problems = problems_by_place(state)
    draft = Draft.read(request, tree, state.content, problems)
    told: Outline = outline.outline(draft.tree)
    context = frame(
        request,
        tree,
        "outline",
        _("Outline: %(tree)s") % {"tree": tree},
        passages=[draft.step(step) for step in told.passages],
        apart=[draft.step(step) for step in told.apart],
        findings=[draft.finding(finding) for finding in draft.tree.findings],
        elsewhere=problems_elsewhere(problems, draft.pks),
        add_url=draft.add_url(),
    )
    return render(request, "admin/wizard/tree/outline.html", context)


Problems = Mapping[Place, Sequence[Mapping[str, str]]]
"""The place of a part -> what is wrong there, errors first."""


def problems_by_place(draft: Frozen) -> Problems:
    found: dict[Place, list[Mapping[str, str]]] = defaultdict(list)
    for problem in draft.problems():
        said = {
            "level": str(problem.level),
            "spot": wording.spot(problem),
            "place": wording.place(problem),
            "text": wording.problem(problem),
        }
        found[problem.place.part].append(said)
    return found


def problems_elsewhere(problems: Problems, known: Container[Place]) -> str:
    """How many problems are at places that the map has no node for, as words; "" for none."""
    number = sum(len(found) for place, found in problems.items() if place not in known)
    if not number:
        return ""
    words = ngettext("%(number)d problem is elsewhere", "%(number)d problems are elsewhere", number)
    return words % {"number": number}


def parts(tree: Tree) -> dict[Place, int]:
    """The questions and findings of a draft, with their primary keys."""
    models: dict[str, type[Question | Finding]] = {"question": Question, "finding": Finding}
    return {
        Place(kind, slug): pk
        for kind, model in models.items()
        for slug, pk in model._default_manager.filter(tree=tree).values_list("slug", "pk")
    }


@dataclass(frozen=True)
class Draft:
    """A draft with all that its nodes are shown with, for one person in one language."""

    tree: content.Tree
    pk: int
    language: str
    questions: Mapping[str, content.Question]
    problems: Problems
    notes: Mapping[Place, int]
    pks: Mapping[Place, int]
    may_add: bool

    @classmethod
    def read(
        cls,
        request: HttpRequest,
        tree: Tree,
        snapshot: content.Tree,
        problems: Problems = MappingProxyType({}),
    ) -> "Draft":
        return cls(
            tree=snapshot,
            pk=tree.pk,
            language=wording.language(),
            questions={question.slug: question for question in snapshot.questions},
            problems=problems,
            notes=notes.count_open(tree),
            pks=parts(tree),
            may_add=request.user.has_perm("wizard.add_question"),
        )

    def words(self, text: Text) -> str:
        """In the language of the page, or else in the other one."""
        return text.somewhere(self.language)

    def condition(self, when: content.Condition) -> str:
        return wording.condition(when, self.questions, self.language)

    def url(self, place: Place) -> str:
        """Where it is edited; "" for what is not there."""
        if place not in self.pks:
            return ""
        return reverse(f"admin:wizard_{place.kind}_change", args=[self.pks[place]])

    def add_url(self, after: Place | None = None) -> str:
        """Where a question is added, behind another one or as it comes; "" without the right."""
        if not self.may_add:
            return ""
        then = f"&after={self.pks[after]}" if after else ""
        return f"{reverse('admin:wizard_question_add')}?tree={self.pk}{then}"

    def try_url(self, place: Place) -> str:
        """Where the draft is walked from there on, or to an end with this finding."""
        preview = reverse("admin:wizard_tree_preview", args=[self.pk])
        start = FROM if place.kind == "question" else FINDING
        return f"{preview}?{start}={place.slug}"

    def open_notes(self, place: Place) -> dict[str, Any]:
        """How many notes of colleagues wait there, in words too, and where they are read."""
        number, url = self.notes.get(place, 0), self.url(place)
        words = ngettext("%(number)d open note", "%(number)d open notes", number)
        return {
            "notes": number,
            "notes_said": words % {"number": number} if number else "",
            "notes_url": f"{url}#notes" if number and url else "",
        }

    def name(self, place: Place) -> str:
        question = self.questions.get(place.slug) if place.kind == "question" else None
        return (self.words(question.short) if question else "") or place.slug

    def node(self, node: Node) -> dict[str, Any]:
        """One node for map.js."""
        place, part = node.place, node.part
        is_question = isinstance(part, content.Question)
        url = self.url(place)
        return {
            "id": _id(place),
            "kind": place.kind,
            "slug": place.slug,
            "title": self.words(part.title) if part else place.slug,
            "look": look(part),
            "theme": node.theme or "",
            "words": " ".join((place.slug, *_texts(part))).lower(),
            "url": url,
            "add": self.add_url(place) if is_question and url else "",
            "routes": f"{url}#routes-group" if is_question and url else "",
            "try": self.try_url(place) if url else "",
            **self.open_notes(place),
        }

    def edge(self, edge: Edge) -> dict[str, Any]:
        """One edge for map.js."""
        said = [self.said(each) for each in edge.said]
        numbers = [] if edge.effect else self.numbers(edge)
        if numbers:
            said = [f"{number}. {words}" for number, words in zip(numbers, said, strict=True)]
        return {
            "from": _id(edge.source),
            "to": _id(edge.target),
            "effect": edge.effect or "",
            "places": edge.places,
            "otherwise": all(isinstance(s, content.Route) and s.otherwise for s in edge.said),
            "order": ", ".join(map(str, numbers)),
            "said": said,
        }

    def numbers(self, edge: Edge) -> list[int]:
        """Which routes of its question they are; nothing where it has only one."""
        routes = self.questions[edge.source.slug].routes
        to = edge.target.slug
        return [n for n, route in enumerate(routes, 1) if route.to == to and len(routes) > 1]

    def said(self, part: content.Route | content.Evidence) -> str:
        """When a route opens or evidence holds, as a sentence."""
        if isinstance(part, content.Route) and part.otherwise:
            return str(_("otherwise"))
        return self.condition(part.when)

    def step(self, step: Step) -> dict[str, Any]:
        """One question of the outline, with all that is nested in it."""
        place = outline.question_place(step.slug)
        question = step.question
        shown: dict[str, Any] = {
            "slug": step.slug,
            "anchor": _id(place),
            "name": self.name(place),
            "missing": question is None,
            "here": step.here,
        }
        if question is None or not step.here:
            return shown
        problems = self.problems.get(place, [])
        return shown | {
            "title": self.words(question.title),
            "kind": LOOKS[question.kind],
            "choices": [self.choice(choice, question) for choice in question.choices],
            "branches": [
                self.branch(branch, several=len(question.routes) > 1) for branch in step.branches
            ],
            "problems": problems,
            "worst": problems[0]["level"] if problems else "",
            "url": self.url(place),
            "add": self.add_url(place) if place in self.pks else "",
            "try": self.try_url(place),
            **self.open_notes(place),
        }

    def branch(self, branch: Branch, *, several: bool) -> dict[str, Any]:
        """The routes to one question, with their numbers if its source has `several`."""
        numbers = [f"{number}. " if several else "" for number, _ in branch.routes]
        said = [capfirst(self.said(route)) for _, route in branch.routes]
        return {
            "said": [number + words for number, words in zip(numbers, said, strict=True)],
            "step": self.step(branch.step),
        }

    def choice(self, choice: content.Choice, question: content.Question) -> dict[str, Any]:
        least = choice.at_least
        unit = self.words(question.unit)
        return {
            "label": self.words(choice.label) or choice.slug,
            "from": f"{least} {unit}".strip() if least is not None else "",
            "unsure": choice.unsure,
            "alone": (choice.exclusive or choice.none) and not choice.unsure,
        }

    def finding(self, finding: content.Finding) -> dict[str, Any]:
        """One finding of the outline."""
        place = outline.finding_place(finding.slug)
        problems = self.problems.get(place, [])
        return {
            "slug": finding.slug,
            "anchor": _id(place),
            "title": self.words(finding.title) or finding.slug,
            "look": look(finding),
            "kind": LOOKS[look(finding)],
            "evidence": [
                {
                    "effect": labels.EFFECTS[evidence.effect],
                    "when": self.said(evidence),
                    "because": self.words(evidence.because),
                }
                for evidence in finding.evidence
            ],
            "problems": problems,
            "worst": problems[0]["level"] if problems else "",
            "url": self.url(place),
            **self.open_notes(place),
        }


def _id(place: Place) -> str:
    return f"{place.kind}-{place.slug}"


def look(part: content.Question | content.Finding | None) -> str:
    """One of LOOKS."""
    if part is None:
        return "missing"
    if isinstance(part, content.Question):
        return part.kind
    return "safety" if part.safety else "fallback" if part.fallback else "finding"


def _texts(part: content.Question | content.Finding | None) -> Iterable[str]:
    """What a search finds a node by, in both languages."""
    if part is None:
        return ()
    texts = [part.title]
    if isinstance(part, content.Question):
        texts += [part.short, *(choice.label for choice in part.choices)]
    return (text.inside(language) for text in texts for language in LANGUAGES)
