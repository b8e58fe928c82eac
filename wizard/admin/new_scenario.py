"""A new scenario: out of a walk, or out of an address that somebody pasted."""

from typing import Any
from urllib.parse import parse_qs, urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wizard import results, wording
from wizard.admin import history, slugs
from wizard.admin.pages import CHANGE, address, frame, staff, tree_page
from wizard.admin.preview import UnwalkableError, draft_in, preview_url, unwalkable
from wizard.admin.widgets import ProseField
from wizard.forms import sent_answers
from wizard.models import Action, Choice, Finding, Scenario, ScenarioFinding, Tree
from wizard.results import GoneError, NoResultError
from wizard.tree import compiled
from wizard.tree.answers import Answers, answers_of
from wizard.tree.engine import Walk, walk
from wizard.tree.languages import DEFAULT, LANGUAGES, column, columns
from wizard.tree.strategy import Strategy, advise

PASTED = "_address"


class NoAnswersError(Exception):
    """Nothing can be taken from what was pasted. Its text is a sentence for staff."""


class ScenarioForm(forms.Form):
    """What somebody says about a walk that becomes a scenario."""

    findings = forms.MultipleChoiceField(
        error_messages={
            "required": _("Expect at least one finding, or the scenario proves nothing.")
        }
    )
    actions = forms.MultipleChoiceField(required=False)

    def __init__(self, advice: Strategy, data: QueryDict | None = None) -> None:
        found = [diagnosis.finding for diagnosis in advice.diagnoses]
        preset = {
            "findings": [finding.slug for finding in found],
            "actions": [action.slug for action in advice.first_actions],
        }
        super().__init__(data, initial=preset)
        self.fields["findings"].choices = [(f.slug, f.title) for f in found]  # type: ignore[attr-defined]
        self.fields["actions"].choices = [(a.slug, a.title) for a in advice.actions]  # type: ignore[attr-defined]
        for language in LANGUAGES:
            self.fields[column("story", language)] = ProseField(
                label=str(wording.STORY_IN_LANGUAGE[language]),
                widget=forms.Textarea(attrs={"rows": 3, "lang": language}),
                help_text=_("Who, what happened, in two sentences. No names, no numbers of cards.")
                if language == DEFAULT
                else "",
            )
        for place, finding in enumerate(found, start=1):
            self.fields[f"place-{finding.slug}"] = forms.IntegerField(
                label=_("Place"), min_value=1, max_value=99, initial=place
            )

    @property
    def stories(self) -> list[forms.BoundField]:
        """Its fields for the story, one for each language."""
        return [self[name] for name in columns("story")]

    @property
    def expected(self) -> list[dict[str, Any]]:
        """The findings as the form shows them: ticked or not, and at which place."""
        ticked = self["findings"].value() or ()
        return [
            {"slug": slug, "title": title, "ticked": slug in ticked, "place": self[f"place-{slug}"]}
            for slug, title in self.fields["findings"].choices  # type: ignore[attr-defined]
        ]

    @property
    def appearing(self) -> list[dict[str, Any]]:
        ticked = self["actions"].value() or ()
        return [
            {"slug": slug, "title": title, "ticked": slug in ticked}
            for slug, title in self.fields["actions"].choices  # type: ignore[attr-defined]
        ]

    @property
    def in_order(self) -> list[str]:
        """The ticked findings by their places."""
        given: list[str] = self.cleaned_data["findings"]
        return sorted(given, key=lambda slug: self.cleaned_data[f"place-{slug}"])


@tree_page("scenarios/new", to_see=CHANGE, to_post=CHANGE)
def new_scenario(request: HttpRequest, tree: Tree) -> HttpResponse:
    """Save the walk of an address as a scenario; `_address` is one pasted from elsewhere."""
    try:
        draft = draft_in(tree, wording.language())
    except UnwalkableError as exc:
        return unwalkable(request, tree, exc.problems)
    if PASTED in request.GET:
        return _pasted(request, tree, draft)
    given = sent_answers(request.GET.lists())
    walked = walk(draft, given)
    again = walk(draft, answers_of(walked.facts)) if walked.finished else walked
    advice = advise(again) if again.finished else None
    form = ScenarioForm(advice, request.POST or None) if advice else None
    if form is not None and form.is_valid():
        scenario = _save(request, tree, again, form)
        messages.success(request, _("The scenario “%s” is saved.") % scenario.slug)
        return HttpResponseRedirect(reverse("admin:wizard_scenario_change", args=[scenario.pk]))
    context = frame(
        request,
        tree,
        "scenarios/new",
        _("New scenario: %(tree)s") % {"tree": tree},
        form=form,
        walk=walked,
        answers=[
            {"question": answered.question.short, "answer": wording.answer(answered)}
            for answered in walked.trail
        ],
        stops_at=again.question,
        blank=walked.finished and not again.finished,
        preview_url=preview_url(tree, wording.language(), given),
    )
    return render(request, "admin/wizard/tree/new_scenario.html", context)


