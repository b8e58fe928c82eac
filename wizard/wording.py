"""Sentences for what the core says in codes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wizard import labels
from wizard.labels import Label, Wording
from wizard.tree import content
from wizard.tree.answers import Answered, Fault
from wizard.tree.compiled import Question
from wizard.tree.documents import DocumentFault, Flaw
from wizard.tree.journey import Reached
from wizard.tree.languages import DEFAULT, LANGUAGES
from wizard.tree.numerals import group_digits
from wizard.tree.parts import Place
from wizard.tree.problems import Code, Problem
from wizard.tree.strategy import Certainty

CERTAINTIES: dict[Certainty, Wording] = {
    Certainty.CONFIRMED: _("Confirmed by your answers"),
    Certainty.LIKELY: _("Likely"),
    Certainty.POSSIBLE: _("Possible"),
}

NEVER_DISCLOSE = _(
    "Never tell anybody a full card or identity number, a password or a code – "
    "not even somebody who says they are from Alipay, the bank or the police."
)

REACHED: dict[Reached, Wording] = {
    Reached.PASSED: pgettext_lazy("way of the money", "passed"),
    Reached.STOPPED: pgettext_lazy("way of the money", "stopped here"),
    Reached.AHEAD: pgettext_lazy("way of the money", "not reached"),
}

FAULTS: dict[Fault, Wording] = {
    Fault.NOTHING_CHOSEN: _("Choose one of the answers."),
    Fault.NOTHING_TICKED: _("Tick what applies."),
    Fault.UNKNOWN: _("That answer does not exist here. Choose one of these."),
    Fault.ONLY_ONE: _("Choose one answer only."),
    Fault.EXCLUSIVE: _("“%(alone)s” does not go together with other ticks. Choose either."),
    Fault.NOT_A_NUMBER: _("Type a number, for example 5000, 50,000 or 5万."),
}


def fault(question: Question, code: Fault) -> str:
    """What to tell somebody whose answer to `question` could not be taken."""
    if code is Fault.NOTHING_TICKED and question.none is not None:
        told = _("Tick what applies. If nothing does, tick “%(none)s”.")
        return str(told % {"none": question.none.label})
    if code in (Fault.TOO_SMALL, Fault.TOO_LARGE):
        return _range(question)
    alone = " / ".join(choice.label for choice in question.choices if choice.exclusive)
    return str(FAULTS[code]) % {"alone": alone}


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
    Code.SHAPE: _("This cannot be stored: %(error)s"),
    Code.RESERVED_SLUG: _("The slug “%(slug)s” is an address of the site. Choose another."),
    Code.NO_QUESTIONS: _("The tree has no question."),
    Code.NO_FALLBACK: _(
        "No finding is the fallback: mark one as the answer when nothing is found."
    ),
    Code.SEVERAL_FALLBACKS: _("The finding %(finding)s is the fallback already."),
    Code.DUPLICATE_SLUG: _("The slug “%(slug)s” stands more than once."),
    Code.UNKNOWN_QUESTION: _("There is no question “%(slug)s” in this tree."),
    Code.UNKNOWN_CHOICE: _("The question %(question)s has no choice “%(slug)s”."),
    Code.UNKNOWN_REFERENCE: _("There is no %(kind)s “%(slug)s” in this tree."),
    Code.UNKNOWN_CONTACT: _("There is no contact and no figure “{%(slug)s}”."),
    Code.EMPTY_CONDITION: _("Evidence without a condition would hold for everybody."),
    Code.NO_CHOICES: _("The question has no choices."),
    Code.RANGE_MISSING: _("A choice of a number needs “from”, unless it means “not sure”."),
    Code.RANGE_MISPLACED: _("“From” belongs to the choices of a number only."),
    Code.RANGE_GAP: _("The ranges do not begin at the smallest number: some answers fit none."),
    Code.RANGE_OVERLAP: _("Two ranges begin at %(at_least)s."),
    Code.RANGE_BEYOND: _("No allowed number falls into the range from %(at_least)s."),
    Code.CHOICE_LIKE_NUMBER: _("The slug “%(slug)s” could be taken for a typed number."),
    Code.LOOP: _("The route leads back to %(question)s: a loop."),
    Code.DEAD_END: _("A dead end: this answer opens no route and says nothing about any finding."),
    Code.TOO_COMPLEX: _("So many answers interact that the longest path cannot be found."),
    Code.QUESTION_UNREACHABLE: _("No path reaches this question."),
    Code.FINDING_UNREACHABLE: _("No path leads to this finding."),
    Code.ROUTE_NEVER_OPENS: _("No path opens this route."),
    Code.ACTION_NEVER_SHOWN: _("No path shows this action."),
    Code.QUESTION_IN_VAIN: _(
        "The answers to this question change nothing yet: visitors are asked in vain. Add "
        "evidence to a finding, or a route, that depends on one of its choices."
    ),
    Code.CHOICES_IDLE: _("These choices all change nothing: %(choices)s."),
    Code.TEXT_MISSING: _("The text is missing."),
    Code.TRANSLATION_MISSING: _("The text is missing in %(language)s."),
    Code.PAGE_BROKEN: _("Its page cannot be shown in %(language)s: %(error)s"),
    Code.NUMBER_IN_PROSE: _(
        "Phone number %(number)s in a text: write {slug} of the contact instead."
    ),
    Code.MARKDOWN_SHOWN: _("Visitors would see “%(markup)s” as it stands here."),
    Code.UNSOURCED_FINDING: _("The finding has no source."),
    Code.UNSOURCED_FIGURE: _("The text states a figure (%(figure)s), but has no source."),
    Code.UNSOURCED_ALTERNATIVE: _("The alternative has no source."),
    Code.UNMARKED_FIGURE: _(
        "Only hearsay supports “%(figure)s”: say 未经证实 / unproven in the same sentence."
    ),
    Code.STALE: _("Last checked on %(checked_on)s: check it again."),
    Code.ENDED: _("The scheme ended on %(ends_on)s: does the text still help?"),
    Code.SAFETY_WITHOUT_CONTACT: _(
        "A safety finding needs a safety action for now, without a condition, with a contact."
    ),
    Code.THEME_WITHOUT_ACTION: _("The theme “%(theme)s” needs an action for everybody, always."),
    Code.ANSWER_IMPOSSIBLE: _("Nobody can answer %(question)s with %(choices)s."),
    Code.SCENARIO_EXPECTS_NOTHING: _("The scenario expects no finding, so it proves nothing."),
    Code.SCENARIO_UNFINISHED: _(
        "The scenario stops at the question %(question)s: no answer is saved."
    ),
    Code.SCENARIO_IGNORED: _(
        "The walk does not ask these questions of the scenario: %(questions)s."
    ),
    Code.SCENARIO_FINDINGS: _("Expected first: %(expected)s. Found: %(got)s."),
    Code.SCENARIO_ACTIONS: _("Missing actions: %(absent)s. Unwanted actions: %(unwanted)s."),
}


def problem(found: Problem) -> str:
    """One sentence about a problem, without its place."""
    said = {name: _detail(name, value, found) for name, value in found.details.items()}
    return str(PROBLEMS[found.code]) % said


LANGUAGE_NAMES: dict[str, Wording] = {
    "zh-hans": pgettext_lazy("language of a text", "Chinese"),
    "en": pgettext_lazy("language of a text", "English"),
}

IN_LANGUAGE: dict[str, Wording] = {"zh-hans": _("in Chinese"), "en": _("in English")}

STORY_IN_LANGUAGE: dict[str, Wording] = {
    "zh-hans": _("Story, in Chinese"),
    "en": _("Story, in English"),
}

_DETAILS: dict[str, Mapping[Any, Wording | Label]] = {
    "kind": {kind: label.name for kind, label in labels.PARTS.items()},
    "language": LANGUAGE_NAMES,
    "theme": labels.THEMES,
}

_LONGEST_NAME = 60


def _detail(name: str, value: Any, found: Problem) -> str:
    """What a sentence says for a detail: the names of parts, the words for codes."""
    if isinstance(value, list):
        return _joined(*(_detail(name, one, found) for one in value)) or "–"
    if isinstance(value, Place):
        return _quoted(_name(value, found))
    return str(_DETAILS[name][value] if name in _DETAILS else value)


def _name(where: Place, found: Problem) -> str:
    """How a part or a choice is called, shortened; its slug where that is not known."""
    text = found.names.get(where, content.EMPTY)
    called = text.somewhere(language())
    slug = where.row.key if where.row else where.slug
    return Truncator(called.strip()).chars(_LONGEST_NAME) or str(slug)


def place(found: Problem) -> str:
    """Where a problem is, by the names that staff know: "question “Card class”, route 2"."""
    return _joined(_of_kind(found.place.kind, _quoted(part_name(found))), spot(found))


def part_name(found: Problem) -> str:
    """How the part of the tree is called that has a problem."""
    return _name(found.place.part, found)


def spot(found: Problem) -> str:
    """Where in its part a problem is: "choice “class II”, label"; "" if it is the whole part."""
    place = found.place
    if place.row is None:
        return _field(place.kind, place.field)
    kind, key = place.row
    name = _quoted(_name(place.at(""), found)) if kind == "choice" else str(key)
    return _joined(_of_kind(kind, name), _field(kind, place.field))


def kind_name(kind: str) -> str:
    """What one part, or one row, of this kind is called."""
    return str(labels.PARTS[kind].name if kind in labels.PARTS else labels.ROWS[kind])


def _of_kind(kind: str, name: str) -> str:
    return str(_("%(kind)s %(name)s") % {"kind": kind_name(kind), "name": name})


def _field(kind: str, name: str) -> str:
    """How the field of a part is called where it is edited; "" for no field."""
    if not name:
        return ""
    return str(apps.get_model("wizard", kind)._meta.get_field(name).verbose_name)


def _joined(*parts: str) -> str:
    return str(_(", ")).join(filter(None, parts))


def part(where: Place) -> str:
    """A part of a tree, and a spot in it, by slugs as in a document: "question card, route 2"."""
    row = f"{kind_name(where.row.kind)} {where.row.key}" if where.row else ""
    spot = " ".join(filter(None, (row, where.field)))
    return ", ".join(filter(None, (f"{kind_name(where.kind)} {where.slug}", spot)))


def problem_list(problems: Iterable[Problem]) -> str:
    """One line for each problem, with its place."""
    return "\n".join(f"{p.level}: {part(p.place)}: {problem(p)}" for p in problems)


def condition(
    when: content.Condition, questions: Mapping[str, content.Question], language: str
) -> str:
    """A condition as a sentence: if “Where it stopped” is “failed” or “returned”, and ….

    `questions` are those of the tree by slug; what is missing there is named by its slug.
    """
    if not when:
        return str(_("always"))
    parts = []
    for slug, choices in when.items():
        question = questions.get(slug)
        labels = {c.slug: c.label.inside(language) for c in question.choices} if question else {}
        named = str(_(" or ")).join(_quoted(labels.get(c) or c) for c in choices)
        short = question.short.inside(language) if question else ""
        parts.append(
            _("%(question)s is %(choices)s")
            % {"question": _quoted(short or slug), "choices": named}
        )
    return str(_("if %(parts)s") % {"parts": str(_(" and ")).join(map(str, parts))})


def language() -> str:
    """The language of the page, as far as trees have it."""
    here = get_language()
    return here if here in LANGUAGES else DEFAULT


def _quoted(words: str) -> str:
    return str(_("“%(words)s”") % {"words": words})


FLAWS: dict[Flaw, Wording] = {
    Flaw.TOO_LARGE: _("The document is larger than %(largest)d MB."),
    Flaw.ENCODING: _("This is not text in UTF-8. Save it as UTF-8 and try again."),
    Flaw.NOTHING: _("The document is empty."),
    Flaw.SYNTAX: _(
        "Line %(line)d, column %(column)d cannot be read: %(error)s. Look there and in the line "
        "before for a tab, a missing bracket or quotation mark, or a text with a colon that needs "
        "quotation marks."
    ),
    Flaw.ALIAS: _(
        "Line %(line)d, column %(column)d: anchors and aliases (& and *) are not allowed. "
        "Write it out, or put it in quotes."
    ),
    Flaw.TAG: _(
        "Line %(line)d, column %(column)d: tags (!) are not allowed. "
        "If this is a text, put it in quotes."
    ),
    Flaw.TOO_DEEP: _("More is nested here than any tree has."),
    Flaw.REPEATED: _("The field “%(name)s” stands here more than once."),
    Flaw.UNKNOWN: _("There is no field “%(name)s”. There are: %(allowed)s."),
    Flaw.MISSING: _("The field “%(name)s” is missing."),
    Flaw.CHARACTER: _("The text holds a character that cannot be stored."),
    Flaw.VERSION: _("The version must be 1."),
    Flaw.SLUG: _(
        "Use lower-case letters, digits and single hyphens, 60 at most, as in “card-limit”."
    ),
    Flaw.ONE_OF: _("Must be one of: %(allowed)s."),
    Flaw.EMPTY: _("Name at least one."),
    Flaw.NOT_A_TEXT: _("A text is expected. Put it in quotes."),
    Flaw.NOT_A_NUMBER: _("A number is expected, for example 5000."),
    Flaw.NOT_A_DATE: _("A date is expected, for example 2026-11-23."),
    Flaw.NOT_YES_OR_NO: _("Must be true or false."),
    Flaw.NOT_A_LIST: _("A list is expected."),
    Flaw.NOT_A_GROUP: _("Fields with names are expected, as in “slug: card-limit”."),
}


def flaw(found: DocumentFault) -> str:
    """One sentence about what is wrong with a document, without its place."""
    return str(FLAWS[found.flaw]) % found.details


def flaw_place(found: DocumentFault) -> str:
    """Where it is: "questions[3].choices[0].label.en (card-class, class2)"."""
    named = f"({', '.join(found.named)})" if found.named else ""
    return f"{found.place} {named}".strip()


def flaw_list(faults: Iterable[DocumentFault]) -> str:
    """One line for each, with its place."""
    told = ((flaw_place(fault), flaw(fault)) for fault in faults)
    return "\n".join(": ".join(filter(None, parts)) for parts in told)
