"""Rows of a draft to declared content."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from django.db import models

from wizard import content
from wizard.content import Text
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

Part = TypeVar("Part", bound=msgspec.Struct)


def read_shared() -> dict[str, tuple[Any, ...]]:
    """What all trees have in common, under the names that a document has for it."""
    order = _order(Source)
    of_contact, of_figure = _names(Contact.sources, order), _names(Figure.sources, order)
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

    Rows are mappings from columns to values. As many model instances would take
    several times as long.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.question_rows = _rows(Question, tree=tree)
        self.choice_rows = _rows(Choice, question__tree=tree)
        self.slugs = {row["id"]: row["slug"] for row in self.question_rows}
        self.facts = {
            row["id"]: (self.slugs[row["question_id"]], row["slug"]) for row in self.choice_rows
        }
        self.sources = _order(Source)
        self.contacts = _order(Contact)
        self.action_slugs = _order(Action, tree=tree)
        self.finding_slugs = _order(Finding, tree=tree)

    def conditions(self, relation: Any, **owners: Any) -> "Callable[[_Row], content.Condition]":
        """For a field that names choices: the condition of a row."""
        named = _linked(relation, list(self.facts), **owners)

        def condition(row: _Row) -> content.Condition:
            grouped: dict[str, list[str]] = {}
            for question, choice in (self.facts[key] for key in named.get(row["id"], ())):
                grouped.setdefault(question, []).append(choice)
            return {question: tuple(slugs) for question, slugs in grouped.items()}

        return condition

    def questions(self) -> tuple[content.Question, ...]:
        when = self.conditions(Route.when, route__question__tree=self.tree)
        choices = _by(self.choice_rows, "question_id")
        routes = _by(_rows(Route, question__tree=self.tree), "question_id")
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
                        to=self.slugs[route["to_id"]],
                        when=when(route),
                        otherwise=route["otherwise"],
                    )
                    for route in routes[row["id"]]
                ),
            )
            for row in self.question_rows
        )

    def findings(self) -> tuple[content.Finding, ...]:
        sources = _names(Finding.sources, self.sources, finding__tree=self.tree)
        when = self.conditions(Evidence.when, evidence__finding__tree=self.tree)
        evidence = _by(_rows(Evidence, finding__tree=self.tree), "finding_id")
        steps = _by(_rows(FindingAction, finding__tree=self.tree), "finding_id")
        return tuple(
            _part(
                content.Finding,
                Finding,
                row,
                evidence=tuple(
                    _part(content.Evidence, Evidence, said, when=when(said))
                    for said in evidence[row["id"]]
                ),
                actions=tuple(self.action_slugs[step["action_id"]] for step in steps[row["id"]]),
                sources=sources(row),
            )
            for row in _rows(Finding, tree=self.tree)
        )

    def actions(self) -> tuple[content.Action, ...]:
        when = self.conditions(Action.when, action__tree=self.tree)
        contacts = _names(Action.contacts, self.contacts, action__tree=self.tree)
        sources = _names(Action.sources, self.sources, action__tree=self.tree)
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
        contacts = _names(Alternative.contacts, self.contacts, alternative__tree=self.tree)
        sources = _names(Alternative.sources, self.sources, alternative__tree=self.tree)
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
        implies = self.conditions(Message.implies, message__tree=self.tree)
        return tuple(
            _part(
                content.Message,
                Message,
                row,
                implies=implies(row),
                finding=self.finding_slugs.get(row["finding_id"]),
                source=self.sources.get(row["source_id"]),
            )
            for row in _rows(Message, tree=self.tree)
        )

    def scenarios(self) -> tuple[content.Scenario, ...]:
        owned = {"scenario__tree": self.tree}
        answers = self.conditions(Scenario.answers, **owned)
        actions = _names(Scenario.actions, self.action_slugs, **owned)
        absent = _names(Scenario.absent_actions, self.action_slugs, **owned)
        expected = _by(_rows(ScenarioFinding, **owned), "scenario_id")
        return tuple(
            _part(
                content.Scenario,
                Scenario,
                row,
                answers=answers(row),
                findings=tuple(self.finding_slugs[e["finding_id"]] for e in expected[row["id"]]),
                actions=actions(row),
                absent_actions=absent(row),
            )
            for row in _rows(Scenario, tree=self.tree)
        )


_Row = Mapping[str, Any]


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


def _rows(model: type[models.Model], **owner: Any) -> list[_Row]:
    """The rows of a table in their own order, without the columns that mirror a translation."""
    mirrored = TRANSLATED.get(model, ())
    columns = [f.attname for f in model._meta.concrete_fields if f.name not in mirrored]
    # Not by the default manager, which looks for translations in every name.
    return list(models.QuerySet(model).filter(**owner).values(*columns))


def _by(rows: Iterable[_Row], column: str) -> Mapping[Any, Sequence[_Row]]:
    """The rows of each owner."""
    found: dict[Any, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _order(model: type[models.Model], **owner: Any) -> dict[int, str]:
    """Slugs by primary key, in the order of the table."""
    return dict(models.QuerySet(model).filter(**owner).values_list("pk", "slug"))


def _linked(relation: Any, order: Sequence[int], **owner: Any) -> Mapping[int, list[int]]:
    """Keys of the rows that each row names in a field that names several, in this order."""
    here, there = relation.field.m2m_column_name(), relation.field.m2m_reverse_name()
    place = {key: n for n, key in enumerate(order)}
    found: dict[int, list[int]] = defaultdict(list)
    pairs: list[tuple[int, int]] = list(
        models.QuerySet(relation.through).filter(**owner).values_list(here, there)
    )
    for owning, named in sorted(pairs, key=lambda pair: place[pair[1]]):
        found[owning].append(named)
    return found


def _names(
    relation: Any, slugs: Mapping[int, str], **owner: Any
) -> Callable[[_Row], tuple[str, ...]]:
    """The slugs that a row names in a field that names several."""
    named = _linked(relation, list(slugs), **owner)
    return lambda row: tuple(slugs[key] for key in named.get(row["id"], ()))


def _part(struct: type[Part], model: type[models.Model], row: _Row, **more: Any) -> Part:
    """A part of a tree: what its row says, and `more`."""
    fields: dict[str, Any] = {}
    for name in struct.__struct_fields__:
        if name in more:
            fields[name] = more[name]
        elif name in TRANSLATED.get(model, ()):
            fields[name] = Text(row[f"{name}_zh_hans"] or "", row[f"{name}_en"] or "")
        else:
            read = _READ.get(name)
            fields[name] = read(row[name]) if read else row[name]
    return struct(**fields)
