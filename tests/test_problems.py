from decimal import Decimal

import msgspec
import pytest

from tests.trees import (
    GENERAL,
    make_action,
    make_choice,
    make_evidence,
    make_finding,
    make_question,
    make_tree,
    text,
)
from wizard.content import Evidence, Kind, Message, Route, Scenario, Text, Theme
from wizard.problems import WARNINGS, Code, Level, Place, find_problems

SOUND = make_tree(
    [
        make_question(
            "stopped",
            ["failed", "refused", make_choice("unsure", unsure=True)],
            routes=[
                Route(to="amount", when={"stopped": ("failed", "unsure")}),
                Route(to="signs", when={"stopped": ("refused",)}),
            ],
        ),
        make_question(
            "amount",
            kind=Kind.NUMBER,
            choices=[
                make_choice("small", at_least=Decimal(1)),
                make_choice("large", at_least=Decimal(50_000)),
            ],
            minimum=Decimal(1),
            maximum=Decimal(100_000),
        ),
        make_question(
            "signs",
            ["overdue", "fee", make_choice("none", exclusive=True)],
            kind=Kind.MULTIPLE,
        ),
    ],
    findings=[
        make_finding(
            "limit", [make_evidence("confirms", {"amount": ("large",)})], actions=["swap"]
        ),
        make_finding(
            "overdue",
            [
                make_evidence("suggests", {"signs": ("overdue",)}),
                make_evidence("rules-out", {"signs": ("none",)}),
            ],
        ),
        make_finding(
            "scam",
            [make_evidence("confirms", {"signs": ("fee",)})],
            actions=["stop"],
            safety=True,
        ),
    ],
    actions=[
        make_action("swap"),
        make_action("stop", theme=Theme.SAFETY, contacts=("police",)),
    ],
    messages=(
        Message(
            slug="too-much",
            text="超过限额",
            literal=True,
            meaning=text("too much"),
            implies={"amount": ("large",)},
            source="law",
        ),
    ),
    scenarios=(
        Scenario(
            slug="big-loan",
            story=text("a big loan"),
            answers={"stopped": ("failed",), "amount": ("large",)},
            findings=("limit",),
            actions=("swap",),
            absent_actions=("stop",),
        ),
    ),
)
NO_WORDS = Text()
ONLY_ENGLISH = Text(en="card")

PARTS = {
    "question": "questions",
    "finding": "findings",
    "action": "actions",
    "contact": "contacts",
    "source": "sources",
    "message": "messages",
    "scenario": "scenarios",
}


def tree_with(**fields):
    """The sound tree with these fields instead."""
    return msgspec.structs.replace(SOUND, **fields)


def having(tree, kind, *parts):
    """`tree` with these parts of one kind added at the end."""
    return msgspec.structs.replace(tree, **{PARTS[kind]: (*getattr(tree, PARTS[kind]), *parts)})


def part(kind, slug):
    return next(part for part in getattr(SOUND, PARTS[kind]) if part.slug == slug)


def changed(kind, slug, **fields):
    """The sound tree with other fields in one part."""
    parts = tuple(
        msgspec.structs.replace(part, **fields) if part.slug == slug else part
        for part in getattr(SOUND, PARTS[kind])
    )
    return tree_with(**{PARTS[kind]: parts})


def with_choice(question, slug, **fields):
    """The sound tree with other fields in one choice."""
    choices = tuple(
        msgspec.structs.replace(choice, **fields) if choice.slug == slug else choice
        for choice in part("question", question).choices
    )
    return changed("question", question, choices=choices)


def with_more_choices(question, *choices):
    return changed("question", question, choices=(*part("question", question).choices, *choices))


def with_route(question, route):
    """The sound tree with one more route."""
    return changed("question", question, routes=(*part("question", question).routes, route))


def with_evidence(finding, evidence):
    """The sound tree with one more piece of evidence."""
    return changed("finding", finding, evidence=(*part("finding", finding).evidence, evidence))


def with_ranges(*starts):
    return changed(
        "question",
        "amount",
        choices=tuple(
            make_choice(slug, at_least=Decimal(start))
            for slug, start in zip(("small", "large", "huge"), starts, strict=False)
        ),
    )


CONFIRMED = make_evidence("confirms", {"signs": ("fee",)})

BROKEN = [
    (
        "slug in capitals",
        Code.SHAPE,
        Place("tree", "test"),
        changed("source", "law", slug="law").__class__.__call__
        if False
        else having(SOUND, "source", msgspec.structs.replace(part("source", "law"), slug="The Law")),
    ),
    ("address of a page", Code.RESERVED_SLUG, Place("tree", "messages"), tree_with(slug="messages")),
]
