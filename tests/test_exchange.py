"""Export and import in the admin: nothing is replaced before it was looked at."""

import html
import json
import re

import msgspec
import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.trees import POLICE, make_choice, make_finding, make_question, make_tree, text
from wizard import drafts, importing, publishing
from wizard.drafts.reader import read_shared
from wizard.models import Contact as ContactRow
from wizard.models import Tree, User
from wizard.tree import content, documents
from wizard.tree.content import Contact, ContactKind, Route, Text
from wizard.tree.documents import Form

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

WHAT_TO_LOOK_FOR = (
    "Look there and in the line before for a tab, a missing bracket or quotation mark, "
    "or a text with a colon that needs quotation marks."
)

NEW = reverse("admin:wizard_tree_import")


@pytest.fixture
def tree():
    return Tree.objects.get(slug="loan-offer")


@pytest.fixture
def staff(client):
    """Log in with these rights."""

    def staff(*codenames):
        user = User.objects.create_user("somebody", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return staff


@pytest.fixture
def editor(staff):
    return staff("view_tree", "change_tree", "add_tree")


def address(tree):
    return reverse("admin:wizard_tree_exchange", args=[tree.pk])


def upload(client, where, document):
    """Choose a document: a tree, a text, or bytes."""
    if isinstance(document, content.Tree):
        document = documents.write(document, Form.YAML)
    data = document.encode() if isinstance(document, str) else document
    return client.post(where, {"document": SimpleUploadedFile("tree.yaml", data)})


def soup(response):
    return BeautifulSoup(response.content, "lxml")


def reasons(response):
    return [li.get_text(" ", strip=True) for li in soup(response).select("#reasons li")]


def sealed(response):
    return soup(response).select_one("[name=sealed]")["value"]


def confirm(client, where, response, **options):
    return client.post(where, {"sealed": sealed(response)}, **options)


def messages(response):
    return [li.get_text(strip=True) for li in soup(response).select(".messagelist li")]


def retitled(tree, words="Another title"):
    draft = drafts.snapshot(tree)
    return msgspec.structs.replace(draft, title=Text(zh_hans=draft.title.zh_hans, en=words))


def state():
    """All that an import could change."""
    return {
        "trees": {tree.slug: drafts.snapshot(tree) for tree in Tree.objects.all()},
        "shared": read_shared(),
        "edited": list(Tree.objects.values_list("edited_at", "edited_by")),
        "history": LogEntry.objects.count(),
    }


@pytest.mark.parametrize("form", Form)
def test_what_was_exported_is_imported_again_without_difference(editor, form):
    tree = Tree.objects.get(slug="loan-offer")

    exported = editor.get(address(tree), {"download": "draft", "form": form})
    response = upload(editor, address(tree), exported.content)

    assert documents.read(exported.content) == drafts.snapshot(tree)
    assert soup(response).select_one("#same") is not None
    assert soup(response).select("[name=sealed]") == []


@pytest.mark.parametrize(
    ("form", "kind"), [("json", "application/json"), ("yaml", "application/yaml")]
)
def test_an_edition_is_downloaded_under_its_name(editor, tree, form, kind):
    Tree.objects.filter(pk=tree.pk).update(title_en="Edited since")

    response = editor.get(address(tree), {"download": "1", "form": form})

    told = response.headers["Content-Disposition"]
    assert told == f'attachment; filename="loan-offer-edition-1.{form}"'
    assert response.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert documents.read(response.content).title.en != "Edited since"


def test_a_draft_is_downloaded_with_the_date(editor, tree):
    response = editor.get(address(tree), {"download": "draft", "form": "json"})

    assert re.fullmatch(
        r'attachment; filename="loan-offer-draft-\d{4}-\d\d-\d\d\.json"',
        response.headers["Content-Disposition"],
    )


@pytest.mark.parametrize("what", ["99", "0", "-1", "draft2", "9" * 40, ""])
def test_what_is_not_there_is_not_downloaded(editor, tree, what):
    assert editor.get(address(tree), {"download": what, "form": "json"}).status_code == 404


def test_there_are_no_other_forms(editor, tree):
    assert editor.get(address(tree), {"download": "draft", "form": "xml"}).status_code == 404


def test_the_page_offers_the_draft_and_every_edition(editor, tree):
    publishing.publish(tree, note="Once more")

    rows = soup(editor.get(address(tree))).select("#downloads tbody tr")

    assert [row.th.get_text(strip=True) for row in rows] == ["Draft", "Edition 2", "Edition 1"]
    assert [a["aria-label"] for a in rows[1].select("a")] == [
        "Edition 2 as JSON",
        "Edition 2 as YAML",
    ]


def test_a_bad_document_is_told_with_places_and_changes_nothing(editor, tree):
    before = state()
    bad = documents.write(drafts.snapshot(tree), Form.YAML).replace("kind: number", "kind: essay")

    response = upload(editor, address(tree), bad)

    assert response.status_code == 422
    assert reasons(response) == [
        "questions[5].kind (annual-cost) Must be one of: single, multiple, number."
    ]
    assert state() == before


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param(
            '{"slug": }',
            f"Line 1, column 10 cannot be read: Expecting value. {WHAT_TO_LOOK_FOR}",
            id="json",
        ),
        pytest.param(
            "slug: [",
            f"Line 2, column 1 cannot be read: did not find expected node content. "
            f"{WHAT_TO_LOOK_FOR}",
            id="yaml",
        ),
        pytest.param(
            "标题".encode("gb18030"),
            "This is not text in UTF-8. Save it as UTF-8 and try again.",
            id="encoding",
        ),
        pytest.param(
            "a: &a [x]\nb: [*a, *a]",
            "Line 1, column 4: anchors and aliases (& and *) are not allowed. "
            "Write it out, or put it in quotes.",
            id="alias",
        ),
    ],
)
def test_what_cannot_be_read_is_told(editor, tree, document, reason):
    assert reasons(upload(editor, address(tree), document)) == [reason]


