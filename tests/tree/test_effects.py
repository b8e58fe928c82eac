"""Effects of edits on small trees, with numbers counted by hand."""

from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tree.test_engine_properties import QUICK, trees
from tests.trees import (
    compiled,
    every_walk,
    make_action,
    make_alternative,
    make_choice,
    make_evidence,
    make_finding,
    make_question,
)
from wizard.tree import effects as module
from wizard.tree.answers import Fault
from wizard.tree.content import Audience, Kind, Route
from wizard.tree.effects import Change, effects

COLOURS = ("red", "green", "blue")


def questions(**fields):
    """Two questions: three answers, then two; six ways."""
    return [make_question("colour", COLOURS, ["sure"]), make_question("sure", **fields)]


def cause(slug, colour, actions=(), effect="confirms"):
    return make_finding(slug, [make_evidence(effect, {"colour": (colour,)})], actions)


def groups(found):
    return [(g.change, g.old, g.new, g.fault, g.paths) for g in found.groups]


def test_only_words_differ():
    old = compiled(questions(), [cause("a", "red")])
    first, second = questions()
    new = compiled(
        [msgspec.structs.replace(first, title=second.title), second], [cause("a", "red")]
    )

    found = effects(old, new)

    assert found.unchanged
    assert (found.forth.paths, found.forth.same, found.forth.groups) == (6, 6, ())


def test_another_first_cause():
    old = compiled(questions(), [cause("a", "red"), cause("b", "green")])
    new = compiled(questions(), [cause("a", "red"), cause("b", "red", effect="suggests")])

    found = effects(old, new).forth

    assert (found.paths, found.met, found.same, found.exact) == (6, 4, 2, True)
    assert groups(found) == [
        (Change.FIRST_CAUSE, ("b",), ("fallback",), None, 2),
        (Change.CAUSES, (), ("b",), None, 2),
    ]


def test_how_sure_a_cause_is():
    old = compiled(questions(), [cause("a", "red")])
    new = compiled(questions(), [cause("a", "red", effect="suggests")])

    assert groups(effects(old, new).forth) == [
        (Change.CERTAINTY, ("a confirmed",), ("a possible",), None, 2)
    ]


def test_other_actions_and_another_order():
    acts = [make_action(slug) for slug in ("one", "two", "three")]
    old = compiled(
        questions(), [cause("a", "red", ["one", "two"]), cause("b", "blue", ["one"])], acts
    )
    new = compiled(
        questions(), [cause("a", "red", ["two", "one"]), cause("b", "blue", ["three"])], acts
    )

    assert groups(effects(old, new).forth) == [
        (Change.ACTIONS, ("one",), ("three",), None, 2),
        (Change.ACTION_ORDER, ("one", "two"), ("two", "one"), None, 2),
    ]


def lending(*alternatives, second="business"):
    """Two ways: a person's, and that of whoever `second` says."""
    who = make_question(
        "who",
        [
            make_choice("me", audience=Audience.PERSON),
            make_choice("shop", audience=Audience(second)),
        ],
    )
    return compiled(
        [who],
        [make_finding("a", [make_evidence("confirms", {"who": ("me",)})])],
        alternatives=alternatives,
    )


def test_another_alternative_for_one_audience():
    bank = make_alternative("bank", audiences=Audience)
    factor = make_alternative("factor", audiences=[Audience.BUSINESS])

    found = effects(lending(bank), lending(bank, factor)).forth

    assert (found.paths, found.met, found.same) == (2, 1, 1)
    assert groups(found) == [(Change.ALTERNATIVES, (), ("factor",), None, 1)]


def test_alternatives_in_another_order_are_told_for_all_who_see_them():
    bank, family = make_alternative("bank"), make_alternative("family")

    found = effects(lending(bank, family), lending(family, bank)).forth

    assert groups(found) == [(Change.ALTERNATIVES, ("bank", "family"), ("family", "bank"), None, 1)]
    assert found.same == 1


def test_a_choice_that_says_otherwise_who_borrows():
    bank = make_alternative("bank")

    found = effects(lending(bank), lending(bank, second="person")).forth

    assert groups(found) == [(Change.ALTERNATIVES, (), ("bank",), None, 1)]


def test_a_question_between_two_others():
    old = compiled(questions(), [cause("a", "red")])
    new = compiled(
        [
            make_question("colour", COLOURS, ["new"]),
            make_question("new", ["x", "y"], ["sure"]),
            make_question("sure"),
        ],
        [cause("a", "red")],
    )

    found = effects(old, new)

    assert groups(found.forth) == [(Change.ASKED, (), ("new",), None, 12)]
    assert groups(found.back) == [(Change.INCOMPARABLE, (), ("new",), None, 6)]


