"""The first page of the admin: how every draft stands, and what grows old."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from wizard import frozen, publishing
from wizard.admin import dashboard
from wizard.admin.pages import PAGES
from wizard.models import Action, Contact, Edition, Figure, Source, Tree, User

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


@pytest.fixture(autouse=True)
def nothing_remembered():
    frozen.forget()


@pytest.fixture
def tree():
    return Tree.objects.get(slug="loan-offer")


@pytest.fixture
def staff(client):
    """Log in with these rights."""

    def staff(*codenames):
        user = User.objects.create_user("somebody", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return staff


@pytest.fixture
def publisher(admin_client):
    admin_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return admin_client


def soup(response):
    return BeautifulSoup(response.content, "lxml")


def words(element):
    return " ".join(element.get_text(" ", strip=True).split())


def facts(client, slug="loan-offer"):
    """What the first page says about one tree: {"Draft": "nothing to publish"}."""
    article = soup(client.get(INDEX)).select_one(f"[data-tree={slug}]")
    return {words(row.dt): words(row.dd) for row in article.select("dl > div")}


def links(client, said, slug="loan-offer"):
    """Where the facts about one tree lead that are called so."""
    facts = soup(client.get(INDEX)).select(f"[data-tree={slug}] dd a")
    return [a["href"] for a in facts if said in a.text]


def count(client, tree):
    return words(soup(client.get(reverse("admin:wizard_tree_counts", args=[tree.pk]))))


def test_every_tree_is_shown_above_the_tables(publisher):
    page = soup(publisher.get(INDEX))

    trees = page.select("#dashboard [data-tree]")
    assert [article["data-tree"] for article in trees] == ["jiebei", "loan-offer"]
    assert page.select_one("#content-main .app-wizard") is not None


def test_an_untouched_tree_has_nothing_to_publish(publisher, tree):
    told = facts(publisher)

    assert told["Visitors see"].startswith("edition 1, ")
    assert told["Draft"] == "nothing to publish"
    assert told["Translation"] == "complete"
    assert told["Notes"] == "none open"
    assert "Last edited" not in told


def test_a_changed_draft_says_who_changed_it(publisher, tree):
    Tree.objects.filter(pk=tree.pk).update(title_en="Another title")
    tree.touch(User.objects.get(username="admin"))

    told = facts(publisher)

    assert told["Draft"] == "has changes that are not published"
    assert links(publisher, "has changes") == [reverse("admin:wizard_tree_publish", args=[tree.pk])]
    assert told["Last edited"].endswith(", admin")


def test_the_edition_shows_its_author_and_note(publisher, tree):
    publishing.publish(tree, by=User.objects.get(username="admin"), note="Clearer words")

    told = facts(publisher)["Visitors see"]

    assert told.startswith("edition 2, ")
    assert told.endswith(", admin Clearer words")


def test_a_scheduled_edition_waits(publisher, tree):
    tomorrow = timezone.now() + dt.timedelta(days=1)
    publishing.publish(tree, visible_from=tomorrow)

    told = facts(publisher)

    time = timezone.localtime(tomorrow).strftime("%Y-%m-%d %H:%M")
    assert told["Waiting"] == f"edition 2, from {time} on"
    assert links(publisher, "from") == [reverse("admin:wizard_tree_editions", args=[tree.pk])]
    assert told["Visitors see"].startswith("edition 1, ")
    assert told["Draft"] == "nothing to publish"


def test_missing_translations_are_counted_by_language(publisher, tree):
    tree.questions.filter(slug="deal").update(title_en="", short_en="")
    tree.questions.filter(slug="channel").update(title_zh_hans="")

    assert facts(publisher)["Translation"] == "1 missing in Chinese , 2 missing in English"


def test_open_notes_are_counted(publisher, tree):
    for done in (False, False, True):
        tree.notes.create(kind="question", slug="deal", text="Why?", done=done)

    assert facts(publisher)["Notes"].startswith("2 open")


def test_problems_are_counted_at_the_first_look_and_anew_after_a_change(publisher, tree):
    before = facts(publisher)["Problems"]
    tree.questions.filter(slug="deal").update(title_en="")

    assert before == "no errors, no warnings"
    assert facts(publisher)["Problems"] == "1 error , no warnings"


@pytest.fixture
def large(monkeypatch):
    """Every draft has more questions than are checked for the first page."""
    monkeypatch.setattr(dashboard, "MOST_QUESTIONS", 0)


@pytest.mark.usefixtures("large")
def test_problems_of_a_large_draft_are_counted_apart_from_the_first_page(publisher, tree):
    tree.questions.filter(slug="deal").update(title_en="")

    before = facts(publisher)["Problems"]
    counted = count(publisher, tree)

    assert before == "not checked yet – check now"
    assert counted == "1 error , no warnings"
    assert facts(publisher)["Problems"] == counted


@pytest.mark.usefixtures("large")
def test_what_was_counted_is_forgotten_with_the_next_change(publisher, tree):
    count(publisher, tree)
    tree.questions.filter(slug="deal").update(title_en="")

    assert facts(publisher)["Problems"] == "not checked yet – check now"


def test_counting_the_same_draft_again_is_remembered(publisher, tree, monkeypatch):
    first = count(publisher, tree)
    monkeypatch.setattr(frozen, "find_problems", None)

    assert count(publisher, tree) == first


def test_a_tree_links_to_its_pages(publisher, tree):
    article = soup(publisher.get(INDEX)).select_one("[data-tree=loan-offer]")

    links = [a["href"] for a in article.select(".shortcuts a")]
    names = [name for name in dashboard.SHORTCUTS if name in PAGES]
    assert links == [reverse(f"admin:wizard_tree_{name}", args=[tree.pk]) for name in names]


@pytest.mark.parametrize("model", [Contact, Figure, Source])
def test_what_nobody_checked_for_long_is_listed_with_the_oldest_first(publisher, model):
    model.objects.update(checked_on=dt.date(2026, 11, 1))
    old, older = model.objects.order_by("pk")[:2]
    model.objects.filter(pk=old.pk).update(checked_on=dt.date(2020, 1, 2))
    model.objects.filter(pk=older.pk).update(checked_on=dt.date(2020, 1, 1))
    name = model._meta.model_name

    with override_settings(STALE_AFTER_DAYS=(timezone.localdate() - dt.date(2020, 1, 3)).days):
        page = soup(publisher.get(INDEX))

    listed = page.select_one(f"[data-stale={name}]")
    assert words(listed.h3).split()[-1] == "2"
    assert listed.h3.a["href"] == reverse(f"admin:wizard_{name}_changelist") + "?checked=stale"
    assert [words(li).rsplit(", ", 1)[1] for li in listed.select("li")] == [
        "2020-01-01",
        "2020-01-02",
    ]


def test_of_many_only_the_first_few_are_listed(publisher):
    Source.objects.update(checked_on=dt.date(2020, 1, 1))

    with override_settings(STALE_AFTER_DAYS=1):
        listed = soup(publisher.get(INDEX)).select_one("[data-stale=source]")

    more = Source.objects.count() - dashboard.FIRST_FEW
    assert len(listed.select("li")) == dashboard.FIRST_FEW + 1
    assert words(listed.select("li")[-1]) == f"{more} more"


def test_schemes_that_are_over_are_listed(publisher):
    action = Action.objects.first()
    Action.objects.filter(pk=action.pk).update(ends_on=dt.date(2020, 1, 1))

    ended = soup(publisher.get(INDEX)).select("#ended li")

    assert [li.a["href"] for li in ended] == [
        reverse("admin:wizard_action_change", args=[action.pk])
    ]


def test_where_nothing_grows_old_nothing_is_said(publisher):
    assert soup(publisher.get(INDEX)).select("#aging, #ended") == []


def test_who_may_not_view_trees_sees_nothing_of_them(staff):
    client = staff("view_source")

    page = client.get(INDEX)

    assert soup(page).select("[data-tree]") == []
    assert "loan-offer" not in page.content.decode()


def test_who_may_not_view_contacts_sees_no_stale_ones(staff):
    with override_settings(STALE_AFTER_DAYS=-1):
        page = soup(staff("view_source").get(INDEX))

    assert [article["data-stale"] for article in page.select("[data-stale]")] == ["source"]


def test_counts_need_the_right_to_view(staff, tree):
    client = staff("view_source")

    assert client.get(reverse("admin:wizard_tree_counts", args=[tree.pk])).status_code == 403


def test_an_empty_installation_starts_with_a_guided_step(publisher):
    Edition.objects.all().delete()
    Tree.objects.all().delete()

    step = soup(publisher.get(INDEX)).select_one("#first-step")

    assert "There is no tree yet." in words(step)
    assert [(words(a), a["href"]) for a in step.select("a")] == [
        ("Create a tree", reverse("admin:wizard_tree_add")),
        ("Import a tree", reverse("admin:wizard_tree_import")),
    ]


def test_who_may_not_add_a_tree_is_told_to_ask(staff):
    Edition.objects.all().delete()
    Tree.objects.all().delete()

    step = soup(staff("view_tree").get(INDEX)).select_one("#first-step")

    assert step.select("a") == []
    assert "Ask somebody who may add one." in words(step)


def test_the_first_page_asks_for_no_document_of_an_edition(
    publisher, django_assert_max_num_queries
):
    with django_assert_max_num_queries(120) as asked:
        publisher.get(INDEX)

    assert [q["sql"] for q in asked.captured_queries if '"document"' in q["sql"]] == []


def test_the_page_of_an_application_is_as_it_was(publisher):
    page = publisher.get(reverse("admin:app_list", args=["wizard"]))

    assert page.status_code == 200
    assert soup(page).select("#dashboard") == []


def test_the_first_page_is_for_staff_only(client):
    assert client.get(INDEX).headers["Location"] == f"/admin/login/?next={INDEX}"
