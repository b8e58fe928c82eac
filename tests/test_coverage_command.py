"""`manage.py coverage`: what each cause has, and what is missing."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from tests.tree.test_coverage import make_covered_tree
from tests.trees import (
    make_question,
    make_tree,
)
from wizard import drafts
from wizard.models import Source
from wizard.tree.content import Kind, Route
from wizard.tree.states import MOST_TICKS


@pytest.fixture
def draft(db):
    return drafts.restore(make_covered_tree())


def run(*arguments):
    out = io.StringIO()
    call_command("coverage", *arguments, stdout=out)
    return out.getvalue()


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


def listed(out, what):
    """The slugs that stand behind a heading."""
    (line,) = [line for line in out.splitlines() if line.startswith(f"{what}: ")]
    return line.removeprefix(f"{what}: ").split(", ")
