"""What the editing pages have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.db import models, transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from wizard.admin import conflicts, history, notes, pages
from wizard.admin.widgets import WORDS
from wizard.models import Part, Tree


class SameTreeForm(forms.ModelForm):
    """Refuses rows of another tree: slugs that look alike would be taken for ours."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        refuse_strangers(self, cleaned.get("tree"))
        return cleaned


class SameTreeFormSet(forms.BaseInlineFormSet):
    """The same for inline rows: their tree is that of the row they belong to."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            refuse_strangers(form, _tree_of(self.instance))


def refuse_strangers(form: forms.ModelForm, home: Tree | None) -> None:
    """Add an error to every field of `form` that names a row of another tree than `home`."""
    for name, value in list(getattr(form, "cleaned_data", {}).items()):
        rows = value if isinstance(value, models.QuerySet | list) else [value]
        strangers = [row for row in rows if _tree_of(row) not in (None, home)]
        if home is not None and strangers:
            named = ", ".join(str(row) for row in strangers)
            form.add_error(name, _("Belongs to another tree: %(rows)s") % {"rows": named})


def _tree_of(row: Any) -> Tree | None:
    """The tree that a row belongs to; None for rows that all trees share."""
    if isinstance(row, Part):
        return row.tree if row.tree_id else None
    for owner in ("question", "finding", "scenario"):
        if getattr(row, f"{owner}_id", None):
            return _tree_of(getattr(row, owner))
    return None


def trees_with(row: models.Model) -> list[Tree]:
    """The trees that change with a row: its own, or all where all share it."""
    own = row if isinstance(row, Tree) else _tree_of(row)
    return list(Tree.objects.all()) if own is None else [own]


def lock(row: models.Model) -> None:
    """Wait until nobody else writes or publishes what changes with a row."""
    for tree in trees_with(row):
        # One that is just being added is nobody else's yet.
        if tree.pk:
            tree.lock()


EDIT = "wizard_edit"
"""The attribute of a request that holds its `Edit`."""


@dataclass
class Edit:
    """What is known of a row before its change form is read.

    `seen` tells what is stored, `before` what that is in words, if it
    may be replaced; `overtaken`: somebody else has replaced it since the form was opened.
    """

    row: models.Model
    seen: str
    before: history.Portrait | None = None
    overtaken: bool = False


def _edit(request: HttpRequest) -> Edit | None:
    return getattr(request, EDIT, None)


def _bar(request: HttpRequest, row: models.Model) -> list[dict[str, Any]]:
    """The links to the pages of its tree; none for rows that all trees share."""
    own = row if isinstance(row, Tree) else _tree_of(row)
    return pages.bar(request, own) if own else []


class StaffAdmin(TranslationAdmin):
    """Change forms that lose nothing of two editors, and tell who changed what."""

    formfield_overrides = WORDS

    def _changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        # Django calls this inside a transaction if something may be saved.
        if object_id is not None:
            row = self.get_object(request, unquote(object_id))
            writes = request.method == "POST" and self.has_change_permission(request, row)
            if row is not None and writes:
                lock(row)
                row = self.get_object(request, unquote(object_id))
            if row is None and writes:
                return self._gone(request)
            if row is not None:
                setattr(request, EDIT, self._before(request, row, writes=writes))
        response: HttpResponse = super()._changeform_view(  # type: ignore[misc]
            request, object_id, form_url, extra_context
        )
        return response

    def _before(self, request: HttpRequest, row: models.Model, *, writes: bool) -> Edit:
        # Before the form is filled: what is stored in between is a conflict, not a loss.
        seen = conflicts.seen(row)
        if not writes:
            return Edit(row, seen)
        # A program that sends no digest has seen no form: it means what it says.
        overtaken = request.POST.get(conflicts.SEEN, seen) != seen
        return Edit(row, seen, history.portrait(row), overtaken)

    def _gone(self, request: HttpRequest) -> HttpResponse:
        """The row was deleted while its form was open: what was typed, to be copied."""
        form = self.get_form(request, None, change=False)(request.POST)
        formsets, _inlines = self._create_formsets(request, form.instance, change=False)  # type: ignore[attr-defined]
        slug = request.POST.get(conflicts.SEEN, "").partition(" ")[0]
        same = self.model._default_manager.filter(slug=slug)
        if issubclass(self.model, Part):
            tree = request.POST.get("tree", "")
            same = same.filter(tree=int(tree)) if tree.isdecimal() else same.none()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deleted meanwhile"),
            "opts": self.opts,
            "groups": conflicts.typed(form, formsets),
            "same": same.first(),
        }
        return TemplateResponse(
            request, "admin/wizard/gone.html", context, status=HTTPStatus.CONFLICT
        )

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, *args, **kwargs)
        edit = _edit(request)
        if edit is None or not edit.overtaken:
            return form
        return type(form)(form.__name__, (conflicts.OvertakenForm, form), {})

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        found: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        edit = _edit(request)
        if edit is not None and edit.overtaken:
            own = inline.get_formset(request, obj).fk.name
            present = inline.model._default_manager.filter(**{own: edit.row.pk})
            found["data"] = conflicts.with_rows_of_today(
                request.POST, prefix, present.values_list("pk", flat=True)
            )
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        edit = _edit(request)
        if edit is not None:
            context |= {"seen": edit.seen, "notes": notes.panel(request, edit.row)}
            context.setdefault("bar", _bar(request, edit.row))
        if edit is not None and edit.overtaken:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["conflict"] = conflicts.panel(
                edit.row, context["adminform"].form, formsets, request.POST
            )
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        if edit is not None and edit.overtaken:
            response.status_code = HTTPStatus.CONFLICT
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # All that is saved with it follows in this transaction: nobody publishes half of it.
        lock(obj)
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data and isinstance(obj, Part):
            notes.move(obj, form.initial["slug"])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        lock(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        with transaction.atomic():
            for tree in Tree.objects.all():
                tree.lock()
            super().delete_queryset(request, queryset)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> history.Message:
        edit = _edit(request)
        return history.changes(edit.before if edit else None, history.portrait(form.instance))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        self._touch(request, [obj])
        logged: LogEntry = super().log_addition(request, obj, message)
        return logged

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        if message:
            self._touch(request, [obj])
        logged: LogEntry = super().log_change(request, obj, message)
        return logged

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> list[LogEntry]:
        """Also in the history of the tree: that of a part cannot be opened any more."""
        rows = list(queryset)
        self._touch(request, rows)
        logged = []
        for row in rows:
            told = history.changes(history.portrait(row), None)
            user: Any = request.user
            logged += LogEntry.objects.log_actions(user.pk, [row], DELETION, told)
            if isinstance(row, Part):
                history.log_change(user, row.tree, told)
        return logged

    def _touch(self, request: HttpRequest, rows: Iterable[models.Model]) -> None:
        """Remember in the trees who changed them last."""
        for tree in {tree.pk: tree for row in rows for tree in trees_with(row)}.values():
            tree.touch(pages.staff(request))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The latest first, each with the values before and after."""
        row = self.get_object(request, unquote(object_id))
        context = extra_context or {}
        if row is not None:
            found = history.entries(row)
            paginator = self.get_paginator(request, found, history.PER_PAGE)
            page = paginator.get_page(request.GET.get(PAGE_VAR, 1))
            context = {
                "bar": _bar(request, row),
                "action_list": page,
                "page_range": paginator.get_elided_page_range(page.number),
                "pagination_required": paginator.num_pages > 1,
                "changes": [history.shown(entry, row) for entry in page],
            } | context
        response: HttpResponse = super().history_view(request, object_id, context)
        return response


class DraftAdmin(StaffAdmin):
    """What the parts of a tree have in common."""

    form = SameTreeForm
    list_per_page = 50
    save_on_top = True
    renumbered: Sequence[str] = ()
    """Related rows whose positions are made 1, 2, 3 … after saving."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new part comes last in the first tree, unless the address says otherwise."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        tree = Tree.objects.first()
        if issubclass(self.model, Part) and tree:
            last = self.model._default_manager.filter(tree=tree).aggregate(last=Max("position"))
            initial = {"tree": tree.pk, "position": (last["last"] or 0) + 1} | initial
        return initial

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for name in self.renumbered:
            rows = getattr(form.instance, name).order_by("position", "pk")
            for place, row in enumerate(rows, start=1):
                type(row)._default_manager.filter(pk=row.pk).update(position=place)
