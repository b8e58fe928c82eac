"""The languages of the site, and all that differs between them beside translations.

Another one is a member here, a field of `content.Text` and its words in `wording`; then
Django's settings, a translation in locale/ and a migration for its columns.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Language(NamedTuple):
    """`column` ends the names of its columns, `name` is what its readers call it.

    `as_of` tells the date of a figure, `weak_as_of` also that only hearsay supports it,
    in one of the words of `marks`.
    """

    column: str
    name: str
    as_of: str
    weak_as_of: str
    marks: tuple[str, ...]


LANGUAGES: Mapping[str, Language] = {
    "zh-hans": Language(
        column="zh_hans",
        name="中文",
        as_of="（截至 {date}）",
        weak_as_of="（网上说法，未经证实，{date}）",
        marks=("未经证实",),
    ),
    "en": Language(
        column="en",
        name="English",
        as_of=" (as of {date})",
        weak_as_of=" (commonly said, unproven, {date})",
        marks=("unproven",),
    ),
}
"""By the codes that addresses, documents and Django have. The first is the language of the site."""

DEFAULT = next(iter(LANGUAGES))


def column(name: str, language: str) -> str:
    """The column of a translated field."""
    return f"{name}_{LANGUAGES[language].column}"


def columns(*names: str) -> tuple[str, ...]:
    """The columns of translated fields, in all languages."""
    return tuple(column(name, language) for name in names for language in LANGUAGES)


def from_columns(read: Callable[[str], str | None], name: str) -> dict[str, str]:
    """Column -> what `read` finds there, as the fields of a `content.Text`."""
    return {told.column: read(f"{name}_{told.column}") or "" for told in LANGUAGES.values()}
