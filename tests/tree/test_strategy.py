import datetime as dt

import pytest

from tests.trees import (
    LAW,
    POLICE,
    compiled,
    make_action,
    make_alternative,
    make_choice,
    make_evidence,
    make_finding,
    make_question,
    make_term,
    text,
)
from wizard.tree.content import (
    PERMANENT_THEMES,
    Audience,
    Grade,
    Horizon,
    Kind,
    Route,
    Source,
    Theme,
)
from wizard.tree.engine import walk
from wizard.tree.strategy import FIRST_ACTIONS, Certainty, advise, alternatives, audience_of

SIGNS = ("a", "b", "c", "d")
GENERAL = [f"general-{theme}" for theme in PERMANENT_THEMES]


def confirms(*ticks):
    return make_evidence("confirms", {"signs": ticks})


def suggests(*ticks):
    return make_evidence("suggests", {"signs": ticks})


def rules_out(*ticks):
    return make_evidence("rules-out", {"signs": ticks})


def make_source(slug, grade=Grade.OFFICIAL):
    return Source(
        slug=slug,
        title=text(slug),
        publisher=text(slug),
        checked_on=dt.date(2026, 11, 23),
        grade=grade,
    )


def advice(ticks, findings=(), actions=(), **fields):
    """Advice after a tick list "signs" and a question "card" that was answered "yes"."""
    signs = make_question(
        "signs",
        [*SIGNS, make_choice("none", exclusive=True)],
        routes=["card"],
        kind=Kind.MULTIPLE,
    )
    tree = compiled([signs, make_question("card")], findings, actions, **fields)
    return advise(walk(tree, {"signs": list(ticks), "card": ["yes"]}))


def found(strategy):
    return [(d.finding.slug, str(d.certainty)) for d in strategy.diagnoses]


def slugs(parts):
    return [part.slug for part in parts]


def plan(strategy):
    """Slugs of the actions by horizon, empty horizons left out."""
    return {str(horizon): slugs(group) for horizon, group in strategy.plan.items() if group}


# Findings


@pytest.mark.parametrize(
    ("evidence", "certainty"),
    [
        pytest.param([confirms("a")], "confirmed", id="one confirms"),
        pytest.param([confirms("a"), suggests("b")], "confirmed", id="confirmed and suggested"),
        pytest.param([suggests("a"), suggests("b")], "likely", id="two suggest"),
        pytest.param(
            [suggests("a"), suggests("a", "b"), suggests("b")], "likely", id="three suggest"
        ),
        pytest.param([suggests("a")], "possible", id="one suggests"),
        pytest.param([suggests("a"), suggests("c")], "possible", id="only one of two holds"),
        pytest.param([suggests("a"), confirms("c")], "possible", id="what confirms does not hold"),
    ],
)
def test_certainty(evidence, certainty):
    strategy = advice("ab", [make_finding("cause", evidence)])

    assert found(strategy) == [("cause", certainty)]


@pytest.mark.parametrize(
    "evidence",
    [
        [confirms("a"), rules_out("b")],
        [rules_out("b"), confirms("a"), suggests("a"), suggests("b")],
    ],
)
def test_ruled_out_beats_everything(evidence):
    strategy = advice(
        "ab", [make_finding("cause", evidence), make_finding("other", [suggests("a")])]
    )

    assert found(strategy) == [("other", "possible")]
    assert slugs(r.finding for r in strategy.ruled_out) == ["cause"]


def test_ruled_out_only_if_that_evidence_holds():
    strategy = advice("a", [make_finding("cause", [confirms("a"), rules_out("b")])])

    assert (found(strategy), strategy.ruled_out) == ([("cause", "confirmed")], ())


def test_ruled_out_is_named_even_if_nothing_spoke_for_it():
    strategy = advice("a", [make_finding("cause", [rules_out("a"), rules_out("b")])])

    assert [
        (r.finding.slug, [reason.because for reason in r.reasons]) for r in strategy.ruled_out
    ] == [("cause", ["because of rules-out"])]


