"""A database that hangs, stops or is damaged, under real server processes.

What a process knows goes on serving; whatever needs the database is told so, with 503.
"""

import http.client
import os
import sqlite3
import time
import urllib.parse
from contextlib import closing

import pytest

from tests.databases import database
from tests.servers import process, run, small_server
from tests.unsteady import line_to

PATIENCE = 30
"""Seconds for each answer. Whoever waits for a database that hangs has none by then."""

SITE = """
from tests.test_outages import make_site_tree
from wizard import drafts, publishing
publishing.publish(drafts.restore(make_site_tree()))
"""
KNOWN = ("/en/", "/en/small/1/", "/en/small/1/?first=yes", "/en/messages/?q=frozen")
"""What stands in memory, once it was asked for."""

NEEDING = (
    {"path": "/en/small/1/share/", "body": "first=yes&_days=30"},
    {"path": "/en/r/1111111111111111111111/"},
    {"path": "/en/small/7/"},
    {"path": "/admin/", "cookie": "sessionid=0123456789abcdefghijklmnopqrstuv"},
)
"""A result to store and one to find, an edition that nobody has met yet, somebody of the staff."""


def make_site_tree():
    from tests.trees import make_evidence, make_finding, make_question, make_tree

    found = make_finding("found", [make_evidence("confirms", {"first": ("yes",)})])
    return make_tree([make_question("first")], [found], slug="small")


def ask(site, path, body=None, cookie=""):
    """The status and the headers of an answer."""
    host = urllib.parse.urlsplit(site).netloc
    headers = {
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookie,
    }
    with closing(http.client.HTTPConnection(host, timeout=PATIENCE)) as connection:
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        assert "Traceback" not in answer.read().decode()
        return answer.status, answer.headers


def expect_unavailable(site, **asked):
    status, headers = ask(site, **asked)
    assert (asked, status, headers["Retry-After"]) == (asked, 503, "5")
    assert "Content-Security-Policy" in headers


def statuses(site, paths=KNOWN):
    return [ask(site, path)[0] for path in paths]


def expect_outage(site):
    """What is known is served, for longer than knowledge is fresh; the rest is refused."""
    end = time.monotonic() + 3
    while time.monotonic() < end:
        assert statuses(site) == [200] * len(KNOWN)
        assert statuses(site, ["/healthz/live"]) == [200]
    for asked in NEEDING:
        expect_unavailable(site, **asked)
    assert statuses(site, ["/healthz/ready"]) == [503]


def expect_recovery(site):
    """Sharing works again, by itself."""
    end = time.monotonic() + PATIENCE
    while ask(site, **NEEDING[0])[0] != 302:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert statuses(site, ["/healthz/ready"]) == [200]


def serving(environment, tmp_path, **options):
    """A server with four threads: as many requests that wait would stop it."""
    return process(environment, tmp_path / "log", command=small_server, **options)


@pytest.fixture
def environment(tmp_path):
    with database(tmp_path) as made:
        run(made, SITE)
        yield made | {"SHARE_RATE": ""}


@pytest.fixture
def line(environment):
    """To the PostgreSQL server of this run."""
    server = urllib.parse.urlsplit(environment["DATABASE_URL"])
    with line_to((server.hostname, server.port or 5432)) as line:
        yield line


@pytest.fixture
def over_the_line(environment, line):
    """The environment of a site whose database stands at the end of the line."""
    server = urllib.parse.urlsplit(environment["DATABASE_URL"])
    user = f"{server.netloc.rpartition('@')[0]}@" if "@" in server.netloc else ""
    there = server._replace(netloc=f"{user}127.0.0.1:{line.port}")
    return environment | {"DATABASE_URL": there.geturl()}


@pytest.mark.postgresql_only
@pytest.mark.parametrize(
    ("happens", "ends"),
    [pytest.param("hold", "release", id="hangs"), pytest.param("cut", "mend", id="gone")],
)
def test_database_that_is_away_stops_nothing_that_is_known(
    over_the_line, line, tmp_path, happens, ends
):
    with serving(over_the_line, tmp_path) as site:
        assert statuses(site) == [200] * len(KNOWN)
        getattr(line, happens)()

        expect_outage(site)

        getattr(line, ends)()
        expect_recovery(site)


@pytest.mark.postgresql_only
@pytest.mark.parametrize("happens", ["hold", "cut"])
def test_fresh_process_without_a_database_says_so(over_the_line, line, tmp_path, happens):
    getattr(line, happens)()

    with serving(over_the_line, tmp_path, ready="/healthz/live") as site:
        for path in KNOWN:
            expect_unavailable(site, path=path)
        for asked in NEEDING:
            expect_unavailable(site, **asked)


@pytest.mark.sqlite_only
def test_damaged_file_is_told_kindly(environment, tmp_path):
    with serving(environment, tmp_path) as site:
        assert statuses(site) == [200] * len(KNOWN)
        # What was written last stands beside the file.
        (tmp_path / "data" / "wizard.sqlite3-wal").unlink(missing_ok=True)
        os.truncate(tmp_path / "data" / "wizard.sqlite3", 5000)

        assert statuses(site) == [200] * len(KNOWN)
        for asked in NEEDING:
            expect_unavailable(site, **asked)


@pytest.mark.sqlite_only
def test_process_without_a_migrated_database_says_so(tmp_path):
    with (
        database(tmp_path, bare=True) as bare,
        serving(bare, tmp_path, ready="/healthz/live") as site,
    ):
        for path in KNOWN:
            expect_unavailable(site, path=path)
        for asked in NEEDING:
            expect_unavailable(site, **asked)


@pytest.mark.sqlite_only
def test_writer_that_does_not_end_stops_nobody_who_reads(environment, tmp_path):
    with serving(environment, tmp_path) as site:
        assert statuses(site) == [200] * len(KNOWN)
        file = tmp_path / "data" / "wizard.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")

            expect_unavailable(site, **NEEDING[0])
            assert statuses(site) == [200] * len(KNOWN)

        expect_recovery(site)
