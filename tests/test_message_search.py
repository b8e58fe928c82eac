"""The page that finds a message, on a small tree published alone."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.editions import make_edition
from tests.pages import fragment, page
from tests.trees import (
    make_action,
    make_choice,
    make_evidence,
    make_finding,
    make_message,
    make_question,
    make_tree,
)
from wizard import editions
from wizard.models import Edition
from wizard.tree.content import Effect, Theme
from wizard.tree.search import LONGEST_QUERY
from wizard.views import MESSAGES_SHOWN

pytestmark = pytest.mark.django_db

ADDRESS = "/en/messages/"
HTMX = {"HX-Request": "true"}
MESSAGES = (
    make_message(
        "card-state",
        "银行卡状态异常，放款失败",
        implies={"stopped": ("card",)},
        finding="card",
        wordings=("我的卡被冻结用不了",),
    ),
    make_message(
        "card-other", "放款失败，请更换银行卡", implies={"stopped": ("card",)}, finding="card"
    ),
    make_message(
        "deposit", "请先缴纳保证金解冻账户", implies={"stopped": ("pay-first",)}, finding="scam"
    ),
    make_message("wait", "系统升级中，请稍后再试"),
)


def make_searched_tree(messages=MESSAGES, slug="own"):
    return make_tree(
        [
            make_question("stopped", ["card", "pay-first", make_choice("unsure", unsure=True)]),
        ],
        [
            make_finding("card", [make_evidence(Effect.CONFIRMS, {"stopped": ("card",)})]),
            make_finding(
                "scam",
                [make_evidence(Effect.CONFIRMS, {"stopped": ("pay-first",)})],
                ["call"],
                safety=True,
            ),
        ],
        [make_action("call", Theme.SAFETY, contacts=("police",))],
        messages=messages,
        slug=slug,
    )


def publish(tree):
    make_edition(tree)


@pytest.fixture(autouse=True)
def own():
    """No other tree is published."""
    Edition.objects.all().delete()
    publish(make_searched_tree())


def found(response):
    return [item["data-message"] for item in page(response).select("#matches [data-message]")]


def listed(response):
    """The messages of the page, or of the fragment."""
    return [item["data-message"] for item in page(response).select("[data-message]")]


def robots(response):
    return [meta["content"] for meta in page(response).select("meta[name=robots]")]


# The page


def test_page_without_a_query_lists_all_messages_by_cause(client):
    response = client.get(ADDRESS)

    groups = {
        group.summary.get_text(): [item["data-message"] for item in group.select("[data-message]")]
        for group in page(response).select("details.more")
    }
    assert response.status_code == 200
    assert groups == {
        "card (2)": ["card-state", "card-other"],
        "scam (1)": ["deposit"],
        "own (1)": ["wait"],
    }
    assert found(response) == []
    assert page(response).select("[data-no-match]") == []


def test_page_with_a_query_lists_what_fits_and_nothing_else(client):
    response = client.get(ADDRESS, {"q": "银行卡状态异常"})

    assert response.status_code == 200
    assert found(response) == ["card-state"]
    assert listed(response) == found(response)
    assert page(response).select_one("#message-text")["value"] == "银行卡状态异常"


@pytest.mark.parametrize(
    "query", ["我的卡被冻结了", "銀行卡狀態異常", "【通知】银行卡状态异常，放款失败，详情点击"]
)
def test_message_is_found_however_it_is_told(client, query):
    assert found(client.get(ADDRESS, {"q": query}))[0] == "card-state"


def test_match_leads_to_the_tree_with_what_it_implies(client):
    response = client.get(ADDRESS, {"q": "银行卡状态异常"})
    link = page(response).select_one("#matches [data-message] a")["href"]

    followed = client.get(link, follow=True)

    assert urlsplit(link).path == "/en/own/"
    assert parse_qsl(urlsplit(link).query) == [("stopped", "card")]
    assert followed.status_code == 200
    assert page(followed).h1.get_text() == "card"


def test_scam_is_marked(client):
    response = client.get(ADDRESS, {"q": "请先缴纳保证金解冻账户"})

    (item,) = page(response).select("#matches [data-message]")
    assert (item["data-message"], item["class"]) == ("deposit", ["message-safety"])


@pytest.mark.parametrize(
    ("language", "meaning"), [("en", "card-state"), ("zh-hans", "card-state（中文）")]
)
def test_meaning_stands_in_the_language_of_the_page(client, language, meaning):
    response = client.get(f"/{language}/messages/", {"q": "银行卡状态异常"})

    (item,) = page(response).select("#matches [data-message]")
    assert page(response).html["lang"] == language
    assert meaning in [span.get_text().strip() for span in item.select("span")]
    assert item.strong["lang"] == "zh-hans"


@pytest.mark.parametrize("query", ["今天天气很好", "how do I cook rice", "？？"])
def test_no_match_says_so_and_offers_the_first_question(client, query):
    response = client.get(ADDRESS, {"q": query})

    (notice,) = page(response).select("#matches [data-no-match]")
    followed = client.get(notice.a["href"], follow=True)
    assert response.status_code == 200
    assert listed(response) == []
    assert page(followed).find("form", id="step")["data-question"] == "stopped"


def test_nothing_published_is_still_a_page(client):
    Edition.objects.all().delete()
    editions.forget()

    empty, searched = client.get(ADDRESS), client.get(ADDRESS, {"q": "放款失败"})

    assert (empty.status_code, searched.status_code) == (200, 200)
    assert len(page(searched).select("[data-no-match]")) == 1
    assert page(searched).select("[data-no-match] a") == []


@pytest.mark.parametrize("query", ["", "   ", "\t\n", "\u3000"])
def test_blank_query_is_no_query(client, query):
    response = client.get(ADDRESS, {"q": query})

    assert sorted(listed(response)) == sorted(message.slug for message in MESSAGES)
    assert robots(response) == []


def test_search_results_are_not_for_search_engines(client):
    assert robots(client.get(ADDRESS)) == []
    assert robots(client.get(ADDRESS, {"q": "放款失败"})) == ["noindex"]
    assert robots(client.get(ADDRESS, {"q": "今天天气很好"})) == ["noindex"]


def test_other_language_keeps_the_query(client):
    response = client.get(ADDRESS, {"q": "放款失败 & 银行卡"})

    switch = page(response).select_one("#language-switch")["href"]
    other = client.get(switch, follow=True)

    assert page(other).html["lang"] == "zh-hans"
    assert page(other).select_one("#message-text")["value"] == "放款失败 & 银行卡"
    assert found(other) == found(response)


def test_page_leads_back_home(client):
    assert page(client.get(ADDRESS)).select_one("a.back")["href"] == "/en/"


def test_new_edition_is_searched_at_once(client):
    client.get(ADDRESS, {"q": "系统升级"})
    publish(make_searched_tree(messages=(make_message("new", "额度正在重新评估"),)))

    assert found(client.get(ADDRESS, {"q": "重新评估"})) == ["new"]
    assert found(client.get(ADDRESS, {"q": "系统升级中"})) == []


def test_messages_of_all_trees_are_searched(client):
    publish(make_searched_tree(messages=(make_message("new", "额度正在重新评估"),), slug="second"))

    (item,) = page(client.get(ADDRESS, {"q": "重新评估"})).select("#matches [data-message]")

    assert (item["data-message"], item.a["href"]) == ("new", "/en/second/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_is_only_read(client, method):
    assert getattr(client, method)(ADDRESS).status_code == 405


# The fragment


def test_fragment_is_the_matches_alone(client):
    response = client.get(ADDRESS, {"q": "银行卡状态异常"}, headers=HTMX)

    soup = fragment(response)
    assert response.status_code == 200
    assert listed(response) == ["card-state"]
    assert soup.select("html, head, body, form, h1, #matches") == []


def test_fragment_without_a_match_says_so(client):
    response = client.get(ADDRESS, {"q": "今天天气很好"}, headers=HTMX)

    assert [a["href"] for a in fragment(response).select("[data-no-match] a")] == ["/en/own/"]
    assert fragment(response).select("html, form") == []


@pytest.mark.parametrize("data", [{}, {"q": ""}, {"q": "  "}])
def test_fragment_without_a_query_is_empty(client, data):
    response = client.get(ADDRESS, data, headers=HTMX)

    assert (response.status_code, response.content.strip()) == (200, b"")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_page_and_fragment_are_kept_apart_by_caches(client, headers):
    response = client.get(ADDRESS, {"q": "放款失败"}, headers=headers)

    assert "HX-Request" in response["Vary"]


# Odd input


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("银行卡" * 1_000, id="long"),
        pytest.param("a" * 10_000, id="long word"),
        pytest.param("\0", id="nul"),
        pytest.param("银行卡\0状态\0异常", id="nul inside"),
        pytest.param("\x01\x07\x1b[31m\x7f", id="control signs"),
        pytest.param("\u202e\u200b\u2028\ufeff", id="signs without a width"),
        pytest.param("\ufffd\uffff\U0010ffff", id="no characters"),
        pytest.param("😀👩‍👩‍👧‍👧", id="emoji"),
        pytest.param("\ufdfa" * 300, id="sign that becomes many"),
        pytest.param("e" + "\u0301" * 299, id="many accents"),
        pytest.param("𠀀𪛖", id="rare characters"),
        pytest.param("'\"; DROP TABLE wizard_message; --", id="sql"),
        pytest.param("{{ 7 }}{% now %}", id="template"),
        pytest.param("(((((*+?[\\", id="pattern"),
        pytest.param("#" * 300, id="number signs"),
        pytest.param("1" * 300, id="digits"),
        pytest.param("*" * 300, id="stars"),
    ],
)
def test_odd_query_gets_a_page(client, query, headers):
    assert client.get(ADDRESS, {"q": query}, headers=headers).status_code == 200


@pytest.mark.parametrize("query", ["%ff%fe", "%ED%A0%80", "%00", "%", "%u94f6", "&q=&q", "a&q=b"])
def test_odd_address_gets_a_page(client, query):
    assert client.get(f"{ADDRESS}?q={query}").status_code == 200


def test_long_query_is_cut(client):
    response = client.get(ADDRESS, {"q": f"银行卡状态异常 {'天' * 1_000}"})

    shown = page(response).select_one("#message-text")
    assert response.status_code == 200
    assert shown["maxlength"] == str(LONGEST_QUERY)
    assert len(shown["value"]) == LONGEST_QUERY


def test_what_was_typed_is_text(client):
    query = '"><script>alert(1)</script>'

    response = client.get(ADDRESS, {"q": query})

    assert page(response).select_one("#message-text")["value"] == query
    assert "alert(1)" not in "".join(s.get_text() for s in page(response).select("script"))


# The way to it


def test_home_page_has_the_search(client):
    form = page(client.get("/en/")).find("form", role="search")

    response = client.get(form["action"], {form.input["name"]: "银行卡状态异常"})

    assert found(response) == ["card-state"]


def test_home_page_shows_the_first_messages_and_leads_to_all(client):
    many = tuple(make_message(f"m{n}", f"第{n}条") for n in range(MESSAGES_SHOWN + 2))
    publish(make_searched_tree(messages=many))

    home = client.get("/en/")

    everything = client.get(page(home).select_one("a.more-link")["href"])
    assert listed(home) == [message.slug for message in many[:MESSAGES_SHOWN]]
    assert sorted(listed(everything)) == sorted(message.slug for message in many)
