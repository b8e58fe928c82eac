"""Draft rows to declared content, and back.

`snapshot` and `restore` undo each other. Contacts, sources, figures and the
glossary are shared by all trees: restoring adds those that are missing and
leaves the others as they are, so that an old edition never brings an old phone
number or rate back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

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

Row = TypeVar("Row", bound=models.Model)

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
    """Writes the parts of one tree, remembering the rows by slug.

    All rows of a table go in a few statements, however many they are.
    """

    def __init__(self, draft: Tree) -> None:
        self.draft = draft
        self.choices: dict[tuple[str, str], Choice] = {}
        self.questions_by_slug: dict[str, Question] = {}
        self.actions_by_slug: dict[str, Action] = {}
        self.findings_by_slug: dict[str, Finding] = {}
        self.contacts_by_slug: dict[str, Contact] = {}
        self.sources_by_slug: dict[str, Source] = {}

    def shared(self, tree: content.Tree) -> None:
        """Add what is missing of the rows that all trees have in common."""
        self.sources_by_slug, _ = _add(Source, tree.sources)
        self.contacts_by_slug, contacts = _add(Contact, tree.contacts)
        figures_by_slug, figures = _add(Figure, tree.figures)
        _add(Term, tree.terms)
        _link(Contact.sources, [(self.contacts_by_slug[c.slug], self.sources(c)) for c in contacts])
        _link(Figure.sources, [(figures_by_slug[f.slug], self.sources(f)) for f in figures])

    def sources(self, part: Any) -> list[Source]:
        return [self.sources_by_slug[slug] for slug in part.sources]

    def contacts(self, part: Any) -> list[Contact]:
        return [self.contacts_by_slug[slug] for slug in part.contacts]

    def chosen(self, when: content.Condition) -> list[Choice]:
        return [self.choices[question, slug] for question, slugs in when.items() for slug in slugs]

    def parts(self, model: type[Row], fields: Iterable[dict[str, Any]]) -> list[Row]:
        """The rows of one kind of part, in the order of the tree."""
        stored = model._default_manager.filter(tree=self.draft)
        placed = enumerate(fields, start=1)
        return _put(stored, ("slug",), [{"tree": self.draft, "position": n} | f for n, f in placed])

    def questions(self, parts: Sequence[content.Question]) -> None:
        rows = self.parts(Question, (_fields(part, Question) for part in parts))
        self.questions_by_slug = {row.slug: row for row in rows}
        choices = [
            _fields(c, Choice) | {"question": row, "position": n, "audience": c.audience or ""}
            for row, part in zip(rows, parts, strict=True)
            for n, c in enumerate(part.choices, start=1)
        ]
        for choice in _replace(Choice, "question", rows, "slug", choices):
            self.choices[choice.question.slug, choice.slug] = choice
        routes = [
            {
                "question": row,
                "position": n,
                "to": self.questions_by_slug[route.to],
                "otherwise": route.otherwise,
            }
            for row, part in zip(rows, parts, strict=True)
            for n, route in enumerate(part.routes, start=1)
        ]
        written = _replace(Route, "question", rows, "position", routes)
        conditions = [self.chosen(route.when) for part in parts for route in part.routes]
        _link(Route.when, zip(written, conditions, strict=True))

    def actions(self, parts: Sequence[content.Action]) -> None:
        rows = self.parts(Action, (_fields(part, Action) for part in parts))
        self.actions_by_slug = {row.slug: row for row in rows}
        both = list(zip(rows, parts, strict=True))
        _link(Action.when, [(row, self.chosen(part.when)) for row, part in both])
        _link(Action.contacts, [(row, self.contacts(part)) for row, part in both])
        _link(Action.sources, [(row, self.sources(part)) for row, part in both])

    def findings(self, parts: Sequence[content.Finding]) -> None:
        rows = self.parts(
            Finding,
            (_fields(part, Finding) | {"stopped_at": part.stopped_at or ""} for part in parts),
        )
        self.findings_by_slug = {row.slug: row for row in rows}
        both = list(zip(rows, parts, strict=True))
        _link(Finding.sources, [(row, self.sources(part)) for row, part in both])
        steps = [
            {"finding": row, "position": n, "action": self.actions_by_slug[slug]}
            for row, part in both
            for n, slug in enumerate(part.actions, start=1)
        ]
        _replace(FindingAction, "finding", rows, "action_id", steps)
        said = [
            {"finding": row, "position": n} | _fields(evidence, Evidence)
            for row, part in both
            for n, evidence in enumerate(part.evidence, start=1)
        ]
        written = _replace(Evidence, "finding", rows, "position", said)
        conditions = [self.chosen(evidence.when) for part in parts for evidence in part.evidence]
        _link(Evidence.when, zip(written, conditions, strict=True))

    def alternatives(self, parts: Sequence[content.Alternative]) -> None:
        fields = (
            _fields(part, Alternative)
            | {
                "for_persons": content.Audience.PERSON in part.audiences,
                "for_businesses": content.Audience.BUSINESS in part.audiences,
            }
            for part in parts
        )
        both = list(zip(self.parts(Alternative, fields), parts, strict=True))
        _link(Alternative.contacts, [(row, self.contacts(part)) for row, part in both])
        _link(Alternative.sources, [(row, self.sources(part)) for row, part in both])

    def messages(self, parts: Sequence[content.Message]) -> None:
        fields = (
            _fields(part, Message)
            | {
                "source": self.sources_by_slug[part.source] if part.source else None,
                "finding": self.findings_by_slug[part.finding] if part.finding else None,
            }
            for part in parts
        )
        both = zip(self.parts(Message, fields), parts, strict=True)
        _link(Message.implies, [(row, self.chosen(part.implies)) for row, part in both])

    def scenarios(self, parts: Sequence[content.Scenario]) -> None:
        rows = self.parts(Scenario, (_fields(part, Scenario) for part in parts))
        both = list(zip(rows, parts, strict=True))
        _link(Scenario.answers, [(row, self.chosen(part.answers)) for row, part in both])
        expected = [
            {"scenario": row, "position": n, "finding": self.findings_by_slug[slug]}
            for row, part in both
            for n, slug in enumerate(part.findings, start=1)
        ]
        _replace(ScenarioFinding, "scenario", rows, "finding_id", expected)
        for relation, name in (
            (Scenario.actions, "actions"),
            (Scenario.absent_actions, "absent_actions"),
        ):
            named = [(row, [self.actions_by_slug[s] for s in getattr(p, name)]) for row, p in both]
            _link(relation, named)


def _add(model: Any, parts: Sequence[Any]) -> tuple[dict[str, Any], list[Any]]:
    """The shared rows of `parts` by slug, and the parts whose rows were missing."""
    slugs = [part.slug for part in parts]
    there = {row.slug: row for row in model.objects.filter(slug__in=slugs)}
    missing = [part for part in parts if part.slug not in there]
    made = model.objects.bulk_create(model(**_fields(part, model)) for part in missing)
    return there | {row.slug: row for row in made}, missing


def _replace(
    model: type[Row], owner: str, owners: Sequence[Any], key: str, rows: Sequence[dict[str, Any]]
) -> list[Row]:
    """Write the rows of all `owners`, each over the one of its owner with the same `key`.

    The rest of what they own goes.
    """
    stored = model._default_manager.filter(**{f"{owner}__in": owners})
    written = _put(stored, (f"{owner}_id", key), rows)
    kept = {row.pk for row in written}
    model._default_manager.filter(pk__in=[row.pk for row in stored if row.pk not in kept]).delete()
    return written


def _put(
    stored: "models.QuerySet[Row]", keys: Sequence[str], wanted: Sequence[dict[str, Any]]
) -> list[Row]:
    """Write rows with the `wanted` fields, each over the one `stored` with the same `keys`."""
    model, key = stored.model, attrgetter(*keys)
    column = {field.name: field.attname for field in model._meta.concrete_fields}
    there = {key(row): row for row in stored}
    written, new, changed = [], [], []
    names = set(TRANSLATED.get(model, ()))
    for fields in wanted:
        fresh = model(**fields)
        row = there.get(key(fresh), fresh)
        written.append(row)
        if row is fresh:
            new.append(row)
            continue
        differing = [n for n in fields if getattr(row, column[n]) != getattr(fresh, column[n])]
        names.update(differing)
        if differing:
            changed.append(row)
        for name, value in fields.items():
            setattr(row, name, value)
    model._default_manager.bulk_create(new)
    if changed:
        model._default_manager.bulk_update(changed, names)
    return written


def _link(relation: Any, links: Iterable[tuple[models.Model, Iterable[models.Model]]]) -> None:
    """Let the rows name just these others, in a field that names several."""
    field = relation.field
    through = relation.through._default_manager
    here, there = field.m2m_column_name(), field.m2m_reverse_name()
    wanted = {owner.pk: {other.pk for other in others} for owner, others in links}
    stored = set(through.filter(**{f"{here}__in": wanted}).values_list("pk", here, there))
    out = [pk for pk, owner, other in stored if other not in wanted[owner]]
    through.filter(pk__in=out).delete()
    known = {(owner, other) for _, owner, other in stored}
    through.bulk_create(
        relation.through(**{here: owner, there: other})
        for owner, others in wanted.items()
        for other in sorted(others)
        if (owner, other) not in known
    )
