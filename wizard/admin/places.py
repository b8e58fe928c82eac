"""Where a part of a draft is edited."""

from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse

from wizard import wording
from wizard.admin.pages import address
from wizard.models import Part, Tree
from wizard.translation import TRANSLATED
from wizard.tree.languages import DEFAULT, column
from wizard.tree.parts import PART_KINDS, ROWS, Place, Row
from wizard.tree.problems import Code, Problem

MODELS: dict[str, type[models.Model]] = {
    kind: apps.get_model("wizard", kind) for kind in (*PART_KINDS, *ROWS.values())
}
"""Kinds of parts and rows, and their tables."""

MENDED_AT: dict[Code, str] = {
    Code.RESERVED_SLUG: "id_slug",
    Code.DUPLICATE_SLUG: "id_slug",
    Code.SEVERAL_FALLBACKS: "id_fallback",
    Code.NO_CHOICES: "choices-group",
    Code.RANGE_GAP: "choices-group",
    Code.RANGE_OVERLAP: "choices-group",
    Code.RANGE_BEYOND: "choices-group",
    Code.CHOICES_IDLE: "choices-group",
    Code.QUESTION_IN_VAIN: "routes-group",
    Code.FINDING_UNREACHABLE: "evidence-group",
    Code.SAFETY_WITHOUT_CONTACT: "steps-group",
    Code.ACTION_NEVER_SHOWN: "id_general",
    Code.UNSOURCED_FINDING: "id_sources",
    Code.UNSOURCED_FIGURE: "id_sources",
    Code.UNSOURCED_ALTERNATIVE: "id_sources",
    Code.STALE: "id_checked_on",
    Code.ENDED: "id_ends_on",
    Code.SCENARIO_EXPECTS_NOTHING: "expected-group",
    Code.SCENARIO_FINDINGS: "expected-group",
    Code.SCENARIO_IGNORED: "id_answers",
    Code.SCENARIO_ACTIONS: "id_actions",
}
"""The field, or the rows, to look at where a problem is about a part as a whole."""


def row_at(tree: Tree, place: Place) -> Any:
    """The row of a draft that a place names; None if it is not there any more."""
    model = MODELS[place.kind]
    lookup: dict[str, Any] = {"slug": place.slug}
    if issubclass(model, Part):
        lookup["tree"] = tree
    return model._default_manager.filter(**lookup).first()


def edit_url(row: models.Model) -> str:
    """Where a row is edited. Raises NoReverseMatch where it has no page of its own."""
    return reverse(f"admin:wizard_{row._meta.model_name}_change", args=[row.pk])


def change_url(tree: Tree, place: Place, language: str = "") -> str:
    """Where the part is edited, down to the field; "" if it is not there any more.

    `language` says which of two fields is meant where a text has two.
    """
    row = row_at(tree, place)
    if row is None:
        return ""
    address = edit_url(row)
    field = _field(row, place, language or DEFAULT)
    return f"{address}#{field}" if field else address


def mend_url(tree: Tree, problem: Problem) -> str:
    """Where the problem is mended, down to the field of the language that it is about."""
    if problem.code is Code.SCENARIO_UNFINISHED:
        # All scenarios that stop there are answered together.
        return f"{address('scenarios', tree)}#stop-{problem.details['question'].slug}"
    part = change_url(tree, problem.place, str(problem.details.get("language", "")))
    field = "" if problem.place.row or problem.place.field else MENDED_AT.get(problem.code, "")
    return f"{part}#{field}" if part and field else part


def problem_row(tree: Tree | None, problem: Problem) -> dict[str, Any]:
    """A problem as lists of them show it; without a link to its field where there is no draft."""
    return {
        "level": problem.level,
        "place": wording.place(problem),
        "url": mend_url(tree, problem) if tree else "",
        "text": wording.problem(problem),
    }


def _field(row: Any, place: Place, language: str) -> str:
    """The id of the field, or of the row, at this place of the page that edits the part `row`."""
    if place.row is None:
        return f"id_{_column(type(row), place.field, language)}" if place.field else ""
    prefix = next(prefix for prefix, kind in ROWS.items() if kind == place.row.kind)
    number = _number(row, place.row)
    if number is None:
        return f"{prefix}-group"
    if not place.field:
        return f"{prefix}-{number}"
    return f"id_{prefix}-{number}-{_column(MODELS[place.row.kind], place.field, language)}"


def _number(part: Any, row: Row) -> int | None:
    """Which of its like a row is on the page of its part, from 0; None if it is gone."""
    if isinstance(row.key, int):
        return row.key - 1
    slugs: list[str] = [choice.slug for choice in part.choices.all()]
    return slugs.index(row.key) if row.key in slugs else None


def _column(model: type[models.Model], field: str, language: str) -> str:
    return column(field, language) if field in TRANSLATED[model] else field
