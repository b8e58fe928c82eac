import pytest
from django.urls import reverse

from tests.test_admin import change_url, errors, form_data, soup
from tests.test_staff_conflicts import colleague
from tests.test_staff_history import history_of, lines
from tests.trees import make_evidence, make_finding, make_question, make_tree
from wizard import drafts, editions, publishing
from wizard.models import Note, Question, Tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    """Published: where (bank, app) leads to card (yes, no); a finding needs both."""
    where = make_question("where", ("bank", "app"), ["card"])
    evidence = make_evidence("confirms", {"where": ("bank",), "card": ("yes",)})
    questions = [where, make_question("card")]
    draft = drafts.restore(make_tree(questions, [make_finding("frozen", [evidence])], slug="small"))
    publishing.publish(draft)
    return draft


@pytest.fixture
def question(tree):
    return tree.questions.get(slug="where")


@pytest.fixture
def anna(db):
    return colleague("anna")


def rename_url(question):
    address = reverse("admin:wizard_tree_rename", args=[question.tree_id])
    return f"{address}?question={question.pk}"


def field_of(row):
    return "question" if isinstance(row, Question) else f"choice-{row.pk}"


def rename(browser, question, slugs):
    """Fill in the page as somebody does: `slugs` are old slug -> new slug."""
    data = form_data(browser.get(rename_url(question)))
    data |= {name: slugs[value] for name, value in data.items() if value in slugs}
    return browser.post(rename_url(question), data)


def publish(tree):
    publishing.publish(tree)
    editions.forget()


def names(row):
    row.refresh_from_db()
    return row.slug, row.aliases.split()


def final(response):
    """Where the visitor ends up, and the findings shown there."""
    address = response.redirect_chain[-1][0] if response.redirect_chain else ""
    return address, [f["data-finding"] for f in soup(response).select("[data-finding]")]


def test_old_addresses_work_after_renaming_and_publishing(anna, client, tree, question):
    response = rename(anna, question, {"where": "stopped", "bank": "at-bank"})
    publish(tree)

    page = client.get("/en/small/?where=bank&card=yes", follow=True)

    assert (response.status_code, response.url) == (302, change_url(question))
    assert names(question) == ("stopped", ["where"])
    assert names(question.choices.get(slug="at-bank")) == ("at-bank", ["bank"])
    assert final(page)[1] == ["frozen"]
    canonical = soup(page).select_one("link[rel=canonical]")
    assert canonical is None or "stopped=at-bank&card=yes" in canonical["href"]


def test_an_old_link_to_change_an_answer_works(anna, client, tree, question):
    rename(anna, question, {"where": "stopped", "bank": "at-bank"})
    publish(tree)

    page = soup(client.get("/en/small/2/?where=bank&card=yes&_at=where"))

    assert page.select_one("#step")["data-question"] == "stopped"
    assert [i["value"] for i in page.select("#step input[checked]")] == ["at-bank"]


def test_a_form_that_was_open_while_a_question_was_renamed_is_understood(
    anna, client, tree, question
):
    rename(anna, question, {"where": "stopped"})
    publish(tree)

    page = client.get("/en/small/2/?where=app&_asked=where", follow=True)

    assert final(page)[0] == "/en/small/2/?stopped=app"


def test_an_unknown_edition_offers_the_newest_with_the_old_answers(anna, client, tree, question):
    rename(anna, question, {"where": "stopped", "bank": "at-bank"})
    publish(tree)

    refused = client.get("/en/small/99/?where=bank&card=yes")
    page = client.get(soup(refused).select_one("#offer")["href"], follow=True)

    assert refused.status_code == 404
    assert final(page)[1] == ["frozen"]


def test_the_same_answers_can_be_used_with_the_newest_edition(anna, client, tree, question):
    rename(anna, question, {"where": "stopped", "bank": "at-bank"})
    publish(tree)

    old = soup(client.get("/en/small/1/?where=bank&card=yes"))
    (newer,) = {a["href"] for a in old.select("a[href^='/en/small/2/']")}

    assert final(client.get(newer, follow=True))[1] == ["frozen"]


def test_conditions_routes_and_scenarios_follow(anna, tree, question):
    rename(anna, question, {"where": "stopped", "bank": "at-bank"})

    draft = drafts.snapshot(tree)

    assert drafts.frozen_draft(tree).problems() == []
    (evidence,) = draft.findings[0].evidence
    assert evidence.when == {"stopped": ("at-bank",), "card": ("yes",)}


def test_a_slug_that_no_edition_holds_leaves_no_alias(anna, tree):
    new = Question.objects.create(tree=tree, slug="new", title_en="New?", position=9)
    choice = new.choices.create(slug="maybe", label_en="Maybe")

    rename(anna, new, {"new": "newer", "maybe": "perhaps"})

    assert names(new) == ("newer", [])
    assert names(choice) == ("perhaps", [])


