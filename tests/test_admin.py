import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from tests.trees import (
    LAW,
    make_alternative,
    make_figure,
    make_message,
    make_question,
    make_term,
    make_tree,
    text,
)
from wizard import drafts, editions, models, publishing
from wizard.models import (
    Alternative,
    Choice,
    Contact,
    Figure,
    Finding,
    Question,
    Source,
    Term,
    Tree,
    User,
)

pytestmark = pytest.mark.django_db

DRAFT_MODELS = [
    "tree", "question", "choice", "finding", "action", "contact", "source", "message", "scenario",
]  # fmt: skip


@pytest.fixture
def editor(client):
    """Somebody of the staff with every right but that to publish."""
    user = User.objects.create_user("editor", password="x", is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="wizard")
    user.user_permissions.set(rights.exclude(codename="add_edition"))
    client.force_login(user)
    return client


@pytest.fixture
def publisher(admin_client):
    admin_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return admin_client


@pytest.fixture
def tree():
    return Tree.objects.get(slug="loan-offer")


def change_url(row):
    return reverse(f"admin:wizard_{row._meta.model_name}_change", args=[row.pk])


def publish_url(tree):
    return reverse("admin:wizard_tree_publish", args=[tree.pk])


def soup(response):
    return BeautifulSoup(response.content, "lxml")


def form_data(response):
    """What a browser would send back for the change form, unchanged."""
    data = {}
    for element in soup(response).select("#content-main form [name]"):
        name = element["name"]
        if element.name == "select":
            chosen = [o["value"] for o in element.select("option[selected]")]
            data[name] = chosen if element.has_attr("multiple") else "".join(chosen)
        elif element.name == "textarea":
            data[name] = element.text.removeprefix("\n")
        elif element.get("type") == "checkbox":
            if element.has_attr("checked"):
                data[name] = "on"
        elif element.get("type") != "submit":
            data[name] = element.get("value", "")
    return data


def errors(response):
    return [e.get_text(" ", strip=True) for e in soup(response).select(".errorlist li")]


@pytest.mark.parametrize("name", DRAFT_MODELS)
def test_every_draft_model_can_be_listed_searched_and_changed(publisher, name):
    row = getattr(models, name.capitalize()).objects.first()

    listed = publisher.get(reverse(f"admin:wizard_{name}_changelist"), {"q": "a"})
    changed = publisher.get(change_url(row))

    assert (listed.status_code, changed.status_code) == (200, 200)


@pytest.mark.parametrize("name", [n for n in DRAFT_MODELS if n != "choice"])
def test_every_draft_model_can_be_added(publisher, name):
    assert publisher.get(reverse(f"admin:wizard_{name}_add")).status_code == 200


def test_a_sound_draft_is_published_with_author_and_note(publisher, tree):
    tree.questions.filter(slug="asked-for").update(title_en="A new first question?")

    response = publisher.post(publish_url(tree), {"note": "Clearer first question"})

    edition = tree.edition
    assert response.status_code == 302
    assert (edition.number, edition.note, edition.published_by.username) == (
        2,
        "Clearer first question",
        "admin",
    )


def test_visitors_see_what_was_published(publisher, client, tree):
    Question.objects.filter(tree=tree, slug="asked-for").update(title_en="A new first question?")
    publisher.post(publish_url(tree))
    editions.forget()

    page = client.get(f"/en/{tree.slug}/", follow=True)

    assert soup(page).h1.text == "A new first question?"


def test_a_broken_draft_is_refused_and_the_page_leads_to_the_place(publisher, tree):
    broken = Finding.objects.filter(tree=tree).first()
    Finding.objects.filter(pk=broken.pk).update(explanation_en="")

    response = publisher.post(publish_url(tree))

    rows = soup(response).select("#problems tbody tr")
    assert response.status_code == 422
    assert [(row["data-level"], row.a["href"], row.a.text) for row in rows] == [
        (
            "error",
            f"{change_url(broken)}#id_explanation_en",
            f"finding “{broken.title_en}”, explanation",
        )
    ]
    assert tree.edition.number == 1


