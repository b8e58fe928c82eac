"""Who uses a row: what is in use cannot be deleted, and its users are named with links."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import NoReverseMatch
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from wizard.admin.places import edit_url
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
)
from wizard.translation import TRANSLATED
from wizard.tree.languages import columns

SOURCED: tuple[Any, ...] = (Finding, Action, Alternative, Contact, Figure)


def owner(row: Any) -> models.Model:
    """The row on whose page `row` is edited."""
    match row:
        case Choice() | Route():
            return row.question
        case Evidence() | FindingAction():
            return row.finding
        case ScenarioFinding():
            return row.scenario
    found: models.Model = row
    return found


def link(row: models.Model) -> SafeString:
    """“Finding: card-limit: …”, leading to the page where it is edited."""
    label = f"{capfirst(str(row._meta.verbose_name))}: {row}"
    try:
        address = edit_url(row)
    except NoReverseMatch:
        return format_html("{}", label)
    return format_html('<a href="{}">{}</a>', address, label)


def users_of(rows: Iterable[Any]) -> list[models.Model]:
    """The pages on which one of `rows` is used, each once, without the rows themselves."""
    gone = list(rows)
    users = dict.fromkeys(owner(user) for row in gone for user in _users(row))
    return [user for user in users if user not in gone]


def links_to_users(rows: Iterable[Any]) -> list[SafeString]:
    return [link(user) for user in users_of(rows)]


def _users(row: Any) -> Iterator[models.Model]:
    match row:
        case Choice():
            yield from row.users()
        case Question():
            yield from row.routes_here.select_related("question")
            for choice in row.choices.all():
                yield from choice.users()
        case Finding():
            yield from row.messages.all()
            yield from row.expected_by.select_related("scenario")
        case Action():
            yield from row.steps.select_related("finding")
            yield from Scenario.objects.filter(Q(actions=row) | Q(absent_actions=row)).distinct()
        case Contact():
            yield from Action.objects.filter(contacts=row)
            yield from Alternative.objects.filter(contacts=row)
            yield from _naming(row.slug)
        case Figure():
            yield from _naming(row.slug)
        case Source():
            for model in SOURCED:
                yield from model._default_manager.filter(sources=row)
            yield from Message.objects.filter(source=row)


def _naming(slug: str) -> Iterator[models.Model]:
    """The rows of all trees in whose texts the placeholder of `slug` stands."""
    for model, names in TRANSLATED.items():
        written = Q()
        for column in columns(*names):
            written |= Q(**{f"{column}__contains": f"{{{slug}}}"})
        yield from model._default_manager.filter(written)
