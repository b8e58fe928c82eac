"""Sharing a result: from one browser to another, and back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import CLASS_TWO_CARD, expect_cause, press_continue, step_address

OWN_PAGE = re.compile(r"/r/\w{22}/\w{22}/$")


def shown(page):
    """Causes and actions of a strategy, in their order."""
    causes = page.locator("[data-finding]").evaluate_all("all => all.map(e => e.dataset.finding)")
    actions = page.locator("[data-action]").evaluate_all("all => all.map(e => e.dataset.action)")
    return causes, list(dict.fromkeys(actions))


def share(page, *, hide=False):
    """From a strategy to the maker's own page; the link that others get."""
    page.locator("#take-along a[href*='/share/']").click()
    if hide:
        page.locator("#id_hide").check()
    page.locator(".share-form button").click()
    page.wait_for_url(OWN_PAGE)
    return page.locator("#share-link").get_attribute("href")


@pytest.fixture
def strategy(open_page, site):
    """The result of CLASS_TWO_CARD in a browser of its own."""

    def strategy(**visitor):
        page = open_page(step_address(site, CLASS_TWO_CARD), **visitor)
        expect_cause(page, "card-limit-class2")
        return page

    return strategy


def test_link_opens_in_another_browser_and_language(strategy, open_page, javascript, width):
    page = strategy(javascript=javascript, width=width)
    own = shown(page)

    link = share(page)

    other = open_page(link, language="en", width=width)
    assert shown(other) == own
    other.locator("#language-switch").click()
    other.wait_for_url("**/en/r/**")
    assert shown(other) == own


def test_hidden_answers_are_not_shown(strategy, open_page):
    link = share(strategy(), hide=True)

    other = open_page(link)
    expect_cause(other, "card-limit-class2")
    expect(other.locator("#answers")).to_have_count(0)
    expect(other.locator(".own-answers")).to_have_count(0)


def test_link_is_gone_once_its_maker_deletes_it(strategy, open_page):
    page = strategy()
    link = share(page)
    other = open_page(link, allow=["410"])

    page.locator("summary", has_text="删除链接").click()
    page.locator("button[value=delete]").click()
    page.wait_for_url("**/r/deleted/")
    other.reload()

    expect(other.locator("#heading")).to_have_text("这个链接已失效")


def test_copy_button_copies_the_link(strategy):
    page = strategy()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = share(page)

    button = page.locator(f"[data-copy='{link}']")
    button.click()

    expect(button).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_without_scripts_no_button_promises_what_it_cannot_do(strategy):
    page = strategy(javascript=False)
    share(page)

    expect(page.locator("[data-copy]").first).to_be_hidden()
    expect(page.locator("[data-share]")).to_be_hidden()
    expect(page.locator("svg.qr-code")).to_be_visible()


def test_helper_tries_another_answer_and_both_are_compared(strategy, open_page, javascript):
    link = share(strategy())

    helper = open_page(link, javascript=javascript)
    helper.locator("[data-answer=amount] a").click()
    helper.locator("#answer").fill("5000")
    press_continue(helper)
    expect(helper.locator("#take-along")).to_be_visible()
    second = share(helper)

    helper.goto(link)
    helper.locator("#compare-with").fill(second)
    helper.locator(".compare-form button").click()
    sides = helper.locator(".side")
    expect(sides).to_have_count(2)
    expect(sides.first.locator("[data-finding=card-limit-class2][data-differs]")).to_have_count(1)
    expect(sides.last.locator("[data-finding=card-limit-class2]")).to_have_count(0)


def test_page_of_the_link_is_as_wide_as_the_phone(strategy, language):
    page = strategy(width=360, language=language)
    share(page)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_visitors_browser_keeps_nothing_of_a_link(strategy):
    page = strategy()
    share(page)

    assert page.context.cookies() == []
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "/r/" not in kept
