"""Trying a draft, and scenarios, as staff do it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import answer, expect_question

TREE = "/admin/wizard/tree/"
CHANGED = "Which card takes the money today?"


@pytest.fixture
def draft(staff_page, site):
    """A page of the map's tree “loan-offer” whose first question reads otherwise; put back after."""
    page = staff_page(f"{TREE}?q=loan-offer")
    page.locator("#result_list tbody th a").first.click()
    pk = re.search(r"/tree/(\d+)/", page.url)[1]
    page.goto(f"{TREE}{pk}/preview/?_lang=en")
    page.locator("#draft-banner [data-edit]").click()
    edit, title = page.url, page.locator("#id_title_en")
    before = title.input_value()
    title.fill(CHANGED)
    page.locator("input[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    yield page, f"{TREE}{pk}"

    page.goto(edit)
    page.locator("#id_title_en").fill(before)
    page.locator("input[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def expect_draft(page):
    expect(page.locator("#wizard > #draft-banner")).to_be_visible()


def test_walk_goes_on_after_a_new_login(draft):
    page, tree = draft
    page.goto(f"{tree}/preview/?_lang=en")
    page.context.clear_cookies()

    answer(page, "asked-for", "none")
    page.locator("#id_username").fill("publisher")
    page.locator("#id_password").fill("publisher")
    page.locator("#login-form [type=submit]").click()

    expect_draft(page)
    expect(page.locator("#step")).not_to_have_attribute("data-question", "asked-for")
    assert re.search(r"/preview/en/\?asked-for=none$", page.url)


def test_draft_is_walked_in_the_visitors_pages(draft, open_page):
    page, tree = draft

    responses = []
    page.on("response", lambda r: responses.append(r) if "/preview/" in r.url else None)
    page.goto(f"{tree}/preview/?_lang=en")
    expect(page.locator("h1")).to_have_text(CHANGED)
    expect_draft(page)
    page.evaluate("window.stayed = true")
    answer(page, "asked-for", "none")

    expect(page.locator("#step")).not_to_have_attribute("data-question", "asked-for")
    expect_draft(page)
    assert page.evaluate("window.stayed === true")
    assert re.search(r"/preview/en/\?asked-for=none$", page.url)
    assert all("no-store" in r.headers["cache-control"] for r in responses if r.status == 200)

    page.locator("#language-switch").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect_draft(page)
    page.locator(".step-nav .back").click()
    expect_question(page, "asked-for")
    expect_draft(page)

    visitor = open_page("/en/loan-offer/", language="en")
    expect_question(visitor, "asked-for")
    expect(visitor.locator("h1")).not_to_have_text(CHANGED)
    expect(visitor.locator("#draft-banner")).to_have_count(0)


def test_browser_back_returns_to_the_draft(draft):
    page, tree = draft

    page.goto(f"{tree}/preview/?_lang=en")
    answer(page, "asked-for", "none")
    expect(page.locator("#step")).not_to_have_attribute("data-question", "asked-for")
    page.go_back()

    expect_question(page, "asked-for")
    expect(page.locator("h1")).to_have_text(CHANGED)
    expect_draft(page)


@pytest.mark.parametrize("size", [360, 768, 1280])
def test_draft_fits_the_screen(staff_page, site, size):
    page = staff_page(f"{TREE}?q=loan-offer", width=size)
    page.locator("#result_list tbody th a").first.click()
    pk = re.search(r"/tree/(\d+)/", page.url)[1]

    page.goto(f"{TREE}{pk}/preview/?_lang=en&asked-for=pay-first")

    expect_draft(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size


def set_effects(page, finding_page, effects):
    """Give the evidence of a finding these effects, and return those from before."""
    page.goto(finding_page)
    selects = page.locator('select[name^="evidence-"][name$="-effect"]:not([name*="__prefix__"])')
    before = [selects.nth(n).input_value() for n in range(selects.count())]
    for n in range(len(before)):
        selects.nth(n).select_option(effects[n] if effects else "rules-out")
    page.locator("input[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    return before


def test_walk_becomes_a_scenario_that_fails_after_a_change_of_the_draft(draft):
    page, tree = draft
    page.goto(f"{tree}/preview/?_lang=en&asked-for=pay-first")
    first = page.locator("[data-finding]").first.get_attribute("data-finding")
    finding = page.locator("#draft-banner [data-edit]").get_attribute("href")

    page.locator("[data-save-scenario]").click()
    page.locator("#id_story_zh_hans").fill("对方要先收解冻费。")
    page.locator("#id_story_en").fill("They want an unfreezing fee first.")
    expect(page.locator(f"#finding-{first}")).to_be_checked()
    page.locator(".scenario-form [type=submit]").click()
    page.wait_for_url(re.compile(r"/scenario/\d+/change/"))
    scenario = page.url
    row = page.locator("[data-scenario]").last
    page.goto(f"{tree}/scenarios/")
    expect(row).to_contain_text("They want an unfreezing fee first.")
    expect(row).to_have_attribute("data-passes", "true")

    before = set_effects(page, finding, ())
    try:
        page.goto(f"{tree}/scenarios/?failed")
        expect(row).to_contain_text("They want an unfreezing fee first.")
        expect(row).to_have_attribute("data-passes", "false")
    finally:
        set_effects(page, finding, before)
        page.goto(scenario.replace("/change/", "/delete/"))
        page.locator("#content form [type=submit]").click()
        expect(page.locator(".messagelist .success")).to_be_visible()
