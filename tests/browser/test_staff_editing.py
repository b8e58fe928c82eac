"""Editing a draft in a real browser: order, conditions, both languages, Markdown."""

import itertools
import re

import pytest
from playwright.sync_api import expect

_numbers = itertools.count(1)


@pytest.fixture
def editor(staff_page):
    """A tree of its own with two questions, "first" leading to "second"; open at the first."""

    def editor(**visitor):
        page = staff_page("/admin/wizard/tree/add/", user="editor", **visitor)
        slug = f"edited-{next(_numbers)}"
        page.locator("#id_title_zh_hans").fill(slug)
        page.locator("#id_summary_zh_hans").fill(slug)
        page.locator("#id_slug").fill(slug)
        save(page, "_continue")
        page.locator(".guided-start a").click()
        ask(page, "First", "Yes", "No")
        save(page, "_continue")
        first = page.url.split("?")[0]
        add_after(page, first)
        ask(page, "Second", "Early", "Late")
        save(page, "_continue")
        page.goto(first)
        return page

    return editor


def save(page, button="_save"):
    page.locator(f"[name={button}]").last.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def save_and_look_again(page):
    address = page.url.split("?")[0]
    save(page)
    page.goto(address)


def ask(page, title, *labels):
    for field in ("title", "short"):
        for language in ("zh_hans", "en"):
            page.locator(f"#id_{field}_{language}").fill(title)
    for place, label in enumerate(labels):
        for language in ("zh_hans", "en"):
            page.locator(f"#id_choices-{place}-label_{language}").fill(label)


def add_after(page, address):
    """Open the form for a new question behind the one at `address`."""
    number = re.search(r"/question/(\d+)/", address)[1]
    page.goto(address)
    tree = page.locator("#id_tree").input_value()
    page.goto(f"/admin/wizard/question/add/?tree={tree}&after={number}")


def staying(page):
    """Stay on the page whenever the browser asks. Returns what it asked, as it happens."""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


def leave(page):
    page.get_by_role("navigation", name="Pages of this tree").get_by_role(
        "link", name="Outline"
    ).click()


def labels(page):
    return page.locator("#choices-group .inline-related:not(.empty-form) .inline_label")


def pick(page, row, *names):
    for name in names:
        row.locator(".select2-search__field").click()
        row.locator(".select2-search__field").fill(name)
        page.locator(".select2-results__option--highlighted").filter(has_text=name).click()


def test_choices_dragged_to_another_place_stay_there(editor):
    page = editor()
    expect(labels(page)).to_have_text(["Yes", "No"])
    handle = page.locator("#choices-1 .row-handle")
    handle.scroll_into_view_if_needed()

    handle.hover()
    page.mouse.down()
    above = page.locator("#choices-0 h3").bounding_box()
    page.mouse.move(above["x"] + 40, above["y"] + 2, steps=5)
    page.mouse.up()

    expect(labels(page)).to_have_text(["No", "Yes"])
    expect(page.locator("#edit-status")).to_contain_text("No is now 1 of 2")
    save_and_look_again(page)
    expect(labels(page)).to_have_text(["No", "Yes"])


def test_choices_moved_by_keyboard_stay_there(editor):
    page = editor()

    page.locator("#choices-1").get_by_role("button", name="Move up").focus()
    page.keyboard.press("Enter")

    expect(labels(page)).to_have_text(["No", "Yes"])
    expect(page.get_by_role("status")).to_contain_text("No is now 1 of 2")
    expect(page.locator("#choices-1").get_by_role("button", name="Move down")).to_be_focused()
    save_and_look_again(page)
    expect(labels(page)).to_have_text(["No", "Yes"])


def test_a_new_choice_can_be_moved_and_another_taken_away(editor):
    page = editor()
    add = page.locator("#choices-group .add-row a")
    add.click()
    add.click()
    for language in ("zh_hans", "en"):
        page.locator(f"#id_choices-3-label_{language}").fill("Perhaps")
    for _ in range(3):
        page.locator("#choices-3").get_by_role("button", name="Move up").click()

    page.locator("#choices-2 .inline-deletelink").click()

    save_and_look_again(page)
    expect(labels(page)).to_have_text(["Perhaps", "Yes", "No"])


def test_rows_moved_before_a_refused_save_stay_there(editor):
    page = editor()
    page.locator("#choices-group .add-row a").click()
    for language in ("zh_hans", "en"):
        page.locator(f"#id_choices-2-label_{language}").fill("Perhaps")
    for _ in range(2):
        page.locator("#choices-2").get_by_role("button", name="Move up").click()
    page.locator("#choices-1").get_by_role("button", name="Move up").click()

    be_refused(page)

    expect(labels(page)).to_have_text(["New choice", "No", "Yes"])
    page.locator("#id_title_zh_hans").fill("First")
    save_and_look_again(page)
    expect(labels(page)).to_have_text(["Perhaps", "No", "Yes"])


