"""Pages, read and walked through the way a person does it, without a browser."""

import io
import itertools
import json
import logging
import re
from urllib.parse import parse_qsl, urlsplit

import lxml.html
import pytest
from django.conf import settings as project
from django.db import DatabaseError, connection

from tests.editions import make_edition
from tests.pages import fragment, page
from tests.trees import (
    make_action,
    make_choice,
    make_evidence,
    make_finding,
    make_question,
    make_tree,
)
from wizard import editions
from wizard.models import Edition
from wizard.tree import content
from wizard.tree.content import Effect, Horizon, Kind, Route, Theme

pytestmark = pytest.mark.django_db

SECTIONS = [
    "causes",
    "plan",
    "contact",
    "credit-repair",
    "account-security",
    "alternative-financing",
    "ruled-out",
    "answers",
    "take-along",
    "sources",
]
HTMX = {"HX-Request": "true"}
LANGUAGES = ("zh-hans", "en")
TREES = ("jiebei", "loan-offer")


def words(part):
    """The text of a part of a page, on one line."""
    return " ".join(part.get_text().split())


def question_of(response):
    """The question that a page asks; None on any other page."""
    form = page(response).find("form", id="step")
    return form["data-question"] if form else None


def submit(client, response, *chosen, **more):
    """Send the form of a page: what is hidden in it, what a person chose, and `more`."""
    form = page(response).find("form", id="step")
    hidden = [(i["name"], i["value"]) for i in form.find_all("input", type="hidden")]
    name = f"answer.{form['data-question']}"
    sent = [*hidden, *((name, value) for value in chosen)]
    data = {}
    for name, value in [*sent, *more.items()]:
        data.setdefault(name, []).append(value)
    return client.get(form["action"], data, follow=True)


def status_of(client, address):
    """The status of a file, read to its end so that it is closed."""
    response = client.get(address)
    response.getvalue()
    response.close()
    return response.status_code


def answers_in(address):
    return parse_qsl(urlsplit(address).query, keep_blank_values=True)


def hidden_answers(response):
    form = page(response).find("form", id="step")
    hidden = [(i["name"], i["value"]) for i in form.find_all("input", type="hidden")]
    return [(n.removeprefix("answer."), value) for n, value in hidden if not n.startswith("_")]


def number_of(slug):
    return Edition.objects.filter(tree__slug=slug).order_by("-number").first().number


def make_trouble_tree():
    """A tree with every kind of question, two branches, a scam and advice with reasons.

    trouble: failed -> cards -> amount; refused -> credit; unsure -> both branches.
    """
    return make_tree(
        [
            make_question(
                "trouble",
                [
                    "failed",
                    "refused",
                    "asked-to-pay",
                    make_choice("unsure", unsure=True),
                ],
                [
                    Route(to="cards", when={"trouble": ("failed", "unsure")}),
                    Route(to="credit", when={"trouble": ("refused", "unsure")}),
                ],
            ),
            make_question(
                "cards",
                ["frozen", "mismatch", make_choice("none", exclusive=True)],
                ["amount"],
                kind=Kind.MULTIPLE,
            ),
            make_question(
                "amount",
                [
                    make_choice("small", at_least=1),
                    make_choice("large", at_least=40001),
                    make_choice("unsure", unsure=True),
                ],
                kind=Kind.NUMBER,
                minimum=1,
                maximum=1_000_000,
            ),
            make_question("credit", ["overdue", "clean"]),
        ],
        [
            make_finding(
                "scam",
                [make_evidence(Effect.CONFIRMS, {"trouble": ("asked-to-pay",)})],
                ["call-police"],
                safety=True,
            ),
            make_finding(
                "card-frozen",
                [
                    make_evidence(Effect.CONFIRMS, {"cards": ("frozen",)}),
                    make_evidence(Effect.RULES_OUT, {"cards": ("none",)}),
                ],
                ["ask-bank", "ask-platform"],
            ),
            make_finding(
                "card-mismatch",
                [make_evidence(Effect.SUGGESTS, {"cards": ("mismatch",)})],
                ["ask-bank"],
            ),
            make_finding(
                "card-limit",
                [make_evidence(Effect.SUGGESTS, {"amount": ("large",)})],
                ["ask-bank"],
            ),
            make_finding(
                "overdue",
                [
                    make_evidence(Effect.CONFIRMS, {"credit": ("overdue",)}),
                    make_evidence(Effect.RULES_OUT, {"credit": ("clean",)}),
                ],
                ["pay-debt"],
            ),
        ],
        [
            make_action("call-police", Theme.SAFETY, contacts=("police",)),
            make_action("ask-bank"),
            make_action("ask-platform", Theme.CONTACT, Horizon.TODAY),
            make_action("pay-debt", Theme.CREDIT_REPAIR, Horizon.WEEK),
        ],
        slug="trouble",
    )


@pytest.fixture
def trouble():
    """The address of the trouble tree's first edition, in English."""
    make_edition(make_trouble_tree())
    return "/en/trouble/1/"


