"""Whatever is sent, a kind page comes back in the language of the address."""

from wsgiref.util import setup_testing_defaults

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.editions import make_edition
from tests.pages import page
from tests.trees import make_choice, make_evidence, make_finding, make_question, make_tree
from wizard.models import Edition
from wizard.tree.content import Effect, Kind
from wizard.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

LANGUAGES = ("zh-hans", "en")
LONG = "x" * 10_000
MARK = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"


def question_of(response):
    form = page(response).find("form", id="step")
    return form["data-question"] if form else None


@pytest.fixture(autouse=True)
def small_tree():
    """First (single) -> ticks (multiple) -> amount (number, 1 to 1,000)."""
    tree = make_tree(
        [
            make_question("first", ["yes", "no"], ["ticks"]),
            make_question(
                "ticks",
                ["one", "two", make_choice("none", exclusive=True)],
                ["amount"],
                kind=Kind.MULTIPLE,
            ),
            make_question(
                "amount",
                [make_choice("small", at_least=1), make_choice("large", at_least=100)],
                kind=Kind.NUMBER,
                minimum=1,
                maximum=1000,
            ),
        ],
        [
            make_finding("a", [make_evidence(Effect.CONFIRMS, {"first": ("yes",)})]),
            make_finding("b", [make_evidence(Effect.CONFIRMS, {"ticks": ("one",)})]),
            make_finding("c", [make_evidence(Effect.CONFIRMS, {"amount": ("large",)})]),
        ],
        slug="small",
    )
    make_edition(tree)


