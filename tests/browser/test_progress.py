"""Doing the plan step by step: ticks, the next cause, erasing; and the pictures."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser import CLASS_TWO_CARD, answer, expect_cause, step_address, until
from tests.browser.test_accessibility import MISTAKES
from tests.browser.test_looks import LEAST_CONTRAST, WEAK_TEXTS
from tests.browser.test_sharing import share

SURGE = (
    ("asked-for", "none"),
    ("product", "jiebei"),
    ("stopped", "refused"),
    ("refusal-text", "assessment"),
    ("credit-signs", "none"),
    ("purpose", "business"),
    ("biz-signs", "surge"),
)
"""The article's case: orders surge, refused. Three causes."""

ONE_CAUSE = (("asked-for", "none"), ("product", "jiebei"), ("stopped", "cannot-submit"))
KEPT = "localStorage.getItem('payout-plan')"
REFUSED_STORAGE = """
Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("", "SecurityError"); }
});
"""


@pytest.fixture
def open_plan(open_page, site):
    def open_plan(steps=SURGE, language="en", **options):
        return open_page(step_address(site, steps, language), language=language, **options)

    return open_plan


def action(page, slug):
    return page.locator(f'[data-action="{slug}"]')


def tick(page, slug, state):
    """Open the step if it is not, and press the button."""
    step = action(page, slug)
    button = step.locator(f'[data-tick="{state}"]')
    expect(button).to_be_attached()
    if not button.is_visible():
        step.locator("summary").first.click()
    button.click()


def plan_at(steps):
    """The name under which the ticks of this plan are kept."""
    return step_address("", steps).removeprefix("/zh-hans")


def keep(page, kept):
    page.evaluate("kept => localStorage.setItem('payout-plan', JSON.stringify(kept))", kept)


def causes(page):
    found = page.locator("[data-finding]")
    return found.evaluate_all("all => all.map((cause) => cause.dataset.finding)")


def steps_of_the_plan(page):
    return page.locator("#plan [data-action]").count()


def test_done_step_counts_and_looks_done(open_plan, width, language):
    page = open_plan(language=language, width=width)
    number = steps_of_the_plan(page)
    told = page.locator("#progress-told")
    expect(told).to_contain_text(re.compile(rf"\b0\b.*\b{number}\b|\b{number}\b.*\b0\b"))

    tick(page, "ask-lender-reason", "done")

    expect(told.and_(page.get_by_role("status"))).to_contain_text("1")
    expect(page.locator("#progress progress")).to_have_js_property("value", 1)
    expect(page.locator("#progress progress")).to_have_js_property("max", number)
    step = action(page, "ask-lender-reason")
    button = step.locator('[data-tick="done"]')
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(step.locator("summary").first).to_contain_text(button.inner_text())
    expect(step.locator(".action-title")).to_have_css("text-decoration-line", "line-through")


def test_tick_is_taken_back_or_changed_by_another_press(open_plan):
    page = open_plan()
    done = action(page, "ask-lender-reason").locator('[data-tick="done"]')
    not_for_me = action(page, "ask-lender-reason").locator('[data-tick="not-for-me"]')

    tick(page, "ask-lender-reason", "done")
    tick(page, "ask-lender-reason", "not-for-me")
    expect(done).to_have_attribute("aria-pressed", "false")
    expect(not_for_me).to_have_attribute("aria-pressed", "true")
    tick(page, "ask-lender-reason", "not-for-me")

    expect(not_for_me).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#progress-told")).to_have_text(re.compile("^0 of "))
    assert page.evaluate(KEPT) is None


def test_step_that_is_not_for_me_is_not_counted(open_plan):
    page = open_plan()
    number = steps_of_the_plan(page)

    tick(page, "ask-lender-reason", "not-for-me")

    expect(page.locator("#progress-told")).to_have_text(re.compile(f"^0 of {number - 1} "))


def test_ticks_are_there_after_coming_back_and_hold_nothing_else(open_plan, site):
    page = open_plan()
    tick(page, "ask-lender-reason", "done")
    tick(page, "check-contract-purpose", "no-help")

    page.goto(f"{site}/en/")
    page.goto(step_address(site, SURGE))

    expect(page.locator("#progress progress")).to_have_js_property("value", 2)
    expect(page.locator("[data-after=check-contract-purpose]")).to_be_visible()
    assert json.loads(page.evaluate(KEPT)) == {
        plan_at(SURGE): {"ask-lender-reason": "done", "check-contract-purpose": "no-help"}
    }
    assert page.evaluate("localStorage.length") == 1
    assert page.context.cookies() == []