def test_fallback_if_nothing_is_found():
    strategy = advice("a", [make_finding("cause", [confirms("b")])])

    assert found(strategy) == [("fallback", "possible")]
    assert strategy.diagnoses[0].reasons == ()
    assert strategy.other_causes == 0


def test_no_fallback_if_something_is_found():
    strategy = advice("a", [make_finding("cause", [suggests("a")])])

    assert found(strategy) == [("cause", "possible")]


@pytest.mark.parametrize(
    ("evidence", "order"),
    [
        pytest.param(
            {"possible": [suggests("a")], "confirmed": [confirms("a")]},
            ["confirmed", "possible"],
            id="confirmed before possible",
        ),
        pytest.param(
            {"likely": [suggests("a"), suggests("b")], "confirmed": [confirms("a")]},
            ["confirmed", "likely"],
            id="certainty before amount of evidence",
        ),
        pytest.param(
            {"two": [suggests("a"), suggests("b")], "three": [suggests("a"), suggests("b")] * 2},
            ["three", "two"],
            id="more evidence first",
        ),
        pytest.param(
            {"one": [confirms("a"), suggests("c")], "two": [confirms("a"), suggests("b")]},
            ["two", "one"],
            id="only evidence that holds counts",
        ),
        pytest.param(
            {"second": [suggests("b")], "first": [suggests("a")]},
            ["second", "first"],
            id="otherwise the order of the tree",
        ),
    ],
)
def test_order_of_findings(evidence, order):
    strategy = advice("ab", [make_finding(slug, given) for slug, given in evidence.items()])

    assert slugs(d.finding for d in strategy.diagnoses) == order
    assert strategy.other_causes == 1


def test_safety_comes_before_the_surer():
    strategy = advice(
        "a",
        [make_finding("card", [confirms("a")]), make_finding("scam", [suggests("a")], safety=True)],
    )

    assert found(strategy) == [("scam", "possible"), ("card", "confirmed")]
    assert strategy.safety is True


def test_safety_finding_that_is_not_found_is_no_alarm():
    strategy = advice(
        "a",
        [make_finding("card", [confirms("a")]), make_finding("scam", [confirms("b")], safety=True)],
    )

    assert strategy.safety is False
    assert strategy.plan_after_safety is strategy.plan


def test_reasons_are_the_answers_that_made_the_evidence_hold():
    both = make_evidence("suggests", {"card": ("yes",), "signs": ("b",)})

    strategy = advice("ab", [make_finding("cause", [suggests("a"), both, suggests("c")])])

    reasons = strategy.diagnoses[0].reasons
    assert [[a.question.slug for a in reason.answers] for reason in reasons] == [
        ["signs"],
        ["signs", "card"],
    ]
    assert [reason.because for reason in reasons] == ["because of suggests"] * 2


def test_evidence_needs_every_question_it_mentions():
    both = make_evidence("confirms", {"card": ("no",), "signs": ("a",)})

    assert found(advice("a", [make_finding("cause", [both])])) == [("fallback", "possible")]


def test_certainties_are_ordered_surest_first():
    assert [str(c) for c in Certainty] == ["confirmed", "likely", "possible"]


# The plan


def test_plan_has_the_actions_of_the_findings_in_their_order():
    strategy = advice(
        "a",
        [
            make_finding("second", [suggests("a")], ["shared", "late"]),
            make_finding("first", [confirms("a")], ["early", "shared"]),
            make_finding("absent", [confirms("b")], ["never"]),
        ],
        [make_action(slug) for slug in ("never", "late", "shared", "early")],
    )

    assert plan(strategy) == {"now": ["early", "shared", "late"]}


def test_first_actions_are_against_the_first_cause_soonest_first():
    strategy = advice(
        "a",
        [
            make_finding("second", [suggests("a")], ["soonest"]),
            make_finding("first", [confirms("a")], ["week", "today", "now", "quarter", "month"]),
        ],
        [make_action("soonest"), *(make_action(str(h), horizon=h) for h in Horizon)],
    )

    assert slugs(strategy.first_actions) == ["now", "today", "week", "month"][:FIRST_ACTIONS]