def test_a_choice_that_the_old_tree_does_not_know():
    old = compiled(questions())
    new = compiled([make_question("colour", (*COLOURS, "black"), ["sure"]), make_question("sure")])

    found = effects(old, new)

    assert (found.forth.paths, found.forth.met, found.forth.same) == (8, 2, 6)
    assert groups(found.forth) == [(Change.INCOMPARABLE, ("colour",), ("black",), Fault.UNKNOWN, 2)]
    assert groups(found.back) == []
    assert groups(effects(new, old).back) == [
        (Change.INCOMPARABLE, ("black",), ("colour",), Fault.UNKNOWN, 2)
    ]


def test_a_question_that_is_gone():
    old = compiled(questions())
    new = compiled([make_question("colour", COLOURS)])

    assert groups(effects(old, new).forth) == [(Change.INCOMPARABLE, ("sure",), (), None, 3)]


def test_an_example_has_the_answers_of_both_trees():
    old = compiled(questions(), [cause("a", "red")])
    new = compiled(questions(), [cause("a", "red", effect="suggests")])

    (group,) = effects(old, new).forth.groups

    answers = (("colour", "red"), ("sure", "yes"))
    assert (group.example.old, group.example.new) == (answers, answers)


def test_renamed_questions_and_choices_are_the_same():
    red = make_choice("red")
    old = compiled([make_question("colour", COLOURS)], [cause("a", "red")])
    new = compiled(
        [
            make_question(
                "paint",
                [msgspec.structs.replace(red, slug="rose", aliases=("red",)), "green", "blue"],
                aliases=("colour",),
            )
        ],
        [make_finding("a", [make_evidence("confirms", {"paint": ("rose",)})])],
    )

    found = effects(old, new)

    assert (found.forth.paths, found.forth.changed, found.back.changed) == (3, 0, 0)


def test_a_range_that_begins_elsewhere():
    def tree(limit):
        ranges = [
            make_choice("low", at_least=Decimal(0)),
            make_choice("high", at_least=Decimal(limit)),
        ]
        amount = make_question("amount", ranges, kind=Kind.NUMBER, minimum=Decimal(0))
        return compiled(
            [amount], [make_finding("much", [make_evidence("confirms", {"amount": ("high",)})])]
        )

    found = effects(tree(50), tree(60)).forth

    assert (found.paths, found.same) == (3, 2)
    assert groups(found) == [(Change.FIRST_CAUSE, ("much",), ("fallback",), None, 1)]
    assert found.groups[0].example.new == (("amount", "50"),)


def test_routes_that_trade_places_without_effect():
    routes = [Route(to="sure", when={"colour": (c,)}) for c in ("red", "blue")]
    old, new = (
        compiled([make_question("colour", COLOURS, order), make_question("sure")])
        for order in (routes, routes[::-1])
    )

    found = effects(old, new)

    assert (found.unchanged, found.forth.paths, found.forth.met) == (False, 5, 0)


def test_too_many_ways_are_sampled_and_it_says_so():
    old = compiled(questions(), [cause("a", "red")])
    new = compiled(questions(), [cause("a", "red", effect="suggests"), cause("b", "blue")])

    found = effects(old, new, most=3).forth

    assert (found.paths, found.met, found.compared, found.exact) == (6, 4, 3, False)
    assert found.changed + found.same == 3


def test_the_same_seed_takes_the_same_ways():
    old = compiled(questions(), [cause("a", "red")])
    new = compiled(questions(), [cause("a", "green"), cause("b", "blue")])

    assert groups(effects(old, new, 2, 7).forth) == groups(effects(old, new, 2, 7).forth)


@QUICK
@given(trees())
def test_identical_trees_have_no_effect(tree):
    found = effects(tree, tree)

    assert found.unchanged
    assert found.forth.paths == found.back.paths == len(list(every_walk(tree)))


@QUICK
@given(trees(), trees())
def test_counts_add_up(old, new):
    found = effects(old, new, most=400)

    for compared in (found.forth, found.back):
        among = compared.paths if compared.exact else compared.compared
        assert compared.same + compared.changed == among
        assert 0 <= compared.changed <= compared.compared


@QUICK
@given(trees(), trees(), st.data())
def test_ways_that_meet_no_edit_stay_as_they_are(old, new, data):
    """Comparing only what can differ finds all that comparing everything finds."""
    mixed = dict(old.questions)
    slug = data.draw(st.sampled_from([*mixed]))
    if slug in new.questions:
        mixed[slug] = new.questions[slug]
    edited = replace(old, questions=mixed)

    quick = effects(old, edited, most=5_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_focus", lambda *_: None)
        patch.setattr(module, "_asked_otherwise", lambda *_: None)
        whole = effects(old, edited, most=5_000)

    if quick.forth.exact and whole.forth.exact:
        assert {*groups(quick.forth)} == {*groups(whole.forth)}
        assert {*groups(quick.back)} == {*groups(whole.back)}