def test_home_page_leads_back_to_the_plan_that_was_ticked(open_plan, site):
    page = open_plan()
    tick(page, "ask-lender-reason", "done")

    page.goto(f"{site}/zh-hans/")
    expect(page.locator("#continue")).to_contain_text("1")
    page.locator("#continue a").click()

    expect(page).to_have_url(step_address(site, SURGE))
    expect(page.locator("#progress progress")).to_have_js_property("value", 1)


def test_home_page_forgets_the_plan_with_one_press(open_plan, site):
    page = open_plan()
    tick(page, "ask-lender-reason", "done")
    page.goto(f"{site}/en/")

    page.locator("#continue [data-forget]").click()

    expect(page.locator("#continue")).to_be_hidden()
    expect(page.locator("#heading")).to_be_focused()
    assert page.evaluate(KEPT) is None


def test_shared_result_of_a_friend_leaves_ones_own_plan_alone(open_plan, site):
    link = share(open_plan())
    page = open_plan()
    tick(page, "ask-lender-reason", "done")
    own = page.evaluate(KEPT)

    page.goto(link)

    expect(page.locator("#progress-told")).to_have_text(re.compile("^0 "))
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    assert page.evaluate(KEPT) == own
    page.goto(f"{site}/en/")
    page.locator("#continue a").click()
    expect(page).to_have_url(step_address(site, SURGE, "en"))


def test_home_page_offers_what_was_ticked_last_be_it_a_friends(open_plan, site):
    link = share(open_plan())
    page = open_plan()
    tick(page, "ask-lender-reason", "done")

    page.goto(link)
    tick(page, "check-contract-purpose", "done")
    tick(page, "stop-new-applications", "done")

    page.goto(f"{site}/en/")
    expect(page.locator("#continue")).to_contain_text("2")
    page.locator("#continue a").click()
    expect(page).to_have_url(link)
    expect(page.locator("#progress progress")).to_have_js_property("value", 2)
    page.goto(step_address(site, SURGE))
    expect(page.locator("#progress progress")).to_have_js_property("value", 1)
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)


def test_other_answers_begin_a_plan_of_their_own(open_plan, site):
    page = open_plan()
    tick(page, "ask-lender-reason", "done")

    page.goto(step_address(site, CLASS_TWO_CARD, "en"))
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    tick(page, "swap-to-class1-card", "done")

    page.goto(step_address(site, SURGE, "en"))
    pressed = page.locator("[aria-pressed=true]")
    expect(pressed).to_have_count(1)
    expect(action(page, "ask-lender-reason").locator("[aria-pressed=true]")).to_have_count(1)


def test_plan_forgets_its_own_ticks_and_the_home_page_forgets_all(open_plan, site):
    page = open_plan(CLASS_TWO_CARD)
    keep(page, {plan_at(SURGE): {"ask-lender-reason": "done"}, "/r/another/": {"a": "done"}})
    tick(page, "swap-to-class1-card", "done")

    page.locator("[data-forget]").click()

    assert list(json.loads(page.evaluate(KEPT))) == [plan_at(SURGE), "/r/another/"]
    page.goto(f"{site}/en/")
    page.locator("#continue [data-forget]").click()
    expect(page.locator("#continue")).to_be_hidden()
    assert page.evaluate(KEPT) is None


def test_only_the_ten_plans_ticked_last_are_kept(open_plan):
    page = open_plan()
    keep(page, {f"/r/{number}/": {"a": "done"} for number in range(10)})

    tick(page, "ask-lender-reason", "done")

    kept = [f"/r/{number}/" for number in range(1, 10)] + [plan_at(SURGE)]
    assert list(json.loads(page.evaluate(KEPT))) == kept


@pytest.mark.parametrize(
    "kept",
    [
        {"jiebei": {"at": "/zh-hans/jiebei/1/", "ticks": {"ask-lender-reason": "done"}}},
        {"jiebei": {"ask-lender-reason": "done"}, "/jiebei/1/": None},
        ["/"],
        7,
        None,
    ],
    ids=["by tree", "unlike", "list", "number", "nothing"],
)
def test_whatever_was_kept_before_the_plan_can_be_ticked(open_plan, site, kept):
    page = open_plan()
    keep(page, kept)

    page.goto(f"{site}/en/")
    expect(page.locator("#continue")).to_be_hidden()
    page.goto(step_address(site, SURGE, "en"))
    expect(page.locator("#progress-told")).to_have_text(re.compile("^0 of "))
    tick(page, "ask-lender-reason", "done")

    expect(page.locator("#progress progress")).to_have_js_property("value", 1)
    assert json.loads(page.evaluate(KEPT)) == {plan_at(SURGE): {"ask-lender-reason": "done"}}