def test_a_document_must_be_chosen(editor, tree):
    response = editor.post(address(tree), {})

    assert response.status_code == 422
    assert soup(response).select_one(".errorlist").get_text(strip=True) == "This field is required."


def test_what_is_looked_at_changes_nothing(editor, tree):
    before = state()

    response = upload(editor, address(tree), retitled(tree))

    assert response.status_code == 200
    assert "Another title" in soup(response).select_one(".difference").get_text()
    assert state() == before


def test_what_was_confirmed_is_the_draft(editor, tree):
    document = retitled(tree)

    shown = upload(editor, address(tree), document)
    response = confirm(editor, address(tree), shown, follow=True)

    tree.refresh_from_db()
    assert drafts.snapshot(tree) == document
    assert tree.edited_by.username == "somebody"
    assert messages(response) == [
        "The draft is now what the document says. Visitors see no change."
    ]
    assert LogEntry.objects.latest("pk").object_id == str(tree.pk)
    assert Tree.objects.get(pk=tree.pk).edition.number == 1


def test_a_draft_that_changed_in_the_meantime_is_not_replaced(editor, tree):
    shown = upload(editor, address(tree), retitled(tree))
    tree.questions.filter(slug="deal").update(title_en="Somebody else was faster")
    before = state()

    response = confirm(editor, address(tree), shown, follow=True)

    assert messages(response)[0].startswith("Nothing was imported: somebody changed the draft")
    assert state() == before


@pytest.mark.parametrize("forgery", ["", "{}", "x{}", "{}x"])
def test_only_what_was_shown_is_taken_in(editor, tree, forgery):
    shown = sealed(upload(editor, address(tree), retitled(tree)))
    before = state()

    response = editor.post(address(tree), {"sealed": forgery.format(shown[1:])}, follow=True)

    assert messages(response) == ["This page is too old. Choose the document again."]
    assert state() == before


def test_what_was_shown_for_one_tree_is_not_taken_into_another(editor, tree):
    shown = upload(editor, address(tree), retitled(tree))

    response = confirm(editor, address(Tree.objects.get(slug="jiebei")), shown)

    assert response.status_code == 403


