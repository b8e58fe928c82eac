"""What a tree covers, counted, and as the command prints it."""

from collections import Counter

import pytest

from tests.trees import (
    compiled,
    every_walk,
    make_action,
    make_choice,
    make_evidence,
    make_finding,
    make_message,
    make_question,
    make_tree,
    text,
)
from wizard.tree.content import Effect, Kind, Route, Scenario
from wizard.tree.coverage import cover
from wizard.tree.strategy import advise

QUESTIONS = (
    make_question("stopped", ["card", "other"], [Route(to="signs", when={"stopped": ("card",)})]),
    make_question(
        "signs", ["frozen", "closed", make_choice("none", exclusive=True)], kind=Kind.MULTIPLE
    ),
)
FINDINGS = (
    make_finding(
        "frozen",
        [
            make_evidence(Effect.SUGGESTS, {"signs": ("frozen",)}),
            make_evidence(Effect.RULES_OUT, {"signs": ("closed",)}),
        ],
        ["ask"],
    ),
    make_finding("closed", [make_evidence(Effect.CONFIRMS, {"signs": ("closed",)})], ["ask"]),
    make_finding("other", [make_evidence(Effect.CONFIRMS, {"stopped": ("other",)})]),
    make_finding(
        "ghost",
        [make_evidence(Effect.CONFIRMS, {"stopped": ("other",), "signs": ("frozen",)})],
    ),
)


def make_covered_tree():
    return make_tree(
        QUESTIONS,
        FINDINGS,
        [make_action("ask", sources=("law",)), make_action("spare")],
        messages=(
            make_message("one", "卡被冻结", finding="frozen", wordings=("用不了", "刷不出")),
            make_message("two", "卡状态异常", finding="frozen", wordings=("异常",)),
            make_message("three", "失败"),
        ),
        scenarios=(
            Scenario(
                slug="case",
                story=text("Somebody"),
                answers={"stopped": ("card",), "signs": ("closed",)},
                findings=("closed",),
            ),
            Scenario(
                slug="empty", story=text("Nobody"), answers={"stopped": ("other",)}, findings=()
            ),
        ),
        slug="covered",
    )


@pytest.fixture
def covered():
    return cover(make_covered_tree())


def by_slug(covered):
    return {cause.slug: cause for cause in covered.causes}


def test_paths_are_counted_as_they_are_walked(covered):
    walks = list(every_walk(compiled(QUESTIONS, FINDINGS)))
    found = Counter(d.finding.slug for walked in walks for d in advise(walked).diagnoses)

    counted = {cause.slug: cause.paths for cause in covered.causes}

    assert (covered.slug, covered.paths) == ("covered", len(walks))
    # Both ticks together rule the frozen card out, but leave the closed one.
    assert counted == {"frozen": 1, "closed": 2, "other": 1, "ghost": 0, "fallback": 1}
    assert counted == {slug: found[slug] for slug in counted}


def test_causes_stand_in_the_order_of_the_tree(covered):
    assert list(by_slug(covered)) == ["frozen", "closed", "other", "ghost", "fallback"]


def test_longest_way_is_the_most_questions_that_are_asked(covered):
    assert covered.longest == 2


def test_cause_that_no_path_reaches_is_named(covered):
    assert covered.unreached == ("ghost",)


@pytest.mark.parametrize(
    ("slug", "counted"),
    [("frozen", (2, 3, 0, 1)), ("closed", (0, 0, 1, 1)), ("other", (0, 0, 0, 0))],
)
def test_what_supports_a_cause_is_counted(covered, slug, counted):
    cause = by_slug(covered)[slug]

    assert (cause.messages, cause.wordings, cause.scenarios, cause.actions) == counted


def test_actions_without_a_source_and_messages_without_a_cause_are_named(covered):
    assert "spare" in covered.actions_without_source
    assert "ask" not in covered.actions_without_source
    assert covered.messages_without_cause == ("three",)