@pytest.mark.parametrize("javascript", [True, False])
def test_home_page_offers_no_plan_to_whoever_ticked_nothing(open_page, site, javascript):
    page = open_page(f"{site}/en/", language="en", javascript=javascript)

    expect(page.locator("[data-start]").first).to_be_visible()
    expect(page.locator("#continue")).to_be_hidden()


def test_ticks_work_on_a_page_that_was_swapped_in(open_page, site):
    page = open_page(step_address(site, until("amount")))
    answer(page, "amount", "5万")
    expect_cause(page, "card-limit-class2")

    tick(page, "swap-to-class1-card", "done")

    expect(page.locator("#progress progress")).to_have_js_property("value", 1)
    assert page.evaluate(MISTAKES) == []


def test_looking_at_a_plan_stores_nothing(open_plan):
    page = open_plan()

    expect(page.locator("#progress")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_ticks_are_forgotten_with_one_press(open_plan):
    page = open_plan()
    expect(page.locator("[data-forget]")).to_be_hidden()
    tick(page, "check-contract-purpose", "no-help")

    page.locator("[data-forget]").click()

    expect(page.locator("#progress-told")).to_be_focused()
    expect(page.locator("#progress-told")).to_have_text(re.compile("^0 of "))
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    expect(page.locator(".raised:visible")).to_have_count(0)
    assert page.evaluate(KEPT) is None


def test_ticks_work_where_the_device_keeps_nothing(open_page, site):
    page = open_page(language="en")
    page.add_init_script(REFUSED_STORAGE)
    page.goto(step_address(site, SURGE, "en"))

    tick(page, "ask-lender-reason", "done")
    expect(page.locator("#progress progress")).to_have_js_property("value", 1)
    page.locator("[data-forget]").click()
    expect(page.locator("#progress progress")).to_have_js_property("value", 0)


def test_next_cause_comes_first_when_the_main_remedy_did_not_help(open_plan, language):
    page = open_plan(language=language)
    first, second, third = causes(page)

    tick(page, "check-contract-purpose", "no-help")

    raised = page.locator(".raised:visible")
    expect(raised).to_be_focused()
    expect(raised).to_be_in_viewport()
    expect(raised).to_contain_text(page.locator(f'[data-finding="{second}"] h3').inner_text())
    why = page.locator(f'[data-finding="{second}"] .reasons li').first.inner_text().split("\n")[0]
    expect(raised).to_contain_text(why.strip())
    assert causes(page) == [second, first, third]
    expect(page.locator(f'[data-finding="{second}"] > details')).to_have_attribute("open", "")
    assert page.evaluate(MISTAKES) == []


def test_each_failed_remedy_raises_the_next_cause_and_undoing_takes_it_back(open_plan):
    page = open_plan()
    order = first, second, third = causes(page)

    tick(page, "check-contract-purpose", "no-help")
    tick(page, "stop-new-applications", "no-help")
    assert causes(page) == [third, first, second]
    expect(page.locator(".raised:visible")).to_have_count(1)
    tick(page, "ask-lender-reason", "no-help")

    expect(page.locator(".raised:visible")).to_be_focused()
    expect(page.locator('.raised:visible a[href="#contact"]')).to_be_visible()
    assert causes(page) == order
    tick(page, "check-contract-purpose", "no-help")
    expect(page.locator(".raised:visible")).to_have_count(0)
    assert causes(page) == order


def test_next_steps_are_those_that_nobody_ticked(open_plan):
    page = open_plan()
    tick(page, "check-contract-purpose", "no-help")
    first = page.locator(".raised:visible .untried a:visible").first
    slug = first.get_attribute("href").removeprefix("#action-")
    others = page.locator(".raised:visible .untried a:visible").count()
    expect(page.locator(".do-first")).to_be_hidden()
    expect(page.locator(".verdict .tried")).to_be_visible()

    tick(page, slug, "done")

    expect(page.locator(f'.raised:visible a[href="#action-{slug}"]:visible')).to_have_count(0)
    assert page.locator(".raised:visible .untried a:visible").count() in (others - 1, others)
    tick(page, "check-contract-purpose", "no-help")
    expect(page.locator(".do-first")).to_be_visible()
    expect(page.locator(".verdict .tried")).to_be_hidden()


def test_other_step_that_did_not_help_raises_nothing(open_plan):
    page = open_plan()
    order = causes(page)

    tick(page, "ask-lender-reason", "no-help")

    expect(page.locator(".raised:visible")).to_have_count(0)
    assert causes(page) == order


def test_only_cause_leads_to_the_lender_and_to_the_answers(open_plan):
    page = open_plan([*ONE_CAUSE, ("submit-block", "wangshang")])

    tick(page, "tell-jiebei-from-wangshangdai", "no-help")

    raised = page.locator(".raised:visible")
    expect(raised).to_be_focused()
    expect(raised.locator('a[href="#contact"]')).to_be_visible()
    expect(raised.locator('a[href="#answers"]')).to_be_visible()
    expect(raised.locator(".untried a").first).to_be_visible()


def test_scam_raises_no_other_cause(open_plan):
    page = open_plan([("asked-for", "pay-first")])

    expect(page.locator("#safety [data-tick]")).not_to_have_count(0)
    expect(page.locator(".raised")).to_have_count(0)


def test_step_is_ticked_by_keyboard(open_plan):
    page = open_plan()
    action(page, "check-contract-purpose").locator("summary").first.focus()
    if not action(page, "check-contract-purpose").locator("[data-tick]").first.is_visible():
        page.keyboard.press("Enter")
    action(page, "check-contract-purpose").locator('[data-tick="done"]').focus()

    page.keyboard.press("Tab")
    page.keyboard.press("Space")

    expect(page.locator(".raised:visible")).to_be_focused()


def test_erasing_clears_the_device_and_leaves_for_good(open_plan, site):
    page = open_plan()
    tick(page, "ask-lender-reason", "done")
    page.evaluate("sessionStorage.setItem('left', 'over')")
    before = page.evaluate("history.length")

    page.locator(".step-nav [data-erase]").click()

    expect(page).to_have_url(f"{site}/en/")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.evaluate("history.length") == before
    page.goto(step_address(site, SURGE))
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)


