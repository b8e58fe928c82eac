"""Who may do what on our pages: whoever lacks the right to publish cannot, by any address."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import URLPattern, reverse
from django.utils import timezone

from tests.test_publishing import make_small_tree
from wizard import drafts, editions, publishing
from wizard.admin.pages import CHANGE, PAGES, PUBLISH, VIEW
from wizard.models import Edition, Tree, User
from wizard.urls import urlpatterns

pytestmark = pytest.mark.django_db

READ_ONLY = None
RIGHTS = {
    # page: (right to see it, right to send something to it)
    "cancel": (PUBLISH, PUBLISH),
    "changes": (VIEW, READ_ONLY),
    "check": (VIEW, READ_ONLY),
    "counts": (VIEW, READ_ONLY),
    "editions": (VIEW, READ_ONLY),
    "exchange": (VIEW, CHANGE),
    "map": (VIEW, READ_ONLY),
    "map-problems": (VIEW, READ_ONLY),
    "notes": (VIEW, CHANGE),
    "outline": (VIEW, READ_ONLY),
    "preview": (VIEW, READ_ONLY),
    "preview/en": (VIEW, READ_ONLY),
    "preview/en/alternatives": (VIEW, READ_ONLY),
    "preview/en/messages": (VIEW, READ_ONLY),
    "preview/zh-hans": (VIEW, READ_ONLY),
    "preview/zh-hans/alternatives": (VIEW, READ_ONLY),
    "preview/zh-hans/messages": (VIEW, READ_ONLY),
    "publish": (VIEW, PUBLISH),
    "read": (VIEW, READ_ONLY),
    "rename": (VIEW, CHANGE),
    "republish": (PUBLISH, PUBLISH),
    "restore": (CHANGE, CHANGE),
    "scenarios": (VIEW, CHANGE),
    "scenarios/new": (CHANGE, CHANGE),
}
"""A page that is not here has not been thought about: decide who may use it."""

OTHERS = {
    # address of ours that belongs to no tree: what staff without any right get
    "wizard_tree_import": (403,),
    "wizard_choice_pick": (403, 405),
    "wizard_choice_sentence": (403, 405),
    "wizard_prose": (403,),
}

PUBLISHING = [name for name, page in PAGES.items() if page.to_post == PUBLISH]

SENT = [
    {},
    {"note": "x", "when": "now"},
    {"note": "x", "when": "at", "date": "2126-01-01", "time": "08:00"},
    {"note": "x", "action": "publish", "_publish": "1", "edition": "1", "confirm": "yes"},
]
"""What somebody might send to publish, to schedule, or to make current again."""


def member(client, role):
    """Somebody of the staff, in a group or in none."""
    user = User.objects.create_user(f"our-{role}", password="x", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def editor(client):
    return member(client, "editor")


@pytest.fixture
def tree():
    """A tree with a past, a current and a waiting edition, and a draft that could be published."""
    tree = drafts.restore(make_small_tree())
    publishing.publish(tree)
    tree.questions.filter(slug="first").update(title_en="Second?")
    publishing.publish(tree)
    tree.questions.filter(slug="first").update(title_en="Third?")
    publishing.publish(tree, visible_from=timezone.now() + dt.timedelta(days=1))
    return tree


@pytest.fixture
def nothing_waits(tree):
    """The same without the waiting edition, so that nothing but the right is missing."""
    publishing.cancel(tree.scheduled)
    return tree


def address(name, tree):
    return reverse(f"admin:wizard_tree_{name}", args=[tree.pk])


def published():
    """All editions, byte by byte, and what visitors see of them."""
    editions.forget()
    return list(Edition.objects.order_by("pk").values()), editions.current_numbers()


def patterns(found, prefix=""):
    """Every address below `found`, with its name."""
    for item in found:
        if isinstance(item, URLPattern):
            yield prefix + str(item.pattern), item.name
        else:
            yield from patterns(item.url_patterns, prefix + str(item.pattern))


def test_every_page_of_ours_has_just_the_rights_that_were_decided():
    assert {name: (page.to_see, page.to_post) for name, page in PAGES.items()} == RIGHTS


def test_every_address_of_our_admin_is_django_s_own_or_one_of_these():
    admin = {name for place, name in patterns(urlpatterns) if place.startswith("admin/wizard/")}

    ours = {f"wizard_tree_{name}" for name in PAGES} | OTHERS.keys()
    rest = {name.rpartition("_")[2] for name in admin - ours if name}
    assert ours <= admin
    assert rest == {"changelist", "add", "history", "delete", "change"}


@pytest.mark.parametrize("name", OTHERS)
def test_an_editor_cannot_publish_by_the_other_addresses(editor, nothing_waits, name):
    before = published()

    for data in SENT:
        editor.get(reverse(f"admin:{name}"), data)
        editor.post(reverse(f"admin:{name}"), data)

    assert published() == before


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("role", ["visitor", "nobody"])
def test_the_other_addresses_are_for_staff_with_rights(client, name, role):
    if role == "nobody":
        member(client, role)

    response = client.post(reverse(f"admin:{name}"), {"text": "x"})

    assert response.status_code in OTHERS[name] if role == "nobody" else (302,)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_an_editor_cannot_publish_by_any_page(editor, nothing_waits, name):
    before = published()

    for place in (address(name, nothing_waits), f"{address(name, nothing_waits)}?edition=1"):
        editor.get(place)
        editor.put(place)
        for data in SENT:
            editor.post(place, data)

    assert published() == before


def test_an_editor_cannot_cancel_what_waits(editor, tree):
    before = published()

    response = editor.post(f"{address('cancel', tree)}?edition=3")

    assert (response.status_code, published()) == (403, before)


@pytest.mark.parametrize("name", PUBLISHING)
def test_an_editor_who_sends_a_publishing_form_is_refused(editor, nothing_waits, name):
    response = editor.post(f"{address(name, nothing_waits)}?edition=1", {"note": "x"})

    assert response.status_code == 403


def test_the_same_forms_publish_for_a_publisher(client, tree):
    """The tests above would pass for nothing if these forms did nothing for anybody."""
    publisher = member(client, "publisher")
    editor_cannot = [f"{address('cancel', tree)}?edition=3", address("publish", tree)]
    editor_cannot.append(f"{address('republish', tree)}?edition=1")

    told = []
    for place in editor_cannot:
        response = publisher.post(place, {"note": "x", "when": "now"})
        newest = tree.editions.first()
        told.append((response.status_code, newest.number, newest.note))

    assert told[0][:2] == (302, 2)
    assert told[1] == (302, 3, "x")
    assert told[2][:2] == (302, 4)


@pytest.mark.parametrize("model", ["edition", "tree"])
def test_an_editor_cannot_publish_by_the_pages_of_django(editor, tree, model):
    before = published()
    edition = tree.edition
    row = edition if model == "edition" else tree
    fields = {"tree": tree.pk, "number": 9, "document": edition.document, "note": "x"}
    moments = {"visible_from_0": "2020-01-01", "visible_from_1": "00:00:00"}

    for page, args in (("changelist", []), ("add", []), ("change", [row.pk]), ("delete", [row.pk])):
        for data in (fields | moments, {"post": "yes"}, *SENT):
            editor.post(reverse(f"admin:wizard_{model}_{page}", args=args), data)
    for action in ("delete_selected", "restore", "publish"):
        chosen = {"action": action, "_selected_action": [row.pk], "post": "yes"}
        editor.post(reverse(f"admin:wizard_{model}_changelist"), chosen)

    assert published() == before


def test_an_editor_cannot_give_anybody_a_right(editor):
    user, group = User.objects.get(username="our-editor"), Group.objects.get(name="editor")
    right = Permission.objects.get(codename="add_edition")

    answers = [
        editor.post(reverse("admin:wizard_user_change", args=[user.pk]), {"is_superuser": "on"}),
        editor.post(reverse("admin:wizard_user_add"), {"username": "new", "is_superuser": "on"}),
        editor.post(reverse("admin:auth_group_change", args=[group.pk]), {"permissions": right.pk}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert not User.objects.get(pk=user.pk).has_perm(PUBLISH)


@pytest.mark.parametrize("method", ["get", "post"])
def test_visitors_are_sent_to_the_login(client, tree, method):
    before = published()

    answers = {
        name: getattr(client, method)(f"{address(name, tree)}?edition=1", {"note": "x"})
        for name in PAGES
    }

    sent_to = {name: (a.status_code, a.url.split("?")[0]) for name, a in answers.items()}
    assert sent_to == dict.fromkeys(PAGES, (302, "/admin/login/"))
    assert published() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_rights_are_refused(client, tree, method):
    nobody, before = member(client, "nobody"), published()

    answers = {
        name: getattr(nobody, method)(f"{address(name, tree)}?edition=1").status_code
        for name in PAGES
    }

    assert answers == dict.fromkeys(PAGES, 403)
    assert published() == before


def test_somebody_who_only_sees_cannot_change_the_draft(client, tree):
    reader = member(client, "nobody")
    user = User.objects.get(username="our-nobody")
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    before = drafts.snapshot(tree)

    answers = {
        name: reader.post(f"{address(name, tree)}?edition=1", {"note": "x"}).status_code
        for name in PAGES
    }

    assert set(answers.values()) <= {403, 405}, answers
    assert drafts.snapshot(Tree.objects.get(pk=tree.pk)) == before


def rights_of(name):
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))


def test_a_publisher_has_the_rights_of_an_editor_and_that_to_publish():
    assert rights_of("publisher") - rights_of("editor") == {"add_edition"}
    assert rights_of("editor") <= rights_of("publisher")


def test_no_role_may_change_editions_or_people():
    for name in ("editor", "publisher"):
        assert not rights_of(name) & {
            "change_edition", "delete_edition", "add_user", "change_user", "delete_user",
        }  # fmt: skip
