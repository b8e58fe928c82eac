"""Drafts as content and as fixtures, there and back."""

import datetime as dt
import io
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.trees import (
    LAW,
    POLICE,
    make_action,
    make_alternative,
    make_choice,
    make_evidence,
    make_figure,
    make_finding,
    make_message,
    make_question,
    make_term,
    make_tree,
    text,
)
from wizard import drafts, publishing
from wizard.models import Choice, Contact, Edition, Figure, Finding, Question, Source, Term, Tree
from wizard.tree.content import Audience, Effect, Grade, Horizon, Route

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

FIXTURES = ("jiebei", "loan-offer")
SMALL = ("loan-offer",)
"""Where the size of a tree proves nothing more."""


def make_small_tree(**fields):
    fields.setdefault(
        "questions", [make_question("first", routes=["second"]), make_question("second")]
    )
    evidence = [
        make_evidence(Effect.CONFIRMS, {"first": ("yes",), "second": ("yes", "no")}),
        make_evidence(Effect.RULES_OUT, {"first": ("no",)}),
    ]
    return make_tree(
        fields.pop("questions"), [make_finding("found", evidence)], slug="small", **fields
    )


def draft_of(slug):
    return Tree.objects.get(slug=slug)


def file_of(slug):
    return Path(settings.FIXTURE_DIRS[0]) / f"{slug}.yaml"


def empty_the_database():
    Edition.objects.all().delete()
    Tree.objects.all().delete()
    Contact.objects.all().delete()
    Figure.objects.all().delete()
    Term.objects.all().delete()
    Source.objects.all().delete()


@pytest.mark.parametrize("slug", FIXTURES)
def test_snapshot_and_restore_undo_each_other(slug):
    before = drafts.snapshot(draft_of(slug))

    drafts.restore(before)

    assert drafts.snapshot(draft_of(slug)) == before


def test_restored_tree_has_the_snapshot_it_was_made_from():
    tree = make_small_tree()

    draft = drafts.restore(tree)

    shared = {source.slug: source for source in drafts.snapshot(draft).sources}
    assert set(shared) == {"law"}
    assert msgspec.structs.replace(drafts.snapshot(draft), contacts=tree.contacts) == tree


def test_snapshot_holds_only_the_contacts_that_are_named():
    drafts.restore(make_small_tree(contacts=(POLICE,)))

    assert drafts.snapshot(draft_of("small")).contacts == ()


def test_contact_named_in_prose_only_is_part_of_the_snapshot():
    question = make_question("first", help=text("Call {police}."))
    drafts.restore(make_small_tree(questions=[question, make_question("second")]))

    contacts = drafts.snapshot(draft_of("small")).contacts

    assert [contact.slug for contact in contacts] == ["police"]


def test_restore_replaces_what_was_there():
    drafts.restore(make_small_tree())
    other = make_tree([make_question("other")], slug="small")

    draft = drafts.restore(other)

    assert [question.slug for question in draft.questions.all()] == ["other"]
    assert [finding.slug for finding in draft.findings.all()] == ["fallback"]
    assert Question.objects.filter(slug="first").count() == 0


def test_restore_keeps_the_rows_of_what_is_still_there():
    """Addresses of the admin have their keys; so have the forms that somebody has open."""
    draft = drafts.restore(make_small_tree())
    before = keys_of(draft)
    changed = msgspec.structs.replace(
        make_small_tree(), questions=(make_question("other"), *make_small_tree().questions)
    )

    after = keys_of(drafts.restore(changed))

    assert before.items() <= after.items()
    assert drafts.snapshot(draft).questions == changed.questions


def keys_of(draft):
    """The keys of the questions and choices of a draft, by their slugs."""
    choices = Choice.objects.filter(question__tree=draft)
    return {q.slug: q.pk for q in draft.questions.all()} | {
        (c.question.slug, c.slug): c.pk for c in choices
    }


def test_draft_that_names_rows_of_another_tree_has_a_snapshot_that_names_them_too():
    drafts.restore(make_small_tree())
    first = Question.objects.get(tree__slug="small", slug="first")
    foreign = Choice.objects.filter(question__tree__slug="jiebei").first()
    route = first.routes.get()
    route.to = foreign.question
    route.save()
    route.when.add(foreign)

    read = drafts.snapshot(draft_of("small")).questions[0].routes

    assert read == (Route(to=foreign.question.slug, when={foreign.question.slug: (foreign.slug,)}),)


