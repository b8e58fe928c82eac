"""The command line: thin shells, told apart by what they print."""

import io
import json
import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.utils.translation import override
from jsonschema import Draft202012Validator, FormatChecker

from wizard import drafts
from wizard.models import Edition, Tree, User
from wizard.tree import documents
from wizard.tree.documents import Form

pytestmark = pytest.mark.django_db

FIXTURES = ("jiebei", "loan-offer")


@pytest.fixture(autouse=True)
def english():
    """Problems are told in English, whatever the site's own language."""
    with override("en"):
        yield


def run(*arguments, **options):
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def file_of(slug):
    return Path(project.FIXTURE_DIRS[0]) / f"{slug}.yaml"


def everything():
    """All that `bootstrap` could change."""
    return {
        "trees": {tree.slug: drafts.snapshot(tree) for tree in Tree.objects.all()},
        "editions": list(Edition.objects.values()),
        "users": list(User.objects.values()),
    }


def break_a_translation(slug):
    Tree.objects.get(slug=slug).questions.filter(slug="asked-for").update(title_en="")


def test_bootstrap_again_changes_nothing_and_says_nothing():
    before = everything()

    out = run("bootstrap")

    assert out == ""
    assert everything() == before


def test_bootstrap_keeps_what_an_editor_changed():
    Tree.objects.get(slug="jiebei").questions.filter(slug="product").update(title_en="Which one?")

    run("bootstrap")

    question = Tree.objects.get(slug="jiebei").questions.get(slug="product")
    assert question.title_en == "Which one?"
    assert Edition.objects.filter(tree__slug="jiebei").count() == 1


def test_bootstrap_loads_and_publishes_what_is_missing():
    Edition.objects.filter(tree__slug="loan-offer").delete()
    Tree.objects.filter(slug="loan-offer").delete()

    out = run("bootstrap")

    assert out.splitlines() == ["Loaded loan-offer.yaml.", "Published loan-offer 1."]


def test_bootstrap_creates_a_staff_user_whose_password_works(client):
    User.objects.all().delete()

    out = run("bootstrap")

    password = re.search(r"password +(\S+)", out)[1]
    assert [(u.username, u.is_staff, u.is_superuser) for u in User.objects.all()] == [
        ("staff", True, True)
    ]
    assert client.login(username="staff", password=password)


def test_bootstrap_invents_another_password_each_time():
    passwords = set()

    for _ in range(2):
        User.objects.all().delete()
        passwords.add(re.search(r"password +(\S+)", run("bootstrap"))[1])

    assert len(passwords) == 2


def test_bootstrap_creates_no_second_staff_user():
    User.objects.all().delete()
    User.objects.create_user("somebody", is_staff=True)

    out = run("bootstrap")

    assert out == ""
    assert [user.username for user in User.objects.all()] == ["somebody"]


def test_bootstrap_goes_on_without_a_tree_that_cannot_be_published():
    Edition.objects.filter(tree__slug="loan-offer").delete()
    break_a_translation("loan-offer")
    User.objects.all().delete()
    told = io.StringIO()

    out = run("bootstrap", stderr=told)

    assert told.getvalue().splitlines() == [
        "Not published, it has errors: loan-offer",
        "error: question asked-for, title: The text is missing in English.",
    ]
    assert "Staff user" in out


def test_check_trees_finds_no_problem_in_the_fixtures():
    out = run("check_trees")

    assert out.splitlines() == ["jiebei: 0 problems", "loan-offer: 0 problems"]


def test_check_trees_checks_only_what_is_named():
    out = run("check_trees", "loan-offer")

    assert out.splitlines() == ["loan-offer: 0 problems"]


def test_check_trees_fails_on_an_error_and_says_where():
    break_a_translation("loan-offer")
    out = io.StringIO()

    with pytest.raises(CommandError) as caught:
        call_command("check_trees", "loan-offer", stdout=out)

    assert str(caught.value) == "There are errors."
    assert out.getvalue().splitlines() == [
        "loan-offer: 1 problems",
        "error: question asked-for, title: The text is missing in English.",
    ]


