"""Scenarios beside what the draft gives, and new ones out of a walk or an address."""

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from tests.pages import page
from tests.trees import (
    make_action,
    make_choice,
    make_evidence,
    make_finding,
    make_question,
    make_tree,
    text,
)
from wizard import drafts, publishing, results
from wizard.models import Question, Scenario, Tree, User
from wizard.tree import content
from wizard.tree.content import Kind

pytestmark = pytest.mark.django_db

QUERY = "?card=two&amount=70&signs=a"


def make_scenario(slug, answers, findings, **fields):
    return content.Scenario(
        slug=slug, story=text(f"story of {slug}"), answers=answers, findings=findings, **fields
    )


ANSWERS = {"card": ("two",), "amount": ("large",), "signs": ("a",)}


@pytest.fixture
def tree():
    amounts = (make_choice("small", at_least=0), make_choice("large", at_least=50))
    document = make_tree(
        [
            make_question("card", ("one", "two"), ["amount"], aliases=("old-card",)),
            make_question("amount", amounts, ["signs"], kind=Kind.NUMBER, minimum=0, unit=text("y")),
            make_question("signs", ("a", "b"), kind=Kind.MULTIPLE),
        ],
        [
            make_finding("too-much", [
                make_evidence("confirms", {"card": ("two",), "amount": ("large",)})
            ], ["less"]),
            make_finding("sign", [make_evidence("suggests", {"signs": ("a",)})], ["look"]),
        ],
        [make_action("less"), make_action("look")],
        slug="tried",
        scenarios=(
            make_scenario("holds", ANSWERS, ("too-much", "sign"), actions=("less",)),
            make_scenario("other-cause", ANSWERS, ("sign",)),
            make_scenario("no-action", ANSWERS | {"signs": ("b",)}, ("too-much",), actions=("look",)),
            make_scenario("unwanted", ANSWERS, ("too-much",), absent_actions=("look",)),
            make_scenario("stops", {"card": ("two",)}, ("too-much",)),
        ),
    )  # fmt: skip
    drafts.restore(document)
    return Tree.objects.get(slug="tried")