def turns(strategy):
    """What failed, and what comes next: the cause, and what to try."""
    return [
        (
            turn.failed.slug,
            turn.diagnosis and turn.diagnosis.finding.slug,
            slugs(turn.actions),
        )
        for turn in strategy.next_causes
    ]


def test_next_cause_when_the_soonest_action_against_the_one_before_did_not_help():
    strategy = advice(
        "a",
        [
            make_finding("second", [suggests("a")], ["ask"]),
            make_finding("first", [confirms("a")], ["wait", "call"]),
        ],
        [make_action("wait", horizon=Horizon.WEEK), make_action("call"), make_action("ask")],
    )

    assert turns(strategy) == [("call", "second", ["ask"]), ("ask", None, ["wait"])]


def test_next_cause_gives_no_reasons_where_answers_are_hidden():
    strategy = advice(
        "a",
        [
            make_finding("first", [confirms("a")], ["call"]),
            make_finding("second", [suggests("a")], ["ask"]),
        ],
        [make_action("call"), make_action("ask")],
    )

    hidden = strategy.without_answers()

    assert strategy.next_causes[0].diagnosis.reasons
    assert turns(hidden) == turns(strategy)
    assert [turn.diagnosis.reasons for turn in hidden.next_causes if turn.diagnosis] == [()]


def test_no_remedy_is_tried_twice():
    strategy = advice(
        "a",
        [
            make_finding("first", [confirms("a")], ["call"]),
            make_finding("nothing-of-its-own", [confirms("a")], ["call"]),
            make_finding("never-shown", [confirms("a")], ["for-others"]),
            make_finding("last", [confirms("a")], ["call", "ask"]),
        ],
        [
            make_action("call"),
            make_action("for-others", when={"signs": ("b",)}),
            make_action("ask"),
        ],
    )

    assert turns(strategy) == [("call", "last", ["ask"]), ("ask", None, [])]


def test_no_cause_is_next_where_safety_comes_first():
    strategy = advice(
        "a",
        [
            make_finding("scam", [confirms("a")], ["stop"], safety=True),
            make_finding("other", [confirms("a")], ["call"]),
        ],
        [make_action("stop", theme=Theme.SAFETY, contacts=("police",)), make_action("call")],
    )

    assert turns(strategy) == []


def test_plan_is_grouped_by_horizon_soonest_first():
    actions = [make_action(f"in-{h}", horizon=h) for h in reversed(Horizon)]

    strategy = advice("a", [make_finding("cause", [confirms("a")], slugs(actions))], actions)

    assert plan(strategy) == {str(h): [f"in-{h}"] for h in Horizon}
    assert list(plan(strategy)) == ["now", "today", "week", "month", "quarter"]


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        pytest.param({}, ["swap"], id="always"),
        pytest.param({"card": ("yes",)}, ["swap"], id="holds"),
        pytest.param({"card": ("no",)}, [], id="does not hold"),
        pytest.param({"card": ("yes",), "signs": ("b",)}, [], id="holds in part"),
    ],
)
@pytest.mark.parametrize("general", [True, False])
def test_actions_are_filtered_by_their_condition(when, shown, general):
    strategy = advice(
        "a",
        [make_finding("cause", [confirms("a")], ["swap"])],
        [make_action("swap", when=when, general=general)],
    )

    assert slugs(strategy.plan[Horizon.NOW]) == shown


def test_general_actions_come_after_personal_ones():
    strategy = advice(
        "a",
        [make_finding("cause", [confirms("a")], ["personal"])],
        [make_action("for-all", general=True), make_action("personal")],
    )

    assert plan(strategy) == {"now": ["personal", "for-all"]}


def test_general_action_of_a_finding_stands_once_and_as_personal():
    strategy = advice(
        "a",
        [make_finding("cause", [confirms("a")], ["both"])],
        [make_action("for-all", general=True), make_action("both", general=True)],
    )

    assert plan(strategy) == {"now": ["both", "for-all"]}


@pytest.mark.parametrize("theme", PERMANENT_THEMES)
def test_permanent_themes_have_personal_actions_first(theme):
    strategy = advice(
        "a",
        [make_finding("cause", [confirms("a")], ["personal"])],
        [make_action("personal", theme=theme, horizon=Horizon.QUARTER)],
    )

    assert slugs(strategy.permanent[theme]) == ["personal", f"general-{theme}"]
    assert plan(strategy) == {}