def scenarios_of(slug):
    edition = Edition.objects.get(tree__slug=slug, number=number_of(slug))
    return content.decode(edition.document).scenarios


# The way in


@pytest.mark.parametrize(
    ("accepted", "home"),
    [
        pytest.param("", "/zh-hans/", id="nothing"),
        pytest.param("zh-CN,zh;q=0.9", "/zh-hans/", id="chinese"),
        pytest.param("zh-TW", "/zh-hans/", id="traditional-chinese"),
        pytest.param("en-GB,en;q=0.9,zh;q=0.5", "/en/", id="english"),
        pytest.param("zh-CN,en;q=0.8", "/zh-hans/", id="chinese-first"),
        pytest.param("fr-FR", "/zh-hans/", id="neither"),
        pytest.param("fr-FR,en;q=0.2", "/en/", id="english-as-second"),
        pytest.param(";;q=,,*;q=x", "/zh-hans/", id="garbage"),
    ],
)
def test_root_leads_to_the_language_of_the_browser(client, accepted, home):
    response = client.get("/", headers={"Accept-Language": accepted})

    assert (response.status_code, response.url) == (302, home)
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_lists_the_trees(client, language):
    response = client.get(f"/{language}/")

    soup = page(response)
    assert response.status_code == 200
    assert soup.html["lang"] == language
    assert [(a["data-start"], a["href"]) for a in soup.select("a[data-start]")] == [
        (slug, f"/{language}/{slug}/") for slug in TREES
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_shows_titles_in_its_language(client, language):
    edition = Edition.objects.get(tree__slug="jiebei", number=number_of("jiebei"))

    response = client.get(f"/{language}/")

    titles = [words(card.h2) for card in page(response).select(".start-card:not([hidden])")]
    assert titles[0] == content.decode(edition.document).title.inside(language)


def test_home_without_any_edition_is_still_a_page(client):
    Edition.objects.all().delete()

    response = client.get("/en/")

    assert response.status_code == 200
    assert page(response).select("a[data-start]") == []


def test_each_message_fills_in_the_answers_it_implies(client):
    links = [a["href"] for a in page(client.get("/en/messages/")).select(".message-list a")]
    shown_first = [a["href"] for a in page(client.get("/en/")).select(".message-list a")]
    implied = {}
    for slug in TREES:
        edition = Edition.objects.get(tree__slug=slug, number=number_of(slug))
        for message in content.decode(edition.document).messages:
            pairs = [(q, choice) for q, chosen in message.implies.items() for choice in chosen]
            implied.setdefault(f"/en/{slug}/", []).append(sorted(pairs))

    found = {}
    statuses = set()
    for link in links:
        statuses.add(client.get(link, follow=True).status_code)
        found.setdefault(urlsplit(link).path, []).append(sorted(answers_in(link)))

    assert {path: sorted(pairs) for path, pairs in found.items()} == {
        path: sorted(pairs) for path, pairs in implied.items() if pairs
    }
    assert statuses == {200}
    assert 0 < len(shown_first) < len(links)
    assert set(shown_first) <= set(links)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", ["", "?asked-for=none&asked-for=unsure&product=jiebei"])
def test_tree_leads_to_the_current_edition_with_the_answers(client, language, query):
    response = client.get(f"/{language}/jiebei/{query}")

    assert response.status_code == 302
    assert response.url == f"/{language}/jiebei/{number_of('jiebei')}/{query}"


def test_tree_leads_to_the_newest_edition(client, trouble):
    make_edition(make_trouble_tree())

    response = client.get("/en/trouble/")

    assert response.url == "/en/trouble/2/"


def test_address_without_its_last_slash_leads_to_the_page(client, trouble):
    response = client.get("/en/trouble/1?trouble=failed", follow=True)

    assert response.redirect_chain == [("/en/trouble/1/?trouble=failed", 301)]
    assert question_of(response) == "cards"


# One step


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", TREES)
def test_fresh_page_shows_the_first_question_without_an_error(client, language, slug):
    edition = Edition.objects.get(tree__slug=slug, number=number_of(slug))
    first = content.decode(edition.document).questions[0]

    response = client.get(f"/{language}/{slug}/", follow=True)

    soup = page(response)
    assert response.status_code == 200
    assert question_of(response) == first.slug
    assert [words(h1) for h1 in soup.find_all("h1")] == [first.title.inside(language)]
    assert soup.select("#error-summary, .inline-error, [aria-invalid]") == []


def test_title_names_question_and_tree(client, trouble):
    response = client.get(trouble)

    assert words(page(response).title) == "trouble? – trouble"


@pytest.mark.parametrize(
    ("query", "first_field"),
    [
        pytest.param("", "answer-0", id="single"),
        pytest.param("trouble=failed", "answer-0", id="multiple"),
        pytest.param("trouble=failed&cards=none", "answer", id="number"),
    ],
)
def test_form_without_an_answer_tells_what_is_missing(client, trouble, query, first_field):
    asked = question_of(client.get(f"{trouble}?{query}"))

    response = client.get(f"{trouble}?{query}&_asked={asked}")

    soup = page(response)
    summary = soup.find(id="error-summary")
    inline = soup.find(id="answer-error")
    assert response.status_code == 422
    assert question_of(response) == asked
    assert [a["href"] for a in summary.find_all("a")] == [f"#{first_field}"]
    assert soup.find(id=first_field)["name"] == f"answer.{asked}"
    assert soup.find(id=first_field)["aria-invalid"] == "true"
    assert words(summary.a) == words(inline)
    assert "answer-error" in soup.select_one("[aria-describedby]")["aria-describedby"].split()


def test_title_of_a_page_with_an_error_says_so_first(client, trouble):
    response = client.get(f"{trouble}?_asked=trouble")

    assert words(page(response).title) == "Error: trouble? – trouble"


def test_right_answer_leads_to_the_canonical_address(client, trouble):
    response = client.get(f"{trouble}?_asked=trouble&foreign=1&trouble=failed")

    assert response.status_code in {302, 303}
    assert response.url == f"{trouble}?trouble=failed"


def test_canonical_address_has_the_answers_in_asked_order(client, trouble):
    query = "_asked=amount&amount=7&cards=mismatch&cards=frozen&trouble=failed"

    response = client.get(f"{trouble}?{query}")

    assert response.url == f"{trouble}?trouble=failed&cards=frozen&cards=mismatch&amount=7"


def test_walk_through_forms_ends_in_the_strategy(client, trouble):
    first = client.get(trouble)

    second = submit(client, first, "failed")
    third = submit(client, second, "frozen", "mismatch")
    last = submit(client, third, "50,000")

    assert [question_of(r) for r in (first, second, third, last)] == [
        "trouble",
        "cards",
        "amount",
        None,
    ]
    assert last.redirect_chain == [
        (f"{trouble}?trouble=failed&cards=frozen&cards=mismatch&amount=50000", 302)
    ]


def test_unsure_opens_both_branches_one_after_the_other(client, trouble):
    first = submit(client, client.get(trouble), "unsure")

    second = submit(client, first, "none")
    third = submit(client, second, "unsure")
    last = submit(client, third, "clean")

    assert [question_of(r) for r in (first, second, third, last)] == [
        "cards",
        "amount",
        "credit",
        None,
    ]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        pytest.param("", "4", id="start"),
        pytest.param("trouble=unsure", "3", id="both-branches"),
        pytest.param("trouble=failed", "2", id="cards"),
        pytest.param("trouble=refused", "1", id="last"),
    ],
)
def test_step_says_how_many_questions_are_left_at_most(client, trouble, query, left):
    response = client.get(f"{trouble}?{query}")

    assert page(response).select_one("[data-left]")["data-left"] == left


