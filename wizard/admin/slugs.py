"""Slugs: made from the English words, and fixed once an edition has them."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.db import models
from django.utils.text import slugify

from wizard.models import Choice, Edition, Part, Question, Tree
from wizard.tree import content

LONGEST = 30
NAMED_BY = ("short_en", "title_en", "name_en", "label_en", "text", "story_en", "meaning_en")
"""The fields a slug is made from: the first that has something to give."""


def suggest(fields: Mapping[str, Any], kind: str, taken: Iterable[str]) -> str:
    """A slug that nobody has yet, from the English words or else from the kind of row."""
    words = (slugify(str(fields.get(name) or "")) for name in NAMED_BY)
    best = next((slug for slug in map(_short, words) if slug), kind)
    # Digits alone could be taken for a number that a visitor typed.
    best = best if re.search("[a-z]", best) else f"is-{best}"
    return _free(best, set(taken))


def _short(slug: str, longest: int = LONGEST) -> str:
    """At most `longest` characters, ending with a whole word where that is possible."""
    slug = re.sub(r"[^a-z0-9]+", "-", slug).strip("-")
    if len(slug) <= longest:
        return slug
    return slug[: longest + 1].rpartition("-")[0] or slug[:longest]


def _free(slug: str, taken: set[str]) -> str:
    found, number = slug, 2
    while found in taken:
        ending = f"-{number}"
        found, number = _short(slug, LONGEST - len(ending)) + ending, number + 1
    return found


def taken(model: type[models.Model], tree: Tree | None) -> set[str]:
    """The slugs that a new row of `model` may not have: those in use, and those of old links."""
    rows = model._default_manager.all()
    if issubclass(model, Part):
        rows = rows.filter(tree=tree)
    found = set(rows.values_list("slug", flat=True))
    if issubclass(model, Question):
        found |= {old for text in rows.values_list("aliases", flat=True) for old in text.split()}
    return found


def fill_in(form: forms.ModelForm, cleaned: dict[str, Any], tree: Tree | None) -> None:
    """Make the slug of a row whose form leaves it empty."""
    if "slug" in form.fields and not cleaned.get("slug") and "slug" not in form.errors:
        model = type(form.instance)
        kind = str(model._meta.model_name)
        cleaned["slug"] = suggest(cleaned, kind, taken(model, tree))


def is_fixed(row: Question | Choice) -> bool:
    """Whether an edition has the slug already, so that visitors' addresses hold it."""
    if not row.pk:
        return False
    question = row.question if isinstance(row, Choice) else row
    # An edition may hold a choice under an earlier slug of its question.
    names = {question.slug, *(question.aliases.split() if isinstance(row, Choice) else ())}
    wanted = {(name, row.slug if isinstance(row, Choice) else "") for name in names}
    digests = Edition.objects.filter(tree=question.tree_id).values_list("digest", flat=True)
    return any(wanted & _published(digest) for digest in digests)


@lru_cache(maxsize=256)
def _published(digest: str) -> frozenset[tuple[str, str]]:
    """Questions as (slug, ""), and choices as (question, slug), of one edition.

    Kept apart from its `frozen` state: of the oldest edition, too, but of nothing else in it.
    """
    document = Edition.objects.filter(digest=digest).values_list("document", flat=True)[0]
    questions = content.decode(document).questions
    choices = {(q.slug, c.slug) for q in questions for c in q.choices}
    return frozenset({(q.slug, "") for q in questions} | choices)