def test_permanent_themes_are_there_even_without_a_finding():
    strategy = advice("none")

    assert {str(theme): slugs(group) for theme, group in strategy.permanent.items()} == {
        "credit-repair": ["general-credit-repair"],
        "account-security": ["general-account-security"],
        "alternative-financing": ["general-alternative-financing"],
    }
    assert plan(strategy) == {}


def test_actions_are_the_plan_and_then_the_permanent_themes():
    strategy = advice(
        "a",
        [make_finding("cause", [confirms("a")], ["later", "soon"])],
        [make_action("later", horizon=Horizon.WEEK), make_action("soon")],
    )

    assert slugs(strategy.actions) == ["soon", "later", *GENERAL]


def test_safety_actions_leave_the_rest_of_the_plan():
    strategy = advice(
        "a",
        [make_finding("scam", [confirms("a")], ["stop", "wait", "tell"], safety=True)],
        [
            make_action("stop", theme=Theme.SAFETY, contacts=("police",)),
            make_action("wait", theme=Theme.FIX),
            make_action("tell", theme=Theme.SAFETY, horizon=Horizon.TODAY),
        ],
    )

    rest = {str(h): slugs(group) for h, group in strategy.plan_after_safety.items() if group}
    assert slugs(strategy.safety_actions) == ["stop"]
    assert slugs(strategy.safety_contacts) == ["police"]
    assert rest == {"now": ["wait"], "today": ["tell"]}


# Contacts and sources


def test_contacts_are_named_once_in_the_order_of_the_page():
    bank = make_contact("bank")
    strategy = advice(
        "a",
        [make_finding("cause", [confirms("a")], ["first", "second"])],
        [
            make_action("second", horizon=Horizon.WEEK, contacts=("police", "bank")),
            make_action("first", contacts=("bank",)),
        ],
        contacts=(POLICE, bank),
    )

    assert slugs(strategy.contacts) == ["bank", "police"]


def make_contact(slug, **fields):
    return type(POLICE)(
        slug=slug, kind=POLICE.kind, value="95188", name=text(slug), purpose=text(slug), **fields
    )


def test_sources_are_numbered_in_the_order_of_the_page():
    names = ("of-contact", "of-action", "of-second", "of-first", "unused")
    strategy = advice(
        "a",
        [
            make_finding("second", [suggests("a")], sources=("of-second", "law")),
            make_finding("first", [confirms("a")], ["swap"], sources=("of-first", "law")),
            make_finding("absent", [confirms("b")], sources=("unused",)),
        ],
        [make_action("swap", contacts=("bank",), sources=("of-action", "of-first"))],
        contacts=(make_contact("bank", sources=("of-contact",)),),
        sources=(LAW, *map(make_source, names)),
    )

    assert {slug: number for slug, (number, _) in strategy.sources.items()} == {
        "of-first": 1,
        "law": 2,
        "of-second": 3,
        "of-action": 4,
        "of-contact": 5,
    }
    assert [source.slug for _, source in strategy.sources.values()] == list(strategy.sources)


@pytest.mark.parametrize(
    ("grades", "unproven"),
    [
        ([], False),
        ([Grade.UNPROVEN], True),
        ([Grade.USERS], True),
        ([Grade.USERS, Grade.UNPROVEN], True),
        ([Grade.COMPANY], False),
        ([Grade.NEWS], False),
        ([Grade.OFFICIAL], False),
        ([Grade.UNPROVEN, Grade.NEWS], False),
    ],
)
def test_unproven_is_what_only_hearsay_supports(grades, unproven):
    names = tuple(f"source-{number}" for number, _ in enumerate(grades))
    sources = tuple(map(make_source, names, grades))

    strategy = advice(
        "a",
        [make_finding("cause", [confirms("a")], ["swap"], sources=names)],
        [make_action("swap", sources=names)],
        sources=sources,
    )

    assert strategy.diagnoses[0].finding.unproven is unproven
    assert strategy.actions[0].unproven is unproven