def member(client, role):
    user = User.objects.create_user(role, password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def editor(client):
    return member(client, "editor")


def scenarios_url(tree, query=""):
    return reverse("admin:wizard_tree_scenarios", args=[tree.pk]) + query


def new_url(tree, query=QUERY):
    return reverse("admin:wizard_tree_scenarios/new", args=[tree.pk]) + query


def rows(response):
    return {tr["data-scenario"]: tr for tr in page(response).select("[data-scenario]")}


def cells(row):
    return [" ".join(td.get_text(" ", strip=True).split()) for td in row.find_all("td")]


def told(response):
    return [li.get_text(strip=True) for li in page(response).select(".messagelist li")]


def filled_in(response):
    """What a browser would send for the form of a new scenario."""
    data = {}
    for field in page(response).select(".scenario-form [name]"):
        if field.get("type") == "checkbox":
            if field.has_attr("checked"):
                data.setdefault(field["name"], []).append(field["value"])
        elif field.get("type") != "submit":
            data[field["name"]] = field.get("value", "")
    return data | {"story_zh_hans": "他借不到。", "story_en": "He cannot borrow."}


def test_table_tells_which_scenarios_pass(editor, tree):
    response = editor.get(scenarios_url(tree))

    passing = {slug: row["data-passes"] for slug, row in rows(response).items()}
    assert passing == {
        "holds": "true",
        "other-cause": "false",
        "no-action": "false",
        "unwanted": "false",
        "stops": "false",
    }


def test_table_puts_what_is_found_beside_what_is_expected(editor, tree):
    found = rows(editor.get(scenarios_url(tree)))

    assert cells(found["other-cause"])[2:4] == ["sign", "too-much sign"]
    assert cells(found["no-action"])[4] == "Missing: look"
    assert cells(found["unwanted"])[4] == "There, but not wanted: look"
    assert "stops at the question “amount”" in cells(found["stops"])[1]


def test_table_can_show_failing_scenarios_only(editor, tree):
    response = editor.get(scenarios_url(tree, "?failed"))

    assert list(rows(response)) == ["other-cause", "no-action", "unwanted", "stops"]


@pytest.fixture
def between(tree):
    """A question put between “card” and “amount”: every scenario stops there now."""
    card, amount = (Question.objects.get(tree=tree, slug=slug) for slug in ("card", "amount"))
    new = Question.objects.create(
        tree=tree,
        slug="owner",
        position=9,
        title_zh_hans="谁？",
        title_en="Whose?",
        short_en="Owner",
    )
    for place, slug in enumerate(("mine", "theirs"), start=1):
        new.choices.create(slug=slug, position=place, label_zh_hans=slug, label_en=slug)
    new.routes.create(to=amount, position=1)
    card.routes.update(to=new)
    for cause in tree.findings.filter(slug__in=("sign", "too-much")):
        against = cause.evidence.create(effect="rules-out", position=2)
        against.when.set(new.choices.filter(slug="theirs"))
    return new


def stop(response, slug):
    return page(response).find(id=f"stop-{slug}")


def give(editor, tree, **data):
    return editor.post(scenarios_url(tree), {"question": "owner"} | data, follow=True)


def test_question_where_scenarios_stop_says_how_many_would_pass(editor, between, tree):
    found = stop(editor.get(scenarios_url(tree)), "owner")

    assert "5 scenarios have no answer to “Whose?”" in found.h2.get_text()
    told = [label.get_text(" ", strip=True) for label in found.fieldset.find_all("label")]
    assert [" ".join(line.split()) for line in told] == [
        "mine 1 of 5 would pass",
        "theirs 0 of 5 would pass",
    ]


def test_scenarios_that_stop_are_answered_together(editor, between, tree):
    response = give(editor, tree, answer="mine", scenarios=["holds", "other-cause"])

    assert told(response) == ["2 scenarios answer “Owner” now."]
    assert rows(response)["holds"]["data-passes"] == "true"
    assert "3 scenarios have no answer" in stop(response, "owner").h2.get_text()
    saved = {s.slug: s.answers for s in drafts.snapshot(tree).scenarios}
    assert saved["holds"] == ANSWERS | {"owner": ("mine",)}
    assert saved["unwanted"] == ANSWERS


def test_answer_given_to_scenarios_is_noted_in_the_history_of_each(editor, between, tree):
    give(editor, tree, answer="mine", scenarios=["holds", "unwanted"])

    noted = LogEntry.objects.filter(content_type__model="scenario").values_list("object_id", "user")
    wanted = tree.scenarios.filter(slug__in=["holds", "unwanted"]).values_list("pk", flat=True)
    assert sorted(pk for pk, _user in noted) == sorted(map(str, wanted))
    tree.refresh_from_db()
    assert tree.edited_by.username == "editor"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"scenarios": ["holds"]}, "Choose an answer."),
        ({"answer": "mine"}, "Tick at least one scenario."),
        ({"answer": "mine", "scenarios": ["strange"]}, "Select a valid choice."),
        ({"answer": "nobody", "scenarios": ["holds"]}, "Select a valid choice."),
        ({"question": "signs", "answer": "a"}, "No scenario stops at that question any more."),
    ],
)
def test_incomplete_answer_changes_no_scenario(editor, between, tree, sent, reason):
    before = drafts.snapshot(tree).scenarios

    response = give(editor, tree, **sent)

    assert response.status_code == 422
    assert told(response)[0].startswith(reason)
    assert drafts.snapshot(tree).scenarios == before


def test_refused_answer_stays_ticked(editor, between, tree):
    response = give(editor, tree, answer="theirs")

    ticked = [field["value"] for field in stop(response, "owner").select("[checked]")]
    assert ticked == ["theirs"]


def test_each_scenario_can_be_edited_and_tried(editor, tree):
    row = rows(editor.get(scenarios_url(tree)))["holds"]

    edit, attempt = (a["href"] for a in row.select("a"))
    assert edit == reverse(
        "admin:wizard_scenario_change", args=[tree.scenarios.get(slug="holds").pk]
    )
    shown = page(editor.get(attempt))
    assert shown.select_one("[data-finding]")["data-finding"] == "too-much"


def test_scenario_fails_after_a_change_of_the_draft(editor, tree):
    tree.findings.get(slug="too-much").evidence.all().delete()

    row = rows(editor.get(scenarios_url(tree)))["holds"]

    assert row["data-passes"] == "false"
    assert cells(row)[2:4] == ["too-much sign", "sign"]


def test_draft_that_cannot_be_walked_shows_what_to_mend(editor, tree):
    last = Question.objects.get(tree=tree, slug="signs")
    last.routes.create(to=Question.objects.get(tree=tree, slug="card"), position=1)

    responses = [editor.get(scenarios_url(tree)), editor.get(new_url(tree))]

    assert [len(page(response).select("#unwalkable li")) for response in responses] == [1, 1]


