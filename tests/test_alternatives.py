"""The table of other ways to get money, on a small tree published alone."""

import datetime as dt
from urllib.parse import parse_qsl, urljoin, urlsplit

import msgspec
import pytest
from django.utils import timezone

from tests.editions import make_edition
from tests.pages import fragment, page
from tests.trees import (
    make_alternative,
    make_choice,
    make_evidence,
    make_figure,
    make_finding,
    make_question,
    make_tree,
    text,
)
from wizard.models import Edition
from wizard.tree.content import Audience, Effect, Grade, Horizon

pytestmark = pytest.mark.django_db

ADDRESS = "/en/own/alternatives/"
HTMX = {"HX-Request": "true"}
BOTH = (Audience.PERSON, Audience.BUSINESS)
ALTERNATIVES = (
    make_alternative("late-loan", within=Horizon.QUARTER),
    make_alternative("loan", BOTH, cost=text("{own-rate} a year"), contacts=("police",)),
    make_alternative("gift", borrowing=False),
    make_alternative("shop-loan", [Audience.BUSINESS], within=Horizon.MONTH),
)
PERSONS = ["gift", "loan", "late-loan"]
BUSINESSES = ["loan", "shop-loan"]


def make_compared_tree(alternatives=ALTERNATIVES, slug="own"):
    """Who borrows, then the card; each answer suggests something, so that each question matters."""
    return make_tree(
        [
            make_question(
                "who",
                [
                    make_choice("self", audience=Audience.PERSON),
                    make_choice("company", audience=Audience.BUSINESS),
                    make_choice("unsure", unsure=True),
                ],
                ["card"],
            ),
            make_question("card", ["frozen", "fine"]),
        ],
        [
            make_finding("card", [make_evidence(Effect.CONFIRMS, {"card": ("frozen",)})]),
            make_finding("company", [make_evidence(Effect.SUGGESTS, {"who": ("company",)})]),
        ],
        alternatives=tuple(alternatives),
        figures=(make_figure("own-rate", "3.5%"),),
        slug=slug,
    )


def publish(tree):
    make_edition(tree)


@pytest.fixture(autouse=True)
def own():
    """No other tree is published."""
    Edition.objects.all().delete()
    publish(make_compared_tree())


def words(part):
    return " ".join(part.get_text().split())


def rows(response):
    return [row["data-alternative"] for row in page(response).select("[data-alternative]")]


def row_of(response, slug):
    return page(response).find(attrs={"data-alternative": slug})


def chosen(response, name):
    """What a filter shows as chosen, the first option if none is marked."""
    options = page(response).select(f"select[name={name}] option")
    return next((o["value"] for o in options if o.has_attr("selected")), options[0]["value"])


def kept(response):
    """The answers that the filter sends along."""
    return [
        (i["name"].removeprefix("answer."), i["value"])
        for i in page(response).select("form.filter input")
    ]


def robots(response):
    return [meta["content"] for meta in page(response).select("meta[name=robots]")]


# The table


def test_table_is_for_persons_unless_told_otherwise(client):
    response = client.get(ADDRESS)

    assert response.status_code == 200
    assert rows(response) == PERSONS
    assert (chosen(response, "_for"), chosen(response, "_within")) == ("person", "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"_for": "person"}, PERSONS),
        ({"_for": "business"}, BUSINESSES),
        ({"_within": "week"}, ["gift", "loan"]),
        ({"_within": "today"}, []),
        ({"_within": "quarter"}, PERSONS),
        ({"_for": "business", "_within": "week"}, ["loan"]),
        ({"_for": "business", "_within": ""}, BUSINESSES),
    ],
)
def test_table_is_filtered(client, query, expected):
    response = client.get(ADDRESS, query)

    assert rows(response) == expected
    assert rows(client.get(ADDRESS, query, headers=HTMX)) == expected
    assert chosen(response, "_for") == query.get("_for", "person")
    assert chosen(response, "_within") == query.get("_within", "")


@pytest.mark.parametrize(
    "query",
    [
        {"_for": "nobody"},
        {"_for": ""},
        {"_for": "PERSON"},
        {"_for": "\0"},
        {"_within": "never"},
        {"_within": "\0"},
        {"_within": "1 OR 1=1"},
        {"_for": "x" * 10_000, "_within": "x" * 10_000},
        {"_for": ["business", "nobody"]},
        {"unknown": "business"},
    ],
)
def test_unknown_values_are_ignored(client, query):
    response = client.get(ADDRESS, query)

    assert response.status_code == 200
    assert rows(response) == PERSONS


def test_row_tells_what_a_borrower_compares(client):
    row = row_of(client.get(ADDRESS), "loan")

    told = words(row)
    assert words(row.th).startswith("loan")
    assert "3.5% (as of 2026-11) a year" in told
    for name in ("time", "who", "size", "papers", "risks", "how"):
        assert f"loan {name}" in told
    assert [a["href"] for a in row.select("a.contact-link")] == ["tel:110"]
    assert [a["href"] for a in row.select("[data-source=law] a")] == ["https://example.org/law"]
    assert row.select_one("[data-source=law] .grade")["class"] == ["grade", "grade-official"]


def test_rate_that_only_hearsay_supports_says_so(client):
    tree = make_compared_tree()
    figures = [msgspec.structs.replace(figure, grade=Grade.USERS) for figure in tree.figures]
    publish(msgspec.structs.replace(tree, figures=tuple(figures)))

    row = row_of(client.get(ADDRESS), "loan")

    assert "3.5% (commonly said, unproven, 2026-11) a year" in words(row)


