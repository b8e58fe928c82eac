import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests.test_admin import change_url, errors, form_data, soup
from tests.trees import make_evidence, make_finding, make_question, make_tree
from wizard import drafts
from wizard.models import Action, Contact, Question, User
from wizard.tree import content

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


@pytest.fixture
def tree():
    """Two questions with a route between them, and a finding with evidence."""
    where = make_question(
        "where", ("bank", "app"), [content.Route(to="card", when={"where": ("bank",)})]
    )
    finding = make_finding("frozen", [make_evidence("confirms", {"card": ("yes",)})])
    return drafts.restore(make_tree([where, make_question("card")], [finding], slug="small"))


@pytest.fixture
def question(tree):
    return tree.questions.get(slug="where")


def colleague(name):
    """A browser of somebody who may change everything."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="wizard"))
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(user)
    return browser


@pytest.fixture
def anna(db):
    return colleague("anna")


@pytest.fixture
def bert(db):
    return colleague("bert")


def opened(browser, row):
    return sent_back(browser.get(change_url(row)))


def sent_back(response):
    """What a browser would send: the form, and what belongs to it outside of it."""
    (seen,) = soup(response).select("[name=_seen]")
    assert soup(response).select_one(f"form#{seen['form']}")["method"] == "post"
    return form_data(response) | {"_seen": seen["value"]}


def save(browser, row, data):
    return browser.post(change_url(row), data)


def cells(response, select="#conflict"):
    """Field, now stored, yours."""
    return [
        tuple(cell.get_text() for cell in line.select("th, td"))
        for line in soup(response).select(f"{select} tbody tr")
    ]


def test_the_second_to_save_is_told_by_whom_and_sees_both_versions(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"title_en": "Where is the money?"})

    response = save(bert, question, second | {"title_en": "Where did it stop?"})

    assert response.status_code == 409
    panel = soup(response).select_one("#conflict")
    assert (panel["role"], panel.has_attr("autofocus")) == ("alert", True)
    assert panel.select(".old") == []
    assert "anna changed this at" in " ".join(panel.get_text().split())
    assert cells(response) == [("Question · English", "Where is the money?", "Where did it stop?")]
    question.refresh_from_db()
    assert question.title_en == "Where is the money?"


def test_what_was_typed_is_still_there_and_can_be_saved_deliberately(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"title_en": "Anna's"})
    shown = save(bert, question, second | {"title_en": "Bert's", "choices-0-label_en": "My bank"})

    again = save(bert, question, sent_back(shown))

    assert (again.status_code, errors(again)) == (302, [])
    question.refresh_from_db()
    assert question.title_en == "Bert's"
    assert question.choices.get(slug="bank").label_en == "My bank"


def test_what_only_the_other_changed_is_marked(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"title_en": "Anna's", "choices-1-label_en": "The app"})

    response = save(bert, question, second | {"title_en": "Bert's"})

    old = soup(response).select("#conflict tr:has(.old)")
    assert [row.th.get_text() for row in old] == ["Label · English"]


def test_a_third_change_in_between_is_told_again(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"title_en": "Anna's"})
    shown = sent_back(save(bert, question, second | {"title_en": "Bert's"}))
    save(anna, question, opened(anna, question) | {"title_en": "Anna's second"})

    response = save(bert, question, shown)

    assert response.status_code == 409
    assert cells(response) == [("Question · English", "Anna's second", "Bert's")]


def test_the_stored_version_can_be_taken(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"title_en": "Anna's"})
    shown = save(bert, question, second | {"title_en": "Bert's"})

    link = soup(shown).select_one("#take-stored")["href"]

    assert form_data(bert.get(link))["title_en"] == "Anna's"


def test_one_editor_after_the_other_is_no_conflict(anna, bert, question):
    save(anna, question, opened(anna, question) | {"title_en": "Anna's"})

    response = save(bert, question, opened(bert, question) | {"title_en": "Bert's"})

    assert response.status_code == 302


def test_a_mistake_in_between_does_not_hide_a_conflict(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    wrong = save(bert, question, second | {"title_en": "Bert's", "kind": "nonsense"})
    save(anna, question, first | {"title_en": "Anna's"})

    response = save(bert, question, sent_back(wrong) | {"kind": "single"})

    assert (wrong.status_code, response.status_code) == (200, 409)


def test_mistakes_are_told_beside_the_conflict(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"title_en": "Anna's"})

    response = save(bert, question, second | {"kind": "nonsense"})

    assert response.status_code == 409
    assert errors(response) != []
    assert ("Kind", "one of several", "nonsense") in cells(response)


def test_a_condition_that_differs_is_told_as_a_sentence(anna, bert, tree):
    finding = tree.findings.get(slug="frozen")
    first, second = opened(anna, finding), opened(bert, finding)
    no = tree.questions.get(slug="card").choices.get(slug="no")
    save(anna, finding, first | {"evidence-0-because_en": "Because."})

    response = save(bert, finding, second | {"evidence-0-when": [str(no.pk)]})

    assert response.status_code == 409
    assert ("When", "if “card” is “yes”", "if “card” is “no”") in cells(response)


def test_a_row_added_meanwhile_is_told_and_stays(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    added = {
        "choices-TOTAL_FORMS": "3",
        "choices-2-slug": "shop",
        "choices-2-label_zh_hans": "商店",
        "choices-2-label_en": "A shop",
        "choices-2-position": "3",
        "choices-2-question": str(question.pk),
        "choices-2-id": "",
    }
    assert save(anna, question, first | added).status_code == 302
    shown = save(bert, question, second | {"title_en": "Bert's"})

    again = save(bert, question, sent_back(shown))

    assert "Added meanwhile" in soup(shown).select_one("#conflict").get_text()
    assert (shown.status_code, again.status_code) == (409, 302)
    assert list(question.choices.values_list("slug", flat=True)) == ["bank", "app", "shop"]


def test_a_row_deleted_meanwhile_is_kept_as_typed_and_added_again(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    assert save(anna, question, first | {"choices-1-DELETE": "on"}).status_code == 302
    shown = save(bert, question, second | {"choices-1-label_en": "The app"})

    again = save(bert, question, sent_back(shown))

    assert "Deleted meanwhile" in soup(shown).select_one("#conflict").get_text()
    assert "The app" in [yours for _, _, yours in cells(shown)]
    assert (shown.status_code, again.status_code, errors(again)) == (409, 302, [])
    assert list(question.choices.values_list("slug", "label_en")) == [
        ("bank", "bank"),
        ("app", "The app"),
    ]


def test_a_row_that_both_deleted_is_gone(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"choices-1-DELETE": "on"})
    shown = save(bert, question, second | {"choices-1-DELETE": "on", "title_en": "Bert's"})

    again = save(bert, question, sent_back(shown))

    assert (shown.status_code, again.status_code) == (409, 302)
    assert list(question.choices.values_list("slug", flat=True)) == ["bank"]


def test_a_part_deleted_meanwhile_leaves_what_was_typed(anna, bert, tree):
    action = Action.objects.create(tree=tree, slug="spare", title_en="Old", theme="fix")
    data = opened(bert, action) | {"title_en": "Call <b>them</b>"}
    anna.post(reverse("admin:wizard_action_delete", args=[action.pk]), {"post": "yes"})

    response = save(bert, action, data)

    assert response.status_code == 409
    assert "Call <b>them</b>" in soup(response).select_one(".typed").get_text()
    assert not Action.objects.filter(slug="spare").exists()


def test_a_part_replaced_meanwhile_leads_to_the_new_one(anna, question, tree):
    data = opened(anna, question) | {"title_en": "Mine", "choices-0-label_en": "My bank"}
    before = drafts.snapshot(tree)
    question.delete()
    drafts.restore(before)

    response = save(anna, question, data)

    new = Question.objects.get(tree__slug="small", slug="where")
    assert response.status_code == 409
    assert soup(response).select_one("#gone a")["href"] == change_url(new)
    assert {"Mine", "My bank"} <= {dd.get_text() for dd in soup(response).select(".typed dd")}


def test_a_form_can_be_saved_though_the_draft_was_restored_meanwhile(anna, question, tree):
    data = opened(anna, question) | {"title_en": "Mine", "choices-0-label_en": "My bank"}
    drafts.restore(drafts.snapshot(tree))

    response = save(anna, question, data)

    question.refresh_from_db()
    assert (response.status_code, errors(response)) == (302, [])
    assert (question.title_en, question.choices.first().label_en) == ("Mine", "My bank")


def test_a_draft_restored_meanwhile_is_shown_beside_what_was_typed(anna, question, tree):
    before = drafts.snapshot(tree)
    question.choices.filter(slug="bank").update(label_en="A bank")
    data = opened(anna, question) | {"choices-0-label_en": "My bank"}
    drafts.restore(before)

    response = save(anna, question, data)

    assert response.status_code == 409
    assert ("bank", "My bank") in [(stored, yours) for _, stored, yours in cells(response)]


@pytest.mark.parametrize("name", ["contact", "tree"])
def test_shared_rows_and_trees_are_guarded_too(anna, bert, tree, name):
    row = tree if name == "tree" else Contact.objects.get(slug="police")
    field = "title_en" if name == "tree" else "name_en"
    first, second = opened(anna, row), opened(bert, row)
    save(anna, row, first | {field: "Anna's"})

    response = save(bert, row, second | {field: "Bert's"})

    assert response.status_code == 409
    assert ("Anna's", "Bert's") in [(stored, yours) for _, stored, yours in cells(response)]


def test_a_change_elsewhere_in_the_tree_is_no_conflict(anna, bert, tree, question):
    data = opened(bert, tree)
    save(anna, question, opened(anna, question) | {"title_en": "Anna's"})

    assert save(bert, tree, data | {"title_en": "Bert's"}).status_code == 302


def test_nothing_typed_is_taken_for_markup(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"title_en": "<script>alert(1)</script>"})

    response = save(bert, question, second | {"title_en": "<img src=x>"})

    panel = BeautifulSoup(response.content, "lxml").select_one("#conflict")
    assert panel.select("script, img") == []
    assert cells(response) == [("Question · English", "<script>alert(1)</script>", "<img src=x>")]


def test_a_form_with_nonsense_for_rows_is_refused_kindly(anna, bert, question):
    first, second = opened(anna, question), opened(bert, question)
    save(anna, question, first | {"title_en": "Anna's"})
    nonsense = {
        "choices-0-id": "x",
        "choices-1-id": "99999999999999999999",
        "routes-TOTAL_FORMS": "many",
        "choices-TOTAL_FORMS": "3",
    }

    assert save(bert, question, second | nonsense).status_code == 409
