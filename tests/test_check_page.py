"""The page that lists all problems of a draft."""

import pytest
from bs4 import BeautifulSoup

from tests.test_admin import editor, publisher  # noqa: F401
from tests.tree.test_problems import BROKEN
from tests.trees import (
    make_action,
    make_choice,
    make_evidence,
    make_finding,
    make_question,
    make_tree,
)
from wizard import drafts, wording
from wizard.admin import pages
from wizard.importing import UNWRITABLE
from wizard.models import Question, Tree
from wizard.tree.content import Effect, Route, Text
from wizard.tree.problems import Code

pytestmark = pytest.mark.django_db


def make_faulty_tree():
    """A missing translation in three kinds of field, and a question that nothing leads to."""
    half = Text(zh_hans="只有中文", en="")
    questions = [
        make_question(
            "first",
            ["yes", make_choice("no")],
            [Route(to="second", when={"first": ("yes",)})],
            help=half,
        ),
        make_question("second", ["a", "b"]),
        make_question("lonely", ["a", "b"]),
    ]
    found = make_finding("cause", [make_evidence(Effect.CONFIRMS, {"second": ("a",)})], avoid=half)
    return make_tree(questions, [found], slug="faulty")


@pytest.fixture
def faulty():
    tree = drafts.restore(make_faulty_tree())
    choice = Question.objects.get(tree=tree, slug="first").choices.get(slug="no")
    choice.label_en = ""
    choice.save()
    return tree


def soup(response):
    return BeautifulSoup(response.content, "lxml")


def words(element):
    return " ".join(element.get_text(" ").split())


def listed(response):
    """Part, its slug, spot and sentence of each problem, and where it leads."""
    return {
        f"{words(part.h3)} ({words(part.code)}): {words(item.a)}": item.a["href"]
        for part in soup(response).select(".check-part")
        for item in part.select("li")
    }


def chosen(response, name):
    """The links of a filter: label and count of each, and whether it is the current one."""
    return {
        words(a): (a["href"], a.get("aria-current") == "true")
        for a in soup(response).select(f"#check-{name} a")
    }


def test_each_problem_is_named_in_words_and_leads_to_its_field(publisher, faulty):  # noqa: F811
    found = listed(publisher.get(pages.address("check", faulty)))

    assert list(found) == [
        "first (first): Help: The text is missing in English.",
        "first (first): Choice “no（中文）”, label: The text is missing in English.",
        f"first (first): Choice “no（中文）”: {wording.PROBLEMS[Code.DEAD_END]}",
        "lonely (lonely): No path reaches this question.",
        f"lonely (lonely): {wording.PROBLEMS[Code.QUESTION_IN_VAIN]}",
        "cause (cause): What to avoid: The text is missing in English.",
    ]
    assert [address.partition("/change/")[2] for address in found.values()] == [
        "#id_help_en",
        "#id_choices-1-label_en",
        "#choices-1",
        "",
        "#routes-group",
        "#id_avoid_en",
    ]


def test_problems_name_other_parts_as_staff_know_them(publisher):  # noqa: F811
    tree = drafts.restore(make_tree([make_question("asked", routes=["asked"])], slug="looping"))
    tree.questions.update(short_en="How far")

    page = publisher.get(pages.address("check", tree))

    assert "How far (asked): Route 1: The route leads back to “How far”: a loop." in listed(page)


def test_problems_are_filtered_by_words(publisher, faulty):  # noqa: F811
    address = pages.address("check", faulty)

    response = publisher.get(address, {"q": "LONELY"})

    assert {words(title) for title in soup(response).select("h3")} == {"lonely"}
    assert soup(response).find(id="check-words")["value"] == "LONELY"


