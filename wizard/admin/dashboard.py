"""The first page of the admin: how every draft stands, and what grows old.

What was counted in a draft is remembered for as long as it stays as it is. Checking
a large tree takes longer than a first page may: dashboard.js asks for it afterwards.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from wizard import drafts, wording
from wizard.admin.exchange import ADD
from wizard.admin.pages import CHANGE, PAGES, VIEW, address, tree_page
from wizard.admin.places import edit_url
from wizard.admin.shared import stale
from wizard.frozen import Frozen
from wizard.models import Action, Alternative, Contact, Edition, Figure, Source, Tree
from wizard.tree import content
from wizard.tree.languages import LANGUAGES
from wizard.tree.parts import all_texts
from wizard.tree.problems import Level

SHORTCUTS = ("map", "check", "changes", "publish")
FIRST_FEW = 5


@dataclass(frozen=True)
class Counts:
    errors: int
    warnings: int


MOST_QUESTIONS = 100
"""Drafts with more of them are not checked while somebody waits for the first page."""


def index(request: HttpRequest) -> HttpResponse:
    """Django's own first page, with the state of things above the list of tables."""
    return admin.site.index(request, extra_context={"dashboard": overview(request)})


@tree_page("counts")
def counts(request: HttpRequest, tree: Tree) -> HttpResponse:
    """The fragment with what is wrong with a draft: errors and warnings, counted."""
    found = count(drafts.frozen_draft(tree))
    return render(request, "admin/_dashboard_counts.html", {"state": _checked(tree, found)})


def count(draft: Frozen) -> Counts:
    """How many problems a draft has."""
    levels = [problem.level for problem in draft.problems()]
    return Counts(levels.count(Level.ERROR), levels.count(Level.WARNING))


def overview(request: HttpRequest) -> dict[str, Any]:
    """What `admin/_dashboard.html` shows, as far as this user may see it."""
    user = request.user
    sees_trees = user.has_perm(VIEW)
    return {
        "sees_trees": sees_trees,
        "trees": [_state(request, tree) for tree in _trees()] if sees_trees else [],
        "may_add": user.has_perm(ADD),
        "may_import": user.has_perms([ADD, CHANGE]),
        "aging": [
            aging for model in (Contact, Figure, Source) if (aging := _aging(request, model))
        ],
        "ended": _ended(request),
    }


def _trees() -> models.QuerySet[Tree]:
    return Tree.objects.select_related("edited_by")


def _state(request: HttpRequest, tree: Tree) -> dict[str, Any]:
    """How one tree stands: its editions, its draft, and where to go from here."""
    draft = drafts.frozen_draft(tree)
    quick = draft.is_checked or len(draft.content.questions) <= MOST_QUESTIONS
    editions = tree.editions.select_related("published_by").defer("document")
    edition: Edition | None = editions.visible().first()
    newest: Edition | None = editions.first()
    return {
        **_checked(tree, count(draft) if quick else None),
        "url": address("change", tree) if request.user.has_perm(VIEW) else "",
        "edition": edition,
        "waiting": newest if newest != edition else None,
        "unpublished": newest is None or newest.digest != draft.digest,
        "missing": _missing(draft.content),
        "notes": tree.notes.filter(done=False).count(),
        "notes_url": address("notes", tree),
        "editions_url": address("editions", tree),
        "publish_url": address("publish", tree),
        "links": [
            {"label": PAGES[name].label, "url": address(name, tree)}
            for name in SHORTCUTS
            if request.user.has_perm(PAGES[name].to_see)
        ],
    }


def _checked(tree: Tree, found: Counts | None) -> dict[str, Any]:
    """What `_dashboard_counts.html` shows; `counts_url` is where to count what is not known."""
    return {
        "tree": tree,
        "counts": found,
        "counts_url": address("counts", tree),
        "check_url": address("check", tree),
    }


def _missing(snapshot: content.Tree) -> list[dict[str, Any]]:
    """How many texts are there in another language, but not in this one."""
    texts = [text for _, text in all_texts(snapshot) if text]
    lacking = {lang: sum(not t.inside(lang).strip() for t in texts) for lang in LANGUAGES}
    return [
        {"language": wording.IN_LANGUAGE[lang], "number": number}
        for lang, number in lacking.items()
        if number
    ]


def _aging(request: HttpRequest, model: type[models.Model]) -> dict[str, Any] | None:
    """The rows of a shared table that nobody has checked for long; None if there are none."""
    name = model._meta.model_name
    if not request.user.has_perm(f"wizard.view_{name}"):
        return None
    rows = stale(model._default_manager.order_by(models.F("checked_on").asc(nulls_first=True)))
    number = rows.count()
    if not number:
        return None
    return {
        "name": name,
        "kind": model._meta.verbose_name_plural,
        "number": number,
        "url": reverse(f"admin:wizard_{name}_changelist") + "?checked=stale",
        "first": [{"row": row, "url": edit_url(row)} for row in rows[:FIRST_FEW]],
        "more": max(0, number - FIRST_FEW),
    }


def _ended(request: HttpRequest) -> list[dict[str, Any]]:
    """Schemes that are over, but still told of."""
    over = {"ends_on__lt": timezone.localdate()}
    found: list[Action | Alternative] = []
    if request.user.has_perm("wizard.view_action"):
        found += Action.objects.filter(**over).select_related("tree")
    if request.user.has_perm("wizard.view_alternative"):
        found += Alternative.objects.filter(**over).select_related("tree")
    return [{"row": row, "url": edit_url(row)} for row in found]