def test_new_scenario_is_prefilled_with_what_is_found(editor, tree):
    data = filled_in(editor.get(new_url(tree)))

    assert data["findings"] == ["too-much", "sign"]
    assert (data["place-too-much"], data["place-sign"]) == ("1", "2")
    assert data["actions"] == ["less"]


def test_walk_is_saved_as_a_scenario(editor, tree):
    data = filled_in(editor.get(new_url(tree)))

    response = editor.post(new_url(tree), data)

    saved = tree.scenarios.last()
    assert response["Location"] == reverse("admin:wizard_scenario_change", args=[saved.pk])
    assert drafts.snapshot(tree).scenarios[-1] == content.Scenario(
        slug="too-much",
        story=content.Text(zh_hans="他借不到。", en="He cannot borrow."),
        answers=ANSWERS,
        findings=("too-much", "sign"),
        actions=("less",),
    )
    assert rows(editor.get(scenarios_url(tree)))["too-much"]["data-passes"] == "true"


def test_saving_is_noted_in_the_history(editor, tree):
    editor.post(new_url(tree), filled_in(editor.get(new_url(tree))))

    saved = tree.scenarios.last()
    entry = LogEntry.objects.get(object_id=str(saved.pk), action_flag=ADDITION)
    tree.refresh_from_db()
    assert entry.user.username == tree.edited_by.username == "editor"


def test_second_scenario_of_a_finding_gets_a_slug_of_its_own(editor, tree):
    for _ in range(2):
        editor.post(new_url(tree), filled_in(editor.get(new_url(tree))))

    assert list(tree.scenarios.values_list("slug", flat=True))[-2:] == ["too-much", "too-much-2"]


def test_findings_are_expected_as_ordered_and_ticked(editor, tree):
    data = filled_in(editor.get(new_url(tree)))

    editor.post(new_url(tree), data | {"place-too-much": "3"})
    editor.post(new_url(tree), data | {"findings": ["too-much"], "actions": []})

    saved = drafts.snapshot(tree).scenarios[-2:]
    assert [s.findings for s in saved] == [("sign", "too-much"), ("too-much",)]
    assert saved[1].actions == ()


@pytest.mark.parametrize(
    "wrong", [{"story_zh_hans": ""}, {"story_en": " "}, {"findings": []}, {"findings": ["other"]}]
)
def test_incomplete_scenario_is_not_saved(editor, tree, wrong):
    data = filled_in(editor.get(new_url(tree))) | wrong

    response = editor.post(new_url(tree), data)

    assert response.status_code == 200
    assert page(response).select(".errorlist li")
    assert tree.scenarios.count() == 5


def test_unfinished_walk_is_not_saved_but_led_on(editor, tree):
    response = editor.get(new_url(tree, "?card=two"))
    posted = editor.post(new_url(tree, "?card=two"), {"story_en": "x"})

    assert page(response).select_one(".scenario-form") is None
    assert "amount?" in page(response).find(id="stops").get_text()
    assert posted.status_code == 200
    assert tree.scenarios.count() == 5


def test_walk_with_nothing_ticked_cannot_be_a_scenario(editor, tree):
    response = editor.get(new_url(tree, "?card=two&amount=70&signs="))

    assert page(response).select_one(".scenario-form") is None
    assert "nothing was ticked" in page(response).find(id="stops").get_text()


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/zh-hans/tried/3/?card=two&amount=70&signs=a",
        " /en/tried/?signs=a&amount=70&card=two ",
        "https://example.org/en/tried/1/?old-card=two&amount=70&signs=a&_at=card",
    ],
)
def test_address_of_a_visitor_becomes_a_walk(editor, tree, address):
    response = editor.get(new_url(tree, ""), {"_address": address}, follow=True)

    assert response.redirect_chain == [(new_url(tree), 302)]
    assert told(response) == []
    assert filled_in(response)["findings"] == ["too-much", "sign"]


def test_what_does_not_fit_of_an_address_is_told(editor, tree):
    address = "https://example.org/en/other/1/?gone=yes&card=seven&amount=70"

    response = editor.get(new_url(tree, ""), {"_address": address}, follow=True)

    assert [line.split(":")[0] for line in told(response)] == [
        "The address does not name this tree. Is it the right one?",
        "There is no question “gone” in the draft",
        "“card” cannot be answered with “seven” any more.",
    ]
    assert page(response).find(id="stops")


