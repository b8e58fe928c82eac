"""What holds for every walk, tried on the trees that visitors get."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tree.test_engine_properties import (
    STEADY,
    all_answers,
    any_answers,
    check_any_answers_give_a_walk,
    check_canonical_parameters_are_stable,
    check_change_keeps_what_is_still_asked,
    check_finished_walk_asks_nothing,
    check_order_never_matters,
    check_questions_left_goes_down,
    finished_walks,
    step,
)
from wizard import drafts
from wizard.models import Tree
from wizard.tree.compiled import compile_tree
from wizard.tree.engine import walk

SLUGS = ("jiebei", "loan-offer")

REAL = settings(STEADY, max_examples=40)


@pytest.fixture(scope="module")
def real_trees(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        drafted = [drafts.snapshot(tree) for tree in Tree.objects.all()]
    return {tree.slug: compile_tree(tree, "en") for tree in drafted}


@pytest.mark.parametrize("slug", SLUGS)
@REAL
@given(data=st.data())
def test_any_answers_to_a_real_tree_give_a_walk(real_trees, slug, data):
    parameters = data.draw(any_answers(real_trees[slug]))

    check_any_answers_give_a_walk(real_trees[slug], parameters)
    check_canonical_parameters_are_stable(real_trees[slug], parameters)
    check_order_never_matters(real_trees[slug], parameters, data.draw(st.permutations(parameters)))


@pytest.mark.parametrize("slug", SLUGS)
@REAL
@given(data=st.data())
def test_finished_walk_of_a_real_tree_asks_nothing(real_trees, slug, data):
    check_finished_walk_asks_nothing(data.draw(finished_walks(real_trees[slug])))


@pytest.mark.parametrize("slug", SLUGS)
@REAL
@given(data=st.data())
def test_changed_answer_to_a_real_tree_keeps_what_is_still_asked(real_trees, slug, data):
    before = data.draw(finished_walks(real_trees[slug]))
    place = data.draw(st.integers(0, len(before.trail) - 1))

    check_change_keeps_what_is_still_asked(before, place, data.draw)


@pytest.mark.parametrize("slug", SLUGS)
@REAL
@given(data=st.data())
def test_questions_left_on_a_real_tree_goes_down_with_every_answer(real_trees, slug, data):
    walked = walk(real_trees[slug], {})

    while walked.question is not None:
        check_questions_left_goes_down(walked)
        walked = step(walked, data.draw(st.sampled_from(all_answers(walked.question))))
