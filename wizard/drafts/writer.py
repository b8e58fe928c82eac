"""Declared content to rows of a draft."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from django.db import models

from wizard.models import (
    Action,
    Alternative,
    Choice,
    Contact,
    Evidence,
    Figure,
    Finding,
    FindingAction,
    Message,
    Question,
    Route,
    Scenario,
    ScenarioFinding,
    Source,
    Term,
    Tree,
)
from wizard.translation import TRANSLATED
from wizard.tree import content

Stored = TypeVar("Stored", bound=models.Model)


def fields_of(part: msgspec.Struct, model: type[models.Model]) -> dict[str, Any]:
    """What a part and a row of `model` both have and hold in the same way."""
    translated = TRANSLATED[model]
    columns = {f.name for f in model._meta.concrete_fields} - {"id", "tree", *translated}
    found: dict[str, Any] = {}
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if name in translated:
            found |= value.to_columns(name)
        elif name in columns and isinstance(value, tuple):
            found[name] = "\n".join(value)
        elif name in columns and not isinstance(value, Mapping):
            found[name] = value
    return found


class Writer:
    """Writes the parts of one tree, remembering the rows by slug.

    All rows of a table go in a few statements, however many they are.
    """

    def __init__(self, draft: Tree) -> None:
        self.draft = draft
        self.choices: dict[tuple[str, str], Choice] = {}
        self.questions_by_slug: dict[str, Question] = {}
        self.actions_by_slug: dict[str, Action] = {}
        self.findings_by_slug: dict[str, Finding] = {}
        self.contacts_by_slug: dict[str, Contact] = {}
        self.sources_by_slug: dict[str, Source] = {}

    def shared(self, tree: content.Tree) -> None:
        """Add what is missing of the rows that all trees have in common."""
        self.sources_by_slug, _ = _add(Source, tree.sources)
        self.contacts_by_slug, contacts = _add(Contact, tree.contacts)
        figures_by_slug, figures = _add(Figure, tree.figures)
        _add(Term, tree.terms)
        _link(Contact.sources, [(self.contacts_by_slug[c.slug], self.sources(c)) for c in contacts])
        _link(Figure.sources, [(figures_by_slug[f.slug], self.sources(f)) for f in figures])

    def sources(self, part: Any) -> list[Source]:
        return [self.sources_by_slug[slug] for slug in part.sources]

    def contacts(self, part: Any) -> list[Contact]:
        return [self.contacts_by_slug[slug] for slug in part.contacts]

    def chosen(self, when: content.Condition) -> list[Choice]:
        return [self.choices[question, slug] for question, slugs in when.items() for slug in slugs]

    def parts(self, model: type[Stored], fields: Iterable[dict[str, Any]]) -> list[Stored]:
        """The rows of one kind of part, in the order of the tree."""
        stored = model._default_manager.filter(tree=self.draft)
        placed = enumerate(fields, start=1)
        return _put(stored, ("slug",), [{"tree": self.draft, "position": n} | f for n, f in placed])

    def questions(self, parts: Sequence[content.Question]) -> None:
        rows = self.parts(Question, (fields_of(part, Question) for part in parts))
        self.questions_by_slug = {row.slug: row for row in rows}
        choices = [
            fields_of(c, Choice) | {"question": row, "position": n, "audience": c.audience or ""}
            for row, part in zip(rows, parts, strict=True)
            for n, c in enumerate(part.choices, start=1)
        ]
        for choice in _replace(Choice, "question", rows, "slug", choices):
            self.choices[choice.question.slug, choice.slug] = choice
        routes = [
            {
                "question": row,
                "position": n,
                "to": self.questions_by_slug[route.to],
                "otherwise": route.otherwise,
            }
            for row, part in zip(rows, parts, strict=True)
            for n, route in enumerate(part.routes, start=1)
        ]
        written = _replace(Route, "question", rows, "position", routes)
        conditions = [self.chosen(route.when) for part in parts for route in part.routes]
        _link(Route.when, zip(written, conditions, strict=True))

    def actions(self, parts: Sequence[content.Action]) -> None:
        rows = self.parts(Action, (fields_of(part, Action) for part in parts))
        self.actions_by_slug = {row.slug: row for row in rows}
        both = list(zip(rows, parts, strict=True))
        _link(Action.when, [(row, self.chosen(part.when)) for row, part in both])
        _link(Action.contacts, [(row, self.contacts(part)) for row, part in both])
        _link(Action.sources, [(row, self.sources(part)) for row, part in both])

    def findings(self, parts: Sequence[content.Finding]) -> None:
        rows = self.parts(
            Finding,
            (fields_of(part, Finding) | {"stopped_at": part.stopped_at or ""} for part in parts),
        )
        self.findings_by_slug = {row.slug: row for row in rows}
        both = list(zip(rows, parts, strict=True))
        _link(Finding.sources, [(row, self.sources(part)) for row, part in both])
        steps = [
            {"finding": row, "position": n, "action": self.actions_by_slug[slug]}
            for row, part in both
            for n, slug in enumerate(part.actions, start=1)
        ]
        _replace(FindingAction, "finding", rows, "action_id", steps)
        said = [
            {"finding": row, "position": n} | fields_of(evidence, Evidence)
            for row, part in both
            for n, evidence in enumerate(part.evidence, start=1)
        ]
        written = _replace(Evidence, "finding", rows, "position", said)
        conditions = [self.chosen(evidence.when) for part in parts for evidence in part.evidence]
        _link(Evidence.when, zip(written, conditions, strict=True))

    def alternatives(self, parts: Sequence[content.Alternative]) -> None:
        fields = (
            fields_of(part, Alternative)
            | {
                "for_persons": content.Audience.PERSON in part.audiences,
                "for_businesses": content.Audience.BUSINESS in part.audiences,
            }
            for part in parts
        )
        both = list(zip(self.parts(Alternative, fields), parts, strict=True))
        _link(Alternative.contacts, [(row, self.contacts(part)) for row, part in both])
        _link(Alternative.sources, [(row, self.sources(part)) for row, part in both])

    def messages(self, parts: Sequence[content.Message]) -> None:
        fields = (
            fields_of(part, Message)
            | {
                "source": self.sources_by_slug[part.source] if part.source else None,
                "finding": self.findings_by_slug[part.finding] if part.finding else None,
            }
            for part in parts
        )
        both = zip(self.parts(Message, fields), parts, strict=True)
        _link(Message.implies, [(row, self.chosen(part.implies)) for row, part in both])

    def scenarios(self, parts: Sequence[content.Scenario]) -> None:
        rows = self.parts(Scenario, (fields_of(part, Scenario) for part in parts))
        both = list(zip(rows, parts, strict=True))
        _link(Scenario.answers, [(row, self.chosen(part.answers)) for row, part in both])
        expected = [
            {"scenario": row, "position": n, "finding": self.findings_by_slug[slug]}
            for row, part in both
            for n, slug in enumerate(part.findings, start=1)
        ]
        _replace(ScenarioFinding, "scenario", rows, "finding_id", expected)
        for relation, name in (
            (Scenario.actions, "actions"),
            (Scenario.absent_actions, "absent_actions"),
        ):
            named = [(row, [self.actions_by_slug[s] for s in getattr(p, name)]) for row, p in both]
            _link(relation, named)


def _add(model: Any, parts: Sequence[Any]) -> tuple[dict[str, Any], list[Any]]:
    """The shared rows of `parts` by slug, and the parts whose rows were missing."""
    stored = model.objects.filter(slug__in=[part.slug for part in parts])
    known = set(stored.values_list("slug", flat=True))
    missing = [part for part in parts if part.slug not in known]
    made = (model(**fields_of(part, model)) for part in missing)
    # Another tree that is written at the same time may bring the same one.
    model.objects.bulk_create(made, ignore_conflicts=True)
    return {row.slug: row for row in stored}, missing


def _replace(
    model: type[Stored], owner: str, owners: Sequence[Any], key: str, rows: Sequence[dict[str, Any]]
) -> list[Stored]:
    """Write the rows of all `owners`, each over the one of its owner with the same `key`.

    The rest of what they own goes.
    """
    stored = model._default_manager.filter(**{f"{owner}__in": owners})
    written = _put(stored, (f"{owner}_id", key), rows)
    kept = {row.pk for row in written}
    model._default_manager.filter(pk__in=[row.pk for row in stored if row.pk not in kept]).delete()
    return written


def _put(
    stored: "models.QuerySet[Stored]", keys: Sequence[str], wanted: Sequence[dict[str, Any]]
) -> list[Stored]:
    """Write rows with the `wanted` fields, each over the one `stored` with the same `keys`."""
    model, key = stored.model, attrgetter(*keys)
    column = {field.name: field.attname for field in model._meta.concrete_fields}
    there = {key(row): row for row in stored}
    written, new, changed = [], [], []
    names = set(TRANSLATED.get(model, ()))
    for fields in wanted:
        fresh = model(**fields)
        row = there.get(key(fresh), fresh)
        written.append(row)
        if row is fresh:
            new.append(row)
            continue
        differing = [n for n in fields if getattr(row, column[n]) != getattr(fresh, column[n])]
        names.update(differing)
        if differing:
            changed.append(row)
        for name, value in fields.items():
            setattr(row, name, value)
    model._default_manager.bulk_create(new)
    if changed:
        model._default_manager.bulk_update(changed, names)
    return written


def _link(relation: Any, links: Iterable[tuple[models.Model, Iterable[models.Model]]]) -> None:
    """Let the rows name just these others, in a field that names several."""
    field = relation.field
    through = relation.through._default_manager
    here, there = field.m2m_column_name(), field.m2m_reverse_name()
    wanted = {owner.pk: {other.pk for other in others} for owner, others in links}
    stored = set(through.filter(**{f"{here}__in": wanted}).values_list("pk", here, there))
    out = [pk for pk, owner, other in stored if other not in wanted[owner]]
    through.filter(pk__in=out).delete()
    known = {(owner, other) for _, owner, other in stored}
    through.bulk_create(
        relation.through(**{here: owner, there: other})
        for owner, others in wanted.items()
        for other in sorted(others)
        if (owner, other) not in known
    )
