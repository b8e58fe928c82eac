import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils.translation import gettext_lazy, override

from tests.test_admin import change_url, form_data, soup
from tests.test_staff_conflicts import colleague
from tests.trees import make_evidence, make_finding, make_question, make_tree
from wizard import drafts
from wizard.admin import history, notes
from wizard.models import Action, Contact, Note, Tree, User
from wizard.tree import content
from wizard.tree.parts import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    where = make_question(
        "where", ("bank", "app"), [content.Route(to="card", when={"where": ("bank",)})]
    )
    finding = make_finding("frozen", [make_evidence("confirms", {"card": ("yes",)})])
    return drafts.restore(make_tree([where, make_question("card")], [finding], slug="small"))


@pytest.fixture
def question(tree):
    return tree.questions.get(slug="where")


@pytest.fixture
def anna(db):
    return colleague("anna")


def change(browser, row, **fields):
    data = form_data(browser.get(change_url(row))) | fields
    response = browser.post(change_url(row), data)
    assert response.status_code == 302
    return response


def history_of(browser, row):
    address = reverse(f"admin:wizard_{row._meta.model_name}_history", args=[row.pk])
    response = browser.get(address)
    assert response.status_code == 200
    return soup(response)


def lines(page):
    """Field, before, after."""
    return [
        tuple(cell.get_text() for cell in line.select("th, td"))
        for line in page.select(".differences tbody tr")
    ]


def latest():
    return LogEntry.objects.order_by("-pk").first()


def notes_url(tree):
    return reverse("admin:wizard_tree_notes", args=[tree.pk])


# Before and after


def test_a_change_is_shown_with_the_values_before_and_after(anna, question):
    change(anna, question, title_en="Where is the money?", kind="multiple")

    page = history_of(anna, question)

    assert lines(page) == [
        ("Kind", "one of several", "tick list"),
        ("Question · English", "where?", "Where is the money?"),
    ]
    assert "anna" in page.select_one("#change-history h2").get_text()


def test_django_still_reads_what_is_logged(anna, question):
    change(anna, question, title_en="New", title_zh_hans="新", kind="multiple")

    assert latest().get_change_message() == "Changed kind and question."
    assert str(latest()).startswith("Changed “where: ")


def test_rows_on_the_page_are_told_with_their_names(anna, question):
    change(anna, question, **{"choices-1-label_en": "The app", "choices-0-exclusive": "on"})

    page = history_of(anna, question)

    titles = [title.get_text() for title in page.select(".change h3")]
    assert titles[0].startswith("Changed: choice “small · where = bank")
    assert lines(page) == [
        ("Excludes the others", "no", "yes"),
        ("Label · English", "app", "The app"),
    ]


def test_conditions_are_told_as_sentences(anna, question, tree):
    both = [str(choice.pk) for choice in question.choices.all()]

    change(anna, question, **{"routes-0-when": both})

    (line,) = lines(history_of(anna, question))
    assert line == ("When", "if “where” is “bank”", "if “where” is “bank” or “app”")


def test_a_condition_stays_the_same_when_a_choice_gets_another_label(anna, question):
    change(anna, question, **{"choices-0-label_en": "My bank"})

    assert [name for name, _, _ in lines(history_of(anna, question))] == ["Label · English"]


def test_a_new_order_is_told_once(anna, question):
    change(anna, question, **{"choices-0-position": "9"})

    (line,) = lines(history_of(anna, question))
    name, before, after = line
    assert name == "Choices"
    assert [[s.split(" = ")[1].split(" ")[0] for s in text.splitlines()] for text in (before, after)] == [["bank", "app"], ["app", "bank"]]  # fmt: skip


def test_what_is_added_and_deleted_is_told_whole(anna, tree):
    added = {
        "tree": str(tree.pk), "slug": "spare", "position": "7", "theme": "fix", "horizon": "now",
        "title_zh_hans": "打电话", "title_en": "Call", "body_zh_hans": "打", "body_en": "Call them",
    }  # fmt: skip
    anna.post(reverse("admin:wizard_action_add"), added)
    action = Action.objects.get(slug="spare")
    page = history_of(anna, action)
    anna.post(reverse("admin:wizard_action_delete", args=[action.pk]), {"post": "yes"})

    assert ("Title · English", "–", "Call") in lines(page)
    assert ("Title · English", "Call", "–") in lines(history_of(anna, tree))
    deletion = LogEntry.objects.get(action_flag=3)
    assert deletion.get_change_message() == "Deleted action “spare: Call”."


