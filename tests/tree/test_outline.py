from tests.trees import make_action, make_evidence, make_finding, make_question, make_tree
from wizard.tree import content
from wizard.tree.content import Effect, Route, Theme
from wizard.tree.outline import (
    MOST_LEVELS,
    finding_place,
    graph,
    outline,
    question_place,
    walk_order,
)


def told(step):
    """A step as slugs: what is only referred to is in brackets."""
    if not step.here:
        return f"({step.slug})"
    return (
        {step.slug: [told(branch.step) for branch in step.branches]} if step.branches else step.slug
    )


def every_step(steps):
    for step in steps:
        yield step
        yield from every_step(branch.step for branch in step.branches)


def evidence_of(drawn):
    return [(e.source.slug, e.effect, e.places) for e in drawn.edges if e.effect]


def test_questions_are_told_in_the_order_of_the_walk_each_once():
    tree = make_tree(
        [
            make_question("start", routes=["left", "right"]),
            make_question("right", routes=["last"]),
            make_question("left", routes=["last"]),
            make_question("last"),
        ]
    )

    found = outline(tree)

    assert [told(step) for step in found.passages] == [
        {"start": [{"left": ["last"]}, {"right": ["(last)"]}]}
    ]
    assert found.apart == ()


def test_routes_to_the_same_question_are_one_way_with_their_numbers():
    yes, no = {"start": ("yes",)}, {"start": ("no",)}
    routes = (Route(to="a", when=yes), Route(to="b"), Route(to="a", when=no))
    tree = make_tree(
        [make_question("start", routes=routes), make_question("a"), make_question("b")]
    )

    [start] = outline(tree).passages

    assert [
        (branch.step.slug, [number for number, _ in branch.routes]) for branch in start.branches
    ] == [
        ("a", [1, 3]),
        ("b", [2]),
    ]


def test_a_question_to_which_nothing_leads_stands_apart():
    tree = make_tree(
        [make_question("start"), make_question("lost", routes=["below"]), make_question("below")]
    )

    found = outline(tree)

    assert [told(step) for step in found.passages] == ["start"]
    assert [told(step) for step in found.apart] == [{"lost": ["below"]}]


def test_loops_and_routes_to_nowhere_are_told_too():
    tree = make_tree(
        [make_question("start", routes=["next", "gone"]), make_question("next", routes=["start"])]
    )

    [start] = outline(tree).passages

    assert told(start) == {"start": [{"next": ["(start)"]}, "(gone)"]}
    assert start.branches[1].step.question is None


def test_a_long_way_goes_on_in_a_passage_of_its_own():
    slugs = [f"q{number}" for number in range(3 * MOST_LEVELS)]
    onward = zip(slugs, [*slugs[1:], None], strict=True)
    tree = make_tree([make_question(slug, routes=[to] if to else []) for slug, to in onward])

    found = outline(tree)

    assert [step.slug for step in found.passages] == ["q0", "q10", "q20"]
    assert [step.slug for step in every_step(found.passages) if step.here] == slugs


def test_an_empty_draft_has_an_empty_outline_and_no_questions_to_draw():
    tree = make_tree([])

    assert outline(tree).passages == ()
    assert [node.place.kind for node in graph(tree).nodes] == ["finding"]


def test_the_walk_reaches_questions_by_the_fewest_routes_first():
    tree = make_tree(
        [
            make_question("start", routes=["left", "right"]),
            make_question("deep"),
            make_question("left", routes=["deep"]),
            make_question("right"),
        ]
    )

    assert sorted(walk_order(tree), key=walk_order(tree).get) == ["start", "left", "right", "deep"]


def test_routes_between_two_questions_are_drawn_once_with_all_they_say():
    routes = (Route(to="b", when={"a": ("yes",)}), Route(to="b", otherwise=True))
    tree = make_tree([make_question("a", routes=routes), make_question("b")])

    [edge] = graph(tree).edges

    assert (edge.source, edge.target) == (question_place("a"), question_place("b"))
    assert (edge.said, edge.effect, edge.places) == (routes, None, True)


def test_one_edge_places_a_finding_behind_the_last_question_that_speaks_for_it():
    evidence = [
        make_evidence("suggests", {"a": ("yes",), "b": ("yes",)}),
        make_evidence("rules-out", {"c": ("yes",)}),
    ]
    questions = [make_question("a", routes=["b"]), make_question("b", routes=["c"])]
    tree = make_tree([*questions, make_question("c")], [make_finding("cause", evidence)])

    assert evidence_of(graph(tree)) == [
        ("a", Effect.SUGGESTS, False),
        ("b", Effect.SUGGESTS, True),
        ("c", Effect.RULES_OUT, False),
    ]


def test_what_is_named_but_missing_is_a_node():
    cause = make_finding("cause", [make_evidence("confirms", {"forgotten": ("yes",)})])
    tree = make_tree([make_question("start", routes=["gone"])], [cause])

    missing = [node.place for node in graph(tree).nodes if node.part is None]

    assert missing == [question_place("gone"), question_place("forgotten")]


def test_a_finding_has_the_theme_of_its_first_action_and_its_question_too():
    yes = {"start": ("yes",)}
    credit = make_action("pay", theme=Theme.CREDIT_REPAIR)
    findings = [
        make_finding("scam", [make_evidence("confirms", yes)], ["pay"], safety=True),
        make_finding("late", [make_evidence("confirms", yes)], ["unknown", "pay"]),
        make_finding("overdue", [make_evidence("confirms", yes)], ["pay"]),
    ]
    tree = make_tree([make_question("start")], findings, [credit])

    themes = {node.place: node.theme for node in graph(tree).nodes}

    assert themes == {
        question_place("start"): Theme.CREDIT_REPAIR,
        finding_place("scam"): Theme.SAFETY,
        finding_place("late"): Theme.CREDIT_REPAIR,
        finding_place("overdue"): Theme.CREDIT_REPAIR,
        finding_place("fallback"): None,
    }


def test_a_draft_without_any_text_can_be_drawn_and_told():
    bare = content.Question(
        slug="bare", kind=content.Kind.SINGLE, title=content.EMPTY, short=content.EMPTY
    )
    tree = make_tree([bare])

    assert [node.place.slug for node in graph(tree).nodes] == ["bare", "fallback"]
    assert [told(step) for step in outline(tree).passages] == ["bare"]
