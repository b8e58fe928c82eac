import pytest
from bs4 import BeautifulSoup

from wizard.tree.prose import Html, Insert, to_html, to_text

INSERTS = {
    "police": Insert("110", "tel:110"),
    "bank": Insert("400-800 <1>", "tel:4008001"),
    "site": Insert("example.org", "https://example.org/?a=1&b=2"),
    "rate": Insert("3.0%", note=" (as of 2026-11)"),
    "cap": Insert("<4 times>", note=" (R&D)"),
    "bare": Insert("20 years"),
}


def elements(html):
    return [(tag.name, dict(tag.attrs)) for tag in BeautifulSoup(html, "html.parser")()]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param(" \n ", "", id="blank"),
        pytest.param("Wait.", "<p>Wait.</p>", id="paragraph"),
        pytest.param("**Do** *not*.", "<p><strong>Do</strong> <em>not</em>.</p>", id="emphasis"),
        pytest.param("**停。**再", "<p><strong>停。</strong>再</p>", id="Chinese after a sign"),
        pytest.param(
            "先**（停）**", "<p>先<strong>（停）</strong></p>", id="Chinese before a sign"
        ),
        pytest.param("*停！*再", "<p><em>停！</em>再</p>", id="Chinese after one asterisk"),
        pytest.param("停 ** 再", "<p>停 ** 再</p>", id="asterisks between spaces"),
        pytest.param("a**b.**c", "<p>a**b.**c</p>", id="as in CommonMark"),
        pytest.param("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", id="list"),
        pytest.param("3. a", '<ol start="3">\n<li>a</li>\n</ol>', id="numbered list"),
        pytest.param("> a", "<blockquote>\n<p>a</p>\n</blockquote>", id="quotation"),
        pytest.param("a & b", "<p>a &amp; b</p>", id="ampersand"),
    ],
)
def test_to_html(markdown, html):
    assert to_html(markdown, {}) == html


def test_contact_inside_a_link_is_plain_text():
    html = to_html('[call {police}](https://example.org/a "{police}")', INSERTS)

    assert [(name, attrs["href"]) for name, attrs in elements(html) if name == "a"] == [
        ("a", "https://example.org/a")
    ]
    assert BeautifulSoup(html, "html.parser").text == "call 110"


@pytest.mark.parametrize(
    "markdown",
    [
        pytest.param("# word", id="heading"),
        pytest.param("```\nword\n```", id="code"),
        pytest.param("a | b\n--|--\nc | d", id="table"),
        pytest.param("word\n\n---", id="rule"),
    ],
)
def test_other_markdown_is_plain_text(markdown):
    html = to_html(markdown, {})

    assert {name for name, _ in elements(html)} - {"br"} == {"p"}


def test_image_is_a_link():
    html = to_html("![x](https://example.org/x.png)", {})

    assert [name for name, _ in elements(html)] == ["p", "a"]


@pytest.mark.parametrize(
    "markdown",
    [
        pytest.param("<script>alert(1)</script>", id="script"),
        pytest.param('<img src="x" onerror="alert(1)">', id="image"),
        pytest.param('<a href="javascript:alert(1)">x</a>', id="raw link"),
        pytest.param("<style>p {display: none}</style>", id="style"),
        pytest.param("<!-- hidden -->", id="comment"),
    ],
)
def test_raw_html_is_shown_as_text(markdown):
    html = to_html(markdown, {})

    assert elements(html) == [("p", {})]
    assert BeautifulSoup(html, "html.parser").text == markdown


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java&#x73;cript:alert(1)",
        "vbscript:x",
        "file:///etc/passwd",
        "data:text/html;base64,PHNjcmlwdD4=",
        "data:image/png;base64,AAAA",
    ],
)
def test_dangerous_link_leads_nowhere(target):
    html = to_html(f"[click]({target})", {})

    assert BeautifulSoup(html, "html.parser").select("[href]") == []


@pytest.mark.parametrize("target", ["https://example.org/a?b=c", "http://example.org", "tel:110"])
def test_harmless_link_stays(target):
    html = to_html(f"[click]({target})", {})

    assert elements(html) == [
        ("p", {}),
        ("a", {"href": target, "rel": ["noopener", "noreferrer", "nofollow"]}),
    ]


@pytest.mark.parametrize(
    ("markdown", "href", "shown"),
    [
        pytest.param("Call {police}.", "tel:110", "110", id="phone"),
        pytest.param("Call **{police}**.", "tel:110", "110", id="emphasised"),
        pytest.param("See {site}.", "https://example.org/?a=1&b=2", "example.org", id="address"),
        pytest.param("Call {bank}.", "tel:4008001", "400-800 <1>", id="escaped"),
    ],
)
def test_placeholder_becomes_a_link(markdown, href, shown):
    page = BeautifulSoup(to_html(markdown, INSERTS), "html.parser")

    assert [(a["href"], a.text, a["class"]) for a in page("a")] == [(href, shown, ["contact-link"])]


@pytest.mark.parametrize(
    "placeholder", ["{fire-brigade}", "{Police}", "{}", "{police", "{po lice}"]
)
def test_unknown_placeholder_stays(placeholder):
    assert to_html(f"Call {placeholder}.", INSERTS) == f"<p>Call {placeholder}.</p>"
    assert to_text(f"Call {placeholder}.", INSERTS) == f"Call {placeholder}."


def test_placeholder_in_an_address_is_not_replaced():
    html = to_html("[x](https://example.org/{police})", INSERTS)

    assert [attributes["href"] for name, attributes in elements(html) if name == "a"] == [
        "https://example.org/%7Bpolice%7D"
    ]


def test_to_text_names_the_numbers():
    assert to_text("{police} or {bank}, <b>now</b>", INSERTS) == "110 or 400-800 <1>, <b>now</b>"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param(
            "At {rate} a year.", "<p>At 3.0%<small> (as of 2026-11)</small> a year.</p>", id="dated"
        ),
        pytest.param(
            "**{rate}**",
            "<p><strong>3.0%<small> (as of 2026-11)</small></strong></p>",
            id="emphasised",
        ),
        pytest.param("{cap}", "<p>&lt;4 times&gt;<small> (R&amp;D)</small></p>", id="escaped"),
        pytest.param("{bare}", "<p>20 years</p>", id="without a note"),
    ],
)
def test_figure_has_its_note_in_small_print(markdown, html):
    assert to_html(markdown, INSERTS) == html


def test_figure_inside_a_link_keeps_its_note():
    html = to_html("[{rate}](https://example.org/)", INSERTS)

    assert BeautifulSoup(html, "html.parser").a.text == "3.0% (as of 2026-11)"


def test_figure_in_text_has_its_note():
    assert to_text("{rate}, {bare}", INSERTS) == "3.0% (as of 2026-11), 20 years"


def test_small_print_of_editors_is_shown_as_text():
    html = to_html("<small>hidden terms</small>", INSERTS)

    assert elements(html) == [("p", {})]


def test_html_vouches_for_itself():
    html = to_html("**now**", {})

    assert isinstance(html, Html)
    assert html.__html__() is html
