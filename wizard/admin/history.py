"""Who changed what, with the values before and after.

A row is taken down in words, with the rows it owns, before it is saved and
after; what differs goes into Django's own log, beside what Django says there.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from wizard.admin.conditions import sentence
from wizard.models import (
    Choice,
    Evidence,
    Finding,
    FindingAction,
    Part,
    Question,
    Route,
    Scenario,
    ScenarioFinding,
    Tree,
    User,
)
from wizard.translation import TRANSLATED
from wizard.tree.difference import Piece, in_pieces
from wizard.tree.languages import LANGUAGES

OWNED: dict[type[models.Model], tuple[type[models.Model], ...]] = {
    Question: (Choice, Route),
    Finding: (Evidence, FindingAction),
    Scenario: (ScenarioFinding,),
}
"""Rows that are edited on the page of another one, and are a part of it."""

PER_PAGE = 25

Message = list[dict[str, Any]]
"""What `LogEntry.change_message` holds as JSON.

Django's own with `details` beside each part, or what `note_change` was told.
"""


def note_change(
    user: User | None, tree: Tree, said: str | Promise, *, words: str = "", **values: str | int
) -> None:
    """Note in the tree's history what somebody did on a page of ours. Nobody: no entry.

    `said`, with `values` in it, is translated for whoever reads it; `words` are the user's own.
    """
    if user is not None:
        log_change(user, tree, [{"noted": _plain(said), "values": values, "words": words}])


def log_change(user: User, row: models.Model, message: "str | Message") -> None:
    LogEntry.objects.log_actions(user.pk, [row], CHANGE, message)


@dataclass(frozen=True)
class Value:
    """What a field holds: as it is stored, and in words.

    `coded`: the words are our own, to be translated when they are shown.
    """

    label: str
    language: str
    held: Any
    words: str
    coded: bool = False


@dataclass(frozen=True)
class Portrait:
    """A row in words, with the rows it owns: to be compared with what it was or will be."""

    model: type[models.Model]
    name: str
    values: dict[str, Value]
    owned: dict[tuple[type[models.Model], int], "Portrait"] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return _plain(self.model._meta.verbose_name)


def portrait(row: models.Model) -> Portrait:
    """What the database holds of `row` now."""
    stored, *owned = _rows(row)
    # Where an owned row stands is told once, as the order of all of them.
    known = {"position", _owner(type(row))}
    rest = {(type(r), r.pk): Portrait(type(r), str(r), _values(r, known)) for r in owned}
    return Portrait(type(stored), str(stored), _values(stored), rest)


def digest(row: models.Model) -> str:
    """Tells states of a row apart: sha256 of all that can be edited on its page."""
    state = [
        [type(r).__name__, r.pk, {f.name: _raw(r, f) for f in _fields(type(r))}] for r in _rows(row)
    ]
    return hashlib.sha256(json.dumps(state, default=str, sort_keys=True).encode()).hexdigest()


def changes(before: Portrait | None, after: Portrait | None) -> Message:
    """What was added (nothing before), changed, or deleted (nothing after), each with details."""
    own = [*_details(before, after), *_order(before, after)]
    message: Message = []
    if before is None:
        message.append({"added": {}, "details": own})
    elif after is None:
        message.append({"deleted": _named(before), "details": own})
    elif own:
        message.append({"changed": {"fields": _labels(own)}, "details": own})
    then, now = before.owned if before else {}, after.owned if after else {}
    for key in dict.fromkeys((*then, *now)):
        old, new = then.get(key), now.get(key)
        details = _details(old, new)
        if old is None and new is not None:
            message.append({"added": _named(new), "details": details})
        elif new is None and old is not None:
            message.append({"deleted": _named(old), "details": details})
        elif new is not None and details:
            named = {**_named(new), "fields": _labels(details)}
            message.append({"changed": named, "details": details})
    return message


def _rows(row: models.Model) -> Iterator[models.Model]:
    """The row as stored, then the rows it owns, in their order."""
    model = type(row)
    yield _whole(model).get(pk=row.pk)
    for owned in OWNED.get(model, ()):
        yield from _whole(owned).filter(**{_owner(model): row.pk})


def _owner(model: type[models.Model]) -> str:
    """What the rows that it owns call a row of `model`."""
    return model.__name__.lower()


def _whole(model: type[models.Model]) -> models.QuerySet[Any]:
    named = [f.name for f in _fields(model) if f.many_to_many]
    of_choices = [f"{f.name}__question" for f in _fields(model) if f.related_model is Choice]
    return model._default_manager.prefetch_related(*named, *of_choices)


def _fields(model: type[models.Model]) -> list[Any]:
    """What can be edited: the languages of a text each by itself, no field twice."""
    translated = TRANSLATED.get(model, ())
    columns = [
        f
        for f in model._meta.concrete_fields
        if f.editable and not f.primary_key and f.name not in translated
    ]
    sets: Iterable[Any] = model._meta.many_to_many
    return columns + [f for f in sets if f.remote_field.through._meta.auto_created]


def _raw(row: models.Model, stored: Any) -> Any:
    if stored.many_to_many:
        return sorted(other.pk for other in getattr(row, stored.name).all())
    held = getattr(row, stored.attname)
    # A text that is missing in one language is stored in either way.
    return "" if held is None and isinstance(stored, models.CharField | models.TextField) else held


def _values(row: models.Model, without: Iterable[str] = ()) -> dict[str, Value]:
    return {f.name: _value(row, f) for f in _fields(type(row)) if f.name not in set(without)}


def _value(row: models.Model, stored: Any) -> Value:
    held = getattr(row, stored.name)
    coded = isinstance(stored, models.BooleanField) or bool(stored.choices)
    with override(None) if coded else override(get_language()):
        words = in_words(held.all() if stored.many_to_many else held, stored.choices or ())
    label = _plain(getattr(stored, "translated_field", stored).verbose_name)
    return Value(label, getattr(stored, "language", "") or "", _raw(row, stored), words, coded)


def in_words(value: Any, choices: Iterable[tuple[Any, Any]] = ()) -> str:
    """A value as a person reads it: labels, names of rows, a condition as a sentence."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, models.QuerySet | list | tuple):
        rows = list(value)
        if rows and all(isinstance(row, Choice) for row in rows):
            return sentence(rows)
        return "\n".join(map(str, rows))
    return str(dict(choices).get(value, value))