def test_rows_moved_before_a_conflict_stay_there(editor, staff_page):
    page = editor(allow=["the server responded with a status of 409"])
    other = staff_page(page.url.removeprefix(page.evaluate("location.origin")))
    other.locator("#id_title_en").fill("Earlier")
    save(other)
    page.locator("#choices-1").get_by_role("button", name="Move up").click()

    page.locator("[name=_save]").last.click()

    expect(page.locator("#conflict")).to_be_visible()
    expect(labels(page)).to_have_text(["No", "Yes"])
    save_and_look_again(page)
    expect(labels(page)).to_have_text(["No", "Yes"])


def type_a_help(page):
    page.locator("#id_help_en").press_sequentially("On the card")


def move_a_row(page):
    page.locator("#choices-1").get_by_role("button", name="Move up").click()


def pick_a_condition(page):
    pick(page, page.locator("#routes-0"), "Yes")


def be_refused(page):
    page.locator("#id_title_zh_hans").fill("")
    page.locator("[name=_save]").last.click()
    expect(page.locator(".errornote")).to_be_visible()


@pytest.mark.parametrize("change", [type_a_help, move_a_row, pick_a_condition, be_refused])
def test_the_browser_asks_before_unsaved_work_is_left(editor, change):
    page = editor()
    change(page)
    asked = staying(page)

    leave(page)

    expect(page.locator("#question_form")).to_be_visible()
    assert asked == ["beforeunload"]


def test_what_is_saved_or_only_looked_at_is_left_unasked(editor):
    page = editor()
    asked = staying(page)
    type_a_help(page)
    save(page, "_continue")
    page.locator("#routes-0 .select2-search__field").press_sequentially("Yes")
    page.keyboard.press("Escape")

    leave(page)

    page.wait_for_url("**/outline/")
    assert asked == []


def test_text_stays_unsaved_while_a_note_is_kept(editor):
    page = editor()
    type_a_help(page)
    page.get_by_label("New note").fill("To be asked earlier")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("#notes .text")).to_have_text("To be asked earlier")
    asked = staying(page)

    leave(page)

    expect(page.locator("#id_help_en")).to_have_value("On the card")
    assert asked == ["beforeunload"]


def test_a_form_that_is_being_saved_says_so_and_is_sent_once(editor):
    page = editor()
    sent = []
    # Without an answer the page stays as it is while the server works.
    page.route("**/change/", lambda route: (sent.append(route), route.fulfill(status=204)))
    button = page.locator("[name=_save]").last

    button.click()
    expect(button).to_have_value("Working …")
    page.locator("#id_title_en").press("Enter")

    for other in page.locator("#question_form [type=submit]").all():
        expect(other).to_be_disabled()
    assert [route.request.method for route in sent] == ["POST"]


def test_a_new_part_starts_at_its_first_field(editor):
    page = editor()
    first = page.url
    tree = page.locator("#id_tree").input_value()

    page.goto(f"/admin/wizard/question/add/?tree={tree}")
    expect(page.locator("#id_title_zh_hans")).to_be_focused()

    add_after(page, first)
    expect(page.locator(".leads-here .select2-search__field")).to_be_focused()


def test_answers_of_the_question_one_comes_from_are_offered_first(editor):
    page = editor()
    with page.context.expect_page() as opened:
        page.locator("#routes-0 .row-target").click()
    add_after(page, opened.value.url)

    page.locator(".leads-here .select2-search__field").click()

    expect(page.locator(".select2-results__group")).to_have_text(["Second", "First"])


def test_a_condition_is_picked_and_read_back(editor):
    page = editor()
    row = page.locator("#routes-0")
    sentence = row.locator(".condition-sentence")
    expect(sentence).to_have_text("always")

    pick(page, row, "Yes", "No")

    expect(sentence).to_have_text("if “First” is “Yes” or “No”")
    expect(row.locator(".select2-selection__choice").first).to_contain_text("First = Yes")
    save_and_look_again(page)
    expect(page.locator("#routes-0 .condition-sentence")).to_have_text(
        "if “First” is “Yes” or “No”"
    )


def test_only_choices_of_the_own_tree_are_offered(editor):
    page = editor()

    page.locator("#routes-0 .select2-search__field").click()

    groups = page.locator(".select2-results__group")
    expect(groups).to_have_text(["First", "Second"])


def test_what_one_language_lacks_is_marked_while_typing(editor):
    page = editor()
    line = page.locator(".form-row.field-help_en")
    expect(line.locator(".missing-mark")).to_have_count(0)

    page.locator("#id_help_zh_hans").fill("在卡上看")
    expect(line.locator("label[for=id_help_en] .missing-mark")).to_have_text("missing")

    page.locator("#id_help_en").fill("Look at the card")
    expect(line.locator(".missing-mark")).to_have_count(0)


