"""Django's PostgreSQL backend, but nothing waits for long. See `wizard.outages`."""

from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from wizard.server import outages

T = TypeVar("T")


class Connection(psycopg.Connection[Any]):
    """One that gives up by itself: a server that hangs could not end a statement either."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Do what `gen` does. Raises OperationalError when it takes too long."""
        try:
            return super().wait(_while_there(gen), interval, timeout or outages.longest_statement())
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # Whoever uses it next would get the answer to this statement.
                self.pgconn.finish()
            outages.suspect()
            raise


def _while_there(gen: PQGen[T]) -> PQGen[T]:
    """The same, ended when the database goes away. Looks each time that `gen` is resumed."""
    try:
        waits_for = next(gen)
        while True:
            ready = yield waits_for
            if outages.away():
                raise psycopg.OperationalError("The database is away.")
            waits_for = gen.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


class _Driver:
    """psycopg with these connections."""

    connect = staticmethod(Connection.connect)

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    Database = _Driver()  # type: ignore[assignment]

    def get_new_connection(self, conn_params: Mapping[str, Any]) -> Any:
        if outages.away():
            raise psycopg.OperationalError("The database is away.")
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            outages.suspect()
            raise
