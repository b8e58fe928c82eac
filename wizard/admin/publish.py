"""Publish now or later: what is to be known before, and the form."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from wizard import drafts, editions, publishing, wording
from wizard.admin.history import note_change
from wizard.admin.pages import PUBLISH, address, frame, staff, tree_page
from wizard.admin.places import problem_row
from wizard.frozen import of_edition
from wizard.models import Edition, Tree
from wizard.tree import content
from wizard.tree.difference import What, differences
from wizard.tree.parts import LISTS
from wizard.tree.problems import Level, Problem

MOST_ERRORS = 10
"""So many errors are named here; the page “check” has them all."""

LINKED = ("check", "changes", "scenarios", "cancel")
"""Pages that tell more of what is summed up here."""


class PublishForm(forms.Form):
    """What a publisher says about a new edition, and when visitors shall see it."""

    NOW, AT = "now", "at"

    note = forms.CharField(
        label=_("What is new in this edition?"),
        help_text=_("For colleagues, in the list of editions. E.g. “Clearer question about cards”"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    when = forms.ChoiceField(
        label=_("When shall visitors see it?"),
        choices=[(NOW, _("now")), (AT, _("at this time (Shanghai):"))],
        widget=forms.RadioSelect,
        initial=NOW,
        required=False,
    )
    date = forms.DateField(
        label=_("Date"),
        input_formats=["%Y-%m-%d"],
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    time = forms.TimeField(
        label=_("Time"),
        input_formats=["%H:%M", "%H:%M:%S"],
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )

    def clean(self) -> dict[str, Any]:
        """Adds `visible_from`: a time to come, or None for now."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["visible_from"] = None
        if cleaned.get("when") == self.AT:
            cleaned["visible_from"] = self._chosen_time(cleaned)
        elif self.data.get("date") or self.data.get("time"):
            self.add_error("when", _("You chose a time, too. Tick it, or empty its fields."))
        return cleaned

    def _chosen_time(self, cleaned: dict[str, Any]) -> dt.datetime | None:
        for name in ("date", "time"):
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, _("Needed for a later time."))
        if self.errors:
            return None
        chosen = timezone.make_aware(dt.datetime.combine(cleaned["date"], cleaned["time"]))
        if chosen <= timezone.now():
            self.add_error("date", str(publishing.PastError()))
        return chosen


@tree_page("publish", label=_("Publish"), place=90, to_post=PUBLISH)
def publish(request: HttpRequest, tree: Tree) -> HttpResponse:
    """Show what publishing would do, and what stops it; publish if nothing does."""
    if request.method != "POST":
        return _page(request, tree, PublishForm())
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _page(request, tree, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        edition = publishing.publish(
            tree,
            by=staff(request),
            note=form.cleaned_data["note"],
            visible_from=form.cleaned_data["visible_from"],
            seen=request.POST.get("seen") or drafts.frozen_draft(tree).digest,
        )
    except publishing.RefusedError as exc:
        wrong_content = isinstance(exc, publishing.NotPublishableError | publishing.PastError)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong_content else HTTPStatus.CONFLICT
        return _page(request, tree, form, refusal=str(exc), status=status)
    tell(request, edition)
    return HttpResponseRedirect(address("editions", tree))


def tell(request: HttpRequest, edition: Edition) -> None:
    """Say that an edition was made, where it is seen and from when on, and note it down."""
    told: dict[str, Any] = {"number": edition.number}
    if edition.visible_from > timezone.now():
        told["time"] = publishing.local(edition.visible_from)
        said = _("Scheduled edition %(number)d: visitors see it from %(time)s.")
        messages.success(request, said % told)
    else:
        # Other processes ask again by themselves, within EDITION_MAX_AGE.
        editions.forget()
        said = _("Published edition %(number)d.")
        link = format_html(
            '<a href="{}" target="_blank" rel="noopener">{}</a>',
            edition.get_absolute_url(),
            _("See it live"),
        )
        messages.success(request, format_html("{} {}", said % told, link))
    note_change(staff(request), edition.tree, said, words=edition.note, **told)


def _page(
    request: HttpRequest,
    tree: Tree,
    form: PublishForm,
    *,
    refusal: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    tree.refresh_from_db()
    draft = drafts.frozen_draft(tree)
    snapshot = draft.content
    problems = draft.problems()
    errors = [problem for problem in problems if problem.level is Level.ERROR]
    failing = {p.place.slug for p in problems if p.place.kind == "scenario"}
    current = tree.edition
    unchanged = current is not None and current.digest == draft.digest
    context = frame(
        request,
        tree,
        "publish",
        _("Publish: %(tree)s") % {"tree": tree},
        form=form,
        refusal=refusal,
        reasons=_reasons(request, tree, errors, unchanged=unchanged),
        errors=[problem_row(tree, problem) for problem in errors[:MOST_ERRORS]],
        more_errors=len(errors[MOST_ERRORS:]),
        error_count=len(errors),
        warning_count=len(problems) - len(errors),
        scenarios=len(snapshot.scenarios),
        passing=len(snapshot.scenarios) - len(failing),
        changed=_changed(of_edition(current.digest).content if current else None, snapshot),
        draft_digest=draft.digest,
        current=current,
        waiting=tree.scheduled,
        unchanged=unchanged,
        two_pairs=settings.SECOND_PAIR_OF_EYES,
        links={name: address(name, tree) for name in LINKED},
    )
    return render(request, "admin/wizard/tree/publish.html", context, status=status)


def _reasons(
    request: HttpRequest, tree: Tree, errors: Iterable[Problem], *, unchanged: bool
) -> list[str]:
    """Why this user cannot publish this draft now; nothing if it is possible."""
    reasons = []
    if not request.user.has_perm(PUBLISH):
        reasons.append(str(_("You may edit, but not publish. Ask a publisher.")))
    elif publishing.needs_another_publisher(tree, staff(request)):
        reasons.append(str(publishing.SameEditorError()))
    if unchanged:
        reasons.append(str(publishing.NothingNewError()))
    if any(errors):
        reasons.append(
            str(_("Visitors go on seeing the current edition until the errors are mended."))
        )
    if waiting := tree.scheduled:
        reasons.append(str(publishing.PendingEditionError(waiting)))
    return reasons


def _changed(before: content.Tree | None, after: content.Tree) -> list[dict[str, Any]]:
    """How many parts of each kind were added, changed and removed since `before`."""
    if before is None:
        return []
    done: dict[str, dict[str, What]] = {}
    for found in differences(before, after):
        place, whole = found.place, not (found.place.row or found.field)
        if whole and found.what is What.MOVED:
            continue
        what = found.what if whole and found.what in (What.ADDED, What.REMOVED) else What.CHANGED
        done.setdefault(place.kind, {}).setdefault(place.slug, what)
    return [
        {"kind": wording.kind_name(kind), **Counter(what.value for what in done[kind].values())}
        for kind in LISTS
        if kind in done
    ]
