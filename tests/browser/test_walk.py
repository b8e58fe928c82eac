"""A visitor's walk, with JavaScript and without unless a test says which."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import (
    CLASS_TWO_CARD,
    answer,
    choice,
    expect_cause,
    expect_question,
    fill_in,
    press_continue,
    step_address,
    until,
)

OFFLINE = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
"""What the browser and htmx log when there is no connection."""


def mark(page):
    """What is put on the window lasts until the next page load."""
    page.evaluate("window.stayed = true")


def is_marked(page):
    return page.evaluate("window.stayed === true")


VISITORS = pytest.mark.parametrize(
    ("width", "javascript", "language"),
    [
        pytest.param(360, True, "zh-hans", id="phone-js-zh"),
        pytest.param(360, False, "en", id="phone-nojs-en"),
        pytest.param(1280, False, "zh-hans", id="desk-nojs-zh"),
        pytest.param(1280, True, "en", id="desk-js-en"),
    ],
)
"""Each pair of a screen, a language, and scripts or none."""


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh-hans"), ("en-GB", "en"), ("fr-FR", "zh-hans")]
)
def test_root_leads_to_the_language_of_the_browser(open_page, site, locale, language):
    page = open_page("/", language=locale)

    expect(page).to_have_url(f"{site}/{language}/")
    expect(page.locator("html")).to_have_attribute("lang", language)


@VISITORS
def test_class_two_card_is_found_within_eight_screens(open_page, width, javascript, language):
    page = open_page(f"/{language}/", width=width, javascript=javascript, language=language)

    page.locator('[data-start="jiebei"]').click()
    for question, value in CLASS_TWO_CARD:
        answer(page, question, value)

    expect_cause(page, "card-limit-class2")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert len(CLASS_TWO_CARD) + 1 <= 8


@VISITORS
def test_request_to_pay_first_shows_the_safety_block_first(open_page, width, javascript, language):
    page = open_page(f"/{language}/", width=width, javascript=javascript, language=language)

    page.locator('[data-start="jiebei"]').click()
    answer(page, "asked-for", "pay-first")

    safety = page.locator("#wizard > section").first
    expect(safety).to_have_id("safety")
    expect(safety.locator("h1")).to_be_in_viewport()
    expect(safety.locator('.call-buttons a[href="tel:110"]')).to_be_in_viewport()
    expect(safety.locator('.call-buttons a[href="tel:96110"]')).to_be_in_viewport()
    expect(page.locator("#causes")).to_be_hidden()


def test_every_step_has_its_canonical_address(open_page, site):
    page = open_page(step_address(site))

    for number, (question, value) in enumerate(CLASS_TWO_CARD, start=1):
        answer(page, question, value)
        expect(page).to_have_url(step_address(site, CLASS_TWO_CARD[:number]))

    expect_cause(page, "card-limit-class2")


def test_questions_left_never_grow(open_page, site):
    page = open_page(step_address(site))
    left = []

    for question, value in CLASS_TWO_CARD:
        fill_in(page, question, value)
        left.append(int(page.locator("[data-left]").get_attribute("data-left")))
        press_continue(page)

    expect_cause(page, "card-limit-class2")
    assert left == sorted(left, reverse=True)
    assert left[-1] == 1


def test_steps_are_swapped_without_a_page_load(open_page, site, width):
    page = open_page(step_address(site), width=width)
    mark(page)

    for question, value in CLASS_TWO_CARD:
        answer(page, question, value)

    expect_cause(page, "card-limit-class2")
    assert is_marked(page)


def test_swap_moves_focus_and_title_and_keeps_one_language_switch(open_page, site):
    page = open_page(step_address(site))
    titles = [page.title()]

    for number, (question, value) in enumerate(CLASS_TWO_CARD, start=1):
        answer(page, question, value)
        expect(page).to_have_url(step_address(site, CLASS_TWO_CARD[:number]))
        expect(page.locator("h1")).to_be_focused()
        expect(page.locator("h1")).to_be_in_viewport()
        expect(page.locator("#language-switch")).to_have_count(1)
        expect(page.locator("#language-switch")).to_have_attribute(
            "href", step_address("", CLASS_TWO_CARD[:number], "en")
        )
        titles.append(page.title())

    assert len(set(titles)) == len(CLASS_TWO_CARD) + 1
    assert all(titles)


def test_error_keeps_the_page_and_gets_the_focus(open_page, site):
    page = open_page(step_address(site, until("product")))
    title = page.title()
    mark(page)

    press_continue(page)

    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#error-summary")).to_be_in_viewport()
    expect_question(page, "product")
    expect(page).to_have_url(step_address(site, until("product")))
    assert page.title().endswith(title)
    assert page.title() != title
    assert is_marked(page)


def test_error_is_gone_after_a_right_answer(open_page, site):
    page = open_page(step_address(site, until("product")))
    press_continue(page)
    expect(page.locator("#error-summary")).to_be_visible()

    answer(page, "product", "jiebei")

    expect_question(page, "stopped")
    expect(page.locator("#error-summary")).to_have_count(0)


def test_back_and_forward_show_the_right_question(open_page, site, javascript):
    page = open_page(step_address(site), javascript=javascript)
    answer(page, "asked-for", "none")
    answer(page, "product", "jiebei")
    expect_question(page, "stopped")

    page.go_back()
    expect_question(page, "product")
    page.go_back()
    expect_question(page, "asked-for")
    page.go_forward()
    expect_question(page, "product")
    expect(page).to_have_url(step_address(site, until("product")))

    answer(page, "product", "wangshang")
    expect(page).to_have_url(step_address(site, [("asked-for", "none"), ("product", "wangshang")]))
    expect_question(page, "stopped")


def test_back_from_the_strategy_shows_the_last_question(open_page, site):
    page = open_page(step_address(site, until("amount")))
    answer(page, "amount", "5万")
    expect_cause(page, "card-limit-class2")

    page.go_back()
    expect_question(page, "amount")
    page.go_forward()

    expect_cause(page, "card-limit-class2")


def test_back_link_shows_the_answer_given_and_leads_home_from_the_first(open_page, site):
    page = open_page(step_address(site))
    answer(page, "asked-for", "none")
    expect_question(page, "product")

    page.locator("a.back").click()
    expect_question(page, "asked-for")
    expect(choice(page, "asked-for", "none")).to_be_checked()
    page.locator("a.back").click()

    expect(page).to_have_url(f"{site}/zh-hans/")


def test_reload_shows_the_same_question(open_page, site):
    page = open_page(step_address(site))
    answer(page, "asked-for", "none")
    answer(page, "product", "jiebei")
    expect_question(page, "stopped")

    page.reload()

    expect_question(page, "stopped")
    expect(page.locator("[data-answer]")).to_have_count(2)


def test_second_tab_goes_its_own_way(open_page, site):
    page = open_page(step_address(site))
    answer(page, "asked-for", "none")
    expect_question(page, "product")
    second = page.context.new_page()
    second.goto(page.url)

    answer(second, "product", "bank-credit")
    answer(page, "product", "jiebei")

    expect(second).to_have_url(re.compile("product=bank-credit$"))
    expect(page).to_have_url(re.compile("product=jiebei$"))


def test_changed_answer_keeps_the_others_and_names_the_dropped(open_page, site):
    page = open_page(step_address(site, CLASS_TWO_CARD))

    page.locator("#answers [data-answer=card-class] a").click()
    expect(choice(page, "card-class", "class2")).to_be_checked()
    answer(page, "card-class", "class1")

    expect(page.locator("#dropped [data-dropped]")).to_have_count(1)
    expect(page.locator("#dropped [data-dropped=amount]")).to_contain_text("50,000")
    answer(page, "identity", "valid")
    expect_cause(page, "payout-failed-generic")
    kept = page.locator("#answers [data-answer]")
    slugs = kept.evaluate_all("found => found.map(each => each.dataset.answer)")
    asked = [slug for slug, _ in until("amount")]
    assert slugs == [*asked, "identity"]


def test_changed_answer_drops_nothing_that_does_not_depend_on_it(open_page, site):
    page = open_page(step_address(site, CLASS_TWO_CARD))

    page.locator("#answers [data-answer=product] a").click()
    answer(page, "product", "bank-credit")

    changed = [("asked-for", "none"), ("product", "bank-credit"), *CLASS_TWO_CARD[2:]]
    expect_cause(page, "card-limit-class2")
    expect(page).to_have_url(step_address(site, changed))
    expect(page.locator("#dropped")).to_have_count(0)


def test_answer_can_be_changed_in_the_middle_of_a_walk(open_page, site):
    page = open_page(step_address(site, until("card-class")))

    page.locator("details.answers summary").click()
    page.locator("[data-answer=product] a").click()
    answer(page, "product", "wangshang")

    expect_question(page, "card-class")
    expect(page).to_have_url(
        re.compile(r"product=wangshang&stopped=failed&fail-text=bare&card-signs=none$")
    )


def test_exclusive_choice_unticks_the_others(open_page, site):
    page = open_page(step_address(site))
    choice(page, "asked-for", "pay-first").check()
    choice(page, "asked-for", "move-money").check()

    choice(page, "asked-for", "none").check()

    expect(page.locator("#step input:checked")).to_have_count(1)
    expect(choice(page, "asked-for", "none")).to_be_checked()


def test_tick_unticks_the_exclusive_choice_only(open_page, site):
    page = open_page(step_address(site))
    choice(page, "asked-for", "none").check()

    choice(page, "asked-for", "pay-first").check()
    choice(page, "asked-for", "move-money").check()

    expect(choice(page, "asked-for", "none")).not_to_be_checked()
    expect(choice(page, "asked-for", "pay-first")).to_be_checked()
    expect(choice(page, "asked-for", "move-money")).to_be_checked()


def test_exclusive_choice_works_after_a_swap(open_page, site):
    page = open_page(step_address(site, until("fail-text")))
    answer(page, "fail-text", "bare")
    expect_question(page, "card-signs")
    choice(page, "card-signs", "frozen").check()

    choice(page, "card-signs", "none").check()

    expect(choice(page, "card-signs", "frozen")).not_to_be_checked()


def test_tick_and_the_none_button_are_told_apart_and_the_tick_stays(open_page, site, javascript):
    page = open_page(step_address(site), javascript=javascript)
    choice(page, "asked-for", "pay-first").check()

    page.locator("#step button.none").click()

    expect_question(page, "asked-for")
    expect(page.locator("#error-summary")).to_be_visible()
    expect(choice(page, "asked-for", "pay-first")).to_be_checked()
    choice(page, "asked-for", "pay-first").uncheck()
    page.locator("#step button.none").click()
    expect_question(page, "product")


def test_several_ticks_stand_in_the_address_in_order(open_page, site):
    page = open_page(step_address(site, until("card-signs")))

    answer(page, "card-signs", "mismatch", "frozen")

    expect_question(page, "freeze-who")
    expect(page).to_have_url(re.compile("card-signs=frozen&card-signs=mismatch$"))


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("abc", "5万"), ("2000000", "1,000,000")],
)
def test_number_error_says_what_to_type_and_keeps_what_was_typed(open_page, site, typed, hint):
    page = open_page(step_address(site, until("amount")))

    answer(page, "amount", typed)

    expect(page.locator("#error-summary")).to_contain_text(hint)
    expect(page.locator("#answer-error")).to_contain_text(hint)
    expect(page.locator("#answer")).to_have_value(typed)
    expect(page.locator("#answer")).to_have_attribute("aria-invalid", "true")
    answer(page, "amount", "5万")
    expect_cause(page, "card-limit-class2")


@pytest.mark.parametrize("typed", ["５０，０００", "¥50,000.00"])
def test_number_is_read_as_people_type_it(open_page, site, typed):
    page = open_page(step_address(site, until("amount")))

    answer(page, "amount", typed)

    expect(page).to_have_url(step_address(site, CLASS_TWO_CARD))


def test_number_may_be_left_open(open_page, site):
    page = open_page(step_address(site, until("amount")))

    page.locator('#step button[name="_pressed"][value="unsure"]').click()

    expect(page.locator("#causes")).to_be_visible()
    expect(page).to_have_url(re.compile("amount=unsure$"))


@pytest.mark.parametrize(
    ("question", "field", "javascript"),
    [("asked-for", "answer-0", True), ("product", "answer-0", False), ("amount", "answer", True)],
)
def test_error_summary_leads_to_the_field(open_page, site, javascript, question, field):
    page = open_page(step_address(site, until(question)), javascript=javascript)
    press_continue(page)

    page.locator("#error-summary a").click()

    expect(page.locator(f"#{field}")).to_be_focused()
    expect(page.locator(f"#{field}")).to_be_in_viewport()


def test_language_switch_keeps_the_place_and_the_answers(open_page, site):
    page = open_page(step_address(site, until("card-signs")))
    answer(page, "card-signs", "none")
    expect_question(page, "card-class")
    chinese = page.locator("h1").inner_text()

    page.locator("#language-switch").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect_question(page, "card-class")
    expect(page).to_have_url(step_address(site, until("card-class"), "en"))
    assert page.locator("h1").inner_text() != chinese
    answer(page, "card-class", "class2")
    expect_question(page, "amount")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_language_switch_of_the_strategy_keeps_the_advice(open_page, site):
    page = open_page(step_address(site, until("amount")))
    answer(page, "amount", "5万")
    expect_cause(page, "card-limit-class2")

    page.locator("#language-switch").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect_cause(page, "card-limit-class2")


def tab_to(page, selector, most=15):
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached with {most} tabs")


def test_keyboard_alone_is_enough(open_page, site, javascript):
    page = open_page("/zh-hans/", javascript=javascript)

    tab_to(page, '[data-start="jiebei"]')
    page.keyboard.press("Enter")
    expect_question(page, "asked-for")
    tab_to(page, '[value="none"]', most=20)
    page.keyboard.press("Space")
    expect(choice(page, "asked-for", "none")).to_be_checked()
    page.keyboard.press("Enter")
    expect_question(page, "product")
    tab_to(page, '[name="answer.product"]')
    page.keyboard.press("ArrowDown")
    expect(choice(page, "product", "bank-credit")).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(choice(page, "product", "jiebei")).to_be_checked()
    page.keyboard.press("Enter")

    expect_question(page, "stopped")
    expect(page).to_have_url(step_address(site, until("stopped")))


def test_enter_in_the_number_field_submits_what_was_typed(open_page, site, javascript):
    page = open_page(step_address(site, until("amount")), javascript=javascript)

    tab_to(page, "#answer")
    page.keyboard.type("50000")
    page.keyboard.press("Enter")

    expect(page).to_have_url(step_address(site, CLASS_TWO_CARD))


def test_first_tab_offers_to_skip_to_the_content(open_page, site):
    page = open_page(step_address(site))

    page.keyboard.press("Tab")

    expect(page.locator("a.skip-link")).to_be_focused()
    expect(page.locator("a.skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("a.back")).to_be_focused()


def test_lost_connection_is_told_and_the_answers_stay(open_page, site):
    page = open_page(step_address(site, until("product")), allow=OFFLINE)
    page.context.set_offline(True)

    answer(page, "product", "jiebei")

    notice = page.locator("#connection-error")
    expect(notice).to_be_visible()
    expect(notice).to_be_in_viewport()
    expect_question(page, "product")
    expect(choice(page, "product", "jiebei")).to_be_checked()

    page.context.set_offline(False)
    press_continue(page)

    expect_question(page, "stopped")
    expect(notice).to_be_hidden()


def test_message_starts_with_what_it_implies(open_page, javascript):
    page = open_page("/zh-hans/", javascript=javascript)

    page.locator(".message-list a", has_text="银行卡状态异常").click()
    answer(page, "asked-for", "none")
    answer(page, "product", "jiebei")

    expect_question(page, "card-signs")
    page.locator("details.answers summary").click()
    expect(page.locator("[data-answer=stopped]")).to_be_visible()
    expect(page.locator("[data-answer=fail-text]")).to_be_visible()
    page.locator("[data-answer=fail-text] a").click()
    expect(choice(page, "fail-text", "card")).to_be_checked()


def test_message_of_a_scam_shows_the_safety_block_at_once(open_page):
    page = open_page("/zh-hans/")

    page.locator(".message-list a", has_text="银行卡号填错需交解冻金").click()

    expect(page.locator("#safety h1")).to_be_visible()


def test_every_message_can_be_reached(open_page):
    page = open_page("/zh-hans/")

    page.locator(".messages a.more-link").click()
    message = page.locator(".message-list a", has_text="系统繁忙").first
    expect(message).to_be_hidden()
    page.locator("details.more", has=message).locator("summary").click()
    message.click()

    expect_question(page, "asked-for")


def test_link_into_something_folded_away_unfolds_it(open_page, site):
    page = open_page(step_address(site, CLASS_TWO_CARD))
    reference = page.locator(".references a:visible").first
    source = page.locator(reference.get_attribute("href"))
    expect(source).to_be_hidden()

    reference.click()

    expect(source).to_be_visible()
    expect(source).to_be_in_viewport()


def test_first_action_is_one_tap_away(open_page, site):
    page = open_page(step_address(site, until("amount")))
    answer(page, "amount", "5万")
    expect_cause(page, "card-limit-class2")

    first = page.locator(".do-first a").first
    first.click()

    step = page.locator(f"details:has({first.get_attribute('href')})").last
    expect(step).to_be_in_viewport()
    expect(step.locator(".prose").first).to_be_visible()


def test_walk_leaves_nothing_on_the_device(open_page, site):
    page = open_page("/zh-hans/")
    page.locator('[data-start="jiebei"]').click()
    for question, value in CLASS_TWO_CARD:
        answer(page, question, value)
    expect_cause(page, "card-limit-class2")
    page.go_back()
    expect_question(page, "amount")

    assert page.evaluate("sessionStorage.length") == 0
    assert page.context.storage_state() == {"cookies": [], "origins": []}


def test_old_edition_answers_and_offers_the_newest(open_page, site):
    page = open_page(step_address(site, [("asked-for", "none")], tree="loan-offer"))
    expect_question(page, "deal")

    page.locator("#newer a").click()

    expect_question(page, "deal")
    expect(page).to_have_url(
        step_address(site, [("asked-for", "none")], tree="loan-offer", edition=2)
    )
    expect(page.locator("#newer")).to_have_count(0)


def test_unknown_edition_offers_the_same_answers_on_the_newest(open_page, site):
    page = open_page(step_address(site, until("stopped"), edition=99), allow=("status of 404",))

    page.locator("#offer").click()

    expect_question(page, "stopped")
    expect(page).to_have_url(step_address(site, until("stopped")))


def test_damaged_address_starts_at_the_first_question(open_page, site):
    page = open_page()

    for damaged in (
        "?asked-for=nonsense",
        "?product=jiebei&product=other",
        "?nobody=knows&_at=nothing&_asked=nothing",
        "?asked-for=%00%ff%F0%9F%98%80",
        f"?asked-for={'x' * 5000}",
    ):
        page.goto(step_address(site) + damaged)
        expect_question(page, "asked-for")

    answer(page, "asked-for", "unsure")
    expect_question(page, "product")


def test_answers_in_another_order_give_the_canonical_address(open_page, site):
    page = open_page(step_address(site, CLASS_TWO_CARD[::-1]))
    expect_cause(page, "card-limit-class2")

    page.locator("#answers [data-answer=amount] a").click()
    answer(page, "amount", "5万")

    expect(page).to_have_url(step_address(site, CLASS_TWO_CARD))
