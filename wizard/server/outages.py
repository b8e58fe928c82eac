"""Whether the database answers, so that an outage hurts only what needs it, and not for long.

A thread beside the requests, the `Watch`, asks the database what `editions` wants to
know. While it gets no answer the database is `away`, and whatever else would ask is
told so at once (see `postgresql.base`): requests that wait would soon be all that a
server has threads for.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread, local

from django.db import DataError, Error, IntegrityError, connection

logger = logging.getLogger(__name__)

LONGEST_STATEMENT = 10.0
"""Seconds that a statement of a request may take. It may wait for another one to commit."""

LONGEST_LOOK = 2.0
"""Seconds that one of the watch may take, which waits for nobody."""

ASK_AGAIN = 1.0
"""Seconds between two looks while the database is away."""


@dataclass
class _Known:
    away: bool = False
    limited: bool = False
    watch: "Watch | None" = None


_known = _Known()
_thread = local()


def is_fault(error: BaseException | None) -> bool:
    """Whether this is the database's fault, not that of what it was asked."""
    return isinstance(error, Error) and not isinstance(error, DataError | IntegrityError)


def away() -> bool:
    """Whether this thread would ask in vain. The watch itself always tries."""
    return _known.away and not _is_watch()


def limit_statements() -> None:
    """Let no statement of this process take long. For servers: a migration may."""
    _known.limited = True


def longest_statement() -> float | None:
    """The seconds that a statement of this thread may take; None for any number."""
    if _is_watch():
        return LONGEST_LOOK
    return LONGEST_STATEMENT if _known.limited else None


def suspect() -> None:
    """The database did not answer: let the watch look whether it is away."""
    if _known.watch is not None and not _is_watch():
        _known.watch.look()


def _is_watch() -> bool:
    return getattr(_thread, "is_watch", False)


class Watch:
    """Asks the database a question in a thread of its own, whenever it is told to look."""

    def __init__(self, question: Callable[[], object]) -> None:
        """`question` keeps what it learns. It raises Django's database errors."""
        self._question = question
        self._turn = Condition()
        self._process = 0
        self._wanted = self._done = 0
        _known.watch = self

    def look(self, patience: float = 0.0) -> None:
        """Have the question asked. Waits so many seconds for the answer, if none is under way."""
        with self._turn:
            if self._wanted > self._done:
                return
            # Threads do not come along when a server forks.
            if self._process != os.getpid():
                self._process = os.getpid()
                Thread(target=self._run, name="watch", daemon=True).start()
            self._wanted += 1
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._done == self._wanted, patience)

    def _run(self) -> None:
        _thread.is_watch = True
        while True:
            with self._turn:
                pause = ASK_AGAIN if _known.away else None
                self._turn.wait_for(lambda: self._wanted > self._done, pause)
            error = self._ask()
            if bool(error) != _known.away:
                logger.warning("The database is %s.", f"away: {error}" if error else "back")
            _known.away = bool(error)
            with self._turn:
                self._done = self._wanted
                self._turn.notify_all()

    def _ask(self) -> Error | None:
        """Ask, twice if it fails quickly: a connection may have broken in the meantime."""
        started = time.monotonic()
        error = self._try()
        if error and time.monotonic() - started < LONGEST_LOOK / 2:
            error = self._try()
        return error

    def _try(self) -> Error | None:
        try:
            self._question()
        except Error as exc:
            connection.close()
            return exc
        return None
