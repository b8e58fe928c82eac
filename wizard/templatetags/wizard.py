"""Wording and formatting for templates. No logic."""

from collections.abc import Iterable, Mapping
from typing import Any

import segno
from django import template
from django.conf import settings
from django.urls import reverse, translate_url
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info, override

from wizard import forms, labels, wording
from wizard.tree import journey
from wizard.tree.answers import Answered
from wizard.tree.compiled import Source
from wizard.tree.content import Station
from wizard.tree.journey import StationReached

register = template.Library()

NAMES: Mapping[str, Mapping[Any, Any]] = {
    "audience_name": labels.AUDIENCES,
    "certainty_name": wording.CERTAINTIES,
    "grade_name": labels.GRADES,
    "horizon_name": labels.HORIZONS,
    "reached_name": wording.REACHED,
    "station_name": labels.STATIONS,
    "theme_name": labels.THEMES,
}
for _filter, _names in NAMES.items():
    register.filter(_filter, lambda member, names=_names: str(names[member]))


@register.filter
def answer(answered: Answered) -> str:
    return wording.answer(answered)


@register.filter
def field_name(question: str) -> str:
    return forms.field_name(question)


@register.filter
def stations(stopped_at: Station) -> tuple[StationReached, ...]:
    """The stations that the money passed, where it stopped, and those ahead."""
    return journey.stations(stopped_at)


@register.filter
def references(sources: Iterable[Source], numbered: Mapping[str, tuple[int, Source]]) -> SafeString:
    """Small links to the numbered list of sources."""
    links = format_html_join(
        " ",
        '<a href="#source-{0}">[{0}]</a>',
        ((numbered[source.slug][0],) for source in sources if source.slug in numbered),
    )
    return format_html('<span class="references">{}</span>', links) if links else links


@register.simple_tag
def never_disclose() -> str:
    return str(wording.NEVER_DISCLOSE)


@register.simple_tag
def qr(address: str) -> SafeString:
    """The address as a QR code, sharp at every size; nothing if it is too long for one."""
    try:
        # Looking for the best of the eight masks takes ten times as long; each can be read.
        code = segno.make(address, error="m", micro=False, mask=3)
    except segno.DataOverflowError:
        return SafeString()
    svg = code.svg_inline(
        border=4, omitsize=True, svgclass="qr-code", lineclass="", dark="#000", light="#fff"
    )
    return mark_safe(svg)  # noqa: S308 - drawn here; no text of the address stands in it


@register.simple_tag(takes_context=True)
def other_languages(context: template.Context) -> list[dict[str, str]]:
    """The languages that the page is not in, and where it stands in each."""
    here = get_language()
    return [_in_language(context, code) for code, _ in settings.LANGUAGES if code != here]


def _in_language(context: template.Context, code: str) -> dict[str, str]:
    address = context.get("canonical") or context["request"].path
    preview = context.get("preview")
    there = preview.in_language(code) if preview else translate_url(address, code)
    if there == address:
        # A page that does not exist has no translation: to the home page, then.
        with override(code):
            there = reverse("home")
    return {"code": code, "name": get_language_info(code)["name_local"], "url": there}
