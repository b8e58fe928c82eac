from decimal import Decimal

import msgspec
import pytest

from tests.trees import (
    GENERAL,
    make_action,
    make_alternative,
    make_choice,
    make_evidence,
    make_figure,
    make_finding,
    make_message,
    make_question,
    make_term,
    make_tree,
    text,
)
from wizard.tree.content import Horizon, Kind, Message, Route, Scenario, Text, Theme
from wizard.tree.parts import Place, Row
from wizard.tree.problems import WARNINGS, Code, Level, find_problems
from wizard.tree.states import MOST_TICKS

SOUND = make_tree(
    [
        make_question(
            "stopped",
            ["failed", "refused", make_choice("unsure", unsure=True)],
            routes=[
                Route(to="amount", when={"stopped": ("failed", "unsure")}),
                Route(to="signs", when={"stopped": ("refused",)}),
            ],
        ),
        make_question(
            "amount",
            kind=Kind.NUMBER,
            choices=[
                make_choice("small", at_least=Decimal(1)),
                make_choice("large", at_least=Decimal(50_000)),
            ],
            minimum=Decimal(1),
            maximum=Decimal(100_000),
        ),
        make_question(
            "signs",
            ["overdue", "fee", make_choice("none", exclusive=True)],
            kind=Kind.MULTIPLE,
        ),
    ],
    findings=[
        make_finding(
            "limit", [make_evidence("confirms", {"amount": ("large",)})], actions=["swap"]
        ),
        make_finding(
            "overdue",
            [
                make_evidence("suggests", {"signs": ("overdue",)}),
                make_evidence("rules-out", {"signs": ("none",)}),
            ],
        ),
        make_finding(
            "scam",
            [make_evidence("confirms", {"signs": ("fee",)})],
            actions=["stop"],
            safety=True,
        ),
    ],
    actions=[
        make_action("swap"),
        make_action("stop", theme=Theme.SAFETY, contacts=("police",)),
    ],
    messages=(
        Message(
            slug="too-much",
            text="超过限额",
            literal=True,
            meaning=text("too much"),
            implies={"amount": ("large",)},
            source="law",
        ),
    ),
    scenarios=(
        Scenario(
            slug="big-loan",
            story=text("a big loan"),
            answers={"stopped": ("failed",), "amount": ("large",)},
            findings=("limit",),
            actions=("swap",),
            absent_actions=("stop",),
        ),
    ),
)
PARTS = {
    "question": "questions",
    "finding": "findings",
    "action": "actions",
    "alternative": "alternatives",
    "contact": "contacts",
    "figure": "figures",
    "term": "terms",
    "source": "sources",
    "message": "messages",
    "scenario": "scenarios",
}


def part(kind, slug):
    return next(part for part in getattr(SOUND, PARTS[kind]) if part.slug == slug)


def having(kind, *parts, tree=SOUND):
    """`tree` with these parts of one kind added."""
    return msgspec.structs.replace(tree, **{PARTS[kind]: (*getattr(tree, PARTS[kind]), *parts)})


def changed(kind, slug, *, tree=SOUND, **fields):
    """`tree` with other fields in one part."""
    parts = tuple(
        msgspec.structs.replace(part, **fields) if part.slug == slug else part
        for part in getattr(tree, PARTS[kind])
    )
    return msgspec.structs.replace(tree, **{PARTS[kind]: parts})


def with_choices(question, *choices, tree=SOUND):
    """`tree` with more choices in one question."""
    return changed(
        "question", question, tree=tree, choices=(*part("question", question).choices, *choices)
    )


def with_choice(question, slug, **fields):
    """The sound tree with other fields in one choice."""
    choices = tuple(
        msgspec.structs.replace(choice, **fields) if choice.slug == slug else choice
        for choice in part("question", question).choices
    )
    return changed("question", question, choices=choices)


def with_route(question, to, tree=SOUND, **when):
    """`tree` with one more route."""
    routes = (*part("question", question).routes, Route(to=to, when=when))
    return changed("question", question, tree=tree, routes=routes)


def with_evidence(finding, tree=SOUND, **when):
    """`tree` with one more suggestion for a finding."""
    evidence = (*part("finding", finding).evidence, make_evidence("suggests", when))
    return changed("finding", finding, tree=tree, evidence=evidence)


