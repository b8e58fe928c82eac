"""What differs between two states of a tree, part by part.

Works on declared content and says all in values; the pages word them. A part
that was renamed (its old slug is an alias now) is the same part, and what
names it has not changed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from html import escape
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from wizard.tree import content
from wizard.tree.content import Text
from wizard.tree.languages import LANGUAGES
from wizard.tree.parts import LISTS, ROWS, Place, parts_of, row_place
from wizard.tree.prose import Html


class What(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `place` is in the new state, of what was removed in the old.

    Without `field` it is about the whole part at `place`: what was added or
    removed (the part itself is `new` or `old`), or moved (from place `old` to
    `new` among its like, the first being 1). With `field`, `old` and `new` are
    its values; prose is compared for each `language` apart.
    """

    place: Place
    what: What
    field: str = ""
    language: str = ""
    old: Any = None
    new: Any = None


def differences(old: content.Tree | None, new: content.Tree) -> list[Difference]:
    """All that `new` has otherwise than `old`; everything where there is no `old`."""
    if old is None:
        old = msgspec.structs.replace(
            new, title=content.EMPTY, summary=content.EMPTY, **dict.fromkeys(LISTS.values(), ())
        )
    old = _under_new_names(old, new)
    found = list(_fields(Place("tree", new.slug), old, new))
    before = parts_of(old)
    for kind, parts in parts_of(new).items():
        found += _parts(before[kind], parts, _named(kind))
    return found


def contents(place: Place, part: Struct, what: What = What.ADDED) -> Iterator[Difference]:
    """All that stands in one part, as if each field had been added (or removed)."""

    def entry(spot: Place, value: Any, field: str = "", language: str = "") -> Difference:
        sides = {"old" if what is What.REMOVED else "new": value}
        return Difference(spot, what, field, language, **sides)

    for name, value in _values(part):
        if name == "slug" or not value:
            continue
        if isinstance(value, Text):
            for language in LANGUAGES:
                if written := value.inside(language):
                    yield entry(place, written, name, language)
        elif name in ROWS:
            spot_of = _within(place, name)
            for number, inner in enumerate(value, start=1):
                spot = spot_of(inner, number)
                yield entry(spot, inner)
                yield from contents(spot, inner, what)
        else:
            yield entry(place, value, name)


class Piece(NamedTuple):
    """A stretch of a text, `marked` where the other text differs."""

    text: str
    marked: bool


def in_pieces(old: str, new: str, *, least_alike: float = 0) -> tuple[list[Piece], list[Piece]]:
    """Both texts, compared: Latin text by word, Chinese by character.

    Texts less alike (from 0 to 1) are marked as a whole: scraps would be harder to read.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) * len(after) > _MOST_COMPARED:
        return _whole(old), _whole(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if not before or not after or matcher.ratio() < least_alike:
        return _whole(old), _whole(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        left.append(Piece("".join(before[i:j]), tag != "equal"))
        right.append(Piece("".join(after[k:m]), tag != "equal"))
    return [piece for piece in left if piece.text], [piece for piece in right if piece.text]


def marked(old: str, new: str) -> tuple[Html, Html]:
    """Both texts as HTML, with `<del>` in the old and `<ins>` in the new where they differ."""
    left, right = in_pieces(old, new, least_alike=_ALIKE)
    return _in_tags("del", left), _in_tags("ins", right)


_TOKEN = re.compile(r"[^\W\u2e80-\U0003ffff]+|\s+|.", re.DOTALL)
_ALIKE = 0.3
_MOST_COMPARED = 4_000_000
"""Beyond so many pairs of words a comparison would take seconds."""


def _whole(text: str) -> list[Piece]:
    return [Piece(text, marked=True)] if text else []


def _in_tags(tag: str, pieces: Iterable[Piece]) -> Html:
    return Html(
        "".join(f"<{tag}>{escape(p.text)}</{tag}>" if p.marked else escape(p.text) for p in pieces)
    )


SpotOf = Callable[[Any, int], Place]
"""Where a part stands, given the part and its number among its like."""


def _named(kind: str) -> SpotOf:
    return lambda part, _: Place(kind, part.slug)


def _within(place: Place, field: str) -> SpotOf:
    return lambda part, number: row_place(place, ROWS[field], part, number)


def _values(part: Struct) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(part, name)) for name in part.__struct_fields__)


def _fields(place: Place, old: Struct, new: Struct) -> Iterator[Difference]:
    """What differs inside of one part, the lists of a tree left out."""
    for name, after in _values(new):
        before = getattr(old, name)
        if before == after or (isinstance(new, content.Tree) and name in LISTS.values()):
            continue
        if name in ROWS:
            yield from _parts(before, after, _within(place, name))
        elif name == "aliases":
            if {*before, _slug(old)} - {_slug(new)} != {*after}:
                yield Difference(place, What.CHANGED, name, "", before, after)
        else:
            yield from _field(place, name, before, after)


def _field(place: Place, name: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(new, Text):
        for language in LANGUAGES:
            texts = old.inside(language), new.inside(language)
            if texts[0] != texts[1]:
                yield Difference(place, What.CHANGED, name, language, *texts)
    elif not _same(old, new):
        what = What.RENAMED if name == "slug" else What.CHANGED
        if isinstance(new, tuple) and sorted(old) == sorted(new):
            what = What.MOVED
        yield Difference(place, what, name, "", old, new)


def _same(old: Any, new: Any) -> bool:
    """Whether two values mean the same: the order inside a condition does not matter."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {q: frozenset(c) for q, c in old.items()} == {
            q: frozenset(c) for q, c in new.items()
        }
    return bool(old == new)


