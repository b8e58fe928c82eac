"""Editors' Markdown to HTML that cannot harm, with contacts put in place.

Phone numbers are written once, as contacts. Prose says `{police}` and the
number appears there, as a link that a phone can dial.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt

PLACEHOLDER = re.compile(r"\{([a-z0-9]+(?:-[a-z0-9]+)*)\}")
_MARKDOWN = MarkdownIt("zero").enable(
    ["newline", "emphasis", "list", "link", "blockquote", "escape", "entity"]
)
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
    html = _MARKDOWN.render(markdown.strip())
    linked = PLACEHOLDER.sub(lambda match: _link(match, contacts), html)
    return Html(
        nh3.clean(
            linked,
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


def _link(match: re.Match[str], contacts: Mapping[str, Number]) -> str:
    contact = contacts.get(match[1])
    if contact is None:
        return match[0]
    return f'<a class="contact-link" href="{escape(contact.href)}">{escape(contact.shown)}</a>'
