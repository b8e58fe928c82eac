"""What visitors send."""

from collections.abc import Iterable, Sequence

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from wizard import wording
from wizard.tree.answers import BLANK, kind_of
from wizard.tree.compiled import Choice, Question
from wizard.tree.engine import Walk
from wizard.tree.numerals import LONGEST

PREFIX = "answer."
"""Stands before the slug of a question in the names of form fields.

Editors choose slugs, and a field called "action" or "closest" would hide what a browser's
form has under that name. Nothing of HTML, of a script or of ours has a full stop in it.
"""

PRESSED = "_pressed"
"""Names the choice of a button below the fields, which are sent beside it."""

LONG_LIST = 8
"""A list of so many choices does not fit one screen of a phone."""


def field_name(question: str) -> str:
    """What the field for a question (its slug) is called in a form."""
    return f"{PREFIX}{question}"


def sent_answers(sent: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    """Slug of a question -> what a form or an address says for it, as `QueryDict.lists` has it.

    Addresses have the bare slug, forms `field_name`; where both stand, the form counts.
    Parameters of ours begin with an underscore, as no slug does, and are left out.
    """
    bare: dict[str, list[str]] = {}
    fields: dict[str, list[str]] = {}
    for name, values in sent:
        if name.startswith(PREFIX):
            fields[name.removeprefix(PREFIX)] = values
        elif not name.startswith("_"):
            bare[name] = values
    return bare | fields


class StepForm(forms.Form):
    """One question as a plain GET form; all other answers travel hidden.

    The engine decides what an answer means. This form only shows the question,
    what was sent for it, and what was wrong with that. Its one field is called
    `answer` here, whatever the editor calls the question.
    """

    answer = forms.Field()

    longest = LONGEST

    def __init__(self, walk: Walk, question: Question, sent: Sequence[str], action: str) -> None:
        super().__init__()
        self.question = question
        self.kind = kind_of(question)
        self.sent = [value for value in sent if value != BLANK]
        self.parameters = walk.parameters
        self.error = wording.fault(question, walk.fault) if walk.fault else ""
        self.action = action
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        template = f"wizard/fields/{self.kind.template}.html"
        self.helper.layout = Layout(Field("answer", template=template))

    @property
    def field_name(self) -> str:
        return field_name(self.question.slug)

    @property
    def first_input_id(self) -> str:
        """Where the error summary leads to."""
        return self.kind.first_input

    @property
    def typed(self) -> str:
        """What to show in the field of a number."""
        numbers = [value for value in self.sent if value not in self.question.by_slug]
        return numbers[0][:LONGEST] if numbers else ""

    @property
    def none_button(self) -> Choice | None:
        """Under a long tick list, "none of these" is within reach, too."""
        long = self.kind.several and len(self.question.choices) >= LONG_LIST
        return self.question.none if long else None

    @property
    def unsure_buttons(self) -> list[Choice]:
        """A number is typed; "not sure" is a button of its own."""
        if not self.kind.is_number:
            return []
        return [choice for choice in self.question.choices if choice.unsure]