def test_markdown_is_shown_as_visitors_will_see_it(editor):
    page = editor()
    page.locator("#id_help_en").fill("Call **at once**: {anti-fraud}, {nobody}")

    page.locator(".field-help_en .prose-button").last.click()

    shown = page.locator(".field-help_en .prose-preview").last
    expect(shown.locator("strong")).to_have_text("at once")
    expect(shown.locator("a[href='tel:96110']")).to_have_text("96110")
    expect(shown.locator(".prose-error")).to_contain_text("{nobody}")


def test_lists_are_shown_as_visitors_will_see_them(editor):
    page = editor()
    page.locator("#id_help_en").fill("Look:\n\n- here\n- there\n\n1. first\n2. second")

    page.locator(".field-help_en .prose-button").last.click()

    shown = page.locator(".field-help_en .prose-preview").last
    for kind, mark, indent in (("ul", "disc", "19.2px"), ("ol", "decimal", "32px")):
        expect(shown.locator(kind)).to_have_css("margin-left", "0px")
        expect(shown.locator(kind)).to_have_css("padding-left", indent)
        expect(shown.locator(f"{kind} li").first).to_have_css("list-style-type", mark)
        expect(shown.locator(f"{kind} li").first).to_have_css("font-size", "16px")


def test_a_question_is_put_between_two_others(editor):
    page = editor()
    first = page.url

    add_after(page, first)
    expect(page.locator(".leads-here")).to_contain_text("First")
    expect(page.locator("#id_goes_on")).to_be_checked()
    ask(page, "Between", "Big", "Small")
    save(page, "_continue")

    expect(page.locator("#routes-group .inline_label").first).to_have_text("→ Second")
    page.goto(first)
    expect(page.locator("#routes-group .has_original .inline_label")).to_have_text("→ Between")


def test_a_route_is_led_elsewhere(editor):
    page = editor()
    target = page.locator("#routes-0 .field-to")
    target.locator(".select2-selection").click()
    offered = page.locator(".select2-results__option[role=option]")

    expect(offered.first).to_be_visible()
    assert all("jiebei" not in words for words in offered.all_inner_texts())
    offered.last.click()
    chosen = target.locator(".select2-selection__rendered").inner_text()
    save_and_look_again(page)

    expect(target.locator(".select2-selection__rendered")).to_have_text(chosen)


def test_an_unfinished_route_is_refused_at_its_field(editor):
    page = editor()
    page.locator("#routes-group .add-row a").click()
    page.locator("#id_routes-1-otherwise").check()
    pick(page, page.locator("#routes-1"), "Yes")

    page.locator("[name=_save]").last.click()

    expect(page.locator("#routes-1 .errorlist")).to_have_text("This field is required.")
    expect(page.locator("#id_routes-1-otherwise")).to_be_checked()
    expect(page.locator("#routes-1 .condition-sentence")).to_have_text("if “First” is “Yes”")


@pytest.mark.parametrize("javascript", [True, False])
def test_fields_of_one_kind_of_question_are_shown_with_that_kind_only(editor, javascript):
    page = editor(javascript=javascript)
    kind, start = page.locator("#id_kind"), page.locator("#id_choices-0-at_least")
    excludes, largest = page.locator("#id_choices-0-exclusive"), page.locator("#id_maximum")
    for field in (start, excludes, largest):
        expect(field).not_to_be_visible()

    kind.select_option("multiple")
    expect(excludes).to_be_visible()
    expect(start).not_to_be_visible()

    kind.select_option("number")
    expect(excludes).not_to_be_visible()
    start.fill("0")
    largest.fill("100")


def test_a_field_that_holds_something_is_shown_with_any_kind(editor):
    page = editor()
    page.locator("#id_kind").select_option("number")
    page.locator("#id_choices-0-at_least").fill("0")
    page.locator("#id_kind").select_option("single")

    save_and_look_again(page)

    expect(page.locator("#id_choices-0-at_least")).to_be_visible()
    expect(page.locator("#id_choices-1-at_least")).not_to_be_visible()


def test_a_problem_with_a_folded_field_unfolds_it(editor):
    page = editor()
    expect(page.locator("#id_slug")).not_to_be_visible()

    page.goto(f"{page.url}#id_slug")

    expect(page.locator("#id_slug")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_sticks_out_of_the_page(editor, width):
    page = editor(width=width)

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_without_javascript_places_are_plain_numbers(editor):
    page = editor(javascript=False)

    page.locator("#id_choices-0-position").fill("2")
    page.locator("#id_choices-1-position").fill("1")

    save_and_look_again(page)
    expect(labels(page)).to_have_text(["No", "Yes"])


def test_without_javascript_a_text_is_previewed_in_a_tab_of_its_own(editor):
    page = editor(javascript=False)
    page.locator("#id_help_en").fill("**At once**")

    with page.context.expect_page() as opened:
        page.locator(".field-help_en .prose-button").last.click()

    expect(opened.value.locator(".prose strong")).to_have_text("At once")