def in_english(words):
    return Text(zh_hans="中文", en=words)


BROKEN = [
    pytest.param(
        Code.SHAPE,
        Place("tree", "test"),
        having("source", msgspec.structs.replace(part("source", "law"), slug="The Law")),
        id="slug with capitals",
    ),
    pytest.param(
        Code.RESERVED_SLUG,
        Place("tree", "messages"),
        msgspec.structs.replace(SOUND, slug="messages"),
        id="address of another page",
    ),
    pytest.param(Code.NO_QUESTIONS, Place("tree", "test"), make_tree([]), id="no questions"),
    pytest.param(
        Code.NO_FALLBACK,
        Place("tree", "test"),
        changed("finding", "fallback", fallback=False),
        id="no fallback",
    ),
    pytest.param(
        Code.SEVERAL_FALLBACKS,
        Place("finding", "fallback"),
        changed("finding", "limit", fallback=True),
        id="two fallbacks",
    ),
    *(
        pytest.param(
            Code.DUPLICATE_SLUG, Place(kind, slug), having(kind, part(kind, slug)), id=f"two {slug}"
        )
        for kind, slug in [
            ("question", "signs"),
            ("finding", "overdue"),
            ("action", "swap"),
            ("contact", "police"),
            ("source", "law"),
            ("message", "too-much"),
            ("scenario", "big-loan"),
        ]
    ),
    *(
        pytest.param(
            Code.DUPLICATE_SLUG,
            Place(kind, "twin"),
            having(kind, made("twin"), made("twin")),
            id=f"two {kind}s twin",
        )
        for kind, made in [
            ("alternative", make_alternative),
            ("figure", make_figure),
            ("term", make_term),
        ]
    ),
    pytest.param(
        Code.DUPLICATE_SLUG,
        Place("figure", "police"),
        having("figure", make_figure("police")),
        id="figure with the slug of a contact",
    ),
    pytest.param(
        Code.DUPLICATE_SLUG,
        Place("question", "signs", Row("choice", "fee")),
        with_choices("signs", make_choice("fee")),
        id="two choices fee",
    ),
    pytest.param(
        Code.UNKNOWN_QUESTION,
        Place("question", "signs", Row("route", 1)),
        with_route("signs", "nowhere"),
        id="route to nowhere",
    ),
    pytest.param(
        Code.UNKNOWN_QUESTION,
        Place("question", "stopped", Row("route", 3)),
        with_route("stopped", "signs", nowhere=("yes",)),
        id="route after nowhere",
    ),
    pytest.param(
        Code.UNKNOWN_QUESTION,
        Place("finding", "limit", Row("evidence", 2)),
        with_evidence("limit", nowhere=("yes",)),
        id="evidence from nowhere",
    ),
    *(
        pytest.param(
            Code.UNKNOWN_CHOICE,
            Place(kind, slug, field=spot),
            changed(kind, slug, **{spot: {"signs": ("fee", "ghost")}}),
            id=f"unknown choice in {kind}",
        )
        for kind, slug, spot in [
            ("action", "swap", "when"),
            ("message", "too-much", "implies"),
            ("scenario", "big-loan", "answers"),
        ]
    ),
    *(
        pytest.param(
            Code.UNKNOWN_REFERENCE,
            Place(kind, slug, field=spot),
            changed(kind, slug, **{spot: named}),
            id=f"unknown {spot} of {kind}",
        )
        for kind, slug, spot, named in [
            ("finding", "limit", "sources", ("law", "ghost")),
            ("finding", "limit", "actions", ("swap", "ghost")),
            ("action", "stop", "contacts", ("police", "ghost")),
            ("action", "stop", "sources", ("ghost",)),
            ("contact", "police", "sources", ("ghost",)),
            ("message", "too-much", "source", "ghost"),
            ("message", "too-much", "finding", "ghost"),
            ("scenario", "big-loan", "absent_actions", ("ghost",)),
        ]
    ),
    *(
        pytest.param(
            Code.UNKNOWN_REFERENCE,
            Place(kind, "new", field=spot),
            having(kind, made("new", **{spot: ("ghost",)})),
            id=f"unknown {spot} of {kind}",
        )
        for kind, spot, made in [
            ("alternative", "contacts", make_alternative),
            ("alternative", "sources", make_alternative),
            ("figure", "sources", make_figure),
        ]
    ),
    pytest.param(
        Code.UNKNOWN_CONTACT,
        Place("alternative", "bank", field="cost"),
        having("alternative", make_alternative("bank", cost=in_english("{rate} a year"))),
        id="unknown figure in prose",
    ),
    pytest.param(
        Code.UNKNOWN_CONTACT,
        Place("finding", "limit", field="explanation"),
        changed("finding", "limit", explanation=in_english("Call {bank}")),
        id="unknown contact in prose",
    ),
    pytest.param(
        Code.EMPTY_CONDITION,
        Place("finding", "limit", Row("evidence", 2)),
        with_evidence("limit"),
        id="evidence that always holds",
    ),
    pytest.param(
        Code.NO_CHOICES,
        Place("question", "empty"),
        having("question", make_question("empty", choices=())),
        id="no choices",
    ),
    pytest.param(
        Code.RANGE_MISSING,
        Place("question", "amount", Row("choice", "other")),
        with_choices("amount", make_choice("other")),
        id="range that begins nowhere",
    ),
    pytest.param(
        Code.RANGE_MISPLACED,
        Place("question", "signs", Row("choice", "fee")),
        with_choice("signs", "fee", at_least=Decimal(1)),
        id="range in a tick list",
    ),
    pytest.param(
        Code.RANGE_GAP,
        Place("question", "amount"),
        changed("question", "amount", minimum=Decimal(0)),
        id="first range begins above the minimum",
    ),
    pytest.param(
        Code.RANGE_GAP,
        Place("question", "amount"),
        changed("question", "amount", minimum=None),
        id="no minimum",
    ),
    pytest.param(
        Code.RANGE_OVERLAP,
        Place("question", "amount"),
        with_choice("amount", "large", at_least=Decimal(1)),
        id="two ranges begin together",
    ),
    pytest.param(
        Code.RANGE_BEYOND,
        Place("question", "amount"),
        changed("question", "amount", minimum=Decimal(50_000)),
        id="range below the minimum",
    ),
    pytest.param(
        Code.RANGE_BEYOND,
        Place("question", "amount"),
        with_choices(
            "amount",
            make_choice("huge", at_least=Decimal(100_001)),
            tree=with_evidence("limit", amount=("large", "huge")),
        ),
        id="range above the maximum",
    ),
    pytest.param(
        Code.CHOICE_LIKE_NUMBER,
        Place("question", "amount", Row("choice", "5w")),
        with_choices("amount", make_choice("5w", unsure=True)),
        id="choice that reads as a number",
    ),
    pytest.param(
        Code.LOOP,
        Place("question", "signs", Row("route", 1)),
        with_route("signs", "stopped"),
        id="way back",
    ),
    pytest.param(
        Code.LOOP,
        Place("question", "signs", Row("route", 1)),
        with_route("signs", "signs"),
        id="circle",
    ),
    pytest.param(
        Code.DEAD_END,
        Place("question", "stopped", Row("choice", "pending")),
        with_choices("stopped", make_choice("pending")),
        id="choice without route or advice",
    ),
    pytest.param(
        Code.QUESTION_UNREACHABLE,
        Place("question", "island"),
        having("question", make_question("island"), tree=with_evidence("limit", island=("yes",))),
        id="question without a way to it",
    ),
    pytest.param(
        Code.FINDING_UNREACHABLE,
        Place("finding", "ghost"),
        having("finding", make_finding("ghost")),
        id="finding without evidence",
    ),
    pytest.param(
        Code.FINDING_UNREACHABLE,
        Place("finding", "ghost"),
        having(
            "finding",
            make_finding(
                "ghost",
                [make_evidence("confirms", {"amount": ("large",), "signs": ("fee",)})],
            ),
        ),
        id="finding from answers that exclude each other",
    ),
    pytest.param(
        Code.FINDING_UNREACHABLE,
        Place("finding", "ghost"),
        having(
            "finding",
            make_finding(
                "ghost",
                [
                    make_evidence("suggests", {"signs": ("fee",)}),
                    make_evidence("rules-out", {"stopped": ("refused",)}),
                ],
            ),
        ),
        id="finding that is always ruled out",
    ),
    pytest.param(
        Code.ROUTE_NEVER_OPENS,
        Place("question", "stopped", Row("route", 3)),
        with_route("stopped", "amount", signs=("fee",)),
        id="route after a later answer",
    ),
    pytest.param(
        Code.ACTION_NEVER_SHOWN,
        Place("action", "spare"),
        having("action", make_action("spare")),
        id="action of no finding",
    ),
    pytest.param(
        Code.ACTION_NEVER_SHOWN,
        Place("action", "spare"),
        having(
            "action",
            make_action("spare", general=True, when={"amount": ("large",), "signs": ("fee",)}),
        ),
        id="action for nobody",
    ),
    pytest.param(
        Code.QUESTION_IN_VAIN,
        Place("question", "extra"),
        having("question", make_question("extra"), tree=with_route("signs", "extra")),
        id="question whose answer nobody looks at",
    ),
    pytest.param(
        Code.CHOICES_IDLE,
        Place("question", "signs"),
        with_choices("signs", make_choice("cold"), make_choice("warm")),
        id="two choices that mean the same",
    ),
    pytest.param(
        Code.TEXT_MISSING,
        Place("finding", "limit", field="title"),
        changed("finding", "limit", title=Text(zh_hans=" ")),
        id="no title",
    ),
    pytest.param(
        Code.TEXT_MISSING,
        Place("question", "signs", Row("choice", "fee"), "label"),
        with_choice("signs", "fee", label=Text()),
        id="no label",
    ),
    pytest.param(
        Code.TEXT_MISSING,
        Place("finding", "limit", Row("evidence", 1), "because"),
        changed(
            "finding",
            "limit",
            evidence=(
                msgspec.structs.replace(part("finding", "limit").evidence[0], because=Text()),
            ),
        ),
        id="no because",
    ),
    pytest.param(
        Code.TEXT_MISSING,
        Place("tree", "test", field="summary"),
        msgspec.structs.replace(SOUND, summary=Text()),
        id="no summary",
    ),
    pytest.param(
        Code.TEXT_MISSING,
        Place("alternative", "bank", field="risks"),
        having("alternative", make_alternative("bank", risks=Text())),
        id="no risks",
    ),
    pytest.param(
        Code.TEXT_MISSING,
        Place("term", "word", field="meaning"),
        having("term", make_term("word", "word", meaning=Text())),
        id="no meaning",
    ),
    pytest.param(
        Code.TRANSLATION_MISSING,
        Place("finding", "limit", field="differs"),
        changed("finding", "limit", differs=Text(en="Unlike the other")),
        id="no Chinese difference",
    ),
    pytest.param(
        Code.TRANSLATION_MISSING,
        Place("figure", "rate", field="value"),
        having("figure", msgspec.structs.replace(make_figure("rate"), value=Text(en="3%"))),
        id="no Chinese value",
    ),
    pytest.param(
        Code.TRANSLATION_MISSING,
        Place("action", "swap", field="body"),
        changed("action", "swap", body=Text(zh_hans="换卡")),
        id="no English body",
    ),
    pytest.param(
        Code.TRANSLATION_MISSING,
        Place("question", "signs", Row("choice", "fee"), "hint"),
        with_choice("signs", "fee", hint=Text(en="Look there")),
        id="no Chinese hint",
    ),
    pytest.param(
        Code.MARKDOWN_SHOWN,
        Place("finding", "limit", field="avoid"),
        changed("finding", "limit", avoid=in_english("Do**(not)**pay")),
        id="bold that is none",
    ),
    pytest.param(
        Code.MARKDOWN_SHOWN,
        Place("finding", "limit", field="title"),
        changed("finding", "limit", title=in_english("**Limit**")),
        id="Markdown where there is none",
    ),
    pytest.param(
        Code.NUMBER_IN_PROSE,
        Place("finding", "limit", field="avoid"),
        changed("finding", "limit", avoid=in_english("Call 95188 now")),
        id="phone number in prose",
    ),
    pytest.param(
        Code.SAFETY_WITHOUT_CONTACT,
        Place("finding", "scam"),
        changed("action", "stop", contacts=()),
        id="nobody to call",
    ),
    pytest.param(
        Code.SAFETY_WITHOUT_CONTACT,
        Place("finding", "scam"),
        changed("action", "stop", horizon=Horizon.TODAY),
        id="nobody to call now",
    ),
    pytest.param(
        Code.SAFETY_WITHOUT_CONTACT,
        Place("finding", "scam"),
        changed("action", "stop", theme=Theme.FIX),
        id="only a fix with a contact",
    ),
    *(
        pytest.param(
            Code.THEME_WITHOUT_ACTION,
            Place("tree", "test"),
            changed("action", action.slug, when={"stopped": ("failed",)}),
            id=f"no {action.theme} for some",
        )
        for action in GENERAL
    ),
    pytest.param(
        Code.SCENARIO_UNFINISHED,
        Place("scenario", "big-loan"),
        changed("scenario", "big-loan", answers={"stopped": ("failed",)}),
        id="scenario that stops",
    ),
    pytest.param(
        Code.ANSWER_IMPOSSIBLE,
        Place("scenario", "big-loan", field="answers"),
        changed(
            "scenario", "big-loan", answers={"stopped": ("refused",), "signs": ("fee", "none")}
        ),
        id="scenario with none and another tick",
    ),
    pytest.param(
        Code.ANSWER_IMPOSSIBLE,
        Place("message", "too-much", field="implies"),
        changed("message", "too-much", implies={"stopped": ("failed", "refused")}),
        id="message with two answers to one question",
    ),
    pytest.param(
        Code.SCENARIO_EXPECTS_NOTHING,
        Place("scenario", "big-loan"),
        changed("scenario", "big-loan", findings=()),
        id="scenario without a finding",
    ),
    pytest.param(
        Code.SCENARIO_IGNORED,
        Place("scenario", "big-loan"),
        changed(
            "scenario",
            "big-loan",
            answers={"stopped": ("failed",), "amount": ("large",), "signs": ("fee",)},
        ),
        id="scenario with an answer too many",
    ),
    pytest.param(
        Code.SCENARIO_FINDINGS,
        Place("scenario", "big-loan"),
        changed("scenario", "big-loan", findings=("limit", "overdue")),
        id="scenario with another finding",
    ),
    pytest.param(
        Code.SCENARIO_ACTIONS,
        Place("scenario", "big-loan"),
        changed("scenario", "big-loan", actions=("stop",), absent_actions=()),
        id="scenario with an action that is not shown",
    ),
    pytest.param(
        Code.SCENARIO_ACTIONS,
        Place("scenario", "big-loan"),
        changed("scenario", "big-loan", actions=(), absent_actions=("swap",)),
        id="scenario with an action that must not be shown",
    ),
]


