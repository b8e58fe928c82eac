"""A tree in one language, frozen and ready to answer.

`compile_tree` turns the declared content of an edition into objects whose
prose is safe HTML and whose conditions are cheap to test. Everything that
walks, ranks or checks works on these.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

from wizard.tree import content
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
from wizard.tree.languages import LANGUAGES
from wizard.tree.prose import PLACEHOLDER, Html, Insert, to_html, to_text

Part = TypeVar("Part")

Fact = tuple[str, str]
"""A choice that was made: (question slug, choice slug)."""

PROSE = frozenset({"help", "body", "explanation", "differs", "avoid", "how"})
"""The fields that are Markdown. All others are shown as they are written."""

WEAK_GRADES = frozenset({Grade.USERS, Grade.UNPROVEN})


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """Holds when every group contains a choice that was made."""

    groups: tuple[frozenset[Fact], ...] = ()

    def holds(self, facts: AbstractSet[Fact]) -> bool:
        return all(not group.isdisjoint(facts) for group in self.groups)

    @property
    def facts(self) -> frozenset[Fact]:
        """All choices that the condition mentions."""
        return frozenset().union(*self.groups)


ALWAYS = Condition()


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    slug: str
    label: str
    hint: str
    at_least: Decimal | None
    exclusive: bool
    none: bool
    unsure: bool
    audience: Audience | None


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    slug: str
    name: str
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    to: str
    when: Condition
    otherwise: bool


@dataclass(frozen=True, eq=False)
class Question:
    slug: str
    kind: Kind
    title: str
    short: str
    help: Html
    unit: str
    minimum: Decimal | None
    maximum: Decimal | None
    choices: tuple[Choice, ...]
    routes: tuple[Route, ...]
    terms: tuple[Term, ...]

    @cached_property
    def by_slug(self) -> Mapping[str, Choice]:
        return {choice.slug: choice for choice in self.choices}

    @cached_property
    def ranges(self) -> tuple[tuple[Decimal, Choice], ...]:
        """The ranges of a number question, highest first."""
        found = [(c.at_least, c) for c in self.choices if c.at_least is not None]
        return tuple(sorted(found, key=lambda pair: pair[0], reverse=True))

    @cached_property
    def none(self) -> Choice | None:
        """The choice that says "none of these"."""
        return next((choice for choice in self.choices if choice.none), None)

    def range_of(self, value: Decimal) -> Choice | None:
        return next((choice for least, choice in self.ranges if least <= value), None)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    slug: str
    title: str
    publisher: str
    url: str
    published_on: dt.date | None
    checked_on: dt.date
    grade: Grade


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    slug: str
    kind: ContactKind
    value: str
    href: str
    name: str
    purpose: str
    hours: str
    checked_on: dt.date | None
    sources: tuple[Source, ...]

    @property
    def host(self) -> str:
        """Of a web address, what a person recognises it by."""
        return urlsplit(self.href).netloc.removeprefix("www.")


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    effect: Effect
    when: Condition
    because: str


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    slug: str
    theme: Theme
    horizon: Horizon
    title: str
    body: Html
    where: str
    letter: str
    minutes: int | None
    answer_days: int | None
    general: bool
    ends_on: dt.date | None
    when: Condition
    contacts: tuple[Contact, ...]
    sources: tuple[Source, ...]

    @property
    def unproven(self) -> bool:
        """Whether nothing better than hearsay stands behind it."""
        return only_weak(self.sources)


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    slug: str
    title: str
    explanation: Html
    differs: Html
    remedy_time: str
    remedy_grade: Grade
    retry_days: int | None
    avoid: Html
    tell: str
    stopped_at: Station | None
    safety: bool
    fallback: bool
    evidence: tuple[Evidence, ...]
    actions: tuple[Action, ...]
    sources: tuple[Source, ...]
    terms: tuple[Term, ...]

    @property
    def remedy_unproven(self) -> bool:
        """Whether how long the remedy takes is hearsay."""
        return self.remedy_grade in WEAK_GRADES

    @property
    def unproven(self) -> bool:
        """Whether nothing better than hearsay stands behind it."""
        return only_weak(self.sources)

    def holds(self, facts: AbstractSet[Fact]) -> bool:
        """Whether evidence speaks for it and none rules it out."""
        return self.follows({e.when for e in self.evidence if e.when.holds(facts)})

    def follows(self, holding: AbstractSet[Condition]) -> bool:
        """The same, when these conditions hold."""
        effects = {evidence.effect for evidence in self.evidence if evidence.when in holding}
        return bool(effects) and Effect.RULES_OUT not in effects


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """Another way to get money, or to need less of it."""

    slug: str
    name: str
    audiences: tuple[Audience, ...]
    borrowing: bool
    within: Horizon
    who: str
    size: str
    cost: str
    time: str
    papers: str
    risks: str
    how: Html
    ends_on: dt.date | None
    contacts: tuple[Contact, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    slug: str
    text: str
    literal: bool
    meaning: str
    implies: tuple[Fact, ...]
    finding: str
    safety: bool
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    slug: str
    answers: tuple[Fact, ...]
    findings: tuple[str, ...]
    actions: tuple[str, ...]
    absent_actions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tree:
    """One edition in one language."""

    slug: str
    title: str
    summary: str
    questions: Mapping[str, Question]
    findings: tuple[Finding, ...]
    general_actions: tuple[Action, ...]
    alternatives: tuple[Alternative, ...]
    messages: tuple[Message, ...]
    scenarios: tuple[Scenario, ...]
    question_aliases: Mapping[str, str]
    """Earlier slug of a question -> its slug."""
    choice_aliases: Mapping[Fact, str]
    """(Slug of a question, earlier slug of one of its choices) -> slug of the choice."""

    @cached_property
    def start(self) -> Question:
        """The first question: where every walk starts."""
        return next(iter(self.questions.values()))

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Where each question stands in the tree's own order."""
        return {slug: place for place, slug in enumerate(self.questions)}

    @cached_property
    def fallback(self) -> Finding:
        """What is said when no evidence holds."""
        return next((f for f in self.findings if f.fallback), self.findings[-1])

    @cached_property
    def reach(self) -> Mapping[str, frozenset[str]]:
        """For each question, the questions that may come after it, itself included."""
        found: dict[str, frozenset[str]] = {}
        for slug in self.after_to_before:
            beyond = (found.get(r.to, frozenset()) for r in self.questions[slug].routes)
            found[slug] = frozenset({slug}).union(*beyond)
        return found

    @cached_property
    def after_to_before(self) -> tuple[str, ...]:
        """Question slugs so ordered that each comes after all it leads to."""
        done: dict[str, None] = {}
        open_: list[tuple[str, bool]] = [(slug, False) for slug in reversed(tuple(self.questions))]
        entered: set[str] = set()
        while open_:
            slug, leaving = open_.pop()
            if leaving:
                done[slug] = None
            elif slug not in entered:
                entered.add(slug)
                open_.append((slug, True))
                known = (r.to for r in self.questions[slug].routes if r.to in self.questions)
                open_.extend((to, False) for to in known)
        return tuple(done)