def _plain(words: str | Promise | None) -> str:
    """Our own words as they are stored: untranslated, as in Django's own entries."""
    with override(None):
        return str(words)


def _details(before: Portrait | None, after: Portrait | None) -> list[dict[str, Any]]:
    then, now = before.values if before else {}, after.values if after else {}
    found = []
    for name in dict.fromkeys((*then, *now)):
        old, new = then.get(name), now.get(name)
        told = new or old
        was, becomes = old.words if old else "", new.words if new else ""
        # A condition stays the same when one of its choices gets another label.
        same = old.held == new.held if old and new else was == becomes
        if told is not None and not same:
            found.append(
                {
                    "field": told.label,
                    "language": told.language,
                    "before": was,
                    "after": becomes,
                    "coded": told.coded,
                }
            )
    return found


def _order(before: Portrait | None, after: Portrait | None) -> list[dict[str, Any]]:
    """The order of the rows owned, where those that stayed have changed places."""
    if before is None or after is None:
        return []
    found = []
    for model in OWNED.get(after.model, ()):
        then = [key for key in before.owned if key[0] is model and key in after.owned]
        now = [key for key in after.owned if key in then]
        if then != now:
            found.append(
                {
                    "field": _plain(model._meta.verbose_name_plural),
                    "language": "",
                    "before": _numbered(before.owned[key].name for key in then),
                    "after": _numbered(after.owned[key].name for key in now),
                    "coded": False,
                }
            )
    return found


