"""What a tree claims: sources, marks of hearsay, and age."""

import datetime as dt

import msgspec
import pytest

from tests.trees import (
    LAW,
    POLICE,
    make_action,
    make_alternative,
    make_evidence,
    make_figure,
    make_finding,
    make_message,
    make_question,
    make_tree,
    text,
)
from wizard.tree.claims import find_stale, find_unproven, unmarked_figures
from wizard.tree.content import Effect, Grade, Text
from wizard.tree.parts import Place, Row
from wizard.tree.problems import Code, Level

FORUM = msgspec.structs.replace(LAW, slug="forum", grade=Grade.USERS)
RUMOUR = msgspec.structs.replace(LAW, slug="rumour", grade=Grade.UNPROVEN)
TODAY = dt.date(2026, 11, 23)
HALF_A_YEAR = dt.timedelta(days=180)
LONG_AGO = TODAY - dt.timedelta(days=181)
JUST_IN_TIME = TODAY - dt.timedelta(days=180)


def tree_with(*, findings=(), actions=(), sources=(LAW, FORUM, RUMOUR), **fields):
    return make_tree([make_question("asked")], findings, actions, sources=sources, **fields)


def in_english(words):
    return Text(zh_hans="中文", en=words)


def finding_with(words, **fields):
    """A finding whose explanation is `words` in English."""
    finding = make_finding("found", **{"sources": ("forum",), **fields})
    return msgspec.structs.replace(finding, explanation=in_english(words))


def unproven(tree):
    return [(problem.code, problem.place) for problem in find_unproven(tree)]


def stale(tree, today=TODAY):
    return [(problem.code, problem.place) for problem in find_stale(tree, today, HALF_A_YEAR)]


# Claims without a source


def test_sourced_tree_claims_nothing_unproven():
    tree = tree_with(
        findings=[finding_with("Wait 3 days.", sources=("law",))],
        alternatives=(make_alternative("bank"),),
        figures=(make_figure("rate"),),
    )

    assert unproven(tree) == []


@pytest.mark.parametrize(
    ("code", "place", "fields"),
    [
        pytest.param(
            Code.UNSOURCED_FINDING,
            Place("finding", "found"),
            {"findings": [make_finding("found", sources=())]},
            id="finding",
        ),
        pytest.param(
            Code.UNSOURCED_ALTERNATIVE,
            Place("alternative", "bank"),
            {"alternatives": (make_alternative("bank", sources=()),)},
            id="alternative",
        ),
        pytest.param(
            Code.UNSOURCED_FIGURE,
            Place("figure", "rate"),
            {"figures": (make_figure("rate", sources=()),)},
            id="figure",
        ),
    ],
)
def test_what_needs_a_source(code, place, fields):
    assert unproven(tree_with(**fields)) == [(code, place)]


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("等 3 天", "3 天"),
        ("年化 24%", "24%"),
        ("最高 5万", "5万"),
        ("1,000 yuan at most", "1,000 yuan"),
        ("within 30 days", "30 days"),
    ],
)
def test_action_that_states_a_figure_needs_a_source(words, figure):
    action = msgspec.structs.replace(make_action("wait"), body=Text(zh_hans=words, en="words"))

    found = find_unproven(tree_with(actions=[action]))

    assert [(problem.code, problem.place, problem.details) for problem in found] == [
        (Code.UNSOURCED_FIGURE, Place("action", "wait"), {"figure": figure})
    ]


def test_sourced_action_may_state_a_figure():
    action = make_action("wait", sources=("law",))
    action = msgspec.structs.replace(action, body=text("Wait 3 days"))

    assert unproven(tree_with(actions=[action])) == []


def test_a_placeholder_is_no_figure_of_the_action():
    action = msgspec.structs.replace(make_action("compare"), body=text("Compare with {cap-24}."))

    assert unproven(tree_with(actions=[action], figures=(make_figure("cap-24"),))) == []


