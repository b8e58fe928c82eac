"""What a tree covers, counted, and as the command prints it."""

import io
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

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
from wizard import drafts
from wizard.models import Source
from wizard.tree.content import Effect, Kind, Route, Scenario
from wizard.tree.coverage import cover
from wizard.tree.states import MOST_TICKS
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


# The command


@pytest.fixture
def draft(db):
    return drafts.restore(make_covered_tree())


def run(*arguments):
    out = io.StringIO()
    call_command("coverage", *arguments, stdout=out)
    return out.getvalue()


def listed(out, what):
    """The slugs that stand behind a heading."""
    (line,) = [line for line in out.splitlines() if line.startswith(f"{what}: ")]
    return line.removeprefix(f"{what}: ").split(", ")


def test_command_prints_each_cause_with_its_figures(draft):
    rows = [line.split() for line in run("covered").splitlines()]

    assert rows[0][:3] == ["covered:", "5", "paths"]
    assert ["cause", "paths", "messages", "wordings", "scenarios", "actions"] in rows
    assert ["frozen", "1", "2", "3", "0", "1"] in rows
    assert ["closed", "2", "0", "0", "1", "1"] in rows


def test_command_lists_what_is_missing(draft):
    Source.objects.create(
        slug="spare-source",
        title_en="Spare",
        publisher_en="Nobody",
        checked_on="2026-11-23",
        grade="news",
    )

    out = run("covered")

    assert listed(out, "causes that no path reaches") == ["ghost"]
    assert "spare" in listed(out, "actions without source")
    assert listed(out, "messages without cause") == ["three"]
    assert "spare-source" in listed(out, "sources not used")
    assert "law" not in listed(out, "sources not used")


def test_command_looks_only_at_the_trees_that_are_named(draft):
    drafts.restore(make_tree([make_question("first")], slug="unasked"))

    out = run("covered")

    assert "unasked" not in out


def test_command_refuses_an_unknown_tree(draft):
    with pytest.raises(CommandError, match="No such tree: ghost"):
        run("covered", "ghost")


def run_in_part():
    """What is printed, and why it failed."""
    out = io.StringIO()
    with override("en"), pytest.raises(CommandError) as failed:
        call_command("coverage", stdout=out)
    return out.getvalue(), str(failed.value)


def test_command_tells_a_draft_that_cannot_be_walked_after_covering_the_others(draft):
    drafts.restore(make_tree([make_question("first", choices=[])], slug="a-start"))

    out, failed = run_in_part()

    assert "a-start: cannot be covered\nerror: question first: The question has no choices." in out
    assert "covered: 5 paths" in out
    assert "sources not used: " in out
    assert failed == "Not covered: a-start"


def test_command_tells_a_draft_with_too_many_paths_after_covering_the_others(draft):
    ticks = [f"tick-{number}" for number in range(MOST_TICKS + 1)]
    asked = make_question(
        "ticks",
        ticks,
        [Route(to=f"about-{tick}", when={"ticks": (tick,)}) for tick in ticks],
        kind=Kind.MULTIPLE,
    )
    about = [make_question(f"about-{tick}") for tick in ticks]
    drafts.restore(make_tree([asked, *about], slug="a-tangle"))

    out, failed = run_in_part()

    assert "a-tangle: cannot be covered\nerror: tree a-tangle: So many answers" in out
    assert "covered: 5 paths" in out
    assert failed == "Not covered: a-tangle"
