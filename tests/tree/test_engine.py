from decimal import Decimal

import pytest

from tests.trees import compiled, make_choice, make_question, text
from wizard.tree.answers import (
    Fault,
    answers_of,
)
from wizard.tree.content import Kind, Route
from wizard.tree.engine import walk
from wizard.tree.states import TooComplexError, longest

NONE = make_choice("none", exclusive=True)
UNSURE = make_choice("unsure", unsure=True)


def to(target, *, otherwise=False, **when):
    """A route; `when` as question=("choice", ...)."""
    return Route(to=target, when=when, otherwise=otherwise)


def make_amount(**fields):
    """How many yuan: small from 1, large from 50,000, at most a million."""
    fields = {"minimum": Decimal(1), "maximum": Decimal(1_000_000), **fields}
    return make_question(
        "amount",
        kind=Kind.NUMBER,
        choices=[
            make_choice("small", at_least=fields["minimum"]),
            make_choice("large", at_least=Decimal(50_000)),
            UNSURE,
        ],
        unit=text("yuan"),
        **fields,
    )


def make_ticks(choices=("a", "b", NONE), **fields):
    return make_question("ticks", choices, kind=Kind.MULTIPLE, **fields)


def compiled_question(question):
    return compiled([question]).start


def trail(walked):
    return [answered.question.slug for answered in walked.trail]


def slugs(answers):
    return [answered.question.slug for answered in answers]


def chosen(answered):
    return [choice.slug for choice in answered.choices]


def given(text):
    """Answers from "card=yes ticks=a,b"."""
    pairs = (pair.split("=") for pair in text.split())
    return {question: values.split(",") for question, values in pairs}


# The agenda


def test_walk_starts_at_the_first_question():
    tree = compiled([make_question("card"), make_question("amount")])

    walked = walk(tree, {})

    assert walked.question is tree.questions["card"]
    assert (walked.trail, walked.finished, walked.fault) == ((), False, None)


def test_walk_ends_where_no_route_opens():
    tree = compiled(
        [make_question("card", routes=[to("bank", card=("no",))]), make_question("bank")]
    )

    walked = walk(tree, given("card=yes"))

    assert (trail(walked), walked.question, walked.finished) == (["card"], None, True)


def test_walk_follows_the_route_whose_condition_holds():
    tree = compiled(
        [
            make_question("card", routes=[to("bank", card=("yes",)), to("identity", card=("no",))]),
            make_question("bank"),
            make_question("identity"),
        ]
    )

    assert walk(tree, given("card=yes")).question.slug == "bank"
    assert walk(tree, given("card=no")).question.slug == "identity"


def test_several_branches_are_visited_one_after_another():
    tree = compiled(
        [
            make_ticks(routes=[to("a1", ticks=("a",)), to("b1", ticks=("b",))]),
            make_question("b1"),
            make_question("a1", routes=["a2"]),
            make_question("a2"),
        ]
    )

    walked = walk(tree, given("ticks=b,a a1=yes a2=yes b1=yes"))

    assert trail(walked) == ["ticks", "a1", "a2", "b1"]


def test_not_sure_opens_every_branch():
    tree = compiled(
        [
            make_question(
                "where",
                ["here", "there", UNSURE],
                routes=[
                    to("here", where=("here", "unsure")),
                    to("there", where=("there", "unsure")),
                ],
            ),
            make_question("here"),
            make_question("there"),
        ]
    )

    assert walk(tree, given("where=there")).questions_left == 1
    assert trail(walk(tree, given("where=unsure here=no there=no"))) == ["where", "here", "there"]


def test_routes_open_in_their_own_order():
    tree = compiled(
        [
            make_question("card", routes=["last", "first"]),
            make_question("first"),
            make_question("last"),
        ]
    )

    assert trail(walk(tree, given("card=yes first=yes last=yes"))) == ["card", "last", "first"]


def test_question_on_two_branches_is_asked_once():
    tree = compiled(
        [
            make_question("card", routes=["bank", "identity"]),
            make_question("bank", routes=["identity"]),
            make_question("identity"),
        ]
    )

    walked = walk(tree, given("card=yes bank=yes identity=yes"))

    assert trail(walked) == ["card", "bank", "identity"]


def test_route_back_does_not_ask_again():
    tree = compiled(
        [make_question("card", routes=["bank"]), make_question("bank", routes=["card", "bank"])]
    )

    walked = walk(tree, given("card=yes bank=no"))

    assert (trail(walked), walked.finished) == (["card", "bank"], True)


def test_route_to_an_unknown_question_is_passed_over():
    tree = compiled([make_question("card", routes=["nowhere", "bank"]), make_question("bank")])

    assert walk(tree, given("card=yes")).question.slug == "bank"
    assert walk(tree, given("card=yes")).questions_left == 1


@pytest.mark.parametrize(
    ("answer", "target"),
    [pytest.param("yes", "bank", id="other open"), pytest.param("no", "identity", id="none open")],
)
def test_otherwise_opens_only_if_nothing_else_did(answer, target):
    tree = compiled(
        [
            make_question(
                "card", routes=[to("identity", otherwise=True), to("bank", card=("yes",))]
            ),
            make_question("bank"),
            make_question("identity"),
        ]
    )

    assert walk(tree, {"card": [answer]}).question.slug == target
    assert walk(tree, {"card": [answer]}).agenda == ()


