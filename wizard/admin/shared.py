"""Editing what all trees share: contacts, figures, glossary, sources."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wizard.admin import slugs, usage
from wizard.admin.base import StaffAdmin
from wizard.admin.widgets import WORDS, EditingFields
from wizard.models import Contact, Figure, Source, Term
from wizard.tree.languages import columns


class StaleFilter(admin.SimpleListFilter):
    """What nobody has checked for longer than STALE_AFTER_DAYS."""

    title = _("checked")
    parameter_name = "checked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        days = settings.STALE_AFTER_DAYS
        return [("stale", _("more than %(days)d days ago, or never") % {"days": days})]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[models.Model]
    ) -> models.QuerySet[models.Model]:
        if self.value() != "stale":
            return queryset
        return stale(queryset)


def stale(rows: models.QuerySet[models.Model]) -> models.QuerySet[models.Model]:
    """Those that nobody has checked for longer than STALE_AFTER_DAYS."""
    limit = timezone.localdate() - dt.timedelta(days=settings.STALE_AFTER_DAYS)
    return rows.exclude(checked_on__gte=limit)


class SharedForm(forms.ModelForm):
    """An empty slug is made from the English words."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        slugs.fill_in(self, cleaned, None)
        return cleaned


class SharedAdmin(EditingFields, StaffAdmin):
    """What all trees share: whoever would delete it is told which of them use it."""

    form = SharedForm

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return shown, counts, lacking, usage.links_to_users(objs) or protected


@admin.register(Contact)
class ContactAdmin(SharedAdmin):
    list_display = ("slug", "name", "value", "kind", "checked_on")
    list_filter = (StaleFilter, "kind")
    search_fields = ("slug", "value", *columns("name"))
    autocomplete_fields = ("sources",)


@admin.register(Figure)
class FigureAdmin(SharedAdmin):
    list_display = ("slug", "name", "value", "as_of", "checked_on", "grade")
    list_filter = (StaleFilter, "grade")
    search_fields = ("slug", *columns("name"))
    autocomplete_fields = ("sources",)


@admin.register(Term)
class TermAdmin(SharedAdmin):
    list_display = ("slug", "name", "meaning")
    search_fields = ("slug", "words", *columns("name"))


@admin.register(Source)
class SourceAdmin(SharedAdmin):
    list_display = ("slug", "title", "grade", "published_on", "checked_on")
    list_filter = (StaleFilter, "grade")
    search_fields = ("slug", "url", *columns("title"))
    formfield_overrides = WORDS | {models.URLField: {"assume_scheme": "https"}}
    date_hierarchy = "checked_on"
