"""New slugs for what visitors' addresses name, the old ones still working.

Conditions, routes and scenarios point to rows, so a new slug changes nothing else.
An old slug that an edition holds stays as an alias: see `engine.walk`.
"""

import re
from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wizard.admin import history, notes, slugs
from wizard.admin.pages import CHANGE, address, frame, staff, tree_page
from wizard.models import Choice, Question, Tree, validate_slug

Named = Question | Choice


class RenameForm(forms.Form):
    """A slug for the question and for each of its choices.

    `seen` holds the slugs as they were when the page was opened.
    """

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, question: Question, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows: dict[str, Named] = {"question": question}
        self.rows |= {f"choice-{choice.pk}": choice for choice in question.choices.all()}
        self.question = question
        self.fields["seen"].initial = self.now
        for name, row in self.rows.items():
            shown = row.title if isinstance(row, Question) else row.label
            self.fields[name] = forms.CharField(
                label=shown or row.slug,
                max_length=60,
                initial=row.slug,
                validators=[validate_slug],
                widget=forms.TextInput(attrs={"class": "vTextField", "spellcheck": "false"}),
            )

    @property
    def now(self) -> str:
        return " ".join(row.slug for row in self.rows.values())

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What the page shows: each field with the row that it names."""
        return [{"field": self[name], "row": row} for name, row in self.rows.items()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("seen") != self.now:
            self.add_error(
                None, _("Somebody else renamed something here meanwhile. Look at it again.")
            )
        taken = Counter(
            name
            for field, row in self.rows.items()
            if isinstance(row, Choice) and field in cleaned
            for name in (cleaned[field], *self.kept(row, cleaned[field]))
        )
        for field, row in self.rows.items():
            if field not in cleaned:
                continue
            names = {cleaned[field], *self.kept(row, cleaned[field])}
            if isinstance(row, Choice) and any(taken[name] > 1 for name in names):
                self.add_error(field, _("Another choice has this slug, or had it in an edition."))
            if isinstance(row, Question) and names & _of_others(row):
                self.add_error(field, _("Another question has this slug, or had it in an edition."))
        return cleaned

    def kept(self, row: Named, slug: str) -> list[str]:
        """The aliases of a row when it has the slug `slug`."""
        aliases = _aliases(row)
        if slug != row.slug and self._is_published(row):
            aliases.append(row.slug)
        return [alias for alias in dict.fromkeys(aliases) if alias != slug]

    def _is_published(self, row: Named) -> bool:
        """Whether an address that names the row by its present slug may be out there."""
        return slugs.is_fixed(row)

    def save(self) -> list[tuple[Named, str]]:
        """Rename what has a new slug; gives those rows with their old slugs."""
        new = {name: self.cleaned_data[name] for name in self.changed_data if name in self.rows}
        renamed = [(self.rows[name], self.rows[name].slug) for name in new]
        kept = {name: self.kept(self.rows[name], slug) for name, slug in new.items()}
        for name in new:
            # One may take the slug that another one gives up.
            self._write(self.rows[name], slug=f"renamed-{self.rows[name].pk}-of-{len(new)}")
        for name, slug in new.items():
            self._write(self.rows[name], slug=slug, aliases="\n".join(kept[name]))
        return renamed

    def _write(self, row: Named, **fields: str) -> None:
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))


def _aliases(row: Named) -> list[str]:
    return row.aliases.split()


def _of_others(question: Question) -> set[str]:
    """Names of the tree's other questions, those of today and earlier ones."""
    others = question.tree.questions.exclude(pk=question.pk)
    return {name for other in others for name in (other.slug, *_aliases(other))}


@tree_page("rename", to_post=CHANGE)
def rename(request: HttpRequest, tree: Tree) -> HttpResponse:
    """New slugs for the question that the address names, and for its choices."""
    sent = request.GET.get("question", "")
    key = int(sent) if re.fullmatch(r"\d{1,18}", sent) else None
    with transaction.atomic():
        if request.method == "POST":
            tree.lock()
        question = get_object_or_404(tree.questions, pk=key)
        form = RenameForm(question, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return _rename(request, tree, question, form)
    context = frame(
        request,
        tree,
        "rename",
        _("Rename: %(question)s") % {"question": question},
        question=question,
        form=form,
        url=f"{address('rename', tree)}?question={question.pk}",
    )
    return render(request, "admin/wizard/tree/rename.html", context)


def _rename(request: HttpRequest, tree: Tree, question: Question, form: RenameForm) -> HttpResponse:
    before = history.portrait(question)
    renamed = form.save()
    user = staff(request)
    for row, old in renamed:
        names = {"old": old, "new": row.slug, "question": question.slug}
        if isinstance(row, Question):
            notes.move(row, old)
            said = _("Renamed question “%(old)s” to “%(new)s”.")
        else:
            said = _("Renamed choice “%(old)s” of “%(question)s” to “%(new)s”.")
        history.note_change(user, tree, said, **names)
        messages.success(request, said % names)
    if renamed:
        tree.touch(user)
        if user is not None:
            history.log_change(user, question, history.changes(before, history.portrait(question)))
    else:
        messages.info(request, _("Nothing was renamed."))
    return HttpResponseRedirect(reverse("admin:wizard_question_change", args=[question.pk]))
