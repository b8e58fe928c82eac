"""Problems, told to staff."""

import re

import pytest
from django.utils.translation import override

from tests.tree.test_problems import BROKEN, changed
from wizard import wording
from wizard.tree.content import Text
from wizard.tree.problems import find_problems, named


@pytest.mark.parametrize("tree", [pytest.param(param.values[2], id=param.id) for param in BROKEN])
def test_place_and_sentence_are_in_words(tree):
    with override("en"):
        told = [
            f"{wording.place(p)} {wording.problem(p)}" for p in named(find_problems(tree), tree)
        ]

    assert [words for words in told if re.search(r"%\(|Place\(|_|None", words)] == []


def test_parts_are_named_in_the_language_of_the_page():
    tree = changed("scenario", "big-loan", findings=("limit", "overdue"))

    (found,) = named(find_problems(tree), tree)

    with override("en"):
        assert wording.place(found) == "scenario “a big loan”"
        assert wording.problem(found) == "Expected first: “limit”, “overdue”. Found: “limit”."
    with override("zh-hans"):
        assert wording.problem(found).count("“limit（中文）”") == 2


def test_part_without_a_name_is_named_by_its_slug():
    tree = changed("finding", "limit", title=Text())

    (found,) = named(find_problems(tree), tree)

    with override("en"):
        assert wording.place(found) == "finding “limit”, title"
