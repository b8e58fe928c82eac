"""Databases for tests: copies of one that is as `make run` leaves it, and empty ones.

Making that one takes longer than most tests together. SQLite's file is kept in data/
until something that it is made of changes; on PostgreSQL it lasts for one run.
"""

import fcntl
import hashlib
import os
import shutil
import urllib.parse
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import psycopg

from tests.servers import ROOT, clean_environment, run

MADE_OF = ("fixtures/*.yaml", "wizard/**/*.py")
PREPARED = "PREPARED_DATABASE"
"""The environment variable with the name of PostgreSQL's prepared database, once it is made."""

MAKE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("bootstrap")
"""


def server():
    """The address of the PostgreSQL server that this run uses; "" if it is on SQLite."""
    address = os.environ.get("DATABASE_URL", "")
    return address if address.startswith("postgres") else ""


@contextmanager
def copy(place):
    """The name, as Django has it, of a database with both trees: in the directory `place`."""
    if not server():
        file = place / "wizard.sqlite3"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(prepared_file(), file)
        yield file
        return
    with ExitStack() as stack:
        template = os.environ.get(PREPARED) or stack.enter_context(prepared_on_postgresql())
        yield stack.enter_context(on_postgresql(template))


@contextmanager
def database(tmp_path, *, bare=False):
    """The environment of a site with a database of its own: with both trees, or `bare`."""
    environment = clean_environment(tmp_path / "data")
    with ExitStack() as stack:
        if not bare:
            name = stack.enter_context(copy(tmp_path / "data"))
        elif server():
            name = stack.enter_context(on_postgresql())
        yield environment | ({"DATABASE_URL": address_of(name)} if server() else {})


def prepared_file():
    """SQLite's prepared file. Those of other sources and fixtures go when it is made."""
    place = ROOT / "data" / "prepared"

    def make(making):
        for old in place.iterdir():
            if old.is_dir() and old != making:
                shutil.rmtree(old)
        run(clean_environment(making), MAKE)

    return made_once(place / _digest(), make) / "wizard.sqlite3"


def made_once(ready, make):
    """The directory `ready`, as `make` fills it. Whoever comes first makes it, others wait."""
    ready.parent.mkdir(parents=True, exist_ok=True)
    with ready.with_name("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            making = ready.with_name("making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(ready)
    return ready


@contextmanager
def prepared_on_postgresql():
    """The name of PostgreSQL's prepared database."""
    with on_postgresql() as name:
        run(clean_environment(ROOT / "data") | {"DATABASE_URL": address_of(name)}, MAKE)
        yield name


@contextmanager
def on_postgresql(template="template1"):
    """The name of a new database, a copy of `template`."""
    name = f"tests_{uuid4().hex}"
    with psycopg.connect(server(), autocommit=True) as connection:
        # Copied as files: written to PostgreSQL's log it would take longer.
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        try:
            yield name
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def address_of(name):
    """The address of a database on the PostgreSQL server."""
    return urllib.parse.urlsplit(server())._replace(path=f"/{name}").geturl()


def _digest():
    """Of all that a prepared database is made of."""
    found = hashlib.sha256()
    for pattern in MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            found.update(f"{path.relative_to(ROOT)} ".encode() + path.read_bytes())
    return found.hexdigest()[:16]
