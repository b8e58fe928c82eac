"""The map, the outline and the paper in a real browser."""

import itertools
import re

import pytest
from playwright.sync_api import expect

_numbers = itertools.count(1)


@pytest.fixture
def map_page(staff_page):
    """The map of a real tree, drawn; `slug`: which one."""

    def map_page(slug="loan-offer", **visitor):
        page = staff_page("/admin/wizard/tree/", **visitor)
        page.get_by_role("link", name=slug, exact=True).click()
        page.get_by_role("link", name="Map", exact=True).click()
        drawn(page)
        return page

    return map_page


def drawn(page):
    expect(page.locator("#map[data-drawn]")).to_be_visible()
    expect(page.locator("#map-check")).to_be_hidden()


def view(page):
    return page.locator("#map-all").get_attribute("transform")


def distance_from_middle(page, node):
    """How far a node is from the middle of the canvas, in each direction."""
    seen, canvas = node.bounding_box(), page.locator("#map-canvas").bounding_box()
    middles = [
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in (seen, canvas)
    ]
    return [abs(a - b) for a, b in zip(*middles, strict=True)]


def new_tree(page, slug):
    """A tree with one question that has mistakes, through the forms of the admin."""
    page.goto("/admin/wizard/tree/add/")
    page.locator("#id_title_zh_hans").fill(slug)
    page.locator("#id_summary_zh_hans").fill(slug)
    page.locator("#id_slug").fill(slug)
    page.locator("[name=_continue]").last.click()
    page.locator(".guided-start a").click()
    for field in ("title", "short"):
        page.locator(f"#id_{field}_zh_hans").fill("第一个问题")
    for place in (0, 1):
        page.locator(f"#id_choices-{place}-label_zh_hans").fill(f"选项{place}")
    page.locator("[name=_save]").last.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def empty_tree(page, slug):
    """A new tree without a question, through the form of the admin."""
    page.goto("/admin/wizard/tree/add/")
    page.locator("#id_title_zh_hans").fill(slug)
    page.locator("#id_summary_zh_hans").fill(slug)
    page.locator("#id_slug").fill(slug)
    page.locator("[name=_continue]").last.click()
    expect(page.locator(".guided-start")).to_be_visible()


def test_the_map_of_an_empty_tree_leads_to_its_first_question(staff_page):
    page = staff_page("/admin/wizard/tree/")
    empty_tree(page, f"empty-{next(_numbers)}")

    page.get_by_role("link", name="Map", exact=True).click()

    expect(page.get_by_text("The tree has no question yet.")).to_be_visible()
    expect(page.get_by_role("link", name="Add the first question")).to_be_visible()
    expect(page.locator("#map")).to_have_count(0)


def test_a_tree_of_findings_alone_is_drawn_with_and_without_them(staff_page):
    page = staff_page("/admin/wizard/tree/")
    empty_tree(page, f"findings-{next(_numbers)}")
    tree = page.url.split("/")[-3]
    page.goto(f"/admin/wizard/finding/add/?tree={tree}")
    for field in ("title", "explanation", "remedy_time"):
        page.locator(f"#id_{field}_zh_hans").fill("原因")
    page.locator("#id_slug").evaluate("field => (field.value = 'cause')")
    page.locator("[name=_save]").last.click()
    drawn(page)

    page.get_by_label("Findings").uncheck()
    page.get_by_role("button", name="Fit").click()

    expect(page.locator(".node")).to_have_count(0)
    assert "NaN" not in view(page)


@pytest.mark.parametrize("width", [768, 1280])
def test_every_question_and_finding_is_drawn(map_page, width):
    page = map_page("jiebei", width=width)

    expect(page.locator(".node[id^=question-]")).to_have_count(27)
    expect(page.locator(".node[id^=finding-]")).to_have_count(60)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_search_marks_what_it_finds_and_brings_it_to_the_middle(map_page):
    page = map_page("jiebei")

    page.get_by_label("Search", exact=True).fill("card-class")

    expect(page.locator("#map-found")).to_have_text("1 / 1")
    expect(page.locator(".node.hit")).to_have_attribute("id", "question-card-class")
    assert max(distance_from_middle(page, page.locator(".node.hit .node-link"))) < 3


