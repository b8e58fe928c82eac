"""What the searches over all paths find, against trying every answer by force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tree.test_engine_properties import (
    THOROUGH,
    all_answers,
    choices_by_force,
    conditions,
    opened_by_force,
    trees,
)
from tests.trees import compiled, make_question
from wizard.tree.compiled import ALWAYS, condition
from wizard.tree.content import Route
from wizard.tree.states import Ends, TooComplexError, uses


def ends_by_force(tree, opened, agenda=None, chosen=None):
    """The choices made at the end of every path. `opened` collects what opens at each question."""
    agenda, chosen = agenda or [tree.start.slug], chosen or {}
    ahead = [slug for slug in agenda if slug not in chosen]
    if not ahead:
        yield {(slug, choice) for slug, choices in chosen.items() for choice in choices}
        return
    question, rest = tree.questions[ahead[0]], ahead[1:]
    for sent in all_answers(question):
        after = {**chosen, question.slug: choices_by_force(question, sent)}
        leading = opened_by_force(question, after)
        opened.setdefault(question.slug, set()).update(leading)
        following = [*leading, *rest]
        if any(slug not in after for slug in following):
            yield from ends_by_force(tree, opened, following, after)
        else:
            yield {(slug, choice) for slug, choices in after.items() for choice in choices}


def drawn_conditions(data, tree):
    pairs = [(q.slug, [c.slug for c in q.choices]) for q in tree.questions.values()]
    return [condition(when) for when in data.draw(st.lists(conditions(pairs), max_size=2))]


@THOROUGH
@given(trees())
def test_questions_and_routes_in_use_are_what_force_finds(tree):
    opened = {}
    list(ends_by_force(tree, opened))

    asked, routes = uses(tree)

    assert {question.slug for question in asked} == opened.keys()
    leading = {slug: set() for slug in opened}
    for question in asked:
        leading[question.slug] = {route.to for route in question.routes if route in routes}
    assert leading == opened


@THOROUGH
@given(st.data())
def test_ends_with_conditions_are_what_force_finds(data):
    tree = data.draw(trees())
    one_of, none_of = drawn_conditions(data, tree), drawn_conditions(data, tree)
    also = data.draw(st.sampled_from([ALWAYS, *drawn_conditions(data, tree)]))
    ends = list(ends_by_force(tree, {}))

    def holds(facts):
        return any(when.holds(facts) for when in one_of) and not any(
            when.holds(facts) for when in none_of
        )

    search = Ends(tree, [*one_of, *none_of, also])

    assert search.some(one_of, none_of, also) is any(
        holds(facts) and also.holds(facts) for facts in ends
    )
    assert search.some_without([(one_of, none_of)], also) is any(
        not holds(facts) and also.holds(facts) for facts in ends
    )


def test_evidence_on_ways_that_exclude_each_other_never_holds():
    tree = compiled(
        [
            make_question(
                "first",
                ["left", "right"],
                [
                    Route(to="left", when={"first": ("left",)}),
                    Route(to="right", when={"first": ("right",)}),
                ],
            ),
            make_question("left"),
            make_question("right"),
        ]
    )
    both = condition({"left": ("yes",), "right": ("yes",)})
    one = condition({"first": ("left",), "left": ("no",)})
    ends = Ends(tree, [both, one])

    assert not ends.some([both])
    assert ends.some([both, one])
    assert not ends.some([one], also=both)


def test_search_among_too_many_states_gives_up(monkeypatch):
    monkeypatch.setattr("wizard.tree.states.MOST_STATES", 3)
    slugs = [f"q{number}" for number in range(6)]
    routes = [[slug] for slug in slugs[1:]]
    questions = [make_question(s, routes=r) for s, r in zip(slugs, [*routes, []], strict=True)]
    tree = compiled(questions)
    last = condition({"q5": ("yes",)})

    with pytest.raises(TooComplexError):
        Ends(tree, [last]).some([last], none_of=[condition({"q0": ("yes",)})])