@pytest.fixture
def visitor():
    """A client that gets what a browser would get, also where the code fails."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        pytest.param("no-such-tree/", id="tree"),
        pytest.param("no-such-tree/1/", id="tree-with-edition"),
        pytest.param("small/0/", id="edition-zero"),
        pytest.param("small/2/", id="edition-to-come"),
        pytest.param("small/999999999/", id="edition-large"),
        pytest.param("small/99999999999999999999/", id="edition-beyond-any-integer"),
        pytest.param("small/-1/", id="edition-negative"),
        pytest.param("small/%EF%BC%91/", id="edition-full-width"),
        pytest.param("small/1/more/", id="too-deep"),
        pytest.param("SMALL/1/", id="upper-case"),
        pytest.param("%E6%94%BE%E6%AC%BE/", id="chinese"),
        pytest.param("small%00/", id="nul-in-tree"),
        pytest.param("small%00/1/", id="nul-before-edition"),
        pytest.param("small/1%00/", id="nul-in-edition"),
        pytest.param("%ff%fe/", id="not-utf-8"),
        pytest.param("%ED%A0%80/", id="lone-surrogate"),
        pytest.param("%zz/", id="broken-percent"),
        pytest.param("..%2f..%2fetc%2fpasswd/", id="traversal"),
        pytest.param(f"{LONG}/", id="long-tree"),
        pytest.param(f"small/{'1' * 10_000}/", id="long-edition"),
        pytest.param(f"{MARK}/", id="markup"),
    ],
)
def test_unknown_address_gets_a_kind_404_in_its_language(visitor, language, path):
    response = visitor.get(f"/{language}/{path}")

    soup = page(response)
    assert response.status_code == 404
    assert soup.html["lang"] == language
    assert len(soup.find_all("h1")) == 1
    assert soup.select_one("#wizard a[href]:not(#offer)")["href"] == f"/{language}/"
    assert b"<script>alert" not in response.content


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        pytest.param("first=maybe", "first", id="unknown-choice"),
        pytest.param("first=yes&first=no", "first", id="repeated-single"),
        pytest.param("first=", "first", id="blank-single"),
        pytest.param("first=YES", "first", id="upper-case"),
        pytest.param(f"first={LONG}", "first", id="long-choice"),
        pytest.param(f"first={MARK}", "first", id="markup-as-choice"),
        pytest.param("first=%00", "first", id="nul"),
        pytest.param("first=yes%00", "first", id="nul-after-a-choice"),
        pytest.param("first=%ED%A0%80", "first", id="lone-surrogate"),
        pytest.param("first=%ff", "first", id="not-utf-8"),
        pytest.param("first=%zz", "first", id="broken-percent"),
        pytest.param("first=%", "first", id="bare-percent"),
        pytest.param("first=yes&ticks=three", "ticks", id="unknown-tick"),
        pytest.param("first=yes&ticks=one&ticks=none", "ticks", id="exclusive-with-another"),
        pytest.param("first=yes&ticks=", "ticks", id="blank-ticks"),
        pytest.param("first=yes&ticks=none&amount=0", "amount", id="too-small"),
        pytest.param("first=yes&ticks=none&amount=1000.01", "amount", id="too-large"),
        pytest.param("first=yes&ticks=none&amount=-5", "amount", id="negative"),
        pytest.param("first=yes&ticks=none&amount=1e3", "amount", id="exponent"),
        pytest.param("first=yes&ticks=none&amount=NaN", "amount", id="nan"),
        pytest.param("first=yes&ticks=none&amount=Infinity", "amount", id="infinity"),
        pytest.param("first=yes&ticks=none&amount=1_000", "amount", id="underscore"),
        pytest.param("first=yes&ticks=none&amount=5&amount=6", "amount", id="two-numbers"),
        pytest.param(
            "first=yes&ticks=none&amount=%E4%BA%94%E7%99%BE%E5%A4%9A", "amount", id="chinese"
        ),
        pytest.param("first=yes&ticks=none&amount=5%00", "amount", id="number-with-nul"),
        pytest.param("first=yes&ticks=none&amount=%F0%9F%92%B0", "amount", id="emoji"),
        pytest.param(f"first=yes&ticks=none&amount={'9' * 10_000}", "amount", id="long-number"),
        pytest.param(f"first=yes&ticks=none&amount={MARK}", "amount", id="markup-as-number"),
        pytest.param("first=yes&ticks=none&amount=_asked&_asked=amount", "amount", id="reserved"),
    ],
)
def test_answer_that_does_not_fit_is_asked_again_with_an_error(visitor, query, asked):
    response = visitor.get(f"/en/small/1/?{query}")

    soup = page(response)
    scripts = [script.get("src") for script in soup.find_all("script")]
    assert response.status_code == 422
    assert question_of(response) == asked
    assert len(soup.select("#error-summary li")) == 1
    assert None not in scripts
    assert b"<script>" not in response.content
    assert len(response.content) < 10_000


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("nothing=yes", id="unknown-question"),
        pytest.param("FIRST=yes", id="upper-case"),
        pytest.param("first[]=yes", id="brackets"),
        pytest.param("=yes", id="no-name"),
        pytest.param("&&&", id="separators"),
        pytest.param("%00=yes", id="nul-name"),
        pytest.param("%ff=yes", id="name-not-utf-8"),
        pytest.param("%ED%A0%80=yes", id="lone-surrogate-name"),
        pytest.param("%zz=%zz", id="broken-percent"),
        pytest.param(f"{LONG}=yes", id="long-name"),
        pytest.param(f"nothing={LONG}", id="long-value"),
        pytest.param(f"{MARK}={MARK}", id="markup"),
        pytest.param("_at=first", id="change-what-is-not-answered"),
        pytest.param("_at=nothing", id="change-an-unknown-question"),
        pytest.param("_at=%00&_at=b", id="change-nul"),
        pytest.param(f"_at={LONG}", id="change-long"),
        pytest.param("_csrf=1&__proto__=2&_=3", id="other-reserved-names"),
        pytest.param("first%2Fyes", id="no-value"),
    ],
)
def test_foreign_parameters_are_ignored(visitor, query):
    plain = visitor.get("/en/small/1/")

    response = visitor.get(f"/en/small/1/?{query}")

    assert response.status_code == 200
    assert response.content == plain.content


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("_asked=nothing", id="unknown"),
        pytest.param("_asked=", id="blank"),
        pytest.param("_asked=ticks", id="not-yet-asked"),
        pytest.param("_asked=%00", id="nul"),
        pytest.param(f"_asked={LONG}", id="long"),
        pytest.param(f"_asked={MARK}&{MARK}=1", id="markup"),
    ],
)
def test_form_of_another_question_leads_to_the_one_to_answer(visitor, query):
    response = visitor.get(f"/en/small/1/?{query}", follow=True)

    assert response.status_code == 200
    assert question_of(response) == "first"
    assert page(response).find(id="error-summary") is None
    assert response.content == visitor.get("/en/small/1/").content


def test_unreadable_later_answers_do_not_disturb_earlier_questions(visitor):
    response = visitor.get(f"/en/small/1/?amount={LONG}&ticks=%00&ticks=none")

    assert response.status_code == 200
    assert response.content == visitor.get("/en/small/1/").content


def test_hundreds_of_repetitions_of_a_tick_are_one_answer(visitor):
    query = "first=yes&" + "&".join(["ticks=one"] * 900)

    response = visitor.get(f"/en/small/1/?{query}")

    assert response.status_code == 200
    assert question_of(response) == "amount"


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_parameters_than_anybody_has_get_a_kind_400(visitor, language):
    query = "&".join(f"a{number}=1" for number in range(2000))

    response = visitor.get(f"/{language}/small/1/?{query}")

    assert response.status_code == 400
    assert page(response).html["lang"] == language
    assert page(response).select_one("#wizard a[href]")["href"] == f"/{language}/"


@pytest.mark.parametrize(
    "value", [MARK, "%22%20onfocus%3D%22alert(1)", "%27%3E%3Cimg%20src%3Dx%3E"], ids=range(3)
)
def test_typed_number_comes_back_as_text_only(visitor, value):
    response = visitor.get(f"/en/small/1/?first=yes&ticks=none&amount={value}")

    field = page(response).find(id="answer")
    assert set(field.attrs) == {
        "class",
        "type",
        "inputmode",
        "autocomplete",
        "name",
        "id",
        "value",
        "maxlength",
        "aria-describedby",
        "aria-invalid",
    }
    assert len(field["value"]) <= 40


@pytest.mark.parametrize("address", ["/en/small/9/", "/en/small/1/", "/en/none/"])
def test_values_are_never_written_as_markup(visitor, address):
    for query in (f"a={MARK}", f"{MARK}=a", f"first={MARK}", f"_asked={MARK}", f"_at={MARK}"):
        response = visitor.get(f"{address}?{query}", follow=True)

        assert b"<script>" not in response.content


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"HX-Request": "true", "HX-Current-URL": "http://[bad"}, id="htmx-address"),
        pytest.param({"HX-Request": "true", "HX-Current-URL-URI-AutoEncoded": "x"}, id="htmx-uri"),
        pytest.param({"Accept-Language": "x" * 10_000}, id="language-long"),
        pytest.param({"Accept-Language": "en-\xff;q=\x01"}, id="language-binary"),
        pytest.param({"Cookie": "sessionid=%00; csrftoken=%ff; a"}, id="cookies"),
        pytest.param({"Cookie": "django_language=en%00"}, id="language-cookie"),
        pytest.param({"Range": "bytes=5-1"}, id="range"),
        pytest.param({"If-None-Match": '"', "If-Modified-Since": "never"}, id="conditional"),
        pytest.param({"Content-Type": ";;;=" * 50}, id="content-type-garbage"),
    ],
)
@pytest.mark.parametrize("address", ["/en/", "/en/small/1/?first=yes", "/en/small/9/"])
def test_strange_headers_do_not_matter(visitor, headers, address):
    plain = visitor.get(address)

    response = visitor.get(address, headers=headers)

    assert response.status_code == plain.status_code
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("charset", ["rot13", "hex", "punycode", "idna", "undefined", "gb18030"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/en/small/1/", "/en/none/", "/admin/login/"])
def test_other_character_sets_get_a_page_with_headers(charset, method, path):
    status, headers, body = call_the_server(
        method, path, "first=yes", f"application/x-www-form-urlencoded; charset={charset}"
    )

    assert status == "400 Bad Request"
    assert BeautifulSoup(body, "lxml").h1
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in headers


def call_the_server(method, path, query, content_type):
    """What a WSGI server gets: Django's test client goes past wizard.wsgi."""
    answer = {}

    def start_response(status, headers, exc_info=None):
        answer.update(status=status, headers=dict(headers))

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "SERVER_NAME": "localhost",
    }
    setup_testing_defaults(environ)
    body = b"".join(application(environ, start_response))
    return answer["status"], answer["headers"], body