def test_errors_that_stop_publishing_do_not_stop_importing(editor, tree):
    draft = drafts.snapshot(tree)
    document = msgspec.structs.replace(draft, summary=Text(zh_hans=draft.summary.zh_hans))

    shown = upload(editor, address(tree), document)
    confirm(editor, address(tree), shown)

    assert [
        [td.get_text(strip=True) for td in row.select("td")]
        for row in soup(shown).select("#problems tbody tr")
    ] == [
        ["error", "tree “Is this loan offer a scam?”, summary", "The text is missing in English."]
    ]
    assert "there is an error to mend" in soup(shown).select_one(".warned").get_text()
    assert drafts.snapshot(Tree.objects.get(pk=tree.pk)).summary == document.summary


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            {"questions": (make_question("a", routes=["gone"]),)},
            "question a, route 1 There is no question “gone” in this tree.",
            id="route",
        ),
        pytest.param(
            {"questions": (make_question("a"), make_question("a"))},
            "question a The slug “a” stands more than once.",
            id="same question",
        ),
        pytest.param(
            {"questions": (make_question("a", [make_choice("x"), make_choice("x")]),)},
            "question a, choice x The slug “x” stands more than once.",
            id="same choice",
        ),
        pytest.param(
            {"questions": (make_question("a", routes=[Route(to="a", when={"a": ("z",)})]),)},
            "question a, route 1 The question “a” has no choice “z”.",
            id="choice",
        ),
        pytest.param(
            {"findings": (make_finding("f", fallback=True), make_finding("g", fallback=True))},
            "finding g The finding “f” is the fallback already.",
            id="two fallbacks",
        ),
        pytest.param(
            {"findings": (make_finding("f", fallback=True, sources=("nowhere",)),)},
            "finding f, sources There is no source “nowhere” in this tree.",
            id="source",
        ),
        pytest.param(
            {
                "findings": (
                    make_finding(
                        "f",
                        fallback=True,
                        actions=("general-credit-repair", "general-credit-repair"),
                    ),
                )
            },
            "finding f, actions The slug “general-credit-repair” stands more than once.",
            id="same action",
        ),
        pytest.param(
            {"contacts": (POLICE, POLICE)},
            "contact police The slug “police” stands more than once.",
            id="same contact",
        ),
        pytest.param(
            {"title": Text(zh_hans="好" * 201, en="Long")},
            "tree new, title This cannot be stored: "
            "Ensure this value has at most 200 characters (it has 201).",
            id="too long",
        ),
    ],
)
def test_what_no_draft_can_hold_is_told(editor, change, reason):
    document = make_tree([make_question("a")], slug="new")
    before = state()

    response = upload(editor, NEW, msgspec.structs.replace(document, **change))

    assert response.status_code == 422
    assert reason in reasons(response)
    assert state() == before


def test_an_address_that_runs_something_is_refused(editor):
    document = make_tree([make_question("a")], slug="new")
    bad = tuple(msgspec.structs.replace(s, url="javascript:alert(1)") for s in document.sources)

    response = upload(editor, NEW, msgspec.structs.replace(document, sources=bad))

    assert reasons(response) == ["source law, url This cannot be stored: Enter a valid URL."]


def test_shared_parts_stay_as_they_are_and_it_is_said(editor, tree):
    draft = drafts.snapshot(tree)
    contacts = tuple(
        msgspec.structs.replace(c, value="999") if c.slug == "police" else c for c in draft.contacts
    )
    document = msgspec.structs.replace(retitled(tree), contacts=contacts)

    shown = upload(editor, address(tree), document)
    confirm(editor, address(tree), shown)

    kept = soup(shown).select("#kept li")
    assert [li.get_text(strip=True) for li in kept] == ["contact police"]
    assert kept[0].a["href"].startswith("/admin/wizard/contact/")
    assert ContactRow.objects.get(slug="police").value == "110"
    assert drafts.snapshot(tree).contacts == draft.contacts


def test_shared_parts_that_are_missing_are_brought(editor, tree):
    draft = drafts.snapshot(tree)
    bank = Contact(
        slug="new-bank", kind=ContactKind.PHONE, value="95599", name=text("Bank"), purpose=text("x")
    )
    action = msgspec.structs.replace(draft.actions[0], contacts=("new-bank",))
    document = msgspec.structs.replace(
        draft, actions=(action, *draft.actions[1:]), contacts=(*draft.contacts, bank)
    )

    confirm(editor, address(tree), upload(editor, address(tree), document))

    assert ContactRow.objects.get(slug="new-bank").value == "95599"
    assert drafts.snapshot(tree).actions[0].contacts == ("new-bank",)


