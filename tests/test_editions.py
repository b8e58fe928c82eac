"""What a process knows of the published editions."""

import pytest
from django.db import DatabaseError, connection
from django.db.models import ProtectedError

from tests.trees import make_evidence, make_finding, make_question, make_tree
from wizard import drafts, editions, frozen, publishing
from wizard.models import Edition, Tree
from wizard.tree import content
from wizard.tree.content import Effect

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

FIXTURES = {"jiebei": 1, "loan-offer": 1}


def make_small_tree(**fields):
    evidence = make_evidence(Effect.CONFIRMS, {"first": ("yes",)})
    return make_tree(
        [make_question("first")], [make_finding("found", [evidence])], slug="small", **fields
    )


def publish_small():
    return publishing.publish(drafts.restore(make_small_tree()))


def unreachable(execute, sql, params, many, context):
    raise DatabaseError("gone")


def test_current_numbers_stand_in_the_order_of_the_home_page():
    Tree.objects.filter(slug="loan-offer").update(position=1)
    Tree.objects.filter(slug="jiebei").update(position=2)

    numbers = editions.current_numbers()

    assert list(numbers.items()) == [("loan-offer", 1), ("jiebei", 1)]


def test_current_numbers_are_the_newest():
    publish_small()
    publish_small()

    assert editions.current_numbers() == FIXTURES | {"small": 2}


def test_tree_without_an_edition_is_not_current():
    drafts.restore(make_small_tree())

    assert editions.current_numbers() == FIXTURES
    with pytest.raises(editions.NoEditionError):
        editions.current_number("small")


def test_current_numbers_are_asked_once_while_they_are_young(django_assert_num_queries):

    with django_assert_num_queries(1):
        editions.current_numbers()
        editions.current_numbers()


def test_forgetting_shows_a_new_edition_at_once():
    before = editions.current_numbers()
    publish_small()

    editions.forget()

    assert (before, editions.current_numbers()) == (FIXTURES, FIXTURES | {"small": 1})


def test_what_is_known_serves_on_while_the_database_is_away():
    editions.current_numbers()
    editions.forget()

    with connection.execute_wrapper(unreachable):
        numbers = editions.current_numbers()

    assert numbers == FIXTURES


def test_database_that_was_never_reached_is_an_error():
    with connection.execute_wrapper(unreachable), pytest.raises(DatabaseError):
        editions.current_numbers()


def test_edition_is_compiled_once_for_each_language(django_assert_num_queries):
    publish_small()

    with django_assert_num_queries(1):
        compiled = [editions.get("small", 1, code) for code in ("en", "zh-hans", "en")]

    assert compiled[0] is compiled[2]
    assert [tree.title for tree in compiled] == ["small", "small（中文）", "small"]


@pytest.mark.parametrize(("slug", "number"), [("small", 2), ("small", 0), ("none", 1)])
def test_unknown_edition_is_an_error(slug, number):
    publish_small()

    with pytest.raises(editions.NoEditionError):
        editions.get(slug, number, "en")


def test_edition_that_appears_later_is_found():
    with pytest.raises(editions.NoEditionError):
        editions.get("small", 1, "en")

    publish_small()

    assert editions.get("small", 1, "en").slug == "small"


@pytest.mark.parametrize("damage", ["document", "digest"])
def test_damaged_edition_is_refused(damage):
    tree = drafts.restore(make_small_tree())
    draft = drafts.frozen_draft(tree)
    stored = {"document": draft.document, "digest": draft.digest}
    stored[damage] = stored[damage].replace("1", "2")
    Edition.objects.create(tree=tree, number=1, **stored)
    frozen.forget()

    with pytest.raises(frozen.DamagedEditionError):
        editions.get("small", 1, "en")


def test_edition_holds_canonical_json_and_its_digest():
    edition = publish_small()

    assert edition.digest == content.digest(edition.document)
    assert content.encode(content.decode(edition.document)) == edition.document


def test_edition_cannot_be_saved_again():
    edition = publish_small()
    edition.note = "changed"

    with pytest.raises(TypeError):
        edition.save()


def test_editions_cannot_be_updated():
    publish_small()

    with pytest.raises(TypeError):
        Edition.objects.update(note="changed")


def test_editions_cannot_be_updated_in_bulk():
    edition = publish_small()
    edition.note = "changed"

    with pytest.raises(TypeError):
        Edition.objects.bulk_update([edition], ["note"])


def test_tree_with_editions_cannot_be_deleted():
    edition = publish_small()

    with pytest.raises(ProtectedError):
        edition.tree.delete()


def test_deleting_a_draft_part_leaves_the_edition_as_it_is():
    edition = publish_small()

    edition.tree.findings.all().delete()
    edition.tree.questions.all().delete()

    assert Edition.objects.get(pk=edition.pk).document == edition.document
    assert list(editions.get("small", 1, "en").questions) == ["first"]


def test_more_editions_than_are_kept_are_all_served():
    editions_made = [publish_small() for _ in range(3)]

    slugs = {editions.get("small", edition.number, "en").slug for edition in editions_made}

    assert slugs == {"small"}
    assert [edition.number for edition in editions_made] == [1, 2, 3]
