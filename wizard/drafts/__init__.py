"""Draft rows to declared content, and back.

`snapshot` and `restore` undo each other. Contacts, sources, figures and the
glossary are shared by all trees: restoring adds those that are missing and
leaves the others as they are, so that an old edition never brings an old phone
number or rate back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.core import serializers
from django.db import models, transaction

from wizard.drafts.reader import Reader, read_shared
from wizard.drafts.writer import Writer, fields_of
from wizard.frozen import Frozen, freeze
from wizard.models import (
    Choice,
    Contact,
    Evidence,
    Figure,
    FindingAction,
    Route,
    ScenarioFinding,
    Source,
    Term,
    Tree,
)
from wizard.tree import content
from wizard.tree.content import Text
from wizard.tree.languages import LANGUAGES
from wizard.tree.parts import all_texts
from wizard.tree.prose import PLACEHOLDER

SHARED = (Contact, Figure, Source, Term)
"""What all trees have in common."""


def snapshot(tree: Tree) -> content.Tree:
    """The draft of `tree` as content, with what it uses of the shared rows.

    Nothing is checked here: a draft with mistakes has a snapshot, too.
    """
    reader = Reader(tree)
    own = content.Tree(
        slug=tree.slug,
        title=Text.of_row(tree, "title"),
        summary=Text.of_row(tree, "summary"),
        questions=reader.questions(),
        findings=reader.findings(),
        actions=reader.actions(),
        contacts=(),
        sources=(),
        alternatives=reader.alternatives(),
        messages=reader.messages(),
        scenarios=reader.scenarios(),
    )
    return with_shared(own, read_shared())


def frozen_draft(tree: Tree) -> Frozen:
    """The state that the draft of `tree` is in now."""
    return freeze(snapshot(tree))


def with_shared(own: content.Tree, available: Mapping[str, Sequence[Any]]) -> content.Tree:
    """`own` with what it uses of `available` (as `read_shared` gives it), and nothing else."""
    bare = msgspec.structs.replace(own, contacts=(), sources=(), figures=(), terms=())
    written = _written(text for _, text in all_texts(bare))
    read = PLACEHOLDER.sub("", written).lower()
    terms = tuple(t for t in available["terms"] if any(w.lower() in read for w in t.words))
    named = set(PLACEHOLDER.findall(written + _written(term.meaning for term in terms)))
    calling: tuple[content.Action | content.Alternative, ...] = (*own.actions, *own.alternatives)
    named |= {slug for part in calling for slug in part.contacts}
    contacts = tuple(c for c in available["contacts"] if c.slug in named)
    figures = tuple(f for f in available["figures"] if f.slug in named)
    sourcing: tuple[Any, ...] = (
        *own.findings,
        *own.actions,
        *own.alternatives,
        *contacts,
        *figures,
    )
    sourced = {slug for part in sourcing for slug in part.sources}
    sourced |= {message.source for message in own.messages if message.source}
    sources = tuple(s for s in available["sources"] if s.slug in sourced)
    return msgspec.structs.replace(
        own, contacts=contacts, sources=sources, figures=figures, terms=terms
    )


@transaction.atomic
def restore(tree: content.Tree) -> Tree:
    """Make the draft of the tree with this slug what `tree` says.

    What is there under the same slug stays the same row, so that a page of it that somebody
    has open leads to it still; the rest of the draft goes, editions stay. Raises KeyError
    where `tree` names something that it does not have.
    """
    draft, _ = Tree.objects.update_or_create(slug=tree.slug, defaults=fields_of(tree, Tree))
    draft.lock()
    # There is room for one only, and another one may be it now.
    draft.findings.update(fallback=False)
    writer = Writer(draft)
    writer.shared(tree)
    writer.questions(tree.questions)
    writer.actions(tree.actions)
    writer.findings(tree.findings)
    writer.alternatives(tree.alternatives)
    writer.messages(tree.messages)
    writer.scenarios(tree.scenarios)
    # Last, and users first: nothing that stays names them any more.
    for stored, parts in (
        (draft.scenarios, tree.scenarios),
        (draft.messages, tree.messages),
        (draft.alternatives, tree.alternatives),
        (draft.findings, tree.findings),
        (draft.actions, tree.actions),
        (draft.questions, tree.questions),
    ):
        stored.exclude(slug__in=[part.slug for part in parts]).delete()
    return draft


def rows(tree: Tree) -> Iterator[models.Model]:
    """All rows of a tree, each after the rows it names: what its fixture holds."""
    shared = snapshot(tree)
    yield tree
    yield from Source.objects.filter(slug__in=[source.slug for source in shared.sources])
    yield from Contact.objects.filter(slug__in=[contact.slug for contact in shared.contacts])
    yield from Figure.objects.filter(slug__in=[figure.slug for figure in shared.figures])
    yield from Term.objects.filter(slug__in=[term.slug for term in shared.terms])
    yield from tree.questions.all()
    yield from Choice.objects.filter(question__tree=tree)
    yield from Route.objects.filter(question__tree=tree)
    yield from tree.actions.all()
    yield from tree.findings.all()
    yield from FindingAction.objects.filter(finding__tree=tree)
    yield from Evidence.objects.filter(finding__tree=tree)
    yield from tree.alternatives.all()
    yield from tree.messages.all()
    yield from tree.scenarios.all()
    yield from ScenarioFinding.objects.filter(scenario__tree=tree)


def fixture(tree: Tree) -> str:
    """`fixtures/<slug>.yaml` for this tree, as `loaddata` reads it."""
    keys = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True}
    return str(serializers.serialize("yaml", rows(tree), **keys))


@transaction.atomic
def load_fixture(text: str) -> None:
    """Add a tree from its fixture. Shared rows that exist stay as they are."""
    for found in serializers.deserialize("yaml", text):
        shared = isinstance(found.object, SHARED)
        if not (shared and found.object.pk is not None):
            found.save()


def _written(texts: Iterable[Text]) -> str:
    return "\n".join(text.inside(language) for text in texts for language in LANGUAGES)
