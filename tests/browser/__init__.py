"""Walking the real site in a real browser. What is on a page is found by names, not by words."""

from playwright.sync_api import expect

CLASS_TWO_CARD = (
    ("asked-for", "none"),
    ("product", "jiebei"),
    ("stopped", "failed"),
    ("fail-text", "bare"),
    ("card-signs", "none"),
    ("card-class", "class2"),
    ("amount", "5万"),
)
"""放款失败, a class II card, 50,000 yuan: the walk of most tests."""

TYPED = {"amount"}
"""Questions that are answered by typing."""


def query(steps):
    """Steps as they stand in a canonical address."""
    pairs = [f"{question}={'50000' if value == '5万' else value}" for question, value in steps]
    return "?" + "&".join(pairs) if pairs else ""


def until(question):
    """The steps of CLASS_TWO_CARD before this question."""
    asked = [slug for slug, _ in CLASS_TWO_CARD]
    return CLASS_TWO_CARD[: asked.index(question)]


def step_address(site, steps=(), language="zh-hans", tree="jiebei", edition=1):
    return f"{site}/{language}/{tree}/{edition}/{query(steps)}"


def expect_question(page, question):
    expect(page.locator("#step")).to_have_attribute("data-question", question)


def expect_cause(page, finding):
    """The strategy is shown, and this finding comes first."""
    expect(page.locator("[data-finding]").first).to_have_attribute("data-finding", finding)


def expect_links_to_open_their_steps(page):
    """Each of “Do this first” leads to an open step, with its title on screen."""
    links = page.locator(".do-first a")
    expect(links.nth(1)).to_be_visible()
    for link in links.all():
        slug = link.get_attribute("href").removeprefix("#action-")
        link.click()
        step = page.locator(f'[data-action="{slug}"]')
        expect(step.locator(".prose")).to_be_in_viewport()
        expect(step.locator(".action-title")).to_be_in_viewport()


def choice(page, question, value):
    return page.locator(f'#step input[name="answer.{question}"][value="{value}"]')


def fill_in(page, question, *values):
    expect_question(page, question)
    for value in values:
        if question in TYPED:
            page.locator("#answer").fill(value)
        else:
            choice(page, question, value).check()


def press_continue(page):
    page.locator("#step button.continue").click()


def answer(page, question, *values):
    fill_in(page, question, *values)
    press_continue(page)