def test_back_leads_to_the_home_page_and_then_through_the_questions(client, trouble):
    addresses = [trouble, f"{trouble}?trouble=failed", f"{trouble}?trouble=failed&cards=none"]

    backs = [page(client.get(address)).select_one("a.back")["href"] for address in addresses]

    assert backs == [
        "/en/",
        f"{trouble}?trouble=failed&_at=trouble",
        f"{trouble}?trouble=failed&cards=none&_at=cards",
    ]


def test_back_shows_the_given_answer_again(client, trouble):
    here = client.get(f"{trouble}?trouble=failed&cards=frozen&cards=mismatch")

    back = client.get(page(here).select_one("a.back")["href"])

    assert question_of(back) == "cards"
    assert [i["value"] for i in page(back).select("input[checked]")] == ["frozen", "mismatch"]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("amount=%EF%BC%95%E4%B8%87", id="full-width-and-wan"),
        pytest.param("amount=50%2C000", id="thousands-separator"),
        pytest.param("amount=+50000.00+", id="blanks-and-zeros"),
        pytest.param("amount=%C2%A550000", id="currency-sign"),
    ],
)
def test_number_becomes_canonical(client, trouble, query):
    response = client.get(f"{trouble}?trouble=failed&cards=none&{query}&_asked=amount")

    assert response.url == f"{trouble}?trouble=failed&cards=none&amount=50000"


def test_not_sure_is_a_button_beside_the_number(client, trouble):
    here = client.get(f"{trouble}?trouble=failed&cards=none")
    button = page(here).select_one("button[name]")

    response = submit(client, here, "typed before", _pressed=button["value"])

    assert button["name"] == "_pressed"
    assert question_of(response) is None
    assert response.redirect_chain[-1][0] == (f"{trouble}?trouble=failed&cards=none&amount=unsure")


# Fragments