def test_check_trees_names_the_trees_that_do_not_exist():
    with pytest.raises(CommandError) as caught:
        run("check_trees", "zebra", "loan-offer", "antelope")

    assert str(caught.value) == "No such tree: antelope, zebra"


def test_check_trees_tells_programs_the_same():
    break_a_translation("loan-offer")
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("check_trees", "loan-offer", format="json", stdout=out)

    assert json.loads(out.getvalue()) == {
        "loan-offer": [
            {
                "level": "error",
                "code": "translation-missing",
                "kind": "question",
                "slug": "asked-for",
                "spot": "title",
                "text": "The text is missing in English.",
            }
        ]
    }


def test_publish_tree_makes_the_next_edition():
    out = run("publish_tree", "loan-offer", note="new words")

    newest = Tree.objects.get(slug="loan-offer").edition
    assert out == "Published loan-offer 2.\n"
    assert (newest.number, newest.note) == (2, "new words")


def test_publish_tree_makes_an_edition_for_later():
    out = run("publish_tree", "loan-offer", "--at=2126-01-01T08:00")

    tree = Tree.objects.get(slug="loan-offer")
    assert out == "Scheduled loan-offer 2 for 2126-01-01 08:00.\n"
    assert (tree.edition.number, tree.scheduled.number) == (1, 2)


def test_publish_tree_refuses_while_an_edition_waits():
    run("publish_tree", "loan-offer", "--at=2126-01-01T08:00")

    with pytest.raises(CommandError) as caught:
        run("publish_tree", "loan-offer")

    assert str(caught.value) == (
        "Edition 2 waits for 2126-01-01 08:00. Cancel it first, or let it appear."
    )


def test_publish_tree_refuses_and_says_where():
    break_a_translation("loan-offer")

    with pytest.raises(CommandError) as caught:
        run("publish_tree", "loan-offer")

    assert str(caught.value) == "error: question asked-for, title: The text is missing in English."
    assert Edition.objects.filter(tree__slug="loan-offer").count() == 1


@pytest.mark.parametrize("command", ["publish_tree", "dump_tree", "export_tree"])
def test_unknown_tree_is_told(command):
    with pytest.raises(CommandError) as caught:
        run(command, "zebra")

    assert str(caught.value) == "No such tree: zebra"


def test_dump_tree_prints_the_fixture():
    slug = "loan-offer"
    out = run("dump_tree", slug, "-")

    assert out == file_of(slug).read_text(encoding="utf-8")


def test_dump_tree_writes_the_same_bytes(settings, tmp_path):
    slug = "loan-offer"
    settings.FIXTURE_DIRS = [tmp_path]

    out = run("dump_tree", slug)

    assert out == f"Wrote {slug}.yaml.\n"
    assert (tmp_path / f"{slug}.yaml").read_bytes() == file_of(slug).read_bytes()


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("slug", FIXTURES)
def test_export_tree_prints_the_draft(slug, form):
    Tree.objects.filter(slug=slug).update(title_en="Edited since")

    out = run("export_tree", slug, format=form)

    assert documents.read(out) == drafts.snapshot(Tree.objects.get(slug=slug))


def test_export_tree_prints_an_edition():
    Tree.objects.filter(slug="loan-offer").update(title_en="Edited since")

    out = run("export_tree", "loan-offer", edition=1)

    edition = Edition.objects.get(tree__slug="loan-offer", number=1)
    assert json.loads(out)["title"]["en"] == json.loads(edition.document)["title"]["en"]


def test_export_tree_tells_of_an_edition_that_does_not_exist():
    with pytest.raises(CommandError) as caught:
        run("export_tree", "loan-offer", edition=99)

    assert str(caught.value) == "loan-offer has no edition 99."


@pytest.fixture
def exported(tmp_path):
    """A file with the draft of the small tree, its title another one."""
    path = tmp_path / "tree.yaml"
    text = run("export_tree", "loan-offer", format="yaml")
    path.write_text(text.replace("Is this loan offer a scam?", "Is it a scam?"), encoding="utf-8")
    return path


