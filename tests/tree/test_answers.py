"""Reading what was sent, by kind of question."""

from decimal import Decimal

import pytest

from tests.tree.test_engine import (
    NONE,
    chosen,
    compiled_question,
    make_amount,
    make_ticks,
)
from tests.trees import compiled, make_choice, make_question
from wizard.tree.answers import (
    Fault,
    UnreadableAnswerError,
    possible_answers,
    read_answer,
)
from wizard.tree.content import Kind
from wizard.tree.engine import walk


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