def test_htmx_gets_a_fragment_with_the_canonical_address(client, trouble):
    response = client.get(f"{trouble}?_asked=trouble&x=1&trouble=failed", headers=HTMX)

    soup = fragment(response)
    assert response.status_code == 200
    assert response["HX-Push-Url"] == f"{trouble}?trouble=failed"
    assert question_of(response) == "cards"
    assert soup.find_all(["html", "head", "body", "header", "footer"]) == []
    assert [words(title) for title in soup.find_all("title")] == ["cards? – trouble"]
    assert len(soup.select("#wizard")) == 1


def test_htmx_gets_the_strategy_as_a_fragment(client, trouble):
    response = client.get(f"{trouble}?_asked=credit&trouble=refused&credit=overdue", headers=HTMX)

    soup = fragment(response)
    assert response["HX-Push-Url"] == f"{trouble}?trouble=refused&credit=overdue"
    assert soup.find_all(["html", "head", "body"]) == []
    assert [words(title) for title in soup.find_all("title")] == ["overdue – trouble"]
    assert [s["id"] for s in soup.select("section[id]")] == SECTIONS


def test_htmx_with_a_wrong_answer_keeps_the_address(client, trouble):
    response = client.get(f"{trouble}?_asked=trouble", headers=HTMX)

    assert response.status_code == 422
    assert response["HX-Push-Url"] == "false"
    assert len(page(response).select("#error-summary")) == 1


def test_htmx_fragment_takes_the_language_switch_along(client, trouble):
    response = client.get(f"{trouble}?_asked=trouble&trouble=failed", headers=HTMX)

    switch = page(response).find(id="language-switch")
    assert switch["href"] == "/zh-hans/trouble/1/?trouble=failed"
    assert switch["data-hx-swap-oob"] == "true"


def test_history_restore_gets_a_full_page(client, trouble):
    headers = {**HTMX, "HX-History-Restore-Request": "true"}

    response = client.get(f"{trouble}?trouble=failed", headers=headers)

    plain = client.get(f"{trouble}?trouble=failed")
    assert response.content == plain.content
    assert page(response).html["lang"] == "en"


def test_fragment_and_page_are_cached_apart(client, trouble):
    response = client.get(trouble)

    varied = {name.strip() for name in response["Vary"].split(",")}
    assert varied >= {"HX-Request", "HX-History-Restore-Request"}
    assert "Cookie" not in varied


# Changing an answer


def test_changing_an_answer_keeps_later_answers_hidden(client, trouble):
    query = "trouble=failed&cards=frozen&amount=50000"

    response = client.get(f"{trouble}?{query}&_at=cards")

    assert question_of(response) == "cards"
    assert hidden_answers(response) == [("trouble", "failed"), ("amount", "50000")]


def test_changed_answer_keeps_the_independent_ones(client, trouble):
    here = client.get(f"{trouble}?trouble=failed&cards=frozen&amount=50000&_at=cards")

    response = submit(client, here, "mismatch")

    assert response.redirect_chain[-1][0] == (
        f"{trouble}?trouble=failed&cards=mismatch&amount=50000"
    )
    assert page(response).find(id="dropped") is None


def test_changed_answer_names_what_no_longer_matters(client, trouble):
    here = client.get(f"{trouble}?trouble=failed&cards=frozen&amount=50000&_at=trouble")

    response = submit(client, here, "refused")

    dropped = page(response).select("[data-dropped]")
    assert question_of(response) == "credit"
    assert [(part["data-dropped"], words(part)) for part in dropped] == [
        ("cards", "cards: frozen"),
        ("amount", "amount: 50,000"),
    ]
    assert hidden_answers(response) == [("trouble", "refused")]


def test_dropped_answers_are_gone_with_the_next_step(client, trouble):
    here = client.get(f"{trouble}?trouble=failed&cards=frozen&amount=50000&_at=trouble")

    response = submit(client, submit(client, here, "refused"), "overdue")

    assert response.redirect_chain == [(f"{trouble}?trouble=refused&credit=overdue", 302)]
    assert page(response).find(id="dropped") is None


def test_htmx_is_told_of_dropped_answers_with_the_clean_address(client, trouble):
    query = "trouble=refused&cards=frozen&_asked=trouble"

    response = client.get(f"{trouble}?{query}", headers=HTMX)

    assert response["HX-Push-Url"] == f"{trouble}?trouble=refused"
    assert [part["data-dropped"] for part in page(response).select("[data-dropped]")] == ["cards"]


def test_every_answer_can_be_changed_from_the_strategy(client, trouble):
    strategy = client.get(f"{trouble}?trouble=failed&cards=frozen&amount=50000")
    changes = {
        item["data-answer"]: item.a["href"] for item in page(strategy).select("[data-answer]")
    }

    shown = {slug: question_of(client.get(address)) for slug, address in changes.items()}

    assert shown == {"trouble": "trouble", "cards": "cards", "amount": "amount"}


def test_unchanged_answer_leads_back_to_the_same_strategy(client, trouble):
    address = f"{trouble}?trouble=failed&cards=frozen&amount=50000"
    here = client.get(f"{address}&_at=amount")

    response = submit(client, here, page(here).find(id="answer")["value"])

    assert response.redirect_chain[-1][0] == address


