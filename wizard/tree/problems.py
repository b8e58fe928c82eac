"""Everything that is wrong with a tree, each with its place.

`find_problems` looks at the declared content, never at the database, and says
all it finds at once, so that an editor need not try and try again.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

import msgspec

from wizard.tree import content
from wizard.tree.answers import ANSWER_KINDS, UnreadableAnswerError, answers_of, read_answer
from wizard.tree.compiled import (
    ALWAYS,
    PROSE,
    Action,
    Condition,
    Fact,
    Finding,
    Tree,
    compile_tree,
    condition,
)
from wizard.tree.content import PERMANENT_THEMES, Effect, Horizon, Text, Theme
from wizard.tree.engine import walk
from wizard.tree.languages import DEFAULT, LANGUAGES
from wizard.tree.numerals import read_number
from wizard.tree.parts import (
    Place,
    Row,
    all_texts,
    choice_place,
    conditions,
    each_part,
    each_row,
    name_of,
    parts_of,
    references,
)
from wizard.tree.prose import PLACEHOLDER, to_html
from wizard.tree.states import Ends, TooComplexError, longest, uses
from wizard.tree.strategy import advise

RESERVED_TREE_SLUGS = frozenset({"messages", "r"})

_HOTLINE = re.compile(
    r"(?<![\d,.])"
    r"(?:110|120|9\d{4}|12\d{3}|400[- ]?\d{3,4}[- ]?\d{3,4}|1[3-9]\d{9})"
    r"(?!\d|[,.]\d|\s*(?:元|块|万|%|天|日|个|笔|次|小时|分钟|人|yuan|days?|hours?|minutes?|people))"
)

_MARKUP = re.compile(r"\*\*|__|\]\(|`|^#+ ", re.MULTILINE)
"""What nobody writes but as Markdown."""


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """What can be wrong: an error, unless it is among `WARNINGS`.

    `wording.PROBLEMS` has the sentence for each; `find_problems` lists the checks.
    """

    SHAPE = "shape"
    RESERVED_SLUG = "reserved-slug"
    NO_QUESTIONS = "no-questions"
    NO_FALLBACK = "no-fallback"
    SEVERAL_FALLBACKS = "several-fallbacks"
    DUPLICATE_SLUG = "duplicate-slug"
    UNKNOWN_QUESTION = "unknown-question"
    UNKNOWN_CHOICE = "unknown-choice"
    UNKNOWN_REFERENCE = "unknown-reference"
    UNKNOWN_CONTACT = "unknown-contact"
    EMPTY_CONDITION = "empty-condition"
    NO_CHOICES = "no-choices"
    RANGE_MISSING = "range-missing"
    RANGE_MISPLACED = "range-misplaced"
    RANGE_GAP = "range-gap"
    RANGE_OVERLAP = "range-overlap"
    RANGE_BEYOND = "range-beyond"
    CHOICE_LIKE_NUMBER = "choice-like-number"
    LOOP = "loop"
    DEAD_END = "dead-end"
    TOO_COMPLEX = "too-complex"
    QUESTION_UNREACHABLE = "question-unreachable"
    FINDING_UNREACHABLE = "finding-unreachable"
    ROUTE_NEVER_OPENS = "route-never-opens"
    ACTION_NEVER_SHOWN = "action-never-shown"
    QUESTION_IN_VAIN = "question-in-vain"
    CHOICES_IDLE = "choices-idle"
    TEXT_MISSING = "text-missing"
    TRANSLATION_MISSING = "translation-missing"
    PAGE_BROKEN = "page-broken"
    NUMBER_IN_PROSE = "number-in-prose"
    MARKDOWN_SHOWN = "markdown-shown"
    UNSOURCED_FINDING = "unsourced-finding"
    UNSOURCED_FIGURE = "unsourced-figure"
    UNSOURCED_ALTERNATIVE = "unsourced-alternative"
    UNMARKED_FIGURE = "unmarked-figure"
    STALE = "stale"
    ENDED = "ended"
    SAFETY_WITHOUT_CONTACT = "safety-without-contact"
    THEME_WITHOUT_ACTION = "theme-without-action"
    ANSWER_IMPOSSIBLE = "answer-impossible"
    SCENARIO_EXPECTS_NOTHING = "scenario-expects-nothing"
    SCENARIO_UNFINISHED = "scenario-unfinished"
    SCENARIO_IGNORED = "scenario-ignored"
    SCENARIO_FINDINGS = "scenario-findings"
    SCENARIO_ACTIONS = "scenario-actions"


WARNINGS = frozenset(
    {
        Code.ROUTE_NEVER_OPENS,
        Code.ACTION_NEVER_SHOWN,
        Code.QUESTION_IN_VAIN,
        Code.CHOICES_IDLE,
        Code.STALE,
        Code.ENDED,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """`details` are what the sentence about it names; parts of the tree stand there as places.

    `names` says how the parts of its tree are called, see `named`.
    """

    code: Code
    place: Place
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)
    names: Mapping[Place, Text] = field(default_factory=dict, hash=False, compare=False, repr=False)

    @property
    def level(self) -> Level:
        return Level.WARNING if self.code in WARNINGS else Level.ERROR


def find_problems(tree: content.Tree) -> list[Problem]:
    """All problems of `tree`, errors first.

    Checks that need a sound tree (paths, scenarios) are left for when the plain
    mistakes are mended: their reports would only repeat those.
    """
    plain = (_shape, _duplicates, _conditions_known, _references, _ranges, _texts, _promises)
    found = [problem for check in plain for problem in check(tree)]
    if not any(problem.code in BREAKING for problem in found):
        compiled = compile_tree(tree, DEFAULT)
        found += _loops(compiled)
        if not any(problem.code is Code.LOOP for problem in found):
            found += [*_ends(tree), *_in_vain(tree), *_paths(compiled)]
            found += [*_messages(compiled), *_scenarios(compiled)]
    return sorted(found, key=lambda problem: problem.level)


def named(problems: Iterable[Problem], tree: content.Tree) -> list[Problem]:
    """The same problems, knowing how the parts of `tree` and their choices are called."""
    names = {Place("tree", tree.slug): tree.title}
    for place, part in (*each_part(tree), *each_row(tree, "choice")):
        names[place] = name_of(part)
    return [replace(problem, names=names) for problem in problems]


BREAKING = frozenset(
    {
        Code.SHAPE,
        Code.NO_QUESTIONS,
        Code.NO_FALLBACK,
        Code.DUPLICATE_SLUG,
        Code.UNKNOWN_QUESTION,
        Code.UNKNOWN_CHOICE,
        Code.NO_CHOICES,
        Code.RANGE_MISSING,
        Code.RANGE_MISPLACED,
        Code.RANGE_GAP,
    }
)
"""With one of these a tree cannot be compiled."""

UNWALKABLE = BREAKING | {Code.LOOP}
"""With one of these there is no walk to its end."""


def find_unwalkable(tree: content.Tree) -> list[Problem]:
    """Only the problems with which `tree` cannot be walked. Quick: no path is looked at."""
    plain = (_shape, _duplicates, _conditions_known, _references, _ranges)
    found = [p for check in plain for p in check(tree) if p.code in UNWALKABLE]
    return found or list(_loops(compile_tree(tree, DEFAULT)))


def find_failing(tree: Tree) -> list[Problem]:
    """What the scenarios of a sound tree do not give as they should."""
    return list(_scenarios(tree))


def _shape(tree: content.Tree) -> Iterator[Problem]:
    place = Place("tree", tree.slug)
    try:
        content.decode(content.encode(tree))
    except msgspec.ValidationError as exc:
        yield Problem(Code.SHAPE, place, {"error": str(exc)})
    if tree.slug in RESERVED_TREE_SLUGS:
        yield Problem(Code.RESERVED_SLUG, place, {"slug": tree.slug})
    if not tree.questions:
        yield Problem(Code.NO_QUESTIONS, place)
    for question in tree.questions:
        if not question.choices:
            yield Problem(Code.NO_CHOICES, Place("question", question.slug))
    fallbacks = [finding.slug for finding in tree.findings if finding.fallback]
    if not fallbacks:
        yield Problem(Code.NO_FALLBACK, place)
    for slug in fallbacks[1:]:
        details = {"finding": Place("finding", fallbacks[0])}
        yield Problem(Code.SEVERAL_FALLBACKS, Place("finding", slug), details)


def _duplicates(tree: content.Tree) -> Iterator[Problem]:
    # Prose names both in the same way.
    for slug in {c.slug for c in tree.contacts} & {f.slug for f in tree.figures}:
        yield Problem(Code.DUPLICATE_SLUG, Place("figure", slug), {"slug": slug})
    for kind, parts in parts_of(tree).items():
        for slug in _twice(part.slug for part in parts):
            yield Problem(Code.DUPLICATE_SLUG, Place(kind, slug), {"slug": slug})
    taken = Counter(slug for q in tree.questions for slug in (q.slug, *q.aliases))
    for question in tree.questions:
        for slug in (alias for alias in question.aliases if taken[alias] > 1):
            yield Problem(Code.DUPLICATE_SLUG, Place("question", question.slug), {"slug": slug})
    for question in tree.questions:
        for slug in _twice(
            s for choice in question.choices for s in (choice.slug, *choice.aliases)
        ):
            yield Problem(Code.DUPLICATE_SLUG, choice_place(question.slug, slug), {"slug": slug})


def _twice(slugs: Iterable[str]) -> list[str]:
    return [slug for slug, count in Counter(slugs).items() if count > 1]


def _conditions_known(tree: content.Tree) -> Iterator[Problem]:
    """Conditions that mention what is not there, and evidence without one."""
    known = {q.slug: {choice.slug for choice in q.choices} for q in tree.questions}
    for place, when in conditions(tree):
        for question, choices in when.items():
            if question not in known:
                yield Problem(Code.UNKNOWN_QUESTION, place, {"slug": question})
                continue
            for slug in sorted(set(choices) - known[question]):
                details = {"question": Place("question", question), "slug": slug}
                yield Problem(Code.UNKNOWN_CHOICE, place, details)
    for place, evidence in each_row(tree, "evidence"):
        if not evidence.when:
            yield Problem(Code.EMPTY_CONDITION, place)


def _references(tree: content.Tree) -> Iterator[Problem]:
    """Slugs of parts that are not there."""
    slugs = {kind: {part.slug for part in parts} for kind, parts in parts_of(tree).items()}
    for place, route in each_row(tree, "route"):
        if route.to not in slugs["question"]:
            yield Problem(Code.UNKNOWN_QUESTION, place, {"slug": route.to})
    for place, part in each_part(tree):
        for name, kind, referred in references(part):
            for slug in sorted(set(referred) - slugs[kind]):
                details = {"slug": slug, "kind": kind}
                yield Problem(Code.UNKNOWN_REFERENCE, place.at(name), details)


def _ranges(tree: content.Tree) -> Iterator[Problem]:
    for question in tree.questions:
        for choice in question.choices:
            place = choice_place(question.slug, choice.slug)
            if not ANSWER_KINDS[question.kind].is_number:
                if choice.at_least is not None:
                    yield Problem(Code.RANGE_MISPLACED, place)
                continue
            if choice.at_least is None and not choice.unsure:
                yield Problem(Code.RANGE_MISSING, place)
            if _reads_as_number(choice.slug):
                yield Problem(Code.CHOICE_LIKE_NUMBER, place, {"slug": choice.slug})
        if ANSWER_KINDS[question.kind].is_number:
            yield from _range_starts(question)


def _range_starts(question: content.Question) -> Iterator[Problem]:
    """Gaps and overlaps between the ranges of a number, and ranges without a number."""
    place = Place("question", question.slug)
    starts = sorted(c.at_least for c in question.choices if c.at_least is not None)
    if not starts or question.minimum is None or starts[0] > question.minimum:
        yield Problem(Code.RANGE_GAP, place)
        return
    for lower, upper in pairwise(starts):
        if lower == upper:
            yield Problem(Code.RANGE_OVERLAP, place, {"at_least": lower})
        elif upper <= question.minimum:
            yield Problem(Code.RANGE_BEYOND, place, {"at_least": lower})
    for start in starts:
        if question.maximum is not None and start > question.maximum:
            yield Problem(Code.RANGE_BEYOND, place, {"at_least": start})


def _reads_as_number(slug: str) -> bool:
    try:
        read_number(slug)
    except ValueError:
        return False
    return True


_OPTIONAL = frozenset(
    {"help", "hint", "unit", "hours", "differs", "avoid", "tell", "where", "letter"}
)


def _texts(tree: content.Tree) -> Iterator[Problem]:
    inserts = {c.slug for c in tree.contacts} | {f.slug for f in tree.figures}
    for place, text in all_texts(tree):
        missing = [language for language in LANGUAGES if not text.inside(language).strip()]
        if len(missing) == len(LANGUAGES):
            if place.field not in _OPTIONAL:
                yield Problem(Code.TEXT_MISSING, place)
            continue
        for language in missing:
            yield Problem(Code.TRANSLATION_MISSING, place, {"language": language})
        if place.kind == "source":
            continue
        for language in LANGUAGES:
            written = text.inside(language)
            for slug in sorted(set(PLACEHOLDER.findall(written)) - inserts):
                yield Problem(Code.UNKNOWN_CONTACT, place, {"slug": slug})
            for number in _HOTLINE.findall(written):
                yield Problem(Code.NUMBER_IN_PROSE, place, {"number": number})
            for markup in _shown_markup(place.field, written):
                yield Problem(Code.MARKDOWN_SHOWN, place, {"markup": markup})


def _shown_markup(name: str, written: str) -> list[str]:
    """Markdown that visitors would see as it is written, in the field `name`."""
    found = _MARKUP.findall(written)
    if found and name in PROSE:
        found = _MARKUP.findall(to_html(written, {}))
    return found[:1]


def _promises(tree: content.Tree) -> Iterator[Problem]:
    """What every published tree owes its readers, whatever its logic."""
    actions = {action.slug: action for action in tree.actions}
    for finding in tree.findings:
        named = [actions[slug] for slug in finding.actions if slug in actions]
        if finding.safety and not any(_helps_at_once(action) for action in named):
            yield Problem(Code.SAFETY_WITHOUT_CONTACT, Place("finding", finding.slug))
    used = {slug for finding in tree.findings for slug in finding.actions}
    for action in tree.actions:
        if not action.general and action.slug not in used:
            yield Problem(Code.ACTION_NEVER_SHOWN, Place("action", action.slug))
    for theme in PERMANENT_THEMES:
        if not any(a.general and a.theme is theme and not a.when for a in tree.actions):
            yield Problem(Code.THEME_WITHOUT_ACTION, Place("tree", tree.slug), {"theme": theme})


def _helps_at_once(action: content.Action) -> bool:
    """Whether the first screen of a scam page has it, for everybody, with a number to call."""
    soon = action.theme is Theme.SAFETY and action.horizon is Horizon.NOW
    return soon and bool(action.contacts) and not action.when


def _loops(tree: Tree) -> Iterator[Problem]:
    """A question that can be led back to."""
    place = {slug: number for number, slug in enumerate(tree.after_to_before)}
    for question in tree.questions.values():
        for number, route in enumerate(question.routes, start=1):
            # In this order everything comes after what it leads to, unless in a loop.
            if place[route.to] >= place[question.slug]:
                where = Place("question", question.slug, Row("route", number))
                yield Problem(Code.LOOP, where, {"question": Place("question", route.to)})


def _ends(tree: content.Tree) -> Iterator[Problem]:
    """Choices that stop the walk although no advice depends on them."""
    conditions = [evidence.when for f in tree.findings for evidence in f.evidence]
    conditions += [action.when for action in tree.actions]
    telling = {fact for when in conditions for fact in condition(when).facts}
    for question in tree.questions:
        if not question.routes:
            continue
        for choice in question.choices:
            fact = (question.slug, choice.slug)
            leads_on = any(
                _may_open(route.when, question.slug, choice.slug) for route in question.routes
            )
            if not (leads_on or choice.unsure or fact in telling):
                yield Problem(Code.DEAD_END, choice_place(question.slug, choice.slug))


def _may_open(when: content.Condition, question: str, choice: str) -> bool:
    return question not in when or choice in when[question]


def _in_vain(tree: content.Tree) -> Iterator[Problem]:
    """Questions and choices whose answers make no difference."""
    mentions: dict[Fact, list[Place]] = defaultdict(list)
    for place, when in conditions(tree):
        if place.kind in ("question", "finding", "action"):
            for fact in condition(when).facts:
                mentions[fact].append(place)
    for question in tree.questions:
        place = Place("question", question.slug)
        telling = [c for c in question.choices if mentions[question.slug, c.slug] or c.audience]
        if not telling:
            yield Problem(Code.QUESTION_IN_VAIN, place)
            continue
        idle = [
            choice_place(question.slug, choice.slug)
            for choice in question.choices
            if not (choice.unsure or choice.exclusive or mentions[question.slug, choice.slug])
        ]
        # One such choice is told apart by the others; two of them are the same answer twice.
        if len(idle) > 1:
            yield Problem(Code.CHOICES_IDLE, place, {"choices": idle})


def _paths(tree: Tree) -> Iterator[Problem]:
    """What no path reaches, and trees too entangled to be sure about."""
    try:
        longest(tree, (tree.start.slug,), frozenset(), frozenset())
        yield from _never_asked(tree)
        yield from _never_advised(tree)
    except TooComplexError:
        yield Problem(Code.TOO_COMPLEX, Place("tree", tree.slug))


def _never_asked(tree: Tree) -> Iterator[Problem]:
    """Questions and routes that no path uses."""
    asked, opened = uses(tree)
    for question in tree.questions.values():
        if question not in asked:
            yield Problem(Code.QUESTION_UNREACHABLE, Place("question", question.slug))
            continue
        for number, route in enumerate(question.routes, start=1):
            if route not in opened:
                place = Place("question", question.slug, Row("route", number))
                yield Problem(Code.ROUTE_NEVER_OPENS, place)


def _never_advised(tree: Tree) -> Iterator[Problem]:
    """Findings and actions that no path ends with."""
    listed = (action for finding in tree.findings for action in finding.actions)
    actions = tuple(dict.fromkeys((*listed, *tree.general_actions)))
    evidence = (evidence.when for finding in tree.findings for evidence in finding.evidence)
    ends = Ends(tree, [*evidence, *(action.when for action in actions)])
    for finding in tree.findings:
        if not (finding.fallback or _can_hold(ends, finding)):
            yield Problem(Code.FINDING_UNREACHABLE, Place("finding", finding.slug))
    for action in actions:
        if not _can_be_shown(tree, ends, action):
            yield Problem(Code.ACTION_NEVER_SHOWN, Place("action", action.slug))


def _can_hold(ends: Ends, finding: Finding, also: Condition = ALWAYS) -> bool:
    """Whether some path ends with evidence for this finding, and with the condition `also`."""
    return ends.some(*_evidence(finding), also)


def _evidence(finding: Finding) -> tuple[list[Condition], list[Condition]]:
    """What speaks for a finding, and what rules it out."""
    against = [e.when for e in finding.evidence if e.effect is Effect.RULES_OUT]
    return [e.when for e in finding.evidence if e.effect is not Effect.RULES_OUT], against


def _can_be_shown(tree: Tree, ends: Ends, action: Action) -> bool:
    """Whether some path ends with advice that has this action."""
    if action.general:
        return ends.some([action.when])
    holders = [finding for finding in tree.findings if action in finding.actions]
    if any(_can_hold(ends, finding, action.when) for finding in holders):
        return True
    # The fallback is the answer where nothing else is found.
    return tree.fallback in holders and ends.some_without(
        [_evidence(finding) for finding in tree.findings], action.when
    )


def _messages(tree: Tree) -> Iterator[Problem]:
    for message in tree.messages:
        place = Place("message", message.slug, field="implies")
        yield from _impossible(tree, place, message.implies)


def _impossible(tree: Tree, place: Place, facts: Iterable[Fact]) -> Iterator[Problem]:
    """Saved answers that nobody could give."""
    for question, choices in answers_of(facts).items():
        try:
            read_answer(tree.questions[question], choices)
        except UnreadableAnswerError:
            asked = Place("question", question)
            given = [choice_place(question, slug) for slug in choices]
            yield Problem(Code.ANSWER_IMPOSSIBLE, place, {"question": asked, "choices": given})


def _scenarios(tree: Tree) -> Iterator[Problem]:
    for scenario in tree.scenarios:
        place = Place("scenario", scenario.slug)
        answers = place.at("answers")
        if impossible := list(_impossible(tree, answers, scenario.answers)):
            yield from impossible
            continue
        if not scenario.findings:
            yield Problem(Code.SCENARIO_EXPECTS_NOTHING, place)
        walked = walk(tree, answers_of(scenario.answers))
        if walked.question is not None:
            asked = Place("question", walked.question.slug)
            yield Problem(Code.SCENARIO_UNFINISHED, place, {"question": asked})
            continue
        if walked.dropped:
            unasked = _places("question", (given.question.slug for given in walked.dropped))
            yield Problem(Code.SCENARIO_IGNORED, place, {"questions": unasked})
        advice = advise(walked)
        expected = _places("finding", scenario.findings)
        got = _places("finding", (diagnosis.finding.slug for diagnosis in advice.diagnoses))
        if got[: len(expected)] != expected:
            yield Problem(Code.SCENARIO_FINDINGS, place, {"expected": expected, "got": got})
        shown = {action.slug for action in advice.actions}
        absent = _places("action", sorted(set(scenario.actions) - shown))
        unwanted = _places("action", sorted(set(scenario.absent_actions) & shown))
        if absent or unwanted:
            details = {"absent": absent, "unwanted": unwanted}
            yield Problem(Code.SCENARIO_ACTIONS, place, details)


def _places(kind: str, slugs: Iterable[str]) -> list[Place]:
    return [Place(kind, slug) for slug in slugs]
