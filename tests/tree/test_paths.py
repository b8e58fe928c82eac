"""Complete paths: counted, listed, sampled; beside every walk, taken one after the other."""

from decimal import Decimal

import msgspec
import pytest

from tests.tree.test_engine import (
    CHAIN,
    NONE,
    UNSURE,
    make_amount,
    make_ticks,
    to,
)
from tests.trees import compiled, every_walk, make_question
from wizard.tree.answers import (
    answers_of,
)
from wizard.tree.compiled import Condition
from wizard.tree.content import Route
from wizard.tree.engine import walk
from wizard.tree.paths import Paths


def test_paths_are_all_complete_walks():
    tree = compiled(
        [
            make_question("card", routes=[to("bank", card=("yes",))]),
            make_question("bank", ["big", "small"]),
        ]
    )

    assert [path.parameters for path in every_walk(tree)] == [
        [("card", "yes"), ("bank", "big")],
        [("card", "yes"), ("bank", "small")],
        [("card", "no")],
    ]


def test_every_path_is_a_walk():
    tree = compiled(
        [
            make_ticks(("a", "b"), routes=[to("amount", ticks=("a",)), "card"]),
            make_question("card"),
            make_amount(routes=(Route(to="card", when={"amount": ("large",)}),)),
        ]
    )

    walked = [walk(tree, answers_of(path.parameters)) for path in every_walk(tree)]

    assert [w.trail for w in walked] == [path.trail for path in every_walk(tree)]
    assert [w.finished for w in walked] == [True] * len(walked)


def test_sampled_paths_are_the_same_for_the_same_seed():
    first = [path.parameters for path in Paths(CHAIN).sample(20, seed=1)]
    second = [path.parameters for path in Paths(CHAIN).sample(20, seed=1)]

    assert first == second
    assert len(first) == 20


def test_sampled_paths_are_among_the_paths():
    every = [path.parameters for path in every_walk(CHAIN)]

    assert [p.parameters for p in Paths(CHAIN).sample(50) if p.parameters not in every] == []


COUNTED = {
    "one question": [make_question("card")],
    "chain": [
        make_question("card", routes=["bank"]),
        make_question("bank", ["a", "b", UNSURE], ["identity"]),
        make_question("identity"),
    ],
    "branch": [
        make_question("card", routes=[to("bank", card=("yes",))]),
        make_question("bank", ["a", "b", "c"]),
    ],
    "two branches that meet": [
        make_question("card", routes=[to("bank", card=("yes",)), to("identity", card=("no",))]),
        make_question("bank", routes=["end"]),
        make_question("identity", ["a", "b", "c"], ["end"]),
        make_question("end"),
    ],
    "both branches at once": [
        make_question("card", ["yes", "no", UNSURE], ["bank", to("identity", card=("unsure",))]),
        make_question("bank", routes=["end"]),
        make_question("identity", routes=["end"]),
        make_question("end"),
    ],
    "ticks": [make_ticks(("a", "b", "c", NONE))],
    "ticks that may be blank": [make_ticks(("a", "b", "c"))],
    "ticks that open branches": [
        make_ticks(
            ("a", "b", "c", NONE), routes=[to("bank", ticks=("a",)), to("card", ticks=("b",))]
        ),
        make_question("bank", routes=["end"]),
        make_question("card", ["a", "b", "c"]),
        make_question("end"),
    ],
    "otherwise": [
        make_question(
            "card", ["a", "b", "c"], [to("bank", card=("a",)), to("end", otherwise=True)]
        ),
        make_question("bank", ["a", "b", "c"]),
        make_question("end"),
    ],
    "otherwise after ticks": [
        make_ticks(("a", "b", "c"), routes=[to("bank", ticks=("a",)), to("end", otherwise=True)]),
        make_question("bank", routes=["end"]),
        make_question("end", ["a", "b", "c"]),
    ],
    "condition on an earlier answer": [
        make_question("card", ["a", "b", "c"], ["bank"]),
        make_question("bank", routes=["identity"]),
        make_question("identity", routes=[to("end", card=("a", "b"), bank=("yes",))]),
        make_question("end"),
    ],
    "ranges": [
        make_question("card", routes=["amount"]),
        msgspec.structs.replace(
            make_amount(), routes=(to("end", amount=("large",)), to("end", amount=("unsure",)))
        ),
        make_question("end"),
    ],
    "range beyond the maximum": [make_amount(maximum=Decimal(10_000))],
}


@pytest.mark.parametrize("questions", COUNTED.values(), ids=COUNTED)
def test_paths_are_counted_and_listed_as_they_are_walked(questions):
    tree = compiled(questions)

    every = [walked.parameters for walked in every_walk(tree)]

    assert [path.parameters for path in Paths(tree).all()] == every
    assert Paths(tree).count() == len(every)


@pytest.mark.parametrize("questions", COUNTED.values(), ids=COUNTED)
def test_paths_with_a_choice_are_counted_without_walking_them(questions):
    tree = compiled(questions)
    walks = [walked.facts for walked in every_walk(tree)]
    every = [(q.slug, choice.slug) for q in questions for choice in q.choices]

    counted = {fact: Paths(tree, [Condition((frozenset({fact}),))], bool).count() for fact in every}

    assert counted == {fact: sum(fact in facts for facts in walks) for fact in every}


@pytest.mark.parametrize("questions", COUNTED.values(), ids=COUNTED)
def test_paths_with_two_choices_are_counted_without_walking_them(questions):
    tree = compiled(questions)
    walks = [walked.facts for walked in every_walk(tree)]
    first, last = questions[0], questions[-1]
    both = frozenset({(first.slug, first.choices[0].slug), (last.slug, last.choices[-1].slug)})

    made = [Condition((frozenset({fact}),)) for fact in both]
    counted = Paths(tree, made, lambda holding: holding.issuperset(made)).count()

    assert counted == sum(both <= facts for facts in walks)


def test_many_paths_are_counted_at_once():
    names = [f"q{number}" for number in range(40)]
    chain = [
        make_question(name, ["a", "b", "c"], [after] if after else [])
        for name, after in zip(names, [*names[1:], ""], strict=True)
    ]
    last = Condition((frozenset({("q39", "a")}),))

    tree = compiled(chain)

    assert Paths(tree).count() == 3**40
    assert Paths(tree, [last], bool).count() == 3**39