def test_restore_takes_away_what_is_no_longer_named():
    drafts.restore(make_small_tree())
    fewer = make_tree(
        [make_question("first", routes=["second"]), make_question("second")],
        [
            make_finding(
                "found",
                [
                    make_evidence(Effect.CONFIRMS, {"second": ("no",)}),
                    make_evidence(Effect.RULES_OUT, {"first": ("no",)}),
                ],
                sources=(),
            )
        ],
        slug="small",
    )

    draft = drafts.restore(fewer)

    assert drafts.snapshot(draft).findings == fewer.findings


def test_restore_makes_as_few_statements_for_a_large_tree_as_for_a_small_one():
    counts = []

    for size in (2, 20):
        slugs = [f"q{number}" for number in range(size)]
        questions = [
            make_question(slug, routes=slugs[n + 1 : n + 2]) for n, slug in enumerate(slugs)
        ]
        findings = [
            make_finding(slug, [make_evidence(Effect.CONFIRMS, {slug: ("yes",)})]) for slug in slugs
        ]
        with CaptureQueriesContext(connection) as made:
            drafts.restore(make_tree(questions, findings, slug="sized"))
            drafts.snapshot(draft_of("sized"))
        counts.append(len(made))

    assert counts[1] <= counts[0] + 10


def test_restore_moves_the_fallback_and_what_stands_in_order():
    def tree(slugs, fallback):
        findings = [make_finding(s, actions=slugs, fallback=s == fallback) for s in ("one", "two")]
        actions = [make_action(slug) for slug in ("call", "wait")]
        added = make_tree([make_question("first")], actions=actions, slug="small")
        return msgspec.structs.replace(added, findings=tuple(findings))

    drafts.restore(tree(("call", "wait"), "one"))
    other = tree(("wait", "call"), "two")

    assert drafts.snapshot(drafts.restore(other)).findings == other.findings


def test_restore_keeps_row_and_place_of_the_tree():
    before = draft_of("jiebei")
    Tree.objects.filter(pk=before.pk).update(position=7)

    after = drafts.restore(drafts.snapshot(before))

    assert (after.pk, draft_of("jiebei").position) == (before.pk, 7)


def test_restore_leaves_editions_as_they_are():
    before = list(Edition.objects.values_list("pk", "number", "digest"))

    drafts.restore(drafts.snapshot(draft_of("jiebei")))

    assert list(Edition.objects.values_list("pk", "number", "digest")) == before


def test_restore_leaves_other_trees_as_they_are():
    before = drafts.snapshot(draft_of("loan-offer"))

    drafts.restore(make_small_tree())

    assert drafts.snapshot(draft_of("loan-offer")) == before


def test_restore_never_brings_an_old_number_back():
    Contact.objects.filter(slug="police").update(value="999")
    old = msgspec.structs.replace(POLICE, value="110")

    drafts.restore(make_small_tree(contacts=(old,)))

    assert Contact.objects.get(slug="police").value == "999"


def test_restore_keeps_a_source_that_exists():
    drafts.restore(make_small_tree())
    newer = msgspec.structs.replace(LAW, url="https://example.org/newer")

    drafts.restore(make_small_tree(sources=(newer,)))

    assert Source.objects.get(slug="law").url == "https://example.org/law"


def test_restore_adds_contacts_and_sources_that_are_missing():
    line = msgspec.structs.replace(POLICE, slug="new-line", value="12345", sources=("law",))

    drafts.restore(make_small_tree(contacts=(line,)))

    row = Contact.objects.get(slug="new-line")
    assert (row.value, row.name_zh_hans, row.name_en) == ("12345", "Police（中文）", "Police")
    assert [source.slug for source in row.sources.all()] == ["law"]


def test_restore_of_a_tree_with_an_unknown_target_changes_nothing():
    drafts.restore(make_small_tree())
    before = drafts.snapshot(draft_of("small"))
    broken = make_small_tree(questions=[make_question("first", routes=[Route(to="nowhere")])])

    with pytest.raises(KeyError):
        drafts.restore(broken)

    assert drafts.snapshot(draft_of("small")) == before


def test_edition_can_be_restored_into_the_draft():
    edition = publishing.publish(drafts.restore(make_small_tree()))
    before = drafts.snapshot(edition.tree)
    edition.tree.questions.filter(slug="second").update(title_en="Changed?")

    draft = publishing.restore(edition)

    assert drafts.snapshot(draft) == before


@pytest.mark.parametrize("slug", FIXTURES)
def test_dump_gives_the_file_that_was_loaded(slug):
    assert drafts.fixture(draft_of(slug)) == file_of(slug).read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", SMALL)