# The strategy


def test_strategy_has_every_section_in_order(client, trouble):
    response = client.get(f"{trouble}?trouble=failed&cards=frozen&amount=50000")

    assert [s["id"] for s in page(response).select("section[id]")] == SECTIONS


def test_each_section_is_named_by_its_heading(client, trouble):
    soup = page(client.get(f"{trouble}?trouble=failed&cards=frozen&amount=50000"))

    labels = [soup.find(id=s["aria-labelledby"]).name for s in soup.select("section[id]")]

    assert labels == ["h2"] * len(SECTIONS)


def test_causes_come_with_certainty_and_the_surest_first(client, trouble):
    response = client.get(f"{trouble}?trouble=failed&cards=frozen&cards=mismatch&amount=50000")

    causes = page(response).select("[data-finding]")
    assert [(c["data-finding"], c["data-certainty"]) for c in causes] == [
        ("card-frozen", "confirmed"),
        ("card-mismatch", "possible"),
        ("card-limit", "possible"),
    ]


def test_causes_say_why_with_the_answers_of_the_user(client, trouble):
    soup = page(client.get(f"{trouble}?trouble=failed&cards=frozen&cards=mismatch&amount=50000"))

    said = {
        cause["data-finding"]: [words(part) for part in cause.select(".own-answers")]
        for cause in soup.select("[data-finding]")
    }

    assert said == {
        "card-frozen": ["You said: cards “frozen; mismatch”"],
        "card-mismatch": ["You said: cards “frozen; mismatch”"],
        "card-limit": ["You said: amount “50,000”"],
    }


def test_strategy_names_what_is_ruled_out(client, trouble):
    response = client.get(f"{trouble}?trouble=unsure&cards=none&amount=5&credit=clean")

    ruled = page(response).select("[data-ruled-out]")
    assert [(part["data-ruled-out"], words(part)) for part in ruled] == [
        ("card-frozen", "card-frozen: because of rules-out"),
        ("overdue", "overdue: because of rules-out"),
    ]


def test_strategy_without_evidence_shows_the_fallback(client, trouble):
    response = client.get(f"{trouble}?trouble=failed&cards=none&amount=5")

    causes = page(response).select("[data-finding]")
    assert [cause["data-finding"] for cause in causes] == ["fallback"]


def test_actions_stand_once_by_horizon_and_theme(client, trouble):
    soup = page(client.get(f"{trouble}?trouble=unsure&cards=frozen&amount=50000&credit=overdue"))

    actions = [
        (a.find_parent("section")["id"], a["data-action"], a["data-theme"], a["data-horizon"])
        for a in soup.select("[data-action]")
    ]

    assert actions == [
        ("plan", "ask-bank", "fix", "now"),
        ("plan", "ask-platform", "contact", "today"),
        ("credit-repair", "pay-debt", "credit-repair", "week"),
        ("credit-repair", "general-credit-repair", "credit-repair", "month"),
        ("account-security", "general-account-security", "account-security", "month"),
        (
            "alternative-financing",
            "general-alternative-financing",
            "alternative-financing",
            "month",
        ),
    ]


def test_answers_section_lists_the_answers_in_asked_order(client, trouble):
    soup = page(client.get(f"{trouble}?amount=50000&cards=frozen&cards=mismatch&trouble=failed"))

    listed = [(i["data-answer"], words(i.dt)) for i in soup.select("#answers [data-answer]")]

    assert listed == [("trouble", "trouble"), ("cards", "cards"), ("amount", "amount")]


def test_strategy_is_not_for_search_engines(client, trouble):
    pages = [client.get(trouble), client.get(f"{trouble}?trouble=refused&credit=clean")]

    robots = [page(response).select_one("meta[name=robots]") for response in pages]

    assert robots[0] is None
    assert robots[1]["content"] == "noindex"


@pytest.mark.parametrize("slug", TREES)
def test_strategy_of_every_scenario_is_complete(client, slug):
    found = {}

    for scenario, language in zip(scenarios_of(slug), itertools.cycle(LANGUAGES), strict=False):
        address = f"/{language}/{slug}/{number_of(slug)}/"
        # With as many pages as here BeautifulSoup takes longer than the site.
        every = lxml.html.fromstring(client.get(address, scenario.answers).content).xpath
        ids, actions = every("//@id"), every("//@data-action")
        causes = every("//@data-finding")
        links = [href[1:] for href in every("//a/@href") if href.startswith("#")]
        found[scenario.slug] = {
            "sections": sorted(i for i in ids if i in SECTIONS) == sorted(SECTIONS),
            "each id once": len(ids) == len(set(ids)),
            "links lead somewhere": set(links) <= set(ids),
            "each action once": len(actions) == len(set(actions)),
            "causes": tuple(causes[: len(scenario.findings)]) == scenario.findings,
            "permanent themes": all(every(f"//*[@id='{s}']//@data-action") for s in SECTIONS[3:6]),
            "answers": set(every("//*[@id='answers']//@data-answer")),
            "sources": bool(every("//*[@id='sources']//@data-source")),
        }

    sound = dict.fromkeys(next(iter(found.values())), True)
    assert found == {
        scenario.slug: sound | {"answers": set(scenario.answers)} for scenario in scenarios_of(slug)
    }


