"""Trying a draft: the visitors' pages, for staff only, with what no visitor may see."""

import re
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from tests.pages import fragment, page
from tests.trees import (
    make_alternative,
    make_evidence,
    make_finding,
    make_message,
    make_question,
    make_tree,
    text,
)
from wizard import drafts, publishing
from wizard.models import Question, Tree, User
from wizard.tree.content import Kind

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SECRET = "Only in the draft?"


@pytest.fixture
def tree():
    """A published tree whose draft has another first question than its edition."""
    published = make_tree(
        [
            make_question("asked-for", ("none", "code"), ["card"]),
            make_question("card", ("one", "two", "three"), ["signs"]),
            make_question("signs", ("a", "b"), kind=Kind.MULTIPLE),
        ],
        [
            make_finding("card-two", [make_evidence("confirms", {"card": ("two",)})]),
            make_finding("sign", [make_evidence("suggests", {"signs": ("a", "b")})]),
            make_finding("card-three", [make_evidence("confirms", {"card": ("three",)})]),
            make_finding("swindled", [make_evidence("suggests", {"asked-for": ("code",)})]),
        ],
        slug="tried",
        alternatives=(make_alternative("bank"), make_alternative("family")),
        messages=(
            make_message("frozen", "账户冻结", implies={"card": ("two",)}, finding="card-two"),
        ),
    )
    drafts.restore(published)
    tree = Tree.objects.get(slug="tried")
    publishing.publish(tree)
    Question.objects.filter(tree=tree, slug="asked-for").update(
        title_en=SECRET, title_zh_hans="草稿里的问题？"
    )
    return tree


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def preview_url(tree, page="en", query=""):
    return reverse(f"admin:wizard_tree_preview/{page}", args=[tree.pk]) + query


def links(response):
    return [a["href"] for a in page(response).select("a[href]")]


def question_of(response):
    form = page(response).find("form", id="step")
    return form["data-question"] if form else None


@pytest.mark.parametrize(("language", "title"), [("en", SECRET), ("zh-hans", "草稿里的问题？")])
def test_draft_is_walked_in_the_language_of_its_address(editor, tree, language, title):
    response = editor.get(preview_url(tree, language))

    assert page(response).html["lang"] == language
    assert page(response).find("h1").get_text(strip=True) == title
    assert response["Content-Language"] == language


def test_preview_leads_to_the_language_of_the_person_at_work(editor, tree):
    address = reverse("admin:wizard_tree_preview", args=[tree.pk])

    response = editor.get(address, {"asked-for": "none"})

    assert response["Location"] == preview_url(tree, "en", "?asked-for=none")


def test_preview_leads_to_the_language_asked_for(editor, tree):
    address = reverse("admin:wizard_tree_preview", args=[tree.pk])

    response = editor.get(address, {"_lang": "zh-hans", "signs": ["a", "b"]})

    assert response["Location"] == preview_url(tree, "zh-hans", "?signs=a&signs=b")