# Hearsay


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("Wait.", []),
        ("Wait 3 days.", ["3 days"]),
        ("Wait 1 day", ["1 day"]),
        ("3 to 5 working days", ["3 to 5 working days"]),
        ("3–5 days", ["3–5 days"]),
        ("1,000 yuan, 24 %", ["1,000 yuan", "24 %"]),
        ("2.5 years", ["2.5 years"]),
        ("3 days (unproven)", []),
        ("Wait 3 days. That is unproven.", ["3 days"]),
        ("It is unproven that 3 days pass. Wait 5 days.", ["5 days"]),
        ("- 3 days, unproven\n- 5 days", ["5 days"]),
        ("Up to 2.5 days, unproven", []),
        ("3 days（未经证实）", ["3 days"]),
        ("{lpr-1y}", []),
        ("Step 3", []),
    ],
)
def test_unmarked_figures_in_english(words, figures):
    assert list(unmarked_figures(words, "en")) == figures


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("等等看。", []),
        ("等 3 天。", ["3 天"]),
        ("3到5个工作日", ["3到5个工作日"]),
        ("3-5天", ["3-5天"]),
        ("年化24%以内，最高20万", ["24%", "20万"]),
        ("未经证实：等 3 天。", []),
        ("等 3 天，未经证实；再等 5 天", ["5 天"]),
        ("未经证实！等 3 天", ["3 天"]),
        ("等 3 天？未经证实", ["3 天"]),
        ("3 天 (unproven)", ["3 天"]),
        ("还款日期", []),
        ("第3步", []),
    ],
)
def test_unmarked_figures_in_chinese(words, figures):
    assert list(unmarked_figures(words, "zh-hans")) == figures


@pytest.mark.parametrize(
    ("sources", "refused"),
    [
        (("forum",), True),
        (("rumour",), True),
        (("forum", "rumour"), True),
        (("forum", "law"), False),
        (("law",), False),
    ],
)
def test_figure_that_only_hearsay_supports_needs_its_mark(sources, refused):
    tree = tree_with(findings=[finding_with("Wait 3 days.", sources=sources)])

    expected = [(Code.UNMARKED_FIGURE, Place("finding", "found", field="explanation"))]
    assert unproven(tree) == (expected if refused else [])


def test_marked_hearsay_may_be_told():
    tree = tree_with(findings=[finding_with("Unless it is unproven: 3 days.")])

    assert unproven(tree) == []


def test_every_unmarked_figure_is_told_in_every_language():
    finding = msgspec.structs.replace(
        finding_with(""), explanation=Text(zh_hans="等 3 天或 5 天", en="Wait 3 days")
    )

    found = find_unproven(tree_with(findings=[finding]))

    assert [problem.details["figure"] for problem in found] == ["3 天", "5 天", "3 days"]


def test_reason_of_a_hearsay_finding_needs_the_mark_too():
    evidence = make_evidence(Effect.SUGGESTS, {"asked": ("yes",)})
    evidence = msgspec.structs.replace(evidence, because=in_english("It took 3 days"))
    finding = make_finding("found", [evidence], sources=("forum",))

    assert unproven(tree_with(findings=[finding])) == [
        (Code.UNMARKED_FIGURE, Place("finding", "found", Row("evidence", 1), "because"))
    ]


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        pytest.param(
            Place("action", "wait", field="where"),
            {"actions": [make_action("wait", where=in_english("3 days"), sources=("forum",))]},
            id="action",
        ),
        pytest.param(
            Place("alternative", "bank", field="cost"),
            {
                "alternatives": (
                    make_alternative("bank", cost=in_english("24%"), sources=("rumour",)),
                )
            },
            id="alternative",
        ),
        pytest.param(
            Place("message", "seen", field="meaning"),
            {
                "messages": (
                    msgspec.structs.replace(
                        make_message("seen", "放款失败", source="forum"),
                        meaning=in_english("Wait 3 days"),
                    ),
                )
            },
            id="message",
        ),
    ],
)
def test_hearsay_is_marked_in_every_part(place, fields):
    assert unproven(tree_with(**fields)) == [(Code.UNMARKED_FIGURE, place)]


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(
            {
                "findings": [
                    make_finding("found", tell=text("I paid 3 days ago"), sources=("forum",))
                ]
            },
            id="what to say",
        ),
        pytest.param(
            {"actions": [make_action("ask", letter=text("I paid 3 days ago"), sources=("forum",))]},
            id="what to write",
        ),
        pytest.param(
            {
                "findings": [
                    msgspec.structs.replace(
                        make_finding("found", sources=("forum",)), remedy_time=text("3 days")
                    )
                ]
            },
            id="time with a grade of its own",
        ),
    ],
)
def test_texts_that_need_no_mark(part):
    assert unproven(tree_with(**part)) == []