def test_renaming_back_removes_the_alias(anna, tree, question):
    rename(anna, question, {"where": "stopped", "bank": "at-bank"})
    rename(anna, question, {"stopped": "where", "at-bank": "bank"})

    assert names(question) == ("where", [])
    assert names(question.choices.get(slug="bank")) == ("bank", [])


def test_renaming_twice_keeps_every_published_slug(anna, tree, question):
    rename(anna, question, {"where": "stopped"})
    publish(tree)
    rename(anna, question, {"stopped": "place"})

    assert names(question) == ("place", ["where", "stopped"])


def test_a_choice_is_known_as_published_under_its_questions_earlier_slug(anna, tree, question):
    rename(anna, question, {"where": "stopped"})
    rename(anna, question, {"bank": "at-bank"})

    assert names(question.choices.get(slug="at-bank")) == ("at-bank", ["bank"])


@pytest.mark.parametrize(
    ("slugs", "told"),
    [
        pytest.param({"where": "card"}, "Another question", id="question"),
        pytest.param({"bank": "app"}, "Another choice", id="choice"),
        pytest.param({"bank": "app", "app": "bank"}, "Another choice", id="swapped"),
        pytest.param({"where": "Not kebab"}, "lower-case letters", id="kebab"),
        pytest.param({"bank": ""}, "required", id="empty"),
        pytest.param({"bank": "a" * 61}, "at most 60", id="long"),
    ],
)
def test_slugs_that_would_be_mistaken_are_refused(anna, question, slugs, told):
    response = rename(anna, question, slugs)

    assert response.status_code == 200
    assert told in " ".join(errors(response))
    assert names(question) == ("where", [])
    assert [c.slug for c in question.choices.all()] == ["bank", "app"]


def test_the_earlier_slug_of_another_one_is_refused(anna, tree, question):
    rename(anna, question, {"where": "stopped", "bank": "at-bank"})

    other = rename(anna, tree.questions.get(slug="card"), {"card": "where"})
    choice = rename(anna, question, {"app": "bank"})

    assert "Another question" in " ".join(errors(other))
    assert "Another choice" in " ".join(errors(choice))


def test_unpublished_choices_can_take_each_others_slugs(anna, tree):
    new = Question.objects.create(tree=tree, slug="new", title_en="New?", position=9)
    one, two = (new.choices.create(slug=slug, label_en=slug) for slug in ("one", "two"))

    response = rename(anna, new, {"one": "two", "two": "one"})

    assert response.status_code == 302
    assert (names(one), names(two)) == (("two", []), ("one", []))


def test_two_who_rename_at_once_do_not_undo_each_other(anna, tree, question):
    data = form_data(anna.get(rename_url(question)))
    rename(anna, question, {"where": "stopped"})

    response = anna.post(rename_url(question), data | {"question": "place"})

    assert "meanwhile" in " ".join(errors(response))
    assert names(question) == ("stopped", ["where"])


def test_renaming_is_told_in_the_history(anna, tree, question):
    Note.objects.create(tree=tree, kind="question", slug="where", text="Look")

    rename(anna, question, {"where": "stopped", "bank": "at-bank"})

    assert ("Slug", "where", "stopped") in lines(history_of(anna, question))
    assert ("Slug", "bank", "at-bank") in lines(history_of(anna, question))
    assert "Renamed question “where” to “stopped”." in history_of(anna, tree).get_text()
    assert Tree.objects.get(pk=tree.pk).edited_by.username == "anna"
    assert Note.objects.get().slug == "stopped"


def test_the_ordinary_form_leaves_the_slugs_of_choices_of_a_renamed_question(anna, question):
    rename(anna, question, {"where": "stopped"})
    data = form_data(anna.get(change_url(question)))

    anna.post(change_url(question), data | {"choices-0-slug": "changed"})

    assert question.choices.filter(slug="bank").exists()


def test_the_ordinary_form_keeps_the_aliases(anna, tree, question):
    rename(anna, question, {"where": "stopped", "bank": "at-bank"})

    data = form_data(anna.get(change_url(question))) | {"title_en": "New?"}
    assert anna.post(change_url(question), data).status_code == 302

    assert names(question) == ("stopped", ["where"])
    assert names(question.choices.get(slug="at-bank")) == ("at-bank", ["bank"])


def test_aliases_that_are_taken_stop_publishing(tree, question):
    Question.objects.filter(pk=question.pk).update(aliases="card")

    problems = drafts.frozen_draft(tree).problems()

    assert [(p.code, p.place.slug) for p in problems] == [("duplicate-slug", "where")]


@pytest.mark.parametrize("key", ["", "x", "0", "99999999999999999999"])
def test_a_question_that_is_not_there_is_not_found(anna, tree, key):
    address = reverse("admin:wizard_tree_rename", args=[tree.pk])

    assert anna.get(address, {"question": key}).status_code == 404


def test_a_question_of_another_tree_is_not_found(anna, tree):
    other = Question.objects.filter(tree__slug="loan-offer").first()
    address = reverse("admin:wizard_tree_rename", args=[tree.pk])

    assert anna.get(address, {"question": other.pk}).status_code == 404
