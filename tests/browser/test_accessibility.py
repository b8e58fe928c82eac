"""The structure that assistive technology needs, on every kind of page."""

import pytest
from playwright.sync_api import expect

from tests.browser import CLASS_TWO_CARD, answer, press_continue, step_address, until

PAGES = {
    "home": "/{language}/",
    "many": step_address("", (), "{language}"),
    "single": step_address("", until("stopped"), "{language}"),
    "number": step_address("", until("amount"), "{language}"),
    "strategy": step_address("", CLASS_TWO_CARD, "{language}"),
    "scam": step_address("", [("asked-for", "pay-first")], "{language}"),
    "messages": "/{language}/messages/",
    "found messages": "/{language}/messages/?q=银行卡异常，放款失败",
    "alternatives": "/{language}/jiebei/alternatives/",
    "old edition": step_address("", (), "{language}", tree="loan-offer"),
    "no such tree": "/{language}/nothing/",
    "no such edition": step_address("", (), "{language}", edition=99),
}

MISTAKES = """() => {
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const mistakes = [];
  const tell = (what, element) => mistakes.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  const words = (element) => element.textContent.trim();
  const once = (selector) => {
    const count = all(selector).length;
    if (count !== 1) mistakes.push(`${count} of ${selector}`);
  };

  ["h1", "main", "body > header", "body > footer", "title", "main #wizard"].forEach(once);

  const ids = all("[id]").map((element) => element.id);
  for (const id of ids.filter((id, index) => ids.indexOf(id) !== index)) {
    mistakes.push(`id twice: ${id}`);
  }
  for (const name of ["aria-describedby", "aria-labelledby", "aria-controls", "for"]) {
    for (const element of all(`[${name}]`)) {
      const missing = element.getAttribute(name).split(/\\s+/).filter((id) => !ids.includes(id));
      if (missing.length) tell(`${name} leads nowhere`, element);
    }
  }
  for (const link of all('a[href^="#"]')) {
    if (!ids.includes(decodeURIComponent(link.hash.slice(1)))) tell("link leads nowhere", link);
  }

  let level = 1;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const here = Number(heading.tagName[1]);
    if (here > level + 1) tell(`h${here} after h${level}`, heading);
    if (!words(heading)) tell("empty heading", heading);
    level = here;
  }

  for (const input of all("input:not([type=hidden]), select, textarea")) {
    if (![...input.labels].some(words)) tell("no label", input);
  }
  for (const input of all("[type=radio], [type=checkbox]")) {
    const legend = input.closest("fieldset")?.querySelector(":scope > legend");
    if (!legend || !words(legend)) tell("no legend", input);
  }
  for (const element of all("a[href], button, summary")) {
    if (!words(element) && !element.ariaLabel) tell("no name", element);
  }
  for (const image of all("img:not([alt])")) tell("no alt", image);
  for (const part of all("nav")) if (!part.ariaLabel) tell("no name", part);
  for (const part of all("section, aside")) {
    if (part.querySelector("h2") && !part.closest(".start-card") &&
      !part.hasAttribute("aria-labelledby")) tell("no name", part);
  }
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) tell("own order", element);
  for (const list of all("ul, ol")) {
    if ([...list.children].some((child) => child.tagName !== "LI")) tell("not a list", list);
    if (!list.children.length) tell("empty list", list);
  }
  for (const folded of all("details")) {
    if (folded.firstElementChild?.tagName !== "SUMMARY") tell("no summary", folded);
  }
  if (/maximum-scale|user-scalable/.test(document.querySelector("meta[name=viewport]").content)) {
    mistakes.push("zoom is blocked");
  }
  for (const element of all("[lang]")) {
    if (!["zh-hans", "en"].includes(element.lang)) tell("unknown language", element);
  }
  return mistakes;
}"""


