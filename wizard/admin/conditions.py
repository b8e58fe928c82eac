"""Conditions: picked from the tree's choices, and read back as a sentence."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.admin.widgets import get_select2_language
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wizard import wording
from wizard.models import Choice, Question
from wizard.tree import content
from wizard.tree.content import Text
from wizard.tree.languages import columns

SEARCHED = (
    "slug",
    "question__slug",
    *columns("label", "question__short", "question__title"),
)
SEE_CHOICES = "wizard.view_choice"
QUESTIONS_A_PAGE = 25


def choice_name(choice: Choice) -> str:
    """A choice with its question: Where it stopped = failed."""
    return f"{choice.question.short or choice.question.slug} = {choice.label or choice.slug}"


def sentence(choices: Iterable[Choice]) -> str:
    """The condition that these choices make, in the language of the page."""
    when: dict[str, list[str]] = {}
    questions: dict[str, content.Question] = {}
    rows = sorted(choices, key=lambda c: (c.question.position, c.question.pk, c.position, c.pk))
    for question, chosen in groupby(rows, key=lambda choice: choice.question):
        named = list(chosen)
        when[question.slug] = [choice.slug for choice in named]
        questions[question.slug] = _as_content(question, named)
    grouped = {slug: tuple(slugs) for slug, slugs in when.items()}
    return wording.condition(grouped, questions, wording.language())


def _as_content(question: Question, choices: Iterable[Choice]) -> content.Question:
    return content.Question(
        slug=question.slug,
        kind=content.Kind(question.kind),
        title=Text.of_row(question, "title"),
        short=Text.of_row(question, "short"),
        choices=tuple(content.Choice(slug=c.slug, label=Text.of_row(c, "label")) for c in choices),
    )


class ConditionSelect(forms.SelectMultiple):
    """Shows the picked choices; the others are looked up by static/staff/edit.js.

    Only what is picked stands in the page: a tree of 300 questions has 1,000 choices.
    """

    def __init__(self, attrs: dict[str, Any] | None = None, *, read_back: bool = True) -> None:
        super().__init__(attrs)
        self.read_back = read_back

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        options = [
            self.create_option(name, row.pk, choice_name(row), True, place)
            for place, row in enumerate(self.picked(value))
        ]
        return [(None, options, 0)]

    def picked(self, value: Any) -> list[Choice]:
        keys = [int(key) for key in value or () if str(key).isdigit()]
        return list(Choice.objects.filter(pk__in=keys).select_related("question")) if keys else []

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        language = get_select2_language()
        return (
            attrs
            | {
                "class": "condition-picker",
                "data-pick": reverse("admin:wizard_choice_pick"),
                "data-sentence": reverse("admin:wizard_choice_sentence") if self.read_back else "",
            }
            | ({"lang": language} if language else {})
        )

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = super().render(name, value, attrs, renderer)
        if not self.read_back:
            return shown
        return format_html(
            '<div class="condition">{}'
            '<p class="condition-sentence" aria-live="polite">{}</p></div>',
            shown,
            sentence(self.picked(value)),
        )

    @property
    def media(self) -> forms.Media:
        language = get_select2_language()
        words = (f"admin/js/vendor/select2/i18n/{language}.js",) if language else ()
        return forms.Media(
            js=(
                "admin/js/vendor/jquery/jquery.min.js",
                "admin/js/vendor/select2/select2.full.min.js",
                *words,
                "admin/js/jquery.init.js",
            ),
            css={
                "screen": (
                    "admin/css/vendor/select2/select2.min.css",
                    "admin/css/autocomplete.css",
                )
            },
        )


class ConditionField(forms.ModelMultipleChoiceField):
    """A list of choices. `read_back`: as a sentence under the field, too."""

    def __init__(self, *, read_back: bool = True, **options: Any) -> None:
        options.setdefault("queryset", Choice.objects.all())
        options["widget"] = ConditionSelect(read_back=read_back)
        super().__init__(**options)

    def label_from_instance(self, obj: Any) -> str:
        return choice_name(obj)


def _for_staff(
    view: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(SEE_CHOICES):
            raise PermissionDenied
        return view(request)

    return guarded


@_for_staff
def pick(request: HttpRequest) -> HttpResponse:
    """Choices of `tree` that fit `term`, grouped by question, as select2 reads them.

    Those of the question `first` come first.
    """
    tree, number = request.GET.get("tree", ""), request.GET.get("page", "1")
    first = request.GET.get("first", "")
    found = _matching(request.GET.get("term", ""))
    found = found.filter(question__tree=int(tree)) if tree.isdecimal() else found.none()
    nearest = Case(When(pk=int(first) if first.isdecimal() else 0, then=0), default=1)
    questions = Paginator(
        Question.objects.filter(pk__in=found.order_by().values("question")).order_by(
            nearest, "position", "pk"
        ),
        QUESTIONS_A_PAGE,
    ).get_page(number)
    keys = [question.pk for question in questions]
    rows = sorted(found.filter(question__in=keys), key=lambda c: keys.index(c.question_id))
    results = [
        {
            "text": question.short or question.slug,
            "children": [
                {"id": str(c.pk), "text": choice_name(c), "label": c.label or c.slug}
                for c in choices
            ],
        }
        for question, choices in groupby(rows, key=lambda choice: choice.question)
    ]
    return JsonResponse({"results": results, "pagination": {"more": questions.has_next()}})


def _matching(term: str) -> QuerySet[Choice]:
    """Choices in which every word of `term` stands somewhere, in the tree's order."""
    found = Choice.objects.select_related("question")
    for word in term.split():
        fits = Q()
        for field in SEARCHED:
            fits |= Q(**{f"{field}__icontains": word})
        found = found.filter(fits)
    return found


@_for_staff
def read_back(request: HttpRequest) -> HttpResponse:
    """The sentence for the choices `when`."""
    keys = [int(key) for key in request.GET.getlist("when") if key.isdecimal()]
    chosen = Choice.objects.filter(pk__in=keys).select_related("question")
    return JsonResponse({"sentence": sentence(chosen)})
