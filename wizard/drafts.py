"""Draft rows to declared content, and back.

`snapshot` and `restore` undo each other. Contacts, sources, figures and the
glossary are shared by all trees: restoring adds those that are missing and
leaves the others as they are, so that an old edition never brings an old phone
number or rate back.
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
from wizard.problems import all_texts
from wizard.prose import PLACEHOLDER
from wizard.translation import TRANSLATED

SHARED = (Contact, Figure, Source, Term)
"""What all trees have in common."""


def snapshot(tree: Tree) -> content.Tree:
    """The draft of `tree` as content, with what it uses of the shared rows.

    Nothing is checked here: a draft with mistakes has a snapshot, too.
    """
    questions = tuple(_question(q) for q in _questions(tree))
    findings = tuple(_finding(f) for f in _findings(tree))
    actions = tuple(_action(a) for a in _actions(tree))
    alternatives = tuple(_alternative(a) for a in _alternatives(tree))
    messages = tuple(_message(m) for m in _messages(tree))
    scenarios = tuple(_scenario(s) for s in _scenarios(tree))
    own = content.Tree(
        slug=tree.slug,
        title=_text(tree, "title"),
        summary=_text(tree, "summary"),
        questions=questions,
        findings=findings,
        actions=actions,
        contacts=(),
        sources=(),
        alternatives=alternatives,
        messages=messages,
        scenarios=scenarios,
    )
    return with_shared(own, shared())


def shared() -> dict[str, tuple[Any, ...]]:
    """What all trees have in common, under the names that a document has for it."""
    return {
        "contacts": tuple(_contact(c) for c in Contact.objects.prefetch_related("sources")),
        "sources": tuple(_source(s) for s in Source.objects.all()),
        "figures": tuple(_figure(f) for f in Figure.objects.prefetch_related("sources")),
        "terms": tuple(_term(t) for t in Term.objects.all()),
    }


def with_shared(own: content.Tree, available: Mapping[str, Sequence[Any]]) -> content.Tree:
    """`own` with what it uses of `available` (as `shared` gives it), and nothing else."""
    bare = msgspec.structs.replace(own, contacts=(), sources=(), figures=(), terms=())
    written = _written(text for _, _, text in all_texts(bare))
    read = PLACEHOLDER.sub("", written).lower()
    terms = tuple(t for t in available["terms"] if any(w.lower() in read for w in t.words))
    named = set(PLACEHOLDER.findall(written + _written(term.meaning for term in terms)))
    calling: tuple[content.Action | content.Alternative, ...] = (*own.actions, *own.alternatives)
    named |= {slug for part in calling for slug in part.contacts}
    contacts = tuple(c for c in available["contacts"] if c.slug in named)
    figures = tuple(f for f in available["figures"] if f.slug in named)
    sourcing: tuple[Any, ...] = (
        *own.findings,
        *own.actions,
        *own.alternatives,
        *contacts,
        *figures,
    )
    sourced = {slug for part in sourcing for slug in part.sources}
    sourced |= {message.source for message in own.messages if message.source}
    sources = tuple(s for s in available["sources"] if s.slug in sourced)
    return msgspec.structs.replace(
        own, contacts=contacts, sources=sources, figures=figures, terms=terms
    )


@transaction.atomic
def restore(tree: content.Tree) -> Tree:
    """Make the draft of the tree with this slug what `tree` says.

    What is there under the same slug stays the same row, so that a page of it that somebody
    has open leads to it still; the rest of the draft goes, editions stay. Raises KeyError
    where `tree` names something that it does not have.
    """
    draft, _ = Tree.objects.update_or_create(slug=tree.slug, defaults=_fields(tree, Tree))
    draft.lock()
    # There is room for one only, and another one may be it now.
    draft.findings.update(fallback=False)
    writer = _Writer(draft)
    writer.shared(tree)
    writer.questions(tree.questions)
    writer.actions(tree.actions)
    writer.findings(tree.findings)
    writer.alternatives(tree.alternatives)
    writer.messages(tree.messages)
    writer.scenarios(tree.scenarios)
    # Last, and users first: nothing that stays names them any more.
    for stored, parts in (
        (draft.scenarios, tree.scenarios),
        (draft.messages, tree.messages),
        (draft.alternatives, tree.alternatives),
        (draft.findings, tree.findings),
        (draft.actions, tree.actions),
        (draft.questions, tree.questions),
    ):
        stored.exclude(slug__in=_slugs(parts)).delete()
    return draft


def rows(tree: Tree) -> Iterator[models.Model]:
    """All rows of a tree, each after the rows it names: what its fixture holds."""
    shared = snapshot(tree)
    yield tree
    yield from Source.objects.filter(slug__in=[source.slug for source in shared.sources])
    yield from Contact.objects.filter(slug__in=[contact.slug for contact in shared.contacts])
    yield from Figure.objects.filter(slug__in=[figure.slug for figure in shared.figures])
    yield from Term.objects.filter(slug__in=[term.slug for term in shared.terms])
    yield from tree.questions.all()
    yield from Choice.objects.filter(question__tree=tree)
    yield from Route.objects.filter(question__tree=tree)
    yield from tree.actions.all()
    yield from tree.findings.all()
    yield from FindingAction.objects.filter(finding__tree=tree)
    yield from Evidence.objects.filter(finding__tree=tree)
    yield from tree.alternatives.all()
    yield from tree.messages.all()
    yield from tree.scenarios.all()
    yield from ScenarioFinding.objects.filter(scenario__tree=tree)


def fixture(tree: Tree) -> str:
    """`fixtures/<slug>.yaml` for this tree, as `loaddata` reads it."""
    keys = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True}
    return str(serializers.serialize("yaml", rows(tree), **keys))


@transaction.atomic
def load_fixture(text: str) -> None:
    """Add a tree from its fixture. Shared rows that exist stay as they are."""
    for found in serializers.deserialize("yaml", text):
        shared = isinstance(found.object, SHARED)
        if not (shared and found.object.pk is not None):
            found.save()


# Rows to content


def _written(texts: Iterable[Text]) -> str:
    return "\n".join(f"{text.zh_hans}\n{text.en}" for text in texts)


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
        aliases=_lines(question.aliases),
        kind=content.Kind(question.kind),
        **_texts(question),
        minimum=question.minimum,
        maximum=question.maximum,
        choices=tuple(
            content.Choice(
                slug=choice.slug,
                aliases=_lines(choice.aliases),
                **_texts(choice),
                at_least=choice.at_least,
                exclusive=choice.exclusive,
                none=choice.none,
                unsure=choice.unsure,
                audience=content.Audience(choice.audience) if choice.audience else None,
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
        remedy_grade=content.Grade(finding.remedy_grade),
        retry_days=finding.retry_days,
        stopped_at=content.Station(finding.stopped_at) if finding.stopped_at else None,
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
        answer_days=action.answer_days,
        general=action.general,
        ends_on=action.ends_on,
        when=_condition(action.when.all()),
        contacts=_slugs(action.contacts.all()),
        sources=_slugs(action.sources.all()),
    )


def _alternatives(tree: Tree) -> Iterable[Alternative]:
    return tree.alternatives.prefetch_related("contacts", "sources")


def _alternative(alternative: Alternative) -> content.Alternative:
    audiences = {
        content.Audience.PERSON: alternative.for_persons,
        content.Audience.BUSINESS: alternative.for_businesses,
    }
    return content.Alternative(
        slug=alternative.slug,
        audiences=tuple(audience for audience, meant in audiences.items() if meant),
        borrowing=alternative.borrowing,
        within=content.Horizon(alternative.within),
        **_texts(alternative),
        ends_on=alternative.ends_on,
        contacts=_slugs(alternative.contacts.all()),
        sources=_slugs(alternative.sources.all()),
    )


def _messages(tree: Tree) -> Iterable[Message]:
    related = tree.messages.select_related("source", "finding")
    return related.prefetch_related("implies__question")


def _message(message: Message) -> content.Message:
    return content.Message(
        slug=message.slug,
        text=message.text,
        literal=message.literal,
        **_texts(message),
        implies=_condition(message.implies.all()),
        finding=message.finding.slug if message.finding else None,
        wordings=_lines(message.wordings),
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
        checked_on=contact.checked_on,
        sources=_slugs(contact.sources.all()),
    )


def _figure(figure: Figure) -> content.Figure:
    return content.Figure(
        slug=figure.slug,
        **_texts(figure),
        as_of=figure.as_of,
        checked_on=figure.checked_on,
        grade=content.Grade(figure.grade),
        sources=_slugs(figure.sources.all()),
    )


def _term(term: Term) -> content.Term:
    return content.Term(slug=term.slug, **_texts(term), words=_lines(term.words))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


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
        elif name in columns and isinstance(value, tuple):
            found[name] = "\n".join(value)
        elif name in columns and not isinstance(value, Mapping):
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
        for figure in tree.figures:
            dated, created = Figure.objects.get_or_create(
                slug=figure.slug, defaults=_fields(figure, Figure)
            )
            if created:
                dated.sources.set(self.sources(figure.sources))
        for term in tree.terms:
            Term.objects.get_or_create(slug=term.slug, defaults=_fields(term, Term))

    def sources(self, slugs: Iterable[str]) -> list[Source]:
        return [self.sources_by_slug[slug] for slug in slugs]

    def chosen(self, when: content.Condition) -> list[Choice]:
        return [self.choices[question, slug] for question, slugs in when.items() for slug in slugs]

    def questions(self, parts: Sequence[content.Question]) -> None:
        rows = _put(self.draft.questions, "slug", (_fields(part, Question) for part in parts))
        self.questions_by_slug = {row.slug: row for row in rows}
        for part, row in zip(parts, rows, strict=True):
            choices = _replace(
                row.choices,
                "slug",
                (_fields(c, Choice) | {"audience": c.audience or ""} for c in part.choices),
            )
            self.choices |= {(part.slug, choice.slug): choice for choice in choices}
        for part, row in zip(parts, rows, strict=True):
            routes = _replace(
                row.routes,
                "position",
                (
                    {"to": self.questions_by_slug[route.to], "otherwise": route.otherwise}
                    for route in part.routes
                ),
            )
            self.conditions(routes, part.routes)

    def actions(self, parts: Sequence[content.Action]) -> None:
        rows = _put(self.draft.actions, "slug", (_fields(part, Action) for part in parts))
        self.actions_by_slug = {row.slug: row for row in rows}
        self.conditions(rows, parts)
        for part, row in zip(parts, rows, strict=True):
            row.contacts.set([self.contacts_by_slug[slug] for slug in part.contacts])
            row.sources.set(self.sources(part.sources))

    def findings(self, parts: Sequence[content.Finding]) -> None:
        rows = _put(
            self.draft.findings,
            "slug",
            (_fields(part, Finding) | {"stopped_at": part.stopped_at or ""} for part in parts),
        )
        self.findings_by_slug = {row.slug: row for row in rows}
        for part, row in zip(parts, rows, strict=True):
            row.sources.set(self.sources(part.sources))
            steps = ({"action": self.actions_by_slug[slug]} for slug in part.actions)
            _replace(row.steps, "action", steps)
            said = (_fields(evidence, Evidence) for evidence in part.evidence)
            self.conditions(_replace(row.evidence, "position", said), part.evidence)

    def alternatives(self, parts: Sequence[content.Alternative]) -> None:
        fields = (
            _fields(part, Alternative)
            | {
                "for_persons": content.Audience.PERSON in part.audiences,
                "for_businesses": content.Audience.BUSINESS in part.audiences,
            }
            for part in parts
        )
        rows = _put(self.draft.alternatives, "slug", fields)
        for part, row in zip(parts, rows, strict=True):
            row.contacts.set([self.contacts_by_slug[slug] for slug in part.contacts])
            row.sources.set(self.sources(part.sources))

    def messages(self, parts: Sequence[content.Message]) -> None:
        fields = (
            _fields(part, Message)
            | {
                "source": self.sources_by_slug[part.source] if part.source else None,
                "finding": self.findings_by_slug[part.finding] if part.finding else None,
            }
            for part in parts
        )
        for part, row in zip(parts, _put(self.draft.messages, "slug", fields), strict=True):
            row.implies.set(self.chosen(part.implies))

    def scenarios(self, parts: Sequence[content.Scenario]) -> None:
        rows = _put(self.draft.scenarios, "slug", (_fields(part, Scenario) for part in parts))
        for part, row in zip(parts, rows, strict=True):
            row.answers.set(self.chosen(part.answers))
            expected = ({"finding": self.findings_by_slug[slug]} for slug in part.findings)
            _replace(row.expected, "finding", expected)
            row.actions.set([self.actions_by_slug[slug] for slug in part.actions])
            row.absent_actions.set([self.actions_by_slug[slug] for slug in part.absent_actions])

    def conditions(self, rows: Iterable[Any], parts: Iterable[Any]) -> None:
        for row, part in zip(rows, parts, strict=True):
            row.when.set(self.chosen(part.when))


def _put(owned: Any, key: str, rows: Iterable[dict[str, Any]]) -> list[Any]:
    """Write `rows` in their order among those `owned`, each over the one with the same `key`."""
    stored = {getattr(row, key): row for row in owned.all()}
    written = []
    for place, fields in enumerate(rows, start=1):
        fields["position"] = place
        row = stored.pop(fields[key], None) or owned.model()
        for name, value in fields.items():
            setattr(row, name, value)
        owned.add(row, bulk=False)
        written.append(row)
    return written


def _replace(owned: Any, key: str, rows: Iterable[dict[str, Any]]) -> list[Any]:
    """The same, and the rest of those `owned` goes."""
    written = _put(owned, key, rows)
    owned.exclude(pk__in=[row.pk for row in written]).delete()
    return written
