import datetime as dt
import json
from decimal import Decimal

import msgspec
import pytest

from tests.trees import (
    LAW,
    POLICE,
    make_action,
    make_choice,
    make_evidence,
    make_finding,
    make_question,
    make_tree,
    text,
)
from wizard.tree import content
from wizard.tree.content import Horizon, Kind, Message, Route, Scenario, Text
from wizard.tree.languages import LANGUAGES


def rich_tree():
    """One part of every kind, with its optional fields filled."""
    return make_tree(
        [
            make_question("card", routes=[Route(to="amount", when={"card": ("yes",)})]),
            make_question(
                "amount",
                kind=Kind.NUMBER,
                choices=[
                    make_choice("small", at_least=Decimal("0.5")),
                    make_choice("large", at_least=Decimal(50_000)),
                    make_choice("unsure", unsure=True, hint=text("look there")),
                ],
                unit=text("yuan"),
                minimum=Decimal("0.5"),
                maximum=Decimal(1_000_000),
            ),
        ],
        findings=[
            make_finding(
                "limit",
                evidence=[make_evidence("confirms", {"amount": ("large",)})],
                actions=["swap"],
                safety=True,
            )
        ],
        actions=[make_action("swap", minutes=5, contacts=("police",), sources=("law",))],
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
                answers={"card": ("yes",), "amount": ("large",)},
                findings=("limit",),
                actions=("swap",),
            ),
        ),
    )


def test_encoded_tree_decodes_to_the_same():
    tree = rich_tree()

    assert content.decode(content.encode(tree)) == tree


def test_encoding_is_canonical():
    document = content.encode(rich_tree())

    assert content.encode(content.decode(document)) == document


def test_json_names_languages_and_leaves_defaults_out():
    document = json.loads(content.encode(rich_tree()))

    assert document["questions"][0]["choices"][0] == {
        "slug": "yes",
        "label": {"zh-hans": "yes（中文）", "en": "yes"},
    }


def test_digest_is_the_sha256_of_the_document():
    assert content.digest("放款") == (
        "0b04f721f26cb6b8cba3d53fb2a6899b34be7ea3bd28535f47cd5841466b621f"
    )


def edited(edit):
    document = json.loads(content.encode(rich_tree()))
    edit(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        pytest.param(lambda d: d.pop("title"), "title", id="missing field"),
        pytest.param(lambda d: d.update(colour="red"), "colour", id="unknown field"),
        pytest.param(
            lambda d: d["questions"][0].update(kind="slider"), "$.questions[0].kind", id="kind"
        ),
        pytest.param(
            lambda d: d["questions"][1].update(slug="Über uns"), "$.questions[1].slug", id="slug"
        ),
        pytest.param(
            lambda d: d["questions"][1].update(slug="a" * 61), "$.questions[1].slug", id="long slug"
        ),
        pytest.param(
            lambda d: d["questions"][1]["choices"][0].update(at_least="some"),
            "$.questions[1].choices[0].at_least",
            id="number",
        ),
        pytest.param(
            lambda d: d["findings"][0]["evidence"][0].update(when={"amount": "large"}),
            "$.findings[0].evidence[0].when[...]",
            id="condition",
        ),
        pytest.param(
            lambda d: d["actions"][0].update(theme="magic"), "$.actions[0].theme", id="theme"
        ),
        pytest.param(
            lambda d: d["sources"][0].update(checked_on="yesterday"),
            "$.sources[0].checked_on",
            id="date",
        ),
    ],
)
def test_decode_names_the_place_that_does_not_fit(edit, place):
    with pytest.raises(msgspec.ValidationError) as caught:
        content.decode(edited(edit))

    assert place in str(caught.value)


@pytest.mark.parametrize("document", ["", "[]", "{", '"tree"', b"\xff"])
def test_decode_refuses_what_is_no_tree(document):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        content.decode(document)


def test_schema_describes_every_part():
    definitions = content.schema()["$defs"]

    assert set(definitions) == {
        "Action",
        "Alternative",
        "Audience",
        "Choice",
        "Contact",
        "ContactKind",
        "Effect",
        "Evidence",
        "Figure",
        "Finding",
        "Grade",
        "Horizon",
        "Kind",
        "Message",
        "Question",
        "Route",
        "Scenario",
        "Source",
        "Station",
        "Term",
        "Text",
        "Theme",
        "Tree",
    }
    assert set(definitions["Text"]["properties"]) == set(LANGUAGES)


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "卡"), ("en", "card")])
def test_text_inside_a_language(language, words):
    assert Text(zh_hans="卡", en="card").inside(language) == words


@pytest.mark.parametrize(
    ("written", "something"),
    [(Text(), False), (Text(zh_hans="卡"), True), (Text(en="card"), True)],
)
def test_text_is_true_if_anything_is_written(written, something):
    assert bool(written) is something


def test_only_now_and_today_are_soon():
    assert [horizon for horizon in Horizon if horizon.is_now] == [Horizon.NOW]


def test_parts_are_frozen():
    with pytest.raises(AttributeError):
        POLICE.value = "111"


def test_dates_are_dates_again():
    tree = content.decode(content.encode(rich_tree()))

    assert tree.sources == (LAW,)
    assert tree.sources[0].checked_on == dt.date(2026, 11, 23)