def _pasted(request: HttpRequest, tree: Tree, draft: compiled.Tree) -> HttpResponse:
    """To the same page with the answers of an address; what does not fit is told."""
    try:
        answers = _answers_in(request, tree)
    except NoAnswersError as exc:
        messages.error(request, str(exc))
        return HttpResponseRedirect(address("scenarios", tree))
    known = draft.questions.keys() | draft.question_aliases.keys()
    for name in answers.keys() - known:
        told = _("There is no question “%(slug)s” in the draft: its answer is left out.")
        messages.warning(request, told % {"slug": name[:60]})
    walked = walk(draft, answers)
    if walked.question is not None and walked.fault is not None:
        words = {
            "question": walked.question.short,
            "answer": ", ".join(answers.get(walked.question.slug, ()))[:60],
        }
        told = _("“%(question)s” cannot be answered with “%(answer)s” any more.")
        messages.warning(request, told % words)
    if walked.dropped:
        named = ", ".join(answered.question.short for answered in walked.dropped)
        told = _("The draft does not ask these with such answers, so they are left out: %(named)s")
        messages.warning(request, told % {"named": named})
    query = urlencode(walked.parameters_with_shown)
    return HttpResponseRedirect(f"{address('scenarios/new', tree)}?{query}")


def _answers_in(request: HttpRequest, tree: Tree) -> Answers:
    """What an address or the link of a shared result holds. Raises NoAnswersError."""
    # No more than this is read of it: what was pasted may be anything.
    path, _mark, query = request.GET[PASTED].strip().partition("#")[0].partition("?")
    shared = _shared(path, tree)
    if shared is not None:
        return shared
    answers = sent_answers(parse_qs(query, keep_blank_values=True).items())
    if not answers:
        raise NoAnswersError(_("That address holds no answers."))
    if tree.slug not in path.split("/"):
        messages.warning(request, _("The address does not name this tree. Is it the right one?"))
    return answers


def _shared(path: str, tree: Tree) -> Answers | None:
    """The answers of the shared result that a link names; None if it is no such link.

    Raises NoAnswersError: what somebody hides, staff do not see either.
    """
    try:
        found = results.find(results.token_in(path))
    except GoneError:
        told = _("This link is over: it has expired, or whoever made it has deleted it.")
        raise NoAnswersError(told) from None
    except NoResultError:
        if "/r/" not in path:
            return None
        told = _("This link leads nowhere. Perhaps a part of it is missing: copy all of it again.")
        raise NoAnswersError(told) from None
    if found.hides_answers:
        raise NoAnswersError(_("Whoever shared this result hides the answers, from staff as well."))
    home = found.edition.tree
    if home != tree:
        told = _("This result belongs to another tree, “%(tree)s”. Take its answers there.")
        raise NoAnswersError(told % {"tree": home})
    answers: Answers = found.answers
    return answers


@transaction.atomic
def _save(request: HttpRequest, tree: Tree, walked: Walk, form: ScenarioForm) -> Scenario:
    """The walk as a row of the draft, last of its kind, noted in the history."""
    # A publisher waits until the scenario is whole.
    tree.lock()
    said, expected = form.cleaned_data, form.in_order
    last = tree.scenarios.aggregate(last=Max("position"))["last"] or 0
    scenario = Scenario.objects.create(
        tree=tree,
        slug=slugs.suggest({}, expected[0], slugs.taken(Scenario, tree)),
        position=last + 1,
        **{name: said[name] for name in columns("story")},
    )
    choices = Choice.objects.filter(question__tree=tree).select_related("question")
    rows = {(choice.question.slug, choice.slug): choice for choice in choices}
    scenario.answers.set([rows[fact] for fact in walked.facts])
    scenario.actions.set(Action.objects.filter(tree=tree, slug__in=said["actions"]))
    findings = {finding.slug: finding for finding in Finding.objects.filter(tree=tree)}
    for place, slug in enumerate(expected, start=1):
        ScenarioFinding.objects.create(scenario=scenario, finding=findings[slug], position=place)
    by = staff(request)
    tree.touch(by)
    if by is not None:
        said_so = history.changes(None, history.portrait(scenario))
        LogEntry.objects.log_actions(by.pk, [scenario], ADDITION, said_so, single_object=True)
    return scenario
