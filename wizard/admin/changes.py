"""What an edit does: the difference to the current edition, and its effect on all paths."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wizard import drafts, labels, wording
from wizard.admin.pages import address, edition_or_404, frame, tree_page
from wizard.admin.places import MODELS, change_url
from wizard.frozen import Frozen, of_edition
from wizard.models import Edition, Tree
from wizard.tree import compiled, content
from wizard.tree.difference import Difference, What, contents, differences, marked
from wizard.tree.effects import Change, Compared, Group, effects
from wizard.tree.languages import LANGUAGES
from wizard.tree.numerals import group_digits
from wizard.tree.parts import REFERENCES, Place, parts_of
from wizard.tree.prose import Html
from wizard.tree.states import TooComplexError
from wizard.tree.strategy import Certainty

MOST_SHOWN = 20
"""So many groups of like changes are listed; the rest is counted."""


@tree_page("changes", label=_("What changes"), place=60)
def changes(request: HttpRequest, tree: Tree) -> HttpResponse:
    """What the draft changes of the current edition, or of the one named by `against`.

    `from` and `to` compare two editions. `effects` adds what it does to the paths,
    which may take seconds: the page asks for it when it is there.
    """
    old, new = _sides_of(request, tree)
    if old is not None and request.htmx:  # type: ignore[attr-defined]
        return render(
            request, "admin/wizard/tree/_effects.html", effects_context(request, tree, old, new)
        )
    query = request.GET.copy()
    query["effects"] = "1"
    context = frame(
        request,
        tree,
        "changes",
        _("What changes: %(tree)s") % {"tree": tree},
        old=old,
        new=new,
        editions=tree.editions.all(),
        against=old.edition if old and not new.edition else None,
        effects_url=f"?{query.urlencode()}" if old else "",
        **difference_context(request, tree, old.state.content if old else None, new.state.content),
    )
    if old is not None and "effects" in request.GET:
        context |= effects_context(request, tree, old, new)
    return render(request, "admin/wizard/tree/changes.html", context)


@dataclass(frozen=True)
class Side:
    """One of the two states that are compared: an edition, or the draft."""

    tree: Tree
    state: Frozen
    edition: Edition | None = None

    def __str__(self) -> str:
        if self.edition is None:
            return str(_("the draft"))
        return str(_("edition %(number)d") % {"number": self.edition.number})

    def url(self, parameters: Sequence[tuple[str, str]]) -> str:
        """Where these answers are walked on it; "" if nowhere."""
        query = f"?{urlencode(parameters)}"
        if self.edition is not None:
            return self.edition.get_absolute_url() + query
        return address("preview", self.tree) + query


def _sides_of(request: HttpRequest, tree: Tree) -> tuple[Side | None, Side]:
    """What the address asks to compare; without an edition there is nothing to compare with."""
    if "from" in request.GET or "to" in request.GET:
        return _edition(request, tree, "from"), _edition(request, tree, "to")
    draft = Side(tree, drafts.frozen_draft(tree))
    if request.GET.get("against"):
        return _edition(request, tree, "against"), draft
    current = tree.edition
    return (_published(current) if current else None), draft


def _edition(request: HttpRequest, tree: Tree, name: str) -> Side:
    return _published(edition_or_404(tree, request.GET.get(name, "")))


def _published(edition: Edition) -> Side:
    return Side(edition.tree, of_edition(edition.digest), edition)


# The difference, worded

WHATS: dict[What, str | Promise] = {
    What.ADDED: _("added"),
    What.REMOVED: _("removed"),
    What.RENAMED: _("renamed"),
    What.CHANGED: _("changed"),
    What.MOVED: _("moved"),
}
_NAMES: dict[str, str | Promise] = {
    "audiences": _("for whom"),
    "findings": _("findings expected first"),
}


def difference_context(
    request: HttpRequest, tree: Tree | None, old: content.Tree | None, new: content.Tree
) -> dict[str, Any]:
    """What `_difference.html` shows: `differences`, one section for each kind of part.

    With a `tree` each part links to where it is edited. Without `old` all is new.
    """
    language = wording.language()
    words = (_Words(old or new, language), _Words(new, language))
    by_kind: dict[str, dict[str, list[Difference]]] = {kind: {} for kind in labels.PARTS}
    for found in differences(old, new):
        by_kind[found.place.kind].setdefault(found.place.slug, []).append(found)
    sections = [
        {
            "kind": kind,
            "label": labels.PARTS[kind],
            "parts": [
                _part(tree, Place(kind, slug), about, words) for slug, about in parts.items()
            ],
        }
        for kind, parts in by_kind.items()
        if parts
    ]
    return {"differences": sections, "everything_new": old is None}


class _Words:
    """The values of one state of a tree, as staff read them."""

    def __init__(self, tree: content.Tree, language: str) -> None:
        self.language = language
        self.questions = {question.slug: question for question in tree.questions}
        parts = {kind: {p.slug: p for p in parts} for kind, parts in parts_of(tree).items()}
        self.parts: dict[str, dict[str, Any]] = parts | {"tree": {tree.slug: tree}}

    def title(self, kind: str, slug: str) -> str:
        """How a part is called: its title, or its slug."""
        part = self.parts[kind].get(slug)
        for name in ("title", "name", "text"):
            written = getattr(part, name, "")
            said = written if isinstance(written, str) else written.inside(self.language)
            if said:
                return str(said)
        return slug

    def has(self, place: Place) -> bool:
        return place.slug in self.parts[place.kind]

    def choice(self, question: str, slug: str) -> str:
        choices = self.questions[question].choices if question in self.questions else ()
        return next((c.label.inside(self.language) for c in choices if c.slug == slug), "") or slug

    def lines(self, value: Any, field: str, model: type[models.Model]) -> list[str]:
        """A value as one or several lines of text; none where it is empty."""
        if isinstance(value, tuple):
            return [line for one in value for line in self.lines(one, field, model)]
        if isinstance(value, dict):
            # Only a condition means "always" where it is empty; saved answers are none then.
            shown = value or field == "when"
            return [wording.condition(value, self.questions, self.language)] if shown else []
        if value is None or value == "":
            return []
        if kind := REFERENCES.get(field):
            return [self.title(kind, value)]
        return [_label(model, field, value)]


def _label(model: type[models.Model], field: str, value: Any) -> str:
    """A single value in words; one that is picked from a list by its label there."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, date):
        return date_format(value, "Y-m-d")
    if isinstance(value, Decimal):
        return group_digits(value)
    if field == "audiences":
        return str(labels.AUDIENCES[value])
    found = _field(model, field)
    choices = dict(found.flatchoices) if found is not None else {}
    return str(choices.get(value, value))


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _part(
    tree: Tree | None, place: Place, about: Sequence[Difference], words: tuple[_Words, _Words]
) -> dict[str, Any]:
    """One part of the tree with all that differs about it."""
    old, new = words
    known = new if new.has(place) else old
    whole = next((d for d in about if not (d.field or d.place.row) and d.what in _WHOLE), None)
    return {
        "slug": place.slug,
        "title": known.title(place.kind, place.slug),
        "url": change_url(tree, place) if tree is not None else "",
        "what": whole.what if whole else "",
        "word": WHATS[whole.what] if whole else "",
        "rows": [
            _row(found, words) for d in about for found in _spelled_out(d) if not _is_whole(found)
        ],
    }