def test_problems_are_filtered_by_level_and_place(publisher):  # noqa: F811
    routes = [Route(to="second"), Route(to="second", otherwise=True)]
    tree = make_tree(
        [make_question("first", routes=routes), make_question("second")],
        [make_finding("cause", [make_evidence(Effect.CONFIRMS, {"second": ("yes",)})])],
        [make_action("spare"), make_action("other")],
        slug="warned",
    )
    draft = drafts.restore(tree)
    draft.questions.filter(slug="second").update(title_en="")
    address = pages.address("check", draft)

    everything = publisher.get(address)
    warnings = publisher.get(address + chosen(everything, "level")["Warnings 4"][0])
    actions = publisher.get(address + chosen(warnings, "kind")["Actions 2"][0])

    assert list(chosen(everything, "level")) == ["All 5", "Errors 1", "Warnings 4"]
    assert list(chosen(everything, "kind")) == ["All 5", "Questions 3", "Actions 2"]
    assert {item["data-level"] for item in soup(warnings).select("li[data-problem]")} == {"warning"}
    assert [words(title) for title in soup(actions).select("h3")] == ["spare", "other"]
    assert [label for label, (_, now) in chosen(actions, "level").items() if now] == ["Warnings 2"]
    assert [label for label, (_, now) in chosen(actions, "kind").items() if now] == ["Actions 2"]
    assert chosen(actions, "kind")["All 4"][0] == "?level=warning"


def test_filter_that_nothing_passes_offers_all(publisher, faulty):  # noqa: F811
    page = soup(publisher.get(pages.address("check", faulty), {"level": "fatal"}))

    assert words(page.select_one(".check-none")) == "No problem is like this. Show all"


def test_of_many_problems_only_the_places_are_listed(publisher, monkeypatch, faulty):  # noqa: F811
    monkeypatch.setattr("wizard.admin.check.MOST_OPEN", 5)
    address = pages.address("check", faulty)

    many = soup(publisher.get(address))
    opened = soup(publisher.get(address + many.select_one(".check-all a")["href"]))
    few = soup(publisher.get(address, {"kind": "finding"}))

    assert words(many.summary) == "first first 3 errors"
    assert not many.select("details[open]")
    assert len(opened.select("details[open]")) == 3
    assert len(few.select("details[open]")) == 1


def test_sound_draft_says_so(publisher):  # noqa: F811
    tree = Tree.objects.get(slug="loan-offer")

    page = soup(publisher.get(pages.address("check", tree)))

    assert page.select(".check-fine")
    assert not page.select(".check-links")


NO_FIELD_MENDS = {
    Code.NO_QUESTIONS,
    Code.NO_FALLBACK,
    Code.THEME_WITHOUT_ACTION,
    Code.QUESTION_UNREACHABLE,
}
"""Something else has to be added, or another question has to lead there."""


EXAMPLES = {param.values[0]: param.values[2] for param in reversed(BROKEN)}
"""A tree with each problem."""


@pytest.mark.parametrize("code", sorted(EXAMPLES.keys() - UNWRITABLE - NO_FIELD_MENDS))
def test_problem_leads_to_a_field_that_is_on_the_page(publisher, code):  # noqa: F811
    draft = drafts.restore(EXAMPLES[code])

    page = soup(publisher.get(pages.address("check", draft)))

    found = page.select(f"[data-problem={code}] a")
    assert found
    for link in found:
        address, _, field = link["href"].partition("#")
        assert len(soup(publisher.get(address)).find_all(id=field)) == 1


def test_draft_that_cannot_be_walked_is_checked_all_the_same(publisher):  # noqa: F811
    tree = make_tree([make_question("loop", routes=["loop"])], slug="looping")

    response = publisher.get(pages.address("check", drafts.restore(tree)))

    assert "loop (loop): Route 1: The route leads back to “loop”: a loop." in listed(response)


def test_editor_may_look(editor, faulty):  # noqa: F811
    assert editor.get(pages.address("check", faulty)).status_code == 200


def test_empty_tree_is_told_what_it_lacks(publisher):  # noqa: F811
    tree = Tree.objects.create(slug="empty", title_en="Empty")

    assert listed(publisher.get(pages.address("check", tree)))


def test_words_of_a_draft_cannot_run(publisher):  # noqa: F811
    tree = drafts.restore(make_tree([make_question("first")], slug="hostile"))
    Tree.objects.filter(pk=tree.pk).update(title_en="<script>x</script>")

    page = publisher.get(pages.address("check", tree), {"q": "<script>x"})

    assert b"<script>x" not in page.content
