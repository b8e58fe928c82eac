"""The parts of a tree: which there are, what they hold and name, and where something stands.

Whoever goes through a tree asks here, so that a new kind of part is told once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from wizard.tree import content
from wizard.tree.content import Text

LISTS: Mapping[str, str] = {
    "question": "questions",
    "finding": "findings",
    "action": "actions",
    "alternative": "alternatives",
    "contact": "contacts",
    "figure": "figures",
    "term": "terms",
    "source": "sources",
    "message": "messages",
    "scenario": "scenarios",
}
"""The kinds of parts, and where a tree holds them."""

SHARED = ("contact", "source", "figure", "term")
"""The kinds that all trees have in common."""

ROWS: Mapping[str, str] = {"choices": "choice", "routes": "route", "evidence": "evidence"}
"""Fields that hold rows of a part, and what one of these is called."""

PART_KINDS = ("tree", *LISTS)

REFERENCES: Mapping[str, str] = {
    "sources": "source",
    "source": "source",
    "contacts": "contact",
    "actions": "action",
    "absent_actions": "action",
    "finding": "finding",
    "findings": "finding",
    "to": "question",
}
"""Fields that name other parts, and the kind of these."""

CONDITIONS = ("when", "implies", "answers")
"""Fields that name choices."""


class Row(NamedTuple):
    """A row of a part: one of `ROWS`, and a choice's slug or else the row's number, from 1."""

    kind: str
    key: str | int


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a part of a tree (or the tree), a row of it, a field of either."""

    kind: str
    slug: str = ""
    row: Row | None = None
    field: str = ""

    @property
    def part(self) -> "Place":
        """The part as a whole."""
        return Place(self.kind, self.slug)

    @property
    def spot(self) -> str:
        """Row and field as a document has them, for programs: "choice class-2 label"."""
        row = (self.row.kind, str(self.row.key)) if self.row else ()
        return " ".join(filter(None, (*row, self.field)))

    def at(self, field: str) -> "Place":
        """A field here."""
        return replace(self, field=field)


def choice_place(question: str, slug: str) -> Place:
    return Place("question", question, Row("choice", slug))


def parts_of(tree: content.Tree) -> dict[str, tuple[Any, ...]]:
    """The parts of a tree by kind."""
    return {kind: getattr(tree, name) for kind, name in LISTS.items()}


def each_part(tree: content.Tree) -> Iterator[tuple[Place, Any]]:
    """Every part of a tree, without the tree itself."""
    for kind, parts in parts_of(tree).items():
        for part in parts:
            yield Place(kind, part.slug), part


def row_place(place: Place, kind: str, row: Any, number: int) -> Place:
    """Where a row of the part at `place` stands."""
    return replace(place, row=Row(kind, getattr(row, "slug", number)))


def each_row(tree: content.Tree, *kinds: str) -> Iterator[tuple[Place, Any]]:
    """Every row of a tree, or only those of some kinds."""
    for place, part in each_part(tree):
        for name, kind in ROWS.items():
            rows = getattr(part, name, ()) if kind in (kinds or ROWS.values()) else ()
            for number, row in enumerate(rows, start=1):
                yield row_place(place, kind, row, number), row


def all_texts(tree: content.Tree) -> Iterator[tuple[Place, Text]]:
    """Every text of a tree, with the place of its field."""
    for place, part in ((Place("tree", tree.slug), tree), *each_part(tree), *each_row(tree)):
        for name in part.__struct_fields__:
            if isinstance(value := getattr(part, name), Text):
                yield place.at(name), value


def conditions(tree: content.Tree) -> Iterator[tuple[Place, content.Condition]]:
    """Every set of choices in a tree: where a row is about nothing else, the place is the row's."""
    for place, row in each_row(tree):
        if hasattr(row, "when"):
            yield place, row.when
    for place, part in each_part(tree):
        for name in CONDITIONS:
            if hasattr(part, name):
                yield place.at(name), getattr(part, name)


def references(part: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What a part or a row names elsewhere: the field, the kind of the target, slugs."""
    for name in part.__struct_fields__:
        if kind := REFERENCES.get(name):
            named = getattr(part, name)
            yield name, kind, named if isinstance(named, tuple) else (named,) if named else ()


def name_of(part: Any) -> Text:
    """What people call a part, a choice or a tree."""
    if isinstance(part, content.Question):
        return part.short or part.title
    if isinstance(part, content.Message):
        return Text.everywhere(part.text)
    named = ("title", "name", "label", "story")
    found: Text = next(getattr(part, name) for name in named if hasattr(part, name))
    return found
