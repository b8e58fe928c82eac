"""The declared shape of an edition: what a published tree consists of.

An edition is stored as JSON, imported and exported as JSON or YAML, and always
checked against the structs below. `schema()` gives the JSON Schema. Nothing
here knows Django or a database.
"""

import datetime as dt
import hashlib
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from wizard.tree.languages import LANGUAGES, column, from_columns

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]

Days = Annotated[int, Meta(ge=1, le=3650)]

Condition = Annotated[
    dict[Slug, Annotated[tuple[Slug, ...], Meta(min_length=1)]],
    Meta(description="question slug -> slugs of its choices; empty = always"),
]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """One text in every language of the site."""

    zh_hans: str = field(name="zh-hans", default="")
    en: str = ""

    @classmethod
    def everywhere(cls, words: str) -> "Text":
        """The same words in every language."""
        return cls(**{language.column: words for language in LANGUAGES.values()})

    @classmethod
    def of_row(cls, row: Any, name: str) -> "Text":
        """A translated field of a row of a table, which may be a mapping of its columns."""
        read = row.__getitem__ if isinstance(row, dict) else partial(getattr, row)
        return cls(**from_columns(read, name))

    def to_columns(self, name: str) -> dict[str, str]:
        """The same as columns of a row."""
        return {column(name, language): self.inside(language) for language in LANGUAGES}

    def __bool__(self) -> bool:
        return any(self.inside(language) for language in LANGUAGES)

    def inside(self, language: str) -> str:
        """The text in one of `LANGUAGES`."""
        written: str = getattr(self, LANGUAGES[language].column)
        return written

    def somewhere(self, language: str) -> str:
        """The text in this language, or else in the first that has it."""
        return next(filter(None, map(self.inside, (language, *LANGUAGES))), "")


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


class Audience(StrEnum):
    """Who borrows."""

    PERSON = "person"
    BUSINESS = "business"


class Station(StrEnum):
    """Where borrowed money passes on its way, in this order."""

    APPLICATION = "application"
    REVIEW = "review"
    CONTRACT = "contract"
    LENDER = "lender"
    CLEARING = "clearing"
    BANK = "bank"
    YOU = "you"


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


class Figure(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """A rate, cap or date that changes with time; prose refers to it as `{slug}`.

    It stands in this one place and is always shown with the date for which it
    is known, and with its mark where nothing better than hearsay supports it.
    """

    slug: Slug
    name: Text
    value: Text
    as_of: dt.date
    checked_on: dt.date
    grade: Grade
    sources: tuple[Slug, ...] = ()


class Term(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """A word of the glossary. It is explained wherever one of `words` stands in a text."""

    slug: Slug
    name: Text
    meaning: Text
    words: tuple[str, ...]


class Contact(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """A phone number or address; prose refers to it as `{slug}`."""

    slug: Slug
    kind: ContactKind
    value: str
    name: Text
    purpose: Text
    hours: Text = EMPTY
    checked_on: dt.date | None = None
    sources: tuple[Slug, ...] = ()


class Choice(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """One possible answer. For a number: the range from `at_least` upwards.

    `audience` is set where the answer says who borrows; `aliases` are earlier
    slugs, by which old addresses name it. `none` says "none of these", and is exclusive.
    """

    slug: Slug
    aliases: tuple[Slug, ...] = ()
    label: Text
    hint: Text = EMPTY
    at_least: Decimal | None = None
    exclusive: bool = False
    none: bool = False
    unsure: bool = False
    audience: Audience | None = None


class Route(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """Leads to the question `to` if `when` holds, or if nothing else opened."""

    to: Slug
    when: Condition = field(default_factory=dict)
    otherwise: bool = False


class Question(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """One screen. `minimum`, `maximum` and `unit` belong to numbers only.

    `aliases` are earlier slugs, by which old addresses name it.
    """

    slug: Slug
    aliases: tuple[Slug, ...] = ()
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

    `explanation`, `differs` (from its neighbours), `avoid` are Markdown; `tell` is
    plain text to say or paste. `remedy_grade` says how sure `remedy_time` is.
    Before `retry_days` have passed there is no point in trying again; that is as
    sure as `remedy_time`. The money came as far as `stopped_at`, if that can be
    said. `safety` puts it before everything else; `fallback` makes it the answer
    when no evidence holds.
    """

    slug: Slug
    title: Text
    explanation: Text
    differs: Text = EMPTY
    remedy_time: Text
    remedy_grade: Grade = Grade.UNPROVEN
    retry_days: Days | None = None
    avoid: Text = EMPTY
    tell: Text = EMPTY
    stopped_at: Station | None = None
    safety: bool = False
    fallback: bool = False
    evidence: tuple[Evidence, ...] = ()
    actions: tuple[Slug, ...] = ()
    sources: tuple[Slug, ...] = ()


class Action(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do. `general` ones are for everybody whom `when` admits.

    Within `answer_days` the other side must answer. After `ends_on` the scheme
    that it is about is over, and the page says so.
    """

    slug: Slug
    theme: Theme
    horizon: Horizon
    title: Text
    body: Text
    where: Text = EMPTY
    letter: Text = EMPTY
    minutes: int | None = None
    answer_days: Days | None = None
    general: bool = False
    ends_on: dt.date | None = None
    when: Condition = field(default_factory=dict)
    contacts: tuple[Slug, ...] = ()
    sources: tuple[Slug, ...] = ()


class Alternative(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """Another way to get money, or to need less of it: one row of the table.

    `within` is the soonest that it helps; after `ends_on` it is over. `how`
    (the first step) is Markdown, the other texts are plain.
    """

    slug: Slug
    name: Text
    audiences: Annotated[tuple[Audience, ...], Meta(min_length=1)]
    borrowing: bool = True
    within: Horizon
    who: Text
    size: Text
    cost: Text
    time: Text
    papers: Text
    risks: Text
    how: Text
    ends_on: dt.date | None = None
    contacts: tuple[Slug, ...] = ()
    sources: tuple[Slug, ...] = ()


class Message(_Part, frozen=True, kw_only=True, omit_defaults=True):
    """A text seen on screen, word for word if `literal`, and what it implies.

    `finding` is the cause that it most likely means; `wordings` are other ways
    in which people tell the same. Both serve the search.
    """

    slug: Slug
    text: str
    literal: bool
    meaning: Text
    implies: Condition
    finding: Slug | None = None
    wordings: tuple[str, ...] = ()
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
    figures: tuple[Figure, ...] = ()
    terms: tuple[Term, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    messages: tuple[Message, ...] = ()
    scenarios: tuple[Scenario, ...] = ()


# Made once, as the module is read: msgspec learns a type at its first use, and where two threads
# do so at once, it brings the process down.
_DECODER = msgspec.json.Decoder(Tree)


def encode(tree: Tree) -> str:
    """Canonical JSON: the same tree always gives the same bytes."""
    return msgspec.json.encode(tree).decode()


def decode(document: str | bytes) -> Tree:
    """Read JSON. Raises `msgspec.ValidationError`, naming the place, if it does not fit."""
    return _DECODER.decode(document)


def digest(document: str) -> str:
    """sha256 of an encoded edition, as 64 hexadecimal digits."""
    return hashlib.sha256(document.encode()).hexdigest()


def schema() -> dict[str, Any]:
    """JSON Schema of an edition."""
    return msgspec.json.schema(Tree)