@pytest.mark.parametrize(
    "address", ["/en/small/?x=LONG&first=yes", "/en/small/9/?x=LONG&first=yes"]
)
def test_foreign_parameters_are_not_carried_on(visitor, address):
    response = visitor.get(address.replace("LONG", LONG))

    links = [a["href"] for a in page(response).find_all("a")] + [response.get("Location", "")]
    assert not [link for link in links if "xxx" in link]
    assert [link for link in links if link.endswith("?first=yes")]


def test_foreign_host_name_gets_a_page_with_headers(visitor):
    response = visitor.get("/en/", headers={"Host": "foreign.example"})

    assert response.status_code == 400
    assert b"foreign.example" not in response.content
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in response


def test_form_from_elsewhere_is_refused():
    visitor = Client(enforce_csrf_checks=True, raise_request_exception=False)

    response = visitor.post("/admin/login/")

    assert response.status_code == 403
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("language", LANGUAGES)
def test_failure_of_ours_is_a_kind_page_in_its_language(visitor, language):
    tree = Edition.objects.get(tree__slug="small").tree
    Edition.objects.create(tree=tree, number=2, document="{}", digest="0" * 64)

    response = visitor.get(f"/{language}/small/2/?first=yes")

    assert response.status_code == 500
    assert page(response).html["lang"] == language
    assert len(page(response).find_all("h1")) == 1
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in response
