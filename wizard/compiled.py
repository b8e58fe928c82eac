"""A tree in one language, frozen and ready to answer.

`compile_tree` turns the declared content of an edition into objects whose
prose is safe HTML and whose conditions are cheap to test. Everything that
walks, ranks or checks works on these. No Django, no database.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlsplit

from wizard import content
from wizard.content import ContactKind, Effect, Grade, Horizon, Kind, Theme
from wizard.prose import Html, Number, to_html, to_text

Fact = tuple[str, str]
"""A choice that was made: (question slug, choice slug)."""

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
    unsure: bool


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

    @cached_property
    def by_slug(self) -> Mapping[str, Choice]:
        return {choice.slug: choice for choice in self.choices}

    @cached_property
    def ranges(self) -> tuple[tuple[Decimal, Choice], ...]:
        """The ranges of a number question, highest first."""
        found = [(c.at_least, c) for c in self.choices if c.at_least is not None]
        return tuple(sorted(found, key=lambda pair: pair[0], reverse=True))

    @cached_property
    def may_be_blank(self) -> bool:
        """Whether ticking nothing is an answer: no choice says "none of these"."""
        return self.kind is Kind.MULTIPLE and not any(c.exclusive for c in self.choices)

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
    general: bool
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
    remedy_time: str
    avoid: Html
    tell: str
    safety: bool
    fallback: bool
    evidence: tuple[Evidence, ...]
    actions: tuple[Action, ...]
    sources: tuple[Source, ...]

    @property
    def unproven(self) -> bool:
        """Whether nothing better than hearsay stands behind it."""
        return only_weak(self.sources)

    def holds(self, facts: AbstractSet[Fact]) -> bool:
        """Whether evidence speaks for it and none rules it out."""
        effects = {evidence.effect for evidence in self.evidence if evidence.when.holds(facts)}
        return bool(effects) and Effect.RULES_OUT not in effects


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    slug: str
    text: str
    literal: bool
    meaning: str
    implies: tuple[Fact, ...]


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
    messages: tuple[Message, ...]
    scenarios: tuple[Scenario, ...]
    longest_memo: dict[object, int] = field(default_factory=dict, compare=False, repr=False)
    """What `engine.longest` has found out already. Never changes an answer."""

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
    def watched(self) -> Mapping[str, frozenset[Fact]]:
        """For each question, the choices that routes from there on look at."""
        found: dict[str, frozenset[Fact]] = {}
        for slug in self.after_to_before:
            routes = self.questions[slug].routes
            beyond = (found.get(r.to, frozenset()) for r in routes)
            found[slug] = frozenset().union(*(r.when.facts for r in routes), *beyond)
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
        self.numbers = {c.slug: Number(c.value, _href(c)) for c in tree.contacts}
        self.sources = {s.slug: self.source(s) for s in tree.sources}
        self.contacts = {c.slug: self.contact(c) for c in tree.contacts}
        self.actions = {a.slug: self.action(a) for a in tree.actions}

    def text(self, text: content.Text) -> str:
        return to_text(text.inside(self.language), self.numbers)

    def html(self, text: content.Text) -> Html:
        return to_html(text.inside(self.language), self.numbers)

    def tree(self) -> Tree:
        return Tree(
            slug=self.raw.slug,
            title=self.text(self.raw.title),
            summary=self.text(self.raw.summary),
            questions={q.slug: self.question(q) for q in self.raw.questions},
            findings=tuple(self.finding(f) for f in self.raw.findings),
            general_actions=tuple(a for a in self.actions.values() if a.general),
            messages=tuple(self.message(m) for m in self.raw.messages),
            scenarios=tuple(self.scenario(s) for s in self.raw.scenarios),
        )

    def question(self, question: content.Question) -> Question:
        return Question(
            slug=question.slug,
            kind=question.kind,
            title=self.text(question.title),
            short=self.text(question.short),
            help=self.html(question.help),
            unit=self.text(question.unit),
            minimum=question.minimum,
            maximum=question.maximum,
            choices=tuple(
                Choice(
                    slug=choice.slug,
                    label=self.text(choice.label),
                    hint=self.text(choice.hint),
                    at_least=choice.at_least,
                    exclusive=choice.exclusive,
                    unsure=choice.unsure,
                )
                for choice in question.choices
            ),
            routes=tuple(
                Route(to=route.to, when=condition(route.when), otherwise=route.otherwise)
                for route in question.routes
            ),
        )

    def source(self, source: content.Source) -> Source:
        return Source(
            slug=source.slug,
            title=source.title.inside(self.language),
            publisher=source.publisher.inside(self.language),
            url=source.url,
            published_on=source.published_on,
            checked_on=source.checked_on,
            grade=source.grade,
        )

    def sources_of(self, slugs: Iterable[str]) -> tuple[Source, ...]:
        return tuple(self.sources[slug] for slug in slugs if slug in self.sources)

    def contact(self, contact: content.Contact) -> Contact:
        return Contact(
            slug=contact.slug,
            kind=contact.kind,
            value=contact.value,
            href=_href(contact),
            name=self.text(contact.name),
            purpose=self.text(contact.purpose),
            hours=self.text(contact.hours),
            sources=self.sources_of(contact.sources),
        )

    def action(self, action: content.Action) -> Action:
        return Action(
            slug=action.slug,
            theme=action.theme,
            horizon=action.horizon,
            title=self.text(action.title),
            body=self.html(action.body),
            where=self.text(action.where),
            letter=self.text(action.letter),
            minutes=action.minutes,
            general=action.general,
            when=condition(action.when),
            contacts=tuple(self.contacts[c] for c in action.contacts if c in self.contacts),
            sources=self.sources_of(action.sources),
        )

    def finding(self, finding: content.Finding) -> Finding:
        return Finding(
            slug=finding.slug,
            title=self.text(finding.title),
            explanation=self.html(finding.explanation),
            remedy_time=self.text(finding.remedy_time),
            avoid=self.html(finding.avoid),
            tell=self.text(finding.tell),
            safety=finding.safety,
            fallback=finding.fallback,
            evidence=tuple(
                Evidence(
                    effect=evidence.effect,
                    when=condition(evidence.when),
                    because=self.text(evidence.because),
                )
                for evidence in finding.evidence
            ),
            actions=tuple(self.actions[a] for a in finding.actions if a in self.actions),
            sources=self.sources_of(finding.sources),
        )

    def message(self, message: content.Message) -> Message:
        return Message(
            slug=message.slug,
            text=message.text,
            literal=message.literal,
            meaning=self.text(message.meaning),
            implies=facts(message.implies),
        )

    def scenario(self, scenario: content.Scenario) -> Scenario:
        return Scenario(
            slug=scenario.slug,
            answers=facts(scenario.answers),
            findings=scenario.findings,
            actions=scenario.actions,
            absent_actions=scenario.absent_actions,
        )


def _href(contact: content.Contact) -> str:
    if contact.kind is ContactKind.PHONE:
        return "tel:" + "".join(c for c in contact.value if c.isdigit() or c == "+")
    return contact.value