def test_import_tree_shows_the_difference_and_changes_nothing(exported):
    before = everything()
    out = io.StringIO()

    with pytest.raises(CommandError) as caught:
        call_command("import_tree", str(exported), stdout=out)

    assert out.getvalue() == "changed: tree loan-offer, title, en\n"
    assert str(caught.value) == "Nothing was changed. Say --yes to import this."
    assert everything() == before


def test_import_tree_with_yes_replaces_the_draft(exported):
    out = run("import_tree", str(exported), yes=True)

    assert out.splitlines()[-1] == "loan-offer: imported into the draft."
    assert Tree.objects.get(slug="loan-offer").title_en == "Is it a scam?"
    assert Edition.objects.filter(tree__slug="loan-offer").count() == 1


def test_import_tree_again_has_nothing_to_do(exported):
    run("import_tree", str(exported), yes=True)

    assert run("import_tree", str(exported)) == "loan-offer: nothing to import.\n"


def test_import_tree_makes_a_new_tree(exported):
    text = exported.read_text(encoding="utf-8")
    exported.write_text(text.replace("slug: loan-offer\n", "slug: loan-copy\n"), encoding="utf-8")

    run("import_tree", str(exported), yes=True)

    assert Tree.objects.get(slug="loan-copy").questions.count() == 6


def test_import_tree_tells_problems_but_takes_a_draft_that_has_some(exported):
    text = exported.read_text(encoding="utf-8")
    exported.write_text(text.replace("en: Is it a scam?", "en: ''"), encoding="utf-8")

    out = run("import_tree", str(exported), yes=True)

    assert "error: tree loan-offer, title: The text is missing in English." in out.splitlines()
    assert Tree.objects.get(slug="loan-offer").title_en == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            "kind: number",
            "kind: essay",
            "questions[5].kind (annual-cost): Must be one of: single, multiple, number.",
            id="shape",
        ),
        pytest.param(
            "- to: deal",
            "- to: nowhere",
            "error: question asked-for, route 1: There is no question “nowhere” in this tree.",
            id="reference",
        ),
        pytest.param(
            "questions:", "questions: [", "Line 11, column 1 cannot be read: ", id="syntax"
        ),
    ],
)
def test_import_tree_refuses_a_bad_document_whatever_is_said(exported, old, new, told):
    text = exported.read_text(encoding="utf-8")
    assert old in text
    exported.write_text(text.replace(old, new), encoding="utf-8")
    before = everything()

    with pytest.raises(CommandError) as caught:
        run("import_tree", str(exported), yes=True)

    assert told in str(caught.value)
    assert everything() == before


def test_import_tree_tells_of_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError) as caught:
        run("import_tree", str(tmp_path / "none.yaml"))

    assert str(caught.value).endswith("none.yaml cannot be read: No such file or directory")


@pytest.mark.parametrize("slug", FIXTURES)
def test_printed_schema_fits_every_edition(slug):
    schema = json.loads(run("edition_schema"))

    document = json.loads(Edition.objects.get(tree__slug=slug, number=1).document)

    assert faults(schema, document) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param(lambda d: d.pop("questions"), "$", id="missing"),
        pytest.param(lambda d: d.update(slug="No Slug"), "$.slug", id="slug"),
        pytest.param(lambda d: d.update(version=99), "$.version", id="version"),
        pytest.param(
            lambda d: d["questions"][0].update(colour="red"), "$.questions[0]", id="unknown"
        ),
        pytest.param(
            lambda d: d["questions"][0].update(kind="essay"), "$.questions[0].kind", id="kind"
        ),
        pytest.param(lambda d: d.update(findings={}), "$.findings", id="type"),
        pytest.param(
            lambda d: d["findings"][0]["title"].update(fr="Titre"), "$.findings[0].title", id="text"
        ),
    ],
)
def test_printed_schema_refuses_a_damaged_edition(change, place):
    schema = json.loads(run("edition_schema"))
    document = json.loads(Edition.objects.get(tree__slug="loan-offer", number=1).document)

    change(document)

    assert faults(schema, document) == [place]


def faults(schema, document):
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [error.json_path for error in validator.iter_errors(document)]
