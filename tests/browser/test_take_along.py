"""Taking a strategy along: on paper, as a file; the pages of sharing at every size."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import (
    CLASS_TWO_CARD,
    expect_cause,
    expect_links_to_open_their_steps,
    step_address,
)
from tests.browser.test_looks import LEAST_CONTRAST, WEAK_TEXTS
from tests.browser.test_sharing import share

ARTICLE = (
    ("asked-for", "none"),
    ("product", "jiebei"),
    ("stopped", "refused"),
    ("refusal-text", "assessment"),
    ("credit-signs", "none"),
    ("purpose", "business"),
    ("biz-signs", "surge"),
)
"""The case of the seed article: a business, orders surge, refused."""

OVERDUE = (
    ("asked-for", "none"),
    ("product", "jiebei"),
    ("stopped", "refused"),
    ("refusal-text", "assessment"),
    ("credit-signs", "overdue-now"),
    ("credit-signs", "many-loans"),
    ("purpose", "restricted"),
)
"""Four causes, and steps for every horizon."""

MISSING_DATA = (
    ("asked-for", "none"),
    ("product", "jiebei"),
    ("stopped", "failed"),
    ("fail-text", "bare"),
    ("card-signs", "balance"),
    ("identity", "incomplete"),
)
"""The most that is to do now."""

TURNOVER_DOWN = (
    ("asked-for", "none"),
    ("product", "wangshang"),
    ("stopped", "refused"),
    ("refusal-text", "unsure"),
    ("credit-signs", "none"),
    ("purpose", "business"),
    ("biz-signs", "drop"),
)
"""The longest in Chinese."""

SCAM = (("asked-for", "pay-first"),)


def sheets(page):
    """How many sheets of A4 the page needs."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


@pytest.fixture
def saved(open_page, site, browser, tmp_path):
    """Save a strategy and open the file from disk. Returns the page and what it asked for."""
    contexts = []

    def saved(steps, language="zh-hans", **visitor):
        page = open_page(step_address(site, steps, language), language=language)
        for rest in page.locator(".rest > summary").all():
            rest.click()
        with page.expect_download() as download:
            page.locator("#take-along a[href*='plan.html']").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        contexts.append(browser.new_context(**visitor))
        copy, asked = contexts[-1].new_page(), []
        copy.on("request", lambda request: asked.append(request.url))
        copy.goto(file.as_uri())
        return copy, [url for url in asked if url != file.as_uri()]

    yield saved

    for context in contexts:
        context.close()


# Paper


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(ARTICLE, id="article"),
        pytest.param(CLASS_TWO_CARD, id="card"),
        pytest.param(OVERDUE, id="overdue"),
        pytest.param(MISSING_DATA, id="missing data"),
        pytest.param(TURNOVER_DOWN, id="turnover down"),
        pytest.param(SCAM, id="scam"),
    ],
)
def test_strategy_fits_on_two_sheets(open_page, site, steps, language):
    page = open_page(step_address(site, steps, language), width=1280, language=language)

    assert sheets(page) <= 2


def test_strategy_fits_on_two_sheets_without_a_script(open_page, site):
    page = open_page(step_address(site, MISSING_DATA, "en"), language="en", javascript=False)

    assert sheets(page) <= 2


def test_paper_shows_every_step_of_the_plan_and_whom_to_call(open_page, site, javascript):
    page = open_page(step_address(site, CLASS_TWO_CARD), javascript=javascript)

    page.emulate_media(media="print")

    for step in page.locator("#plan .action").all():
        expect(step.locator(".action-title")).to_be_visible()
        expect(step.locator(".prose")).to_be_visible()
    expect(page.locator(".print-head .qr-code")).to_be_visible()
    expect(page.locator(".print-head time")).to_be_visible()
    for number in page.locator(".contact-phone .contact-value").all():
        expect(number).to_be_visible()
    for part in ("#take-along", "#answers", ".comparison", ".source-list"):
        expect(page.locator(part)).to_be_hidden()


def test_print_button_prints(open_page, site):
    page = open_page(step_address(site, CLASS_TWO_CARD))
    page.evaluate("window.print = () => { document.title = 'printed'; }")

    page.locator("[data-print]").click()

    expect(page).to_have_title("printed")


def test_without_a_script_there_is_no_print_button(open_page, site):
    page = open_page(step_address(site, CLASS_TWO_CARD), javascript=False)

    expect(page.locator("#take-along")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_hidden()


# The saved file


def test_saved_file_opens_from_disk_without_a_request(saved, language):
    page, asked = saved(ARTICLE, language)

    assert asked == []
    expect_cause(page, "purpose-violation")
    step = page.locator("#plan .action").last
    expect(step.locator(".prose")).to_be_hidden()
    step.locator("summary").first.click()
    expect(step.locator(".prose")).to_be_visible()


def test_link_in_the_saved_file_opens_its_step(saved):
    page, _asked = saved(CLASS_TWO_CARD, viewport={"width": 360, "height": 760})

    expect_links_to_open_their_steps(page)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_saved_file_is_readable_on_a_phone(saved, dark):
    scheme = "dark" if dark else "light"
    page, _asked = saved(SCAM, viewport={"width": 360, "height": 760}, color_scheme=scheme)
    for folded in page.locator("details:not([open]) > summary").all():
        if folded.is_visible():
            folded.click()

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate(WEAK_TEXTS, LEAST_CONTRAST) == []


def test_saved_file_fits_on_two_sheets(saved, language):
    page, _asked = saved(ARTICLE, language)

    assert sheets(page) <= 2


# The pages of sharing


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_of_sharing_fit_and_can_be_read(open_page, site, dark):
    page = open_page(step_address(site, CLASS_TWO_CARD), width=320, dark=dark)
    problems = {}

    def look(name):
        for folded in page.locator("details:not([open]) > summary").all():
            if folded.is_visible():
                folded.click()
        wide = page.evaluate("document.documentElement.scrollWidth") - 320
        weak = page.evaluate(WEAK_TEXTS, LEAST_CONTRAST)
        if wide or weak:
            problems[name] = (wide, weak)

    before = page.locator("#take-along a[href*='/share/']").get_attribute("href")
    page.goto(f"{site}{before}")
    look("before sharing")
    page.go_back()
    link = share(page)
    look("the maker's page")
    page.goto(link)
    look("the result")
    page.goto(f"{link}compare/?with=nothing", wait_until="load")
    look("compared with nothing")
    page.goto(f"{link}compare/?with={link}")
    look("compared")

    assert problems == {}


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (768, 2)], ids=["phone", "tablet"])
def test_compared_results_stand_side_by_side_where_there_is_room(open_page, site, width, columns):
    page = open_page(step_address(site, CLASS_TWO_CARD), width=width)
    link = share(page)
    page.goto(step_address(site, CLASS_TWO_CARD))
    other = share(page)

    page.goto(f"{link}compare/?with={other}")

    sides = [side.bounding_box() for side in page.locator(".side").all()]
    assert len({box["y"] for box in sides}) == (1 if columns == 2 else 2)
    assert len({box["x"] for box in sides}) == columns
