"""What holds for the engine whatever the tree and whatever the answers."""

from decimal import Decimal
from itertools import chain, combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trees import every_walk, make_choice, make_question, make_tree
from wizard.tree.answers import answers_of
from wizard.tree.compiled import compile_tree
from wizard.tree.content import Kind, Route
from wizard.tree.engine import walk
from wizard.tree.numerals import write_number

STEADY = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
QUICK = settings(STEADY, max_examples=100)
THOROUGH = settings(STEADY, max_examples=100)

GARBAGE = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["", " ", "yes", "None", "<b>", "0", "-1", "1e9", "5万", "９", "x" * 10_000]),
)


# Trees by chance


@st.composite
def choice_sets(draw, kind):
    """Choices (with ranges for a number) and the fields that go with them."""
    count = draw(st.integers(1, 3))
    choices = [f"c{n}" for n in range(count)]
    unsure = [make_choice("unsure", unsure=True, exclusive=kind is Kind.MULTIPLE)]
    ending = unsure if draw(st.booleans()) else []
    if kind is Kind.SINGLE:
        return [*map(make_choice, choices), *ending], {}
    if kind is Kind.MULTIPLE:
        none = [make_choice("none", exclusive=True)] if draw(st.booleans()) else []
        return [*map(make_choice, choices), *none, *ending], {}
    starts = sorted(draw(st.sets(st.integers(0, 9), min_size=count, max_size=count)))
    ranges = [
        make_choice(slug, at_least=Decimal(start) / 2)
        for slug, start in zip(choices, starts, strict=True)
    ]
    limits = {
        "minimum": Decimal(starts[0]) / 2,
        "maximum": Decimal(draw(st.integers(starts[-1], 12))) / 2,
    }
    return [*ranges, *ending], limits


@st.composite
def conditions(draw, questions):
    """Some choices of up to two of these (slug, choices) pairs; often of the first one."""
    if draw(st.integers(0, 3)) == 0:
        return {}
    here, *others = questions
    chosen = [here] if draw(st.booleans()) else []
    if others and draw(st.booleans()):
        chosen.append(draw(st.sampled_from(others)))
    return {
        slug: tuple(draw(st.lists(st.sampled_from(choices), min_size=1, max_size=2, unique=True)))
        for slug, choices in chosen
    }


@st.composite
def trees(draw):
    """A tree without loops: routes lead to later questions, and look at any answers."""
    count = draw(st.integers(1, 5))
    slugs = [f"q{n}" for n in range(count)]
    kinds = [draw(st.sampled_from(Kind)) for _ in slugs]
    sets = [draw(choice_sets(kind)) for kind in kinds]
    pairs = [
        (slug, [c.slug for c in choices]) for slug, (choices, _) in zip(slugs, sets, strict=True)
    ]
    questions = []
    for place, (kind, (choices, limits)) in enumerate(zip(kinds, sets, strict=True)):
        later = slugs[place + 1 :]
        watched = [pairs[place], *pairs[:place], *pairs[place + 1 :]]
        routes = [
            Route(
                to=draw(st.sampled_from(later)),
                when=draw(conditions(watched)),
                otherwise=draw(st.integers(0, 3)) == 0,
            )
            for _ in range(draw(st.integers(1, 3)) if later else 0)
        ]
        questions.append(make_question(slugs[place], choices, routes, kind, **limits))
    first, *rest = questions
    return compile_tree(make_tree([first, *draw(st.permutations(rest))]), "en")


# Answers by chance


def all_answers(question):
    """Every answer that makes a difference, as it is sent: all sets of ticks included."""
    slugs = [choice.slug for choice in question.choices if choice.at_least is None]
    if question.kind is Kind.SINGLE:
        return [[slug] for slug in slugs]
    if question.kind is Kind.NUMBER:
        numbers = [choice.at_least for choice in question.choices if choice.at_least is not None]
        return [
            *([write_number(n)] for n in numbers),
            [write_number(question.maximum)],
            *_each(slugs),
        ]
    ticks = [choice.slug for choice in question.choices if not choice.exclusive]
    exclusive = [choice.slug for choice in question.choices if choice.exclusive]
    sets = chain.from_iterable(combinations(ticks, size) for size in range(1, len(ticks) + 1))
    return [*map(list, sets), *(_each(exclusive) or [[""]])]


def _each(slugs):
    return [[slug] for slug in slugs]


