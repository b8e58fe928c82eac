"""Wording for the lists of rows on the editing pages."""

from typing import Any

from django import template
from django.urls import reverse

from wizard.models import Choice, Evidence, FindingAction, Route, ScenarioFinding

register = template.Library()


@register.filter
def row_heading(row: Any) -> str:
    """What a row says, in a few words."""
    match row:
        case Choice():
            return row.label or row.slug
        case Route():
            return f"→ {row.to.title or row.to.slug}"
        case Evidence():
            return f"{row.get_effect_display()}: {row.because}"
        case FindingAction() | ScenarioFinding():
            target = _target(row)
            return str(target.title or target.slug)
    return str(row)


@register.filter
def row_target(row: Any) -> str:
    """Where that is edited to which a row leads; "" for rows that lead nowhere."""
    target = _target(row)
    if target is None:
        return ""
    return reverse(f"admin:wizard_{target._meta.model_name}_change", args=[target.pk])


def _target(row: Any) -> Any:
    """The row with a page of its own to which a row leads."""
    match row:
        case Route():
            return row.to
        case FindingAction():
            return row.action
        case ScenarioFinding():
            return row.finding
    return None
