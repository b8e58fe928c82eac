"""A new question behind another one, in one step with the way to it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from wizard.admin.conditions import ConditionField
from wizard.models import Choice, Question, Route
from wizard.tree.answers import ANSWER_KINDS
from wizard.tree.content import Kind


class InsertForm(forms.Form):
    """How the new question is reached; mixed into the form of a question.

    `after` is set by `behind` below; these fields are used only when adding.
    """

    after: Question
    instance: Question

    leads_when = ConditionField(
        required=False,
        label=_("opens when"),
        help_text=_("Empty: always, whatever the answer was. E.g. “Where it stopped = failed”."),
    )
    goes_on = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["leads_when"].widget.attrs["aria-label"] = str(self.fields["leads_when"].label)
        goes_on = self.fields["goes_on"]
        routes = list(self.after.routes.select_related("to"))
        if len(routes) == 1:
            self.fields["leads_when"].initial = list(routes[0].when.all())
        if routes:
            named = _("”, “").join(str(route.to.short or route.to.slug) for route in routes)
            goes_on.label = _("and goes on where “%(question)s” led to: “%(next)s”") % {
                "question": self.after.short or self.after.slug,
                "next": named,
            }
            goes_on.help_text = _("Puts the new question in between.")
        else:
            del self.fields["goes_on"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("tree") not in (None, self.after.tree):
            told = _("“%(question)s” belongs to another tree.") % {"question": self.after.short}
            self.add_error(None, told)
        return cleaned


def make_room(after: Question, new: Question) -> None:
    """Give `new` the place behind `after`, and those behind it the next places."""
    later = Question.objects.filter(tree=after.tree, position__gt=after.position)
    later.exclude(pk=new.pk).update(position=F("position") + 1)
    Question.objects.filter(pk=new.pk).update(position=after.position + 1)


def lead_here(after: Question, new: Question, when: list[Choice], *, goes_on: bool) -> None:
    """Add the route from `after` to `new`; with `goes_on`, `new` leads to where `after` led.

    Those for whom the condition does not hold go on as before.
    """
    old = list(after.routes.all()) if goes_on else []
    only = old[0] if len(old) == 1 else None
    # Everybody who went on comes by, if the condition is that of the only route.
    always = not when or (only is not None and set(when) == set(only.when.all()))
    _lead_on(old, new, when)
    if always:
        Route.objects.filter(pk__in=[route.pk for route in old]).delete()
    elif only is not None:
        Route.objects.filter(pk=only.pk).update(otherwise=True)
    if old:
        # The new question comes before those that are open beside it.
        after.routes.update(position=F("position") + 1)
    last = after.routes.aggregate(last=Max("position"))["last"] or 0
    route = Route.objects.create(question=after, to=new, position=1 if old else last + 1)
    route.when.set(when)


def _lead_on(old: list[Route], new: Question, when: Iterable[Choice]) -> None:
    """Give `new` the routes of the question before it, behind those that it has already.

    Everybody who is asked `new` has answered as `when` says: what that makes impossible is
    left out, and what it makes certain is no condition any more.
    """
    known = _by_question(when)
    own = set(new.routes.values_list("to", flat=True))
    missing = [route for route in old if route.to_id not in own]
    certain = False
    place = len(own)
    for route in missing:
        wanted = _by_question(route.when.all())
        if any(_excludes(known[q], wanted[q]) for q in known.keys() & wanted.keys()):
            continue
        implied = all(q in known and known[q] <= wanted[q] for q in wanted)
        if route.otherwise and certain:
            continue
        certain = certain or (implied and not route.otherwise)
        place += 1
        on = Route.objects.create(
            question=new, to_id=route.to_id, position=place, otherwise=route.otherwise
        )
        on.when.set([] if implied else route.when.all())


def _by_question(when: Iterable[Choice]) -> dict[Question, set[Choice]]:
    found: dict[Question, set[Choice]] = {}
    for choice in when:
        found.setdefault(choice.question, set()).add(choice)
    return found


def _excludes(given: set[Choice], wanted: set[Choice]) -> bool:
    """Whether who gave one of these answers cannot have given one of those."""
    several = any(ANSWER_KINDS[Kind(choice.question.kind)].several for choice in given)
    return not several and given.isdisjoint(wanted)
