"""The editions that visitors read, kept in this process.

An edition never changes, so it is read from the database and compiled once.
Which edition of a tree is current is asked again when the last answer is older
than EDITION_MAX_AGE seconds: about one small query a second, whatever the
traffic, beside the requests. If the database is away, what is known goes on serving.
"""

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db import Error

from wizard.frozen import MOST_KEPT, Frozen, of_edition
from wizard.models import Edition
from wizard.server import outages
from wizard.tree.compiled import Tree
from wizard.tree.search import MessageIndex

PATIENCE = 0.1
"""Seconds that a request waits for the database to say which editions are current."""


class NoEditionError(LookupError):
    """There is no such tree, or no such edition of it."""


class Current(NamedTuple):
    """The newest edition of each tree: slug -> number, in the order of the home page."""

    numbers: dict[str, int]
    asked_at: float


@dataclass
class _Known:
    current: Current | None = None
    outdated: bool = False


_known = _Known()


def current_numbers() -> dict[str, int]:
    """Slug -> number of the current edition, for every published tree.

    Raises Django's database errors only where nothing is known yet.
    """
    known = _known.current
    if known is None or _known.outdated:
        try:
            return refresh().numbers
        except Error:
            if known is None:
                raise
    elif time.monotonic() - known.asked_at >= settings.EDITION_MAX_AGE:
        _watch.look(PATIENCE)
    return (_known.current or known).numbers


def refresh() -> Current:
    """Ask the database now. Raises its errors."""
    asked_at = time.monotonic()
    numbers = dict(Edition.objects.newest().values_list("tree__slug", "number"))
    known = _known.current
    # Another thread may have asked later and been answered sooner.
    if known is None or known.asked_at <= asked_at:
        known = _known.current = Current(numbers, asked_at)
        _known.outdated = False
    return known


_watch = outages.Watch(refresh)


def current_number(slug: str) -> int:
    """The number of the tree's current edition. Raises NoEditionError."""
    try:
        return current_numbers()[slug]
    except KeyError:
        raise NoEditionError(slug) from None


def get(slug: str, number: int, language: str) -> Tree:
    """One edition in one language, compiled. Raises NoEditionError."""
    return _stored(slug, number).compiled(language)


def current(language: str) -> list[Tree]:
    """The current edition of every published tree, in the order of the home page."""
    return [get(slug, number, language) for slug, number in current_numbers().items()]


def messages(language: str) -> MessageIndex:
    """The messages of all current editions, ready to be searched."""
    return _messages(*current(language))


def forget() -> None:
    """Let the next request ask, because this process has just published."""
    _known.outdated = True


def forget_all() -> None:
    """Know nothing of what is stored, as a fresh process does. Only tests need it."""
    _known.current = None
    _stored.cache_clear()


@lru_cache(maxsize=MOST_KEPT)
def _stored(slug: str, number: int) -> Frozen:
    visible = Edition.objects.visible()
    digest = visible.filter(tree__slug=slug, number=number).values_list("digest", flat=True).first()
    if digest is None:
        raise NoEditionError(f"{slug} {number}")
    return of_edition(digest)


@lru_cache(maxsize=4)
def _messages(*trees: Tree) -> MessageIndex:
    return MessageIndex(trees)
