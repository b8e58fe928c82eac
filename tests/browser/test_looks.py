"""What can be measured of the looks: room, size, contrast, dark scheme, paper."""

import pytest
from playwright.sync_api import expect

from tests.browser import (
    CLASS_TWO_CARD,
    answer,
    expect_cause,
    expect_question,
    press_continue,
    step_address,
    until,
)

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
}
LEAST_CONTRAST = 4.5

# Texts whose contrast with their ground is below the first argument, each once.
WEAK_TEXTS = """least => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = rgba(colour).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let part = element; part; part = part.parentElement) {
      const colour = getComputedStyle(part).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return "white";
  };
  const weak = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const words = texts.currentNode.textContent.trim();
    if (!words || !element.checkVisibility()) continue;
    const [high, low] = [getComputedStyle(element).color, ground(element)]
      .map(luminance)
      .sort((one, other) => other - one);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < least) weak.add(`${contrast.toFixed(1)}: ${words.slice(0, 40)}`);
  }
  return [...weak];
}"""

# What can be pressed in main and is lower than 44 px, links in running text aside.
SMALL_TARGETS = """() => {
  const inText = (link) =>
    link.matches("a") && getComputedStyle(link).display === "inline" &&
    [...link.closest("p, li, div").childNodes].some((node) => node !== link &&
      node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  return [...document.querySelectorAll("main :is(a, button, summary, .choice, [type=text])")]
    .filter((target) => target.checkVisibility() && !inText(target))
    .map((target) => [target, target.getBoundingClientRect().height])
    .filter(([, height]) => height < 44)
    .map(([target, height]) => `${height}: ${target.outerHTML.slice(0, 80)}`);
}"""


def test_no_page_is_wider_than_a_small_screen(open_page, language):
    page = open_page(width=320, language=language)
    widths = {}

    for name, address in PAGES.items():
        page.goto(address.format(language=language))
        for folded in page.locator("details:not([open]) > summary").all():
            if folded.is_visible():
                folded.click()
        widths[name] = page.evaluate("document.documentElement.scrollWidth")

    assert widths == dict.fromkeys(PAGES, 320)


def test_no_page_is_wider_than_a_phone_with_letters_twice_as_large(open_page, language):
    page = open_page(width=360, language=language)
    widths = {}

    for name, address in PAGES.items():
        page.goto(address.format(language=language))
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")
        widths[name] = page.evaluate("document.documentElement.scrollWidth")

    assert widths == dict.fromkeys(PAGES, 360)


def test_everything_to_press_is_high_enough(open_page, language):
    page = open_page(language=language)
    small = {}

    for name in ("home", "many", "single", "number", "messages", "found messages", "alternatives"):
        page.goto(PAGES[name].format(language=language))
        small[name] = page.evaluate(SMALL_TARGETS)
    page.goto(PAGES["number"].format(language=language))
    press_continue(page)
    expect(page.locator("#error-summary")).to_be_visible()
    page.locator("details.answers summary").click()
    small["error and answers"] = page.evaluate(SMALL_TARGETS)

    assert {name: found for name, found in small.items() if found} == {}


def test_whole_choice_is_the_target(open_page, site, width):
    page = open_page(step_address(site), width=width)
    box = page.locator(".choice").first.bounding_box()

    page.mouse.click(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5)

    expect(page.locator("#answer-0")).to_be_checked()


def test_way_on_is_on_screen_from_the_start(open_page, site, width):
    page = open_page(step_address(site), width=width)

    expect(page.locator("#step button.continue")).to_be_in_viewport(ratio=1)


def test_focus_is_seen(open_page, site):
    page = open_page(step_address(site, until("stopped")))
    page.locator("#answer-0").focus()

    page.keyboard.press("ArrowDown")

    expect(page.locator("#answer-1")).to_be_focused()
    expect(page.locator('.choice[for="answer-1"]')).to_have_css("outline-style", "solid")
    expect(page.locator('.choice[for="answer-0"]')).to_have_css("outline-style", "none")


def weak_texts(page):
    """Those that hardly stand out from their ground, in each colour scheme."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [(scheme, weak) for weak in page.evaluate(WEAK_TEXTS, LEAST_CONTRAST)]
    return found


def test_texts_stand_out_from_their_ground(open_page):
    page = open_page(language="en")
    found = {}

    for name, address in PAGES.items():
        page.goto(address.format(language="en"))
        found[name] = weak_texts(page)

    assert [(name, weak) for name, weak in found.items() if weak] == []


def test_error_stands_out_from_its_ground(open_page, site):
    page = open_page(step_address(site, until("amount")))
    answer(page, "amount", "abc")
    expect(page.locator("#error-summary")).to_be_focused()

    assert weak_texts(page) == []


@pytest.mark.parametrize(
    ("dark", "darkest", "lightest"),
    [pytest.param(False, 200, 255, id="light"), pytest.param(True, 0, 60, id="dark")],
)
def test_ground_follows_the_colour_scheme(open_page, dark, darkest, lightest):
    page = open_page("/zh-hans/", dark=dark)

    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")

    parts = [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    assert all(darkest <= part <= lightest for part in parts)


def test_paper_shows_the_advice_and_no_controls(open_page, site):
    page = open_page(step_address(site, CLASS_TWO_CARD))
    page.emulate_media(media="print")

    for section in ("causes", "plan", "contact", "credit-repair", "account-security", "sources"):
        expect(page.locator(f"#{section} h2")).to_be_visible()
    expect_cause(page, "card-limit-class2")
    expect(page.locator(".step-nav")).to_be_hidden()
    expect(page.locator("nav.contents")).to_be_hidden()
    assert page.evaluate(WEAK_TEXTS, LEAST_CONTRAST) == []
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_answers_printed_from_a_step_are_readable(open_page, site):
    page = open_page(step_address(site, until("stopped")))
    page.emulate_media(media="print")

    expect_question(page, "stopped")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".choice").first).to_be_visible()
