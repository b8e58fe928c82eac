"""Staff editing. Buttons call publishing; nothing is decided here."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import (
    TranslationAdmin,
    TranslationStackedInline,
)

from wizard import editions, publishing, wording
from wizard.forms import PublishForm
from wizard.models import (
    Action,
    Choice,
    Contact,
    Edition,
    Evidence,
    Finding,
    FindingAction,
    Message,
    Part,
    Question,
    Route,
    Scenario,
    ScenarioFinding,
    Source,
    Tree,
    User,
)
from wizard.problems import Level, Problem

admin.site.site_header = _("Payout Wizard")
admin.site.site_title = _("Payout Wizard")
admin.site.index_title = _("Draft and editions")

PUBLISH = "wizard.add_edition"

admin.site.register(User, UserAdmin)


class ProseField(forms.CharField):
    """Browsers send line ends as CRLF; fixtures and editions have plain ones."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


WORDS: dict[Any, dict[str, Any]] = {
    models.CharField: {"widget": AdminTextInputWidget(attrs={"class": "vLargeTextField"})},
    models.TextField: {
        "form_class": ProseField,
        "widget": AdminTextareaWidget(attrs={"rows": 4}),
    },
}


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


class ChoiceFormSet(forms.BaseInlineFormSet):
    """A condition that lost its last choice would hold for everybody: so none may."""

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk and (users := form.instance.users()):
                named = ", ".join(str(user) for user in users)
                raise forms.ValidationError(
                    _("“%(choice)s” is used and cannot be deleted: %(users)s"),
                    params={"choice": form.instance.slug, "users": named},
                )


class DraftAdmin(TranslationAdmin):
    """What the parts of a tree have in common."""

    form = SameTreeForm
    formfield_overrides = WORDS
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

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # All that is saved with it follows in this transaction: nobody publishes half of it.
        obj.tree.lock()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for name in self.renumbered:
            rows = getattr(form.instance, name).order_by("position", "pk")
            for place, row in enumerate(rows, start=1):
                type(row)._default_manager.filter(pk=row.pk).update(position=place)


class ChoiceInline(TranslationStackedInline):
    model = Choice
    formset = ChoiceFormSet
    formfield_overrides = WORDS
    extra = 0
    fields = (
        ("position", "slug", "at_least"),
        ("exclusive", "unsure"),
        "label",
        "hint",
    )


class RouteInline(admin.TabularInline):
    model = Route
    formset = SameTreeFormSet
    fk_name = "question"
    extra = 0
    fields = ("position", "to", "when", "otherwise")
    autocomplete_fields = ("to", "when")


class EvidenceInline(TranslationStackedInline):
    model = Evidence
    formset = SameTreeFormSet
    formfield_overrides = WORDS
    extra = 0
    fields = (("position", "effect"), "when", "because")
    autocomplete_fields = ("when",)


class FindingActionInline(admin.TabularInline):
    model = FindingAction
    formset = SameTreeFormSet
    extra = 0
    fields = ("position", "action")
    autocomplete_fields = ("action",)


class ScenarioFindingInline(admin.TabularInline):
    model = ScenarioFinding
    formset = SameTreeFormSet
    extra = 0
    fields = ("position", "finding")
    autocomplete_fields = ("finding",)


@admin.register(Tree)
class TreeAdmin(TranslationAdmin):
    list_display = ("slug", "title", "current", "publish_link")
    search_fields = ("slug", "title_zh_hans", "title_en")
    formfield_overrides = WORDS
    change_form_template = "admin/wizard/tree/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Links to a published tree hold its slug."""
        return ("slug",) if obj is not None and obj.edition else ()

    @admin.display(description=_("edition"))
    def current(self, tree: Tree) -> str:
        return str(tree.edition.number) if tree.edition else "–"

    @admin.display(description=_("publish"))
    def publish_link(self, tree: Tree) -> str:
        address = reverse("admin:wizard_tree_publish", args=[tree.pk])
        return format_html('<a href="{}">{}</a>', address, _("Check and publish"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.publish_view)
        return [
            path("<int:pk>/publish/", view, name="wizard_tree_publish"),
            *super().get_urls(),
        ]

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the problems of the draft; publish it if it has no error."""
        tree = get_object_or_404(Tree, pk=pk)
        if not self.has_view_permission(request, tree):
            raise PermissionDenied
        if request.method == "POST":
            if not request.user.has_perm(PUBLISH):
                raise PermissionDenied
            return self._publish(request, tree)
        return self._show_problems(request, tree)

    def _publish(self, request: HttpRequest, tree: Tree) -> HttpResponse:
        again = HttpResponseRedirect(reverse("admin:wizard_tree_publish", args=[tree.pk]))
        form = PublishForm(request.POST)
        if not form.is_valid():
            messages.error(request, form.errors["note"].as_text())
            return again
        by = request.user if isinstance(request.user, User) else None
        try:
            edition = publishing.publish(tree, by=by, note=form.cleaned_data["note"])
        except publishing.NotPublishableError:
            messages.error(request, _("Not published: mend the errors below first."))
            return again
        editions.forget()
        messages.success(request, _("Published edition %(number)d.") % {"number": edition.number})
        return HttpResponseRedirect(reverse("admin:wizard_tree_change", args=[tree.pk]))

    def _show_problems(self, request: HttpRequest, tree: Tree) -> HttpResponse:
        problems = publishing.draft_problems(tree)
        rows = [
            {
                "level": problem.level,
                "place": wording.place(problem),
                "url": _change_url(tree, problem),
                "text": wording.problem(problem),
            }
            for problem in problems
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Check and publish: %(tree)s") % {"tree": tree},
            "opts": self.opts,
            "tree": tree,
            "problems": rows,
            "form": PublishForm(),
            "publishable": not any(p.level is Level.ERROR for p in problems),
            "may_publish": request.user.has_perm(PUBLISH),
        }
        return render(request, "admin/wizard/tree/publish.html", context)


def _change_url(tree: Tree, problem: Problem) -> str:
    """Where the part with the problem is edited; "" if it is not there any more."""
    kinds: dict[str, type[models.Model]] = {
        "tree": Tree,
        "question": Question,
        "finding": Finding,
        "action": Action,
        "contact": Contact,
        "source": Source,
        "message": Message,
        "scenario": Scenario,
    }
    model = kinds[problem.place.kind]
    lookup: dict[str, Any] = {"slug": problem.place.slug}
    if issubclass(model, Part):
        lookup["tree"] = tree
    row = model._default_manager.filter(**lookup).first()
    if row is None:
        return ""
    return reverse(f"admin:wizard_{model._meta.model_name}_change", args=[row.pk])


@admin.register(Question)
class QuestionAdmin(DraftAdmin):
    list_display = ("slug", "title", "kind", "position", "tree")
    list_filter = ("tree", "kind")
    search_fields = ("slug", "title_zh_hans", "title_en", "choices__label_zh_hans")
    inlines = (ChoiceInline, RouteInline)
    renumbered = ("choices", "routes")
    fieldsets = (
        (None, {"fields": (("tree", "slug"), ("kind", "position"), "title", "short", "help")}),
        (_("number"), {"fields": ("unit", ("minimum", "maximum")), "classes": ("collapse",)}),
    )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Refuse to delete questions whose choices are used elsewhere, and say where."""
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)
        gone = {question.pk for question in objs}
        users = (user for question in objs for c in question.choices.all() for user in c.users())
        elsewhere = [u for u in users if not (isinstance(u, Route) and u.question_id in gone)]
        # Choices have no delete right of their own: they go with their question.
        lacking -= {Choice._meta.verbose_name}
        return shown, counts, lacking, [*protected, *dict.fromkeys(map(str, elsewhere))]