def test_otherwise_with_a_condition_needs_it_too():
    tree = compiled(
        [
            make_question("card", routes=[to("bank", otherwise=True, card=("no",))]),
            make_question("bank"),
        ]
    )

    assert walk(tree, given("card=yes")).finished
    assert walk(tree, given("card=no")).question.slug == "bank"


# Conditions


@pytest.mark.parametrize(
    ("answers", "opens"),
    [
        pytest.param("card=old bank=big", True, id="one choice of each"),
        pytest.param("card=lost bank=big", True, id="another choice of the first"),
        pytest.param("card=fine bank=big", False, id="first not met"),
        pytest.param("card=old bank=small", False, id="second not met"),
        pytest.param("card=fine bank=small", False, id="none met"),
    ],
)
def test_condition_needs_one_choice_of_every_question(answers, opens):
    tree = compiled(
        [
            make_question("card", ["old", "lost", "fine"], routes=["bank"]),
            make_question(
                "bank", ["big", "small"], routes=[to("end", card=("old", "lost"), bank=("big",))]
            ),
            make_question("end"),
        ]
    )

    assert walk(tree, given(answers)).finished is not opens


def test_condition_on_a_question_that_was_not_asked_does_not_hold():
    tree = compiled(
        [
            make_question("card", routes=[to("bank", card=("no",)), to("end", bank=("yes", "no"))]),
            make_question("bank"),
            make_question("end"),
        ]
    )

    assert walk(tree, given("card=yes bank=yes")).finished


def test_target_may_depend_on_four_earlier_answers():
    yes = {slug: ["yes"] for slug in ("q1", "q2", "q3", "q4")}
    routes = [to("all-yes", q1=("yes",), q2=("yes",), q3=("yes",), q4=("yes",))]
    tree = compiled(
        [
            make_question("q1", routes=["q2"]),
            make_question("q2", routes=["q3"]),
            make_question("q3", routes=["q4"]),
            make_question("q4", routes=[*routes, to("mixed", otherwise=True)]),
            make_question("all-yes"),
            make_question("mixed"),
        ]
    )

    assert walk(tree, yes).question.slug == "all-yes"
    assert walk(tree, yes | {"q2": ["no"]}).question.slug == "mixed"


def test_route_may_depend_on_a_range():
    tree = compiled(
        [
            make_question("card", routes=["amount"]),
            make_amount(routes=(to("class", amount=("large",)),)),
            make_question("class"),
        ]
    )

    assert walk(tree, given("card=yes amount=49999")).finished
    assert walk(tree, given("card=yes amount=5万")).question.slug == "class"


# What is asked, shown, held and dropped


CHAIN = compiled(
    [
        make_question("card", routes=[to("bank", card=("yes",)), to("identity", otherwise=True)]),
        make_question("bank", routes=["identity"]),
        make_question("identity", routes=["end"]),
        make_question("end"),
        make_question("island"),
    ]
)


@pytest.mark.parametrize(
    ("answers", "asked", "fault"),
    [
        pytest.param("", "", None, id="fresh page"),
        pytest.param("", "card", Fault.NOTHING_CHOSEN, id="nothing sent"),
        pytest.param("card=maybe", "card", Fault.UNKNOWN, id="unknown choice sent"),
        pytest.param("card=maybe", "", Fault.UNKNOWN, id="unknown choice in the address"),
        pytest.param("", "bank", None, id="another form sent"),
        pytest.param("", "nonsense", None, id="unknown form sent"),
    ],
)
def test_fault_of_the_question_asked(answers, asked, fault):
    walked = walk(CHAIN, given(answers), asked=asked)

    assert (walked.question.slug, walked.fault) == ("card", fault)


def test_unknown_questions_are_ignored():
    walked = walk(CHAIN, given("card=yes colour=red _at=card"))

    assert walked.parameters == [("card", "yes")]
    assert (walked.held, walked.dropped) == ((), ())


def test_answers_that_may_still_be_asked_are_held():
    walked = walk(CHAIN, given("end=no card=yes identity=yes"))

    assert walked.question.slug == "bank"
    assert slugs(walked.held) == ["identity", "end"]
    assert walked.parameters == [("card", "yes"), ("identity", "yes"), ("end", "no")]


def test_answers_that_cannot_be_asked_any_more_are_dropped():
    walked = walk(CHAIN, given("island=yes card=no bank=yes"))

    assert walked.question.slug == "identity"
    assert slugs(walked.dropped) == ["bank", "island"]
    assert walked.parameters == [("card", "no")]


def test_finished_walk_drops_what_was_not_asked():
    walked = walk(CHAIN, given("end=no identity=yes card=no bank=yes"))

    assert (walked.finished, walked.questions_left) == (True, 0)
    assert slugs(walked.dropped) == ["bank"]
    assert walked.parameters == [("card", "no"), ("identity", "yes"), ("end", "no")]


