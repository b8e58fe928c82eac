"""The declared shape of an edition: what a published tree consists of.

An edition is stored as JSON, imported and exported as JSON or YAML, and always
checked against the structs below. `schema()` gives the JSON Schema. Nothing
here knows Django or a database.
"""

import datetime as dt
import hashlib
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]

Condition = Annotated[
    dict[Slug, Annotated[tuple[Slug, ...], Meta(min_length=1)]],
    Meta(description="question slug -> slugs of its choices; empty = always"),
]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """One text in every language of the site."""

    zh_hans: str = field(name="zh-hans", default="")
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.zh_hans or self.en)

    def inside(self, language: str) -> str:
        """The text in `language` ("zh-hans" or "en")."""
        return self.en if language == "en" else self.zh_hans


LANGUAGES = ("zh-hans", "en")
EMPTY = Text()


class Kind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"


class Effect(StrEnum):
    CONFIRMS = "confirms"
    SUGGESTS = "suggests"
    RULES_OUT = "rules-out"


class Theme(StrEnum):
    SAFETY = "safety"
    FIX = "fix"
    CONTACT = "contact"
    CREDIT_REPAIR = "credit-repair"
    ACCOUNT_SECURITY = "account-security"
    ALTERNATIVE_FINANCING = "alternative-financing"
    BUSINESS = "business"


PERMANENT_THEMES = (
    Theme.CREDIT_REPAIR,
    Theme.ACCOUNT_SECURITY,
    Theme.ALTERNATIVE_FINANCING,
)


class Horizon(StrEnum):
    NOW = "now"
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"

    @property
    def is_now(self) -> bool:
        """Whether it cannot wait."""
        return self is Horizon.NOW


class Grade(StrEnum):
    """How far a source can be trusted, best first."""

    OFFICIAL = "official"
    NEWS = "news"
    COMPANY = "company"
    USERS = "users"
    UNPROVEN = "unproven"


class ContactKind(StrEnum):
    PHONE = "phone"
    WEB = "web"


class _Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the document: unknown keys are refused, defaults left out."""


class Source(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """Where a claim comes from. Without `url` it is named, but not linked."""

    slug: Slug
    title: Text
    publisher: Text
    url: str = ""
    published_on: dt.date | None = None
    checked_on: dt.date
    grade: Grade


class Contact(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """A phone number or address; prose refers to it as `{slug}`."""

    slug: Slug
    kind: ContactKind
    value: str
    name: Text
    purpose: Text
    hours: Text = EMPTY
    sources: tuple[Slug, ...] = ()


class Choice(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """One possible answer. For a number: the range from `at_least` upwards."""

    slug: Slug
    label: Text
    hint: Text = EMPTY
    at_least: Decimal | None = None
    exclusive: bool = False
    unsure: bool = False


class Route(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """Leads to the question `to` if `when` holds, or if nothing else opened."""

    to: Slug
    when: Condition = field(default_factory=dict)
    otherwise: bool = False


class Question(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """One screen. `minimum`, `maximum` and `unit` belong to numbers only."""

    slug: Slug
    kind: Kind
    title: Text
    short: Text
    help: Text = EMPTY
    unit: Text = EMPTY
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    routes: tuple[Route, ...] = ()


class Evidence(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """What answers say about a finding, and why."""

    effect: Effect
    when: Condition
    because: Text


class Finding(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """A possible cause.

    `explanation`, `avoid` are Markdown; `tell` is plain text to say or paste.
    `safety` puts it before everything else; `fallback` makes it the answer
    when no evidence holds.
    """

    slug: Slug
    title: Text
    explanation: Text
    remedy_time: Text
    avoid: Text = EMPTY
    tell: Text = EMPTY
    safety: bool = False
    fallback: bool = False
    evidence: tuple[Evidence, ...] = ()
    actions: tuple[Slug, ...] = ()
    sources: tuple[Slug, ...] = ()


class Action(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do. `general` ones are for everybody whom `when` admits."""

    slug: Slug
    theme: Theme
    horizon: Horizon
    title: Text
    body: Text
    where: Text = EMPTY
    letter: Text = EMPTY
    minutes: int | None = None
    general: bool = False
    when: Condition = field(default_factory=dict)
    contacts: tuple[Slug, ...] = ()
    sources: tuple[Slug, ...] = ()


class Message(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """A text seen on screen, word for word if `literal`, and what it implies."""

    slug: Slug
    text: str
    literal: bool
    meaning: Text
    implies: Condition
    source: Slug | None = None


class Scenario(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """A saved case: these answers must give `findings` first, in this order."""

    slug: Slug
    story: Text
    answers: Condition
    findings: tuple[Slug, ...]
    actions: tuple[Slug, ...] = ()
    absent_actions: tuple[Slug, ...] = ()


class Tree(_Part, frozen=True, kw_only=True):
    """A whole tree. The first question is where every walk starts."""

    version: Literal[1] = 1
    slug: Slug
    title: Text
    summary: Text
    questions: tuple[Question, ...]
    findings: tuple[Finding, ...]
    actions: tuple[Action, ...]
    contacts: tuple[Contact, ...]
    sources: tuple[Source, ...]
    messages: tuple[Message, ...] = ()
    scenarios: tuple[Scenario, ...] = ()


def encode(tree: Tree) -> str:
    """Canonical JSON: the same tree always gives the same bytes."""
    return msgspec.json.encode(tree).decode()


def decode(document: str | bytes) -> Tree:
    """Read JSON. Raises `msgspec.ValidationError`, naming the place, if it does not fit."""
    return msgspec.json.decode(document, type=Tree)


def digest(document: str) -> str:
    """sha256 of an encoded edition, as 64 hexadecimal digits."""
    return hashlib.sha256(document.encode()).hexdigest()


def schema() -> dict[str, Any]:
    """JSON Schema of an edition."""
    return msgspec.json.schema(Tree)
