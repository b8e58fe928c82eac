"""States of trees, frozen: what is found out about one is found out once, and kept here.

It is a cache by digest, of drafts and editions alike: a draft and the edition made of it are one.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.conf import settings
from django.utils import timezone

from wizard.models import Edition
from wizard.rendering import find_broken_pages
from wizard.tree import content
from wizard.tree.claims import find_stale, find_unproven
from wizard.tree.compiled import Tree, compile_tree
from wizard.tree.problems import UNWALKABLE, Problem, find_problems, find_unwalkable, named

MOST_KEPT = 32
"""So many states are kept, the latest used."""


class DamagedEditionError(Exception):
    """A stored edition whose bytes are not those that were published."""


class Frozen:
    """One state of a tree: of a draft, or of an edition."""

    def __init__(self, digest: str, document: str, tree: content.Tree | None = None) -> None:
        """`document` is the tree's canonical JSON, `digest` the sha256 of that."""
        self.digest = digest
        self.document = document
        self._tree = tree
        self._compiled: dict[str, Tree] = {}

    @cached_property
    def content(self) -> content.Tree:
        return self._tree or content.decode(self.document)

    def compiled(self, language: str) -> Tree:
        """Ready to be walked, unless it is `unwalkable`."""
        if language not in self._compiled:
            self._compiled[language] = compile_tree(self.content, language)
        return self._compiled[language]

    @cached_property
    def unwalkable(self) -> list[Problem]:
        """The problems with which it cannot be walked."""
        return named(find_unwalkable(self.content), self.content)

    @property
    def is_checked(self) -> bool:
        """Whether asking for its problems takes no time."""
        return "_lasting_problems" in vars(self)

    def problems(self) -> list[Problem]:
        """Everything that is wrong with it today, errors first."""
        after = dt.timedelta(days=settings.STALE_AFTER_DAYS)
        aged = find_stale(self.content, timezone.localdate(), after)
        found = sorted((*self._lasting_problems, *aged), key=lambda problem: problem.level)
        return named(found, self.content)

    @cached_property
    def _lasting_problems(self) -> list[Problem]:
        """Those that no day changes."""
        found = find_problems(self.content)
        if not any(problem.code in UNWALKABLE for problem in found):
            found += find_broken_pages(self.content)
        return [*found, *find_unproven(self.content)]


def freeze(tree: content.Tree) -> Frozen:
    """The state that `tree` is in."""
    document = content.encode(tree)
    digest = content.digest(document)
    return _known(_Name(digest, lambda: Frozen(digest, document, tree)))


def of_edition(digest: str) -> Frozen:
    """The state of the edition with this digest. Raises DamagedEditionError."""

    def read() -> Frozen:
        document = Edition.objects.filter(digest=digest).values_list("document", flat=True)[0]
        if content.digest(document) != digest:
            raise DamagedEditionError(digest)
        return Frozen(digest, document)

    return _known(_Name(digest, read))


def forget() -> None:
    """Find everything out anew. Only tests need it."""
    _known.cache_clear()


@dataclass(frozen=True)
class _Name:
    """The digest of a state, and how to come by it if it is not known."""

    digest: str
    make: Callable[[], Frozen] = field(compare=False)


@lru_cache(maxsize=MOST_KEPT)
def _known(name: _Name) -> Frozen:
    return name.make()