def test_words_of_the_causes_are_explained_once():
    strategy = advice(
        "ab",
        [
            make_finding("second", [suggests("b")], differs=text("Not the 一类户.")),
            make_finding("first", [confirms("a")], avoid=text("No 一类户, no 联名卡.")),
            make_finding("absent", [confirms("c")], avoid=text("风控")),
        ],
        terms=(
            make_term("joint-card", "联名卡"),
            make_term("class-one", "一类户", "Class I"),
            make_term("risk", "风控"),
        ),
    )

    assert sorted(slugs(strategy.terms)) == ["class-one", "joint-card"]
    assert {term.meaning for term in strategy.terms} == {
        "class-one explained",
        "joint-card explained",
    }


# Other ways to get money

WHO = make_question(
    "who",
    [
        make_choice("self", audience=Audience.PERSON),
        make_choice("company", audience=Audience.BUSINESS),
        make_choice("unsure", unsure=True),
    ],
    [Route(to="card")],
)
CARD = make_question("card", ["own", make_choice("firm", audience=Audience.BUSINESS)])


@pytest.mark.parametrize(
    ("answers", "audience"),
    [
        pytest.param({}, None, id="no answer"),
        pytest.param({"who": ["unsure"]}, None, id="answer that does not say"),
        pytest.param({"who": ["self"]}, Audience.PERSON, id="person"),
        pytest.param({"who": ["company"]}, Audience.BUSINESS, id="business"),
        pytest.param({"who": ["company"], "card": ["own"]}, Audience.BUSINESS, id="said before"),
        pytest.param({"who": ["self"], "card": ["firm"]}, Audience.BUSINESS, id="last one counts"),
        pytest.param({"card": ["firm"]}, None, id="answer that is only held"),
        pytest.param({"who": ["ghost"], "card": ["firm"]}, None, id="unreadable answer"),
    ],
)
def test_audience_is_what_the_answers_say(answers, audience):
    assert audience_of(walk(compiled([WHO, CARD]), answers)) is audience


def tree_with(*rows):
    return compiled([make_question("asked")], alternatives=rows)


BOTH = (Audience.PERSON, Audience.BUSINESS)
WAYS = (
    make_alternative("late-loan", within=Horizon.QUARTER),
    make_alternative("loan", within=Horizon.WEEK),
    make_alternative("shop-loan", [Audience.BUSINESS], within=Horizon.WEEK),
    make_alternative("gift", within=Horizon.WEEK, borrowing=False),
    make_alternative("other-loan", BOTH, within=Horizon.WEEK),
    make_alternative("instalments", within=Horizon.NOW),
    make_alternative("shop-grant", [Audience.BUSINESS], within=Horizon.MONTH, borrowing=False),
)


@pytest.mark.parametrize(
    ("audience", "ways"),
    [
        (Audience.PERSON, ["instalments", "gift", "loan", "other-loan", "late-loan"]),
        (Audience.BUSINESS, ["shop-loan", "other-loan", "shop-grant"]),
    ],
)
def test_alternatives_are_soonest_first_and_without_debt_first(audience, ways):
    assert slugs(alternatives(tree_with(*WAYS), audience)) == ways


@pytest.mark.parametrize(
    ("within", "ways"),
    [
        (Horizon.NOW, ["instalments"]),
        (Horizon.TODAY, ["instalments"]),
        (Horizon.WEEK, ["instalments", "gift", "loan", "other-loan"]),
        (Horizon.MONTH, ["instalments", "gift", "loan", "other-loan"]),
        (Horizon.QUARTER, ["instalments", "gift", "loan", "other-loan", "late-loan"]),
        (None, ["instalments", "gift", "loan", "other-loan", "late-loan"]),
    ],
)
def test_alternatives_that_come_too_late_are_left_out(within, ways):
    assert slugs(alternatives(tree_with(*WAYS), Audience.PERSON, within)) == ways


def test_there_may_be_no_alternative():
    loan = make_alternative("loan", [Audience.BUSINESS])

    assert alternatives(tree_with(loan), Audience.PERSON) == ()
    assert alternatives(tree_with(), Audience.BUSINESS) == ()
