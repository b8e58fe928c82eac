"""Editors' Markdown to HTML that cannot harm, with contacts and figures put in place.

Phone numbers and rates are written once. Prose says `{police}` and the number
appears there, as a link that a phone can dial; it says `{lpr-1y}` and the rate
appears, with its date.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple
from unicodedata import east_asian_width

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

PLACEHOLDER = re.compile(r"\{([a-z0-9]+(?:-[a-z0-9]+)*)\}")
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "small"}
_ATTRIBUTES = {"a": {"href", "class"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "tel"}


class Html(str):
    """Text that is safe to put into a page as it stands."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell template engines (Django's too) not to escape it again."""
        return self


class Insert(NamedTuple):
    """What a placeholder becomes: what is shown, where it leads, and its small print."""

    shown: str
    href: str = ""
    note: str = ""


def to_html(markdown: str, inserts: Mapping[str, Insert]) -> Html:
    """Render Markdown. Unknown placeholders stay visible; publishing refuses them."""
    if not markdown.strip():
        return Html("")
    html = _MARKDOWN.render(markdown.strip(), {"inserts": inserts})
    return Html(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer nofollow",
        ).strip()
    )


def to_text(plain: str, inserts: Mapping[str, Insert]) -> str:
    """Plain text with numbers and figures put in place."""

    def shown(match: re.Match[str]) -> str:
        insert = inserts.get(match[1])
        return insert.shown + insert.note if insert else match[0]

    return PLACEHOLDER.sub(shown, plain)


def _text_with_inserts(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: Mapping[str, Mapping[str, Insert]],
) -> str:
    """The renderer's rule for text: placeholders become what they stand for."""
    text = escape(tokens[index].content)
    before = [token.type for token in tokens[:index]]
    if before.count("link_open") > before.count("link_close"):
        escaped = {slug: i._replace(shown=escape(i.shown)) for slug, i in env["inserts"].items()}
        return to_text(text, escaped)
    return PLACEHOLDER.sub(lambda match: _inserted(match, env["inserts"]), text)


def _inserted(match: re.Match[str], inserts: Mapping[str, Insert]) -> str:
    insert = inserts.get(match[1])
    if insert is None:
        return match[0]
    shown = escape(insert.shown)
    if insert.href:
        return f'<a class="contact-link" href="{escape(insert.href)}">{shown}</a>'
    return f"{shown}<small>{escape(insert.note)}</small>" if insert.note else shown


def _emphasis(state: StateInline, silent: bool) -> bool:
    """The parser's rule for `*`, but Chinese has no spaces around words.

    CommonMark takes "**先停。**再" for no emphasis, because a sign stands inside and
    neither a space nor a sign outside. Beside a Chinese character or sign that is no reason:
    https://github.com/tats-u/markdown-cjk-friendly/blob/main/specification.md
    """
    start, known = state.pos, len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    if state.src[start] == "*":
        before = state.src[start - 1] if start else " "
        after = state.src[state.pos] if state.pos < state.posMax else " "
        chinese = _is_wide(before) or _is_wide(after)
        for delimiter in state.delimiters[known:]:
            delimiter.open |= chinese and not after.isspace()
            delimiter.close |= chinese and not before.isspace()
    return True


def _is_wide(character: str) -> bool:
    """Whether it is a Chinese character or sign."""
    return east_asian_width(character) in "WF"


_MARKDOWN = MarkdownIt("zero").enable(
    ["newline", "emphasis", "list", "link", "blockquote", "escape", "entity"]
)
_MARKDOWN.inline.ruler.at("emphasis", _emphasis)
_MARKDOWN.add_render_rule("text", _text_with_inserts)