def test_answers_that_the_draft_does_not_ask_are_told(editor, tree):
    question = Question.objects.get(tree=tree, slug="amount")
    question.routes.all().delete()
    address = "https://example.org/en/tried/1/?card=two&amount=70&signs=a"

    response = editor.get(new_url(tree, ""), {"_address": address}, follow=True)

    assert told(response) == [
        "The draft does not ask these with such answers, so they are left out: signs"
    ]


@pytest.mark.parametrize("address", ["", "nonsense", "https://[bad/", "/en/tried/?_at=card"])
def test_address_without_answers_leads_back(editor, tree, address):
    response = editor.get(new_url(tree, ""), {"_address": address}, follow=True)

    assert response.redirect_chain == [(scenarios_url(tree), 302)]
    assert told(response) == ["That address holds no answers."]


# The link of a shared result


@pytest.fixture
def published(tree):
    tree.scenarios.all().delete()
    publishing.publish(tree)
    return tree


def share(slug="tried", *, hide=False):
    answers = {"card": ["two"], "amount": ["70"], "signs": ["a"]}
    return results.make(slug, 1, answers, days=30, hides_answers=hide).token


def taken(editor, tree, address):
    return editor.get(new_url(tree, ""), {"_address": address}, follow=True)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://example.org/zh-hans/r/{}/",
        "看看我的结果：https://example.org/en/r/{}/?from=chat#top 谢谢",
        "https://example.org/en/r/{}。",
        "/en/r/{}/123456789ABCDEFGHJKLMN/",
        "{}",
    ],
)
def test_link_of_a_shared_result_becomes_a_walk(editor, published, pasted):
    response = taken(editor, published, pasted.format(share()))

    assert response.redirect_chain == [(new_url(published), 302)]
    assert told(response) == []
    assert filled_in(response)["findings"] == ["too-much", "sign"]


def test_answers_that_a_shared_result_hides_are_not_taken(editor, published):
    response = taken(editor, published, f"/en/r/{share(hide=True)}/")

    assert response.redirect_chain == [(scenarios_url(published), 302)]
    assert told(response) == ["Whoever shared this result hides the answers, from staff as well."]


def test_shared_result_of_another_tree_is_not_taken(editor, published):
    other = drafts.restore(make_tree([make_question("card")], slug="other"))
    publishing.publish(other)

    response = taken(editor, published, f"/en/r/{share('other')}/")

    assert response.redirect_chain == [(scenarios_url(published), 302)]
    assert told(response) == [
        f"This result belongs to another tree, “{other}”. Take its answers there."
    ]


def test_link_that_is_over_is_told(editor, published):
    token = share()
    results.delete(results.find(token))

    response = taken(editor, published, f"/en/r/{token}/")

    assert told(response) == [
        "This link is over: it has expired, or whoever made it has deleted it."
    ]


@pytest.mark.parametrize("token", ["1" * 22, "1" * 21, ""])
def test_link_that_was_never_made_is_told(editor, tree, token):
    response = taken(editor, tree, f"https://example.org/en/r/{token}/")

    assert told(response) == [
        "This link leads nowhere. Perhaps a part of it is missing: copy all of it again."
    ]


def test_who_may_only_look_sees_the_table_but_saves_nothing(client, tree):
    user = User.objects.create_user("reader", password="x", is_staff=True)
    user.user_permissions.set(
        Group.objects.get(name="editor").permissions.filter(codename__startswith="view_")
    )
    client.force_login(user)

    statuses = [
        client.get(scenarios_url(tree)).status_code,
        client.get(new_url(tree)).status_code,
        client.post(new_url(tree), {"story_en": "x"}).status_code,
    ]

    assert statuses == [200, 403, 403]
    assert Scenario.objects.filter(tree=tree).count() == 5


def test_saving_needs_the_token_of_the_form(tree, django_user_model):
    from django.test import Client

    strict = member(Client(enforce_csrf_checks=True), "editor")

    assert strict.post(new_url(tree), {"story_en": "x"}).status_code == 403


def test_a_hundred_scenarios_take_no_more_queries_than_five(
    editor, tree, django_assert_max_num_queries
):
    document = drafts.snapshot(tree)
    from msgspec.structs import replace

    many = tuple(replace(document.scenarios[0], slug=f"case-{n}") for n in range(100))
    drafts.restore(replace(document, scenarios=many))
    editor.get(scenarios_url(tree))

    with django_assert_max_num_queries(70):
        response = editor.get(scenarios_url(tree))

    assert len(rows(response)) == 100