@pytest.mark.parametrize(
    ("page_name", "query"),
    [
        ("en", ""),
        ("en", "?asked-for=none"),
        ("en", "?asked-for=none&card=two&signs=a"),
        ("zh-hans", "?asked-for=code&card=two&signs=a"),
        ("en/alternatives", ""),
        ("en/alternatives", "?asked-for=none&_for=person"),
        ("en/messages", ""),
        ("en/messages", "?q=%E5%86%BB%E7%BB%93"),
    ],
)
def test_every_page_is_marked_and_neither_kept_nor_indexed(editor, tree, page_name, query):
    response = editor.get(preview_url(tree, page_name, query))

    assert response.status_code == 200
    assert page(response).select_one("#wizard > #draft-banner")
    assert "no-store" in response["Cache-Control"]
    assert "ETag" not in response
    assert response["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("query", ["", "?asked-for=none", "?asked-for=none&card=two&signs=a"])
def test_fragments_are_marked_and_not_kept(editor, tree, query):
    response = editor.get(preview_url(tree, "en", query), headers=HTMX)

    assert fragment(response).html is None
    assert fragment(response).select_one("#wizard > #draft-banner")
    assert response["HX-Push-Url"] == preview_url(tree, "en", query)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("page_name", "query"),
    [
        ("en", ""),
        ("en", "?asked-for=none"),
        ("en", "?asked-for=none&card=two&signs=a"),
        ("en/alternatives", ""),
        ("en/messages", ""),
        ("en/messages", "?q=%E5%86%BB%E7%BB%93"),
        ("en/messages", "?q=qqqqqqqqqqqqqqqq"),
    ],
)
def test_all_links_and_forms_stay_with_the_draft(editor, tree, page_name, query):
    response = editor.get(preview_url(tree, page_name, query))

    inside = [href for href in links(response) if not re.match(r"#|https://example|tel:", href)]
    forms = [form["action"] for form in page(response).find_all("form")]
    assert {href for href in [*inside, *forms] if not href.startswith("/admin/")} == set()


def test_walk_through_forms_ends_in_the_strategy(editor, tree):
    response = editor.get(preview_url(tree))
    for chosen in ("none", "two", "b"):
        form = page(response).find("form", id="step")
        sent = [(i["name"], i["value"]) for i in form.find_all("input", type="hidden")]
        sent.append((form["data-question"], chosen))
        response = editor.get(form["action"], dict(sent), follow=True)

    found = [cause["data-finding"] for cause in page(response).select("[data-finding]")]
    assert found == ["card-two", "sign"]
    query = urlsplit(response.redirect_chain[-1][0]).query
    assert parse_qsl(query) == [("asked-for", "none"), ("card", "two"), ("signs", "b")]


def test_language_switch_stays_with_answers_and_draft(editor, tree):
    response = editor.get(preview_url(tree, "en", "?asked-for=none&card=two"))

    switch = page(response).find(id="language-switch")["href"]
    assert switch == preview_url(tree, "zh-hans", "?asked-for=none&card=two")


def test_language_switch_of_the_table_stays_there(editor, tree):
    response = editor.get(preview_url(tree, "en/alternatives", "?asked-for=none"))

    switch = page(response).find(id="language-switch")["href"]
    assert switch == preview_url(tree, "zh-hans/alternatives", "?asked-for=none")


def test_message_of_the_draft_fills_in_its_answers(editor, tree):
    response = editor.get(preview_url(tree, "en/messages"))

    start = page(response).select_one('[data-message="frozen"] a')["href"]
    assert start == preview_url(tree, "en", "?card=two")


def test_banner_leads_to_the_question_on_screen(editor, tree):
    response = editor.get(preview_url(tree, "en", "?asked-for=none"))

    question = Question.objects.get(tree=tree, slug="card")
    edit = page(response).select_one("#draft-banner [data-edit]")["href"]
    assert edit == reverse("admin:wizard_question_change", args=[question.pk])


def test_banner_leads_to_the_first_finding_of_a_strategy(editor, tree):
    response = editor.get(preview_url(tree, "en", "?asked-for=none&card=two&signs=a"))

    finding = tree.findings.get(slug="card-two")
    edit = page(response).select_one("#draft-banner [data-edit]")["href"]
    assert edit == reverse("admin:wizard_finding_change", args=[finding.pk])


def test_preview_starts_at_a_question_with_answers_that_lead_there(editor, tree):
    address = reverse("admin:wizard_tree_preview", args=[tree.pk])

    response = editor.get(address, {"_from": "signs", "_lang": "en"}, follow=True)

    assert question_of(response) == "signs"
    assert response.redirect_chain == [(preview_url(tree, "en", "?asked-for=none&card=one"), 302)]


def test_preview_ends_with_a_finding_asked_for(editor, tree):
    address = reverse("admin:wizard_tree_preview", args=[tree.pk])

    response = editor.get(address, {"_finding": "card-three", "_lang": "en"}, follow=True)

    assert page(response).select_one('[data-finding="card-three"]')


