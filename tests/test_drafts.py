"""Drafts as content and as fixtures, there and back."""

import io
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.core.management import call_command

from tests.trees import LAW, POLICE, make_evidence, make_finding, make_question, make_tree, text
from wizard import drafts, publishing
from wizard.content import Effect, Route
from wizard.models import Contact, Edition, Question, Source, Tree

pytestmark = pytest.mark.django_db

FIXTURES = ("jiebei", "loan-offer")


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


@pytest.mark.parametrize("slug", FIXTURES)
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


@pytest.mark.parametrize("slug", FIXTURES)
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
