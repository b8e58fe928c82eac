"""From a draft to an edition, and what stops it."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from tests import databases
from tests.trees import make_action, make_evidence, make_finding, make_question, make_tree, text
from wizard import drafts, editions, publishing, wording
from wizard.models import (
    Contact,
    Edition,
    Evidence,
    Figure,
    Finding,
    Route,
    Source,
    Tree,
    User,
)
from wizard.tree import content
from wizard.tree.content import Effect, Scenario
from wizard.tree.problems import Code, Level

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

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
        return [(problem.code, wording.part(problem.place)) for problem in caught.value.problems]


def test_fixtures_are_published():
    newest = [(edition.tree.slug, edition.number) for edition in Edition.objects.newest()]

    assert newest == [("jiebei", 1), ("loan-offer", 1)]


@pytest.mark.parametrize("slug", FIXTURES)
def test_fixture_has_no_problem(slug):
    problems = drafts.frozen_draft(Tree.objects.get(slug=slug)).problems()

    assert wording.problem_list(problems) == ""


def test_small_tree_has_no_problem(small):
    assert wording.problem_list(drafts.frozen_draft(small).problems()) == ""


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


def break_proof(tree):
    forum = Source.objects.create(
        slug="own-forum",
        title_en="A forum",
        title_zh_hans="论坛",
        publisher_en="Users",
        publisher_zh_hans="用户",
        checked_on=timezone.localdate(),
        grade="users",
    )
    found = tree.findings.get(slug="found")
    found.sources.set([forum])
    found.explanation_en = "It takes 3 days."
    found.explanation_zh_hans = "要等 3 天。"
    found.save()


def break_figure(tree):
    figure = Figure.objects.create(
        slug="own-rate",
        name_en="A rate",
        name_zh_hans="利率",
        value_en="3%",
        value_zh_hans="3%",
        as_of=timezone.localdate(),
        checked_on=timezone.localdate(),
        grade="official",
    )
    tree.actions.filter(slug="act").update(
        body_en=f"At {{{figure.slug}}}.", body_zh_hans=f"按 {{{figure.slug}}}。"
    )


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
            break_proof,
            [(Code.UNMARKED_FIGURE, "finding found, explanation")] * 2,
            id="hearsay-without-its-mark",
        ),
        pytest.param(
            break_figure, [(Code.UNSOURCED_FIGURE, "figure own-rate")], id="figure-without-source"
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

    problems = drafts.frozen_draft(small).problems()
    assert [(p.code, p.level) for p in problems] == [(Code.ACTION_NEVER_SHOWN, Level.WARNING)]
    assert edition.number == 1


def test_marked_hearsay_is_published(small):
    break_proof(small)
    small.findings.filter(slug="found").update(
        explanation_en="It takes 3 days (unproven).", explanation_zh_hans="未经证实：要等 3 天。"
    )

    assert publishing.publish(small).number == 1


@pytest.mark.parametrize(("days", "stale"), [(30, False), (31, True)])
def test_what_was_not_checked_for_long_only_warns(small, settings, days, stale):
    settings.STALE_AFTER_DAYS = 30
    Source.objects.filter(slug="law").update(
        checked_on=timezone.localdate() - dt.timedelta(days=days)
    )

    problems = drafts.frozen_draft(small).problems()

    assert [(p.code, p.level, p.place.slug) for p in problems] == (
        [(Code.STALE, Level.WARNING, "law")] if stale else []
    )
    assert publishing.publish(small).number == 1


def test_scheme_that_is_over_only_warns(small):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    small.actions.filter(slug="act").update(ends_on=yesterday)

    problems = drafts.frozen_draft(small).problems()

    assert [(p.code, p.level, p.place.slug) for p in problems] == [
        (Code.ENDED, Level.WARNING, "act")
    ]
    assert publishing.publish(small).number == 1


def test_errors_stand_before_warnings_whoever_found_them(small):
    small.actions.filter(slug="act").update(ends_on=dt.date(2020, 1, 1))
    break_sources(small)

    levels = [problem.level for problem in drafts.frozen_draft(small).problems()]

    assert levels == [Level.ERROR, Level.WARNING]


def test_problems_are_sentences_with_their_place(small):
    break_translation(small)

    with override("en"):
        told = wording.problem_list(drafts.frozen_draft(small).problems())

    assert told == "error: question second, title: The text is missing in English."


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


# Later, again, cancelled, with a second pair of eyes


def in_an_hour():
    return timezone.now() + dt.timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch):
    """Set the clock that decides what visitors may see."""
    return lambda time: monkeypatch.setattr(timezone, "now", lambda: time)


def state(tree):
    """All that publishing could change."""
    return (
        list(Edition.objects.filter(tree=tree).values()),
        drafts.snapshot(Tree.objects.get(pk=tree.pk)),
    )


def test_a_scheduled_edition_waits_and_then_appears_by_itself(client, small, clock):
    publishing.publish(small)
    then = in_an_hour()
    small.questions.filter(slug="first").update(title_en="Another question?")

    waiting = publishing.publish(small, visible_from=then)

    assert (small.edition.number, small.scheduled) == (1, waiting)
    assert client.get("/en/small/2/").status_code == 404
    clock(then)
    editions.forget()
    assert (small.edition.number, small.scheduled) == (2, None)
    page = client.get("/en/small/", follow=True)
    assert page.request["PATH_INFO"] == "/en/small/2/"
    assert "Another question?" in page.content.decode()


def test_a_scheduled_edition_is_what_the_draft_was_when_it_was_scheduled(small):
    waiting = publishing.publish(small, visible_from=in_an_hour())

    small.questions.filter(slug="first").update(title_en="Another question?")

    assert content.decode(waiting.document).questions[0].title.en == "first?"


def test_a_draft_with_errors_cannot_be_scheduled(small):
    break_translation(small)

    with pytest.raises(publishing.NotPublishableError):
        publishing.publish(small, visible_from=in_an_hour())

    assert not small.editions.exists()


def test_nothing_is_scheduled_in_the_past(small):
    with pytest.raises(publishing.PastError):
        publishing.publish(small, visible_from=timezone.now() - dt.timedelta(seconds=1))

    assert not small.editions.exists()


@pytest.mark.parametrize(
    "another",
    [
        pytest.param(lambda first: publishing.publish(first.tree), id="now"),
        pytest.param(
            lambda first: publishing.publish(first.tree, visible_from=in_an_hour()), id="later"
        ),
        pytest.param(publishing.republish, id="again"),
    ],
)
def test_while_one_edition_waits_no_other_is_made(small, another):
    first = publishing.publish(small)
    small.questions.filter(slug="first").update(title_en="Another question?")
    waiting = publishing.publish(small, visible_from=in_an_hour())

    with pytest.raises(publishing.PendingEditionError) as caught, override("en"):
        another(first)

    assert caught.value.edition == waiting
    assert "Edition 2 waits" in str(caught.value)
    assert [edition.number for edition in small.editions.all()] == [2, 1]


def test_a_waiting_edition_of_one_tree_does_not_stop_another(small):
    other = drafts.restore(make_small_tree(slug="other"))
    publishing.publish(small, visible_from=in_an_hour())

    assert publishing.publish(other).number == 1


def test_a_cancelled_edition_is_gone_and_the_next_one_has_its_number(small):
    publishing.publish(small)
    waiting = publishing.publish(small, visible_from=in_an_hour())

    publishing.cancel(waiting)

    assert (small.scheduled, small.edition.number) == (None, 1)
    assert publishing.publish(small).number == 2


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(dt.timedelta(0), id="at-its-time"),
        pytest.param(dt.timedelta(seconds=3), id="while-other-clocks-may-be-ahead"),
        pytest.param(dt.timedelta(days=-1), id="long-after"),
    ],
)
def test_what_visitors_may_have_seen_cannot_be_cancelled(small, clock, before):
    waiting = publishing.publish(small, visible_from=in_an_hour())
    clock(waiting.visible_from - before)

    with pytest.raises(publishing.NotWaitingError):
        publishing.cancel(waiting)

    assert small.editions.get() == waiting


def test_the_current_edition_cannot_be_cancelled(small):
    current = publishing.publish(small)

    with pytest.raises(publishing.NotWaitingError):
        publishing.cancel(current)

    assert small.edition == current


def test_an_edition_is_cancelled_once(small):
    waiting = publishing.publish(small, visible_from=in_an_hour())
    publishing.cancel(Edition.objects.get(pk=waiting.pk))
    publishing.publish(small)

    with pytest.raises(publishing.NotWaitingError):
        publishing.cancel(waiting)

    assert small.edition.number == 1


def test_an_earlier_edition_is_made_current_again_as_a_new_one(small):
    first = publishing.publish(small)
    small.questions.filter(slug="first").update(title_en="Another question?")
    publishing.publish(small)
    draft = drafts.snapshot(small)
    publisher = User.objects.create_user("publisher")

    with override("en"):
        again = publishing.republish(first, by=publisher, note="edition 2 confused people")

    assert (small.edition, again.number, again.published_by) == (again, 3, publisher)
    assert (again.document, again.digest) == (first.document, first.digest)
    assert again.note == "Edition 1 again: edition 2 confused people"
    assert drafts.snapshot(small) == draft


def test_an_edition_made_current_again_needs_no_note_of_its_own(small):
    first = publishing.publish(small)
    small.questions.filter(slug="first").update(title_en="Another question?")
    publishing.publish(small)

    with override("en"):
        assert publishing.republish(first).note == "Edition 1 again"


def test_what_visitors_see_already_is_not_made_current_again(small):
    first = publishing.publish(small)
    same = publishing.publish(small)

    for edition in (first, same):
        with pytest.raises(publishing.AlreadyCurrentError):
            publishing.republish(edition)

    assert small.edition == same


@pytest.fixture
def two_pairs(settings):
    settings.SECOND_PAIR_OF_EYES = True


@pytest.mark.usefixtures("two_pairs")
@pytest.mark.parametrize("later", [True, False])
def test_the_last_editor_does_not_publish_where_a_second_pair_of_eyes_is_asked_for(small, later):
    editor = User.objects.create_user("editor")
    small.touch(editor)

    with pytest.raises(publishing.SameEditorError):
        publishing.publish(small, by=editor, visible_from=in_an_hour() if later else None)

    assert not small.editions.exists()


@pytest.mark.usefixtures("two_pairs")
def test_who_edited_last_is_asked_of_the_database_not_of_what_was_read_before(small):
    editor = User.objects.create_user("editor")
    Tree.objects.get(pk=small.pk).touch(editor)

    with pytest.raises(publishing.SameEditorError):
        publishing.publish(small, by=editor)


@pytest.mark.usefixtures("two_pairs")
@pytest.mark.parametrize("by", ["other", "command line"])
def test_somebody_else_publishes_what_was_edited(small, by):
    small.touch(User.objects.create_user("editor"))
    publisher = User.objects.create_user("publisher") if by == "other" else None

    assert publishing.publish(small, by=publisher).number == 1


def test_the_last_editor_publishes_where_no_second_pair_of_eyes_is_asked_for(small):
    editor = User.objects.create_user("editor")
    small.touch(editor)

    assert publishing.publish(small, by=editor).number == 1


@pytest.mark.usefixtures("two_pairs")
def test_who_restores_is_the_last_editor(small):
    first = publishing.publish(small)
    restorer = User.objects.create_user("restorer")

    publishing.restore(first, by=restorer)

    assert Tree.objects.get(pk=small.pk).edited_by == restorer
    with pytest.raises(publishing.SameEditorError):
        publishing.publish(small, by=restorer)


def test_only_the_draft_that_was_looked_at_is_published(small):
    seen = drafts.frozen_draft(small).digest
    small.questions.filter(slug="first").update(title_en="Another question?")

    with pytest.raises(publishing.DraftChangedError):
        publishing.publish(small, seen=seen)

    assert not small.editions.exists()
    now = drafts.frozen_draft(small).digest
    assert publishing.publish(small, seen=now).digest == now


def test_only_the_draft_that_was_looked_at_is_replaced(small):
    first = publishing.publish(small)
    seen = drafts.frozen_draft(small).digest
    small.questions.filter(slug="first").update(title_en="Another question?")
    before = state(small)

    with pytest.raises(publishing.DraftChangedError):
        publishing.restore(first, replacing=seen)

    assert state(small) == before


def test_title_changed_meanwhile_is_published_as_the_database_has_it(small):
    stale = Tree.objects.get(pk=small.pk)
    Tree.objects.filter(pk=small.pk).update(title_en="New title")

    edition = publishing.publish(stale)

    assert content.decode(edition.document).title.en == "New title"


@pytest.fixture(scope="module")
def own_database(django_db_setup, tmp_path_factory):
    """One that a test may leave empty."""
    shared = connection.settings_dict["NAME"]
    with databases.copy(tmp_path_factory.mktemp("own")) as name:
        connection.close()
        connection.settings_dict["NAME"] = name
        yield
        connection.close()
        connection.settings_dict["NAME"] = shared


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_get_two_numbers(own_database):
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
