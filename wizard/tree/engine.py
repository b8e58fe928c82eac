"""Walking a tree: answers in, the question to show (or the end) out.

Position is never stored; it is replayed from the answers. The same tree and
the same answers always give the same walk.

A walk keeps an agenda of questions. It takes the first; if that is answered,
its open routes go to the head of the agenda; if not, it is the question to
show. No question is asked twice, and an empty agenda is the end.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from wizard.tree.answers import BLANK, Answered, Answers, Fault, UnreadableAnswerError, read_answer
from wizard.tree.compiled import Fact, Question, Route, Tree
from wizard.tree.states import longest


@dataclass(frozen=True)
class Walk:
    """Answers replayed on a tree.

    `question` is the one to show; None at the end. `shown` is its present
    answer when it is shown again to be changed. `fault` tells why what was sent
    for it could not be taken. `held` are answers to questions that may still
    come, `dropped` the questions whose answers can no longer matter.
    """

    tree: Tree
    trail: tuple[Answered, ...]
    question: Question | None
    agenda: tuple[str, ...] = ()
    shown: Answered | None = None
    fault: Fault | None = None
    held: tuple[Answered, ...] = ()
    dropped: tuple[Answered, ...] = ()

    @property
    def finished(self) -> bool:
        return self.question is None

    @cached_property
    def facts(self) -> frozenset[Fact]:
        """All choices made on the trail."""
        return frozenset().union(*(answered.facts for answered in self.trail))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The canonical address: what was answered in asked order, then what is held."""
        return _parameters((*self.trail, *self.held))

    @property
    def parameters_with_shown(self) -> list[tuple[str, str]]:
        """The same with the answer that is shown to be changed, in its place."""
        shown = () if self.shown is None else (self.shown,)
        return _parameters((*self.trail, *shown, *self.held))

    @cached_property
    def questions_left(self) -> int:
        """The most questions that can still be asked, the one shown included."""
        if self.question is None:
            return 0
        agenda = (self.question.slug, *self.agenda)
        done = {answered.question.slug for answered in self.trail}
        held = {answered.question.slug: answered.facts for answered in self.held}
        return longest(self.tree, agenda, done, self.facts, held)


def walk(tree: Tree, given: Answers, *, asked: str = "", at: str = "") -> Walk:
    """Replay `given` on `tree`.

    Unknown questions are passed over. An answer that does not fit stops the walk
    at its question, with a fault; later ones that do not fit are left out. `asked` is
    the question whose form was just sent: if it has no answer, that is a fault
    (or, where blank is an answer, the blank answer). `at` is a question to stop
    at although it is answered.
    """
    given = _under_present_slugs(tree, given)
    asked, at = (tree.question_aliases.get(named, named) for named in (asked, at))
    trail: list[Answered] = []
    facts: set[Fact] = set()
    done: set[str] = set()
    agenda = [tree.start.slug]
    while agenda:
        question = tree.questions.get(agenda.pop(0))
        if question is None or question.slug in done:
            continue
        answered, fault = _taken(question, given, asked)
        if answered is None or question.slug == at:
            done.add(question.slug)
            held, dropped = _apart(tree, given, done, (question.slug, *agenda))
            return Walk(
                tree,
                tuple(trail),
                question,
                tuple(agenda),
                shown=answered,
                fault=fault,
                held=held,
                dropped=dropped,
            )
        trail.append(answered)
        done.add(question.slug)
        facts |= answered.facts
        agenda[:0] = [route.to for route in open_routes(question, facts)]
    return Walk(tree, tuple(trail), None, dropped=_others(tree, given, done))


def _under_present_slugs(tree: Tree, given: Answers) -> Answers:
    """The same answers, with questions and choices that were renamed under their slugs of today."""
    if not (tree.question_aliases or tree.choice_aliases):
        return given
    found: dict[str, Sequence[str]] = {}
    for named, values in given.items():
        question = tree.question_aliases.get(named, named)
        # What stands under the slug of today is the newer answer.
        if question == named or question not in given:
            found[question] = [tree.choice_aliases.get((question, v), v) for v in values]
    return found


def open_routes(question: Question, facts: AbstractSet[Fact]) -> list[Route]:
    """The routes that open from `question` when these choices have been made, in order."""
    holding = [route for route in question.routes if route.when.holds(facts)]
    return [r for r in holding if not r.otherwise] or holding


def _parameters(answers: Iterable[Answered]) -> list[tuple[str, str]]:
    return [(answered.question.slug, value) for answered in answers for value in answered.values]


def _taken(question: Question, given: Answers, asked: str) -> tuple[Answered | None, Fault | None]:
    sent = given.get(question.slug)
    if sent is None:
        if question.slug != asked:
            return None, None
        sent = [BLANK]
    try:
        return read_answer(question, sent), None
    except UnreadableAnswerError as exc:
        return None, exc.fault


def _apart(
    tree: Tree, given: Answers, done: AbstractSet[str], ahead: Iterable[str]
) -> tuple[tuple[Answered, ...], tuple[Answered, ...]]:
    """The answers not used so far: those that may still come, and the others."""
    others = _others(tree, given, done)
    still = frozenset().union(*(tree.reach.get(slug, ()) for slug in ahead))
    held = tuple(answered for answered in others if answered.question.slug in still)
    return held, tuple(answered for answered in others if answered not in held)


def _others(tree: Tree, given: Answers, done: AbstractSet[str]) -> tuple[Answered, ...]:
    """The readable answers to questions that were not reached, in the tree's order."""
    found = []
    for slug in sorted(given.keys() & tree.order.keys() - done, key=tree.order.__getitem__):
        try:
            found.append(read_answer(tree.questions[slug], given[slug]))
        except UnreadableAnswerError:
            continue
    return tuple(found)