def test_without_scripts_there_is_nothing_to_tick_and_erasing_is_a_way_home(open_plan, site):
    page = open_plan(javascript=False)

    for hidden in ("#progress", ".ticks", ".raised", "[data-tick]"):
        expect(page.locator(hidden).filter(visible=True)).to_have_count(0)
    page.locator(".step-nav [data-erase]").click()

    expect(page).to_have_url(f"{site}/en/")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_ticked_plan_is_readable(open_plan, width, dark):
    page = open_plan(width=width, dark=dark)
    tick(page, "ask-lender-reason", "done")
    tick(page, "stop-new-applications", "not-for-me")
    tick(page, "check-contract-purpose", "no-help")

    assert page.evaluate(WEAK_TEXTS, LEAST_CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_way_of_the_money_is_drawn_below_the_first_steps(open_plan, width, dark):
    page = open_plan(CLASS_TWO_CARD, width=width, dark=dark)
    picture = page.get_by_role("img", name=re.compile("Clearing: passed; Bank: stopped here"))

    expect(picture).to_be_visible()
    expect(page.locator(".money-path figcaption")).to_contain_text("Bank")
    for step in page.locator(".do-first a").all():
        expect(step).to_be_in_viewport()
        assert step.bounding_box()["y"] < picture.bounding_box()["y"]
    words = picture.locator("text").all()
    boxes = [word.bounding_box() for word in words]
    whole = picture.bounding_box()
    assert all(whole["x"] <= box["x"] for box in boxes)
    assert all(box["x"] + box["width"] <= whole["x"] + whole["width"] for box in boxes)
    for one, other in zip(boxes, boxes[2:], strict=False):
        assert one["x"] + one["width"] < other["x"]


def test_scam_has_no_way_of_the_money(open_plan):
    page = open_plan([("asked-for", "pay-first")])

    expect(page.locator("#safety")).to_be_visible()
    expect(page.locator(".money-path")).to_have_count(0)


def test_result_is_ticked_and_left_like_a_plan(open_page, site):
    page = open_page(step_address(site, SURGE, "en"), language="en")
    page.goto(share(page, hide=True))
    tick(page, "check-contract-purpose", "no-help")
    expect(page.locator(".raised:visible")).to_be_focused()

    page.locator(".step-nav [data-erase]").click()

    expect(page).to_have_url(f"{site}/en/")
    assert page.evaluate("localStorage.length") == 0


def test_plan_tells_how_many_steps_each_stop_has(open_plan):
    page = open_plan()

    for stop in page.locator(".horizon").all():
        expect(stop.locator("h3")).to_contain_text(str(stop.locator("[data-action]").count()))


def test_ticked_step_stays_marked_on_paper(open_plan):
    page = open_plan(CLASS_TWO_CARD)
    tick(page, "swap-to-class1-card", "done")

    page.emulate_media(media="print")

    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator(".ticks").first).to_be_hidden()


def test_paper_says_that_a_cause_was_tried_only_where_it_did_not_help(open_plan):
    page = open_plan()
    page.emulate_media(media="print")
    tried = page.locator(".verdict .tried")
    expect(page.locator(".verdict .eyebrow").first).to_be_visible()
    expect(tried).to_be_hidden()
    page.emulate_media(media="screen")

    tick(page, "check-contract-purpose", "no-help")
    page.emulate_media(media="print")

    expect(tried).to_be_visible()