def test_structure_of_every_kind_of_page(open_page, language):
    page = open_page(language=language, allow=("status of 404",))
    found = {}

    for name, address in PAGES.items():
        page.goto(address.format(language=language))
        found[name] = page.locator("html").get_attribute("lang"), page.evaluate(MISTAKES)

    assert found == dict.fromkeys(PAGES, (language, []))


@pytest.mark.parametrize(
    ("question", "javascript"), [("asked-for", True), ("stopped", False), ("amount", True)]
)
def test_structure_of_an_error(open_page, site, javascript, question):
    page = open_page(step_address(site, until(question)), javascript=javascript)
    press_continue(page)
    expect(page.locator("#error-summary")).to_be_visible()

    mistakes = page.evaluate(MISTAKES)

    assert mistakes == []
    described = page.locator('#step [aria-describedby~="answer-error"]')
    expect(described).to_have_count(1)
    expect(page.locator('#step [aria-invalid="true"]').first).to_be_visible()


def test_structure_after_swaps(open_page, site, language):
    page = open_page(step_address(site, until("card-class"), language), language=language)
    mistakes = []

    for question, value in CLASS_TWO_CARD[len(until("card-class")) :]:
        answer(page, question, value)
        expect(page.locator("h1")).to_be_focused()
        mistakes += page.evaluate(MISTAKES)

    assert mistakes == []


@pytest.mark.parametrize(
    ("question", "role", "language"),
    [("asked-for", "checkbox", "zh-hans"), ("product", "radio", "en")],
)
def test_choices_are_named_and_grouped_by_the_question(open_page, site, language, question, role):
    page = open_page(step_address(site, until(question), language), language=language)
    title = page.locator("h1").inner_text().replace("\n", " ")

    group = page.get_by_role("group", name=title, exact=True)

    expect(group).to_have_count(1)
    for label in page.locator("#step .choice-label").all_inner_texts():
        expect(group.get_by_role(role, name=label)).not_to_have_count(0)


def test_number_field_is_named_by_the_question(open_page, site, language):
    page = open_page(step_address(site, until("amount"), language), language=language)

    field = page.get_by_role("textbox", name=page.locator("h1").inner_text(), exact=True)

    expect(field).to_have_id("answer")
    parts = ("help", "unit", "example")
    said = [page.locator(f"#answer-{part}").inner_text() for part in parts]
    expect(field).to_have_accessible_description(" ".join(said))


def test_error_is_announced(open_page, site, javascript):
    page = open_page(step_address(site, until("product")), javascript=javascript)

    press_continue(page)

    alert = page.get_by_role("alert").and_(page.locator("#error-summary"))
    expect(alert).to_contain_text(page.locator("#answer-error").inner_text())


def test_dropped_answers_are_announced(open_page, site, javascript):
    page = open_page(step_address(site, CLASS_TWO_CARD), javascript=javascript)
    page.locator("#answers [data-answer=card-class] a").click()

    answer(page, "card-class", "class1")

    expect(page.locator("#dropped").and_(page.get_by_role("status"))).to_contain_text("50,000")
    if javascript:
        expect(page.locator("#dropped")).to_be_focused()


def test_change_links_say_what_they_change(open_page, site, language):
    page = open_page(step_address(site, CLASS_TWO_CARD, language), language=language)

    links = page.locator("#answers [data-answer] a").all_text_contents()

    assert len(links) == len(CLASS_TWO_CARD)
    assert len(set(links)) == len(links)


def test_message_in_the_other_language_is_marked(open_page):
    page = open_page("/en/", language="en")

    messages = page.locator(".message-list strong")

    expect(messages.first).to_have_attribute("lang", "zh-hans")
    assert messages.count() == page.locator('.message-list strong[lang="zh-hans"]').count()


def test_small_letters_can_be_enlarged_twice(open_page, site):
    page = open_page(step_address(site, until("stopped")), width=1280)

    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    expect(page.locator("#step button.continue")).to_be_in_viewport()
