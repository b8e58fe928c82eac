import json

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests.test_admin import change_url
from tests.trees import (
    make_action,
    make_alternative,
    make_choice,
    make_evidence,
    make_finding,
    make_message,
    make_question,
    make_tree,
    text,
)
from wizard import drafts
from wizard.models import Question, Tree, User
from wizard.models import Route as RouteRow
from wizard.tree import content
from wizard.tree.content import Route

pytestmark = pytest.mark.django_db

PAGES = ["map", "map-problems", "outline", "read"]


@pytest.fixture
def publisher(admin_client):
    admin_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return admin_client


@pytest.fixture
def tree():
    """Three questions, a finding of each kind, an action for nobody."""
    routes = (
        Route(to="second", when={"first": ("yes",)}),
        Route(to="third", otherwise=True),
    )
    questions = [
        make_question("first", routes=routes, help=text("Call {police}")),
        make_question("second", routes=["third"]),
        make_question("third", [make_choice("yes"), make_choice("lost", unsure=True)]),
    ]
    findings = [
        make_finding("scam", [make_evidence("confirms", {"first": ("yes",)})], safety=True),
        make_finding("cause", [make_evidence("rules-out", {"third": ("yes",)})], ["act"]),
    ]
    return drafts.restore(
        make_tree(
            questions,
            findings,
            [make_action("act"), make_action("idle")],
            slug="small",
            alternatives=[make_alternative("pawn")],
            messages=[make_message("busy", "系统繁忙", finding="cause", wordings=("卡住了",))],
        )
    )


def address(name, tree):
    return reverse(f"admin:wizard_tree_{name}", args=[tree.pk])


def soup(response):
    return BeautifulSoup(response.content, "lxml")


def map_data(client, tree):
    return json.loads(soup(client.get(address("map", tree))).select_one("#map-data").text)


def words(element):
    return element.get_text(" ", strip=True)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("slug", ["jiebei", "loan-offer"])