def codes_and_places(tree):
    return [(problem.code, problem.place) for problem in find_problems(tree)]


def test_sound_tree_has_no_problem():
    assert find_problems(SOUND) == []


@pytest.mark.parametrize(("code", "place", "tree"), BROKEN)
def test_broken_tree_has_exactly_one_problem(code, place, tree):
    assert codes_and_places(tree) == [(code, place)]


def test_entangled_tree_is_too_complex(monkeypatch):
    monkeypatch.setattr("wizard.tree.states.MOST_STATES", 1)

    assert codes_and_places(SOUND) == [(Code.TOO_COMPLEX, Place("tree", "test"))]


def test_more_ticks_than_can_be_tried_are_too_complex():
    ticks = [f"tick-{number}" for number in range(MOST_TICKS + 1)]
    asked = make_question(
        "ticks",
        ticks,
        [Route(to=f"about-{tick}", when={"ticks": (tick,)}) for tick in ticks],
        kind=Kind.MULTIPLE,
    )
    about = [make_question(f"about-{tick}") for tick in ticks]
    known = [
        make_finding(tick, [make_evidence("confirms", {f"about-{tick}": ("yes",)})])
        for tick in ticks
    ]

    found = codes_and_places(make_tree([asked, *about], known))

    assert found == [(Code.TOO_COMPLEX, Place("tree", "test"))]