def test_row_says_whether_it_is_a_new_debt(client):
    response = client.get(ADDRESS)

    assert [row_of(response, slug)["data-borrowing"] for slug in PERSONS] == [
        "false",
        "true",
        "true",
    ]
    assert "no new debt" in words(row_of(response, "gift").th)
    assert "no new debt" not in words(row_of(response, "loan").th)


@pytest.mark.parametrize(("days", "over"), [(-1, True), (0, False), (1, False)])
def test_scheme_says_until_when_it_runs_or_that_it_is_over(client, days, over):
    last = timezone.localdate() + dt.timedelta(days=days)
    publish(make_compared_tree([make_alternative("scheme", ends_on=last)]))

    row = row_of(client.get(ADDRESS), "scheme")

    assert bool(row.select(".tag-over")) is over
    assert f"{'ended on' if over else 'until'} {last}" in words(row.select_one(".tag"))


def test_scheme_without_an_end_says_nothing_of_one(client):
    assert row_of(client.get(ADDRESS), "loan").select(".tag") == []


# With answers


@pytest.mark.parametrize(
    ("query", "audience", "expected"),
    [
        ({"who": "self"}, "person", PERSONS),
        ({"who": "company"}, "business", BUSINESSES),
        ({"who": "unsure"}, "person", PERSONS),
        ({"who": "company", "_for": "person"}, "person", PERSONS),
        ({"who": "company", "_for": "nobody"}, "business", BUSINESSES),
        ({"who": "ghost"}, "person", PERSONS),
    ],
)
def test_answers_say_for_whom_the_table_is(client, query, audience, expected):
    response = client.get(ADDRESS, query)

    assert (chosen(response, "_for"), rows(response)) == (audience, expected)


def test_filter_sends_the_answers_along(client):
    query = {"card": "frozen", "who": "company", "_for": "person", "foreign": "x"}

    response = client.get(ADDRESS, query)

    assert kept(response) == [("who", "company"), ("card", "frozen")]
    assert page(response).select_one("form.filter")["action"] == ADDRESS


def test_unreadable_answers_are_not_sent_along(client):
    response = client.get(ADDRESS, {"who": "\0", "card": "x" * 10_000})

    assert (response.status_code, kept(response)) == (200, [])


def test_page_with_answers_leads_back_to_the_result(client):
    response = client.get(ADDRESS, {"who": "company", "card": "frozen", "_within": "week"})

    link = page(response).select_one("a.back")["href"]
    result = client.get(link, follow=True)

    assert parse_qsl(urlsplit(link).query) == [("who", "company"), ("card", "frozen")]
    assert page(result).select("#causes")
    assert page(result).h1.get_text() == "card"


def test_page_without_answers_leads_back_home(client):
    link = page(client.get(ADDRESS)).select_one("a.back")["href"]

    assert urljoin(ADDRESS, link) == "/en/"


def test_page_with_answers_is_not_for_search_engines(client):
    assert robots(client.get(ADDRESS)) == []
    assert robots(client.get(ADDRESS, {"who": "company"})) == ["noindex"]


def test_other_language_keeps_answers_and_filter(client):
    response = client.get(ADDRESS, {"who": "self", "_for": "business", "_within": "week"})

    other = client.get(page(response).select_one("#language-switch")["href"], follow=True)

    assert page(other).html["lang"] == "zh-hans"
    assert (chosen(other, "_for"), chosen(other, "_within")) == ("business", "week")
    assert (kept(other), rows(other)) == ([("who", "self")], ["loan"])


# The fragment


def test_fragment_is_the_table_alone(client):
    response = client.get(ADDRESS, {"_for": "business"}, headers=HTMX)

    soup = fragment(response)
    assert response.status_code == 200
    assert len(soup.select("table.comparison")) == 1
    assert words(soup.select_one("[role=status]")).startswith("2 ways")
    # The form stays on the page: a swap must not take it from under the finger.
    assert soup.select("html, head, body, h1, form") == []


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_page_and_fragment_are_kept_apart_by_caches(client, headers):
    assert "HX-Request" in client.get(ADDRESS, headers=headers)["Vary"]


# Where there is nothing


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("slug", ["nowhere", "bare", "Own", "0"])
def test_tree_without_alternatives_has_no_table(client, slug, headers):
    publish(make_compared_tree([], slug="bare"))

    assert client.get(f"/en/{slug}/alternatives/", headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_is_only_read(client, method):
    assert getattr(client, method)(ADDRESS).status_code == 405


# The ways to it


def test_home_page_leads_to_the_table_of_each_tree_that_has_one(client):
    publish(make_compared_tree([], slug="bare"))

    links = [a["href"] for a in page(client.get("/en/")).select("a[href*=alternatives]")]

    assert links == [ADDRESS]


@pytest.mark.parametrize(
    ("who", "expected"), [("self", PERSONS), ("company", BUSINESSES), ("unsure", PERSONS)]
)
def test_result_has_the_table_for_whoever_borrows(client, who, expected):
    response = client.get("/en/own/1/", {"who": who, "card": "frozen"})

    section = page(response).find(id="alternative-financing")
    assert [row["data-alternative"] for row in section.select("[data-alternative]")] == expected
    assert kept(response) == [("who", who), ("card", "frozen")]


def test_result_of_a_tree_without_alternatives_has_no_table(client):
    publish(make_compared_tree([], slug="bare"))

    response = client.get("/en/bare/1/", {"who": "self", "card": "frozen"})

    assert page(response).find(id="alternative-financing") is not None
    assert page(response).select("#alternatives, form.filter") == []