def test_enter_goes_from_one_find_to_the_next(map_page):
    page = map_page("jiebei")
    search = page.get_by_label("Search", exact=True)
    search.fill("card")
    first = view(page)

    search.press("Enter")

    expect(page.locator("#map-found")).to_have_text(re.compile(r"^2 / \d+$"))
    assert view(page) != first


def test_words_that_are_nowhere_are_said_to_be_so(map_page):
    page = map_page()

    page.get_by_label("Search", exact=True).fill("xyzzy")

    expect(page.locator("#map-found")).to_have_text("nothing found")


def test_a_click_on_a_question_leads_to_its_edit_page(map_page):
    page = map_page()

    page.locator("#question-asked-for .node-link").click()

    page.wait_for_url(re.compile(r"/admin/wizard/question/\d+/change/"))
    expect(page.locator("#id_title_en")).to_have_value(re.compile("asked you to do"))


def test_buttons_zoom_fit_and_go_to_the_start(map_page):
    page = map_page("jiebei")
    seen = [view(page)]

    for name in ("Zoom in", "Zoom out", "Fit", "Start"):
        page.get_by_role("button", name=name).click()
        seen.append(view(page))

    sizes = [round(float(re.search(r"scale\((.+)\)", one)[1]), 3) for one in seen]
    assert sizes[1] > sizes[0] == sizes[2] == sizes[3] < sizes[4]
    assert seen[0] == seen[3]


@pytest.mark.parametrize("width", [768, 1280])
def test_all_of_the_map_is_seen_at_first(map_page, width):
    page = map_page("jiebei", width=width)

    canvas, drawing = (page.locator(name).bounding_box() for name in ("#map-canvas", "#map-all"))
    assert drawing["x"] >= canvas["x"] - 1
    assert drawing["y"] >= canvas["y"] - 1
    assert drawing["x"] + drawing["width"] <= canvas["x"] + canvas["width"] + 1
    assert drawing["y"] + drawing["height"] <= canvas["y"] + canvas["height"] + 1


def test_an_address_with_a_question_opens_there_large_enough_to_be_read(map_page):
    page = map_page("jiebei")

    page.goto(f"{page.url}#question-card-class")
    page.reload()
    drawn(page)

    node = page.locator("#question-card-class .node-link")
    assert max(distance_from_middle(page, node)) < 3
    assert node.bounding_box()["width"] > 150
    expect(page.locator("#map-about code")).to_have_text("card-class")


def test_routes_are_numbered_in_their_order(map_page):
    page = map_page("jiebei")

    page.goto(f"{page.url}#question-card-class")
    page.reload()
    drawn(page)

    said = page.locator("#map-about [data-list=from] small").all_text_contents()
    expect(page.locator(".order").first).to_be_visible()
    assert said[0].startswith("1. ")


def test_a_node_with_an_open_note_has_a_sign_that_leads_to_it(map_page):
    page = map_page()
    address = page.url
    page.locator("#question-asked-for .node-link").click()
    page.get_by_label("New note").fill("Still true?")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes .text")).to_have_text("Still true?")

    page.goto(address)
    drawn(page)
    node = page.locator("#question-asked-for")
    expect(node.locator(".notes > text")).to_have_text("1")
    expect(node.get_by_role("link")).to_have_accessible_name(re.compile("1 open note"))
    node.locator(".more").click()
    page.get_by_role("link", name="1 open note", exact=True).click()

    page.locator("#notes").get_by_role("button", name="Done").click()
    expect(page.locator("#notes .done")).to_be_visible()


def test_arrow_keys_move_the_map(map_page):
    page = map_page()
    before = view(page)
    page.locator("#map-canvas").focus()

    page.keyboard.press("ArrowRight")

    assert view(page) != before


def test_the_map_is_moved_by_dragging_and_a_drag_is_no_click(map_page):
    page = map_page()
    before, address = view(page), page.url
    box = page.locator("#question-asked-for .node-link").bounding_box()

    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    page.mouse.up()

    assert view(page) != before
    assert page.url == address