def compile_tree(tree: content.Tree, language: str) -> Tree:
    """Freeze `tree` in `language`.

    References to unknown questions stay in routes (the walk passes over them)
    and unknown contacts, sources and actions are left out: a draft with
    mistakes can still be looked at. Publishing refuses all of them.
    """
    return _Compiler(tree, language).tree()


def condition(when: content.Condition) -> Condition:
    return Condition(
        tuple(frozenset((question, c) for c in choices) for question, choices in when.items())
    )


def facts(answers: content.Condition) -> tuple[Fact, ...]:
    return tuple((question, c) for question, choices in answers.items() for c in choices)


def only_weak(sources: Iterable[Source]) -> bool:
    """Whether there are sources, and all of them are hearsay."""
    grades = {source.grade for source in sources}
    return bool(grades) and grades <= WEAK_GRADES


class _Compiler:
    """Holds what the parts of one tree refer to while it is being compiled."""

    def __init__(self, tree: content.Tree, language: str) -> None:
        self.raw = tree
        self.language = language
        self.inserts = {c.slug: Insert(c.value, _href(c)) for c in tree.contacts} | {
            f.slug: Insert(f.value.inside(language), note=_note(f, language)) for f in tree.figures
        }
        terms = [(t.words, self.part(Term, t)) for t in tree.terms]
        self.terms = {word.lower(): term for words, term in terms for word in words}
        self.words = _any_of(self.terms)
        self.safety = {f.slug for f in tree.findings if f.safety}
        self.sources = {s.slug: self.source(s) for s in tree.sources}
        self.contacts = {c.slug: self.part(Contact, c, href=_href(c)) for c in tree.contacts}
        self.actions = {a.slug: self.part(Action, a) for a in tree.actions}

    def text(self, text: content.Text) -> str:
        return to_text(text.inside(self.language), self.inserts)

    def html(self, text: content.Text) -> Html:
        return to_html(text.inside(self.language), self.inserts)

    def terms_in(self, *texts: content.Text) -> tuple[Term, ...]:
        """The glossary's words that stand in these texts, each once."""
        written = "\n".join(text.inside(self.language) for text in texts)
        read = PLACEHOLDER.sub("", written).lower()
        return tuple(dict.fromkeys(self.terms[found] for found in self.words.findall(read)))

    def tree(self) -> Tree:
        return Tree(
            slug=self.raw.slug,
            title=self.text(self.raw.title),
            summary=self.text(self.raw.summary),
            questions={q.slug: self.question(q) for q in self.raw.questions},
            findings=tuple(self.finding(f) for f in self.raw.findings),
            general_actions=tuple(a for a in self.actions.values() if a.general),
            alternatives=tuple(self.part(Alternative, a) for a in self.raw.alternatives),
            messages=tuple(self.message(m) for m in self.raw.messages),
            scenarios=tuple(self.scenario(s) for s in self.raw.scenarios),
            question_aliases={old: q.slug for q in self.raw.questions for old in q.aliases},
            choice_aliases={
                (q.slug, old): c.slug
                for q in self.raw.questions
                for c in q.choices
                for old in c.aliases
            },
        )

    def part(self, kind: type[Part], raw: Any, **made: Any) -> Part:
        """A part with what `raw` says, in this language; `made` is what takes more than that."""
        names = _fields(kind)  # type: ignore[arg-type]
        return kind(**{n: made[n] if n in made else self.value(n, getattr(raw, n)) for n in names})

    def value(self, name: str, value: Any) -> Any:
        """What a field holds, by what it is and by its name."""
        if isinstance(value, content.Text):
            return self.html(value) if name in PROSE else self.text(value)
        match name:
            case "when":
                return condition(value)
            case "sources":
                return tuple(self.sources[slug] for slug in value if slug in self.sources)
            case "contacts":
                return tuple(self.contacts[slug] for slug in value if slug in self.contacts)
            case "actions":
                return tuple(self.actions[slug] for slug in value if slug in self.actions)
        return value

    def question(self, question: content.Question) -> Question:
        return self.part(
            Question,
            question,
            choices=tuple(
                self.part(Choice, choice, exclusive=choice.exclusive or choice.none)
                for choice in question.choices
            ),
            routes=tuple(self.part(Route, route) for route in question.routes),
            terms=self.terms_in(
                question.title,
                question.help,
                *(text for choice in question.choices for text in (choice.label, choice.hint)),
            ),
        )

    def source(self, source: content.Source) -> Source:
        # Titles of others are shown as they are.
        title, publisher = (t.inside(self.language) for t in (source.title, source.publisher))
        return self.part(Source, source, title=title, publisher=publisher)

    def finding(self, finding: content.Finding) -> Finding:
        return self.part(
            Finding,
            finding,
            evidence=tuple(self.part(Evidence, said) for said in finding.evidence),
            terms=self.terms_in(finding.title, finding.explanation, finding.differs, finding.avoid),
        )

    def message(self, message: content.Message) -> Message:
        return self.part(
            Message,
            message,
            implies=facts(message.implies),
            finding=message.finding or "",
            safety=message.finding in self.safety,
        )

    def scenario(self, scenario: content.Scenario) -> Scenario:
        # Its actions are names, not those of the tree.
        return self.part(
            Scenario, scenario, answers=facts(scenario.answers), actions=scenario.actions
        )


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _note(figure: content.Figure, language: str) -> str:
    """The date of a figure, and its mark where nothing better than hearsay supports it."""
    words = LANGUAGES[language]
    note = words.weak_as_of if figure.grade in WEAK_GRADES else words.as_of
    return note.format(date=f"{figure.as_of:%Y-%m}")


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of `words`, the longest first; Latin ones only as whole words."""
    longest_first = sorted(words, key=len, reverse=True)
    patterns = (
        rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word)
        for word in longest_first
    )
    return re.compile("|".join(patterns) or r"(?!)")


def _href(contact: content.Contact) -> str:
    if contact.kind is ContactKind.PHONE:
        return "tel:" + "".join(c for c in contact.value if c.isdigit() or c == "+")
    return contact.value
