"""What a tree claims: where it comes from, how sure it is, and how old.

Readers act on what they read here. So a figure needs a source, one that only
hearsay supports says so in the same sentence, and staff are told what nobody
has checked for long.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from wizard.tree import content
from wizard.tree.compiled import WEAK_GRADES
from wizard.tree.languages import LANGUAGES
from wizard.tree.parts import Place, all_texts, each_part
from wizard.tree.problems import Code, Problem

# Dates are no figures, and sending one yuan as a trial is an instruction, not a claim.
_FIGURE = re.compile(
    r"(?<![\d月-])(?!1\s?(?:元|yuan)|(?:19|20)\d\d\s?年)\d[\d,.]*\s*(?:[–—~-]\s*\d[\d,.]*\s*|到\s*\d[\d,.]*\s*|to\s+\d[\d,.]*\s*)?"
    r"(?:%|元|万|亿|天|日(?!期)|年(?!报)|个月|个工作日|小时|倍|笔|个点|"
    r"yuan|working days?|days?|years?|months?|hours?|weeks?|loans)"
)
_EXAMPLE = re.compile(r"例[如：]|比如|[Ee]xample|such as")
_SENTENCE_END = re.compile(r"[。！？；\n]|(?<=[.!?;])\s")


def find_unproven(tree: content.Tree) -> list[Problem]:
    """Claims without a source, and hearsay that is not marked as such."""
    return [*_unsourced(tree), *_unmarked(tree)]


def find_stale(tree: content.Tree, today: dt.date, after: dt.timedelta) -> list[Problem]:
    """What was last checked longer than `after` ago, and schemes that are over by `today`."""
    found = []
    for place, part in each_part(tree):
        checked_on = getattr(part, "checked_on", None)
        if checked_on is not None and today - checked_on > after:
            found.append(Problem(Code.STALE, place, {"checked_on": checked_on}))
        ends_on = getattr(part, "ends_on", None)
        if ends_on is not None and ends_on < today:
            found.append(Problem(Code.ENDED, place, {"ends_on": ends_on}))
    return found


def unmarked_figures(text: str, language: str) -> Iterator[str]:
    """The figures of `text` in whose sentence no mark of hearsay stands."""
    for sentence in _SENTENCE_END.split(text):
        marked = any(mark in sentence.lower() for mark in LANGUAGES[language].marks)
        if not (marked or _EXAMPLE.search(sentence)):
            yield from (match[0] for match in _FIGURE.finditer(sentence))


def _unsourced(tree: content.Tree) -> Iterator[Problem]:
    for finding in tree.findings:
        if not finding.sources:
            yield Problem(Code.UNSOURCED_FINDING, Place("finding", finding.slug))
    for alternative in tree.alternatives:
        if not alternative.sources:
            yield Problem(Code.UNSOURCED_ALTERNATIVE, Place("alternative", alternative.slug))
    for figure in tree.figures:
        if not figure.sources:
            place = Place("figure", figure.slug)
            yield Problem(Code.UNSOURCED_FIGURE, place, {"figure": figure.value.inside("en")})
    for action in tree.actions:
        said = next(
            (f for lang in LANGUAGES for f in _FIGURE.findall(action.body.inside(lang))), None
        )
        if said and not action.sources:
            yield Problem(Code.UNSOURCED_FIGURE, Place("action", action.slug), {"figure": said})


def _unmarked(tree: content.Tree) -> Iterator[Problem]:
    """Figures in parts that nothing better than hearsay supports, without their mark."""
    grades = {source.slug: source.grade for source in tree.sources}
    hearsay = {
        place
        for place, part in each_part(tree)
        if place.kind in ("finding", "action", "alternative", "message")
        and _only_weak(grades, part)
    }
    for place, text in all_texts(tree):
        # What to say and to write are the reader's own words; times carry a grade of their own.
        if place.part not in hearsay or place.field in ("tell", "letter", "remedy_time"):
            continue
        for language in LANGUAGES:
            for said in unmarked_figures(text.inside(language), language):
                yield Problem(Code.UNMARKED_FIGURE, place, {"figure": said})


def _only_weak(
    grades: dict[str, content.Grade],
    part: content.Finding | content.Action | content.Alternative | content.Message,
) -> bool:
    named: Iterable[str | None] = (
        (part.source,) if isinstance(part, content.Message) else part.sources
    )
    known = {grades[slug] for slug in named if slug in grades}
    return bool(known) and known <= WEAK_GRADES