# Somebody may be in the hands of a swindler


def scam_pages(client, language):
    """The strategy of every scenario in which a safety finding is expected."""
    found = []
    for slug in TREES:
        edition = Edition.objects.get(tree__slug=slug, number=number_of(slug))
        tree = content.decode(edition.document)
        safety = {finding.slug for finding in tree.findings if finding.safety}
        for scenario in tree.scenarios:
            if safety & set(scenario.findings):
                address = f"/{language}/{slug}/"
                found.append(page(client.get(address, scenario.answers, follow=True)))
    return found


def test_scam_page_begins_with_safety_calls_first_and_folds_the_rest_away(client):
    pages = scam_pages(client, "zh-hans")

    seen = [
        {
            "parts": [p.name for p in s.select("#wizard > :not(link, .print-only, .print-head)")],
            "first action": s.select_one("[data-action]").find_parent("section")["id"],
            "first link": s.select_one("#safety a").parent["class"],
            "calls": "tel:96110" in {a["href"] for a in s.select(".call-buttons a")},
            "folded": [p["id"] for p in s.select("details.rest:not([open]) section[id]")],
            "outside": [p["id"] for p in s.select("#wizard > section[id]")],
        }
        for s in pages
    ]

    right = {
        "parts": ["nav", "section", "section", "details"],
        "first action": "safety",
        "first link": ["call-buttons"],
        "calls": True,
        "folded": [section for section in SECTIONS if section != "take-along"],
        "outside": ["safety", "take-along"],
    }
    assert len(pages) >= 6
    assert seen == [right] * len(pages)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("slug", "query"), [("jiebei", "asked-for=pay-first"), ("loan-offer", "asked-for=pay-first")]
)
def test_scam_page_offers_to_call_both_numbers_first(client, language, slug, query):
    soup = page(client.get(f"/{language}/{slug}/?{query}", follow=True))

    called = [a["href"] for a in soup.select("#safety a")][:2]

    assert sorted(called) == ["tel:110", "tel:96110"]


def test_scam_page_has_no_action_twice(client, trouble):
    soup = page(client.get(f"{trouble}?trouble=asked-to-pay"))

    actions = [
        (a.find_parent("section")["id"], a["data-action"]) for a in soup.select("[data-action]")
    ]

    assert actions[0] == ("safety", "call-police")
    assert [slug for _, slug in actions].count("call-police") == 1


def test_person_asked_for_a_fee_sees_the_scam_page_after_one_question(client):
    first = client.get("/zh-hans/jiebei/", follow=True)

    response = submit(client, first, "pay-first", "outside-app")

    assert question_of(first) == "asked-for"
    assert page(response).find(id="wizard")["data-safety"] == "true"
    assert page(response).select_one("[data-finding]")["data-finding"] == "scam-prepay"


@pytest.mark.parametrize("language", LANGUAGES)
def test_person_with_a_class_two_card_reaches_its_limit_within_eight_screens(client, language):
    told = {
        "asked-for": "none",
        "product": "jiebei",
        "stopped": "failed",
        "fail-text": "bare",
        "card-signs": "none",
        "card-class": "class2",
        "amount": "５万",
    }
    response = client.get(f"/{language}/jiebei/", follow=True)
    screens = 1

    while (asked := question_of(response)) is not None:
        response = submit(client, response, told[asked])
        screens += 1

    assert screens <= 8
    assert page(response).select_one("[data-finding]")["data-finding"] == "card-limit-class2"
    assert dict(answers_in(response.redirect_chain[-1][0]))["amount"] == "50000"


# Language


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        pytest.param("", "", id="first-question"),
        pytest.param("?cards=frozen&trouble=failed", "?trouble=failed&cards=frozen", id="step"),
        pytest.param(
            "?trouble=refused&credit=clean", "?trouble=refused&credit=clean", id="strategy"
        ),
        pytest.param(
            "?trouble=failed&cards=none&_at=trouble",
            "?trouble=failed&cards=none&_at=trouble",
            id="changing",
        ),
        pytest.param("?trouble=failed&_asked=cards", "?trouble=failed", id="error"),
    ],
)
def test_language_switch_keeps_the_answers(client, trouble, query, kept):
    here = client.get(f"{trouble}{query}")
    switch = page(here).find(id="language-switch")

    there = client.get(switch["href"])

    assert switch["href"] == f"/zh-hans/trouble/1/{kept}"
    assert (switch["hreflang"], switch["lang"]) == ("zh-hans", "zh-hans")
    assert page(there).html["lang"] == "zh-hans"
    assert question_of(there) == question_of(here)


