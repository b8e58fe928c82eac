"""Small trees for tests, as content. Texts default to the slug in both languages."""

import datetime as dt
import random
import string

import msgspec

from wizard.tree import content
from wizard.tree.answers import possible_answers
from wizard.tree.compiled import compile_tree
from wizard.tree.content import (
    Action,
    Alternative,
    Audience,
    Choice,
    Contact,
    ContactKind,
    Effect,
    Evidence,
    Figure,
    Finding,
    Grade,
    Horizon,
    Kind,
    Message,
    Question,
    Route,
    Source,
    Term,
    Text,
    Theme,
)
from wizard.tree.engine import Walk, open_routes


def unused_slug(beginning):
    """A slug that no other test has. Letters only: as a title, digits may be a phone number."""
    return f"{beginning}-{''.join(random.choices(string.ascii_lowercase, k=12))}"


def text(words):
    return Text(zh_hans=f"{words}（中文）", en=words)


def make_choice(slug, **fields):
    return Choice(slug=slug, label=text(slug), **fields)


def make_question(slug, choices=("yes", "no"), routes=(), kind=Kind.SINGLE, **fields):
    """`choices`: slugs or Choice objects; `routes`: Route objects, or slugs to go to always."""
    return Question(
        slug=slug,
        kind=kind,
        title=text(f"{slug}?"),
        short=text(slug),
        choices=tuple(make_choice(c) if isinstance(c, str) else c for c in choices),
        routes=tuple(Route(to=r) if isinstance(r, str) else r for r in routes),
        **fields,
    )


def make_evidence(effect, when):
    return Evidence(effect=Effect(effect), when=when, because=text(f"because of {effect}"))


def make_finding(slug, evidence=(), actions=(), **fields):
    fields.setdefault("sources", ("law",))
    return Finding(
        slug=slug,
        title=text(slug),
        explanation=text(f"{slug} explained"),
        remedy_time=text("a day"),
        evidence=tuple(evidence),
        actions=tuple(actions),
        **fields,
    )


def make_action(slug, theme=Theme.FIX, horizon=Horizon.NOW, **fields):
    return Action(
        slug=slug,
        theme=Theme(theme),
        horizon=Horizon(horizon),
        title=text(slug),
        body=text(slug),
        **fields,
    )


def make_alternative(slug, audiences=(Audience.PERSON,), within=Horizon.WEEK, **fields):
    fields.setdefault("sources", ("law",))
    told = ("name", "who", "size", "cost", "time", "papers", "risks", "how")
    texts = {name: text(f"{slug} {name}") for name in told} | {"name": text(slug)}
    return Alternative(
        slug=slug, audiences=tuple(audiences), within=Horizon(within), **(texts | fields)
    )


def make_message(slug, words, **fields):
    """A text seen on screen, word for word."""
    fields.setdefault("implies", {})
    return Message(slug=slug, text=words, literal=True, meaning=text(slug), **fields)


def make_figure(slug, value="3.0%", grade=Grade.OFFICIAL, **fields):
    fields.setdefault("sources", ("law",))
    return Figure(
        slug=slug,
        name=text(slug),
        value=Text(zh_hans=value, en=value),
        as_of=dt.date(2026, 11, 20),
        checked_on=dt.date(2026, 11, 23),
        grade=Grade(grade),
        **fields,
    )


def make_term(slug, *words, **fields):
    """A word of the glossary, explained wherever one of `words` stands."""
    fields.setdefault("meaning", text(f"{slug} explained"))
    return Term(slug=slug, name=text(slug), words=words, **fields)


LAW = Source(
    slug="law",
    title=text("The law"),
    publisher=text("The state"),
    url="https://example.org/law",
    checked_on=dt.date(2026, 11, 23),
    grade=Grade.OFFICIAL,
)
POLICE = Contact(
    slug="police",
    kind=ContactKind.PHONE,
    value="110",
    name=text("Police"),
    purpose=text("Report a crime"),
)
GENERAL = tuple(
    make_action(f"general-{theme}", theme=theme, horizon=Horizon.MONTH, general=True)
    for theme in content.PERMANENT_THEMES
)


def make_tree(questions, findings=(), actions=(), slug="test", **fields):
    """A tree that publishes without a problem if `questions` and `findings` make sense.

    A fallback, the three permanent themes, a source and a contact are added.
    """
    return content.Tree(
        slug=slug,
        title=text(slug),
        summary=text(slug),
        questions=tuple(questions),
        findings=(*findings, make_finding("fallback", fallback=True)),
        actions=(*actions, *GENERAL),
        contacts=fields.pop("contacts", (POLICE,)),
        sources=fields.pop("sources", (LAW,)),
        **fields,
    )


def compiled(*args, language="en", **fields):
    """`make_tree`, compiled."""
    return compile_tree(make_tree(*args, **fields), language)


CLASHING = (
    # What Django's forms, fields and templates have
    *("question", "hidden", "action", "error", "typed", "sent", "helper", "fields", "errors"),
    *("data", "files", "prefix", "initial", "label", "help", "field", "form", "answer", "choice"),
    *("items", "keys", "values", "get", "pop", "update", "count", "0"),
    # What a browser's forms and all of a script's objects have
    *("elements", "length", "method", "target", "submit", "reset", "closest", "matches", "id"),
    *("children", "attributes", "style", "dataset", "remove", "contains", "click", "focus"),
    *("constructor", "name", "append"),
    # Our own parameters without what sets them apart, and the ends of our ids
    *("asked", "at", "pressed", "days", "hide", "for", "within", "q", "with", "address"),
    *("summary", "step", "wizard", "heading", "dropped", "held", "newer", "progress"),
)
"""Slugs that would hurt if anything mixed them with names of the code."""


def make_clashing_tree():
    """A question, each of another kind than the last, a finding and all else for each name."""
    kinds = (Kind.SINGLE, Kind.MULTIPLE, Kind.NUMBER)
    questions = []
    for place, slug in enumerate(CLASHING):
        kind = kinds[place % len(kinds)]
        choices = [make_choice(slug), make_choice("other", unsure=True)]
        if kind is Kind.NUMBER:
            choices[0] = make_choice("most" if slug == "0" else slug, at_least=0)
        questions.append(
            make_question(slug, choices, CLASHING[place + 1 : place + 2], kind, minimum=0)
        )
    findings = [
        make_finding(
            slug,
            [make_evidence(Effect.CONFIRMS, {slug: (questions[place].choices[0].slug,)})],
            [slug],
            sources=(slug,),
        )
        for place, slug in enumerate(CLASHING)
    ]
    return make_tree(
        questions,
        findings,
        [make_action(slug, sources=(slug,), letter=text(slug)) for slug in CLASHING],
        sources=(LAW, *(msgspec.structs.replace(LAW, slug=slug) for slug in CLASHING)),
        slug="clashing",
    )


def every_walk(tree):
    """Every complete walk of a compiled tree, one after the other: what is counted must agree."""
    stack = [((), (tree.start.slug,))]
    while stack:
        trail, agenda = stack.pop()
        done = {answered.question.slug for answered in trail}
        ahead = [slug for slug in agenda if slug in tree.questions and slug not in done]
        if not ahead:
            yield Walk(tree, trail, None)
            continue
        question, rest = tree.questions[ahead[0]], ahead[1:]
        facts = frozenset().union(*(answered.facts for answered in trail))
        for answered in reversed(possible_answers(question)):
            opened = (route.to for route in open_routes(question, facts | answered.facts))
            stack.append(((*trail, answered), (*opened, *rest)))
