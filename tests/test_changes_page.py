import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from wizard import publishing
from wizard.models import Tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(admin_client):
    admin_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return admin_client


@pytest.fixture
def tree():
    return Tree.objects.get(slug="loan-offer")


def page(client, tree, **query):
    response = client.get(reverse("admin:wizard_tree_changes", args=[tree.pk]), query)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def words(element):
    return element.get_text(" ", strip=True)


def retitle(tree, title):
    question = tree.questions.first()
    question.title_en = title
    question.save()
    return question


def test_nothing_was_edited(publisher, tree):
    shown = page(publisher, tree, effects=1)

    assert "Nothing differs." in words(shown)
    assert shown.select_one("#no-effect")


def test_an_edited_text_stands_beside_the_old_one_and_links_to_its_form(publisher, tree):
    question = retitle(tree, "Where did <they> go?")

    shown = page(publisher, tree)

    (part,) = shown.select(".changed-part")
    assert part["data-part"] == question.slug
    assert part.select_one("a")["href"] == reverse(
        "admin:wizard_question_change", args=[question.pk]
    )
    assert [words(cell) for cell in part.select("td.now")] == ["Where did <they> go?"]
    assert part.select("td.before del")
    assert part.select("td.now ins")


def test_an_added_question_is_spelled_out_once(publisher, tree):
    added = tree.questions.create(slug="extra", title_en="Extra?", short_en="Extra", position=99)
    added.choices.create(slug="only", label_en="Only this")

    (part,) = page(publisher, tree).select(".changed-part")

    assert part["data-what"] == "added"
    assert [words(cell) for cell in part.select("td.now")][1:] == ["Extra?", "Extra", "Only this"]


def test_effects_are_fetched_by_the_page_or_by_a_link(publisher, tree):
    tree.findings.exclude(fallback=True).first().evidence.all().delete()

    waiting = page(publisher, tree).select_one("#effects")
    fragment = publisher.get(
        reverse("admin:wizard_tree_changes", args=[tree.pk]), headers={"HX-Request": "true"}
    )
    whole = page(publisher, tree, effects=1)

    assert waiting["data-hx-get"] == "?effects=1"
    assert b'id="counts"' in fragment.content
    assert b"<html" not in fragment.content
    assert whole.select("#counts tr")
    assert whole.select(".effect-groups tbody tr")


def test_other_alternatives_are_told_by_their_names(publisher):
    tree = Tree.objects.get(slug="jiebei")
    hidden = tree.alternatives.filter(for_persons=True, for_businesses=True).first()
    hidden.for_businesses = False
    hidden.save()

    shown = page(publisher, tree, effects=1)

    (row,) = shown.select(".effect-groups tbody tr")
    assert row["data-change"] == "alternatives"
    assert words(row.select_one("td.before")) == hidden.name_en


def test_an_example_leads_to_the_edition_and_to_the_draft(publisher, tree):
    tree.findings.exclude(fallback=True).first().evidence.all().delete()

    shown = page(publisher, tree, effects=1)

    old, new = shown.select_one(".effect-groups tbody tr").select("a")
    assert old["href"].startswith("/en/loan-offer/1/?")
    assert publisher.get(old["href"]).status_code == 200
    assert publisher.get(new["href"], follow=True).status_code == 200


def test_two_editions_compared(publisher, tree):
    retitle(tree, "Another question?")
    publishing.publish(tree)

    shown = page(publisher, tree, **{"from": 1, "to": 2})
    now = page(publisher, tree)
    before = page(publisher, tree, against=1)

    assert len(shown.select(".changed-part")) == 1
    assert not now.select(".changed-part")
    assert len(before.select(".changed-part")) == 1


@pytest.mark.parametrize("query", [{"against": "9"}, {"against": "x"}, {"from": "1"}])
def test_unknown_editions_are_not_found(publisher, tree, query):
    url = reverse("admin:wizard_tree_changes", args=[tree.pk])

    assert publisher.get(url, query).status_code == 404


def test_a_tree_without_an_edition_is_all_new(publisher):
    tree = Tree.objects.create(slug="fresh", title_en="Fresh", title_zh_hans="新")

    shown = page(publisher, tree)

    assert "everything is new" in words(shown)
    assert not shown.select("#effects")


def test_a_draft_that_cannot_be_walked_says_so(publisher, tree):
    tree.findings.filter(fallback=True).update(fallback=False)

    shown = page(publisher, tree, effects=1)

    assert "cannot be walked" in words(shown.select_one("#effects"))


def test_who_may_not_see_trees_may_not_see_changes(client, django_user_model, tree):
    client.force_login(django_user_model.objects.create_user("nobody", is_staff=True))

    response = client.get(reverse("admin:wizard_tree_changes", args=[tree.pk]))

    assert response.status_code == 403
