from decimal import Decimal

import msgspec
import pytest

from tests.trees import compiled, every_walk, make_choice, make_question, text
from wizard.tree.answers import (
    Fault,
    UnreadableAnswerError,
    answers_of,
    possible_answers,
    read_answer,
)
from wizard.tree.compiled import Condition
from wizard.tree.content import Kind, Route
from wizard.tree.engine import walk
from wizard.tree.paths import Paths
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


# Answers


def test_single_answer_is_read():
    answered = read_answer(compiled_question(make_question("card")), [" no "])

    assert (chosen(answered), answered.values, answered.number) == (["no"], ("no",), None)


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ([], Fault.NOTHING_CHOSEN),
        ([""], Fault.NOTHING_CHOSEN),
        (["  "], Fault.NOTHING_CHOSEN),
        (["maybe"], Fault.UNKNOWN),
        (["YES"], Fault.UNKNOWN),
        (["x" * 10_000], Fault.UNKNOWN),
        (["yes", "no"], Fault.ONLY_ONE),
        (["yes", "maybe"], Fault.ONLY_ONE),
    ],
)
def test_single_answer_that_does_not_fit(sent, fault):
    question = compiled_question(make_question("card"))

    with pytest.raises(UnreadableAnswerError) as caught:
        read_answer(question, sent)

    assert caught.value.fault is fault


def test_the_same_answer_twice_is_one_answer():
    assert chosen(read_answer(compiled_question(make_question("card")), ["no", "no"])) == ["no"]


@pytest.mark.parametrize("sent", [["a", "b"], ["b", "a"], ["b", "a", "b", ""]])
def test_ticks_are_read_in_the_order_of_the_question(sent):
    answered = read_answer(compiled_question(make_ticks()), sent)

    assert answered.values == ("a", "b")


def test_none_of_these_alone_is_an_answer():
    assert chosen(read_answer(compiled_question(make_ticks()), ["none"])) == ["none"]


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (["a", "none"], Fault.EXCLUSIVE),
        (["none", "other-none"], Fault.EXCLUSIVE),
        (["a", "c"], Fault.UNKNOWN),
        (["a", "c", "none"], Fault.UNKNOWN),
        ([""], Fault.NOTHING_TICKED),
    ],
)
def test_ticks_that_do_not_fit(sent, fault):
    other = make_choice("other-none", exclusive=True)
    question = compiled_question(make_ticks(("a", "b", NONE, other)))

    with pytest.raises(UnreadableAnswerError) as caught:
        read_answer(question, sent)

    assert caught.value.fault is fault


def test_blank_tick_list_is_an_answer_where_none_is_not_offered():
    tree = compiled([make_ticks(("a", "b"))])

    walked = walk(tree, {}, asked="ticks")

    assert (walked.finished, walked.facts) == (True, frozenset())
    assert walked.parameters == [("ticks", "")]
    assert walk(tree, {"ticks": [""]}).finished


def test_blank_tick_list_is_a_fault_where_none_is_offered():
    walked = walk(compiled([make_ticks()]), {}, asked="ticks")

    assert (walked.question.slug, walked.fault) == ("ticks", Fault.NOTHING_TICKED)


@pytest.mark.parametrize(
    ("typed", "number", "choice"),
    [
        ("1", "1", "small"),
        ("49999.99", "49999.99", "small"),
        ("50000", "50000", "large"),
        ("５００００", "50000", "large"),
        ("50,000", "50000", "large"),
        ("５０，０００", "50000", "large"),
        ("5万", "50000", "large"),
        ("4.9万元", "49000", "small"),
        ("¥50000", "50000", "large"),
        ("50000 yuan", "50000", "large"),
        ("1000000", "1000000", "large"),
        ("1000000.00", "1000000", "large"),
    ],
)
def test_number_falls_into_its_range(typed, number, choice):
    answered = read_answer(compiled_question(make_amount()), [typed])

    assert (chosen(answered), answered.values) == ([choice], (number,))


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ([""], Fault.NOT_A_NUMBER),
        (["a lot"], Fault.NOT_A_NUMBER),
        (["-5"], Fault.NOT_A_NUMBER),
        (["NaN"], Fault.NOT_A_NUMBER),
        (["9" * 10_000], Fault.NOT_A_NUMBER),
        (["0"], Fault.TOO_SMALL),
        (["0.99"], Fault.TOO_SMALL),
        (["1000000.01"], Fault.TOO_LARGE),
        (["101万"], Fault.TOO_LARGE),
        (["5", "6"], Fault.ONLY_ONE),
        (["small", "large"], Fault.ONLY_ONE),
    ],
)
def test_number_that_does_not_fit(sent, fault):
    question = compiled_question(make_amount())

    with pytest.raises(UnreadableAnswerError) as caught:
        read_answer(question, sent)

    assert caught.value.fault is fault


def test_number_without_a_maximum_may_be_large():
    answered = read_answer(compiled_question(make_amount(maximum=None)), ["1" * 30])

    assert chosen(answered) == ["large"]


@pytest.mark.parametrize("sent", [["unsure"], ["unsure", "5000"], ["a lot", "unsure"]])
def test_not_sure_overrules_the_typed_number(sent):
    answered = read_answer(compiled_question(make_amount()), sent)

    assert (chosen(answered), answered.number) == (["unsure"], None)


def test_named_range_stands_for_its_smallest_number():
    answered = read_answer(compiled_question(make_amount()), ["large"])

    assert (chosen(answered), answered.values) == (["large"], ("50000",))


def test_named_range_is_never_below_the_minimum():
    question = make_question(
        "amount",
        kind=Kind.NUMBER,
        choices=[make_choice("any", at_least=Decimal(0))],
        minimum=Decimal(100),
    )

    assert read_answer(compiled_question(question), ["any"]).values == ("100",)


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


# Paths


def test_possible_answers_are_choices_ranges_and_pairs_of_ticks():
    ticks = compiled_question(make_ticks(("a", "b", "c", NONE)))
    amount = compiled_question(make_amount())

    assert [answered.values for answered in possible_answers(ticks)] == [
        ("a",),
        ("b",),
        ("c",),
        ("none",),
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    assert [answered.values for answered in possible_answers(amount)] == [
        ("1",),
        ("50000",),
        ("unsure",),
    ]


def test_possible_answers_include_blank_where_it_is_one():
    question = compiled_question(make_ticks(("a",)))

    assert [answered.values for answered in possible_answers(question)] == [("a",), ("",)]


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
def test_paths_are_counted_without_walking_them(questions):
    tree = compiled(questions)

    counted = Paths(tree).count()

    assert counted == len(list(every_walk(tree)))


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
