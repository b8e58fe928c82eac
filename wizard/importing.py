"""Taking a document into a draft: what that would do, and doing it.

Contacts, figures, sources and the glossary are shared by all trees: a document
brings those that are missing, and changes none that is there.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction

from wizard import drafts, publishing
from wizard.drafts.reader import read_shared
from wizard.frozen import freeze
from wizard.models import Tree, User
from wizard.tree import content
from wizard.tree.content import Text
from wizard.tree.parts import LISTS, SHARED, Place, each_part, each_row, parts_of
from wizard.tree.problems import Code, Level, Problem, named

UNWRITABLE = frozenset(
    {
        Code.SHAPE,
        Code.DUPLICATE_SLUG,
        Code.SEVERAL_FALLBACKS,
        Code.UNKNOWN_QUESTION,
        Code.UNKNOWN_CHOICE,
        Code.UNKNOWN_REFERENCE,
    }
)
"""With one of these the tables cannot hold the tree, not even as a draft."""


@dataclass(frozen=True)
class Import:
    """What taking in a document would do.

    `tree` is what the draft would become, `before` what it is now (None: there is
    no such tree yet). `kept` are the shared parts that the document has otherwise,
    and that stay as they are. `problems` are all those of `tree`.
    """

    tree: content.Tree
    before: content.Tree | None
    kept: tuple[Place, ...]
    problems: list[Problem]

    @property
    def refusals(self) -> list[Problem]:
        """What must be mended before the document can be taken in."""
        return [problem for problem in self.problems if problem.code in UNWRITABLE]

    @property
    def seen(self) -> str:
        """The digest of the draft that would be replaced; empty where there is none."""
        return freeze(self.before).digest if self.before else ""

    @property
    def changes(self) -> bool:
        """Whether the draft would be another one."""
        return self.tree != self.before


def plan(document: content.Tree) -> Import:
    """Look at what `document` would do. Nothing is changed."""
    draft = Tree.objects.filter(slug=document.slug).first()
    there = read_shared()
    available: dict[str, list[Any]] = {}
    for name, parts in there.items():
        brought = {part.slug: part for part in getattr(document, name)}
        all_of_them = brought | {part.slug: part for part in parts}
        available[name] = sorted(all_of_them.values(), key=lambda part: str(part.slug))
    tree = drafts.with_shared(document, available)
    problems = [*named(_unstorable(document), tree), *freeze(tree).problems()]
    return Import(
        tree=tree,
        before=drafts.snapshot(draft) if draft else None,
        kept=tuple(_kept(document, there)),
        problems=sorted(problems, key=lambda problem: problem.level is not Level.ERROR),
    )


@transaction.atomic
def carry_out(tree: content.Tree, *, seen: str, by: User | None = None) -> Tree:
    """Make the draft what an `Import` said.

    Raises DraftChangedError if the draft is not the one `seen` there any more.
    """
    draft = Tree.objects.filter(slug=tree.slug).first()
    if draft is not None:
        draft.lock()
    current = drafts.frozen_draft(draft).digest if draft else ""
    if current != seen:
        raise publishing.DraftChangedError
    draft = drafts.restore(tree)
    draft.touch(by)
    return draft


def _kept(document: content.Tree, there: dict[str, tuple[Any, ...]]) -> Iterator[Place]:
    for kind in SHARED:
        by_slug = {part.slug: part for part in there[LISTS[kind]]}
        for part in getattr(document, LISTS[kind]):
            if by_slug.get(part.slug, part) != part:
                yield Place(kind, part.slug)


def _unstorable(document: content.Tree) -> Iterator[Problem]:
    """What has the declared shape, but does not fit the tables."""
    yield from _too_long(document, Place("tree", document.slug))
    for place, part in (*each_part(document), *each_row(document)):
        yield from _too_long(part, place)
    for finding in document.findings:
        yield from _repeated(finding.actions, Place("finding", finding.slug, field="actions"))
    for scenario in document.scenarios:
        yield from _repeated(scenario.findings, Place("scenario", scenario.slug, field="findings"))
    for kind in SHARED:
        for slug, times in Counter(part.slug for part in parts_of(document)[kind]).items():
            if times > 1:
                yield Problem(Code.DUPLICATE_SLUG, Place(kind, slug), {"slug": slug})


def _repeated(slugs: tuple[str, ...], place: Place) -> Iterator[Problem]:
    for slug, times in Counter(slugs).items():
        if times > 1:
            yield Problem(Code.DUPLICATE_SLUG, place, {"slug": slug})


def _too_long(part: msgspec.Struct, place: Place) -> Iterator[Problem]:
    """What the editing page of the part would refuse: lengths, ranges, addresses."""
    model = apps.get_model("wizard", type(part).__name__)
    for name in part.__struct_fields__:
        for column, value in _columns(name, getattr(part, name)):
            if error := _refused(model, column, value):
                yield Problem(Code.SHAPE, place.at(name), {"error": error})


def _columns(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Text):
        yield from value.to_columns(name).items()
    elif isinstance(value, str | int | Decimal):
        yield name, value


def _refused(model: type[models.Model], column: str, value: Any) -> str:
    """Why a table does not take a value; empty if it does."""
    try:
        field = model._meta.get_field(column)
    except FieldDoesNotExist:
        return ""
    if not isinstance(field, models.Field) or field.is_relation:
        return ""
    try:
        field.run_validators(value)
    except ValidationError as exc:
        return " ".join(exc.messages)
    return ""
