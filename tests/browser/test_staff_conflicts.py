"""Two of the staff with the same question open, and notes beside it."""

import re

import pytest
from playwright.sync_api import expect

CONFLICT = "the server responded with a status of 409"
"""What Chromium logs when somebody else was faster."""


@pytest.fixture
def question(staff_page):
    """The address of a question in an unpublished tree of its own."""
    page = staff_page("/admin/wizard/tree/add/")
    for name in ("title_zh_hans", "title_en", "summary_zh_hans", "summary_en"):
        page.locator(f"[name={name}]").fill("Conflicts")
    page.locator("[name=slug]").fill("conflicts")
    page.locator("[name=_continue]").first.click()
    page.wait_for_url(re.compile(r"/tree/\d+/change/"))
    tree = page.url.split("/")[-3]
    page.goto(f"/admin/wizard/question/add/?tree={tree}")
    for name in ("title_zh_hans", "title_en", "short_zh_hans", "short_en"):
        page.locator(f"[name={name}]").fill("Where?")
    page.get_by_text("Slug and order").click()
    page.locator("[name=slug]").fill("where")
    page.locator("[name=_continue]").first.click()
    page.wait_for_url(re.compile(r"/question/\d+/change/"))
    yield "/" + page.url.split("/", 3)[3].partition("?")[0]
    page.goto(f"/admin/wizard/tree/{tree}/delete/")
    page.locator("#content [type=submit]").click()
    page.wait_for_url(lambda url: "delete" not in url)


def save(page):
    page.locator("[name=_continue]").first.click()


def test_the_second_sees_both_versions_and_may_overwrite(staff_page, question):
    anna = staff_page(question, user="editor", allow=[CONFLICT])
    bert = staff_page(question, width=768, allow=[CONFLICT])
    anna.locator("[name=title_en]").fill("Where is the money?")
    save(anna)
    expect(anna.locator(".messagelist .success")).to_be_visible()

    bert.locator("[name=title_en]").fill("Where did it stop?")
    save(bert)

    panel = bert.locator("#conflict")
    expect(panel).to_be_focused()
    expect(panel).to_contain_text("editor changed this at")
    expect(panel.locator("tbody td")).to_have_text(["Where is the money?", "Where did it stop?"])
    expect(bert.locator("[name=title_en]")).to_have_value("Where did it stop?")

    save(bert)

    expect(bert.locator(".messagelist .success")).to_be_visible()
    bert.get_by_role("link", name="History").click()
    expect(bert.locator("#change-history > li").first.locator("td")).to_have_text(
        ["Where is the money?", "Where did it stop?"]
    )


def test_the_stored_version_is_one_click_away(staff_page, question):
    anna = staff_page(question, user="editor")
    bert = staff_page(question, allow=[CONFLICT], javascript=False)
    anna.locator("[name=title_en]").fill("Where is the money?")
    save(anna)
    expect(anna.locator(".messagelist .success")).to_be_visible()
    bert.locator("[name=title_en]").fill("Where did it stop?")
    save(bert)

    bert.locator("#take-stored").click()

    expect(bert.locator("[name=title_en]")).to_have_value("Where is the money?")


def test_a_note_is_kept_without_losing_what_is_typed(staff_page, question):
    page = staff_page(question)
    page.locator("[name=title_en]").fill("Half a sent")

    page.get_by_label("New note").fill("Is this still so?")
    page.get_by_role("button", name="Add the note").click()

    expect(page.locator("#notes li .text")).to_have_text("Is this still so?")
    expect(page.locator("[name=title_en]")).to_have_value("Half a sent")

    page.get_by_role("button", name="Done").click()

    expect(page.locator("#notes li.done")).to_be_visible()
    expect(page.locator("[name=title_en]")).to_have_value("Half a sent")
