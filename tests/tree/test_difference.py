import msgspec
import pytest

from tests.trees import (
    make_action,
    make_choice,
    make_evidence,
    make_finding,
    make_question,
    make_tree,
    text,
)
from wizard.tree.content import Route, Text
from wizard.tree.difference import What, contents, differences, marked
from wizard.tree.parts import Place, Row

HERE = Place("question", "first")


def found(old, new):
    """All differences, as plain tuples of (place, what, field, language, old, new)."""
    return [(d.place, d.what, d.field, d.language, d.old, d.new) for d in differences(old, new)]


def changed(struct, **fields):
    return msgspec.structs.replace(struct, **fields)


def test_equal_trees_do_not_differ():
    tree = make_tree([make_question("first", routes=["second"]), make_question("second")])

    assert differences(tree, tree) == []


def test_a_text_differs_in_one_language():
    first = make_question("first")

    old, new = (
        make_tree([first]),
        make_tree([changed(first, title=Text(first.title.zh_hans, "Why?"))]),
    )

    assert found(old, new) == [(HERE, What.CHANGED, "title", "en", "first?", "Why?")]


def test_without_an_earlier_state_everything_is_new():
    tree = make_tree([make_question("first")])

    all_of_it = differences(None, tree)

    parts = [d.place.slug for d in all_of_it if d.place.kind == "question"]
    own = [(d.field, d.language, d.old) for d in all_of_it if d.place.kind == "tree"]
    assert parts == ["first"]
    assert own == [(f, lang, "") for f in ("title", "summary") for lang in ("zh-hans", "en")]


def test_choices_added_removed_and_moved():
    old = make_tree([make_question("first", ["a", "b", "c", "d"])])
    new = make_tree([make_question("first", ["d", "a", "b", "x"])])

    assert [(p.spot, what, o, n) for p, what, _, _, o, n in found(old, new)] == [
        ("choice c", What.REMOVED, make_choice("c"), None),
        ("choice d", What.MOVED, 4, 1),
        ("choice x", What.ADDED, None, make_choice("x")),
    ]


def test_a_question_moved():
    slugs = ["first", "second", "third"]
    old = make_tree([make_question(slug) for slug in slugs])
    new = make_tree([make_question(slug) for slug in ["first", "third", "second"]])

    moved = found(old, new)

    assert [(what, field) for _, what, field, *_ in moved] == [(What.MOVED, "")]


def test_routes_are_known_again_by_what_they_say():
    yes = Route(to="second", when={"first": ("yes",)})
    no = Route(to="third", when={"first": ("no",)})
    old = make_tree([make_question("first", routes=[yes, no])])
    new = make_tree([make_question("first", routes=[changed(no, to="second"), yes])])

    assert [(p.spot, what, field) for p, what, field, *_ in found(old, new)] == [
        ("route 1", What.MOVED, ""),
        ("route 1", What.CHANGED, "to"),
    ]


def test_evidence_with_another_condition_is_the_same_evidence():
    before = make_finding("cause", [make_evidence("confirms", {"first": ("yes",)})])
    after = make_finding("cause", [make_evidence("confirms", {"first": ("no",)})])

    (only,) = found(*(make_tree([make_question("first")], [f]) for f in (before, after)))

    assert only == (
        Place("finding", "cause", Row("evidence", 1)),
        What.CHANGED,
        "when",
        "",
        {"first": ("yes",)},
        {"first": ("no",)},
    )


def test_the_order_inside_a_condition_means_nothing():
    one = make_action("act", when={"first": ("yes", "no"), "second": ("yes",)}, general=True)
    other = make_action("act", when={"second": ("yes",), "first": ("no", "yes")}, general=True)

    assert differences(*(make_tree([make_question("first")], (), [a]) for a in (one, other))) == []


def test_actions_of_a_finding_in_another_order():
    old, new = (
        make_tree([make_question("first")], [make_finding("cause", actions=order)])
        for order in (["a", "b"], ["b", "a"])
    )

    assert found(old, new) == [
        (Place("finding", "cause"), What.MOVED, "actions", "", ("a", "b"), ("b", "a"))
    ]


def test_what_was_renamed_is_the_same_and_so_is_all_that_names_it():
    def tree(question, choice, aliases=(), choice_aliases=()):
        routes = [Route(to="second", when={question: (choice,)})]
        first = make_question(
            question,
            [changed(make_choice("yes"), slug=choice, aliases=choice_aliases), "no"],
            routes,
        )
        first = changed(first, title=text("t"), short=text("s"), aliases=aliases)
        finding = make_finding("cause", [make_evidence("confirms", {question: (choice,)})])
        return make_tree([first, make_question("second")], [finding])

    old, new = tree("first", "yes"), tree("start", "sure", ("first",), ("yes",))

    assert found(old, new) == [
        (Place("question", "start"), What.RENAMED, "slug", "", "first", "start"),
        (
            Place("question", "start", Row("choice", "sure")),
            What.RENAMED,
            "slug",
            "",
            "yes",
            "sure",
        ),
    ]


def test_contents_of_a_part_go_down_to_its_choices():
    question = make_question("first", ["yes"], ["second"])

    spots = [(d.place.spot, d.field, d.language) for d in contents(HERE, question)]

    assert spots == [
        ("", "kind", ""),
        ("", "title", "zh-hans"),
        ("", "title", "en"),
        ("", "short", "zh-hans"),
        ("", "short", "en"),
        ("choice yes", "", ""),
        ("choice yes", "label", "zh-hans"),
        ("choice yes", "label", "en"),
        ("route 1", "", ""),
        ("route 1", "to", ""),
    ]


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        pytest.param(
            "Ask your bank today.",
            "Ask the bank today.",
            "Ask <del>your</del> bank today.",
            "Ask <ins>the</ins> bank today.",
            id="words",
        ),
        pytest.param(
            "先联系银行客服", "先联系平台客服", "先联系<del>银行</del>客服",
            "先联系<ins>平台</ins>客服", id="characters",
        ),
        pytest.param("a <b> c", "a <b> d", "a &lt;b&gt; <del>c</del>", "a &lt;b&gt; <ins>d</ins>", id="escaped"),
        pytest.param("", "new", "", "<ins>new</ins>", id="nothing before"),
        pytest.param("one", "二三", "<del>one</del>", "<ins>二三</ins>", id="nothing in common"),
    ],
)  # fmt: skip
def test_texts_are_marked_where_they_differ(old, new, left, right):
    assert marked(old, new) == (left, right)
