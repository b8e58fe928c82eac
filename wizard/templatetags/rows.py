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
        case FindingAction():
            return row.action.title or row.action.slug
        case ScenarioFinding():
            return row.finding.title or row.finding.slug
    return str(row)


@register.filter
def row_target(row: Any) -> str:
    """Where that is edited to which a row leads; "" for rows that lead nowhere."""
    match row:
        case Route():
            target: Any = row.to
        case FindingAction():
            target = row.action
        case ScenarioFinding():
            target = row.finding
        case _:
            return ""
    return reverse(f"admin:wizard_{target._meta.model_name}_change", args=[target.pk])
