"""Making editions out of drafts, and drafts out of editions.

An edition is frozen and checked when it is made. From when on visitors see it
is a time in it, so that a scheduled one appears by itself, in all processes.
Whatever cannot be done raises a RefusedError and changes nothing.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wizard import drafts
from wizard.models import Edition, Tree, User
from wizard.tree import content
from wizard.tree.problems import Level, Problem

CLOCKS_DIFFER = dt.timedelta(seconds=5)
"""So near to its time, another process may show a scheduled edition already."""


class RefusedError(Exception):
    """What cannot be done now. Its text is a sentence for staff."""

    sentence: str | Promise = ""

    def __init__(self, sentence: str | Promise = "") -> None:
        super().__init__(sentence or self.sentence)


class NotPublishableError(RefusedError):
    """A draft with errors. `problems` holds all that was found, warnings included."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_("The draft has errors. Mend them first."))
        self.problems = problems


class PendingEditionError(RefusedError):
    """Another edition is scheduled: what it would replace must stay what was looked at."""

    def __init__(self, edition: Edition) -> None:
        told = {"number": edition.number, "time": local(edition.visible_from)}
        super().__init__(
            _("Edition %(number)d waits for %(time)s. Cancel it first, or let it appear.") % told
        )
        self.edition = edition


class SameEditorError(RefusedError):
    """Two pairs of eyes are asked for, and these are the same."""

    sentence = _("You edited this draft last. Another publisher has to look at it and publish it.")


class PastError(RefusedError):
    """Nothing can be published in the past."""

    sentence = _("This time is over. Choose a later one, or “now”.")


class DraftChangedError(RefusedError):
    """The draft is not what was looked at before."""

    sentence = _("Somebody changed the draft since you opened this page. Look again.")


class NothingNewError(RefusedError):
    """The draft is what visitors see already."""

    sentence = _("Nothing to publish: the draft is what visitors see now.")


class AlreadyCurrentError(RefusedError):
    """Visitors see just this already."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(
            _("Visitors see what edition %(number)d says already.") % {"number": edition.number}
        )


class NotWaitingError(RefusedError):
    """Only what nobody has seen can be cancelled."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(
            _(
                "Edition %(number)d cannot be cancelled: visitors see it, or will in a moment, "
                "or it was cancelled before."
            )
            % {"number": edition.number}
        )


def local(time: dt.datetime) -> str:
    """A time as staff read it, on the site's own clock."""
    return timezone.localtime(time).strftime("%Y-%m-%d %H:%M")


def needs_another_publisher(tree: Tree, by: User | None) -> bool:
    """Whether `by` may not publish this draft, being its last editor."""
    if not settings.SECOND_PAIR_OF_EYES or by is None:
        return False
    return bool(tree.edited_by_id == by.pk)


@transaction.atomic
def publish(
    tree: Tree,
    *,
    by: User | None = None,
    note: str = "",
    visible_from: dt.datetime | None = None,
    seen: str = "",
) -> Edition:
    """Freeze the draft as the next edition. Earlier editions never change.

    `visible_from`: when visitors shall see it, if not now. `seen`: the digest of
    the draft that the publisher looked at; what visitors see already is then not
    made again. Warnings do not stop publishing.
    """
    tree = _locked(tree)
    if visible_from is not None and visible_from <= timezone.now():
        raise PastError
    if needs_another_publisher(tree, by):
        raise SameEditorError
    _refuse_while_one_waits(tree)
    draft = drafts.frozen_draft(tree)
    if seen and seen != draft.digest:
        raise DraftChangedError
    if seen and (current := tree.edition) is not None and seen == current.digest:
        raise NothingNewError
    problems = draft.problems()
    if any(problem.level is Level.ERROR for problem in problems):
        raise NotPublishableError(problems)
    return _freeze(tree, draft.document, by, note, visible_from)


@transaction.atomic
def republish(edition: Edition, *, by: User | None = None, note: str = "") -> Edition:
    """Show visitors an earlier edition again, as a new one that says so in its note.

    The draft stays as it is. Nobody has to look twice: this was published before.
    """
    tree = _locked(edition.tree)
    _refuse_while_one_waits(tree)
    current = tree.edition
    if current is not None and current.digest == edition.digest:
        raise AlreadyCurrentError(edition)
    again = gettext("Edition %(number)d again") % {"number": edition.number}
    return _freeze(tree, edition.document, by, f"{again}: {note}" if note else again, None)


@transaction.atomic
def cancel(edition: Edition) -> None:
    """Delete a scheduled edition before anybody has seen it. Its number is used again."""
    _locked(edition.tree)
    hidden = Edition.objects.filter(visible_from__gt=timezone.now() + CLOCKS_DIFFER)
    deleted, _by_model = hidden.filter(pk=edition.pk).delete()
    if not deleted:
        raise NotWaitingError(edition)


@transaction.atomic
def restore(edition: Edition, *, by: User | None = None, replacing: str = "") -> Tree:
    """Make the draft what `edition` says. The edition itself stays as it is.

    `replacing`: the digest of the draft that may get lost; no other one does.
    """
    tree = _locked(edition.tree)
    if replacing and replacing != drafts.frozen_draft(tree).digest:
        raise DraftChangedError
    restored = drafts.restore(content.decode(edition.document))
    restored.touch(by)
    return restored


def _locked(tree: Tree) -> Tree:
    """The tree as it is now: all who write it or publish it take their turns."""
    tree.lock()
    return Tree.objects.get(pk=tree.pk)


def _refuse_while_one_waits(tree: Tree) -> None:
    if (waiting := tree.scheduled) is not None:
        raise PendingEditionError(waiting)


def _freeze(
    tree: Tree, document: str, by: User | None, note: str, visible_from: dt.datetime | None
) -> Edition:
    newest = tree.editions.first()
    return tree.editions.create(
        number=newest.number + 1 if newest else 1,
        document=document,
        digest=content.digest(document),
        note=note,
        published_by=by,
        visible_from=visible_from or timezone.now(),
    )
