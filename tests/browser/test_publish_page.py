"""Publishing, scheduling and going back in a browser, with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.test_publishing import make_small_tree
from tests.trees import unused_slug
from wizard.tree import content

NEW = "/admin/wizard/tree/import/"


@pytest.fixture
def own_tree(staff_page, site, tmp_path):
    """Open a page around a tree that only this test has, as its publisher sees it."""
    slug = unused_slug("small")
    document = tmp_path / "tree.json"
    document.write_text(content.encode(make_small_tree(slug=slug)), encoding="utf-8")

    def own_tree(name, **visitor):
        page = staff_page(NEW, user="publisher", **visitor)
        page.get_by_label("Document").set_input_files(document)
        page.get_by_role("button", name="See what it would change").click()
        page.get_by_role("button", name="Make this tree").click()
        page.wait_for_url("**/exchange/")
        page.goto(page.url.replace("/exchange/", f"/{name}/"))
        return page

    own_tree.slug = slug
    return own_tree


def go(page, name):
    page.get_by_role("navigation", name="Pages of this tree").get_by_role(
        "link", name=name, exact=True
    ).click()


def publish(page, note):
    go(page, "Publish")
    page.get_by_label("What is new in this edition?").fill(note)
    page.get_by_role("button", name="Publish").click()


def rename(page, title):
    page.goto(page.url.replace("/editions/", "/change/"))
    page.locator("#id_title_en").fill(title)
    page.locator("[name=_save]").first.click()
    page.wait_for_url("**/tree/")
    page.go_back()
    page.goto(page.url.replace("/change/", "/publish/"))


def see_it_live(page):
    """The page for visitors, in a tab of its own: staff keep their place."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="See it live").click()
    return opened.value


def edition(page, number):
    return page.locator(f"#editions [data-edition='{number}']")


@pytest.mark.parametrize("width", [1280, 768], ids="{}px".format)
def test_publish_see_it_live_and_go_back_to_the_old_edition(own_tree, site, width):
    page = own_tree("publish", width=width)
    publish(page, "First words")
    expect(page.get_by_text("Published edition 1.")).to_be_visible()

    rename(page, "New words for all")
    expect(page.locator("#what-changes")).to_contain_text("Only the order, or the title")
    publish(page, "Second words")
    expect(see_it_live(page)).to_have_title("first? – New words for all")

    edition(page, 1).get_by_role("link", name="Make edition 1 current again").click()
    page.get_by_label("Why?").fill("It was better")
    page.get_by_role("button", name="Make current again").click()

    expect(edition(page, 3)).to_have_attribute("data-state", "current")
    expect(edition(page, 3)).to_contain_text("Edition 1 again: It was better")
    expect(see_it_live(page)).to_have_title(f"first? – {own_tree.slug}")


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_schedule_with_a_mistake_then_right_then_cancel(own_tree, javascript):
    page = own_tree("publish", javascript=javascript)

    page.get_by_label("What is new in this edition?").fill("For the new year")
    page.get_by_label("at this time (Shanghai):").check()
    page.get_by_label("Date").fill("2126-01-01")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".errornote")).to_be_visible()
    expect(page.get_by_label("What is new in this edition?")).to_have_value("For the new year")
    expect(page.get_by_label("Date")).to_have_value("2126-01-01")

    page.get_by_label("Time:", exact=True).fill("08:30")
    page.get_by_role("button", name="Publish").click()
    expect(edition(page, 1)).to_have_attribute("data-state", "waiting")
    go(page, "Publish")
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()

    page.get_by_role("link", name="Cancel it …").click()
    page.get_by_role("button", name="Cancel this edition").click()
    expect(page.get_by_text("Cancelled edition 1.")).to_be_visible()
    go(page, "Publish")
    expect(page.get_by_role("button", name="Publish")).to_be_enabled()


def test_whoever_enters_a_date_means_a_later_time(own_tree):
    page = own_tree("publish")
    expect(page.get_by_label("now")).to_be_checked()

    page.get_by_label("Date").fill("2126-01-01")

    expect(page.get_by_label("at this time (Shanghai):")).to_be_checked()


def test_publishing_says_that_it_works_and_the_button_comes_back(own_tree):
    page = own_tree("publish")
    button = page.locator(".publish-form [type=submit]")
    # Without an answer the page stays as it is while the server works.
    page.route("**/publish/", lambda route: route.fulfill(status=204))

    button.click()
    expect(button).to_have_value("Working …")
    expect(button).to_be_disabled()

    # What the browser tells a page that it kept, when one comes back to it.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(button).to_have_value("Publish")
    expect(button).to_be_enabled()


def test_editions_say_why_none_can_be_made_current_while_one_waits(own_tree):
    page = own_tree("publish")
    publish(page, "First words")
    rename(page, "Later words")
    page.get_by_label("Date").fill("2126-01-01")
    page.get_by_label("Time:", exact=True).fill("08:30")
    page.get_by_role("button", name="Publish").click()

    told = page.locator("#one-waits")
    expect(told).to_contain_text("While an edition waits, no other one can be made current.")
    told.get_by_role("link", name="Cancel it …").click()
    page.get_by_role("button", name="Cancel this edition").click()

    expect(page.get_by_text("Cancelled edition 2.")).to_be_visible()
    expect(told).to_have_count(0)


def test_restore_says_what_is_lost_and_brings_the_old_draft_back(own_tree):
    page = own_tree("publish")
    publish(page, "First words")
    rename(page, "Words that get lost")

    go(page, "Editions")
    edition(page, 1).get_by_role("link", name="Restore edition 1").click()
    expect(page.locator("#lost")).to_contain_text("The draft has changes that no edition holds.")
    page.get_by_role("button", name="Restore into the draft").click()

    expect(page.get_by_text("The draft is now what edition 1 says.")).to_be_visible()
    expect(page.locator("#what-changes")).to_contain_text("Nothing: the draft is what visitors see")


@pytest.mark.parametrize("width", [360, 768])
def test_what_can_be_done_with_an_edition_stands_inside_the_window(staff_page, width, language):
    page = staff_page("/admin/wizard/tree/", width=width, language=language)
    page.get_by_role("link", name="loan-offer", exact=True).click()
    page.goto(page.url.replace("/change/", "/editions/"))

    links = page.locator("#editions tbody a").all()

    boxes = [link.bounding_box() for link in links]
    assert len(boxes) >= 5
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    # Words are not broken into single characters.
    assert min(box["width"] for box in boxes) > 40