def _numbered(names: Iterable[str]) -> str:
    return "\n".join(f"{number}. {name}" for number, name in enumerate(names, start=1))


def _named(shown: Portrait) -> dict[str, str]:
    return {"name": shown.kind, "object": shown.name}


def _labels(details: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(detail["field"] for detail in details))


# The history, shown


def entries(row: models.Model) -> models.QuerySet[LogEntry]:
    """What was logged for `row`, the latest first; for a tree, also that for its parts."""
    wanted = _logged_for(type(row), [row.pk])
    if isinstance(row, Tree):
        for model in Part.__subclasses__():
            keys = model._default_manager.filter(tree=row).values_list("pk", flat=True)
            wanted |= _logged_for(model, keys)
    return LogEntry.objects.filter(wanted).select_related("user").order_by("-action_time", "-pk")


def _logged_for(model: type[models.Model], keys: Iterable[int]) -> models.Q:
    kind = ContentType.objects.get_for_model(model)
    return models.Q(content_type=kind, object_id__in=list(map(str, keys)))


def shown(entry: LogEntry, row: models.Model) -> dict[str, Any]:
    """An entry for the history page of `row`; which part it is about, if about another row."""
    model = entry.content_type.model_class() if entry.content_type else None
    if model is None or (model is type(row) and entry.object_id == str(row.pk)):
        return {"entry": entry, "said": said(entry), "told": told(entry)}
    part = f"{model._meta.verbose_name} “{entry.object_repr}”"
    return {
        "entry": entry,
        "said": said(entry),
        "told": told(entry),
        "part": part,
        "url": entry.get_admin_url(),
    }


def said(entry: LogEntry) -> str:
    """What was done, in one line and in the language of the page."""
    noted = [part for part in _message(entry) if "noted" in part]
    return " ".join(map(_noted, noted)) or entry.get_change_message()


def _noted(part: dict[str, Any]) -> str:
    sentence = gettext(part["noted"])
    # What came without values may hold a percent sign of its own.
    told = sentence % part["values"] if part["values"] else sentence
    return f"{told} {part['words']}".strip()


def told(entry: LogEntry) -> list[dict[str, Any]]:
    """The details of an entry to be shown: for each row its title, and what differs in it."""
    return [_told(part) for part in _message(entry) if part.get("details")]


def _message(entry: LogEntry) -> Message:
    try:
        message = json.loads(entry.change_message) if entry.change_message[:1] == "[" else []
    except ValueError:
        return []
    return [part for part in message if isinstance(part, dict)]


def _told(part: dict[str, Any]) -> dict[str, Any]:
    done = next(verb for verb in ("added", "changed", "deleted") if verb in part)
    named = part[done]
    title = f"{gettext(named['name'])} “{named['object']}”" if "name" in named else ""
    return {"done": done, "title": title, "rows": [_row(d) for d in part["details"]]}


def _row(detail: dict[str, Any]) -> dict[str, Any]:
    before, after = detail["before"], detail["after"]
    if detail["coded"]:
        before, after = (gettext(words) if words else "" for words in (before, after))
    return difference(label(gettext(detail["field"]), detail["language"]), before, after)


def replaced(entries: Iterable[LogEntry]) -> set[tuple[str, str]]:
    """What these entries replaced, and by what, in words."""
    rows = (row for entry in entries for part in told(entry) for row in part["rows"])
    return {(_whole_text(row["before"]), _whole_text(row["after"])) for row in rows}


def _whole_text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def label(field: str, language: str) -> str:
    """A field and, where it exists in both, its language."""
    return f"{capfirst(field)} · {LANGUAGES[language].name}" if language else capfirst(field)


def difference(label: str, before: str, after: str) -> dict[str, Any]:
    """One line of a table of differences: both texts in pieces, those that differ marked."""
    old, new = in_pieces(before, after)
    return {"label": label, "before": old, "after": new}