@pytest.mark.parametrize("address", ["/en/", "/en/no-such-tree/", "/en/jiebei/1/"])
def test_language_switch_leads_there_and_back(client, address):
    there = page(client.get(address)).find(id="language-switch")["href"]

    back = page(client.get(there)).find(id="language-switch")["href"]

    assert there == address.replace("/en/", "/zh-hans/")
    assert back == address


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_of_the_address_beats_that_of_the_browser(client, trouble, language):
    other = next(code for code in LANGUAGES if code != language)

    response = client.get(f"/{language}/trouble/1/", headers={"Accept-Language": other})

    assert page(response).html["lang"] == language
    assert response["Content-Language"] == language


# Older editions


def test_older_edition_answers_and_offers_the_newer_one(client, trouble):
    make_edition(make_trouble_tree())

    older = client.get(f"{trouble}?trouble=failed")
    newer = client.get(page(older).select_one("#newer a")["href"])

    assert (question_of(older), question_of(newer)) == ("cards", "cards")
    assert newer.request["PATH_INFO"] == "/en/trouble/2/"
    assert newer.request["QUERY_STRING"] == "trouble=failed"
    assert page(newer).find(id="newer") is None


def test_unknown_edition_offers_the_current_one_with_the_answers(client, trouble):
    missing = client.get("/en/trouble/99/?trouble=failed")

    offered = client.get(page(missing).find(id="offer")["href"], follow=True)

    assert missing.status_code == 404
    assert offered.redirect_chain == [("/en/trouble/1/?trouble=failed", 302)]
    assert question_of(offered) == "cards"


# Promises


def all_pages(trouble):
    """One address of every sort of answer, with its status."""
    return {
        "/": 302,
        "/en/": 200,
        "/en/trouble/": 302,
        trouble: 200,
        f"{trouble}?_asked=trouble": 422,
        f"{trouble}?_asked=trouble&trouble=failed": 302,
        f"{trouble}?trouble=asked-to-pay": 200,
        f"{trouble}?trouble=refused&credit=clean": 200,
        "/en/trouble/99/": 404,
        "/en/nothing-here/": 404,
        "/en/nothing/like/this/": 404,
        "/static/nothing.css": 404,
        "/healthz/live": 200,
        "/healthz/ready": 200,
        "/robots.txt": 200,
        "/admin/login/": 200,
    }


def test_every_answer_carries_the_security_headers(client, trouble):
    names = (
        "X-Content-Type-Options",
        "Referrer-Policy",
        "X-Frame-Options",
        "Cross-Origin-Opener-Policy",
        "Content-Security-Policy",
    )
    expected = all_pages(trouble)

    answers = {address: client.get(address) for address in expected}

    assert {address: r.status_code for address, r in answers.items()} == expected
    first = {name: answers["/en/"][name] for name in names}
    assert first | {"Content-Security-Policy": ""} == {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Security-Policy": "",
    }
    found = {address: {name: r.get(name) for name in names} for address, r in answers.items()}
    assert found == dict.fromkeys(expected, first)


def test_content_security_policy_allows_nothing_inline_and_nothing_foreign(client):
    policy = client.get("/en/")["Content-Security-Policy"]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_visitors_get_no_cookie(client, trouble):
    for address in set(all_pages(trouble)) - {"/admin/login/"}:
        client.get(address)
        client.get(address, headers=HTMX)
        client.post(address)

    assert client.cookies == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_nothing_inline_and_ask_no_other_host(client, trouble, language):
    addresses = [f"/{language}/", f"/{language}/trouble/1/", f"/{language}/trouble/9/"]
    soups = [page(client.get(address)) for address in addresses]

    inline = [s.select("[style], style, script:not([src]), [onclick], [onload]") for s in soups]
    loaded = {
        part.get("src") or part["href"]
        for s in soups
        for part in s.select("script[src], img[src], link[rel=stylesheet], link[rel=icon]")
    }

    assert inline == [[], [], []]
    assert {status_of(client, address) for address in loaded} == {200}
    assert {urlsplit(address).netloc for address in loaded} == {""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_htmx_configuration_keeps_the_device_clean(client, language):
    soup = page(client.get(f"/{language}/"))

    config = json.loads(soup.select_one("meta[name=htmx-config]")["content"])

    assert config["historyCacheSize"] == 0
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="first"),
        pytest.param("trouble=failed&cards=none", id="step"),
        pytest.param("trouble=failed&_asked=cards", id="error"),
        pytest.param("trouble=failed&cards=frozen&amount=50000", id="strategy"),
        pytest.param("trouble=asked-to-pay", id="scam"),
    ],
)
def test_step_makes_no_query_once_the_edition_is_known(
    client, trouble, django_assert_num_queries, headers, query
):
    client.get(trouble)

    with django_assert_num_queries(0):
        client.get(f"{trouble}?{query}", headers=headers)


