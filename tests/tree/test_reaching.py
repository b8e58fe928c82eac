import pytest

from tests.trees import compiled, make_choice, make_evidence, make_finding, make_question
from wizard.tree.content import Kind, Route
from wizard.tree.engine import walk
from wizard.tree.reaching import answers_giving, answers_leading_to
from wizard.tree.strategy import advise


@pytest.fixture
def tree():
    """Start → (yes) deep → far; start → (no) beside, and from there, too, if “deep” was unsure."""
    return compiled(
        [
            make_question("start", ("yes", "no"), [
                Route(to="beside", when={"start": ("no",)}),
                Route(to="deep", otherwise=True),
            ]),
            make_question("deep", ("good", "bad"), [Route(to="far", when={"deep": ("bad",)})]),
            make_question("far", ("one", "two")),
            make_question("beside", ("left", "right")),
            make_question("lost", ("one", "two")),
        ],
        [
            make_finding("broken", [
                make_evidence("confirms", {"deep": ("bad",), "far": ("two",)}),
                make_evidence("rules-out", {"far": ("one",)}),
            ]),
            make_finding("never", [make_evidence("confirms", {"deep": ("bad",), "beside": ("left",)})]),
            make_finding("good", [make_evidence("suggests", {"deep": ("good",)})]),
            make_finding("beside", [make_evidence("suggests", {"beside": ("left", "right")})]),
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "answers"),
    [
        ("start", {}),
        ("deep", {"start": ["yes"]}),
        ("far", {"start": ["yes"], "deep": ["bad"]}),
        ("beside", {"start": ["no"]}),
    ],
)
def test_fewest_answers_lead_to_a_question(tree, slug, answers):
    assert answers_leading_to(tree, slug) == answers


@pytest.mark.parametrize("slug", ["lost", "unknown"])
def test_nothing_leads_to_a_question_that_no_path_reaches(tree, slug):
    assert answers_leading_to(tree, slug) is None


def test_answers_obey_conditions_on_earlier_questions():
    tree = compiled(
        [
            make_question("who", ("me", "firm"), ["amount"]),
            make_question(
                "amount",
                (make_choice("small", at_least=0), make_choice("large", at_least=100)),
                [Route(to="last", when={"who": ("firm",), "amount": ("large",)})],
                kind=Kind.NUMBER,
                minimum=0,
            ),
            make_question("last"),
        ]
    )

    answers = answers_leading_to(tree, "last")

    assert answers == {"who": ["firm"], "amount": ["100"]}
    assert walk(tree, answers).question.slug == "last"


def test_several_ticks_are_tried_in_pairs():
    tree = compiled(
        [
            make_question("signs", ("a", "b", "c"), [
                Route(to="of-a", when={"signs": ("a",)}),
                Route(to="of-c", when={"signs": ("c",)}),
            ], kind=Kind.MULTIPLE),
            make_question("of-a"),
            make_question("of-c", ("yes", "no"), [
                Route(to="both", when={"signs": ("a",), "of-c": ("yes",)})
            ]),
            make_question("both"),
        ]
    )  # fmt: skip

    assert walk(tree, answers_leading_to(tree, "both")).question.slug == "both"


def test_answers_give_a_finding_at_the_end(tree):
    walked = walk(tree, answers_giving(tree, "broken"))

    assert walked.finished
    assert [d.finding.slug for d in advise(walked).diagnoses] == ["broken"]


@pytest.mark.parametrize("slug", ["never", "unknown"])
def test_nothing_gives_a_finding_that_cannot_be(tree, slug):
    assert answers_giving(tree, slug) is None


def test_fallback_is_given_where_nothing_else_is_found(tree):
    walked = walk(tree, answers_giving(tree, "fallback"))

    assert [d.finding.slug for d in advise(walked).diagnoses] == ["fallback"]