def test_a_route_that_another_one_always_outdoes_never_opens():
    asked = make_question("asked", routes=["next", Route(to="next", otherwise=True)])
    known = make_finding(
        "known", [make_evidence("confirms", {"next": ("yes",), "asked": ("yes",)})]
    )

    found = codes_and_places(make_tree([asked, make_question("next")], [known]))

    assert found == [(Code.ROUTE_NEVER_OPENS, Place("question", "asked", Row("route", 2)))]


def test_every_code_has_a_broken_tree():
    shown = {param.values[0] for param in BROKEN}

    # Claims and age are another module's: see test_claims.py.
    claims = {
        Code.UNSOURCED_FINDING,
        Code.UNSOURCED_FIGURE,
        Code.UNSOURCED_ALTERNATIVE,
        Code.UNMARKED_FIGURE,
        Code.STALE,
        Code.ENDED,
    }
    # A page fails only where a template does: see test_clashing_names.py.
    assert set(Code) - shown == {Code.TOO_COMPLEX, Code.PAGE_BROKEN} | claims


def test_all_problems_are_found_at_once_errors_first():
    tree = having("action", make_action("spare"))
    tree = changed("finding", "limit", tree=tree, avoid=in_english("Call {bank}"))
    tree = changed("question", "signs", tree=tree, title=Text(en="Signs?"))

    assert codes_and_places(tree) == [
        (Code.TRANSLATION_MISSING, Place("question", "signs", field="title")),
        (Code.UNKNOWN_CONTACT, Place("finding", "limit", field="avoid")),
        (Code.ACTION_NEVER_SHOWN, Place("action", "spare")),
    ]