@st.composite
def any_answers(draw, tree):
    """Parameters of an address: fitting and unfitting, known and unknown, some more than once."""
    fitting = st.sampled_from(
        [
            (q.slug, value)
            for q in tree.questions.values()
            for sent in all_answers(q)
            for value in sent
        ]
    )
    unfitting = st.tuples(st.one_of(st.sampled_from([*tree.questions]), GARBAGE), GARBAGE)
    whole = st.fixed_dictionaries(
        {q.slug: st.sampled_from(all_answers(q)) for q in tree.questions.values()}
    )
    base = [(slug, v) for slug, sent in draw(whole).items() for v in sent]
    kept = [pair for pair in base if draw(st.integers(0, 3))]
    extra = draw(st.lists(st.one_of(fitting, unfitting), max_size=3))
    return draw(st.permutations([*kept, *extra]))


@st.composite
def finished_walks(draw, tree):
    """A walk that was answered until its end."""
    return finish(tree, {}, lambda question: draw(st.sampled_from(all_answers(question))))


def finish(tree, answers, choose):
    """Go on from these answers, choosing one for every question that comes up."""
    walked = walk(tree, answers)
    while walked.question is not None:
        walked = step(walked, choose(walked.question))
    return walked


def step(walked, sent):
    """The page that follows when `sent` is sent for the question shown."""
    parameters = [*walked.parameters, *((walked.question.slug, value) for value in sent)]
    return walk(walked.tree, answers_of(parameters), asked=walked.question.slug)


def state(walked):
    """All that a walk says, comparable."""
    return (
        [(a.question.slug, a.values) for a in walked.trail],
        walked.question and walked.question.slug,
        walked.agenda,
        walked.shown and walked.shown.values,
        walked.fault,
        [(a.question.slug, a.values) for a in walked.held],
        [(a.question.slug, a.values) for a in walked.dropped],
    )


# The longest way, found by force, from the words of the design


def longest_by_force(tree, agenda, chosen):
    """The most questions still to come, by trying every answer to every question.

    `chosen` maps each question asked so far to the choices made.
    """
    ahead = [slug for slug in agenda if slug not in chosen]
    if not ahead:
        return 0
    question, rest = tree.questions[ahead[0]], ahead[1:]
    return 1 + max(
        longest_by_force(tree, [*opened_by_force(question, after), *rest], after)
        for after in (
            {**chosen, question.slug: choices_by_force(question, sent)}
            for sent in all_answers(question)
        )
    )


def choices_by_force(question, sent):
    if question.kind is not Kind.NUMBER or sent[0] == "unsure":
        return {value for value in sent if value}
    ranges = [c for c in question.choices if c.at_least is not None]
    return {
        max((c for c in ranges if c.at_least <= Decimal(sent[0])), key=lambda c: c.at_least).slug
    }


def opened_by_force(question, chosen):
    def holds(route):
        return all(
            any(choice in chosen.get(slug, ()) for slug, choice in group)
            for group in route.when.groups
        )

    opened = [r.to for r in question.routes if not r.otherwise and holds(r)]
    return opened or [r.to for r in question.routes if r.otherwise and holds(r)]


def check_any_answers_give_a_walk(tree, parameters):
    walked = walk(tree, answers_of(parameters))

    trail = [answered.question.slug for answered in walked.trail]
    others = [answered.question.slug for answered in (*walked.held, *walked.dropped)]
    assert len(set(trail)) == len(trail)
    assert set(trail).isdisjoint(others)
    assert {*trail, *others} <= {slug for slug, _ in parameters}
    assert walked.finished is (walked.question is None)
    assert walked.finished is (walked.questions_left == 0)
    assert walked.question is None or walked.question.slug not in trail


def check_order_never_matters(tree, parameters, shuffled):
    assert state(walk(tree, answers_of(parameters))) == state(walk(tree, answers_of(shuffled)))


def check_canonical_parameters_are_stable(tree, parameters):
    walked = walk(tree, answers_of(parameters))

    again = walk(tree, answers_of(walked.parameters))

    assert again.parameters == walked.parameters
    assert again.trail == walked.trail
    assert again.question is walked.question
    assert again.held == walked.held
    assert (again.dropped, again.fault) == ((), None)


def check_finished_walk_asks_nothing(walked):
    again = walk(walked.tree, answers_of(walked.parameters))

    assert (walked.question, walked.questions_left, walked.fault) == (None, 0, None)
    assert (walked.held, walked.dropped) == ((), ())
    assert state(again) == state(walked)