def test_the_pages_show_the_real_trees(publisher, name, slug):
    assert publisher.get(address(name, Tree.objects.get(slug=slug))).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_show_an_empty_tree(publisher, name):
    tree = Tree.objects.create(slug="empty")

    assert publisher.get(address(name, tree)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_show_a_draft_with_mistakes(publisher, tree, name):
    first, third = tree.questions.get(slug="first"), tree.questions.get(slug="third")
    RouteRow.objects.create(question=third, to=first, position=9)
    tree.questions.update(title_zh_hans="", title_en="", short_zh_hans="", short_en="")
    tree.findings.update(title_zh_hans="", title_en="", fallback=False)
    third.choices.all().delete()

    assert publisher.get(address(name, tree)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_who_may_not_see_trees_sees_no_page(client, tree, name):
    client.force_login(User.objects.create_user("guest", password="x", is_staff=True))

    assert client.get(address(name, tree)).status_code == 403


def test_the_map_has_a_node_for_every_question_and_finding_with_its_edit_page(publisher, tree):
    nodes = map_data(publisher, tree)["nodes"]

    assert [(node["id"], node["look"]) for node in nodes] == [
        ("question-first", "single"),
        ("question-second", "single"),
        ("question-third", "single"),
        ("finding-scam", "safety"),
        ("finding-cause", "finding"),
        ("finding-fallback", "fallback"),
    ]
    assert all(publisher.get(node["url"]).status_code == 200 for node in nodes)


def test_the_map_says_when_a_route_opens(publisher, tree):
    routes = [edge for edge in map_data(publisher, tree)["edges"] if not edge["effect"]]

    assert [(edge["to"], edge["said"], edge["otherwise"]) for edge in routes] == [
        ("question-second", ["1. if “first” is “yes”"], False),
        ("question-third", ["2. otherwise"], True),
        ("question-third", ["always"], False),
    ]


def test_the_routes_of_a_question_are_numbered_where_it_has_several(publisher, tree):
    first = tree.questions.get(slug="first")
    first.routes.create(to=tree.questions.get(slug="second"), position=9)

    routes = [edge for edge in map_data(publisher, tree)["edges"] if not edge["effect"]]

    assert [(edge["to"], edge["order"]) for edge in routes] == [
        ("question-second", "1, 3"),
        ("question-third", "2"),
        ("question-third", ""),
    ]
    assert routes[0]["said"] == ["1. if “first” is “yes”", "3. always"]


def test_open_notes_of_colleagues_are_marked_on_map_and_outline(publisher, tree):
    for done in (False, False, True):
        tree.notes.create(kind="finding", slug="cause", text="Why?", done=done)
    tree.notes.create(kind="question", slug="second", text="Why?", done=True)
    notes = change_url(tree.findings.get(slug="cause")) + "#notes"

    nodes = {node["id"]: node for node in map_data(publisher, tree)["nodes"]}
    outline = soup(publisher.get(address("outline", tree)))

    marked = [place for place, node in nodes.items() if node["notes"]]
    cause = nodes["finding-cause"]
    assert marked == ["finding-cause"]
    assert (cause["notes"], cause["notes_said"], cause["notes_url"]) == (2, "2 open notes", notes)
    assert [(words(a), a["href"]) for a in outline.select(".outline-notes")] == [
        ("2 open notes cause", notes)
    ]


def test_a_question_is_added_from_the_map_after_another_one(publisher, tree):
    second = tree.questions.get(slug="second")

    node = map_data(publisher, tree)["nodes"][1]

    add = reverse("admin:wizard_question_add")
    change = reverse("admin:wizard_question_change", args=[second.pk])
    assert (node["add"], node["routes"]) == (
        f"{add}?tree={tree.pk}&after={second.pk}",
        f"{change}#routes-group",
    )


def test_who_may_only_look_is_not_asked_to_add(client, tree):
    user = User.objects.create_user("reader", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)

    assert [node["add"] for node in map_data(client, tree)["nodes"]] == [""] * 6
    assert "after=" not in client.get(address("outline", tree)).content.decode()


def test_the_problems_come_with_the_node_they_belong_to(publisher, tree):
    tree.questions.filter(slug="second").update(title_en="")

    found = publisher.get(address("map-problems", tree)).json()

    assert found["problems"]["question-second"][0] == {
        "level": "error",
        "spot": "question",
        "place": "question “second”, question",
        "text": "The text is missing in English.",
    }
    assert "elsewhere" in found["elsewhere"]


def test_the_outline_says_all_in_words_with_a_way_to_edit(publisher, tree):
    page = soup(publisher.get(address("outline", tree)))

    first = page.select_one("#question-first")
    [edit, *_] = first.select("a")
    when = [words(p) for p in first.select_one(".outline-ways").find_all(class_="outline-when")]
    assert words(first.h3) == "first?"
    assert edit["href"] == reverse(
        "admin:wizard_question_change", args=[Question.objects.get(tree=tree, slug="first").pk]
    )
    assert when == ["1. If “first” is “yes” →", "Always →", "2. Otherwise →"]


def test_the_outline_tells_a_question_once_and_refers_to_it_elsewhere(publisher, tree):
    page = soup(publisher.get(address("outline", tree)))

    assert len(page.select("[id=question-third]")) == 1
    assert [a["href"] for a in page.select(".outline-again a")] == ["#question-third"]


def test_the_outline_lists_the_evidence_of_a_finding(publisher, tree):
    page = soup(publisher.get(address("outline", tree)))

    assert words(page.select_one("#finding-scam .outline-evidence li")) == (
        "confirms if “first” is “yes”: because of confirms"
    )


def test_the_outline_shows_problems_beside_what_has_them(publisher, tree):
    tree.questions.filter(slug="second").update(title_en="")

    page = soup(publisher.get(address("outline", tree)))

    second = page.select_one("#question-second")
    assert "Question: The text is missing in English." in [
        words(li).removeprefix("error ") for li in second.select(".outline-problems li")
    ]


def test_a_domain_reviewer_reads_everything_in_both_languages(publisher, tree):
    page = soup(publisher.get(address("read", tree)))

    rows = {
        words(row.th): [words(cell) for cell in row.find_all("td")]
        for row in page.select("#question-first tr")
    }
    assert [words(h) for h in page.select("#question-first h3, #question-first .sheet-other")] == [
        "first?（中文）",
        "first?",
    ]
    assert rows["Help"] == ["Call 110 （中文）", "Call 110"]
    assert rows["Then"][1] == "if “first” is “yes” → second? otherwise → third?"
    assert [len(section.select(".sheet")) for section in page.select(".read section")] == [
        3, 3, 5, 1, 1,
    ]  # fmt: skip


def test_actions_that_nobody_sees_are_read_too(publisher, tree):
    page = soup(publisher.get(address("read", tree)))

    assert words(page.select_one("#action-idle .sheet-other")) == "idle"


def test_the_number_of_queries_does_not_grow_with_the_tree(
    publisher, tree, django_assert_max_num_queries
):
    many = [make_question(f"more-{n}") for n in range(40)]
    larger = drafts.restore(make_tree(many, slug="larger"))

    counts = []
    for each in (tree, larger):
        with django_assert_max_num_queries(100) as taken:
            publisher.get(address("map", each))
        counts.append(len(taken))

    assert counts[0] >= counts[1]


def test_a_text_missing_in_the_language_of_the_page_is_shown_in_the_other(publisher, tree):
    tree.findings.filter(slug="scam").update(title_en="")

    node = map_data(publisher, tree)["nodes"][3]

    assert node["title"] == content.Text(zh_hans="scam（中文）").zh_hans
