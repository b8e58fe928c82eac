"""What colleagues tell each other about the parts of a draft."""

import re
from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from wizard import wording
from wizard.admin.pages import CHANGE, address, frame, staff, tree_page
from wizard.admin.places import change_url, edit_url, row_at
from wizard.models import Note, Part, Tree
from wizard.tree.parts import PART_KINDS, Place


class NoteForm(forms.ModelForm):
    """A new note. `kind` and `slug` come hidden from the page of the part."""

    class Meta:
        model = Note
        fields = ("kind", "slug", "text")
        widgets = {
            "kind": forms.HiddenInput(),
            "slug": forms.HiddenInput(),
            "text": forms.Textarea(attrs={"rows": 3, "required": True}),
        }

    def clean_kind(self) -> str:
        kind = str(self.cleaned_data["kind"])
        if kind not in PART_KINDS:
            raise forms.ValidationError(_("There is no such part."))
        return kind


def panel(request: HttpRequest, row: models.Model) -> dict[str, Any] | None:
    """What the page of a part shows of its notes; None for rows that belong to no tree."""
    if not isinstance(row, Part | Tree):
        return None
    tree = row.tree if isinstance(row, Part) else row
    kind = str(row._meta.model_name)
    form = NoteForm(initial={"kind": kind, "slug": row.slug}, prefix="note")
    return {
        "tree": tree,
        "url": address("notes", tree),
        "list": tree.notes.filter(kind=kind, slug=row.slug).select_related("written_by"),
        "form": form if request.user.has_perm(CHANGE) else None,
    }


def count_open(tree: Tree) -> Counter[Place]:
    """How many notes wait at each part of a draft."""
    waiting = tree.notes.filter(done=False).values_list("kind", "slug")
    return Counter(Place(kind, slug) for kind, slug in waiting)


def move(part: Part, old: str) -> None:
    """Take the notes along when a part has got a new slug."""
    part.tree.notes.filter(kind=part._meta.model_name, slug=old).update(slug=part.slug)


@tree_page("notes", to_post=CHANGE)
def notes(request: HttpRequest, tree: Tree) -> HttpResponse:
    """All notes of a tree. A POST adds one, or marks one as done or not done, and goes back."""
    if request.method == "POST":
        return _mark(request, tree) if "note" in request.POST else _add(request, tree)
    written = [_shown(tree, note) for note in tree.notes.select_related("written_by")]
    context = frame(
        request,
        tree,
        "notes",
        _("Notes: %(tree)s") % {"tree": tree},
        notes_url=address("notes", tree),
        open=[each for each in written if not each["note"].done],
        done=[each for each in written if each["note"].done],
    )
    return render(request, "admin/wizard/tree/notes.html", context)


def _shown(tree: Tree, note: Note) -> dict[str, Any]:
    """A note, with what it is about as far as that is still there."""
    part = row_at(tree, Place(note.kind, note.slug))
    return {
        "note": note,
        "place": f"{wording.kind_name(note.kind)} {part or note.slug}",
        "url": edit_url(part) if part else "",
    }


def _add(request: HttpRequest, tree: Tree) -> HttpResponse:
    note = Note(tree=tree, written_by=staff(request))
    form = NoteForm(request.POST, instance=note, prefix="note")
    if not form.is_valid():
        said = " ".join(str(text) for errors in form.errors.values() for text in errors)
        messages.error(request, _("The note was not kept: %(why)s") % {"why": said})
        return HttpResponseRedirect(_back(tree, note))
    form.save()
    return HttpResponseRedirect(_back(tree, note))


def _mark(request: HttpRequest, tree: Tree) -> HttpResponse:
    key = request.POST["note"]
    note = get_object_or_404(tree.notes, pk=int(key) if re.fullmatch(r"\d{1,18}", key) else None)
    note.done = request.POST.get("done") == "yes"
    note.save(update_fields=["done"])
    if "list" in request.POST:
        return HttpResponseRedirect(address("notes", tree))
    return HttpResponseRedirect(_back(tree, note))


def _back(tree: Tree, note: Note) -> str:
    """To the notes on the page of the part; to all notes where that is gone."""
    part = change_url(tree, Place(note.kind, note.slug)) if note.kind in PART_KINDS else ""
    return f"{part}#notes" if part else address("notes", tree)
