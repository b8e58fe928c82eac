"""Finding a message by its words, comparing other ways to get money, looking a word up."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import CLASS_TWO_CARD, answer, choice, expect_question, step_address, until


def typed(page, words):
    page.locator("#message-text").press_sequentially(words, delay=20)


@pytest.mark.parametrize("address", ["/zh-hans/", "/zh-hans/messages/"])
def test_matches_appear_while_typing_and_the_place_stays(open_page, site, address):
    page = open_page(address)

    typed(page, "银行卡状态异常")

    match = page.locator("#matches [data-message]").first
    expect(match).to_contain_text("银行卡状态异常")
    expect(page.locator("#message-text")).to_be_focused()
    expect(page).to_have_url(f"{site}{address}")


def test_only_what_was_typed_last_is_looked_up(open_page):
    page = open_page("/zh-hans/messages/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    typed(page, "phantom words")

    expect(page.locator("[data-no-match]")).to_be_visible()
    assert 1 <= len(asked) < len("phantom words")


def test_match_starts_with_what_it_implies(open_page):
    page = open_page("/zh-hans/")
    page.locator("#message-text").fill("钱一直没到账，显示处理中")

    page.locator(".search button").click()
    page.locator("#matches [data-message] a").first.click()

    expect_question(page, "asked-for")
    expect(page.locator("[data-held=stopped]")).to_be_visible()
    answer(page, "asked-for", "none")
    answer(page, "product", "jiebei")
    expect_question(page, "record")
    page.locator("details.answers summary").click()
    page.locator("[data-answer=stopped] a").click()
    expect(choice(page, "stopped", "pending")).to_be_checked()


def test_what_was_filled_in_wrongly_is_asked_after_all(open_page, site):
    page = open_page("/zh-hans/jiebei/?stopped=pending")

    page.locator("[data-held=stopped] a").click()

    expect(page).to_have_url(step_address(site))
    answer(page, "asked-for", "none")
    answer(page, "product", "jiebei")
    expect_question(page, "stopped")


def test_scam_stands_first_and_leads_to_the_safety_block(open_page):
    page = open_page("/zh-hans/messages/")
    page.locator("#message-text").fill("客服说要先交保证金才能放款")

    page.locator(".search button").click()
    page.locator("#matches [data-message] a").first.click()

    expect(page.locator("#safety h1")).to_be_visible()


def test_what_fits_nothing_leads_to_the_first_question(open_page):
    page = open_page("/zh-hans/messages/")
    page.locator("#message-text").fill("明天去公园看花")

    page.locator(".search button").click()
    page.locator("[data-no-match] a").click()

    expect_question(page, "asked-for")


def test_lost_connection_is_told_and_the_words_stay(open_page):
    page = open_page("/zh-hans/", allow=("ERR_INTERNET_DISCONNECTED", "htmx:"))
    page.context.set_offline(True)

    typed(page, "放款失败")

    expect(page.locator("#connection-error")).to_be_visible()
    expect(page.locator("#message-text")).to_have_value("放款失败")


def test_table_is_filtered_in_place(open_page, site):
    page = open_page(step_address(site, CLASS_TWO_CARD))
    rows = page.locator("#alternatives [data-alternative]")
    page.locator("#alternative-financing details.more > summary").click()
    of_a_person = rows.count()

    page.locator("#filter-for").select_option("business")

    expect(page.locator("[data-alternative=tax-loan]")).to_have_count(1)
    page.locator("#filter-for").select_option("person")
    expect(rows).to_have_count(of_a_person)
    page.locator("#filter-within").select_option("week")
    expect(rows).not_to_have_count(of_a_person)
    withins = rows.evaluate_all("found => found.map(each => each.dataset.within)")
    assert set(withins) <= {"today", "week"}
    expect(page).to_have_url(step_address(site, CLASS_TWO_CARD))


def test_table_is_filtered_without_javascript(open_page):
    page = open_page("/zh-hans/jiebei/alternatives/", javascript=False)

    page.locator("#filter-for").select_option("business")
    page.locator("form.filter button").click()

    expect(page).to_have_url(re.compile("_for=business"))
    expect(page.locator("[data-alternative=tax-loan]")).to_have_count(1)
    expect(page.locator("#filter-for")).to_have_value("business")


def test_word_is_explained_without_leaving_the_step(open_page, site):
    address = step_address(site, until("card-class"))
    page = open_page(address)
    term = page.locator(".glossary details").first
    meaning = term.locator("summary ~ *").first
    expect(meaning).to_be_hidden()

    term.locator("summary").click()

    expect(meaning).to_be_visible()
    expect_question(page, "card-class")
    expect(page).to_have_url(address)


def test_way_out_of_a_long_list_is_always_in_reach(open_page, site, width):
    page = open_page(step_address(site), width=width)

    page.locator("#step .step-submit .none").click()

    expect_question(page, "product")
    expect(page).to_have_url(step_address(site, until("product")))
