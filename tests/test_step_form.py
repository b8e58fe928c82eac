"""The form of one question: fields, marks and error texts."""

import pytest
from bs4 import BeautifulSoup

from tests.editions import make_edition
from tests.trees import make_choice, make_evidence, make_finding, make_question, make_tree, text
from wizard.tree.content import Effect, Kind, Route

pytestmark = pytest.mark.django_db


def make_form_tree():
    """Kind leads to a question of each kind."""
    return make_tree(
        [
            make_question(
                "kind",
                [
                    "ticks",
                    "free-ticks",
                    "number",
                    "open-number",
                    make_choice("unsure", unsure=True, hint=text("look here")),
                ],
                [
                    Route(to=slug, when={"kind": (slug,)})
                    for slug in ("ticks", "free-ticks", "number", "open-number")
                ],
                help=text("Why *we* ask"),
            ),
            make_question(
                "ticks",
                [
                    "one",
                    "two",
                    make_choice("none", none=True),
                    make_choice("unsure", exclusive=True, unsure=True),
                ],
                kind=Kind.MULTIPLE,
            ),
            make_question("free-ticks", ["one", "two"], kind=Kind.MULTIPLE),
            make_question(
                "number",
                [
                    make_choice("small", at_least=100),
                    make_choice("large", at_least=50_000),
                    make_choice("unsure", unsure=True, hint=text("look there")),
                ],
                kind=Kind.NUMBER,
                minimum=100,
                maximum=200_000,
                unit=text("yuan"),
            ),
            make_question(
                "open-number",
                [make_choice("low", at_least=0), make_choice("high", at_least="7.2")],
                kind=Kind.NUMBER,
                minimum=0,
            ),
        ],
        [
            make_finding("a", [make_evidence(Effect.CONFIRMS, {"ticks": ("one",)})]),
            make_finding("b", [make_evidence(Effect.CONFIRMS, {"free-ticks": ("one",)})]),
            make_finding("c", [make_evidence(Effect.CONFIRMS, {"number": ("large",)})]),
            make_finding("d", [make_evidence(Effect.CONFIRMS, {"open-number": ("high",)})]),
        ],
        slug="form",
    )


@pytest.fixture(autouse=True)
def published():
    make_edition(make_form_tree())


def form_at(client, query=""):
    response = client.get(f"/en/form/1/?{query}")
    return BeautifulSoup(response.content, "lxml").find("form", id="step")


def error_at(client, query):
    response = client.get(f"/en/form/1/?{query}")
    soup = BeautifulSoup(response.content, "lxml")
    return " ".join(soup.select_one("#error-summary li").get_text().split())


def fields(form):
    return [(i["type"], i["name"], i["value"]) for i in form.find_all("input")]


def test_single_question_has_a_radio_button_for_each_choice(client):
    form = form_at(client)

    assert fields(form) == [
        ("hidden", "_asked", "kind"),
        ("radio", "answer.kind", "ticks"),
        ("radio", "answer.kind", "free-ticks"),
        ("radio", "answer.kind", "number"),
        ("radio", "answer.kind", "open-number"),
        ("radio", "answer.kind", "unsure"),
    ]


def test_multiple_question_has_a_box_for_each_choice(client):
    form = form_at(client, "kind=ticks")

    assert fields(form) == [
        ("hidden", "answer.kind", "ticks"),
        ("hidden", "_asked", "ticks"),
        ("checkbox", "answer.ticks", "one"),
        ("checkbox", "answer.ticks", "two"),
        ("checkbox", "answer.ticks", "none"),
        ("checkbox", "answer.ticks", "unsure"),
    ]


def test_exclusive_choices_are_marked_for_the_script(client):
    form = form_at(client, "kind=ticks")

    assert [i["value"] for i in form.select("[data-exclusive]")] == ["none", "unsure"]


