"""Export and import in a browser: a bad document changes nothing, a good one what was shown."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.trees import make_evidence, make_finding, make_question, make_tree, unused_slug
from wizard.tree import documents
from wizard.tree.content import Route
from wizard.tree.documents import Form

NEW = "/admin/wizard/tree/import/"


@pytest.fixture
def document():
    """A tree that only this test has, as YAML."""
    slug = unused_slug("small")
    asked = make_question("first", routes=[Route(to="second", when={"first": ("yes",)})])
    cause = make_finding("cause", [make_evidence("confirms", {"second": ("yes",)})])
    return documents.write(
        make_tree([asked, make_question("second")], [cause], slug=slug), Form.YAML
    )


@pytest.fixture
def choose(tmp_path):
    """Choose a document on a page, and see what it would change."""

    def choose(page, text):
        path = tmp_path / "tree.yaml"
        path.write_text(text, encoding="utf-8")
        page.get_by_label("Document").set_input_files(path)
        page.get_by_role("button", name="See what it would change").click()

    return choose


@pytest.fixture
def own_tree(staff_page, choose, document):
    """The page of a tree made out of `document`, as its editor sees it."""
    page = staff_page(NEW, user="editor")
    choose(page, document)
    page.get_by_role("button", name="Make this tree").click()
    expect(page.get_by_role("heading", name="Export", exact=True)).to_be_visible()
    return page


def exported(page, name="Draft as YAML"):
    with page.expect_download() as started:
        page.get_by_role("link", name=name).click()
    return Path(started.value.path()).read_text(encoding="utf-8")


def test_a_bad_document_shows_clear_errors_and_changes_nothing(own_tree, choose, document):
    before = exported(own_tree)

    choose(own_tree, document.replace("kind: single", "kind: essay", 1))

    alert = own_tree.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was imported.")
    expect(alert.locator("li")).to_have_text(
        ["questions[0].kind (first) Must be one of: single, multiple, number."]
    )
    assert exported(own_tree) == before


def test_a_good_document_is_shown_and_confirmed(own_tree, choose, document):
    before = exported(own_tree)

    choose(own_tree, document.replace("en: second?", "en: Where did it stop?"))

    expect(own_tree.locator("ins")).to_contain_text(["Where did it stop"])
    own_tree.get_by_role("button", name="Replace the draft").click()
    expect(own_tree.locator(".messagelist")).to_contain_text("The draft is now what the document")
    assert exported(own_tree) == before.replace("en: second?", "en: Where did it stop?")


def test_leaving_the_page_replaces_nothing(own_tree, choose, document):
    before = exported(own_tree)

    choose(own_tree, document.replace("en: second?", "en: Where did it stop?"))
    own_tree.get_by_role("link", name="No, go back").click()

    expect(own_tree.get_by_label("Document")).to_be_visible()
    assert exported(own_tree) == before


@pytest.mark.parametrize("name", ["Draft as YAML", "Draft as JSON"])
def test_what_was_exported_is_imported_again_without_difference(own_tree, choose, name):
    choose(own_tree, exported(own_tree, name))

    expect(own_tree.locator("#same")).to_have_text(
        "The document says what the draft says already. There is nothing to import."
    )


def test_the_first_page_counts_problems_by_itself(staff_page):
    page = staff_page("/admin/")

    tree = page.locator("[data-tree=loan-offer]")

    expect(tree.get_by_role("status")).to_contain_text("no errors")
    expect(tree.get_by_role("link", name="Map")).to_be_visible()


@pytest.mark.parametrize("width", [768, 1280])
def test_nothing_is_wider_than_the_screen(staff_page, width):
    page = staff_page("/admin/", width=width)

    for address in ("/admin/", NEW):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