def test_the_publish_page_offers_publishing_only_without_errors(publisher, tree):
    tree.questions.filter(slug="asked-for").update(title_en="A new first question?")
    sound = publisher.get(publish_url(tree))
    Question.objects.filter(tree=tree).update(title_en="")
    broken = publisher.get(publish_url(tree))

    assert bool(soup(sound).select(".publish-form [type=submit][disabled]")) is False
    assert bool(soup(broken).select(".publish-form [type=submit][disabled]")) is True


def test_an_editor_sees_problems_but_cannot_publish(editor, tree):
    shown = editor.get(publish_url(tree))
    posted = editor.post(publish_url(tree))

    assert (shown.status_code, posted.status_code) == (200, 403)
    assert not soup(shown).select("[name=note]")
    assert tree.edition.number == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_visitors_cannot_reach_the_publish_page(client, tree, method):
    response = getattr(client, method)(publish_url(tree))

    assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/")
    assert tree.edition.number == 1


def test_choices_are_renumbered_in_the_order_given(publisher):
    question = Question.objects.get(tree__slug="jiebei", slug="card-class")
    data = form_data(publisher.get(change_url(question)))
    data["choices-0-position"] = "9"

    response = publisher.post(change_url(question), data)

    assert (response.status_code, errors(response)) == (302, [])
    assert list(question.choices.values_list("slug", "position")) == [
        ("class2", 1),
        ("class3", 2),
        ("unsure", 3),
        ("class1", 4),
    ]


def test_a_choice_in_use_cannot_be_deleted(publisher):
    question = Question.objects.get(tree__slug="jiebei", slug="card-class")
    data = form_data(publisher.get(change_url(question))) | {"choices-1-DELETE": "on"}

    response = publisher.post(change_url(question), data)

    assert response.status_code == 200
    finding = Finding.objects.get(tree__slug="jiebei", slug="card-limit-class2")
    assert change_url(finding) in [a["href"] for a in soup(response).select(".errorlist a")]
    assert question.choices.filter(slug="class2").exists()


def test_a_question_in_use_cannot_be_deleted(publisher):
    question = Question.objects.get(tree__slug="jiebei", slug="card-class")
    address = reverse("admin:wizard_question_delete", args=[question.pk])

    page = publisher.get(address)
    publisher.post(address, {"post": "yes"})

    finding = Finding.objects.get(tree__slug="jiebei", slug="card-limit-class2")
    assert change_url(finding) in [a["href"] for a in soup(page).select("#content a")]
    assert Question.objects.filter(pk=question.pk).exists()


def test_an_unused_question_can_be_deleted(publisher, tree):
    question = Question.objects.create(tree=tree, slug="spare", title_en="Spare?", position=99)
    Choice.objects.create(question=question, slug="yes")

    publisher.post(reverse("admin:wizard_question_delete", args=[question.pk]), {"post": "yes"})

    assert not Question.objects.filter(pk=question.pk).exists()


def test_a_condition_takes_only_choices_of_its_own_tree(publisher):
    finding = Finding.objects.get(tree__slug="jiebei", slug="id-expired")
    stranger = Choice.objects.filter(question__tree__slug="loan-offer").first()
    data = form_data(publisher.get(change_url(finding)))
    data["evidence-0-when"] = [str(stranger.pk)]

    response = publisher.post(change_url(finding), data)

    assert response.status_code == 200
    assert str(stranger) in " ".join(errors(response))


def test_line_ends_of_browsers_do_not_reach_the_draft(publisher):
    finding = Finding.objects.get(tree__slug="jiebei", slug="id-expired")
    data = form_data(publisher.get(change_url(finding)))
    data["avoid_en"] = "- one\r\n- two"

    publisher.post(change_url(finding), data)

    finding.refresh_from_db()
    assert finding.avoid_en == "- one\n- two"


def test_saving_a_form_unchanged_changes_nothing(publisher, tree):
    for row in (*tree.questions.all(), *tree.findings.all()[:4], *tree.scenarios.all()[:4]):
        response = publisher.post(change_url(row), form_data(publisher.get(change_url(row))))
        assert (response.status_code, errors(response)) == (302, [])

    assert publishing.publish(tree).document == tree.editions.get(number=1).document