def test_number_question_has_one_text_field_and_a_button_for_not_sure(client):
    form = form_at(client, "kind=number")

    assert fields(form) == [
        ("hidden", "answer.kind", "number"),
        ("hidden", "_asked", "number"),
        ("text", "answer.number", ""),
    ]
    assert form.find(id="answer")["inputmode"] == "decimal"
    assert [(b["name"], b["value"]) for b in form.select("button[name]")] == [
        ("_pressed", "unsure")
    ]


@pytest.mark.parametrize("query", ["", "kind=ticks", "kind=number"])
def test_every_visible_field_has_a_label(client, query):
    form = form_at(client, query)

    shown = {i["id"] for i in form.select("input:not([type=hidden])")}
    labelled = [label["for"] for label in form.find_all("label")]

    assert sorted(labelled) == sorted(shown)


@pytest.mark.parametrize("query", ["", "kind=ticks"])
def test_choices_are_grouped_under_the_question(client, query):
    form = form_at(client, query)

    group = form.find("fieldset")
    assert group.legend.h1["id"] == "heading"
    assert len(group.select("input")) == len(form.select("input:not([type=hidden])"))


def test_number_is_described_by_its_unit_and_an_example(client):
    form = form_at(client, "kind=number")

    described = [
        form.find(id=i).get_text() for i in form.find(id="answer")["aria-describedby"].split()
    ]
    assert described == ["yuan", "For example 5000, 50,000 or 5万."]


def test_help_is_rendered_from_markdown(client):
    form = form_at(client)

    assert form.select_one(".help").decode_contents() == "<p>Why <em>we</em> ask</p>"


@pytest.mark.parametrize(("query", "hint"), [("", "look here"), ("kind=number", "look there")])
def test_not_sure_says_where_to_look(client, query, hint):
    form = form_at(client, query)

    assert [part.get_text() for part in form.select(".choice-hint")] == [hint]


def test_form_is_a_plain_get_to_the_edition(client):
    form = form_at(client, "kind=ticks")

    assert (form["method"], form["action"], form["data-hx-get"]) == (
        "get",
        "/en/form/1/",
        "/en/form/1/",
    )
    assert form.find("input", attrs={"name": "csrfmiddlewaretoken"}) is None


@pytest.mark.parametrize(
    ("query", "checked"),
    [
        pytest.param("", [], id="fresh"),
        pytest.param("kind=ticks&_at=kind", ["ticks"], id="single"),
        pytest.param("kind=ticks&ticks=two&ticks=one&_at=ticks", ["one", "two"], id="multiple"),
        pytest.param("kind=ticks&ticks=one&ticks=none", ["one", "none"], id="refused-ticks"),
    ],
)
def test_present_answer_is_checked(client, query, checked):
    form = form_at(client, query)

    assert [i["value"] for i in form.select("input[checked]")] == checked


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param("kind=number&number=5%E4%B8%87&_at=number", "50000", id="answered"),
        pytest.param("kind=number&number=unsure&_at=number", "", id="not-sure"),
        pytest.param("kind=number&number=5+million", "5 million", id="refused"),
        pytest.param(f"kind=number&number={'9' * 10_000}", "9" * 40, id="far-too-long"),
    ],
)
def test_number_field_shows_what_was_typed(client, query, shown):
    form = form_at(client, query)

    assert form.find(id="answer")["value"] == shown


