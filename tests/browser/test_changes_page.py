"""What an edit changes, fetched into the page without a reload."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("width", [768, 1280])
def test_effects_come_into_the_page(staff_page, width):
    page = staff_page("/admin/wizard/tree/", width=width)
    page.get_by_role("link", name="loan-offer").first.click()

    page.get_by_role("link", name="What changes").click()

    expect(page.locator("#difference-title")).to_be_visible()
    expect(page.locator("#no-effect, #counts")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_effects_are_a_link_away_without_javascript(staff_page):
    page = staff_page("/admin/wizard/tree/", javascript=False)
    page.get_by_role("link", name="loan-offer").first.click()
    page.get_by_role("link", name="What changes").click()

    page.get_by_role("link", name="Show the comparison").click()

    expect(page.locator("#no-effect, #counts")).to_be_visible()
