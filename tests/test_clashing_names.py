"""Whatever editors call their questions, the pages stay whole."""

import pytest

from tests.editions import make_edition
from tests.pages import page
from tests.trees import CLASHING, make_choice, make_clashing_tree, make_question, make_tree
from wizard import drafts, publishing, rendering
from wizard.publishing import NotPublishableError
from wizard.tree.content import Kind
from wizard.tree.problems import Code

pytestmark = pytest.mark.django_db


@pytest.fixture
def clashing():
    tree = make_clashing_tree()
    make_edition(tree)
    return tree


def sent_by(form):
    """What a browser would send for the form as it is, the first choice made."""
    given = [(i["name"], i["value"]) for i in form.select("input[type=hidden]")]
    first = form.select_one("input:not([type=hidden])")
    return [*given, (first["name"], first["value"] or "1")]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_tree_of_clashing_names_can_be_walked_to_its_end(client, clashing, language):
    response = client.get(f"/{language}/clashing/1/")
    for question in clashing.questions:
        form = page(response).find("form", id="step")
        assert form["data-question"] == question.slug
        assert form.h1.get_text() == question.title.inside(language)
        assert len(form.select("input:not([type=hidden]), button[name]")) == 2
        response = client.get(form["action"], sent_by(form), follow=True)

    soup = page(response)
    assert response.redirect_chain[-1][0] == "/{}/clashing/1/?{}".format(
        language,
        "&".join(
            f"{q.slug}={1 if q.kind is Kind.NUMBER else q.choices[0].slug}"
            for q in clashing.questions
        ),
    )
    assert [c["data-finding"] for c in soup.select("[data-finding]")] == list(CLASHING)
    assert {a["data-action"] for a in soup.select("[data-action]")} > set(CLASHING)
    assert [s["data-source"] for s in soup.select("#sources [data-source]")][: len(CLASHING)] == (
        list(CLASHING)
    )
    ids = [part["id"] for part in soup.select("[id]")]
    assert len(ids) == len(set(ids))


def test_result_of_clashing_names_can_be_shared(client, clashing):
    answers = {
        q.slug: "1" if q.kind is Kind.NUMBER else q.choices[0].slug for q in clashing.questions
    }
    form = page(client.get("/en/clashing/1/share/", answers)).select_one("form.share-form")
    sent = {i["name"]: i["value"] for i in form.select("input[type=hidden]")} | {"_days": "90"}

    made = client.post(form["action"], sent, headers={"Sec-Fetch-Site": "same-origin"})
    shared = page(client.get(made["Location"])).select_one("#share-link")["href"]

    soup = page(client.get(shared))
    assert [a["data-answer"] for a in soup.select("[data-answer]")] == list(CLASHING)


def test_publishing_refuses_a_question_whose_page_fails(settings, tmp_path):
    fields = tmp_path / "wizard" / "fields"
    fields.mkdir(parents=True)
    (fields / "number.html").write_text("{% widthratio %}")
    settings.TEMPLATES = [
        template | {"DIRS": [tmp_path, *template["DIRS"]]} for template in settings.TEMPLATES
    ]
    low = make_choice("low", at_least=0)
    amount = make_question("amount", [low], kind=Kind.NUMBER, minimum=0)
    first = make_question("first", routes=["amount"])
    draft = drafts.restore(make_tree([first, amount], slug="broken"))

    with pytest.raises(NotPublishableError) as refused:
        publishing.publish(draft)

    broken = [p for p in refused.value.problems if p.code is Code.PAGE_BROKEN]
    assert [(p.place.slug, p.details["language"]) for p in broken] == [
        ("amount", "zh-hans"),
        ("amount", "en"),
    ]


def test_page_that_lacks_a_choice_is_broken(settings, tmp_path):
    fields = tmp_path / "wizard" / "fields"
    fields.mkdir(parents=True)
    (fields / "choices.html").write_text(
        "{% with question=field.form.question first=field.form.question.choices.0 %}"
        '<h1>{{ question.title }}</h1><b>{{ first.label }}</b> value="{{ first.slug }}"'
        "{% endwith %}"
    )
    settings.TEMPLATES = [
        template | {"DIRS": [tmp_path, *template["DIRS"]]} for template in settings.TEMPLATES
    ]

    problems = rendering.find_broken_pages(make_tree([make_question("first")]))

    errors = [problem.details["error"] for problem in problems]
    assert errors == ['>no（中文）< value="no"', '>no< value="no"']