@pytest.mark.parametrize(
    ("query", "told"),
    [
        pytest.param("_asked=kind", "Choose one of the answers.", id="single-missing"),
        pytest.param(
            "kind=nothing",
            "That answer does not exist here. Choose one of these.",
            id="single-unknown",
        ),
        pytest.param("kind=ticks&kind=number", "Choose one answer only.", id="single-twice"),
        pytest.param(
            "kind=ticks&_asked=ticks",
            "Tick what applies. If nothing does, tick “none”.",
            id="ticks-missing",
        ),
        pytest.param(
            "kind=ticks&ticks=one&ticks=none",
            "“none / unsure” does not go together with other ticks. Choose either.",
            id="ticks-exclusive",
        ),
        pytest.param(
            "kind=ticks&ticks=unsure&ticks=none",
            "“none / unsure” does not go together with other ticks. Choose either.",
            id="ticks-two-exclusive",
        ),
        pytest.param(
            "kind=number&_asked=number",
            "Type a number, for example 5000, 50,000 or 5万.",
            id="number-missing",
        ),
        pytest.param(
            "kind=number&number=much",
            "Type a number, for example 5000, 50,000 or 5万.",
            id="number-words",
        ),
        pytest.param(
            "kind=number&number=99.99",
            "Type a number from 100 to 200,000 yuan.",
            id="number-too-small",
        ),
        pytest.param(
            "kind=number&number=20.1%E4%B8%87",
            "Type a number from 100 to 200,000 yuan.",
            id="number-too-large",
        ),
        pytest.param(
            "kind=open-number&open-number=-1",
            "Type a number, for example 5000, 50,000 or 5万.",
            id="number-negative",
        ),
    ],
)
def test_error_says_what_to_do(client, query, told):
    assert error_at(client, query) == told


def test_blank_tick_list_is_an_answer_where_no_choice_says_none(client):
    response = client.get("/en/form/1/?kind=free-ticks&_asked=free-ticks")

    assert response.url == "/en/form/1/?kind=free-ticks&free-ticks="


def test_blank_tick_list_reads_as_none_of_them(client):
    response = client.get("/en/form/1/?kind=free-ticks&free-ticks=")

    item = BeautifulSoup(response.content, "lxml").find(attrs={"data-answer": "free-ticks"})
    assert next(item.dd.stripped_strings) == "none of them"


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("100", "100"),
        ("200000", "200000"),
        ("１２３", "123"),
        ("12,345", "12345"),
        ("１２，３４５", "12345"),
        ("5万", "50000"),
        ("５万", "50000"),
        ("1.5 万", "15000"),
        ("1.5w", "15000"),
        ("¥5000", "5000"),
        ("￥5000", "5000"),
        ("5000元", "5000"),
        ("5000 yuan", "5000"),
        ("5万yuan", "50000"),
        ("0005000.50", "5000.5"),
    ],
)
def test_number_is_read_as_people_type_it(client, typed, canonical):
    data = {"kind": "number", "number": typed, "_asked": "number"}

    response = client.get("/en/form/1/", data)

    assert response.status_code == 302
    assert response.url == f"/en/form/1/?kind=number&number={canonical}"


@pytest.mark.parametrize(
    ("number", "cause"),
    [("49999.99", "fallback"), ("50000", "c"), ("unsure", "fallback")],
)
def test_number_falls_into_its_range(client, number, cause):
    response = client.get(f"/en/form/1/?kind=number&number={number}")

    soup = BeautifulSoup(response.content, "lxml")
    assert [part["data-finding"] for part in soup.select("[data-finding]")] == [cause]


def test_fraction_divides_ranges_exactly(client):
    causes = []

    for number in ("7.19", "7.2"):
        response = client.get(f"/en/form/1/?kind=open-number&open-number={number}")
        soup = BeautifulSoup(response.content, "lxml")
        causes.append(soup.select_one("[data-finding]")["data-finding"])

    assert causes == ["fallback", "d"]


def test_answer_with_a_number_shows_its_unit(client):
    response = client.get("/en/form/1/?kind=number&number=50000")

    item = BeautifulSoup(response.content, "lxml").find(attrs={"data-answer": "number"})
    assert next(item.dd.stripped_strings) == "50,000 yuan"


def test_what_a_form_sends_counts_before_what_stands_in_the_address(client):
    response = client.get("/en/form/1/?kind=ticks&answer.kind=number&_asked=kind")

    assert response["Location"] == "/en/form/1/?kind=number"