_WHOLE = (What.ADDED, What.REMOVED)


def _is_whole(found: Difference) -> bool:
    """Whether it is about a part that was added or removed, not about what stands in it."""
    return found.what in _WHOLE and not found.field


def _spelled_out(found: Difference) -> Iterable[Difference]:
    if not _is_whole(found):
        return [found]
    return contents(found.place, found.new or found.old, found.what)


def _row(found: Difference, words: tuple[_Words, _Words]) -> dict[str, Any]:
    old, new = _sides(found, words)
    return {
        "spot": _spot(found, words[found.what is not What.REMOVED]),
        "field": _field_name(found),
        "language": LANGUAGES[found.language].name if found.language else "",
        "lang": found.language,
        "what": found.what,
        "word": WHATS[found.what],
        "old": old,
        "new": new,
    }


def _model(place: Place) -> type[models.Model]:
    return MODELS[place.row.kind if place.row else place.kind]


def _spot(found: Difference, words: _Words) -> str:
    """Which choice, route or piece of evidence: "choice “Class II”"."""
    if found.place.row is None:
        return ""
    kind, key = found.place.row
    if kind == "choice":
        key = str(_("“%(words)s”") % {"words": words.choice(found.place.slug, str(key))})
    return f"{wording.kind_name(kind)} {key}"


def _field_name(found: Difference) -> str:
    if not found.field:
        return str(_("position")) if found.what is What.MOVED else ""
    field = _field(_model(found.place), found.field)
    if found.field in _NAMES or field is None:
        return str(_NAMES.get(found.field, found.field))
    return str(field.verbose_name)


def _sides(found: Difference, words: tuple[_Words, _Words]) -> tuple[Html | str, Html | str]:
    """The old and the new value, what differs in them marked."""
    if found.language:
        return marked(found.old or "", found.new or "")
    if not found.field:
        return str(found.old), str(found.new)
    model = _model(found.place)
    old, new = (
        side.lines(value, found.field, model)
        for side, value in zip(words, (found.old, found.new), strict=True)
    )
    if len(old) == len(new) == 1:
        return marked(old[0], new[0])
    return _list(old, new, "del"), _list(new, old, "ins")


def _list(lines: Sequence[str], others: Sequence[str], tag: str) -> Html:
    """Lines one below the other; those that the other side lacks are marked."""
    shown = [marked(line, "")[0] if tag == "del" else marked("", line)[1] for line in lines]
    items = [
        html if line not in others else marked(line, line)[0]
        for line, html in zip(lines, shown, strict=True)
    ]
    if len(items) <= 1:
        return Html("".join(items))
    return Html("<ol>" + "".join(f"<li>{html}</li>" for html in items) + "</ol>")


