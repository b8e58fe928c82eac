"""Rows of a draft to declared content."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from wizard.tree.content import Text

Part = TypeVar("Part", bound=msgspec.Struct)


def read_shared() -> dict[str, tuple[Any, ...]]:
    """What all trees have in common, under the names that a document has for it."""
    of_contact, of_figure = _names(Contact.sources), _names(Figure.sources)
    contacts = [
        _part(
            content.Contact,
            Contact,
            row,
            kind=content.ContactKind(row["kind"]),
            sources=of_contact(row),
        )
        for row in _rows(Contact)
    ]
    figures = [_part(content.Figure, Figure, row, sources=of_figure(row)) for row in _rows(Figure)]
    return {
        "contacts": tuple(contacts),
        "sources": tuple(_part(content.Source, Source, row) for row in _rows(Source)),
        "figures": tuple(figures),
        "terms": tuple(_part(content.Term, Term, row) for row in _rows(Term)),
    }


class Reader:
    """Reads the parts of one tree: a statement for each table, however many rows it has.

    Rows are mappings from columns to values: as many model instances would take several
    times as long. What a row refers to is read with it, so that an edit in between, or a
    reference to another tree, breaks nothing.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def questions(self) -> tuple[content.Question, ...]:
        when = _conditions(Route.when, route__question__tree=self.tree)
        choices = _by(_rows(Choice, question__tree=self.tree), "question_id")
        routes = _by(_rows(Route, "to__slug", question__tree=self.tree), "question_id")
        return tuple(
            _part(
                content.Question,
                Question,
                row,
                kind=content.Kind(row["kind"]),
                choices=tuple(
                    _part(content.Choice, Choice, choice) for choice in choices[row["id"]]
                ),
                routes=tuple(
                    content.Route(
                        to=route["to__slug"],
                        when=when(route),
                        otherwise=route["otherwise"],
                    )
                    for route in routes[row["id"]]
                ),
            )
            for row in _rows(Question, tree=self.tree)
        )

    def findings(self) -> tuple[content.Finding, ...]:
        sources = _names(Finding.sources, finding__tree=self.tree)
        when = _conditions(Evidence.when, evidence__finding__tree=self.tree)
        evidence = _by(_rows(Evidence, finding__tree=self.tree), "finding_id")
        steps = _by(_rows(FindingAction, "action__slug", finding__tree=self.tree), "finding_id")
        return tuple(
            _part(
                content.Finding,
                Finding,
                row,
                evidence=tuple(
                    _part(content.Evidence, Evidence, said, when=when(said))
                    for said in evidence[row["id"]]
                ),
                actions=tuple(step["action__slug"] for step in steps[row["id"]]),
                sources=sources(row),
            )
            for row in _rows(Finding, tree=self.tree)
        )

    def actions(self) -> tuple[content.Action, ...]:
        when = _conditions(Action.when, action__tree=self.tree)
        contacts = _names(Action.contacts, action__tree=self.tree)
        sources = _names(Action.sources, action__tree=self.tree)
        return tuple(
            _part(
                content.Action,
                Action,
                row,
                when=when(row),
                contacts=contacts(row),
                sources=sources(row),
            )
            for row in _rows(Action, tree=self.tree)
        )

    def alternatives(self) -> tuple[content.Alternative, ...]:
        contacts = _names(Alternative.contacts, alternative__tree=self.tree)
        sources = _names(Alternative.sources, alternative__tree=self.tree)
        columns = {
            content.Audience.PERSON: "for_persons",
            content.Audience.BUSINESS: "for_businesses",
        }
        return tuple(
            _part(
                content.Alternative,
                Alternative,
                row,
                audiences=tuple(a for a, column in columns.items() if row[column]),
                contacts=contacts(row),
                sources=sources(row),
            )
            for row in _rows(Alternative, tree=self.tree)
        )

    def messages(self) -> tuple[content.Message, ...]:
        implies = _conditions(Message.implies, message__tree=self.tree)
        return tuple(
            _part(
                content.Message,
                Message,
                row,
                implies=implies(row),
                finding=row["finding__slug"],
                source=row["source__slug"],
            )
            for row in _rows(Message, "finding__slug", "source__slug", tree=self.tree)
        )

    def scenarios(self) -> tuple[content.Scenario, ...]:
        owned = {"scenario__tree": self.tree}
        answers = _conditions(Scenario.answers, **owned)
        actions = _names(Scenario.actions, **owned)
        absent = _names(Scenario.absent_actions, **owned)
        expected = _by(_rows(ScenarioFinding, "finding__slug", **owned), "scenario_id")
        return tuple(
            _part(
                content.Scenario,
                Scenario,
                row,
                answers=answers(row),
                findings=tuple(e["finding__slug"] for e in expected[row["id"]]),
                actions=actions(row),
                absent_actions=absent(row),
            )
            for row in _rows(Scenario, tree=self.tree)
        )


