"""What the members of `content`'s enumerations, and the kinds of parts, are called.

A new theme, horizon, grade or kind gets its words here, and nowhere else. README says what
else it needs, down to its colour.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wizard.tree.content import (
    Audience,
    ContactKind,
    Effect,
    Grade,
    Horizon,
    Kind,
    Station,
    Theme,
)

Wording = str | Promise

Member = TypeVar("Member", bound=StrEnum)


class Label(NamedTuple):
    """`name` stands in the forms of staff, `shown` on other pages where that is not enough."""

    name: Wording
    shown: Wording = ""

    def __str__(self) -> str:
        return str(self.shown or self.name)


KINDS: Mapping[Kind, Label] = {
    Kind.SINGLE: Label(_("one of several"), _("Question, one answer")),
    Kind.MULTIPLE: Label(_("tick list"), _("Question, several answers")),
    Kind.NUMBER: Label(_("number"), _("Question, a number")),
}

EFFECTS: Mapping[Effect, Label] = {
    Effect.CONFIRMS: Label(_("confirms")),
    Effect.SUGGESTS: Label(_("suggests")),
    Effect.RULES_OUT: Label(_("rules out")),
}

THEMES: Mapping[Theme, Label] = {
    Theme.SAFETY: Label(_("safety"), _("Safety")),
    Theme.FIX: Label(_("fix it"), _("Fix it")),
    Theme.CONTACT: Label(_("contact"), _("Contact")),
    Theme.CREDIT_REPAIR: Label(_("credit repair"), _("Credit repair")),
    Theme.ACCOUNT_SECURITY: Label(_("account security"), _("Account security")),
    Theme.ALTERNATIVE_FINANCING: Label(_("alternative financing"), _("Other ways to get money")),
    Theme.BUSINESS: Label(_("business"), _("Business")),
}

HORIZONS: Mapping[Horizon, Label] = {
    Horizon.NOW: Label(_("now"), _("Now")),
    Horizon.TODAY: Label(_("today"), _("Today")),
    Horizon.WEEK: Label(_("this week"), _("This week")),
    Horizon.MONTH: Label(_("this month"), _("This month")),
    Horizon.QUARTER: Label(_("within three months"), _("Within three months")),
}

GRADES: Mapping[Grade, Label] = {
    Grade.OFFICIAL: Label(_("official text")),
    Grade.NEWS: Label(_("news"), _("news report")),
    Grade.COMPANY: Label(_("company documentation")),
    Grade.USERS: Label(_("reported by users"), _("reported by users, unproven")),
    Grade.UNPROVEN: Label(_("unproven"), _("commonly said, unproven")),
}

STATIONS: Mapping[Station, Label] = {
    Station.APPLICATION: Label(_("application"), pgettext_lazy("way of the money", "Apply")),
    Station.REVIEW: Label(_("review"), pgettext_lazy("way of the money", "Review")),
    Station.CONTRACT: Label(_("contract"), pgettext_lazy("way of the money", "Contract")),
    Station.LENDER: Label(_("lender"), pgettext_lazy("way of the money", "Lender")),
    Station.CLEARING: Label(_("clearing"), pgettext_lazy("way of the money", "Clearing")),
    Station.BANK: Label(_("bank"), pgettext_lazy("way of the money", "Bank")),
    Station.YOU: Label(_("you"), pgettext_lazy("way of the money", "You")),
}

AUDIENCES: Mapping[Audience, Label] = {
    Audience.PERSON: Label(_("a person"), _("For myself")),
    Audience.BUSINESS: Label(_("a business"), _("For my business")),
}

CONTACT_KINDS: Mapping[ContactKind, Label] = {
    ContactKind.PHONE: Label(_("phone")),
    ContactKind.WEB: Label(_("web address")),
}

PARTS: Mapping[str, Label] = {
    "tree": Label(_("tree"), _("The tree itself")),
    "question": Label(_("question"), _("Questions")),
    "finding": Label(_("finding"), _("Findings")),
    "action": Label(_("action"), _("Actions")),
    "alternative": Label(_("alternative"), _("Alternatives")),
    "message": Label(_("message"), _("Messages")),
    "scenario": Label(_("scenario"), _("Scenarios")),
    "contact": Label(_("contact"), _("Contacts")),
    "figure": Label(_("figure"), _("Figures")),
    "term": Label(_("glossary word"), _("Glossary")),
    "source": Label(_("source"), _("Sources")),
}
"""Kinds of parts, in the order in which pages list them; `shown` is what several are called."""

ROWS: Mapping[str, Wording] = {
    "choice": _("choice"),
    "route": _("route"),
    "evidence": _("evidence"),
}


def choices_of(labels: Mapping[Member, Label]) -> list[tuple[str, Wording]]:
    """For a column or a form field: values with their names."""
    return [(member.value, label.name) for member, label in labels.items()]
