"""Strategies that somebody chose to share: made, found, changed, ended.

Two secrets name a result. The token stands in the link that is passed on; whoever
has the manage secret, too, may extend it, hide its answers or delete it. Both
have 128 random bits and are stored as hashes: whoever reads the database
cannot open a single link.
"""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from wizard.models import Edition, Result

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Letters and digits without those that look alike."""

LENGTH = 22
"""58 ** 22 > 2 ** 128."""

TOKEN = rf"(?P<token>[{ALPHABET}]{{{LENGTH}}})"
SECRET = rf"(?P<secret>[{ALPHABET}]{{{LENGTH}}})"
"""Parts of addresses. Anything else is no link of ours."""

LIFETIMES = (30, 90, 365)
"""Days for which a link can work."""

DEFAULT_LIFETIME = 90

REMEMBERED = dt.timedelta(days=90)
"""So long after its end a link tells that it is over; then it is as if it had never been."""


class NoResultError(LookupError):
    """No such link was ever made, or nobody remembers."""


class GoneError(LookupError):
    """There was such a link; it has expired or was deleted."""


@dataclass(frozen=True)
class Made:
    """The secrets of a new result. Nobody can find them out again."""

    token: str
    secret: str


def make(
    tree: str, number: int, answers: Mapping[str, Sequence[str]], *, days: int, hides_answers: bool
) -> Made:
    """Keep the answers of a finished walk for so many days.

    `tree` and `number` name the edition. Raises Edition.DoesNotExist, and ValueError
    for a lifetime that is not offered.
    """
    edition = Edition.objects.visible().only("pk").get(tree__slug=tree, number=number)
    made = Made(_secret(), _secret())
    Result.objects.create(
        key=_hash(made.token),
        manage_key=_hash(made.secret),
        edition=edition,
        answers={question: list(values) for question, values in answers.items()},
        hides_answers=hides_answers,
        made_on=timezone.localdate(),
        expires_at=_end(days),
    )
    return made


def token_in(pasted: str) -> str:
    """The token in a pasted link, whatever of a chat hangs on it. Raises NoResultError."""
    named = re.search(rf"(?:^|/r/){TOKEN}(?![{ALPHABET}])", pasted)
    if named is None:
        raise NoResultError
    return named["token"]


def find(token: str) -> Result:
    """The result that a link names. Raises NoResultError, GoneError."""
    found = (
        Result.objects.filter(key=_hash(token))
        .select_related("edition__tree")
        .defer("edition__document")
        .first()
    )
    if found is None:
        raise NoResultError
    # Without answers it was deleted, whatever the clock of this machine says.
    if found.expires_at <= timezone.now() or not found.answers:
        raise GoneError
    return found


def find_own(token: str, secret: str) -> Result:
    """The same for whoever made it.

    Raises NoResultError for a wrong secret, whether or not there is such a link; GoneError.
    """
    found = Result.objects.filter(key=_hash(token)).values_list("manage_key", flat=True).first()
    if not hmac.compare_digest(found or "", _hash(secret)):
        raise NoResultError
    return find(token)


def extend(result: Result, days: int) -> None:
    """Let the link work for so many days from now on, if that is longer than it would.

    Raises ValueError for a lifetime that is not offered, GoneError if it ended meanwhile.
    """
    _change(result, expires_at=max(result.expires_at, _end(days)))


def hide_answers(result: Result) -> None:
    """Show causes and plan only, from now on. Raises GoneError."""
    _change(result, hides_answers=True)


def delete(result: Result) -> None:
    """End it now: the answers are gone, the link tells that it is over. Raises GoneError."""
    _change(result, answers={}, expires_at=timezone.now())


def purge() -> tuple[int, int]:
    """Erase the answers of what has expired, and forget what ended long ago.

    Returns how many were erased and how many forgotten. Safe at any time: each
    row is changed by one statement.
    """
    now = timezone.now()
    forgotten, _by_model = Result.objects.filter(expires_at__lte=now - REMEMBERED).delete()
    over = Result.objects.filter(expires_at__lte=now).exclude(answers={})
    return over.update(answers={}), forgotten


def _change(result: Result, **fields: object) -> None:
    """Write only these fields, and only while the result lives: a deleted one stays deleted."""
    with transaction.atomic():
        living = Result.objects.filter(pk=result.pk, expires_at__gt=timezone.now())
        living = living.exclude(answers={})
        if not living.update(**fields):
            raise GoneError
    for name, value in fields.items():
        setattr(result, name, value)


def _secret() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _hash(secret: str) -> str:
    """Random enough to need neither salt nor a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _end(days: int) -> dt.datetime:
    if days not in LIFETIMES:
        raise ValueError(days)
    return timezone.now() + dt.timedelta(days=days)