_Columns = Mapping[str, Any]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


_READ: Mapping[str, Callable[[Any], Any]] = {
    "aliases": _lines,
    "audience": lambda value: content.Audience(value) if value else None,
    "effect": content.Effect,
    "grade": content.Grade,
    "horizon": content.Horizon,
    "remedy_grade": content.Grade,
    "stopped_at": lambda value: content.Station(value) if value else None,
    "theme": content.Theme,
    "within": content.Horizon,
    "words": _lines,
    "wordings": _lines,
}
"""How columns are read whose values are more than they seem."""


def _rows(model: type[models.Model], *named: str, **owner: Any) -> list[_Columns]:
    """The rows of a table in their own order, with what is `named` of other tables.

    Columns that mirror a translation are left out.
    """
    mirrored = TRANSLATED.get(model, ())
    columns = [f.attname for f in model._meta.concrete_fields if f.name not in mirrored]
    # Not by the default manager, which looks for translations in every name.
    return list(models.QuerySet(model).filter(**owner).values(*columns, *named))


def _by(rows: Iterable[_Columns], column: str) -> Mapping[Any, Sequence[_Columns]]:
    """The rows of each owner."""
    found: dict[Any, list[_Columns]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _linked(relation: Any, *named: str, **owner: Any) -> Mapping[int, list[Any]]:
    """What is `named` of the rows that each row lists in a field for several, in their order."""
    here, there = relation.field.m2m_column_name(), relation.field.m2m_reverse_field_name()
    through: type[models.Model] = relation.through
    listed: models.QuerySet = models.QuerySet(through).filter(**owner).order_by(there)
    found: dict[int, list[Any]] = defaultdict(list)
    for owning, *values in listed.values_list(here, *(f"{there}__{name}" for name in named)):
        found[owning].append(values)
    return found


def _names(relation: Any, **owner: Any) -> Callable[[_Columns], tuple[str, ...]]:
    """The slugs that a row lists."""
    listed = _linked(relation, "slug", **owner)
    return lambda row: tuple(slug for (slug,) in listed.get(row["id"], ()))


def _conditions(relation: Any, **owner: Any) -> Callable[[_Columns], content.Condition]:
    """The condition that the choices make up which a row lists."""
    listed = _linked(relation, "question__slug", "slug", **owner)

    def condition(row: _Columns) -> content.Condition:
        grouped: dict[str, list[str]] = {}
        for question, choice in listed.get(row["id"], ()):
            grouped.setdefault(question, []).append(choice)
        return {question: tuple(slugs) for question, slugs in grouped.items()}

    return condition


def _part(struct: type[Part], model: type[models.Model], row: _Columns, **more: Any) -> Part:
    """A part of a tree: what its row says, and `more`."""
    fields: dict[str, Any] = {}
    for name in struct.__struct_fields__:
        if name in more:
            fields[name] = more[name]
        elif name in TRANSLATED.get(model, ()):
            fields[name] = Text.of_row(row, name)
        else:
            read = _READ.get(name)
            fields[name] = read(row[name]) if read else row[name]
    return struct(**fields)
