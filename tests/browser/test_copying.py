"""Letters and what to say on the phone, copied with one tap."""

import pytest
from playwright.sync_api import expect

from tests.browser import step_address
from tests.test_fixture_paths import BUSINESS

LETTER = "[data-action=letter-lender-complaint]"


@pytest.fixture
def strategy_page(open_page, site, language):
    """The strategy of the article's case."""

    def strategy_page(**visitor):
        answers = [(question, chosen[0]) for question, chosen in BUSINESS.items()]
        page = open_page(step_address(site, answers, language), language=language, **visitor)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        return page

    return strategy_page


def copied(page):
    return page.evaluate("navigator.clipboard.readText()")


def test_letter_is_copied_as_it_stands(strategy_page):
    page = strategy_page()
    letter = page.locator(f"{LETTER} details.letter")
    page.locator(f"{LETTER} > details > summary").click()
    letter.locator("summary").click()

    said = letter.locator("button").inner_text()
    letter.locator("button").click()

    expect(letter.locator("button")).not_to_have_text(said)
    assert copied(page) == letter.locator("pre").text_content()


def test_words_for_a_call_are_copied(strategy_page):
    page = strategy_page()
    script = page.locator("#contact details.letter").first

    script.locator("button").click()

    assert copied(page) == script.locator("pre").text_content()


def test_without_script_nothing_offers_to_copy(strategy_page):
    page = strategy_page(javascript=False)

    expect(page.locator("[data-copy-from]")).not_to_have_count(0)
    expect(page.locator("[data-copy-from]:not([hidden])")).to_have_count(0)