def test_the_wheel_zooms_around_the_pointer(map_page):
    page = map_page()
    node = page.locator("#question-asked-for .node-link")
    before = node.bounding_box()
    page.mouse.move(before["x"] + 1, before["y"] + 1)

    page.mouse.wheel(0, -120)

    page.wait_for_function(
        "width => document.querySelector('#question-asked-for .node-link')"
        ".getBoundingClientRect().width > width + 1",
        arg=before["width"],
    )
    after = node.bounding_box()
    assert abs(after["x"] - before["x"]) < 3
    assert abs(after["y"] - before["y"]) < 3


def test_the_keyboard_reaches_a_question_and_goes_on_from_there(map_page):
    page = map_page()
    page.get_by_role("button", name="Start").focus()

    page.keyboard.press("Tab")
    expect(page.locator("#map-canvas")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#question-asked-for .node-link")).to_be_focused()
    page.keyboard.press("ArrowRight")
    here = page.evaluate("document.activeElement.closest('.node').id")
    page.keyboard.press("Enter")

    assert here != "question-asked-for"
    page.wait_for_url(re.compile(r"/admin/wizard/(question|finding)/\d+/change/"))


def test_more_about_a_question_opens_and_closes_by_keyboard(map_page):
    page = map_page()
    page.locator("#question-asked-for .node-link").focus()

    page.keyboard.press("m")
    about = page.locator("#map-about")
    expect(about).to_be_focused()
    expect(about.locator("code")).to_have_text("asked-for")
    expect(about.locator("[data-list=from] li").first).to_contain_text("if “")
    page.keyboard.press("Escape")

    expect(about).to_be_empty()
    expect(page.locator("#question-asked-for .node-link")).to_be_focused()


def test_a_question_is_added_behind_another_one(map_page):
    page = map_page()
    page.locator("#question-asked-for .more").click()

    page.get_by_role("link", name="Add a question after it").click()

    page.wait_for_url(re.compile(r"/admin/wizard/question/add/\?tree=\d+&after=\d+$"))


def test_findings_can_be_left_out(map_page):
    page = map_page()

    page.get_by_label("Findings").uncheck()
    expect(page.locator(".node[id^=finding-]")).to_have_count(0)

    page.get_by_label("Findings").check()
    expect(page.locator(".node[id^=finding-]")).not_to_have_count(0)


@pytest.mark.parametrize("mode", ["kind", "theme", "problem"])
def test_colours_are_explained(map_page, mode):
    page = map_page()

    page.get_by_label("Colour by").select_option(label=mode)

    expect(page.locator(".map-legend:visible")).to_have_count(1)


def test_problems_are_marked_on_their_node_with_number_and_words(staff_page):
    slug = f"mapped-{next(_numbers)}"
    page = staff_page("/admin/")
    new_tree(page, slug)
    page.goto("/admin/wizard/tree/")
    page.get_by_role("link", name=slug, exact=True).click()
    page.get_by_role("link", name="Map", exact=True).click()
    drawn(page)

    node = page.locator(".node")
    number = int(node.locator(".mark > text").text_content())
    said = node.locator(".mark title").text_content().splitlines()
    assert number == len(said) > 0
    assert "is missing" in said[0]
    expect(node).to_have_attribute("data-worst", "error")
    expect(page.locator("#map-elsewhere")).to_contain_text("elsewhere")


def test_the_outline_folds_without_javascript(staff_page):
    page = staff_page("/admin/wizard/tree/", javascript=False)
    page.get_by_role("link", name="loan-offer", exact=True).click()
    page.get_by_role("link", name="Outline", exact=True).click()
    first = page.locator("#question-asked-for")
    expect(first.locator(".outline-choices").first).to_be_visible()

    first.locator("summary").first.click()

    expect(first.locator(".outline-choices").first).to_be_hidden()


@pytest.mark.parametrize("width", [768, 1280])
def test_everything_can_be_read_and_printed(staff_page, width):
    page = staff_page("/admin/wizard/tree/", width=width)
    page.get_by_role("link", name="loan-offer", exact=True).click()
    page.get_by_role("link", name="Outline", exact=True).click()
    page.get_by_role("link", name="Read everything").click()

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="print")
    expect(page.locator("#header")).to_be_hidden()
    expect(page.locator("#question-asked-for")).to_be_visible()
