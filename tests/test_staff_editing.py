"""The editing pages as an editor uses them, without JavaScript."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from tests.test_admin import change_url, errors, form_data, soup
from tests.trees import POLICE, make_evidence, make_finding, make_question, make_tree
from wizard import drafts, models
from wizard.admin import pages
from wizard.admin.places import mend_url
from wizard.admin.slugs import suggest
from wizard.models import Action, Choice, Contact, Question, Source, Tree, User
from wizard.tree.content import Message, Route, Text
from wizard.tree.parts import Place
from wizard.tree.problems import Code, Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    """Somebody who may change drafts but not publish them."""
    user = User.objects.create_user("somebody", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def tree():
    """Questions first → second → third, and first = yes says something about a finding."""
    finding = make_finding("cause", [make_evidence("suggests", {"first": ("yes",)})])
    message = Message(
        slug="seen",
        text="失败",
        literal=True,
        meaning=Text("含义", "meaning"),
        implies={},
        finding="cause",
    )
    questions = [
        make_question("first", routes=["second"]),
        make_question("second", routes=[Route(to="third", when={"first": ("yes",)})]),
        make_question("third"),
    ]
    return drafts.restore(make_tree(questions, [finding], slug="small", messages=(message,)))


def question(tree, slug):
    return tree.questions.get(slug=slug)


def add_url(model, **query):
    pairs = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{reverse(f'admin:wizard_{model}_add')}?{pairs}"


def delete_url(row):
    return reverse(f"admin:wizard_{row._meta.model_name}_delete", args=[row.pk])


def new_question(editor, address, **changed):
    words = {
        "title_zh_hans": "新问题？",
        "title_en": "Is it new?",
        "short_zh_hans": "新",
        "short_en": "New",
    }
    return editor.post(address, form_data(editor.get(address)) | words | changed)


# Slugs


@pytest.mark.parametrize(
    ("english", "taken", "slug"),
    [
        ("Where did it stop?", (), "where-did-it-stop"),
        ("Where did it stop?", ("where-did-it-stop",), "where-did-it-stop-2"),
        ("", (), "question"),
        ("", ("question",), "question-2"),
        ("50,000", (), "is-50000"),
        ("snake_case words", (), "snake-case-words"),
        ("word " * 20, (), "word-word-word-word-word-word"),
        ("word " * 20, ("word-word-word-word-word-word",), "word-word-word-word-word-2"),
    ],
)
def test_slugs_come_from_the_english_words(english, taken, slug):
    assert suggest({"title_en": english}, "question", taken) == slug


def test_a_slug_is_made_of_the_short_form_where_there_is_one():
    words = {"title_en": "Where did the payment of your loan stop?", "short_en": "Where it stopped"}

    assert suggest(words, "question", ()) == "where-it-stopped"


def test_an_empty_slug_is_made_when_saving(editor, tree):
    response = new_question(editor, add_url("question", tree=tree.pk))

    assert errors(response) == []
    assert question(tree, "new").position == 4


def test_choices_without_slugs_get_different_ones(editor, tree):
    labels = {f"choices-{i}-label_zh_hans": "是" for i in range(2)}
    labels |= {f"choices-{i}-label_en": "Yes, it is" for i in range(2)}

    response = new_question(editor, add_url("question", tree=tree.pk), **labels)

    assert errors(response) == []
    choices = question(tree, "new").choices
    assert list(choices.values_list("slug", flat=True)) == ["yes-it-is", "yes-it-is-2"]


def test_a_new_slug_is_none_that_old_links_hold(editor, tree):
    Question.objects.filter(tree=tree, slug="third").update(aliases="new")

    new_question(editor, add_url("question", tree=tree.pk))

    assert tree.questions.filter(slug="new-2").exists()


def test_slugs_of_an_edition_stay(editor):
    published = Question.objects.get(tree__slug="jiebei", slug="card-class")
    data = form_data(editor.get(change_url(published)))

    response = editor.post(
        change_url(published), data | {"slug": "other", "choices-0-slug": "other"}
    )

    assert errors(response) == []
    published.refresh_from_db()
    assert (published.slug, published.choices.first().slug) == ("card-class", "class1")


def test_slugs_of_a_draft_can_be_changed(editor, tree):
    row = question(tree, "third")

    editor.post(change_url(row), form_data(editor.get(change_url(row))) | {"slug": "last"})

    row.refresh_from_db()
    assert row.slug == "last"


# Order


def test_rows_stand_in_the_order_of_their_numbers(editor, tree):
    row = question(tree, "third")
    data = form_data(editor.get(change_url(row))) | {
        "choices-0-position": "2",
        "choices-1-position": "1",
    }

    editor.post(change_url(row), data)

    assert list(row.choices.values_list("slug", flat=True)) == ["no", "yes"]


def test_a_new_row_without_a_number_comes_last(editor, tree):
    row = question(tree, "third")
    data = form_data(editor.get(change_url(row))) | {
        "choices-TOTAL_FORMS": "3",
        "choices-2-position": "0",
        "choices-2-label_zh_hans": "也许",
        "choices-2-label_en": "Perhaps",
    }

    response = editor.post(change_url(row), data)

    assert errors(response) == []
    assert list(row.choices.values_list("slug", flat=True)) == ["yes", "no", "perhaps"]


def test_empty_new_rows_are_no_mistake(editor, tree):
    response = new_question(
        editor, add_url("question", tree=tree.pk), **{"choices-0-position": "1"}
    )

    assert errors(response) == []
    assert question(tree, "new").choices.count() == 0


NEW_ROWS = [
    ("third", "choices", {"label_en": "Perhaps"}),
    ("third", "choices", {"hint_zh_hans": "看卡"}),
    ("third", "choices", {"slug": "perhaps"}),
    ("third", "choices", {"at_least": "10"}),
    ("third", "choices", {"unsure": "on"}),
    ("third", "choices", {"audience": "person"}),
    ("third", "routes", {"otherwise": "on"}),
    ("third", "routes", {"when": ["first", "yes"]}),
    ("cause", "evidence", {"effect": "confirms"}),
    ("cause", "evidence", {"because_en": "You said so."}),
    ("cause", "evidence", {"when": ["first", "yes"]}),
]


@pytest.mark.parametrize(("part", "rows", "typed"), NEW_ROWS)
def test_an_unfinished_row_is_refused_and_kept_as_typed(editor, tree, part, rows, typed):
    parts = tree.findings if part == "cause" else tree.questions
    row = parts.get(slug=part)
    if "when" in typed:
        chosen = question(tree, typed["when"][0]).choices.get(slug=typed["when"][1])
        typed = {"when": [str(chosen.pk)]}
    before = drafts.snapshot(tree)

    response = add_row(editor, row, rows, **typed)

    number = getattr(row, rows).count()
    kept = form_data(response)
    assert errors(response)
    assert {name: kept[f"{rows}-{number}-{name}"] for name in typed} == typed
    assert drafts.snapshot(tree) == before


@pytest.mark.parametrize(
    ("part", "rows"),
    [("third", "choices"), ("third", "routes"), ("cause", "evidence"), ("cause", "steps")],
)
def test_a_row_added_and_left_empty_is_no_mistake(editor, tree, part, rows):
    row = (tree.findings if part == "cause" else tree.questions).get(slug=part)
    before = drafts.snapshot(tree)

    response = add_row(editor, row, rows)

    assert errors(response) == []
    assert drafts.snapshot(tree) == before


def add_row(editor, part, rows, **typed):
    """Send the form of a part back with one new row; the script gives it its place."""
    data = form_data(editor.get(change_url(part)))
    number = int(data[f"{rows}-TOTAL_FORMS"])
    data |= {f"{rows}-TOTAL_FORMS": str(number + 1), f"{rows}-{number}-position": str(number + 1)}
    return editor.post(
        change_url(part), data | {f"{rows}-{number}-{name}": v for name, v in typed.items()}
    )


# Conditions


def test_choices_are_offered_by_question_in_the_order_of_the_tree(editor, tree):
    response = editor.get(reverse("admin:wizard_choice_pick"), {"tree": tree.pk})

    offered = response.json()["results"]
    assert [group["text"] for group in offered] == ["first", "second", "third"]
    assert [child["text"] for child in offered[0]["children"]] == ["first = yes", "first = no"]


def test_choices_are_found_by_all_the_words_typed(editor, tree):
    response = editor.get(
        reverse("admin:wizard_choice_pick"), {"tree": tree.pk, "term": "second NO"}
    )

    children = [
        child["text"] for group in response.json()["results"] for child in group["children"]
    ]
    assert children == ["second = no"]


@pytest.mark.parametrize("name", ["pick", "sentence"])
def test_only_staff_may_look_choices_up(client, name):
    User.objects.create_user("new", password="x", is_staff=True)
    client.login(username="new", password="x")

    assert client.get(reverse(f"admin:wizard_choice_{name}")).status_code == 403


def test_a_condition_is_read_back(editor, tree):
    page = soup(editor.get(change_url(question(tree, "second"))))

    assert page.select_one("#routes-0 .condition-sentence").text == "if “first” is “yes”"
    assert page.select_one("[name=routes-0-when] option[selected]").text == "first = yes"


def test_a_sentence_is_made_of_choices(editor, tree):
    chosen = Choice.objects.filter(question__tree=tree, question__slug__in=("first", "second"))
    keys = list(chosen.exclude(question__slug="second", slug="no").values_list("pk", flat=True))

    response = editor.get(reverse("admin:wizard_choice_sentence"), {"when": keys})

    assert response.json()["sentence"] == ("if “first” is “yes” or “no” and “second” is “yes”")


def test_search_boxes_offer_only_the_forms_own_tree(editor, tree):
    where = {"app_label": "wizard", "model_name": "route", "field_name": "to", "term": ""}

    response = editor.get(reverse("admin:autocomplete"), {**where, "tree": tree.pk})

    found = [row["text"].split(":")[0] for row in response.json()["results"]]
    assert found == ["first", "second", "third"]


# Inserting


def test_a_question_is_put_between_two_others_in_one_step(editor, tree):
    first = question(tree, "first")

    response = new_question(editor, add_url("question", tree=tree.pk, after=first.pk))

    assert errors(response) == []
    slugs = list(tree.questions.values_list("slug", flat=True))
    assert slugs == ["first", "new", "second", "third"]
    assert ways(tree) == {
        "first": [("new", [], False)],
        "new": [("second", [], False)],
        "second": [("third", ["yes"], False)],
        "third": [],
    }


def test_with_a_condition_the_others_go_on_as_before(editor, tree):
    first = question(tree, "first")
    yes = str(first.choices.get(slug="yes").pk)

    new_question(
        editor, add_url("question", tree=tree.pk, after=first.pk), leads_when=[yes], goes_on="on"
    )

    assert ways(tree)["first"] == [("new", ["yes"], False), ("second", [], True)]
    assert ways(tree)["new"] == [("second", [], False)]


def test_without_the_tick_the_old_route_stays(editor, tree):
    first = question(tree, "first")
    address = add_url("question", tree=tree.pk, after=first.pk)
    page = form_data(editor.get(address))
    del page["goes_on"]

    editor.post(address, page | {"title_zh_hans": "新", "title_en": "New", "short_zh_hans": "新"})

    assert ways(tree)["first"] == [("second", [], False), ("new", [], False)]


def test_condition_of_the_only_route_is_taken_over(editor, tree):
    second = question(tree, "second")

    new_question(editor, add_url("question", tree=tree.pk, after=second.pk), goes_on="on")

    assert ways(tree)["second"] == [("new", ["yes"], False)]
    assert ways(tree)["new"] == [("third", [], False)]


def test_without_its_condition_the_way_on_keeps_it(editor, tree):
    second = question(tree, "second")
    address = add_url("question", tree=tree.pk, after=second.pk)

    new_question(editor, address, leads_when=[], goes_on="on")

    assert ways(tree)["second"] == [("new", [], False)]
    assert ways(tree)["new"] == [("third", ["yes"], False)]


def test_all_routes_of_a_question_are_taken_over(editor, tree):
    first = question(tree, "first")
    route = models.Route.objects.create(question=first, to=question(tree, "third"), position=2)
    route.when.set([first.choices.get(slug="yes")])

    new_question(editor, add_url("question", tree=tree.pk, after=first.pk), goes_on="on")

    assert ways(tree)["first"] == [("new", [], False)]
    assert ways(tree)["new"] == [("second", [], False), ("third", ["yes"], False)]


def test_with_a_condition_only_routes_that_can_open_follow_the_new_question(editor, tree):
    first = question(tree, "first")
    yes, no = first.choices.get(slug="yes"), first.choices.get(slug="no")
    third = question(tree, "third")
    first.routes.get().when.set([no])
    models.Route.objects.create(question=first, to=third, position=2, otherwise=True)
    address = add_url("question", tree=tree.pk, after=first.pk)

    new_question(editor, address, leads_when=[str(yes.pk)], goes_on="on")

    assert ways(tree)["first"] == [
        ("new", ["yes"], False),
        ("second", ["no"], False),
        ("third", [], True),
    ]
    assert ways(tree)["new"] == [("third", [], True)]


def test_routes_that_a_new_question_takes_over_are_in_the_history(editor, tree):
    first = question(tree, "first")

    new_question(editor, add_url("question", tree=tree.pk, after=first.pk), goes_on="on")

    history = soup(editor.get(reverse("admin:wizard_question_history", args=[first.pk])))
    assert "Is it new?" in history.select_one("#content").get_text()


def test_scenarios_that_stop_at_a_new_question_are_told(editor, tree):
    scenario = models.Scenario.objects.create(
        tree=tree, slug="case", story_zh_hans="她", story_en="She", position=1
    )
    scenario.answers.set(models.Choice.objects.filter(question__tree=tree, slug="yes"))
    first = question(tree, "first")
    choice = {"choices-0-label_zh_hans": "对", "choices-0-label_en": "Right"}
    address = add_url("question", tree=tree.pk, after=first.pk)

    response = new_question(editor, address, goes_on="on", **choice)

    told = soup(editor.get(response["Location"])).select_one(".messagelist .warning")
    assert "1 scenario has no answer" in told.get_text()
    assert told.a["href"].endswith("/scenarios/#stop-new")


def test_saving_leads_back_to_the_place_on_the_map(editor, tree):
    first = question(tree, "first")
    page = form_data(editor.get(change_url(first)))

    response = editor.post(change_url(first), page)

    assert response.url == f"{pages.address('map', tree)}#question-first"


def test_an_unfinished_new_question_adds_no_route(editor, tree):
    first = question(tree, "first")

    response = new_question(
        editor, add_url("question", tree=tree.pk, after=first.pk), title_zh_hans=""
    )

    assert response.status_code == 200
    assert ways(tree)["first"] == [("second", [], False)]


@pytest.mark.parametrize("after", ["x", "0", "99999999"])
def test_an_unknown_question_before_is_passed_over(editor, tree, after):
    response = editor.get(add_url("question", tree=tree.pk, after=after))

    assert response.status_code == 200
    assert soup(response).select("[name=leads_when]") == []


def ways(tree):
    """Question -> its routes as (to, slugs of the choices, otherwise)."""
    return {
        q.slug: [
            (r.to.slug, list(r.when.values_list("slug", flat=True)), r.otherwise)
            for r in q.routes.all()
        ]
        for q in tree.questions.all()
    }


# Markdown


def test_markdown_is_shown_as_visitors_see_it(editor, tree):
    Contact.objects.filter(slug="police").update(value="110", kind="phone")

    page = preview(editor, "help_en", "Call **now**: {police}")

    assert page.select_one(".prose strong").text == "now"
    assert page.select_one(".prose a")["href"] == "tel:110"
    assert page.select(".prose-error") == []


def test_unknown_placeholders_are_told(editor):
    page = preview(editor, "help_en", "Call {nobody}")

    assert "{nobody}" in page.select_one(".prose-error").text


def test_markdown_cannot_harm(editor):
    page = preview(editor, "help_en", "<script>alert(1)</script>")

    assert page.select(".prose script") == []


def test_a_preview_needs_the_right_to_change(client):
    User.objects.create_user("new", password="x", is_staff=True)
    client.login(username="new", password="x")

    assert client.post(reverse("admin:wizard_prose")).status_code == 403


def test_a_preview_is_asked_for_by_post_only(editor):
    assert editor.get(reverse("admin:wizard_prose")).status_code == 405


def preview(editor, field, words):
    return soup(editor.post(reverse("admin:wizard_prose"), {"prose": field, field: words}))


# Deleting what is in use


def test_what_is_in_use_is_kept_and_its_users_are_named(editor, tree):
    finding = tree.findings.get(slug="cause")
    tree.scenarios.create(slug="case").expected.create(finding=finding)
    action = tree.actions.first()
    finding.steps.create(action=action)
    Contact.objects.get_or_create(slug=POLICE.slug, defaults={"value": "110", "kind": "phone"})
    figure_users = Action.objects.filter(pk=action.pk)
    figure_users.update(body_en="Call {police}")
    rows = {
        finding: {tree.messages.get(), tree.scenarios.get()},
        action: {finding},
        question(tree, "first"): {finding, question(tree, "second")},
        question(tree, "third"): {question(tree, "second")},
        Source.objects.get(slug="law"): {finding},
        Contact.objects.get(slug="police"): {action},
    }

    for row, users in rows.items():
        page = soup(editor.get(delete_url(row)))
        linked = {a["href"] for a in page.select("#content ul a")}
        editor.post(delete_url(row), {"post": "yes"})

        assert {change_url(user) for user in users} <= linked
        assert type(row).objects.filter(pk=row.pk).exists()


def test_what_nobody_uses_can_be_deleted(editor, tree):
    spare = tree.findings.create(slug="spare", title_en="Spare")

    editor.post(delete_url(spare), {"post": "yes"})

    assert not tree.findings.filter(slug="spare").exists()


# Help in place


@pytest.mark.parametrize(
    "name",
    [
        "tree", "question", "finding", "action", "alternative", "message", "scenario",
        "contact", "figure", "term", "source",
    ],
)  # fmt: skip
def test_every_field_says_what_it_is_for(editor, name):
    page = soup(editor.get(reverse(f"admin:wizard_{name}_add")))

    lines = page.select("#content-main form .form-row:not(.empty-form *)")
    untold = [line["class"] for line in lines if not line.select(".help")]
    assert (bool(lines), untold) == (True, [])


def test_an_empty_tree_says_how_to_start(editor):
    empty = Tree.objects.create(slug="empty", title_zh_hans="空", title_en="Empty")

    page = soup(editor.get(change_url(empty)))

    assert page.select_one(".guided-start a")["href"] == add_url("question", tree=empty.pk)


def test_a_tree_can_be_added(editor):
    address = reverse("admin:wizard_tree_add")
    words = {"slug": "empty", "title_zh_hans": "空", "summary_zh_hans": "空"}

    response = editor.post(address, form_data(editor.get(address)) | words)

    assert errors(response) == []
    assert Tree.objects.filter(slug="empty").exists()


def test_a_tree_with_questions_needs_no_start(editor, tree):
    assert soup(editor.get(change_url(tree))).select(".guided-start") == []


def test_parts_have_the_bar_of_their_tree(editor, tree):
    for row in (question(tree, "first"), tree.findings.first(), tree.actions.first()):
        links = [a["href"] for a in soup(editor.get(change_url(row))).select(".tree-bar a")]
        assert reverse("admin:wizard_tree_publish", args=[tree.pk]) in links


def test_no_button_of_a_field_adds_or_deletes_another_row(editor, tree):
    for row in (question(tree, "first"), tree.findings.first(), tree.messages.first()):
        page = soup(editor.get(change_url(row)))
        assert page.select(".related-widget-wrapper, .related-widget-wrapper-link") == []


def test_a_route_has_a_link_to_its_question(editor, tree):
    page = soup(editor.get(change_url(question(tree, "first"))))

    assert page.select_one("#routes-0 h3 a")["href"] == change_url(question(tree, "second"))


@pytest.mark.parametrize("known", [True, False])
def test_the_tree_is_asked_for_only_where_the_address_does_not_name_it(editor, tree, known):
    page = soup(editor.get(add_url("question", **({"tree": tree.pk} if known else {}))))

    assert len(page.select("select[name=tree]")) == (0 if known else 1)
    assert len(page.select("input[name=tree][type=hidden]")) == (1 if known else 0)


def test_slug_and_position_stand_folded_up_behind_the_rest(editor, tree):
    page = soup(editor.get(change_url(question(tree, "first"))))

    folded = page.select("#question_form > div > fieldset")[-1]
    assert [field["name"] for field in folded.select("details [name]")] == [
        "slug", "position", "tree"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "place", "field"),
    [
        (Code.QUESTION_IN_VAIN, Place("question", "first"), "routes-group"),
        (Code.CHOICES_IDLE, Place("question", "first"), "choices-group"),
        (Code.FINDING_UNREACHABLE, Place("finding", "cause"), "evidence-group"),
        (Code.UNSOURCED_FINDING, Place("finding", "cause"), "id_sources"),
    ],
)
def test_a_problem_of_a_whole_part_leads_to_what_mends_it(editor, tree, code, place, field):
    address = mend_url(tree, Problem(code, place))

    assert address.endswith(f"#{field}")
    assert soup(editor.get(address)).select(f"[id={field}]")


def test_both_languages_stand_in_one_line(editor, tree):
    page = soup(editor.get(change_url(question(tree, "first"))))

    line = page.select_one(".form-row.field-title_zh_hans.field-title_en")
    assert [field["lang"] for field in line.select("input")] == ["zh-hans", "en"]