def test_only_what_harms_nobody_is_a_warning():
    levels = {
        problem.code: problem.level
        for param in BROKEN
        for problem in find_problems(param.values[2])
    }

    assert {code for code, level in levels.items() if level is Level.WARNING} == (
        # Age is another module's: see test_claims.py.
        WARNINGS - {Code.STALE, Code.ENDED}
    )


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("拨打110", ["110"]),
        ("拨打 96110。", ["96110"]),
        ("打12378或95188转3", ["12378", "95188"]),
        ("400-800-1234", ["400-800-1234"]),
        ("13800138000", ["13800138000"]),
        ("Call 110.", ["110"]),
        ("Call 96110, then wait.", ["96110"]),
        ("{police}", []),
        ("110元", []),
        ("1 to 120 days", []),
        ("120 天", []),
        ("12,000 元", []),
        ("120.5", []),
        ("2026 年 11 月 23 日", []),
        ("1100", []),
    ],
)
def test_phone_numbers_in_prose(words, numbers):
    tree = changed("finding", "limit", avoid=Text(zh_hans=words, en="words"))

    assert [problem.details["number"] for problem in find_problems(tree)] == numbers


@pytest.mark.parametrize("words", ["It costs {rate}.", "{rate}", "Ask {police} about {rate}"])
def test_placeholder_of_a_figure_is_known(words):
    tree = having("figure", make_figure("rate"))

    assert find_problems(changed("finding", "limit", tree=tree, avoid=in_english(words))) == []


@pytest.mark.parametrize("theme", [action.theme for action in GENERAL])
def test_details_name_the_theme_that_is_missing(theme):
    left = tuple(action for action in SOUND.actions if action.theme is not theme)

    problems = find_problems(msgspec.structs.replace(SOUND, actions=left))

    assert [(problem.code, problem.details) for problem in problems] == [
        (Code.THEME_WITHOUT_ACTION, {"theme": theme})
    ]


def test_tree_with_every_kind_of_part_has_no_problem():
    tree = having("figure", make_figure("rate", sources=("law",)))
    tree = having("term", make_term("rate-word", "rate", "利率"), tree=tree)
    tree = having(
        "alternative",
        make_alternative("bank", cost=text("{rate} a year"), contacts=("police",)),
        tree=tree,
    )
    tree = having(
        "message",
        make_message("frozen", "卡被冻结", finding="limit", wordings=("用不了",), source="law"),
        tree=tree,
    )

    assert find_problems(tree) == []
