"""Editing the parts of a tree: questions, findings, actions and the rest."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationStackedInline

from wizard.admin import conditions, history, inserting, pages, slugs, stops, usage
from wizard.admin.base import DraftAdmin, SameTreeForm, SameTreeFormSet, StaffAdmin
from wizard.admin.widgets import WORDS, EditingFields
from wizard.models import (
    Action,
    Alternative,
    Choice,
    Evidence,
    Finding,
    FindingAction,
    Message,
    Part,
    Question,
    Route,
    Scenario,
    ScenarioFinding,
    Tree,
)
from wizard.tree.languages import columns


class PartForm(SameTreeForm):
    """An empty slug is made from the English words; one that visitors' links hold stays."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "slug" not in self.fields:
            return
        self.fields["slug"].required = False
        if isinstance(self.instance, Question) and slugs.is_fixed(self.instance):
            _fix(self.fields["slug"], self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        slugs.fill_in(self, cleaned, cleaned.get("tree"))
        return cleaned


def _fix(field: forms.Field, question: Question) -> None:
    """Show a slug that may only be changed on the page that keeps old links working."""
    field.disabled = True
    field.help_text = format_html(
        '{} <a href="{}?question={}">{}</a>',
        _("Visitors' links hold it, so it stays."),
        pages.address("rename", question.tree),
        question.pk,
        _("Rename it; old links go on working"),
    )


class RowForm(forms.ModelForm):
    """A row of a list. A new one with nothing but a position is not meant to be saved.

    The script fills positions in. With anything else in it, a row is saved or refused.
    """

    def has_changed(self) -> bool:
        if self.instance.pk:
            return super().has_changed()
        return bool(set(self.changed_data) - {"position"})


class RowFormSet(SameTreeFormSet):
    """Rows in their order; new ones without a place come last."""

    def clean(self) -> None:
        super().clean()
        places = [form.instance.position for form in self.initial_forms]
        last = max(places, default=0)
        for form in self.extra_forms:
            if form.has_changed() and not form.instance.position:
                last += 1
                form.instance.position = last


class ChoiceForm(RowForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["slug"].required = False
        if self.instance.pk and slugs.is_fixed(self.instance):
            _fix(self.fields["slug"], self.instance.question)


class ChoiceFormSet(RowFormSet):
    """A condition that lost its last choice would hold for everybody: so none may."""

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk and (users := usage.links_to_users([form.instance])):
                told = _("“%(choice)s” is used and cannot be deleted:") % {
                    "choice": form.instance.slug
                }
                named = format_html_join(", ", "{}", ((user,) for user in users))
                raise forms.ValidationError(format_html("{} {}", told, named))
        self._name_the_nameless()

    def _name_the_nameless(self) -> None:
        kept = [f for f in self.forms if f not in self.deleted_forms and f.has_changed()]
        taken = {form.instance.slug for form in self.forms}
        taken |= {old for form in self.initial_forms for old in form.instance.aliases.split()}
        for form in kept:
            if not form.instance.slug and "slug" not in form.errors:
                form.instance.slug = slugs.suggest(form.cleaned_data, "choice", taken)
                form.cleaned_data["slug"] = form.instance.slug
                taken.add(form.instance.slug)


class RowInline(EditingFields, admin.StackedInline):
    """Rows that are put into order by dragging, by keyboard, or by their numbers."""

    form = RowForm
    formset = RowFormSet
    template = "admin/wizard/edit_rows.html"
    extra = 0


class TranslatedRowInline(EditingFields, TranslationStackedInline):
    form = RowForm
    formset = RowFormSet
    formfield_overrides = WORDS
    template = "admin/wizard/edit_rows.html"
    extra = 0


class ChoiceInline(TranslatedRowInline):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    fieldsets = (
        (
            None,
            {"fields": ("label", "hint", ("position", "at_least", "exclusive", "none", "unsure"))},
        ),
        (_("More"), {"fields": (("slug", "audience"),), "classes": ("collapse",)}),
    )

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new question has room for three answers at once."""
        return 0 if obj else 3


class RouteInline(RowInline):
    model = Route
    fk_name = "question"
    fields = (("position", "to", "otherwise"), "when")
    autocomplete_fields = ("to",)


class EvidenceInline(TranslatedRowInline):
    model = Evidence
    fields = (("position", "effect"), "when", "because")


class FindingActionInline(RowInline):
    model = FindingAction
    classes = ("one-line",)
    fields = (("position", "action"),)
    autocomplete_fields = ("action",)


class ScenarioFindingInline(RowInline):
    model = ScenarioFinding
    classes = ("one-line",)
    fields = (("position", "finding"),)
    autocomplete_fields = ("finding",)


class PartAdmin(EditingFields, DraftAdmin):
    """A part with the bar of its tree above it, and what uses it named before it goes."""

    form = PartForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """First the tree, where the address does not name it; last what sees to itself."""
        known = bool(_tree(request, obj))
        first = [] if known else [(None, {"fields": ("tree",)})]
        made = ("slug", "position", "tree") if known else ("slug", "position")
        last = (_("Slug and order"), {"fields": made, "classes": ("collapse",)})
        return [*first, *super().get_fieldsets(request, obj), last]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "tree" in form.base_fields and _tree(request, obj):
            form.base_fields["tree"].widget = forms.HiddenInput()
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new part comes last in the tree that the address names."""
        initial = super().get_changeform_initial_data(request)
        if str(request.GET.get("tree", "")).isdecimal() and "position" not in request.GET:
            rows = self.model._default_manager.filter(tree=initial["tree"])
            initial["position"] = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
        return initial

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(_beyond(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(_beyond(obj))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """The search boxes of a form offer only what is of the form's tree."""
        found, several = super().get_search_results(request, queryset, search_term)
        tree = request.GET.get("tree", "")
        return (found.filter(tree=int(tree)) if tree.isdecimal() else found), several

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Refuse to delete what is used elsewhere, and say where."""
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return shown, counts, lacking, usage.links_to_users(objs) or protected

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        part = self.get_object(request, object_id) if object_id else None
        tree = _tree(request, part)
        context: dict[str, Any] = {"bar": pages.bar(request, tree)} if tree else {}
        if isinstance(part, Question):
            context["map_url"] = _on_map(part)
        return super().changeform_view(
            request, object_id, form_url, context | (extra_context or {})
        )


def _tree(request: HttpRequest, part: Part | None) -> Tree | None:
    """The tree of a part; of a new one, that which the address names."""
    if part is not None:
        return part.tree
    key = request.GET.get("tree", "")
    return Tree.objects.filter(pk=key).first() if key.isdecimal() else None


def _on_map(part: Question | Finding) -> str:
    return f"{pages.address('map', part.tree)}#{part._meta.model_name}-{part.slug}"


def _beyond(part: Part) -> str:
    """Where to go when a part was saved: to its place on the map, or to the list of its kind."""
    if isinstance(part, Question | Finding):
        return _on_map(part)
    listed = reverse(f"admin:wizard_{part._meta.model_name}_changelist")
    return f"{listed}?tree__id__exact={part.tree_id}"


def _tell_stops(request: HttpRequest, new: Question) -> None:
    """Lead on to the saved cases that have no answer to a new question yet."""
    stopping = stops.count_at(new)
    if not stopping:
        return
    told = ngettext(
        "%(number)d scenario has no answer to the new question yet.",
        "%(number)d scenarios have no answer to the new question yet.",
        stopping,
    )
    address = f"{pages.address('scenarios', new.tree)}#stop-{new.slug}"
    link = format_html('<a href="{}">{}</a>', address, _("Give them one"))
    messages.warning(request, format_html("{} {}", told % {"number": stopping}, link))


@admin.register(Question)
class QuestionAdmin(PartAdmin):
    list_display = ("slug", "title", "kind", "position", "tree")
    list_filter = ("tree", "kind")
    search_fields = ("slug", *columns("title", "choices__label"))
    inlines = (ChoiceInline, RouteInline)
    renumbered = ("choices", "routes")
    fieldsets = (
        (None, {"fields": ("title", "short", "help", "kind")}),
        (
            _("For a number"),
            {"fields": ("unit", ("minimum", "maximum")), "classes": ("for-number",)},
        ),
    )

    def after(self, request: HttpRequest) -> Question | None:
        """The question that the address names as the one before a new one."""
        key = request.GET.get("after", "")
        if not key.isdecimal():
            return None
        return Question.objects.filter(pk=key).select_related("tree").first()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        if after := self.after(request):
            initial |= {"tree": after.tree_id, "position": after.position + 1}
        return initial

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None or not (after := self.after(request)):
            return fieldsets
        between = ("goes_on",) if after.routes.exists() else ()
        title = _("Leads here from “%(question)s”") % {"question": after.short or after.slug}
        box = {"fields": ("leads_when", *between), "classes": ("leads-here",)}
        return [(title, box), *fieldsets]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        after = self.after(request) if obj is None else None
        if after:
            mixed = (inserting.InsertForm, self.form)
            kwargs["form"] = type("InsertQuestionForm", mixed, {"after": after})
        return super().get_form(request, obj, change=change, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change and isinstance(form, inserting.InsertForm):
            before = history.portrait(form.after)
            inserting.make_room(form.after, form.instance)
            inserting.lead_here(
                form.after,
                form.instance,
                list(form.cleaned_data["leads_when"]),
                goes_on=form.cleaned_data.get("goes_on", False),
            )
            self._note(request, form.after, before)
            _tell_stops(request, form.instance)

    def _note(self, request: HttpRequest, changed: Question, before: history.Portrait) -> None:
        """The question before a new one has other routes now: that is a change of it, too."""
        by = pages.staff(request)
        told = history.changes(before, history.portrait(changed))
        if by is not None and told:
            history.log_change(by, changed, told)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)
        # Choices have no delete right of their own: they go with their question.
        return shown, counts, lacking - {Choice._meta.verbose_name}, protected


@admin.register(Choice)
class ChoiceAdmin(EditingFields, StaffAdmin):
    """Here for the search boxes of conditions; choices are edited with their question."""

    search_fields = ("question__slug", "slug", *columns("label"))
    list_select_related = ("question__tree",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("pick/", view(conditions.pick), name="wizard_choice_pick"),
            path("sentence/", view(conditions.read_back), name="wizard_choice_sentence"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Choice]:
        return super().get_queryset(request).select_related("question__tree")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Finding)
class FindingAdmin(PartAdmin):
    list_display = ("slug", "title", "safety", "fallback", "position", "tree")
    list_filter = ("tree", "safety")
    search_fields = ("slug", *columns("title", "explanation"))
    autocomplete_fields = ("sources",)
    inlines = (EvidenceInline, FindingActionInline)
    renumbered = ("evidence", "steps")
    fieldsets = (
        (None, {"fields": ("title", "stopped_at", ("safety", "fallback"))}),
        (
            _("Text"),
            {
                "fields": (
                    "explanation",
                    "differs",
                    "remedy_time",
                    "remedy_grade",
                    "retry_days",
                    "avoid",
                    "tell",
                    "sources",
                )
            },
        ),
    )


@admin.register(Action)
class ActionAdmin(PartAdmin):
    list_display = ("slug", "title", "theme", "horizon", "general", "tree")
    list_filter = ("tree", "theme", "horizon", "general")
    search_fields = ("slug", *columns("title", "body"))
    autocomplete_fields = ("contacts", "sources")
    fieldsets = (
        (None, {"fields": ("title", ("theme", "horizon", "minutes"))}),
        (_("For whom"), {"fields": ("general", "when")}),
        (
            _("Text"),
            {
                "fields": (
                    "body",
                    "where",
                    "letter",
                    "answer_days",
                    "contacts",
                    "sources",
                    "ends_on",
                )
            },
        ),
    )


@admin.register(Alternative)
class AlternativeAdmin(PartAdmin):
    list_display = ("slug", "name", "within", "borrowing", "ends_on", "tree")
    list_filter = ("tree", "within", "borrowing", "for_persons", "for_businesses")
    search_fields = ("slug", *columns("name"))
    autocomplete_fields = ("contacts", "sources")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    ("for_persons", "for_businesses", "borrowing"),
                    ("within", "ends_on"),
                )
            },
        ),
        (
            _("Text"),
            {
                "fields": (
                    "who",
                    "size",
                    "cost",
                    "time",
                    "papers",
                    "risks",
                    "how",
                    "contacts",
                    "sources",
                )
            },
        ),
    )


@admin.register(Message)
class MessageAdmin(PartAdmin):
    list_display = ("text", "literal", "finding", "slug", "tree")
    list_filter = ("tree", "literal", "finding")
    list_select_related = ("finding", "tree")
    search_fields = ("slug", "text", "wordings", *columns("meaning"))
    autocomplete_fields = ("finding", "source")
    fields = (
        "text",
        "literal",
        "meaning",
        "finding",
        "implies",
        "wordings",
        "source",
    )


@admin.register(Scenario)
class ScenarioAdmin(PartAdmin):
    list_display = ("slug", "story", "tree")
    list_filter = ("tree",)
    search_fields = ("slug", *columns("story"))
    autocomplete_fields = ("actions", "absent_actions")
    inlines = (ScenarioFindingInline,)
    renumbered = ("expected",)
    fields = ("story", "answers", "actions", "absent_actions")
