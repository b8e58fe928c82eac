"""A strategy saved as one file, and what stands on its paper only."""

import re

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from tests.test_fixture_paths import BUSINESS
from wizard import results
from wizard.templatetags.wizard import qr

pytestmark = pytest.mark.django_db

STEP = "/en/jiebei/1/"
SAVED = f"{STEP}plan.html"


def soup_of(response):
    return BeautifulSoup(response.content, "lxml")


def addresses(soup):
    return [link["href"] for link in soup.find_all("a")]


def marked(soup, part):
    return [tag[f"data-{part}"] for tag in soup.select(f"[data-{part}]")]


def texts(soup, selector):
    return [tag.get_text(" ", strip=True) for tag in soup.select(selector)]


def make_result(**chosen):
    return results.make("jiebei", 1, BUSINESS, **{"days": 90, "hides_answers": False} | chosen)


def test_file_is_a_download_named_after_the_day(client):
    response = client.get(SAVED, BUSINESS)

    assert response["Content-Type"] == "text/html; charset=utf-8"
    name = f"payout-plan-{timezone.localdate()}.html"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_file_says_what_the_page_says(client, language):
    page = soup_of(client.get(f"/{language}/jiebei/1/", BUSINESS))
    saved = soup_of(client.get(f"/{language}/jiebei/1/plan.html", BUSINESS))

    assert saved.html["lang"] == language
    assert saved.title.get_text() == page.title.get_text()
    for part in ("finding", "action", "contact", "source", "alternative"):
        assert marked(saved, part) == marked(page, part)
    assert texts(saved, ".prose, .reasons, pre") == texts(page, ".prose, .reasons, pre")


def test_file_needs_nothing_else(client):
    saved = soup_of(client.get(SAVED, BUSINESS))

    assert saved.find_all(["script", "link", "img", "form", "iframe"]) == []
    styles = "".join(style.get_text() for style in saved.find_all("style"))
    assert ".verdict" in styles
    assert [u for u in re.findall(r"url\(.{6}", styles) if u != 'url("data:'] == []
    assert "@import" not in styles
    policy = saved.select_one('meta[http-equiv="Content-Security-Policy"]')["content"]
    assert policy.startswith("default-src 'none';")


def test_links_of_the_file_lead_on_from_anywhere(client):
    saved = soup_of(client.get(SAVED, BUSINESS))

    assert f"http://testserver{STEP}?asked-for=none" in saved.select_one("p.help a")["href"]
    beginnings = ("#", "tel:", "http://", "https://")
    assert [link for link in addresses(saved) if not link.startswith(beginnings)] == []


def test_unfinished_walk_goes_on_instead_of_being_saved(client):
    response = client.get(SAVED, {"asked-for": "none"})

    assert (response.status_code, response["Location"]) == (302, f"{STEP}?asked-for=none")


def test_result_is_saved_with_a_link_back_to_it(client):
    made = make_result()

    response = client.get(f"/en/r/{made.token}/plan.html")

    link = f"http://testserver/en/r/{made.token}/"
    assert soup_of(response).select_one("p.help a")["href"] == link
    assert len(soup_of(response).select("#answers [data-answer]")) == len(BUSINESS)


def test_file_of_a_result_tells_no_hidden_answers(client):
    made = make_result(hides_answers=True)

    response = client.get(f"/en/r/{made.token}/plan.html")

    saved = soup_of(response)
    assert saved.select(".own-answers, .reasons, #answers, #ruled-out") == []
    assert [link for link in addresses(saved) if "/jiebei/" in link or "asked-for" in link] == []
    assert "Turnover of my shop or firm" not in saved.get_text()


@pytest.mark.parametrize(
    "address",
    [pytest.param(STEP, id="page"), pytest.param(SAVED, id="file")],
)
def test_paper_has_date_edition_and_a_code_that_holds_the_answers(client, address):
    head = soup_of(client.get(address, BUSINESS)).select_one(".print-head")

    assert head.time["datetime"] == str(timezone.localdate())
    assert "Edition 1." in head.get_text()
    assert head.select_one("svg.qr-code")
    assert "holds the answers" in head.figcaption.get_text()


def test_code_on_the_paper_of_a_result_holds_no_answers(client):
    made = make_result()

    head = soup_of(client.get(f"/en/r/{made.token}/")).select_one(".print-head")

    assert head.select_one("svg.qr-code")
    assert "answers" not in head.figcaption.get_text()


def test_address_that_is_too_long_for_a_code_has_none():
    assert qr("https://example.org/?" + "a" * 2000).startswith("<svg")
    assert qr("https://example.org/?" + "a" * 3000) == ""