def test_figure_in_its_place_brings_its_own_mark():
    tree = tree_with(
        findings=[finding_with("It costs {rate-24}.")],
        figures=(make_figure("rate-24", grade=Grade.USERS, sources=("forum",)),),
    )

    assert unproven(tree) == []


def test_source_that_is_not_there_marks_nothing_as_hearsay():
    tree = tree_with(findings=[finding_with("Wait 3 days.", sources=("ghost",))])

    assert unproven(tree) == []


# Age


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        (
            Place("source", "law"),
            {"sources": (msgspec.structs.replace(LAW, checked_on=LONG_AGO),)},
        ),
        (
            Place("contact", "police"),
            {"contacts": (msgspec.structs.replace(POLICE, checked_on=LONG_AGO),)},
        ),
        (
            Place("figure", "rate"),
            {"figures": (msgspec.structs.replace(make_figure("rate"), checked_on=LONG_AGO),)},
        ),
    ],
    ids=["source", "contact", "figure"],
)
def test_what_nobody_checked_for_long_is_stale(place, fields):
    tree = tree_with(**fields)

    found = find_stale(tree, TODAY, HALF_A_YEAR)

    assert [(problem.code, problem.place, problem.details) for problem in found] == [
        (Code.STALE, place, {"checked_on": LONG_AGO})
    ]


def test_what_was_checked_just_in_time_is_not_stale():
    law = msgspec.structs.replace(LAW, checked_on=JUST_IN_TIME)

    assert stale(tree_with(sources=(law,))) == []
    assert stale(tree_with(sources=(law,)), TODAY + dt.timedelta(days=1)) == [
        (Code.STALE, Place("source", "law"))
    ]


def test_contact_without_a_date_is_not_stale():
    never = msgspec.structs.replace(POLICE, checked_on=None)

    assert stale(tree_with(contacts=(never,))) == []


@pytest.mark.parametrize(("days", "over"), [(-1, True), (0, False), (1, False)])
@pytest.mark.parametrize("kind", ["action", "alternative"])
def test_scheme_is_over_from_the_day_after_its_last(kind, days, over):
    last = TODAY + dt.timedelta(days=days)
    tree = tree_with(
        **{
            "action": {"actions": [make_action("scheme", ends_on=last)]},
            "alternative": {"alternatives": (make_alternative("scheme", ends_on=last),)},
        }[kind]
    )

    assert stale(tree) == ([(Code.ENDED, Place(kind, "scheme"))] if over else [])


def test_age_only_warns_and_missing_proof_does_not():
    law = msgspec.structs.replace(LAW, checked_on=LONG_AGO)
    tree = tree_with(
        findings=[finding_with("Wait 3 days."), make_finding("bare", sources=())],
        actions=[
            make_action("scheme", ends_on=LONG_AGO),
            msgspec.structs.replace(make_action("wait"), body=text("3 days")),
        ],
        alternatives=(make_alternative("bank", sources=()),),
        sources=(law, FORUM),
    )

    found = [*find_unproven(tree), *find_stale(tree, TODAY, HALF_A_YEAR)]

    assert {problem.code: problem.level for problem in found} == {
        Code.UNSOURCED_FINDING: Level.ERROR,
        Code.UNSOURCED_ALTERNATIVE: Level.ERROR,
        Code.UNSOURCED_FIGURE: Level.ERROR,
        Code.UNMARKED_FIGURE: Level.ERROR,
        Code.STALE: Level.WARNING,
        Code.ENDED: Level.WARNING,
    }