def test_earlier_slugs_come_along(editor, tree):
    draft = drafts.snapshot(tree)
    asked = msgspec.structs.replace(draft.questions[0], aliases=("once-called", "before-that"))
    document = msgspec.structs.replace(draft, questions=(asked, *draft.questions[1:]))

    confirm(editor, address(tree), upload(editor, address(tree), document))

    assert drafts.snapshot(tree) == document


def test_a_document_of_another_tree_is_sent_to_its_own_page(editor, tree):
    jiebei = Tree.objects.get(slug="jiebei")

    response = upload(editor, address(tree), drafts.snapshot(jiebei))

    assert reasons(response) == [
        "This document is the tree “jiebei”, which is there already. Import it there"
    ]
    assert soup(response).select_one("#reasons a")["href"] == address(jiebei)


def test_a_document_of_no_tree_here_is_sent_to_the_page_for_new_ones(editor, tree):
    response = upload(editor, address(tree), make_tree([make_question("a")], slug="new"))

    assert reasons(response) == [
        "This document is the tree “new”, not “loan-offer”. Import it as a new tree"
    ]
    assert soup(response).select_one("#reasons a")["href"] == NEW


def test_a_new_tree_is_made_after_it_was_looked_at(editor):
    document = make_tree([make_question("a")], slug="new")
    before = state()

    shown = upload(editor, NEW, document)
    unchanged = state() == before
    response = confirm(editor, NEW, shown)

    made = Tree.objects.get(slug="new")
    assert unchanged
    assert response.headers["Location"] == address(made)
    assert drafts.snapshot(made).questions == document.questions
    assert (made.edition, made.edited_by.username) == (None, "somebody")


def test_a_tree_that_was_made_in_the_meantime_is_not_replaced(editor):
    shown = upload(editor, NEW, make_tree([make_question("a")], slug="new"))
    drafts.restore(make_tree([make_question("faster")], slug="new"))

    confirm(editor, NEW, shown)

    assert drafts.snapshot(Tree.objects.get(slug="new")).questions[0].slug == "faster"


def test_the_page_for_new_trees_sends_a_known_one_to_its_own(editor, tree):
    response = upload(editor, NEW, retitled(tree))

    assert soup(response).select_one("#reasons a")["href"] == address(tree)


def test_who_may_look_may_export_but_not_import(staff, tree):
    client = staff("view_tree")
    before = state()

    page = client.get(address(tree))
    refused = upload(client, address(tree), retitled(tree))

    assert (page.status_code, refused.status_code) == (200, 403)
    assert soup(page).select("[type=file]") == []
    assert client.get(address(tree), {"download": "draft", "form": "json"}).status_code == 200
    assert state() == before


@pytest.mark.parametrize("rights", [(), ("view_tree", "change_tree"), ("add_tree",)])
def test_making_a_tree_needs_both_rights(staff, rights):
    client = staff(*rights)

    assert client.get(NEW).status_code == 403
    assert upload(client, NEW, make_tree([make_question("a")], slug="new")).status_code == 403


def test_visitors_see_none_of_it(client, tree):
    for where in (address(tree), NEW, address(tree) + "?download=draft&form=json"):
        assert client.get(where).headers["Location"].startswith("/admin/login/")


def test_words_of_a_document_are_not_taken_for_html(editor, tree):
    shown = upload(editor, address(tree), retitled(tree, "<script>alert(1)</script>"))
    refused = upload(editor, address(tree), '{"<b>": 1}')

    assert soup(shown).select("#content-main script") == []
    assert html.escape("<b>") in refused.content.decode()
    assert soup(refused).select("#reasons b") == []


def test_the_largest_tree_fits_the_page_that_confirms_it(editor, settings):
    tree = Tree.objects.get(slug="jiebei")

    shown = upload(editor, address(tree), retitled(tree))

    assert len(sealed(shown)) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 2


def test_planning_says_which_problems_the_draft_would_have():
    document = make_tree([make_question("a")], slug="messages")

    found = importing.plan(document)

    assert found.before is None
    assert found.refusals == []
    assert "reserved-slug" in [problem.code for problem in found.problems]


def test_json_is_as_good(editor, tree):
    data = json.loads(documents.write(drafts.snapshot(tree), Form.JSON))
    data["title"]["en"] = "In JSON"

    shown = upload(editor, address(tree), json.dumps(data))
    confirm(editor, address(tree), shown)

    assert Tree.objects.get(pk=tree.pk).title_en == "In JSON"