def _parts(old: Sequence[Any], new: Sequence[Any], spot_of: SpotOf) -> Iterator[Difference]:
    """What differs between two lists of parts of one kind."""
    pairs = _by_slug(old, new) if _slug(*old[:1], *new[:1]) else _by_likeness(old, new)
    for place, part in enumerate(old):
        if place not in pairs:
            yield Difference(spot_of(part, place + 1), What.REMOVED, old=part)
    came_from = {after: before for before, after in pairs.items()}
    unmoved = _unmoved([pairs[place] for place in sorted(pairs)])
    for place, part in enumerate(new):
        spot = spot_of(part, place + 1)
        if place not in came_from:
            yield Difference(spot, What.ADDED, new=part)
            continue
        before = came_from[place]
        if place not in unmoved:
            yield Difference(spot, What.MOVED, old=before + 1, new=place + 1)
        yield from _fields(spot, old[before], part)


def _slug(*parts: Any) -> str:
    return next((getattr(part, "slug", "") for part in parts), "")


def _unmoved(order: Sequence[int]) -> set[int]:
    """As many of these numbers as stand in rising order already."""
    blocks = SequenceMatcher(None, order, sorted(order), autojunk=False).get_matching_blocks()
    return {number for block in blocks for number in order[block.a : block.a + block.size]}


def _by_slug(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """Place in `old` -> place in `new` of the parts that are in both, renamed ones too."""
    places = {part.slug: place for place, part in enumerate(new)}
    pairs = {n: places[part.slug] for n, part in enumerate(old) if part.slug in places}
    taken = set(pairs.values())
    aliases = {
        alias: place
        for place, part in enumerate(new)
        if place not in taken
        for alias in getattr(part, "aliases", ())
    }
    for place, part in enumerate(old):
        if place not in pairs and part.slug in aliases and aliases[part.slug] not in taken:
            pairs[place] = aliases[part.slug]
            taken.add(aliases[part.slug])
    return pairs


def _by_likeness(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """The same for parts without a name: the ones most alike, nearest first."""
    likeness = [
        (-_likeness(before, after), abs(i - j), i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
    ]
    pairs: dict[int, int] = {}
    for unlike, _, i, j in sorted(likeness):
        if unlike and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _likeness(old: Struct, new: Struct) -> int:
    """How many fields agree; one more where all do. What is left empty proves nothing."""
    agreeing = [_same(getattr(old, name), after) for name, after in _values(new)]
    telling = [
        same and bool(after) for same, (_, after) in zip(agreeing, _values(new), strict=True)
    ]
    return sum(telling) + all(agreeing)


def _under_new_names(old: content.Tree, new: content.Tree) -> content.Tree:
    """`old` with references to what was renamed since under the names of `new`."""
    questions: dict[str, str] = {}
    choices: dict[tuple[str, str], str] = {}
    for i, j in _by_slug(old.questions, new.questions).items():
        before, after = old.questions[i], new.questions[j]
        questions[before.slug] = after.slug
        for k, m in _by_slug(before.choices, after.choices).items():
            choices[before.slug, before.choices[k].slug] = after.choices[m].slug
    if all(a == b for a, b in questions.items()) and all(c == b for (_, c), b in choices.items()):
        return old
    renamed: content.Tree = _rewritten(old, questions, choices)
    return renamed


def _rewritten(
    value: Any, questions: Mapping[str, str], choices: Mapping[tuple[str, str], str]
) -> Any:
    """A part of a tree with the conditions and routes in it under new names."""
    if isinstance(value, dict):
        return {
            questions.get(slug, slug): tuple(choices.get((slug, c), c) for c in chosen)
            for slug, chosen in value.items()
        }
    if isinstance(value, tuple):
        return tuple(_rewritten(inner, questions, choices) for inner in value)
    if not isinstance(value, Struct):
        return value
    inside = {name: _rewritten(inner, questions, choices) for name, inner in _values(value)}
    if isinstance(value, content.Route):
        inside["to"] = questions.get(value.to, value.to)
    return msgspec.structs.replace(value, **inside)