def test_question_that_nothing_leads_to_is_told_in_the_banner(editor, tree):
    address = reverse("admin:wizard_tree_preview", args=[tree.pk])

    response = editor.get(address, {"_from": "nowhere", "_lang": "en"}, follow=True)

    assert question_of(response) == "asked-for"
    assert "“nowhere”" in page(response).find(id="draft-banner").get_text()


def test_change_of_the_draft_is_seen_at_once(editor, tree):
    editor.get(preview_url(tree))
    Question.objects.filter(tree=tree, slug="asked-for").update(title_en="Changed again?")

    response = editor.get(preview_url(tree))

    assert page(response).find("h1").get_text(strip=True) == "Changed again?"


@pytest.mark.parametrize("page_name", ["en", "zh-hans", "en/alternatives", "en/messages"])
def test_draft_with_a_loop_shows_what_to_mend(editor, tree, page_name):
    last = Question.objects.get(tree=tree, slug="signs")
    last.routes.create(to=Question.objects.get(tree=tree, slug="card"), position=1)

    response = editor.get(preview_url(tree, page_name))

    assert response.status_code == 200
    edit = reverse("admin:wizard_question_change", args=[last.pk])
    assert [a["href"].split("#")[0] for a in page(response).select("#unwalkable a")] == [edit]


def test_draft_broken_during_a_walk_loads_the_whole_page_instead(editor, tree):
    last = Question.objects.get(tree=tree, slug="signs")
    last.routes.create(to=Question.objects.get(tree=tree, slug="card"), position=1)

    response = editor.get(preview_url(tree, "en", "?asked-for=none"), headers=HTMX)

    assert response["HX-Refresh"] == "true"
    assert response.content == b""


def test_draft_without_a_question_says_so(editor, db):
    drafts.restore(msgspec.structs.replace(make_tree([], slug="empty"), title=text("Empty")))
    tree = Tree.objects.get(slug="empty")

    response = editor.get(preview_url(tree))

    assert response.status_code == 200
    assert len(page(response).select("#unwalkable li")) == 1


PAGES = ["en", "zh-hans", "en/alternatives", "en/messages"]


@pytest.mark.parametrize("page_name", PAGES)
def test_visitor_gets_no_draft(client, tree, page_name):
    response = client.get(preview_url(tree, page_name))

    assert response.status_code == 302
    assert urlsplit(response["Location"]).path == reverse("admin:login")


@pytest.mark.parametrize("page_name", PAGES)
@pytest.mark.parametrize(("is_staff", "status"), [(True, 403), (False, 302)])
def test_user_without_rights_gets_no_draft(client, tree, page_name, is_staff, status):
    client.force_login(User.objects.create_user("guest", password="x", is_staff=is_staff))

    response = client.get(preview_url(tree, page_name))

    assert response.status_code == status
    assert SECRET not in response.content.decode()


@pytest.mark.parametrize("page_name", PAGES)
def test_login_page_is_loaded_as_a_whole_when_the_session_has_ended(client, tree, page_name):
    address = preview_url(tree, page_name, "?asked-for=none")

    response = client.get(address, headers=HTMX)

    login = urlsplit(response["HX-Redirect"])
    assert (login.path, dict(parse_qsl(login.query))) == (reverse("admin:login"), {"next": address})
    assert response.content == b""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_visitors_go_on_seeing_the_edition(editor, tree, language):
    editor.get(preview_url(tree, language))

    response = editor.get(f"/{language}/tried/1/")

    title = page(response).find("h1").get_text(strip=True)
    assert title == {"en": "asked-for?", "zh-hans": "asked-for?（中文）"}[language]
    assert page(response).find(id="draft-banner") is None
    assert response["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_preview_is_only_read(editor, tree, method):
    assert getattr(editor, method)(preview_url(tree)).status_code == 405
