"""The pages that publish, schedule, restore, make current again and cancel."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.test_publishing import make_small_tree
from wizard import drafts, editions, publishing
from wizard.admin import history
from wizard.models import Contact, Edition, Tree, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return drafts.restore(make_small_tree())


def login(client, name, role):
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.user = user
    return client


@pytest.fixture
def publisher(client):
    return login(client, "paula", "publisher")


@pytest.fixture
def editor(client):
    return login(client, "eddie", "editor")


def url(tree, page, edition=None):
    address = reverse(f"admin:wizard_tree_{page}", args=[tree.pk])
    return f"{address}?edition={edition}" if edition else address


def soup(response):
    return BeautifulSoup(response.content, "lxml")


def words(response, selector):
    return [" ".join(e.get_text(" ").split()) for e in soup(response).select(selector)]


def numbers(tree):
    return sorted(tree.editions.values_list("number", flat=True))


def change(tree, title="Another question?"):
    tree.questions.filter(slug="first").update(title_en=title)


def schedule(tree, **fields):
    later = timezone.now() + dt.timedelta(days=1)
    return publishing.publish(tree, visible_from=later, **fields)


def told(tree):
    """What the history of the tree says of it, the latest first."""
    return [history.said(entry) for entry in LogEntry.objects.filter(object_id=tree.pk)]


# Publishing


def test_what_is_published_is_live_at_once_and_says_where(publisher, tree):
    page = publisher.post(url(tree, "publish"), {"note": "First", "when": "now"}, follow=True)

    edition = tree.edition
    assert page.redirect_chain == [(url(tree, "editions"), 302)]
    assert words(page, ".messagelist li") == ["Published edition 1. See it live"]
    assert soup(page).select_one(".messagelist a")["href"] == "/en/small/1/"
    assert (edition.number, edition.note, edition.published_by) == (1, "First", publisher.user)
    assert publisher.get("/en/small/", follow=True).status_code == 200


def test_publishing_is_noted_in_the_history(publisher, tree):
    publisher.post(url(tree, "publish"), {"note": "First"})

    assert told(tree) == ["Published edition 1. First"]


def test_the_page_says_in_one_screen_what_is_to_be_known(publisher, tree):
    publishing.publish(tree, note="All new")
    change(tree)
    tree.touch(User.objects.create_user("mary"))
    tree.actions.create(slug="spare", theme="fix", horizon="now", title_en="x", title_zh_hans="x")

    page = publisher.get(url(tree, "publish"))

    count = soup(page).select_one("#problem-count")
    assert (count["data-errors"], count["data-warnings"]) == ("1", "1")
    assert words(page, "#scenario-count .mark") == ["1 of 1 pass"]
    assert words(page, "#what-changes li") == ["Question: 1 changed", "Action: 1 new"]
    assert "mary" in words(page, "#last-edited")[0]
    assert words(page, "#visitors-see")[0].startswith("edition 1 since ")
    assert words(page, "#visitors-see")[0].endswith("– All new")


def test_a_failing_scenario_is_counted(publisher, tree):
    tree.scenarios.get().answers.clear()

    page = publisher.get(url(tree, "publish"))

    assert words(page, "#scenario-count .mark") == ["0 of 1 pass"]


def test_an_unchanged_draft_is_told_so_and_not_published(publisher, tree):
    publishing.publish(tree)

    shown = publisher.get(url(tree, "publish"))
    page = publisher.post(url(tree, "publish"), {"note": "My words"})

    why = "Nothing to publish: the draft is what visitors see now."
    assert words(shown, "#what-changes") == ["Nothing: the draft is what visitors see now."]
    assert words(shown, "#reasons li") == [why]
    assert soup(shown).select_one(".publish-form [type=submit]").has_attr("disabled")
    assert (page.status_code, numbers(tree)) == (409, [1])
    assert words(page, ".errornote") == [f"Not published. {why}"]
    assert soup(page).select_one("[name=note]")["value"] == "My words"


def test_a_form_sent_twice_is_published_once(publisher, tree):
    seen = soup(publisher.get(url(tree, "publish"))).select_one("[name=seen]")["value"]

    answers = [publisher.post(url(tree, "publish"), {"seen": seen}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert numbers(tree) == [1]


def test_what_changes_is_counted_by_kind(publisher, tree):
    publishing.publish(tree)
    change(tree)
    tree.questions.create(slug="third", title_en="x", short_en="x", position=3)

    page = publisher.get(url(tree, "publish"))

    assert words(page, "#what-changes li") == ["Question: 1 new, 1 changed"]


def test_a_new_tree_is_told_to_be_new(publisher, tree):
    page = publisher.get(url(tree, "publish"))

    assert words(page, "#what-changes") == ["Everything: visitors do not see this tree yet."]


def later(days=1):
    then = timezone.localtime() + dt.timedelta(days=days)
    return {"when": "at", "date": then.strftime("%Y-%m-%d"), "time": "08:30"}


def test_an_edition_is_scheduled_for_a_time_of_shanghai(publisher, tree):
    sent = later()

    page = publisher.post(url(tree, "publish"), {"note": "Soon", **sent}, follow=True)

    waiting = tree.scheduled
    told_time = f"{sent['date']} 08:30"
    assert tree.edition is None
    assert waiting.visible_from.isoformat() == (
        dt.datetime.fromisoformat(f"{told_time}+08:00").astimezone(dt.UTC).isoformat()
    )
    assert words(page, ".messagelist li") == [
        f"Scheduled edition 1: visitors see it from {told_time}."
    ]
    assert told(tree) == [f"Scheduled edition 1: visitors see it from {told_time}. Soon"]


@pytest.mark.parametrize(
    ("sent", "marked"),
    [
        pytest.param({**later(), "date": ""}, "Needed for a later time.", id="no-date"),
        pytest.param({**later(), "time": ""}, "Needed for a later time.", id="no-time"),
        pytest.param({**later(), "date": "tomorrow"}, "Enter a valid date.", id="no-such-date"),
        pytest.param(
            later(-2), "This time is over. Choose a later one, or “now”.", id="in-the-past"
        ),
        pytest.param(
            {**later(), "when": "now"},
            "You chose a time, too. Tick it, or empty its fields.",
            id="now-and-later",
        ),
        pytest.param({**later(), "note": "n" * 201}, "Ensure this value has at most", id="note"),
    ],
)
def test_a_mistake_is_marked_and_what_was_typed_is_kept(publisher, tree, sent, marked):
    sent = {"note": "My words", **sent}

    page = publisher.post(url(tree, "publish"), sent)

    shown = soup(page)
    kept = {name: shown.select_one(f"[name={name}]").get("value", "") for name in ("note", "date")}
    assert page.status_code == 422
    assert marked in " ".join(words(page, ".errorlist"))
    assert kept == {"note": sent["note"], "date": sent["date"]}
    assert shown.select_one("[name=when][checked]")["value"] == sent["when"]
    assert numbers(tree) == []


def test_a_draft_with_errors_is_refused_and_the_note_is_kept(publisher, tree):
    tree.questions.filter(slug="second").update(title_en="")

    page = publisher.post(url(tree, "publish"), {"note": "My words"})

    assert page.status_code == 422
    assert soup(page).select_one("[name=note]")["value"] == "My words"
    assert words(page, ".errornote") == ["Not published. The draft has errors. Mend them first."]
    assert words(page, "#problems tbody tr") == [
        "question “second”, question The text is missing in English."
    ]
    assert numbers(tree) == []


def test_of_many_errors_the_first_are_named_and_the_others_counted(publisher, tree):
    tree.questions.update(title_en="", title_zh_hans="", short_en="", short_zh_hans="")
    tree.findings.update(title_en="", title_zh_hans="", explanation_en="", remedy_time_en="")
    tree.actions.update(title_en="", body_en="")

    page = publisher.get(url(tree, "publish"))

    errors = int(soup(page).select_one("#problem-count")["data-errors"])
    assert len(soup(page).select("#problems tbody tr")) == 10
    assert f"{errors - 10} more errors" in words(page, "#content-main")[0]


def test_while_an_edition_waits_nothing_is_published(publisher, tree):
    schedule(tree)

    shown = publisher.get(url(tree, "publish"))
    page = publisher.post(url(tree, "publish"), {"note": "x"})

    assert soup(shown).select_one(".publish-form [type=submit]").has_attr("disabled")
    assert words(shown, "#waiting a") == ["Cancel it …"]
    assert "Edition 1 waits for" in words(shown, "#reasons li")[0]
    assert page.status_code == 409
    assert "Edition 1 waits for" in words(page, ".errornote")[0]
    assert numbers(tree) == [1]


def test_the_last_editor_is_told_why_another_one_is_needed(publisher, tree, settings):
    settings.SECOND_PAIR_OF_EYES = True
    tree.touch(publisher.user)

    shown = publisher.get(url(tree, "publish"))
    page = publisher.post(url(tree, "publish"), {"note": "x"})

    told_why = "You edited this draft last. Another publisher has to look at it and publish it."
    assert words(shown, "#reasons li") == [told_why]
    assert "whoever edited last does not publish" in words(shown, "#last-edited")[0]
    assert soup(shown).select_one(".publish-form [type=submit]").has_attr("disabled")
    assert (page.status_code, numbers(tree)) == (409, [])


def test_a_draft_that_was_changed_while_it_was_looked_at_is_not_published(publisher, tree):
    seen = soup(publisher.get(url(tree, "publish"))).select_one("[name=seen]")["value"]
    change(tree)

    refused = publisher.post(url(tree, "publish"), {"note": "My words", "seen": seen})
    seen = soup(refused).select_one("[name=seen]")["value"]
    published = publisher.post(url(tree, "publish"), {"note": "My words", "seen": seen})

    assert refused.status_code == 409
    assert "Somebody changed the draft" in words(refused, ".errornote")[0]
    assert (published.status_code, numbers(tree)) == (302, [1])


def test_who_may_not_publish_sees_why_instead_of_the_form(editor, tree):
    page = editor.get(url(tree, "publish"))

    assert words(page, "#reasons li") == ["You may edit, but not publish. Ask a publisher."]
    assert not soup(page).select("[name=note]")
    assert soup(page).select_one(".publish-form [type=submit]").has_attr("disabled")


# The list of editions


@pytest.fixture
def three(tree):
    """Three editions: past, current and waiting."""
    mary = User.objects.create_user("mary")
    publishing.publish(tree, by=mary, note="The first")
    change(tree, "Second?")
    publishing.publish(tree)
    change(tree, "Third?")
    schedule(tree, by=mary)
    return tree


def rows(page):
    return {
        row["data-edition"]: (row["data-state"], [a.text for a in row.select("a")])
        for row in soup(page).select("#editions tbody tr")
    }


LOOK = ["Live page", "Difference"]


def test_editions_are_listed_with_state_and_what_a_publisher_may_do(publisher, three):
    page = publisher.get(url(three, "editions"))

    assert rows(page) == {
        "3": ("waiting", ["Difference", "Restore into the draft …", "Cancel …"]),
        "2": ("current", [*LOOK, "Restore into the draft …"]),
        "1": ("past", ["Live page", "Restore into the draft …"]),
    }


def test_a_past_edition_can_be_made_current_when_none_waits(publisher, three):
    publishing.cancel(three.scheduled)

    page = publisher.get(url(three, "editions"))

    assert rows(page)["1"] == (
        "past",
        ["Live page", "Restore into the draft …", "Make current again …"],
    )


def test_an_editor_may_restore_but_not_make_current_or_cancel(editor, three):
    page = editor.get(url(three, "editions"))

    offered = {text for _, links in rows(page).values() for text in links}
    assert offered == {*LOOK, "Restore into the draft …"}


def test_an_edition_is_listed_with_author_note_live_page_and_difference(publisher, three):
    page = publisher.get(url(three, "editions"))

    first, second = (soup(page).select_one(f"[data-edition='{n}']") for n in (1, 2))
    cells = [" ".join(cell.get_text(" ").split()) for cell in first.select("td")]
    assert cells[1:3] == ["mary", "The first"]
    assert first.select_one("a")["href"] == "/en/small/1/"
    assert second.select("a")[1]["href"] == f"{url(three, 'changes')}?from=1&to=2"


def test_a_tree_without_editions_says_so(publisher, tree):
    page = publisher.get(url(tree, "editions"))

    assert page.status_code == 200
    assert "Nothing was published yet." in words(page, "#content-main")[0]


def test_the_list_asks_as_much_for_one_edition_as_for_four(publisher, tree):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            publisher.get(url(tree, "editions"))
        return len(asked)

    publishing.publish(tree)
    questions()
    one = questions()
    for _ in range(3):
        publishing.publish(tree)

    assert questions() == one


def test_all_editions_of_all_trees_lead_to_the_list_of_their_tree(publisher, three):
    page = publisher.get(reverse("admin:wizard_edition_changelist"))

    assert url(three, "editions") in {a["href"] for a in soup(page).select("#result_list a")}
    assert not soup(page).select("[name=action]")


# Restoring


def test_restoring_asks_first_and_says_what_is_lost_and_whose_it_is(editor, tree):
    publishing.publish(tree)
    change(tree)
    tree.touch(User.objects.create_user("mary"))

    page = editor.get(url(tree, "restore", 1))

    assert page.status_code == 200
    assert words(page, "#lost strong") == [
        "The draft has changes that no edition holds. They will be lost."
    ]
    assert "mary" in words(page, "#lost")[0]
    assert tree.questions.get(slug="first").title_en == "Another question?"


def test_restoring_says_when_nothing_is_lost(editor, tree):
    publishing.publish(tree)
    change(tree)
    publishing.publish(tree)

    page = editor.get(url(tree, "restore", 1))

    assert words(page, "#lost") == ["The draft is the same as edition 2: nothing is lost."]


def test_an_editor_restores_an_edition_into_the_draft(editor, tree):
    first = publishing.publish(tree)
    change(tree)
    form = soup(editor.get(url(tree, "restore", 1))).select_one("[name=replacing]")["value"]

    page = editor.post(url(tree, "restore", 1), {"replacing": form}, follow=True)

    restored = Tree.objects.get(pk=tree.pk)
    assert words(page, ".messagelist li") == ["The draft is now what edition 1 says."]
    assert drafts.frozen_draft(restored).digest == first.digest
    assert restored.edited_by == editor.user
    assert told(tree)[0] == "The draft is now what edition 1 says."
    assert numbers(tree) == [1]


def test_what_was_changed_since_the_question_is_not_lost(editor, tree):
    publishing.publish(tree)
    form = soup(editor.get(url(tree, "restore", 1))).select_one("[name=replacing]")["value"]
    change(tree)

    page = editor.post(url(tree, "restore", 1), {"replacing": form})

    assert page.status_code == 409
    assert "Somebody changed the draft" in words(page, ".errornote")[0]
    assert tree.questions.get(slug="first").title_en == "Another question?"


# Again, and cancelled


def test_an_earlier_edition_is_made_current_again(publisher, tree):
    first = publishing.publish(tree)
    change(tree)
    publishing.publish(tree)

    asked = publisher.get(url(tree, "republish", 1))
    page = publisher.post(url(tree, "republish", 1), {"note": "2 was wrong"}, follow=True)

    assert (asked.status_code, numbers(tree)) == (200, [1, 2, 3])
    assert words(page, ".messagelist li") == ["Published edition 3. See it live"]
    assert (tree.edition.digest, tree.edition.note) == (
        first.digest,
        "Edition 1 again: 2 was wrong",
    )
    assert tree.edition.published_by == publisher.user
    assert told(tree)[0] == "Published edition 3. Edition 1 again: 2 was wrong"
    assert tree.questions.get(slug="first").title_en == "Another question?"


def test_numbers_that_are_different_today_are_told_before(publisher, tree):
    tree.actions.get(slug="act").contacts.add(Contact.objects.get(slug="police"))
    publishing.publish(tree)
    Contact.objects.filter(slug="police").update(value="999")

    page = publisher.get(url(tree, "republish", 1))

    assert [told.split(": ")[1] for told in words(page, "#aged li")] == ["110 → 999"]


@pytest.mark.parametrize("why", ["current", "one waits"])
def test_an_edition_that_cannot_be_made_current_is_refused(publisher, tree, why):
    publishing.publish(tree)
    if why == "one waits":
        change(tree)
        publishing.publish(tree)
        schedule(tree)
    before = numbers(tree)

    page = publisher.post(url(tree, "republish", 1), {"note": "My words"})

    assert page.status_code == 409
    assert soup(page).select_one("[name=note]")["value"] == "My words"
    assert len(words(page, ".errornote")) == 1
    assert numbers(tree) == before


def test_a_note_that_is_too_long_is_told(publisher, tree):
    publishing.publish(tree)

    page = publisher.post(url(tree, "republish", 1), {"note": "n" * 151})

    assert page.status_code == 422
    assert numbers(tree) == [1]


def test_a_waiting_edition_is_cancelled(publisher, tree):
    publishing.publish(tree)
    schedule(tree)

    asked = publisher.get(url(tree, "cancel", 2))
    page = publisher.post(url(tree, "cancel", 2), follow=True)

    assert asked.status_code == 200
    assert words(page, ".messagelist li") == ["Cancelled edition 2. The draft is as it was."]
    assert told(tree)[0] == "Cancelled edition 2. The draft is as it was."
    assert numbers(tree) == [1]


def test_a_visible_edition_is_not_cancelled(publisher, tree):
    publishing.publish(tree)

    page = publisher.post(url(tree, "cancel", 1))

    assert page.status_code == 409
    assert "cannot be cancelled" in words(page, ".errornote")[0]
    assert numbers(tree) == [1]


@pytest.mark.parametrize("page", ["restore", "republish", "cancel"])
@pytest.mark.parametrize("edition", ["", "9", "x", "-1", "1" * 30, "１"])
def test_an_edition_that_is_not_there_is_not_found(publisher, tree, page, edition):
    publishing.publish(tree)

    answers = [
        getattr(publisher, method)(f"{url(tree, page)}?edition={edition}").status_code
        for method in ("get", "post")
    ]

    assert answers == [404, 404]
    assert Edition.objects.filter(tree=tree).count() == 1


def test_the_edition_of_another_tree_is_not_taken(publisher, tree):
    assert publisher.post(url(tree, "restore", 1)).status_code == 404


def test_this_process_shows_what_it_published_at_once(publisher, tree):
    publishing.publish(tree)
    before = editions.current_number("small")
    change(tree)

    publisher.post(url(tree, "publish"), {"note": "x"})

    assert (before, editions.current_number("small")) == (1, 2)