def test_deleting_several_at_once_is_told_too(anna, tree):
    rows = [Action.objects.create(tree=tree, slug=f"spare-{n}", theme="fix") for n in range(2)]
    data = {
        "action": "delete_selected",
        "_selected_action": [row.pk for row in rows],
        "post": "yes",
    }

    anna.post(reverse("admin:wizard_action_changelist"), data)

    assert not Action.objects.filter(slug__startswith="spare").exists()
    page = history_of(anna, tree).get_text()
    assert "spare-0" in page
    assert "spare-1" in page


def test_the_history_of_a_tree_holds_that_of_its_parts(anna, tree, question):
    change(anna, question, title_en="New")
    history.note_change(User.objects.get(username="anna"), tree, "Published edition 7.")

    page = history_of(anna, tree)

    entries = [entry.get_text(" ", strip=True) for entry in page.select("#change-history > li > p")]
    assert [" ".join(entry.split()) for entry in entries] == [
        "Published edition 7.",
        "question “where: New” : Changed question.",
    ]
    assert page.select_one("#change-history a")["href"] == change_url(question)


def test_what_was_done_is_told_in_the_language_of_the_reader(anna, tree):
    user = User.objects.get(username="anna")
    said = gettext_lazy("Published edition %(number)d.")
    with override("en"):
        history.note_change(user, tree, said, number=7, words="100 % new")

    anna.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    page = history_of(anna, tree)

    with override("zh-hans"):
        told = f"{said % {'number': 7}} 100 % new"
    assert page.select_one("#change-history p").get_text(strip=True) == told
    assert not told.startswith("Published")


def test_nobody_leaves_no_entry(tree):
    history.note_change(None, tree, "Published by a command.")

    assert not LogEntry.objects.exists()


def test_saving_without_a_change_leaves_the_last_editor(anna, tree, question):
    change(anna, question)

    assert latest().get_change_message() == "No fields changed."
    assert Tree.objects.get(pk=tree.pk).edited_by is None


def test_long_texts_mark_only_what_differs(anna, tree):
    finding = tree.findings.get(slug="frozen")
    change(anna, finding, explanation_zh_hans="卡被冻结了。请打电话。")
    change(anna, finding, explanation_zh_hans="卡被限制了。请打电话。")

    marks = history_of(anna, finding).select_one("#change-history > li").select("del, ins")

    assert [mark.get_text() for mark in marks] == ["冻结", "限制"]


def test_values_are_shown_as_text_and_not_as_markup(anna, question):
    change(anna, question, title_en="<script>alert(1)</script>")

    page = history_of(anna, question)

    assert page.select("#change-history script") == []
    assert lines(page)[0][2] == "<script>alert(1)</script>"


def test_older_entries_without_details_are_shown(anna, question):
    user = User.objects.get(username="anna")
    history.log_change(user, question, [{"changed": {"fields": ["title"]}}])
    history.log_change(user, question, "[not JSON")
    history.log_change(user, question, "7")

    said = [p.get_text(strip=True) for p in history_of(anna, question).select("li > p")]

    assert said == ["7", "[not JSON", "Changed title."]


# Who changed the draft last


