"""Which fields of the draft exist once per language (read by modeltranslation)."""

from django.db.models import Model
from modeltranslation.translator import TranslationOptions, translator

from wizard import models

TRANSLATED: dict[type[Model], tuple[str, ...]] = {
    models.Tree: ("title", "summary"),
    models.Source: ("title", "publisher"),
    models.Contact: ("name", "purpose", "hours"),
    models.Figure: ("name", "value"),
    models.Term: ("name", "meaning"),
    models.Question: ("title", "short", "help", "unit"),
    models.Choice: ("label", "hint"),
    models.Action: ("title", "body", "where", "letter"),
    models.Finding: (
        "title",
        "explanation",
        "differs",
        "remedy_time",
        "avoid",
        "tell",
    ),
    models.Evidence: ("because",),
    models.Alternative: ("name", "who", "size", "cost", "time", "papers", "risks", "how"),
    models.Message: ("meaning",),
    models.Scenario: ("story",),
}

for model, names in TRANSLATED.items():
    options = type(f"{model.__name__}Translation", (TranslationOptions,), {"fields": names})
    translator.register(model, options)