def test_loaddata_works_on_an_empty_database(slug):
    before = drafts.snapshot(draft_of(slug))
    empty_the_database()

    call_command("loaddata", slug, verbosity=0)

    assert [tree.slug for tree in Tree.objects.all()] == [slug]
    assert drafts.snapshot(draft_of(slug)) == before
    assert drafts.fixture(draft_of(slug)) == file_of(slug).read_text(encoding="utf-8")


def test_loaddata_says_what_it_loaded():
    empty_the_database()
    out = io.StringIO()

    call_command("loaddata", "loan-offer", stdout=out)

    rows = file_of("loan-offer").read_text(encoding="utf-8").count("- model: ")
    assert out.getvalue() == f"Installed {rows} object(s) from 1 fixture(s)\n"


@pytest.mark.parametrize("slug", SMALL)
def test_loaddata_again_leaves_the_same_draft(slug):
    before = drafts.snapshot(draft_of(slug))
    rows = draft_of(slug).questions.count()

    call_command("loaddata", slug, verbosity=0)

    assert drafts.snapshot(draft_of(slug)) == before
    assert draft_of(slug).questions.count() == rows


def test_fixture_of_a_new_tree_loads_as_the_same_draft():
    before = drafts.snapshot(drafts.restore(make_small_tree()))
    written = drafts.fixture(draft_of("small"))
    empty_the_database()

    drafts.load_fixture(written)

    assert drafts.snapshot(draft_of("small")) == before
    assert drafts.fixture(draft_of("small")) == written


def test_loading_a_fixture_keeps_contacts_and_sources_that_exist():
    written = file_of("loan-offer").read_text(encoding="utf-8")
    Edition.objects.filter(tree__slug="loan-offer").delete()
    Tree.objects.filter(slug="loan-offer").delete()
    Contact.objects.filter(slug="police").update(value="999")

    drafts.load_fixture(written)

    assert Contact.objects.get(slug="police").value == "999"


def test_one_changed_word_is_one_changed_line_of_the_fixture():
    before = drafts.fixture(draft_of("loan-offer")).splitlines()
    question = draft_of("loan-offer").questions.first()
    question.title_en = "Changed?"
    question.save()

    after = drafts.fixture(draft_of("loan-offer")).splitlines()

    assert len(after) == len(before)
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ["    title_en: Changed?"]


@pytest.mark.parametrize(
    "words",
    [
        "one\ntwo\n\nthree",
        "- list\n- of things",
        "trailing blank ",
        "  leading blanks",
        "yes",
        "110",
        "a: b # c",
        "“quotes” 'and' \"more\"",
        "【…】，。",
        "tab\there",
        "last line ends\n",
        "\u3000full-width blank",
    ],
)
def test_text_survives_the_fixture_unchanged(words):
    draft = drafts.restore(make_small_tree())
    draft.questions.filter(slug="first").update(help_en=words, help_zh_hans=words)
    before = drafts.snapshot(draft)
    written = drafts.fixture(draft)
    empty_the_database()

    drafts.load_fixture(written)

    assert drafts.snapshot(draft_of("small")) == before


# Figures, glossary, alternatives, messages


def make_full_tree(rate="3.0%", meaning="A card that works."):
    """A tree that uses every field that a draft has, under slugs of its own."""
    line = msgspec.structs.replace(
        POLICE, slug="own-line", checked_on=dt.date(2026, 11, 1), sources=("own-law",)
    )
    law = msgspec.structs.replace(LAW, slug="own-law")
    choices = [
        make_choice("self", audience=Audience.PERSON),
        make_choice("company", audience=Audience.BUSINESS),
        "unsure",
    ]
    finding = make_finding(
        "found",
        [make_evidence(Effect.CONFIRMS, {"first": ("self",)})],
        ["act"],
        differs=text("Unlike a zebra card, see {own-date}."),
        remedy_grade=Grade.NEWS,
        retry_days=3,
        sources=("own-law",),
    )
    return msgspec.structs.replace(
        make_tree(
            [make_question("first", choices)],
            [finding],
            [make_action("act", answer_days=20, ends_on=dt.date(2026, 12, 31))],
            slug="full",
            contacts=(line,),
            sources=(law,),
            figures=(
                make_figure("own-date", "1 May", sources=("own-law",)),
                make_figure("own-rate", rate, Grade.USERS, sources=("own-law",)),
                make_figure("own-term-rate", sources=("own-law",)),
            ),
            terms=(
                make_term(
                    "zebra", "zebra card", "斑马卡", meaning=text(f"{meaning} {{own-term-rate}}")
                ),
            ),
            alternatives=(
                make_alternative(
                    "bank",
                    (Audience.PERSON, Audience.BUSINESS),
                    Horizon.MONTH,
                    cost=text("{own-rate} a year"),
                    contacts=("own-line",),
                    sources=("own-law",),
                ),
                make_alternative(
                    "grant",
                    (Audience.BUSINESS,),
                    borrowing=False,
                    ends_on=dt.date(2027, 1, 31),
                    sources=("own-law",),
                ),
            ),
            messages=(
                make_message(
                    "seen",
                    "放款失败",
                    implies={"first": ("self",)},
                    finding="found",
                    wordings=("钱没到账", "money not arrived"),
                    source="own-law",
                ),
                make_message("vague", "系统升级"),
            ),
        ),
        # The fallback's source, and nothing that is shared with the fixtures.
        findings=(finding, make_finding("fallback", fallback=True, sources=("own-law",))),
    )


