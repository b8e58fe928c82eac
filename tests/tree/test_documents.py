"""A tree as one document: what is written is read again, and what is wrong is told."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.trees import (
    make_choice,
    make_figure,
    make_finding,
    make_message,
    make_question,
    make_term,
    make_tree,
)
from wizard.tree import content
from wizard.tree.content import Kind, Route, Scenario, Text
from wizard.tree.documents import LARGEST, Flaw, Form, UnreadableDocumentError, read, write

FORMS = pytest.mark.parametrize("form", Form)

# What databases take and people type; surrogates and NUL are refused, see below.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
LINES = st.lists(st.sampled_from(["", " ", "a", "- b", "#c", "中文：", "\ta", "x: y "])).map(
    "\n".join
)


def make_rich(words="words"):
    """A tree that has something of everything, with `words` wherever a text may stand."""
    told = Text(zh_hans=words, en=words)
    asked = make_question(
        "amount",
        [
            make_choice("little", at_least=Decimal("0.50"), aliases=("few",)),
            make_choice("much", at_least=Decimal(10000), hint=told),
            make_choice("unsure", unsure=True, exclusive=True),
        ],
        [Route(to="on", when={"amount": ("much", "little")}), Route(to="on", otherwise=True)],
        kind=Kind.NUMBER,
        help=told,
        minimum=Decimal("0.50"),
        maximum=Decimal("99999999.99"),
        aliases=("sum",),
    )
    return make_tree(
        [asked, make_question("on")],
        [make_finding("cause", safety=True)],
        messages=(make_message("seen", words, wordings=(words, "no", "110")),),
        scenarios=(Scenario(slug="case", story=told, answers={"on": ("no",)}, findings=()),),
        figures=(make_figure("rate", value=words),),
        terms=(make_term("term", words, "yes"),),
    )


def document(form=Form.YAML, **changes):
    """A sound document as plain data, changed, and written again."""
    data = yaml.safe_load(write(make_rich(), Form.YAML)) | changes
    if form is Form.JSON:
        return json.dumps(data, default=str)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def told(text):
    with pytest.raises(UnreadableDocumentError) as caught:
        read(text)
    return caught.value.faults


def flaws(text):
    return [(fault.flaw, fault.place) for fault in told(text)]


@FORMS
@settings(deadline=None)
@given(words=TEXTS | LINES)
@example(words="110")
@example(words="2026-11-23")
@example(words="no")
@example(words="~")
@example(words="null")
@example(words="<<")
@example(words="&a *b !c {police} [x]")
@example(words="  before and behind  \n\n  and below\n\n")
@example(words="\ufeff\x85\u2028\x07 \U0001f4b0\r\n\t")
@example(words="# heading\n\n- a list\n- **bold**: “quoted”\n\n" + "long " * 60)
def test_any_text_survives(form, words):
    tree = make_rich(words)

    assert read(write(tree, form)) == tree


@FORMS
def test_bytes_with_a_mark_at_their_beginning_are_read(form):
    assert read(write(make_rich(), form).encode("utf-8-sig")) == make_rich()


def test_a_written_document_is_for_people():
    prose = "第一段，说清楚。\n\n- 一\n- 二"
    tree = msgspec.structs.replace(make_rich(), summary=Text(zh_hans=prose, en="Short"))

    lines = write(tree, Form.YAML).splitlines()

    assert lines[:12] == [
        "version: 1",
        "slug: test",
        "title:",
        "  zh-hans: test（中文）",
        "  en: test",
        "summary:",
        "  zh-hans: |-",
        "    第一段，说清楚。",
        "",
        "    - 一",
        "    - 二",
        "  en: Short",
    ]


def test_the_keys_of_a_document_have_the_order_of_the_schema():
    assert list(json.loads(write(make_rich(), Form.JSON))) == list(
        content.schema()["$defs"]["Tree"]["properties"]
    )


def test_what_is_at_its_default_is_not_written():
    question = json.loads(write(make_rich(), Form.JSON))["questions"][1]

    assert list(question) == ["slug", "kind", "title", "short", "choices"]


@pytest.mark.parametrize("value", ["yes", "no", "on", "110", "1e3", "2026-11-23", "null", "0x1F"])
def test_plain_words_of_yaml_stay_texts(value):
    written = write(make_rich(), Form.YAML).replace("en: on?", f"en: {value}")

    assert read(written).questions[1].title.en == value


def test_dates_and_numbers_of_yaml_need_no_quotes():
    written = write(make_rich(), Form.YAML).replace("'2026-11-20'", "2026-11-20")
    written = written.replace("'10000'", "10000").replace("'99999999.99'", "99999999.99")

    assert "2026-11-20\n" in written
    assert read(written) == make_rich()
    assert read(written).figures[0].as_of == dt.date(2026, 11, 20)


def test_numbers_of_json_are_exact():
    data = json.loads(write(make_rich(), Form.JSON))
    data["questions"][0]["maximum"] = 99999999.99

    assert read(json.dumps(data)).questions[0].maximum == Decimal("99999999.99")


def test_everything_that_is_wrong_is_told_at_once_with_its_place():
    data = json.loads(write(make_rich(), Form.JSON))
    question = data["questions"][0]
    question["kind"] = "essay"
    question["colour"] = "red"
    question["choices"][1]["label"]["en"] = 5
    question["choices"][2]["unsure"] = "perhaps"
    question["routes"][0]["when"]["amount"] = []
    del data["findings"][0]["title"]
    data["actions"] = {}
    data["figures"][0]["as_of"] = "yesterday"
    data["scenarios"][0]["slug"] = "Not A Slug"

    faults = told(json.dumps(data))

    assert [(f.flaw, f.place, f.named) for f in faults] == [
        (Flaw.UNKNOWN, "questions[0]", ("amount",)),
        (Flaw.ONE_OF, "questions[0].kind", ("amount",)),
        (Flaw.NOT_A_TEXT, "questions[0].choices[1].label.en", ("amount", "much")),
        (Flaw.NOT_YES_OR_NO, "questions[0].choices[2].unsure", ("amount", "unsure")),
        (Flaw.EMPTY, "questions[0].routes[0].when.amount", ("amount",)),
        (Flaw.MISSING, "findings[0]", ("cause",)),
        (Flaw.NOT_A_LIST, "actions", ()),
        (Flaw.NOT_A_DATE, "figures[0].as_of", ("rate",)),
        (Flaw.SLUG, "scenarios[0].slug", ("Not A Slug",)),
    ]
    assert faults[1].details == {"allowed": "single, multiple, number"}


@FORMS
@pytest.mark.parametrize(
    ("changes", "flaw", "place"),
    [
        pytest.param({"version": 2}, Flaw.VERSION, "version", id="version"),
        pytest.param({"title": "Plain"}, Flaw.NOT_A_GROUP, "title", id="text"),
        pytest.param({"questions": "none"}, Flaw.NOT_A_LIST, "questions", id="list"),
        pytest.param({"title": {"en": "a\0b"}}, Flaw.CHARACTER, "title.en", id="nul"),
    ],
)
def test_both_forms_are_checked_alike(form, changes, flaw, place):
    assert flaws(document(form, **changes)) == [(flaw, place)]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e", "12 yuan"])
def test_only_numbers_are_numbers(number):
    written = write(make_rich(), Form.YAML).replace("'99999999.99'", number)

    assert flaws(written) == [(Flaw.NOT_A_NUMBER, "questions[0].maximum")]


def test_a_number_that_is_no_number_in_json():
    written = write(make_rich(), Form.JSON).replace('"99999999.99"', "NaN")

    assert flaws(written) == [(Flaw.NOT_A_NUMBER, "questions[0].maximum")]


def test_half_a_character_is_refused():
    written = write(make_rich(), Form.JSON).replace('"en": "test"', r'"en": "\ud800"')

    assert (Flaw.CHARACTER, "title.en") in flaws(written)


@pytest.mark.parametrize(
    ("text", "flaw", "details"),
    [
        pytest.param('{"slug": "a",\n "title" }', Flaw.SYNTAX, (2, 10), id="json"),
        pytest.param("slug: a\ntitle: [", Flaw.SYNTAX, (3, 1), id="yaml"),
        pytest.param("slug: a\n\ttitle: b", Flaw.SYNTAX, (2, 1), id="tab"),
        pytest.param("slug: a\nen: \x07", Flaw.SYNTAX, (2, 5), id="control character"),
        pytest.param("? [a]\n: b", Flaw.SYNTAX, (1, 3), id="name of a field"),
        pytest.param("a: b\n---\nc: d", Flaw.SYNTAX, (2, 1), id="second document"),
        pytest.param("a: &x b\nc: *x", Flaw.ALIAS, (1, 4), id="anchor"),
        pytest.param("a: *x", Flaw.ALIAS, (1, 4), id="alias"),
        pytest.param("a: !!python/object/apply:os.getcwd []", Flaw.TAG, (1, 4), id="tag"),
        pytest.param("a: !!str b", Flaw.TAG, (1, 4), id="harmless tag"),
    ],
)
def test_what_cannot_be_read_is_told_with_line_and_column(text, flaw, details):
    (fault,) = told(text)

    assert (fault.flaw, (fault.details["line"], fault.details["column"])) == (flaw, details)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        pytest.param("", Flaw.NOTHING, id="empty"),
        pytest.param(" \n", Flaw.NOTHING, id="spaces"),
        pytest.param("\ufeff", Flaw.NOTHING, id="mark alone"),
        pytest.param("# nothing\n", Flaw.NOTHING, id="comment"),
        pytest.param("slug: a".encode("utf-16"), Flaw.ENCODING, id="utf-16"),
        pytest.param("slug: a".encode("utf-16-le"), Flaw.ENCODING, id="utf-16 without a mark"),
        pytest.param("slug: 中文".encode("gb18030"), Flaw.ENCODING, id="gb18030"),
        pytest.param(b"PK\x03\x04\0\0", Flaw.ENCODING, id="archive"),
        pytest.param(b"a" * (LARGEST + 1), Flaw.TOO_LARGE, id="too large"),
        pytest.param("[" * 100_000, Flaw.TOO_DEEP, id="deep json"),
        pytest.param("a: " + "[" * 100_000, Flaw.TOO_DEEP, id="deep yaml"),
        pytest.param("1" * 5_000, Flaw.NOT_A_GROUP, id="number"),
        pytest.param('{"version": ' + "1" * 5_000 + "}", Flaw.NOT_A_NUMBER, id="long number"),
        pytest.param("just words", Flaw.NOT_A_GROUP, id="words"),
        pytest.param("- a", Flaw.NOT_A_GROUP, id="list"),
    ],
)
def test_what_is_no_document_is_told(text, flaw):
    assert [fault.flaw for fault in told(text)] == [flaw]


def test_a_bomb_is_not_unfolded():
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert [fault.flaw for fault in told(bomb)] == [Flaw.ALIAS]


@pytest.mark.parametrize("text", ['{"slug": "a", "slug": "b"}', "slug: a\nslug: b"])
def test_a_field_that_stands_twice_is_refused(text):
    assert (Flaw.REPEATED, "") in flaws(text)


def test_a_question_that_stands_twice_in_a_condition_is_refused():
    written = write(make_rich(), Form.YAML).replace(
        "    'on': ['no']", "    'on': ['no']\n    'on': ['yes']"
    )

    assert flaws(written) == [(Flaw.REPEATED, "scenarios[0].answers")]


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_whatever_is_sent_is_refused_kindly(data):
    assert told(data)


def test_our_own_fixtures_are_another_kind_of_document():
    path = Path(__file__).parents[2] / "fixtures" / "loan-offer.yaml"

    assert flaws(path.read_bytes()) == [(Flaw.NOT_A_GROUP, "")]
