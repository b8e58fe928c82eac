"""Sentences for what the core says in codes."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from wizard.compiled import Question
from wizard.content import Grade, Horizon, Kind, Theme
from wizard.engine import Answered, Fault
from wizard.numerals import group_digits
from wizard.problems import Code, Problem
from wizard.strategy import Certainty

Wording = str | Promise

CERTAINTIES: dict[Certainty, Wording] = {
    Certainty.CONFIRMED: _("Confirmed by your answers"),
    Certainty.LIKELY: _("Likely"),
    Certainty.POSSIBLE: _("Possible"),
}

HORIZONS: dict[Horizon, Wording] = {
    Horizon.NOW: _("Now"),
    Horizon.TODAY: _("Today"),
    Horizon.WEEK: _("This week"),
    Horizon.MONTH: _("This month"),
    Horizon.QUARTER: _("Within three months"),
}

THEMES: dict[Theme, Wording] = {
    Theme.SAFETY: _("Safety"),
    Theme.FIX: _("Fix it"),
    Theme.CONTACT: _("Contact"),
    Theme.CREDIT_REPAIR: _("Credit repair"),
    Theme.ACCOUNT_SECURITY: _("Account security"),
    Theme.ALTERNATIVE_FINANCING: _("Other ways to get money"),
    Theme.BUSINESS: _("Business"),
}

GRADES: dict[Grade, Wording] = {
    Grade.OFFICIAL: _("official text"),
    Grade.NEWS: _("news report"),
    Grade.COMPANY: _("company documentation"),
    Grade.USERS: _("reported by users, unproven"),
    Grade.UNPROVEN: _("commonly said, unproven"),
}

_FAULTS: dict[Fault, Wording] = {
    Fault.MISSING: _("Choose one of the answers."),
    Fault.UNKNOWN: _("That answer does not exist here. Choose one of these."),
    Fault.ONLY_ONE: _("Choose one answer only."),
    Fault.NOT_A_NUMBER: _("Type a number, for example 5000, 50,000 or 5万."),
}


def fault(question: Question, code: Fault) -> str:
    """What to tell somebody whose answer to `question` could not be taken."""
    if code is Fault.MISSING and question.kind is Kind.MULTIPLE:
        none = next((c.label for c in question.choices if c.exclusive and not c.unsure), "")
        if none:
            return str(_("Tick what applies. If nothing does, tick “%(none)s”.") % {"none": none})
        return str(_("Tick what applies."))
    if code is Fault.MISSING and question.kind is Kind.NUMBER:
        return str(_FAULTS[Fault.NOT_A_NUMBER])
    if code is Fault.EXCLUSIVE:
        alone = " / ".join(c.label for c in question.choices if c.exclusive)
        return str(
            _("“%(alone)s” does not go together with other ticks. Choose either.")
            % {"alone": alone}
        )
    if code in (Fault.TOO_SMALL, Fault.TOO_LARGE):
        return _range(question)
    return str(_FAULTS[code])


def _range(question: Question) -> str:
    least, most = question.minimum, question.maximum
    words = {
        "least": group_digits(least) if least is not None else "",
        "most": group_digits(most) if most is not None else "",
        "unit": question.unit,
    }
    if least is not None and most is not None:
        return str(_("Type a number from %(least)s to %(most)s %(unit)s.") % words)
    if least is not None:
        return str(_("Type a number of at least %(least)s %(unit)s.") % words)
    return str(_("Type a number of at most %(most)s %(unit)s.") % words)


def answer(answered: Answered) -> str:
    """An answer as its user reads it: labels, or the number with its unit."""
    if answered.number is not None:
        return f"{group_digits(answered.number)} {answered.question.unit}".strip()
    if not answered.choices:
        return str(pgettext_lazy("nothing was ticked", "none of them"))
    return str(pgettext_lazy("between ticked answers", "; ")).join(
        choice.label for choice in answered.choices
    )


def questions_left(number: int) -> str:
    """How far it is: “At most 3 questions left”, the one on screen included."""
    if number == 1:
        return str(_("Last question"))
    return ngettext(
        "At most %(number)d question left", "At most %(number)d questions left", number
    ) % {"number": number}


PROBLEMS: dict[Code, Wording] = {
    Code.SHAPE: _("The tree does not have the declared shape: %(error)s"),
    Code.RESERVED_SLUG: _("The slug “%(slug)s” is an address of the site. Choose another."),
    Code.NO_QUESTIONS: _("The tree has no question."),
    Code.NO_FALLBACK: _(
        "No finding is the fallback: mark one as the answer when nothing is found."
    ),
    Code.SEVERAL_FALLBACKS: _("Another finding is the fallback already."),
    Code.DUPLICATE_SLUG: _("The slug “%(slug)s” stands more than once."),
    Code.UNKNOWN_QUESTION: _("There is no question “%(slug)s” in this tree."),
    Code.UNKNOWN_CHOICE: _("There is no choice “%(slug)s” in this tree."),
    Code.UNKNOWN_REFERENCE: _("There is no %(kind)s “%(slug)s” in this tree."),
    Code.UNKNOWN_CONTACT: _("There is no contact “{%(slug)s}”."),
    Code.EMPTY_CONDITION: _("Evidence without a condition would hold for everybody."),
    Code.NO_CHOICES: _("The question has no choices."),
    Code.RANGE_MISSING: _("A choice of a number needs “from”, unless it means “not sure”."),
    Code.RANGE_MISPLACED: _("“From” belongs to the choices of a number only."),
    Code.RANGE_GAP: _("The ranges do not begin at the smallest number: some answers fit none."),
    Code.RANGE_OVERLAP: _("Two ranges begin at %(at_least)s."),
    Code.RANGE_BEYOND: _("No allowed number falls into the range from %(at_least)s."),
    Code.CHOICE_LIKE_NUMBER: _("The slug “%(slug)s” could be taken for a typed number."),
    Code.LOOP: _("The route leads back to “%(slug)s”: a loop."),
    Code.DEAD_END: _("A dead end: this answer opens no route and says nothing about any finding."),
    Code.TOO_COMPLEX: _("So many answers interact that the longest path cannot be found."),
    Code.QUESTION_UNREACHABLE: _("No path reaches this question."),
    Code.FINDING_UNREACHABLE: _("No path leads to this finding."),
    Code.ROUTE_NEVER_OPENS: _("No path opens this route."),
    Code.ACTION_NEVER_SHOWN: _("No path shows this action."),
    Code.QUESTION_IN_VAIN: _("The answers to this question change nothing."),
    Code.CHOICES_IDLE: _("These choices all change nothing: %(slugs)s"),
    Code.TEXT_MISSING: _("The text is missing."),
    Code.TRANSLATION_MISSING: _("The text is missing in %(language)s."),
    Code.NUMBER_IN_PROSE: _(
        "Phone number %(number)s in a text: write {slug} of the contact instead."
    ),
    Code.UNSOURCED_FINDING: _("The finding has no source."),
    Code.UNSOURCED_FIGURE: _("The text states a figure (%(figure)s), but has no source."),
    Code.SAFETY_WITHOUT_CONTACT: _(
        "A safety finding needs a safety action for now, without a condition, with a contact."
    ),
    Code.THEME_WITHOUT_ACTION: _("The theme “%(theme)s” needs an action for everybody, always."),
    Code.ANSWER_IMPOSSIBLE: _("Nobody can answer “%(slug)s” with: %(choices)s"),
    Code.SCENARIO_EXPECTS_NOTHING: _("The scenario expects no finding, so it proves nothing."),
    Code.SCENARIO_UNFINISHED: _(
        "The scenario stops at the question “%(slug)s”: no answer is saved."
    ),
    Code.SCENARIO_IGNORED: _("The walk does not ask these questions of the scenario: %(slugs)s"),
    Code.SCENARIO_FINDINGS: _("Expected first: %(expected)s. Found: %(got)s."),
    Code.SCENARIO_ACTIONS: _("Missing actions: %(absent)s. Unwanted actions: %(unwanted)s."),
}


def problem(found: Problem) -> str:
    """One sentence about a problem, without its place."""
    return str(PROBLEMS[found.code]) % found.details


PLACES: dict[str, Wording] = {
    "tree": _("tree"),
    "question": _("question"),
    "choice": _("choice"),
    "route": _("route"),
    "finding": _("finding"),
    "evidence": _("evidence"),
    "action": _("action"),
    "contact": _("contact"),
    "source": _("source"),
    "message": _("message"),
    "scenario": _("scenario"),
}


def place(found: Problem) -> str:
    """Where a problem is: "question card-class, route 2"."""
    where = found.place
    kind, *rest = where.spot.split(" ")
    spot = " ".join((str(PLACES.get(kind, kind)), *rest))
    return ", ".join(part for part in (f"{PLACES[where.kind]} {where.slug}", spot) if part)


def problem_list(problems: Iterable[Problem]) -> str:
    """One line for each problem, with its place."""
    return "\n".join(f"{p.level}: {place(p)}: {problem(p)}" for p in problems)
