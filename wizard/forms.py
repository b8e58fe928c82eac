"""What visitors send."""

from collections.abc import Sequence

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from wizard import wording
from wizard.compiled import Choice, Question
from wizard.content import Kind
from wizard.engine import BLANK, Walk
from wizard.numerals import LONGEST

LONG_LIST = 8
"""A list of so many choices does not fit one screen of a phone."""


class StepForm(forms.Form):
    """One question as a plain GET form; all other answers travel hidden.

    The engine decides what an answer means. This form only shows the question,
    what was sent for it, and what was wrong with that.
    """

    def __init__(self, walk: Walk, question: Question, sent: Sequence[str], action: str) -> None:
        super().__init__()
        self.question = question
        self.sent = [value for value in sent if value != BLANK]
        self.hidden = walk.parameters
        self.error = wording.fault(question, walk.fault) if walk.fault else ""
        self.action = action
        self.fields[question.slug] = forms.Field(label=question.title)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        kind = "number" if question.kind is Kind.NUMBER else "choices"
        self.helper.layout = Layout(Field(question.slug, template=f"wizard/fields/{kind}.html"))

    @property
    def first_input_id(self) -> str:
        """Where the error summary leads to."""
        if self.question.kind is Kind.NUMBER:
            return f"id_{self.question.slug}"
        return f"id_{self.question.slug}_0"

    longest = LONGEST

    @property
    def typed(self) -> str:
        """What to show in the field of a number."""
        numbers = [value for value in self.sent if value not in self.question.by_slug]
        return numbers[0][:LONGEST] if numbers else ""

    @property
    def none_button(self) -> Choice | None:
        """Under a long tick list, "none of these" is within reach, too."""
        if self.question.kind is not Kind.MULTIPLE or len(self.question.choices) < LONG_LIST:
            return None
        return next((c for c in self.question.choices if c.exclusive and not c.unsure), None)

    @property
    def unsure_buttons(self) -> list[Choice]:
        """A number is typed; "not sure" is a button of its own."""
        if self.question.kind is not Kind.NUMBER:
            return []
        return [choice for choice in self.question.choices if choice.unsure]
