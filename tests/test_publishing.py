"""From a draft to an edition, and what stops it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.translation import override

from tests.trees import make_action, make_evidence, make_finding, make_question, make_tree, text
from wizard import content, drafts, editions, publishing, wording
from wizard.content import Effect, Scenario
from wizard.models import Contact, Edition, Evidence, Finding, Route, Source, Tree, User
from wizard.problems import Code, Level

pytestmark = pytest.mark.django_db

FIXTURES = ("jiebei", "loan-offer")


def make_small_tree(slug="small", **fields):
    """First -> second; "yes" to both is the finding, and a scenario says so."""
    return make_tree(
        [make_question("first", routes=["second"]), make_question("second")],
        [
            make_finding(
                "found",
                [
                    make_evidence(Effect.CONFIRMS, {"second": ("yes",)}),
                    make_evidence(Effect.RULES_OUT, {"first": ("no",)}),
                ],
                ["act"],
            )
        ],
        [make_action("act")],
        scenarios=(
            Scenario(
                slug="case",
                story=text("Somebody"),
                answers={"first": ("yes",), "second": ("yes",)},
                findings=("found",),
                actions=("act",),
            ),
        ),
        slug=slug,
        **fields,
    )


@pytest.fixture
def small():
    return drafts.restore(make_small_tree())


def refused(tree):
    """(code, place) of every problem with which publishing `tree` is refused."""
    with pytest.raises(publishing.NotPublishableError) as caught:
        publishing.publish(tree)
    with override("en"):
        return [(problem.code, wording.place(problem)) for problem in caught.value.problems]


def test_fixtures_are_published():
    newest = [(edition.tree.slug, edition.number) for edition in Edition.objects.newest()]

    assert newest == [("jiebei", 1), ("loan-offer", 1)]


@pytest.mark.parametrize("slug", FIXTURES)
def test_fixture_has_no_problem(slug):
    problems = publishing.draft_problems(Tree.objects.get(slug=slug))

    assert wording.problem_list(problems) == ""


def test_small_tree_has_no_problem(small):
    assert wording.problem_list(publishing.draft_problems(small)) == ""


def test_first_edition_has_number_one(small):
    edition = publishing.publish(small)

    assert (edition.tree, edition.number) == (small, 1)


def test_numbers_count_up_for_each_tree_alone(small):
    other = drafts.restore(make_small_tree(slug="other"))

    numbers = [publishing.publish(tree).number for tree in (small, small, other, small, other)]

    assert numbers == [1, 2, 1, 3, 2]


def test_edition_is_the_snapshot_of_the_draft(small):
    edition = publishing.publish(small)

    assert content.decode(edition.document) == drafts.snapshot(small)
    assert edition.digest == content.digest(edition.document)


def test_edition_tells_who_published_it_and_why(small):
    editor = User.objects.create_user("editor")

    edition = publishing.publish(small, by=editor, note="better words")

    stored = Edition.objects.get(pk=edition.pk)
    assert (stored.published_by, stored.note) == (editor, "better words")


def test_unchanged_draft_gives_the_same_document_again(small):
    first, second = publishing.publish(small), publishing.publish(small)

    assert (second.document, second.digest) == (first.document, first.digest)


def test_earlier_edition_never_changes(small):
    first = publishing.publish(small)
    before = Edition.objects.filter(pk=first.pk).values().get()
    small.questions.filter(slug="first").update(title_en="Another question?")

    publishing.publish(small)

    assert Edition.objects.filter(pk=first.pk).values().get() == before
    titles = [editions.get("small", n, "en").questions["first"].title for n in (1, 2)]
    assert titles == ["first?", "Another question?"]


def test_edition_keeps_the_number_to_call_that_it_was_published_with():
    draft = drafts.restore(
        make_tree(
            [make_question("first")],
            actions=[make_action("call", general=True, contacts=("police",))],
            slug="small",
        )
    )
    document = drafts.snapshot(draft)

    Contact.objects.filter(slug="police").update(value="999")

    assert [contact.value for contact in document.contacts] == ["110"]
    assert [contact.value for contact in drafts.snapshot(draft).contacts] == ["999"]


def break_route_loop(tree):
    question = tree.questions.get(slug="second")
    question.routes.create(to=tree.questions.get(slug="first"), position=1)


def break_route_away(tree):
    Route.objects.filter(question__tree=tree).delete()


def break_translation(tree):
    tree.questions.filter(slug="second").update(title_en="")


def break_translation_of_a_choice(tree):
    choice = tree.questions.get(slug="first").choices.get(slug="no")
    choice.label_zh_hans = ""
    choice.save()


def break_scenario_answer(tree):
    scenario = tree.scenarios.get()
    scenario.answers.remove(*scenario.answers.filter(question__slug="second"))


def break_scenario_finding(tree):
    expected = tree.scenarios.get().expected.get()
    expected.finding = tree.findings.get(slug="fallback")
    expected.save()


def break_scenario_action(tree):
    tree.scenarios.get().actions.set(tree.actions.filter(slug="act"))
    tree.findings.get(slug="found").steps.all().delete()
    tree.actions.filter(slug="act").update(general=True)
    tree.actions.get(slug="act").when.set(
        tree.questions.get(slug="first").choices.filter(slug="no")
    )


def break_evidence(tree):
    for evidence in Evidence.objects.filter(finding__tree=tree):
        evidence.when.clear()


def break_sources(tree):
    tree.findings.get(slug="found").sources.clear()


def break_contact(tree):
    tree.actions.filter(slug="act").update(body_en="Call {nobody}.", body_zh_hans="打 {nobody}。")


def break_number(tree):
    tree.actions.filter(slug="act").update(body_en="Call 96110 now.", body_zh_hans="打 96110。")


def break_fallback(tree):
    tree.findings.filter(fallback=True).update(fallback=False)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        pytest.param(break_route_loop, [(Code.LOOP, "question second, route 1")], id="route-back"),
        pytest.param(
            break_route_away,
            [
                (Code.QUESTION_UNREACHABLE, "question second"),
                (Code.FINDING_UNREACHABLE, "finding found"),
                (Code.SCENARIO_IGNORED, "scenario case"),
                (Code.SCENARIO_FINDINGS, "scenario case"),
                (Code.SCENARIO_ACTIONS, "scenario case"),
                (Code.ACTION_NEVER_SHOWN, "action act"),
            ],
            id="route-away",
        ),
        pytest.param(
            break_translation,
            [(Code.TRANSLATION_MISSING, "question second, title")],
            id="translation",
        ),
        pytest.param(
            break_translation_of_a_choice,
            [(Code.TRANSLATION_MISSING, "question first, choice no label")],
            id="translation-of-a-choice",
        ),
        pytest.param(
            break_scenario_answer,
            [(Code.SCENARIO_UNFINISHED, "scenario case")],
            id="scenario-answer",
        ),
        pytest.param(
            break_scenario_finding,
            [(Code.SCENARIO_FINDINGS, "scenario case")],
            id="scenario-finding",
        ),
        pytest.param(
            break_scenario_action,
            [(Code.SCENARIO_ACTIONS, "scenario case")],
            id="scenario-action",
        ),
        pytest.param(
            break_sources, [(Code.UNSOURCED_FINDING, "finding found")], id="finding-without-source"
        ),
        pytest.param(
            break_contact,
            [
                (Code.UNKNOWN_CONTACT, "action act, body"),
                (Code.UNKNOWN_CONTACT, "action act, body"),
            ],
            id="unknown-contact",
        ),
        pytest.param(
            break_number,
            [
                (Code.NUMBER_IN_PROSE, "action act, body"),
                (Code.NUMBER_IN_PROSE, "action act, body"),
            ],
            id="number-in-prose",
        ),
        pytest.param(break_fallback, [(Code.NO_FALLBACK, "tree small")], id="no-fallback"),
    ],
)
def test_broken_draft_is_refused_with_every_place(small, damage, expected):
    damage(small)

    assert sorted(refused(small)) == sorted(expected)


def test_evidence_without_a_condition_is_refused(small):
    break_evidence(small)

    found = refused(small)

    assert found.count((Code.EMPTY_CONDITION, "finding found, evidence 1")) == 1
    assert found.count((Code.EMPTY_CONDITION, "finding found, evidence 2")) == 1


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        pytest.param(
            lambda tree: Route.objects.filter(
                question__tree=tree, question__slug="cost-sheet"
            ).delete(),
            (Code.QUESTION_UNREACHABLE, "question annual-cost"),
            id="route",
        ),
        pytest.param(
            lambda tree: tree.questions.filter(slug="cost-sheet").update(title_en=" "),
            (Code.TRANSLATION_MISSING, "question cost-sheet, title"),
            id="translation",
        ),
        pytest.param(
            lambda tree: tree.scenarios.get(slug="bank-app-own-choice").answers.clear(),
            (Code.SCENARIO_UNFINISHED, "scenario bank-app-own-choice"),
            id="scenario",
        ),
    ],
)
def test_broken_fixture_is_refused_and_the_place_told(damage, expected):
    tree = Tree.objects.get(slug="loan-offer")
    damage(tree)

    assert expected in refused(tree)
    assert tree.edition.number == 1


def test_refused_draft_leaves_no_edition(small):
    break_translation(small)
    before = list(Edition.objects.values_list("pk", flat=True))

    refused(small)

    assert list(Edition.objects.values_list("pk", flat=True)) == before


def test_mended_draft_is_published(small):
    break_translation(small)
    refused(small)
    small.questions.filter(slug="second").update(title_en="second?")

    assert publishing.publish(small).number == 1


def test_warning_does_not_stop_publishing(small):
    small.actions.create(
        slug="idle",
        theme="fix",
        horizon="now",
        title_en="idle",
        title_zh_hans="闲",
        body_en="idle",
        body_zh_hans="闲",
        position=9,
    )

    edition = publishing.publish(small)

    problems = publishing.draft_problems(small)
    assert [(p.code, p.level) for p in problems] == [(Code.ACTION_NEVER_SHOWN, Level.WARNING)]
    assert edition.number == 1


def test_problems_are_sentences_with_their_place(small):
    break_translation(small)

    with override("en"):
        told = wording.problem_list(publishing.draft_problems(small))

    assert told == "error: question second, title: The text is missing in en."


def test_older_edition_still_answers_and_says_that_a_newer_exists(client, small):
    publishing.publish(small)
    publishing.publish(small)
    editions.forget()

    older, newer = client.get("/en/small/1/?first=yes"), client.get("/en/small/2/?first=yes")

    assert (older.status_code, newer.status_code) == (200, 200)
    assert [b'id="newer"' in response.content for response in (older, newer)] == [True, False]
    assert b'href="/en/small/2/?first=yes"' in older.content


def test_restored_edition_is_published_as_the_next_one(small):
    first = publishing.publish(small)
    small.questions.filter(slug="first").update(title_en="Another question?")
    publishing.publish(small)

    third = publishing.publish(publishing.restore(first))

    assert (third.number, third.document) == (3, first.document)


def test_finding_once_published_can_be_deleted_from_the_draft(small):
    first = publishing.publish(small)
    small.scenarios.all().delete()
    Finding.objects.filter(tree=small, slug="found").delete()

    assert "found" in {f.slug for f in content.decode(first.document).findings}


@pytest.fixture(scope="module")
def data_put_back(django_db_setup, django_db_blocker):
    """The published fixtures again, after a test that empties the database."""
    with django_db_blocker.unblock():
        call_command("bootstrap", verbosity=0)
    yield
    with django_db_blocker.unblock():
        Edition.objects.all().delete()
        Tree.objects.all().delete()
        Contact.objects.all().delete()
        Source.objects.all().delete()
        call_command("bootstrap", verbosity=0)
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_get_two_numbers(data_put_back):
    tree = drafts.restore(make_small_tree())
    publishing.publish(tree)
    together = Barrier(2, timeout=10)

    def publish():
        try:
            together.wait()
            return publishing.publish(tree).number
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        numbers = [future.result() for future in [pool.submit(publish) for _ in range(2)]]

    assert sorted(numbers) == [2, 3]
    assert list(tree.editions.values_list("number", flat=True)) == [3, 2, 1]