@admin.register(Choice)
class ChoiceAdmin(TranslationAdmin):
    """Here for the search boxes of conditions; choices are edited with their question."""

    search_fields = ("question__slug", "slug", "label_zh_hans", "label_en")
    list_select_related = ("question__tree",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Choice]:
        return super().get_queryset(request).select_related("question__tree")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Finding)
class FindingAdmin(DraftAdmin):
    list_display = ("slug", "title", "safety", "fallback", "position", "tree")
    list_filter = ("tree", "safety")
    search_fields = ("slug", "title_zh_hans", "title_en", "explanation_zh_hans")
    autocomplete_fields = ("sources",)
    inlines = (EvidenceInline, FindingActionInline)
    renumbered = ("evidence", "steps")
    fieldsets = (
        (None, {"fields": (("tree", "slug"), ("position", "safety", "fallback"), "title")}),
        (_("text"), {"fields": ("explanation", "remedy_time", "avoid", "tell", "sources")}),
    )


@admin.register(Action)
class ActionAdmin(DraftAdmin):
    list_display = ("slug", "title", "theme", "horizon", "general", "tree")
    list_filter = ("tree", "theme", "horizon", "general")
    search_fields = ("slug", "title_zh_hans", "title_en", "body_zh_hans")
    autocomplete_fields = ("when", "contacts", "sources")


@admin.register(Contact)
class ContactAdmin(TranslationAdmin):
    list_display = ("slug", "name", "value", "kind")
    search_fields = ("slug", "name_zh_hans", "name_en", "value")
    autocomplete_fields = ("sources",)
    formfield_overrides = WORDS


@admin.register(Source)
class SourceAdmin(TranslationAdmin):
    list_display = ("slug", "title", "grade", "published_on", "checked_on")
    list_filter = ("grade", "checked_on")
    search_fields = ("slug", "title_zh_hans", "title_en", "url")
    formfield_overrides = WORDS | {models.URLField: {"assume_scheme": "https"}}
    date_hierarchy = "checked_on"


@admin.register(Message)
class MessageAdmin(DraftAdmin):
    list_display = ("text", "literal", "slug", "tree")
    list_filter = ("tree", "literal")
    search_fields = ("slug", "text", "meaning_zh_hans")
    autocomplete_fields = ("implies", "source")


@admin.register(Scenario)
class ScenarioAdmin(DraftAdmin):
    list_display = ("slug", "story", "tree")
    list_filter = ("tree",)
    search_fields = ("slug", "story_zh_hans", "story_en")
    autocomplete_fields = ("answers", "actions", "absent_actions")
    inlines = (ScenarioFindingInline,)
    renumbered = ("expected",)


@admin.register(Edition)
class EditionAdmin(admin.ModelAdmin):
    """Editions are read, and restored into the draft; they never change."""

    list_display = ("tree", "number", "published_at", "published_by", "note")
    list_filter = ("tree",)
    fields = ("tree", "number", "published_at", "published_by", "note", "digest")
    readonly_fields = fields
    actions = ("restore",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PUBLISH)

    @admin.action(
        description=_("Restore into the draft (the draft is replaced)"), permissions=["publish"]
    )
    def restore(self, request: HttpRequest, editions: Iterable[Edition]) -> None:
        chosen = list(editions)
        if len(chosen) != 1:
            messages.error(request, _("Choose one edition to restore."))
            return
        publishing.restore(chosen[0])
        messages.success(request, _("The draft is now edition %s.") % chosen[0])