# The effects, worded

CHANGES: dict[Change, str | Promise] = {
    Change.FIRST_CAUSE: _("another first cause"),
    Change.CAUSES: _("other causes"),
    Change.CERTAINTY: _("causes otherwise sure, or in another order"),
    Change.ACTIONS: _("other actions"),
    Change.ACTION_ORDER: _("actions in another order"),
    Change.ALTERNATIVES: _("other alternatives, or in another order"),
    Change.ASKED: _("the same advice after other questions"),
    Change.INCOMPARABLE: _("cannot be compared"),
}


def effects_context(request: HttpRequest, tree: Tree, old: Side, new: Side) -> dict[str, Any]:
    """What `_effects.html` shows: `effects` with its groups, or why there is none."""
    sides = {"old": old, "new": new, "tree": tree}
    if problems := new.state.unwalkable:
        return sides | {"unwalkable": len(problems), "check_url": address("check", tree)}
    language = wording.language()
    before, after = (side.state.compiled(language) for side in (old, new))
    try:
        found = effects(before, after)
    except TooComplexError:
        return sides | {"too_complex": True}
    names = (_Titles(before), _Titles(after))
    return sides | {
        "effects": found,
        "forth": _compared(found.forth, names, (old, new), back=False),
        "back": _compared(found.back, names, (old, new), back=True),
    }


class _Titles:
    """How the parts of a compiled tree are called."""

    def __init__(self, tree: compiled.Tree) -> None:
        self.questions = tree.questions
        self.findings = {finding.slug: finding.title for finding in tree.findings}
        listed = (action for finding in tree.findings for action in finding.actions)
        self.actions = {action.slug: action.title for action in (*listed, *tree.general_actions)}
        self.alternatives = {a.slug: a.name for a in tree.alternatives}

    def short(self, slug: str) -> str:
        return self.questions[slug].short if slug in self.questions else slug

    def answer(self, question: str, slug: str) -> str:
        known = self.questions.get(question)
        choice = known.by_slug.get(slug) if known else None
        return choice.label if choice else slug

    def of(self, change: Change, named: str) -> str:
        """One of the slugs of a group, in words."""
        slug, _space, certainty = named.partition(" ")
        if change is Change.ASKED:
            return self.short(slug)
        if change in (Change.ACTIONS, Change.ACTION_ORDER):
            return self.actions.get(slug, slug)
        if change is Change.ALTERNATIVES:
            return self.alternatives.get(slug, slug)
        title = self.findings.get(slug, slug)
        return f"{title} ({wording.CERTAINTIES[Certainty(certainty)]})" if certainty else title


def _compared(
    found: Compared, names: tuple[_Titles, _Titles], sides: tuple[Side, Side], *, back: bool
) -> dict[str, Any]:
    shown = found.groups[:MOST_SHOWN]
    return {
        "paths": _digits(found.paths),
        "met": _digits(found.met),
        "unmet": _digits(found.paths - found.met),
        "compared": _digits(found.compared),
        "changed": found.changed,
        "exact": found.exact,
        "all_met": found.met == found.paths,
        "same": _digits(found.same),
        "counts": [
            {"label": label, "change": change, "paths": _digits(found.count(change))}
            for change, label in CHANGES.items()
            if found.count(change)
        ],
        "groups": [_group(group, names, sides, back=back) for group in shown],
        "more_groups": len(found.groups) - len(shown),
        "more_paths": _digits(sum(group.paths for group in found.groups[MOST_SHOWN:])),
    }


def _group(
    group: Group, names: tuple[_Titles, _Titles], sides: tuple[Side, Side], *, back: bool
) -> dict[str, Any]:
    example = group.example
    lines = [
        [name.of(group.change, slug) for slug in slugs]
        for name, slugs in zip(names, (group.old, group.new), strict=True)
    ]
    return {
        "change": group.change,
        "label": CHANGES[group.change],
        "old": lines[0],
        "new": lines[1],
        "stop": _stop(group, names, back=back) if group.change is Change.INCOMPARABLE else "",
        "paths": _digits(group.paths),
        "answers": [(a.question.short, wording.answer(a)) for a in example.trail],
        "old_url": sides[0].url(example.old),
        "new_url": sides[1].url(example.new),
    }


def _stop(group: Group, names: tuple[_Titles, _Titles], *, back: bool) -> str:
    """Why a path cannot be replayed on the other tree."""
    own, other = names if back else names[::-1]
    ((question,), unknown) = (group.new, group.old) if back else (group.old, group.new)
    words = {
        "question": other.short(question),
        "answer": " / ".join(own.answer(question, slug) for slug in unknown),
    }
    if group.fault is None:
        asked = (
            _("“%(question)s” is asked as well now.")
            if back
            else _("“%(question)s” was asked as well.")
        )
        return str(asked % words)
    refused = (
        _("“%(question)s” does not take this answer any more: %(answer)s")
        if back
        else _("“%(question)s” did not take this answer: %(answer)s")
    )
    return str(refused % words)


def _digits(number: int) -> str:
    return group_digits(Decimal(number))