@pytest.fixture
def full():
    """The full tree, with no glossary but its own."""
    Term.objects.all().delete()
    return make_full_tree()


def test_every_field_survives_the_draft(full):
    assert drafts.snapshot(drafts.restore(full)) == full


def test_every_field_survives_the_fixture(full):
    written = drafts.fixture(drafts.restore(full))
    empty_the_database()

    drafts.load_fixture(written)

    assert drafts.snapshot(draft_of("full")) == full
    assert drafts.fixture(draft_of("full")) == written


def test_every_field_survives_the_edition(full):
    edition = publishing.publish(drafts.restore(full))
    edition.tree.alternatives.all().delete()
    edition.tree.messages.update(wordings="", finding=None)

    assert drafts.snapshot(publishing.restore(edition)) == full


def test_restore_again_leaves_one_row_of_each(full):
    drafts.restore(full)
    draft = drafts.restore(full)

    assert [row.slug for row in draft.alternatives.all()] == ["bank", "grant"]
    assert [row.slug for row in draft.messages.all()] == ["seen", "vague"]
    assert Figure.objects.filter(slug="own-rate").count() == 1
    assert Term.objects.filter(slug="zebra").count() == 1


def test_restore_never_brings_an_old_rate_or_meaning_back(full):
    drafts.restore(full)

    drafts.restore(make_full_tree(rate="9.9%", meaning="Old."))

    rate, zebra = Figure.objects.get(slug="own-rate"), Term.objects.get(slug="zebra")
    assert (rate.value_en, rate.value_zh_hans) == ("3.0%", "3.0%")
    assert zebra.meaning_en == "A card that works. {own-term-rate}"


def test_restore_keeps_the_sources_of_a_figure(full):
    drafts.restore(full)
    Figure.objects.get(slug="own-rate").sources.clear()

    drafts.restore(full)

    assert not Figure.objects.get(slug="own-rate").sources.exists()


def test_snapshot_holds_only_the_figures_and_words_that_are_used(full):
    draft = drafts.restore(full)
    draft.alternatives.all().delete()
    draft.findings.filter(slug="found").update(differs_en="None.", differs_zh_hans="无。")

    snapshot = drafts.snapshot(draft)

    assert (snapshot.figures, snapshot.terms, snapshot.contacts) == ((), (), ())


def test_figure_in_a_meaning_comes_with_the_word(full):
    draft = drafts.restore(full)
    draft.alternatives.all().delete()
    draft.findings.filter(slug="found").update(differs_en="zebra card", differs_zh_hans="斑马卡")

    snapshot = drafts.snapshot(draft)

    assert [term.slug for term in snapshot.terms] == ["zebra"]
    assert [figure.slug for figure in snapshot.figures] == ["own-term-rate"]


def test_wordings_are_lines_without_the_empty_ones(full):
    draft = drafts.restore(full)
    draft.messages.filter(slug="seen").update(wordings="  one \n\n two\n")

    seen, vague = drafts.snapshot(draft).messages

    assert (seen.wordings, vague.wordings) == (("one", "two"), ())


def test_message_outlives_its_finding(full):
    draft = drafts.restore(full)

    Finding.objects.filter(tree=draft, slug="found").delete()

    assert [message.finding for message in drafts.snapshot(draft).messages] == [None, None]


def test_restore_of_a_message_with_an_unknown_finding_changes_nothing(full):
    drafts.restore(full)
    lost = msgspec.structs.replace(full, messages=(make_message("seen", "失败", finding="ghost"),))

    with pytest.raises(KeyError):
        drafts.restore(lost)

    assert drafts.snapshot(draft_of("full")) == full
