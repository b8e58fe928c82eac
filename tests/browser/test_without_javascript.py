"""What the server must do alone. Most of test_walk.py runs without JavaScript, too."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import (
    CLASS_TWO_CARD,
    answer,
    choice,
    expect_cause,
    expect_links_to_open_their_steps,
    expect_question,
    fill_in,
    press_continue,
    step_address,
    until,
)


@pytest.fixture
def open_plain_page(open_page):
    def open_plain_page(address, **options):
        return open_page(address, javascript=False, **options)

    return open_plain_page


def test_scripts_do_not_run(open_plain_page, site):
    page = open_plain_page(step_address(site))

    choice(page, "asked-for", "pay-first").check()
    choice(page, "asked-for", "none").check()

    expect(choice(page, "asked-for", "pay-first")).to_be_checked()


def test_exclusive_choice_with_another_is_refused_and_both_stay_ticked(
    open_plain_page, site, language
):
    page = open_plain_page(step_address(site, language=language), language=language)

    answer(page, "asked-for", "pay-first", "none")

    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.locator("#answer-error")).to_be_visible()
    expect(choice(page, "asked-for", "pay-first")).to_be_checked()
    expect(choice(page, "asked-for", "none")).to_be_checked()
    choice(page, "asked-for", "pay-first").uncheck()
    press_continue(page)
    expect_question(page, "product")
    expect(page).to_have_url(step_address(site, until("product"), language))


@pytest.mark.parametrize("question", ["asked-for", "product", "amount"])
def test_missing_answer_is_an_error_on_a_full_page(open_plain_page, site, question):
    page = open_plain_page(step_address(site, until(question)))
    title = page.title()

    press_continue(page)

    expect(page.locator("#error-summary")).to_be_visible()
    expect_question(page, question)
    expect(page.locator("header.site-header")).to_be_visible()
    expect(page.locator("#answer-error")).to_be_visible()
    assert page.title().endswith(title)
    assert page.title() != title


def test_answer_redirects_to_the_canonical_address(open_plain_page, site):
    page = open_plain_page(step_address(site))
    fill_in(page, "asked-for", "none")

    with page.expect_response(re.compile("_asked=asked-for")) as submitted:
        press_continue(page)

    expect(page).to_have_url(step_address(site, until("product")))
    assert submitted.value.status == 302


def test_going_back_over_an_error_is_no_trap(open_plain_page, site):
    page = open_plain_page(step_address(site, until("product")))
    press_continue(page)
    expect(page.locator("#error-summary")).to_be_visible()
    answer(page, "product", "jiebei")
    expect_question(page, "stopped")

    page.go_back()
    expect_question(page, "product")
    page.go_back()

    expect_question(page, "product")
    expect(page.locator("#error-summary")).to_have_count(0)


def test_walk_leaves_no_cookie(open_plain_page, site):
    page = open_plain_page("/zh-hans/")

    page.locator('[data-start="jiebei"]').click()
    for question, value in CLASS_TWO_CARD:
        answer(page, question, value)

    expect_cause(page, "card-limit-class2")
    assert page.context.cookies() == []


def test_advice_of_a_scam_can_be_unfolded(open_plain_page, site):
    page = open_plain_page(step_address(site, [("asked-for", "pay-first")]))
    expect(page.locator("#causes")).to_be_hidden()

    page.locator("details.rest > summary").click()

    expect(page.locator("#causes")).to_be_visible()


def test_small_tree_works_the_same_way(open_plain_page, language):
    page = open_plain_page(f"/{language}/", language=language)

    page.locator('[data-start="loan-offer"]').click()
    answer(page, "asked-for", "share-screen")

    expect(page.locator("#safety")).to_be_visible()


def test_link_to_a_step_opens_it(open_plain_page, site, language):
    page = open_plain_page(step_address(site, CLASS_TWO_CARD, language), language=language)

    expect_links_to_open_their_steps(page)
