"""Editors' Markdown to HTML that cannot harm, with contacts put in place.

Phone numbers are written once, as contacts. Prose says `{police}` and the
number appears there, as a link that a phone can dial.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

PLACEHOLDER = re.compile(r"\{([a-z0-9]+(?:-[a-z0-9]+)*)\}")
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a"}
_ATTRIBUTES = {"a": {"href", "class"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "tel"}


class Html(str):
    """Text that is safe to put into a page as it stands."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell template engines (Django's too) not to escape it again."""
        return self


class Number(NamedTuple):
    """How a contact stands in prose: what is shown, and where it leads."""

    shown: str
    href: str


def to_html(markdown: str, contacts: Mapping[str, Number]) -> Html:
    """Render Markdown. Unknown placeholders stay visible; publishing refuses them."""
    if not markdown.strip():
        return Html("")
    html = _MARKDOWN.render(markdown.strip(), {"contacts": contacts})
    return Html(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer nofollow",
        ).strip()
    )


def to_text(plain: str, contacts: Mapping[str, Number]) -> str:
    """Plain text with the contacts' numbers put in place."""

    def shown(match: re.Match[str]) -> str:
        contact = contacts.get(match[1])
        return contact.shown if contact else match[0]

    return PLACEHOLDER.sub(shown, plain)


def _text_with_contacts(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: Mapping[str, Mapping[str, Number]],
) -> str:
    """The renderer's rule for text: placeholders become links, unless inside a link."""
    text = escape(tokens[index].content)
    before = [token.type for token in tokens[:index]]
    if before.count("link_open") > before.count("link_close"):
        return to_text(text, env["contacts"])
    return PLACEHOLDER.sub(lambda match: _link(match, env["contacts"]), text)


def _link(match: re.Match[str], contacts: Mapping[str, Number]) -> str:
    contact = contacts.get(match[1])
    if contact is None:
        return match[0]
    return f'<a class="contact-link" href="{escape(contact.href)}">{escape(contact.shown)}</a>'


_MARKDOWN = MarkdownIt("zero").enable(
    ["newline", "emphasis", "list", "link", "blockquote", "escape", "entity"]
)
_MARKDOWN.add_render_rule("text", _text_with_contacts)
