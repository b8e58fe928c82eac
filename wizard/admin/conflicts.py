"""Optimistic locking: two editors on one row, and nothing of the second one is lost.

A change form carries `SEEN`, with the digest of what was stored when it was opened. If
something else is stored by the time it comes back, nothing is saved: the form is shown
again as it was sent, with both versions side by side, and with today's digest.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import InlineForeignKeyField
from django.http import QueryDict
from django.utils.translation import gettext as _

from wizard.admin.history import difference, digest, entries, in_words, replaced

SEEN = "_seen"


LATEST = 5
"""So many entries of the history are looked at for what somebody else replaced."""

MOST_ROWS = 1000
"""As in Django's formsets: whoever sends more does not use our page."""


def seen(row: models.Model) -> str:
    """The slug of a row, by which it is found if it is replaced, and the digest."""
    return f"{getattr(row, 'slug', '')} {digest(row)}"


class OvertakenForm:
    """Makes a form that is shown again but not saved, whatever is in it."""

    def is_valid(self) -> bool:
        return False


def panel(
    row: models.Model,
    form: forms.ModelForm,
    formsets: Iterable[forms.BaseInlineFormSet],
    sent: QueryDict,
) -> dict[str, Any]:
    """Who changed `row` meanwhile, and what is stored now beside what was sent."""
    groups = [_group("", _differences(form))]
    for formset in formsets:
        groups += _groups(formset, sent)
    latest = list(entries(row)[:LATEST])
    entry = latest[0] if latest else None
    pairs = replaced(latest)
    for shown in (shown for group in groups for shown in group["rows"]):
        shown["old"] = (shown["texts"][1], shown["texts"][0]) in pairs
    return {
        "entry": entry,
        "groups": [group for group in groups if group["rows"] or group["note"]],
    }


def typed(
    form: forms.ModelForm, formsets: Iterable[forms.BaseInlineFormSet]
) -> list[dict[str, Any]]:
    """All that was typed for a row that is gone."""
    groups = [_group("", _differences(form))]
    for formset in formsets:
        groups += [_group(_name(formset), _differences(row)) for row in formset.forms]
    return [group for group in groups if group["rows"]]


def with_rows_of_today(data: QueryDict, prefix: str, present: Iterable[Any]) -> QueryDict:
    """What was sent for a formset, with the rows that are gone as new rows behind the others.

    `present` are the keys of the rows stored now. Rows that are gone and were to be
    deleted are left out.
    """
    kept, gone, new = _rows(data, prefix, present)
    for row in gone:
        row["id"] = [""]
    changed = data.copy()
    for key in data:
        if key.startswith(f"{prefix}-") and key.split("-")[1].isdecimal():
            del changed[key]
    for number, row in enumerate([*kept, *gone, *new]):
        for name, values in row.items():
            changed.setlist(f"{prefix}-{number}-{name}", values)
    changed[f"{prefix}-INITIAL_FORMS"] = str(len(kept))
    changed[f"{prefix}-TOTAL_FORMS"] = str(len(kept) + len(gone) + len(new))
    return changed


Sent = list[dict[str, list[str]]]
"""The rows of a formset as sent: name of a field -> its values."""


def _rows(data: QueryDict, prefix: str, present: Iterable[Any]) -> tuple[Sent, Sent, Sent]:
    """The rows sent: those still there, those gone meanwhile (and wanted), and new ones."""
    total, initial = (_number(data, f"{prefix}-{name}_FORMS") for name in ("TOTAL", "INITIAL"))
    sent: Sent = [{} for _ in range(total)]
    for key, values in data.lists():
        number, _, name = key.removeprefix(f"{prefix}-").partition("-")
        if (
            key.startswith(f"{prefix}-")
            and re.fullmatch(r"\d{1,4}", number)
            and int(number) < total
        ):
            sent[int(number)][name] = values
    keys = set(map(str, present))
    kept = [row for row in sent[:initial] if row.get("id", [""])[-1] in keys]
    gone = [row for row in sent[:initial] if row not in kept and "DELETE" not in row]
    return kept, gone, sent[initial:]


def _number(data: QueryDict, name: str) -> int:
    sent = data.get(name, "")
    return min(int(sent), MOST_ROWS) if re.fullmatch(r"\d{1,4}", sent) else 0


def _groups(formset: forms.BaseInlineFormSet, sent: QueryDict) -> Iterator[dict[str, Any]]:
    name = _name(formset)
    stored = {row.pk: row for row in formset.get_queryset()}
    kept, gone, _new = _rows(sent, str(formset.prefix), stored)
    shown = set()
    for number, form in enumerate(formset.forms):
        row = stored.get(form.instance.pk)
        if row is not None:
            shown.add(row.pk)
            deleted = form in formset.deleted_forms
            note = _("You delete it.") if deleted else ""
            yield _group(f"{name} “{row}”", [] if deleted else _differences(form), note)
        elif number < len(kept) + len(gone):
            note = _("Deleted meanwhile. If you save again, it is added again.")
            yield _group(name, _differences(form), note)
        elif form.has_changed():
            yield _group(name, _differences(form), _("You add it."))
    for pk, row in stored.items():
        if pk not in shown:
            note = _("Added meanwhile. It stays, whatever you do here.")
            yield _group(f"{name} “{row}”", [], note)


def _name(formset: Any) -> str:
    """What a row of it is called."""
    return str(formset.model._meta.verbose_name)


def _group(title: str, rows: list[dict[str, Any]], note: str = "") -> dict[str, Any]:
    return {"title": title, "rows": rows, "note": note}


def _differences(form: forms.ModelForm) -> list[dict[str, Any]]:
    """The fields in which what is stored and what was typed differ."""
    found = []
    for name in form.changed_data:
        field = form.fields[name]
        technical = name in ("id", "DELETE") or isinstance(field, InlineForeignKeyField)
        if not technical:
            initial = field.prepare_value(form.get_initial_for_field(field, name))
            stored, sent = in_words_of(field, initial), in_words_of(field, form[name].data)
            line = difference(str(field.label or name), stored, sent)
            found.append(line | {"texts": (stored, sent)})
    return found


def in_words_of(field: forms.Field, raw: Any) -> str:
    """What a field of a form holds, as a person reads it; as it is where it makes no sense."""
    try:
        value = field.clean(raw)
    except ValidationError:
        value = raw
    coded = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField)
    choices: Any = getattr(field, "choices", ())
    return in_words(value, choices if coded else ())