def test_an_edition_is_shown_but_cannot_be_changed(publisher, tree):
    page = publisher.get(change_url(tree.edition))

    assert page.status_code == 200
    assert not soup(page).select("[name=_save]")
    assert publisher.post(change_url(tree.edition), {"number": 7}).status_code == 403


# Figures, glossary and alternatives


@pytest.fixture
def small():
    """A draft with a figure, a word, an alternative and a message with wordings."""
    tree = make_tree(
        [make_question("first")],
        slug="small",
        sources=(LAW,),
        figures=(make_figure("zebra-rate"),),
        terms=(make_term("zebra-word", "zebra card", "斑马卡"),),
        alternatives=(
            make_alternative(
                "zebra-bank", who=text("A zebra card"), cost=text("{zebra-rate} a year")
            ),
        ),
        messages=(make_message("seen", "失败", finding="fallback", wordings=("钱没到", "没钱")),),
    )
    return drafts.restore(tree)


def new_rows(tree):
    """One row of each kind that has its own page."""
    return {
        "figure": Figure.objects.get(slug="zebra-rate"),
        "term": Term.objects.get(slug="zebra-word"),
        "alternative": Alternative.objects.get(tree=tree, slug="zebra-bank"),
        "message": tree.messages.get(slug="seen"),
    }


@pytest.mark.parametrize("name", ["figure", "term", "alternative"])
def test_new_kinds_can_be_listed_searched_changed_and_added(publisher, small, name):
    row = new_rows(small)[name]

    listed = publisher.get(reverse(f"admin:wizard_{name}_changelist"), {"q": row.slug})
    changed = publisher.get(change_url(row))
    added = publisher.get(reverse(f"admin:wizard_{name}_add"))

    assert slugs_listed(listed) == [row.slug]
    assert (changed.status_code, added.status_code) == (200, 200)


@pytest.mark.parametrize("name", ["figure", "term", "alternative", "message"])
def test_saving_a_new_kind_unchanged_changes_nothing(publisher, small, name):
    before = drafts.snapshot(small)
    row = new_rows(small)[name]

    response = publisher.post(change_url(row), form_data(publisher.get(change_url(row))))

    assert (response.status_code, errors(response)) == (302, [])
    assert drafts.snapshot(small) == before


def test_problem_of_an_alternative_leads_to_its_page(publisher, small):
    row = new_rows(small)["alternative"]
    row.sources.clear()

    response = publisher.get(publish_url(small))

    links = [a["href"] for a in soup(response).select("#problems tbody a")]
    assert f"{change_url(row)}#id_sources" in links


def slugs_listed(response):
    return [cell.get_text(strip=True) for cell in soup(response).select(".field-slug")]


def checked(days_ago):
    return None if days_ago is None else timezone.localdate() - dt.timedelta(days=days_ago)


@pytest.mark.parametrize(
    ("model", "fields", "ages", "stale"),
    [
        pytest.param(Source, {"grade": "news"}, {}, [], id="source"),
        pytest.param(Figure, {"grade": "news", "as_of": "2026-11-20"}, {}, [], id="figure"),
        pytest.param(
            Contact,
            {"kind": "phone", "value": "1"},
            {"zebra-never": None},
            ["zebra-never"],
            id="contact",
        ),
    ],
)
def test_what_was_not_checked_for_long_can_be_listed(publisher, model, fields, ages, stale):
    ages = {"zebra-old": 31, "zebra-edge": 30, "zebra-fresh": 0} | ages
    for slug, age in ages.items():
        model.objects.create(slug=slug, checked_on=checked(age), **fields)
    address = reverse(f"admin:wizard_{model._meta.model_name}_changelist")

    with override_settings(STALE_AFTER_DAYS=30):
        filtered = publisher.get(address, {"checked": "stale", "q": "zebra-"})
        everything = publisher.get(address, {"q": "zebra-"})

    assert sorted(slugs_listed(filtered)) == sorted(["zebra-old", *stale])
    assert sorted(slugs_listed(everything)) == sorted(ages)
