"""Fields of the editing pages: help in place, both languages side by side, Markdown."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AdminTextInputWidget,
    RelatedFieldWidgetWrapper,
)
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wizard.admin import hints
from wizard.admin.conditions import ConditionField
from wizard.models import Action, Alternative, Choice, Finding, Question
from wizard.tree.languages import DEFAULT, LANGUAGES, column, columns

MARKDOWN: dict[type[models.Model], frozenset[str]] = {
    Question: frozenset({"help"}),
    Finding: frozenset({"explanation", "differs", "avoid"}),
    Action: frozenset({"body"}),
    Alternative: frozenset({"how"}),
}


class ProseField(forms.CharField):
    """Browsers send line ends as CRLF; fixtures and editions have plain ones."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


class MarkdownWidget(AdminTextareaWidget):
    """A text with a button that shows it as visitors will see it.

    Without JavaScript the button opens the preview in a tab of its own.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<div class="markdown">{}<button type="submit" class="prose-button" name="prose"'
            ' value="{}" formaction="{}" formtarget="_blank" formnovalidate>{}</button>'
            '<div class="prose-preview" aria-live="polite" hidden></div></div>',
            super().render(name, value, attrs, renderer),
            name,
            reverse("admin:wizard_prose"),
            _("Preview"),
        )


WORDS: dict[Any, dict[str, Any]] = {
    models.CharField: {"widget": AdminTextInputWidget(attrs={"class": "vLargeTextField"})},
    models.TextField: {
        "form_class": ProseField,
        "widget": AdminTextareaWidget(attrs={"rows": 4}),
    },
}


class EditingFields:
    """For admins and inlines: every field with its help, every text in two columns."""

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        original = getattr(db_field, "translated_field", db_field)
        if original.name in MARKDOWN.get(db_field.model, ()):
            kwargs["widget"] = MarkdownWidget(attrs={"rows": 6})
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None:
            if isinstance(field.widget, RelatedFieldWidgetWrapper):
                # Its icons add and delete the other row itself, which looks like a choice here.
                field.widget = field.widget.widget
            field.help_text = hints.HINTS.get(str(db_field.model._meta.model_name), {}).get(
                original.name, field.help_text
            )
            if db_field is not original:
                _as_translation(field, original, db_field)
        return field

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.related_model is Choice:
            kwargs |= {"form_class": ConditionField, "read_back": db_field.name == "when"}
            return db_field.formfield(**kwargs)
        return super().formfield_for_manytomany(  # type: ignore[misc]
            db_field, request, **kwargs
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        return [
            (name, options | {"fields": side_by_side(options["fields"])})
            for name, options in fieldsets
        ]


def side_by_side(names: Sequence[Any]) -> list[Any]:
    """Fields with the languages of a text in one line."""
    lines: list[Any] = []
    for name in names:
        if isinstance(name, str) and name.endswith(column("", DEFAULT)):
            lines.append(columns(name.removesuffix(column("", DEFAULT))))
        elif not (lines and isinstance(lines[-1], tuple) and name in lines[-1]):
            lines.append(name)
    return lines


def _as_translation(field: forms.Field, original: Any, db_field: Any) -> None:
    """Label, language and the mark for what is missing; help stands on the left only."""
    language = LANGUAGES[db_field.language].name
    field.label = f"{capfirst(str(original.verbose_name))} · {language}"
    if db_field.language != DEFAULT:
        field.help_text = ""
    field.widget.attrs |= {
        "lang": db_field.language,
        # Shown by style sheet only while the field is empty, so it needs no script.
        "placeholder": _("Missing in %(language)s") % {"language": language},
    }
    if not original.blank:
        field.widget.attrs["data-needed"] = "true"
