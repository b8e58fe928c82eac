"""Links to results: made, seen by others, managed by their maker, over."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from tests.pages import page
from tests.trees import make_action, make_evidence, make_finding, make_question, make_tree
from wizard import drafts, editions, publishing, results
from wizard.models import Question, Result
from wizard.server import rate_limit
from wizard.tree.content import Horizon

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

STEP = "/en/tried/1/"
ANSWERS = {"colour": "azure", "timber": "birch"}
SECRETS = re.compile(r"/r/(\w{22})/(\w{22})/")


@pytest.fixture(autouse=True)
def tree():
    """An edition whose two answers lead to two causes and rule out a third."""
    rate_limit.forget()
    document = make_tree(
        [
            make_question("colour", ("amber", "azure"), ["timber"]),
            make_question("timber", ("birch", "alder")),
        ],
        [
            make_finding("limit", [make_evidence("confirms", {"colour": ("azure",)})], ["raise"]),
            make_finding("returned", [make_evidence("suggests", {"timber": ("birch",)})], ["ask"]),
            make_finding(
                "frozen",
                [
                    make_evidence("confirms", {"colour": ("amber",)}),
                    make_evidence("rules-out", {"colour": ("azure",)}),
                ],
                ["ask"],
            ),
        ],
        [make_action("raise"), make_action("ask", horizon=Horizon.WEEK)],
        slug="tried",
    )
    tree = drafts.restore(document)
    publishing.publish(tree)
    return tree


@pytest.fixture
def visitor():
    """Somebody without a cookie, whose browser says where its posts come from."""
    return Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "same-origin"})


def share(visitor, language="en", **chosen):
    """Make a link out of ANSWERS, or what is `chosen`. Returns its token and its secret."""
    sent = ANSWERS | {"_days": "90"} | chosen
    response = visitor.post(f"/{language}/tried/1/share/", sent)
    return SECRETS.search(response["Location"]).groups()


def shown(response):
    """Causes and actions of a strategy, in their order."""
    soup = page(response)
    return (
        [cause["data-finding"] for cause in soup.select("[data-finding]")],
        [action["data-action"] for action in soup.select("[data-action]")],
    )


# Made


def test_page_before_says_what_the_link_holds(visitor):
    response = visitor.get("/en/tried/1/share/", ANSWERS)

    assert response.status_code == 200
    told = page(response).get_text(" ", strip=True)
    assert "causes, plan and your answers" in told
    assert [dd.get_text() for dd in page(response).select("dd")] == ["azure", "birch"]
    assert page(response).select_one("[name=_days][checked]")["value"] == "90"


@pytest.mark.parametrize(("language", "told"), [("en", "30 days"), ("zh-hans", "30 天")])
def test_lifetimes_are_in_the_language_of_the_page(visitor, language, told):
    response = visitor.get(f"/{language}/tried/1/share/", ANSWERS)

    assert page(response).select_one(".lifetime .choice-label").get_text() == told


def test_strategy_leads_to_the_page_before(visitor):
    strategy = visitor.get(STEP, ANSWERS)

    links = [a["href"] for a in page(strategy).select("#take-along a")]
    assert "/en/tried/1/share/?colour=azure&timber=birch" in links


def test_unfinished_walk_goes_on_instead_of_being_shared(visitor):
    response = visitor.get("/en/tried/1/share/", {"colour": "azure"})

    assert (response.status_code, response["Location"]) == (302, "/en/tried/1/?colour=azure")


def test_link_shows_others_the_same_causes_and_actions(visitor):
    token, _secret = share(visitor)

    other = Client()
    assert shown(other.get(f"/en/r/{token}/")) == shown(visitor.get(STEP, ANSWERS))
    assert shown(other.get(f"/zh-hans/r/{token}/")) == shown(visitor.get(STEP, ANSWERS))


def test_tokens_have_128_random_bits_and_are_not_stored(visitor):
    made = {secret for _ in range(20) for secret in share(visitor)}

    assert len(made) == 40
    assert len(results.ALPHABET) ** results.LENGTH >= 2**128
    stored = repr(list(Result.objects.values()))
    assert not [secret for secret in made if secret in stored]


def test_only_answers_of_the_walk_are_kept(visitor):
    share(visitor, name="Li Lei", phone="13800000000", _days="30")

    assert Result.objects.get().answers == {"colour": ["azure"], "timber": ["birch"]}


@pytest.mark.parametrize("days", ["30", "90", "365"])
def test_link_expires_when_chosen(visitor, days):
    share(visitor, _days=days)

    left = Result.objects.get().expires_at - timezone.now()
    assert round(left / dt.timedelta(days=1)) == int(days)


@pytest.mark.parametrize("days", ["", "7", "99999", "x"])
def test_lifetime_that_is_not_offered_makes_no_link(visitor, days):
    response = visitor.post("/en/tried/1/share/", ANSWERS | {"_days": days, "_hide": "on"})

    assert response.status_code == 422
    assert page(response).find(id="days-error").get_text()
    assert page(response).select_one("[name=_hide]").has_attr("checked")
    assert not Result.objects.exists()


def test_nobody_gets_a_cookie(visitor):
    token, secret = share(visitor)

    for address in ("/en/tried/1/share/?colour=azure&timber=birch", f"/en/r/{token}/{secret}/"):
        assert not visitor.get(address).cookies


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://example.org"},
        {"referer": "https://example.org/en/tried/1/share/"},
        {},
        pytest.param({"origin": "https://testserver"}, id="another-scheme"),
        pytest.param({"origin": "http://["}, id="malformed-origin"),
        pytest.param({"referer": "http://[::1"}, id="malformed-referer"),
        pytest.param({"origin": "null"}, id="hidden-origin"),
    ],
)
def test_post_of_another_site_makes_no_link(headers):
    stranger = Client(enforce_csrf_checks=True, headers=headers)

    response = stranger.post("/en/tried/1/share/", ANSWERS | {"_days": "90"})

    assert response.status_code == 403
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://testserver"},
        {"referer": "http://testserver/en/tried/1/share/"},
    ],
)
def test_browser_without_fetch_metadata_can_share(headers):
    assert share(Client(enforce_csrf_checks=True, headers=headers))


def test_too_many_links_of_one_network_are_refused_kindly(visitor, settings):
    settings.SHARE_RATE = "2/hour"
    share(visitor)
    share(visitor)

    response = visitor.post("/en/tried/1/share/", ANSWERS | {"_days": "365", "_hide": "on"})

    assert response.status_code == 429
    assert 3500 < int(response["Retry-After"]) <= 3600
    assert page(response).select_one("[name=_days][checked]")["value"] == "365"
    assert Result.objects.count() == 2


def test_other_network_is_not_held_back(visitor, settings):
    settings.SHARE_RATE = "1/hour"
    share(visitor)

    elsewhere = Client(headers={"sec-fetch-site": "same-origin"}, REMOTE_ADDR="203.0.113.9")

    assert share(elsewhere)


@pytest.mark.parametrize(("hops", "allowed"), [(0, False), (1, True)])
def test_address_is_told_by_trusted_proxies_only(settings, hops, allowed):
    settings.SHARE_RATE, settings.TRUSTED_PROXIES = "1/hour", hops
    statuses = [
        Client(headers={"sec-fetch-site": "same-origin", "x-forwarded-for": f"10.0.0.1, {address}"})
        .post("/en/tried/1/share/", ANSWERS | {"_days": "90"})
        .status_code
        for address in ("203.0.113.1", "203.0.113.2")
    ]

    assert statuses == [302, 302 if allowed else 429]


# Seen


def test_address_with_a_secret_stays_private(visitor):
    token, secret = share(visitor)

    for address in (f"/en/r/{token}/", f"/en/r/{token}/{secret}/", f"/en/r/{token}/compare/"):
        response = visitor.get(address)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]


def test_social_card_says_nothing_about_the_person(visitor):
    token, _secret = share(visitor)

    head = page(visitor.get(f"/en/r/{token}/")).head
    told = " ".join(meta.get("content", "") for meta in head.select("meta[property]"))
    assert told
    for word in ("limit", "returned", "azure", "birch", token):
        assert word not in f"{told} {head.title.get_text()}"


def test_newer_edition_changes_nothing_but_is_told(visitor, tree):
    token, _secret = share(visitor)
    before = shown(visitor.get(f"/en/r/{token}/"))
    other = Question.objects.get(tree=tree, slug="timber").choices.get(slug="alder")
    tree.findings.get(slug="returned").evidence.get().when.set([other])
    publishing.publish(tree)
    editions.forget()

    response = visitor.get(f"/en/r/{token}/")

    assert shown(response) == before
    assert page(response).select_one("#newer a")["href"] == "/en/tried/2/?colour=azure&timber=birch"


def test_other_answer_is_tried_on_a_copy(visitor):
    token, _secret = share(visitor)
    change = page(visitor.get(f"/en/r/{token}/")).select_one("[data-answer=colour] a")["href"]

    assert change == "/en/tried/1/?colour=azure&timber=birch&_at=colour"
    visitor.get("/en/tried/1/?colour=amber&timber=birch")
    assert Result.objects.get().answers["colour"] == ["azure"]


def test_result_outlives_a_renamed_question(visitor, tree):
    token, _secret = share(visitor)
    Question.objects.filter(tree=tree, slug="colour").update(slug="account", aliases="colour")
    publishing.publish(tree)
    editions.forget()

    newer = page(visitor.get(f"/en/r/{token}/")).select_one("#newer a")["href"]

    assert shown(visitor.get(newer)) == shown(visitor.get(f"/en/r/{token}/"))


# Hidden answers


HIDING = ("azure", "birch", "colour", "timber", "because", "frozen")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_hidden_answers_stand_nowhere_on_the_page(visitor, language):
    token, _secret = share(visitor, _hide="on")

    response = visitor.get(f"/{language}/r/{token}/")

    assert shown(response)[0] == ["limit", "returned"]
    body = page(response).find(id="wizard")
    sources = f"{body} {response.headers}"
    assert [word for word in HIDING if word in sources] == []


def test_hidden_answers_lead_to_the_start_of_the_newest_edition(visitor, tree):
    token, _secret = share(visitor, _hide="on")
    publishing.publish(tree)
    editions.forget()

    response = visitor.get(f"/en/r/{token}/")

    notice = page(response).find(id="shared")
    assert [a["href"] for a in notice.select("#newer a")] == ["/en/tried/"]
    assert len(notice.select("a[href='/en/tried/']")) == 1


def test_page_before_sharing_says_that_advice_can_hint_at_hidden_answers(visitor):
    response = visitor.get("/en/tried/1/share/", ANSWERS)

    hint = page(response).select_one("label[for=id_hide] .choice-hint").get_text()
    assert "can still hint at it" in hint


def test_other_answers_with_the_same_plan_give_the_same_page(visitor, tree):
    timber = Question.objects.get(tree=tree, slug="timber").choices
    tree.findings.get(slug="returned").evidence.get().when.set(timber.all())
    # So that the question still counts for something.
    tree.findings.get(slug="frozen").evidence.first().when.add(timber.get(slug="birch"))
    publishing.publish(tree)
    editions.forget()

    pages = []
    for answer in ("alder", "birch"):
        sent = {"colour": "azure", "timber": answer, "_days": "90", "_hide": "on"}
        response = visitor.post("/en/tried/2/share/", sent)
        token, _secret = SECRETS.search(response["Location"]).groups()
        pages.append(visitor.get(f"/en/r/{token}/").content.decode().replace(token, ""))

    assert without_qr(pages[0]) == without_qr(pages[1])


def without_qr(source):
    """The picture of the link differs, as the link does."""
    return re.sub(r'<svg[^>]*class="qr-code".*?</svg>', "", source)


def test_reader_of_hidden_answers_is_told_what_else_to_do(visitor):
    hidden, _secret = share(visitor, _hide="on")
    open_one, _secret = share(visitor)

    told = page(visitor.get(f"/en/r/{hidden}/")).find(id="shared")

    assert told.select("a[href='/en/tried/']")
    shown = page(visitor.get(f"/en/r/{open_one}/")).find(id="shared")
    assert not shown.select("a[href='/en/tried/']")


def test_comparison_does_not_tell_hidden_answers(visitor):
    open_one, _secret = share(visitor)
    hidden, _secret = share(visitor, _hide="on")

    response = visitor.get(f"/en/r/{open_one}/compare/", {"with": hidden})

    side = page(response).select(".side")[1]
    assert [word for word in HIDING if word in side.get_text()] == []


# Managed


def test_maker_extends(visitor):
    token, secret = share(visitor, _days="30")

    visitor.post(f"/en/r/{token}/{secret}/", {"do": "extend", "_days": "365"})

    left = Result.objects.get().expires_at - timezone.now()
    assert left > dt.timedelta(days=364)


def test_extending_never_shortens(visitor):
    token, secret = share(visitor, _days="365")

    visitor.post(f"/en/r/{token}/{secret}/", {"do": "extend", "_days": "30"})

    left = Result.objects.get().expires_at - timezone.now()
    assert left > dt.timedelta(days=364)


def test_maker_hides_the_answers(visitor):
    token, secret = share(visitor)

    visitor.post(f"/en/r/{token}/{secret}/", {"do": "hide"})

    assert page(visitor.get(f"/en/r/{token}/")).find(id="answers") is None


def test_maker_deletes_at_once(visitor):
    token, secret = share(visitor)

    response = visitor.post(f"/en/r/{token}/{secret}/", {"do": "delete"})

    assert token not in response["Location"]
    assert visitor.get(f"/en/r/{token}/").status_code == 410
    assert visitor.get(f"/en/r/{token}/{secret}/").status_code == 410
    assert Result.objects.get().answers == {}


@pytest.mark.parametrize("do", ["extend", "hide", "delete"])
def test_deleted_link_cannot_be_brought_back(visitor, do):
    token, secret = share(visitor)
    visitor.post(f"/en/r/{token}/{secret}/", {"do": "delete"})

    response = visitor.post(f"/en/r/{token}/{secret}/", {"do": do, "_days": "365"})

    assert response.status_code == 410
    assert visitor.get(f"/en/r/{token}/").status_code == 410


def test_looking_at_the_own_page_changes_nothing(visitor):
    token, secret = share(visitor)
    before = Result.objects.values().get()

    visitor.get(f"/en/r/{token}/{secret}/?do=delete")
    visitor.post(f"/en/r/{token}/{secret}/", {"do": "nonsense"})

    assert Result.objects.values().get() == before


# Guessed


def test_wrong_secret_answers_as_a_link_that_never_was(visitor):
    token, secret = share(visitor)
    never = results.ALPHABET[:22]

    answers = [
        (response.status_code, response.content.replace(a.encode(), b""))
        for a, response in (
            (address, visitor.get(address))
            for address in (f"/en/r/{token}/{never}/", f"/en/r/{never}/{secret}/")
        )
    ]

    assert answers[0][0] == answers[1][0] == 404
    strip = re.compile(rb"/r/[^\"]*")
    assert strip.sub(b"", answers[0][1]) == strip.sub(b"", answers[1][1])


def test_wrong_secret_changes_nothing(visitor):
    token, _secret = share(visitor)
    other_token, other_secret = share(visitor)
    assert other_token != token

    response = visitor.post(f"/en/r/{token}/{other_secret}/", {"do": "delete"})

    assert response.status_code == 404
    assert visitor.get(f"/en/r/{token}/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/en/r/", "/en/r/x/", "/en/r/0OIl000000000000000000/", f"/en/r/{'1' * 23}/"]
)
def test_what_is_no_token_is_not_even_looked_up(visitor, address, django_assert_num_queries):
    editions.current_numbers()
    with django_assert_num_queries(0):
        assert visitor.get(address).status_code == 404


@pytest.mark.parametrize("glued", ["", "，看看这个", " look", "/，谢谢", "/compare", "。/"])
def test_words_of_a_chat_at_the_end_of_a_link_do_no_harm(visitor, glued):
    token, secret = share(visitor)

    for link in (f"/en/r/{token}", f"/en/r/{token}/{secret}"):
        response = visitor.get(f"{link}{glued}")
        assert (response.status_code, response["Location"]) == (302, f"{link}/")
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"


def test_link_that_lost_its_end_is_told_kindly(visitor):
    token, _secret = share(visitor)

    response = visitor.get(f"/en/r/{token[:15]}")

    assert response.status_code == 404
    assert "This link leads nowhere" in page(response).h1.get_text()


def test_looking_up_costs_the_same_whatever_there_is(visitor):
    token, secret = share(visitor)
    gone, gone_secret = share(visitor)
    visitor.post(f"/en/r/{gone}/{gone_secret}/", {"do": "delete"})
    never = results.ALPHABET[:22]
    editions.current_numbers()

    def queries(address):
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            visitor.get(address)
        return len(caught)

    assert {queries(f"/en/r/{t}/") for t in (token, gone, never)} == {1}
    assert {queries(f"/en/r/{t}/{never}/") for t in (token, gone, never)} == {1}
    assert secret


# Over


@pytest.fixture
def expired(visitor):
    token, secret = share(visitor)
    Result.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    return token, secret


def test_expired_link_is_kindly_over(visitor, expired):
    token, secret = expired

    for address in (f"/en/r/{token}/", f"/en/r/{token}/{secret}/", f"/en/r/{token}/compare/"):
        response = visitor.get(address)
        assert response.status_code == 410
        assert "This link is over" in page(response).h1.get_text()


def test_purge_erases_answers_and_forgets_at_last(visitor, expired, capsys):
    token, _secret = expired
    living, _secret = share(visitor)

    call_command("purge")
    assert visitor.get(f"/en/r/{token}/").status_code == 410
    assert Result.objects.filter(answers={}).count() == 1

    Result.objects.filter(answers={}).update(expires_at=timezone.now() - dt.timedelta(days=91))
    call_command("purge")
    assert visitor.get(f"/en/r/{token}/").status_code == 404
    assert visitor.get(f"/en/r/{living}/").status_code == 200
    assert "1" in capsys.readouterr().out


def test_edition_that_a_result_shows_cannot_be_deleted(visitor, tree):
    share(visitor)

    with pytest.raises(Exception, match="protected"):
        tree.editions.get().delete()


# The database away


@pytest.fixture
def away(monkeypatch):
    def refuse(*args, **named):
        raise OperationalError("away")

    def away():
        monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", refuse)

    return away


def test_link_answers_honestly_while_the_database_is_away(visitor, away):
    token, _secret = share(visitor)
    away()

    response = visitor.get(f"/en/r/{token}/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_what_was_chosen_stays_while_the_database_is_away(visitor, away):
    visitor.get(STEP, ANSWERS)
    away()

    response = visitor.post("/en/tried/1/share/", ANSWERS | {"_days": "365"})

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert page(response).select_one("[name=_days][checked]")["value"] == "365"


# Compared


def test_two_results_side_by_side(visitor):
    one, _secret = share(visitor)
    other, _secret = share(visitor, colour="amber")

    pasted = {"with": f" http://testserver/en/r/{other}/ "}
    response = visitor.get(f"/en/r/{one}/compare/", pasted, follow=True)

    left, right = page(response).select(".side")
    assert [li["data-finding"] for li in left.select("[data-finding][data-differs]")] == ["limit"]
    assert [li["data-finding"] for li in right.select("[data-finding][data-differs]")] == ["frozen"]
    assert [li["data-action"] for li in left.select("[data-action]")] == ["raise"]
    assert [dl.get_text() for dl in right.select("div[data-differs] dt")] == ["colour"]


def test_secret_of_a_pasted_link_does_not_stay_in_the_address(visitor):
    one, _secret = share(visitor)
    other, secret = share(visitor)

    response = visitor.get(f"/en/r/{one}/compare/", {"with": f"/en/r/{other}/{secret}/"})

    assert response["Location"] == f"/en/r/{one}/compare/?with={other}"


def test_answers_are_not_called_different_where_the_others_are_hidden(visitor):
    open_one, _secret = share(visitor)
    hidden, _secret = share(visitor, _hide="on")

    response = visitor.get(f"/en/r/{open_one}/compare/", {"with": hidden})

    assert not page(response).select(".answer-list [data-differs]")


def test_comparing_a_result_with_itself_is_told(visitor):
    token, _secret = share(visitor)

    response = visitor.get(f"/en/r/{token}/compare/", {"with": token})

    assert response.status_code == 422
    assert "this result itself" in page(response).find(id="refusal").get_text()
    assert not page(response).select(".side")


@pytest.mark.parametrize("named", ["nonsense", "https://example.org/r/x/", "1" * 22])
def test_comparing_with_no_link_keeps_what_was_typed(visitor, named):
    token, _secret = share(visitor)

    response = visitor.get(f"/en/r/{token}/compare/", {"with": named})

    assert response.status_code == 422
    assert page(response).find(id="compare-with")["value"] == named