@pytest.mark.parametrize("verb", ["change", "add", "delete", "inline"])
def test_whatever_is_done_to_a_part_is_remembered_in_its_tree(anna, tree, question, verb):
    action = Action.objects.create(tree=tree, slug="spare", theme="fix")
    if verb == "change":
        change(anna, question, title_en="New")
    elif verb == "inline":
        change(anna, question, **{"choices-0-label_en": "New"})
    elif verb == "delete":
        anna.post(reverse("admin:wizard_action_delete", args=[action.pk]), {"post": "yes"})
    else:
        data = {
            "tree": tree.pk,
            "slug": "new",
            "position": 9,
            "story_zh_hans": "甲",
            "story_en": "A",
        }
        data |= {f"expected-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
        assert anna.post(reverse("admin:wizard_scenario_add"), data).status_code == 302

    tree.refresh_from_db()
    assert tree.edited_by.username == "anna"
    assert Tree.objects.exclude(pk=tree.pk).filter(edited_by__isnull=False).count() == 0


def test_a_shared_row_changes_all_trees(anna, tree):
    change(anna, Contact.objects.get(slug="police"), name_en="The police")

    assert {t.edited_by.username for t in Tree.objects.all()} == {"anna"}


# Notes


def add_note(browser, row, text):
    """As somebody does on the page of the part."""
    page = soup(browser.get(change_url(row)))
    form = page.select_one("#notes form:has(textarea)")
    data = {e["name"]: e.get("value", "") for e in form.select("[name]")}
    return browser.post(form["action"], data | {"note-text": text})


def test_a_note_is_written_on_the_page_of_a_part(anna, tree, question):
    response = add_note(anna, question, "Is <this> still true?")

    assert (response.status_code, response.url) == (302, f"{change_url(question)}#notes")
    note = soup(anna.get(change_url(question))).select_one("#notes li")
    assert note.select_one(".text").get_text() == "Is <this> still true?"
    assert "anna" in note.select_one(".by").get_text()
    assert notes.count_open(tree) == {Place("question", "where"): 1}


def test_a_note_is_done_and_not_done_after_all(anna, tree, question):
    add_note(anna, question, "Look here")
    note = Note.objects.get()

    anna.post(notes_url(tree), {"note": note.pk, "done": "yes"})
    assert notes.count_open(tree) == {}

    anna.post(notes_url(tree), {"note": note.pk})
    assert notes.count_open(tree) == {Place("question", "where"): 1}


def test_all_open_notes_of_a_tree_lead_to_their_parts(anna, tree, question):
    add_note(anna, question, "First")
    add_note(anna, tree.findings.get(slug="frozen"), "Second")
    add_note(anna, tree, "Third")

    page = soup(anna.get(notes_url(tree)))

    assert [link["href"] for link in page.select("#open h2 a")] == [
        change_url(tree),
        change_url(tree.findings.get(slug="frozen")),
        change_url(question),
    ]


def test_a_note_on_a_part_that_is_gone_can_still_be_read(anna, tree, question):
    add_note(anna, question, "Why was it here?")
    question.delete()

    page = soup(anna.get(notes_url(tree)))

    assert page.select_one("#open .text").get_text() == "Why was it here?"
    assert page.select("#open h2 a") == []


def test_notes_follow_a_part_to_its_new_slug(anna, tree, question):
    add_note(anna, question, "Look here")

    change(anna, question, slug="stopped-where")

    assert notes.count_open(tree) == {Place("question", "stopped-where"): 1}


@pytest.mark.parametrize(
    "data",
    [
        {"note-kind": "question", "note-slug": "where", "note-text": " "},
        {"note-kind": "nonsense", "note-slug": "where", "note-text": "x"},
        {"note-kind": "question", "note-slug": "", "note-text": "x"},
        {},
    ],
)
def test_a_note_without_words_or_place_is_not_kept(anna, tree, data):
    response = anna.post(notes_url(tree), data, follow=True)

    assert response.status_code == 200
    assert "was not kept" in soup(response).select_one(".messagelist").get_text()
    assert not Note.objects.exists()


@pytest.mark.parametrize("key", ["x", "99999999999999999999", "0"])
def test_a_note_that_does_not_exist_cannot_be_marked(anna, tree, key):
    assert anna.post(notes_url(tree), {"note": key}).status_code == 404


def test_a_note_of_another_tree_is_left_alone(anna, tree, question):
    add_note(anna, question, "Look here")
    other = Tree.objects.get(slug="loan-offer")

    response = anna.post(notes_url(other), {"note": Note.objects.get().pk, "done": "yes"})

    assert response.status_code == 404
    assert not Note.objects.get().done
