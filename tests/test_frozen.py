"""States of trees: the same one is kept, and only so many."""

from tests.trees import make_question, make_tree
from wizard.frozen import MOST_KEPT, freeze


def state(slug):
    return freeze(make_tree([make_question("first")], slug=slug))


def test_the_same_state_is_kept_and_only_so_many():
    first = state("first")

    assert state("first") is first

    for number in range(MOST_KEPT):
        state(f"other-{number}")

    assert state("first") is not first