def test_unreadable_answers_are_neither_held_nor_dropped():
    walked = walk(CHAIN, given("identity=maybe island=maybe"))

    assert (walked.held, walked.dropped) == ((), ())


def test_answered_question_is_shown_again_to_be_changed():
    walked = walk(CHAIN, given("card=yes bank=no identity=yes end=no"), at="bank")

    assert walked.question.slug == "bank"
    assert chosen(walked.shown) == ["no"]
    assert trail(walked) == ["card"]
    assert slugs(walked.held) == ["identity", "end"]


def test_changed_answer_keeps_the_independent_ones():
    again = walk(CHAIN, given("card=yes bank=no identity=yes end=no"), at="card")

    walked = walk(CHAIN, answers_of([*again.parameters, ("card", "no")]))

    assert walked.parameters == [("card", "no"), ("identity", "yes"), ("end", "no")]
    assert slugs(walked.dropped) == ["bank"]


@pytest.mark.parametrize("at", ["end", "island", "nonsense", ""])
def test_at_a_question_that_is_not_answered_changes_nothing(at):
    walked = walk(CHAIN, given("card=yes"), at=at)

    assert (walked.question.slug, walked.shown) == ("bank", None)


def test_first_unanswered_question_is_shown_before_the_one_to_change():
    walked = walk(CHAIN, given("identity=yes"), at="identity")

    assert walked.question.slug == "card"
    assert slugs(walked.held) == ["identity"]


# At most so many questions left


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ("", 4),
        ("card=yes", 3),
        ("card=no", 2),
        ("card=yes bank=no", 2),
        ("card=no identity=yes end=no", 0),
    ],
)
def test_questions_left(answers, left):
    assert walk(CHAIN, given(answers)).questions_left == left


def test_questions_left_is_the_longest_way_and_not_the_sum_of_ways():
    tree = compiled(
        [
            make_question("start", routes=[to("long", start=("yes",)), to("short", start=("no",))]),
            make_question("short"),
            make_question("long", routes=["longer"]),
            make_question("longer"),
        ]
    )

    assert walk(tree, {}).questions_left == 3


def test_questions_left_counts_branches_that_ticks_open_together():
    routes = [to("a1", ticks=("a",)), to("b1", ticks=("b",)), to("n1", ticks=("none",))]
    tree = compiled(
        [make_ticks(routes=routes), make_question("a1"), make_question("b1"), make_question("n1")]
    )

    assert walk(tree, {}).questions_left == 3


def test_questions_left_counts_any_number_of_ticks():
    ticks = ("a", "b", "c", "d")
    routes = [Route(to=f"{tick}1", when={"ticks": (tick,)}) for tick in ticks]
    questions = [make_question(route.to) for route in routes]
    tree = compiled([make_ticks((*ticks, NONE), routes=routes), *questions])

    assert walk(tree, {}).questions_left == 5


def test_questions_left_does_not_count_on_a_blank_list_where_none_is_offered():
    routes = [to("short", ticks=("a", "none")), to("long", otherwise=True)]
    questions = [
        make_question("short"),
        make_question("long", routes=["longer"]),
        make_question("longer"),
    ]

    offered = compiled([make_ticks(("a", NONE), routes=routes), *questions])
    not_offered = compiled([make_ticks(("a",), routes=routes), *questions])

    assert walk(offered, {}).questions_left == 2
    assert walk(not_offered, {}).questions_left == 3


def test_questions_left_knows_which_conditions_exclude_each_other():
    tree = compiled(
        [
            make_question("card", routes=["bank"]),
            make_question("bank", routes=[to("extra", card=("yes",)), to("other", card=("no",))]),
            make_question("extra"),
            make_question("other"),
        ]
    )

    assert walk(tree, {}).questions_left == 3


def test_questions_left_is_one_when_all_that_follows_is_answered():
    again = walk(CHAIN, given("card=yes bank=no identity=yes end=no"), at="card")

    assert again.questions_left == 1


def test_questions_left_leaves_out_what_is_filled_in():
    started = walk(CHAIN, given("identity=yes"))

    assert walk(CHAIN, {}).questions_left - started.questions_left == 1


def test_range_beyond_the_maximum_opens_nothing():
    tree = compiled(
        [
            make_amount(maximum=Decimal(100), routes=(to("end", amount=("large",)),)),
            make_question("end"),
        ]
    )

    assert walk(tree, {}).questions_left == 1


def test_entangled_tree_is_too_complex(monkeypatch):
    every_answer_counts = [
        to(f"{first}-{second}", q1=(first,), q2=(second,))
        for first in ("yes", "no")
        for second in ("yes", "no")
    ]
    questions = [
        make_question("q1", routes=["q2"]),
        make_question("q2", routes=["q3"]),
        make_question("q3", routes=every_answer_counts),
        *(make_question(route.to) for route in every_answer_counts),
    ]

    monkeypatch.setattr("wizard.tree.states.MOST_STATES", 5)

    with pytest.raises(TooComplexError):
        longest(compiled(questions), ["q1"], set(), set())