def check_questions_left_goes_down(walked):
    """By at least one with every answer, and by exactly one with some answer.

    Where this holds at every question, "at most N" is never exceeded and is
    reached by some path.
    """
    after = [step(walked, sent).questions_left for sent in all_answers(walked.question)]

    assert max(after) == walked.questions_left - 1


def check_change_keeps_what_is_still_asked(before, place, draw):
    changed = before.trail[place].question
    again = walk(before.tree, answers_of(before.parameters), at=changed.slug)
    old = {answered.question.slug: answered.values for answered in before.trail}

    walked = step(again, draw(st.sampled_from(all_answers(changed)), label="new answer"))
    dropped = [answered.question.slug for answered in walked.dropped]
    while walked.question is not None:
        sent = draw(st.sampled_from(all_answers(walked.question)), label=walked.question.slug)
        assert walked.question.slug not in old
        walked = step(walked, sent)
        dropped += [answered.question.slug for answered in walked.dropped]

    new = {answered.question.slug: answered.values for answered in walked.trail}
    assert (again.question, again.shown) == (changed, before.trail[place])
    assert again.dropped == ()
    assert {slug: new[slug] for slug in old.keys() & new.keys() - {changed.slug}} == {
        slug: old[slug] for slug in old.keys() & new.keys() - {changed.slug}
    }
    assert sorted(dropped) == sorted(old.keys() - new.keys())


# Any tree


@QUICK
@given(st.data())
def test_any_answers_give_a_walk(data):
    tree = data.draw(trees())

    check_any_answers_give_a_walk(tree, data.draw(any_answers(tree)))


@QUICK
@given(st.data())
def test_order_of_parameters_never_matters(data):
    tree = data.draw(trees())
    parameters = data.draw(any_answers(tree))

    check_order_never_matters(tree, parameters, data.draw(st.permutations(parameters)))


@QUICK
@given(st.data())
def test_canonical_parameters_are_stable(data):
    tree = data.draw(trees())

    check_canonical_parameters_are_stable(tree, data.draw(any_answers(tree)))


@QUICK
@given(st.data())
def test_finished_walk_asks_nothing(data):
    tree = data.draw(trees())

    check_finished_walk_asks_nothing(data.draw(finished_walks(tree)))


@QUICK
@given(st.data())
def test_changed_answer_keeps_what_is_still_asked(data):
    tree = data.draw(trees())
    before = data.draw(finished_walks(tree))
    place = data.draw(st.integers(0, len(before.trail) - 1))

    check_change_keeps_what_is_still_asked(before, place, data.draw)


@THOROUGH
@given(st.data())
def test_questions_left_goes_down_with_every_answer(data):
    walked = walk(data.draw(trees()), {})

    while walked.question is not None:
        check_questions_left_goes_down(walked)
        walked = step(walked, data.draw(st.sampled_from(all_answers(walked.question))))


@THOROUGH
@given(st.data())
def test_questions_left_is_what_force_finds(data):
    tree = data.draw(trees())
    walked = walk(tree, {})

    while walked.question is not None:
        chosen = {a.question.slug: {c.slug for c in a.choices} for a in walked.trail}
        agenda = [walked.question.slug, *walked.agenda]
        assert walked.questions_left == longest_by_force(tree, agenda, chosen)
        walked = step(walked, data.draw(st.sampled_from(all_answers(walked.question))))


@THOROUGH
@given(st.data())
def test_questions_left_counts_what_kept_answers_leave_to_ask(data):
    tree = data.draw(trees())
    walked = data.draw(finished_walks(tree))
    changed = data.draw(st.sampled_from(walked.trail)).question.slug

    again = walk(tree, answers_of(walked.parameters), at=changed)

    assert again.questions_left == 1 + max(
        screens(step(again, sent)) for sent in all_answers(again.question)
    )


def screens(walked):
    """The most screens that follow, by going on in every way."""
    if walked.question is None:
        return 0
    return 1 + max(screens(step(walked, sent)) for sent in all_answers(walked.question))


@THOROUGH
@given(trees())
def test_longest_path_is_as_long_as_was_said(tree):
    longest = max(len(path.trail) for path in every_walk(tree))

    assert longest <= walk(tree, {}).questions_left == longest_by_force(tree, [tree.start.slug], {})


@THOROUGH
@given(trees())
def test_every_path_is_a_finished_walk(tree):
    for path in every_walk(tree):
        assert state(walk(tree, answers_of(path.parameters))) == state(path)


# The real trees