@pytest.mark.parametrize("address", ["/", "/en/", "/en/trouble/", "/en/trouble/99/"])
def test_other_pages_make_no_query_for_what_is_known(
    client, trouble, django_assert_max_num_queries, address
):
    client.get(address)
    known = 1 if address == "/en/trouble/99/" else 0

    with django_assert_max_num_queries(known):
        client.get(address)


def test_older_edition_makes_no_query_either(client, trouble, django_assert_num_queries):
    make_edition(make_trouble_tree())
    client.get(trouble)

    with django_assert_num_queries(0):
        response = client.get(f"{trouble}?trouble=failed")

    assert page(response).find(id="newer") is not None


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(["trouble=unsure", "cards=none", "credit=clean"], id="step"),
        pytest.param(
            ["trouble=failed", "cards=frozen", "cards=mismatch", "amount=5"], id="strategy"
        ),
        pytest.param(["trouble=refused", "cards=frozen", "amount=5"], id="dropped"),
        pytest.param(["trouble=failed", "cards=frozen", "amount=5", "_at=cards"], id="changing"),
        pytest.param(["trouble=failed", "cards=none", "cards=frozen", "_asked=cards"], id="error"),
    ],
)
def test_order_of_parameters_never_matters(client, trouble, pairs):
    queries = ["&".join(order) for order in itertools.permutations(pairs)]

    pages = {client.get(f"{trouble}?{query}").content for query in queries}

    assert len(pages) == 1


def test_same_address_gives_the_same_bytes_in_a_fresh_process(client, trouble):
    address = f"{trouble}?trouble=failed&cards=frozen&amount=5"
    before = client.get(address).content

    editions.forget_all()

    assert client.get(address).content == before


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/en/",
        "/en/trouble/",
        "/en/trouble/1/",
        "/healthz/live",
        "/healthz/ready",
        "/robots.txt",
    ],
)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_only_answer_reading_requests(client, trouble, address, method):
    response = getattr(client, method)(address)

    assert response.status_code == 405
    assert sorted(response["Allow"].split(", ")) == ["GET", "HEAD"]


@pytest.mark.parametrize("address", ["/en/", "/en/trouble/1/?trouble=refused&credit=clean"])
def test_head_is_answered_like_get_without_a_body(client, trouble, address):
    response = client.head(address)

    assert (response.status_code, response.content) == (200, b"")


# Health and robots


def test_live_says_that_the_process_answers(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz/live")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


def test_ready_when_something_is_published(client):
    response = client.get("/healthz/ready")

    assert (response.status_code, response.content) == (200, b"ready\n")
    assert "no-store" in response["Cache-Control"]


def test_not_ready_when_nothing_is_published(client):
    Edition.objects.all().delete()

    response = client.get("/healthz/ready")

    assert (response.status_code, response.content) == (503, b"not ready\n")


def test_not_ready_when_the_database_is_away(client):
    def unreachable(execute, sql, params, many, context):
        raise DatabaseError("gone")

    with connection.execute_wrapper(unreachable):
        response = client.get("/healthz/ready")

    assert (response.status_code, response.content) == (503, b"not ready\n")


def test_robots_keeps_answers_out_of_search_engines(client):
    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /*?",
    ]


# Logs


@pytest.fixture
def logged():
    """What the process writes to standard error through its real handler."""
    handler = next(h for h in logging.getLogger().handlers if h.name == "stderr")
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.mark.parametrize(
    ("logger", "message", "args"),
    [
        pytest.param(
            "django.server",
            '"%s" %s %s',
            ("GET /en/jiebei/1/?amount=50000 HTTP/1.1", "200", "17"),
            id="runserver",
        ),
        pytest.param(
            "gunicorn.access", "%(r)s", ({"r": "GET /?amount=50000&a=b HTTP/1.1"},), id="gunicorn"
        ),
        pytest.param("django.request", "Not Found: /x/?amount=50000", (), id="message"),
        pytest.param(
            "wizard.views", "%s: %s", ("http://127.0.0.1/?q=a&amount=50000", "x"), id="argument"
        ),
    ],
)
def test_log_lines_hold_no_query_string(logged, logger, message, args):
    logging.getLogger(logger).error(message, *args)

    assert logged.getvalue().count("\n") == 1
    assert re.findall(r"50000|\?", logged.getvalue()) == []


def test_log_of_a_failure_holds_no_answers(client, trouble, logged):
    tree = Edition.objects.get(tree__slug="trouble").tree
    Edition.objects.create(tree=tree, number=2, document="{}", digest="0" * 64)
    client.raise_request_exception = False

    response = client.get("/en/trouble/2/?trouble=failed&amount=50000")

    assert response.status_code == 500
    assert "Internal Server Error: /en/trouble/2/\n" in logged.getvalue()
    assert re.findall(r"50000|amount|\?", logged.getvalue()) == []


def test_every_handler_of_the_settings_cuts_query_strings():
    filters = {name: h["filters"] for name, h in project.LOGGING["handlers"].items()}

    assert filters == {name: ["private"] for name in project.LOGGING["handlers"]}
