"""Draft rows to declared content, and back.

`snapshot` and `restore` undo each other. Contacts and sources are shared by
all trees: restoring adds those that are missing and leaves the others as they
are, so that an old edition never brings an old phone number back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.core import serializers
from django.db import models, transaction

from wizard import content
from wizard.content import Text
from wizard.models import (
    Action,
    Choice,
    Contact,
    Evidence,
    Finding,
    FindingAction,
    Message,
    Question,
    Route,
    Scenario,
    ScenarioFinding,
    Source,
    Tree,
)
from wizard.prose import PLACEHOLDER
from wizard.translation import TRANSLATED


def snapshot(tree: Tree) -> content.Tree:
    """The draft of `tree` as content, with the contacts and sources that it names.

    Nothing is checked here: a draft with mistakes has a snapshot, too.
    """
    questions = tuple(_question(q) for q in _questions(tree))
    findings = tuple(_finding(f) for f in _findings(tree))
    actions = tuple(_action(a) for a in _actions(tree))
    messages = tuple(_message(m) for m in _messages(tree))
    scenarios = tuple(_scenario(s) for s in _scenarios(tree))
    named = {slug for action in actions for slug in action.contacts}
    for part in (*questions, *findings, *actions, *messages):
        named |= set(PLACEHOLDER.findall(str(msgspec.to_builtins(part))))
    contacts = tuple(
        _contact(c) for c in Contact.objects.filter(slug__in=named).prefetch_related("sources")
    )
    sourcing: tuple[content.Finding | content.Action | content.Contact, ...]
    sourcing = (*findings, *actions, *contacts)
    sourced = {slug for part in sourcing for slug in part.sources}
    sourced |= {message.source for message in messages if message.source}
    sources = tuple(_source(s) for s in Source.objects.filter(slug__in=sourced))
    return content.Tree(
        slug=tree.slug,
        title=_text(tree, "title"),
        summary=_text(tree, "summary"),
        questions=questions,
        findings=findings,
        actions=actions,
        contacts=contacts,
        sources=sources,
        messages=messages,
        scenarios=scenarios,
    )


@transaction.atomic
def restore(tree: content.Tree) -> Tree:
    """Make the draft of the tree with this slug what `tree` says.

    The draft that was there is replaced, editions stay. Raises KeyError where
    `tree` names something that it does not have.
    """
    draft, _ = Tree.objects.update_or_create(slug=tree.slug, defaults=_fields(tree, Tree))
    draft.lock()
    for stale in (draft.scenarios, draft.messages, draft.findings, draft.actions, draft.questions):
        stale.all().delete()
    writer = _Writer(draft)
    writer.shared(tree)
    writer.questions(tree.questions)
    writer.actions(tree.actions)
    writer.findings(tree.findings)
    writer.messages(tree.messages)
    writer.scenarios(tree.scenarios)
    return draft


def rows(tree: Tree) -> Iterator[models.Model]:
    """All rows of a tree, each after the rows it names: what its fixture holds."""
    shared = snapshot(tree)
    yield tree
    yield from Source.objects.filter(slug__in=[source.slug for source in shared.sources])
    yield from Contact.objects.filter(slug__in=[contact.slug for contact in shared.contacts])
    yield from tree.questions.all()
    yield from Choice.objects.filter(question__tree=tree)
    yield from Route.objects.filter(question__tree=tree)
    yield from tree.actions.all()
    yield from tree.findings.all()
    yield from FindingAction.objects.filter(finding__tree=tree)
    yield from Evidence.objects.filter(finding__tree=tree)
    yield from tree.messages.all()
    yield from tree.scenarios.all()
    yield from ScenarioFinding.objects.filter(scenario__tree=tree)


def fixture(tree: Tree) -> str:
    """`fixtures/<slug>.yaml` for this tree, as `loaddata` reads it."""
    keys = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True}
    return str(serializers.serialize("yaml", rows(tree), **keys))


@transaction.atomic
def load_fixture(text: str) -> None:
    """Add a tree from its fixture. Contacts and sources that exist stay as they are."""
    for found in serializers.deserialize("yaml", text):
        shared = isinstance(found.object, Contact | Source)
        if not (shared and found.object.pk is not None):
            found.save()


# Rows to content


def _texts(row: models.Model) -> dict[str, Text]:
    return {name: _text(row, name) for name in TRANSLATED[type(row)]}


def _text(row: models.Model, name: str) -> Text:
    return Text(
        zh_hans=getattr(row, f"{name}_zh_hans") or "",
        en=getattr(row, f"{name}_en") or "",
    )


def _condition(choices: Iterable[Choice]) -> content.Condition:
    grouped: dict[str, list[str]] = {}
    for choice in choices:
        grouped.setdefault(choice.question.slug, []).append(choice.slug)
    return {question: tuple(slugs) for question, slugs in grouped.items()}


def _slugs(parts: Iterable[Any]) -> tuple[str, ...]:
    return tuple(part.slug for part in parts)


def _questions(tree: Tree) -> Iterable[Question]:
    return tree.questions.prefetch_related("choices", "routes__to", "routes__when__question")


def _question(question: Question) -> content.Question:
    return content.Question(
        slug=question.slug,
        kind=content.Kind(question.kind),
        **_texts(question),
        minimum=question.minimum,
        maximum=question.maximum,
        choices=tuple(
            content.Choice(
                slug=choice.slug,
                **_texts(choice),
                at_least=choice.at_least,
                exclusive=choice.exclusive,
                unsure=choice.unsure,
            )
            for choice in question.choices.all()
        ),
        routes=tuple(
            content.Route(
                to=route.to.slug, when=_condition(route.when.all()), otherwise=route.otherwise
            )
            for route in question.routes.all()
        ),
    )


def _findings(tree: Tree) -> Iterable[Finding]:
    return tree.findings.prefetch_related("evidence__when__question", "steps__action", "sources")


def _finding(finding: Finding) -> content.Finding:
    return content.Finding(
        slug=finding.slug,
        **_texts(finding),
        safety=finding.safety,
        fallback=finding.fallback,
        evidence=tuple(
            content.Evidence(
                effect=content.Effect(evidence.effect),
                when=_condition(evidence.when.all()),
                **_texts(evidence),
            )
            for evidence in finding.evidence.all()
        ),
        actions=tuple(step.action.slug for step in finding.steps.all()),
        sources=_slugs(finding.sources.all()),
    )


def _actions(tree: Tree) -> Iterable[Action]:
    return tree.actions.prefetch_related("when__question", "contacts", "sources")


def _action(action: Action) -> content.Action:
    return content.Action(
        slug=action.slug,
        theme=content.Theme(action.theme),
        horizon=content.Horizon(action.horizon),
        **_texts(action),
        minutes=action.minutes,
        general=action.general,
        when=_condition(action.when.all()),
        contacts=_slugs(action.contacts.all()),
        sources=_slugs(action.sources.all()),
    )


def _messages(tree: Tree) -> Iterable[Message]:
    return tree.messages.select_related("source").prefetch_related("implies__question")


def _message(message: Message) -> content.Message:
    return content.Message(
        slug=message.slug,
        text=message.text,
        literal=message.literal,
        **_texts(message),
        implies=_condition(message.implies.all()),
        source=message.source.slug if message.source else None,
    )


def _scenarios(tree: Tree) -> Iterable[Scenario]:
    return tree.scenarios.prefetch_related(
        "answers__question", "expected__finding", "actions", "absent_actions"
    )


def _scenario(scenario: Scenario) -> content.Scenario:
    return content.Scenario(
        slug=scenario.slug,
        **_texts(scenario),
        answers=_condition(scenario.answers.all()),
        findings=tuple(expected.finding.slug for expected in scenario.expected.all()),
        actions=_slugs(scenario.actions.all()),
        absent_actions=_slugs(scenario.absent_actions.all()),
    )


def _contact(contact: Contact) -> content.Contact:
    return content.Contact(
        slug=contact.slug,
        kind=content.ContactKind(contact.kind),
        value=contact.value,
        **_texts(contact),
        sources=_slugs(contact.sources.all()),
    )


def _source(source: Source) -> content.Source:
    return content.Source(
        slug=source.slug,
        **_texts(source),
        url=source.url,
        published_on=source.published_on,
        checked_on=source.checked_on,
        grade=content.Grade(source.grade),
    )


# Content to rows


def _fields(part: msgspec.Struct, model: type[models.Model]) -> dict[str, Any]:
    """What a part and a row of `model` both have and hold in the same way."""
    translated = TRANSLATED[model]
    columns = {f.name for f in model._meta.concrete_fields} - {"id", "tree", *translated}
    found: dict[str, Any] = {}
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if name in translated:
            found[f"{name}_zh_hans"], found[f"{name}_en"] = value.zh_hans, value.en
        elif name in columns and not isinstance(value, tuple | Mapping):
            found[name] = value
    return found


class _Writer:
    """Writes the parts of one tree, remembering the rows by slug."""

    def __init__(self, draft: Tree) -> None:
        self.draft = draft
        self.choices: dict[tuple[str, str], Choice] = {}
        self.questions_by_slug: dict[str, Question] = {}
        self.actions_by_slug: dict[str, Action] = {}
        self.findings_by_slug: dict[str, Finding] = {}
        self.contacts_by_slug: dict[str, Contact] = {}
        self.sources_by_slug: dict[str, Source] = {}

    def shared(self, tree: content.Tree) -> None:
        for source in tree.sources:
            row, _ = Source.objects.get_or_create(
                slug=source.slug, defaults=_fields(source, Source)
            )
            self.sources_by_slug[source.slug] = row
        for contact in tree.contacts:
            kept, created = Contact.objects.get_or_create(
                slug=contact.slug, defaults=_fields(contact, Contact)
            )
            if created:
                kept.sources.set(self.sources(contact.sources))
            self.contacts_by_slug[contact.slug] = kept

    def sources(self, slugs: Iterable[str]) -> list[Source]:
        return [self.sources_by_slug[slug] for slug in slugs]

    def chosen(self, when: content.Condition) -> list[Choice]:
        return [self.choices[question, slug] for question, slugs in when.items() for slug in slugs]

    def questions(self, parts: Sequence[content.Question]) -> None:
        for place, part in enumerate(parts, start=1):
            question = Question.objects.create(
                tree=self.draft, position=place, **_fields(part, Question)
            )
            self.questions_by_slug[part.slug] = question
            for number, choice in enumerate(part.choices, start=1):
                self.choices[part.slug, choice.slug] = Choice.objects.create(
                    question=question, position=number, **_fields(choice, Choice)
                )
        for part in parts:
            for number, route in enumerate(part.routes, start=1):
                row = Route.objects.create(
                    question=self.questions_by_slug[part.slug],
                    to=self.questions_by_slug[route.to],
                    otherwise=route.otherwise,
                    position=number,
                )
                row.when.set(self.chosen(route.when))

    def actions(self, parts: Sequence[content.Action]) -> None:
        for place, part in enumerate(parts, start=1):
            row = Action.objects.create(tree=self.draft, position=place, **_fields(part, Action))
            row.when.set(self.chosen(part.when))
            row.contacts.set([self.contacts_by_slug[slug] for slug in part.contacts])
            row.sources.set(self.sources(part.sources))
            self.actions_by_slug[part.slug] = row

    def findings(self, parts: Sequence[content.Finding]) -> None:
        for place, part in enumerate(parts, start=1):
            row = Finding.objects.create(tree=self.draft, position=place, **_fields(part, Finding))
            row.sources.set(self.sources(part.sources))
            self.findings_by_slug[part.slug] = row
            for number, slug in enumerate(part.actions, start=1):
                row.steps.create(action=self.actions_by_slug[slug], position=number)
            for number, evidence in enumerate(part.evidence, start=1):
                said = row.evidence.create(position=number, **_fields(evidence, Evidence))
                said.when.set(self.chosen(evidence.when))

    def messages(self, parts: Sequence[content.Message]) -> None:
        for place, part in enumerate(parts, start=1):
            fields = _fields(part, Message)
            fields["source"] = self.sources_by_slug[part.source] if part.source else None
            row = Message.objects.create(tree=self.draft, position=place, **fields)
            row.implies.set(self.chosen(part.implies))

    def scenarios(self, parts: Sequence[content.Scenario]) -> None:
        for place, part in enumerate(parts, start=1):
            fields = _fields(part, Scenario)
            row = Scenario.objects.create(tree=self.draft, position=place, **fields)
            row.answers.set(self.chosen(part.answers))
            for number, slug in enumerate(part.findings, start=1):
                row.expected.create(finding=self.findings_by_slug[slug], position=number)
            row.actions.set([self.actions_by_slug[slug] for slug in part.actions])
            row.absent_actions.set([self.actions_by_slug[slug] for slug in part.absent_actions])
