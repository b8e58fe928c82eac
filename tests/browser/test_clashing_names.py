"""Questions named like what browsers and scripts have: the swaps go on working."""

import pytest
from playwright.sync_api import expect

from tests.browser import answer, expect_question
from tests.servers import run
from tests.trees import CLASHING, make_clashing_tree
from wizard.tree.content import Kind

PUBLISH = """
from tests.trees import make_clashing_tree
from wizard import drafts, publishing
publishing.publish(drafts.restore(make_clashing_tree()))
"""
DELETE = """
from wizard.models import Edition, Tree
Edition.objects.filter(tree__slug="clashing").delete()
Tree.objects.filter(slug="clashing").delete()
"""


@pytest.fixture
def clashing(installation):
    run(installation, PUBLISH)
    yield make_clashing_tree()
    run(installation, DELETE)


def test_tree_of_clashing_names_is_walked_by_swaps_alone(open_page, site, clashing):
    page = open_page(f"{site}/en/clashing/1/")
    loads = []
    page.on("load", lambda loaded: loads.append(loaded.url))

    for question in clashing.questions:
        if question.kind is Kind.NUMBER:
            expect_question(page, question.slug)
            page.locator("#answer").fill("1")
            page.locator("#step button.continue").click()
        else:
            answer(page, question.slug, question.choices[0].slug)

    causes = page.locator("[data-finding]")
    expect(causes).to_have_count(len(CLASHING))
    slugs = causes.evaluate_all("found => found.map(each => each.dataset.finding)")
    assert slugs == list(CLASHING)
    assert loads == []


def test_steps_of_clashing_names_can_be_ticked(open_page, site, clashing):
    page = open_page(f"{site}/en/clashing/1/?{CLASHING[0]}={CLASHING[0]}")
    told = [
        f"{q.slug}={1 if q.kind is Kind.NUMBER else q.choices[0].slug}" for q in clashing.questions
    ]
    page.goto(f"{site}/en/clashing/1/?{'&'.join(told)}")
    step = page.locator("#plan [data-action=constructor]")
    expect(step).to_have_attribute("data-ticked", "")

    step.locator("summary").first.click()
    step.locator("[data-tick=done]").click()

    expect(step).to_have_attribute("data-ticked", "done")
    page.reload()
    expect(step).to_have_attribute("data-ticked", "done")
