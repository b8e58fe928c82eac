"""Publishing while visitors read, with two real server processes over one database.

Every text of an edition carries the edition's mark, so that a page that mixes
two editions gives itself away.
"""

import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import NamedTuple

import pytest

from tests.databases import database
from tests.servers import manage, process, run

PROMISE = 2.0
"""So many seconds after it is published, every process serves the new edition."""
READERS = 2
"""Visitors who read without a pause, at each process."""
LONGEST = 60
"""Seconds after which visitors stop, whatever happens."""

PATHS = (
    "/en/",
    "/zh-hans/",
    "/en/messages/",
    "/en/messages/?q=the+payout+failed",
    "/zh-hans/live/",
    "/en/live/?first=yes",
    "/en/live/?first=yes&second=yes",
    "/en/live/?first=no&second=no",
    "/en/live/alternatives/",
)

# The database, as the site's own commands make it.

DRAFT = """
import json
from tests.test_live_publish import marked
from wizard import drafts
from wizard.tree import content
drafts.restore(content.decode(json.dumps(marked({mark!r}))))
"""
STAFF = """
from django.contrib.auth.models import Group
from wizard.models import User
user = User.objects.create_user("publisher", password="publisher", is_staff=True)
user.groups.add(Group.objects.get(name="publisher"))
"""
PUBLISH = """
from django.core.management import call_command
call_command("publish_tree", "live")
"""
SCHEDULE = """
import datetime as dt
from django.utils import timezone
from wizard import publishing
from wizard.models import Tree
then = timezone.now() + dt.timedelta(seconds={seconds})
publishing.publish(Tree.objects.get(slug="live"), visible_from=then)
print(then.timestamp())
"""


def marked(mark):
    """The document of a small tree, with `mark` in each of its texts."""
    # Processes of the site import this, with settings of their own.
    from tests.trees import (
        make_action,
        make_alternative,
        make_evidence,
        make_finding,
        make_message,
        make_question,
        make_tree,
    )
    from wizard.tree import content

    evidence = [
        make_evidence("confirms", {"second": ("yes",)}),
        make_evidence("rules-out", {"first": ("no",)}),
    ]
    tree = make_tree(
        [make_question("first", routes=["second"]), make_question("second")],
        [make_finding("found", evidence, ["act"])],
        [make_action("act")],
        slug="live",
        alternatives=(make_alternative("bank"),),
        messages=(make_message("failed", "the payout failed", finding="found"),),
    )

    def mark_texts(value):
        if isinstance(value, list):
            return [mark_texts(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"zh-hans", "en"}:
            return {language: f"{words} mark-{mark}" for language, words in value.items()}
        return {name: mark_texts(item) for name, item in value.items()}

    document = json.loads(content.encode(tree))
    # Sources and contacts are shared by all trees: a draft does not bring its own.
    shared = {name: document[name] for name in ("sources", "contacts")}
    return mark_texts(document) | shared


@pytest.fixture
def environment(tmp_path):
    with database(tmp_path, bare=True) as made:
        manage(made, "migrate", "--verbosity", "0")
        run(made, STAFF + DRAFT + PUBLISH, mark="one")
        yield made


@pytest.fixture
def site(environment, tmp_path):
    """The addresses of two processes over one database."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(process(environment, tmp_path / f"stderr-{name}"))
            for name in ("a", "b")
        ]


# Visitors


class Seen(NamedTuple):
    """One page: when it was asked for, where it came from, and the marks of its texts."""

    asked_at: float
    url: str
    marks: frozenset


def read(address, path):
    asked_at = time.time()
    with urllib.request.urlopen(f"{address}{path}", timeout=10) as page:
        html = page.read().decode()
        return Seen(asked_at, page.url, frozenset(re.findall(r"mark-(\w+)", html)))


def visit(address, stop):
    """Read all pages, again and again, until told to stop."""
    seen, end = [], time.monotonic() + LONGEST
    while not stop.is_set() and time.monotonic() < end:
        seen.extend(read(address, path) for path in PATHS)
    return seen


@contextmanager
def visitors(addresses):
    """Visitors at all processes; what they saw is in the list when they are gone."""
    stop, seen = Event(), []
    with ThreadPoolExecutor(READERS * len(addresses)) as pool:
        reading = [pool.submit(visit, address, stop) for address in addresses * READERS]
        try:
            yield seen
        finally:
            stop.set()
            for reader in reading:
                seen.extend(reader.result())


def publish_in_the_admin(address):
    """As a publisher does it in a browser. Returns the time at which it was done."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)

    def post(path, **values):
        with browser.open(f"{address}{path}", timeout=30) as page:
            html = page.read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[1]
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **values}).encode()
        with browser.open(f"{address}{path}", data, timeout=30) as page:
            return page.url, page.read().decode()

    post("/admin/login/?next=/admin/", username="publisher", password="publisher")
    _, html = post("/admin/wizard/tree/1/publish/", note="two", when="now")
    assert "/live/2/" in html, html
    return time.time()


MARKS = {"1": "one", "2": "two"}
"""What each edition says everywhere."""


def check_pages(seen):
    """No page mixes editions, and each page of an edition is of that one."""
    assert {len(page.marks) for page in seen} == {1}
    for page in seen:
        if found := re.search(r"/live/(\d+)/", page.url):
            assert page.marks == {MARKS[found[1]]}, page


def check_promise(seen, addresses, changed_at):
    """Old before, new two seconds later, at every process and on every page."""
    before = [page for page in seen if page.asked_at < changed_at - PROMISE]
    after = [page for page in seen if page.asked_at > changed_at + PROMISE]
    for address in addresses:
        assert {m for p in before if p.url.startswith(address) for m in p.marks} <= {"one"}
        assert {m for p in after if p.url.startswith(address) for m in p.marks} == {"two"}


def wait_until(moment):
    time.sleep(max(0.0, moment - time.time()))


@pytest.mark.postgresql_only
def test_visitors_see_the_old_or_the_new_edition_and_never_both(site, environment):
    run(environment, DRAFT, mark="two")

    with visitors(site) as seen:
        published_at = publish_in_the_admin(site[0])
        wait_until(published_at + PROMISE)
        now = [read(address, path) for address in site for path in PATHS]

    assert {page.marks for page in now} == {frozenset({"two"})}
    assert {page.marks for page in seen} == {frozenset({"one"}), frozenset({"two"})}
    check_pages(seen)
    check_promise(seen, site, published_at)


@pytest.mark.postgresql_only
def test_a_scheduled_edition_appears_at_its_time_in_all_processes(site, environment):
    run(environment, DRAFT, mark="two")

    with visitors(site) as seen:
        appears_at = float(run(environment, SCHEDULE, seconds=3))
        wait_until(appears_at + PROMISE)
        now = [read(address, path) for address in site for path in PATHS]

    assert {page.marks for page in now} == {frozenset({"two"})}
    check_pages(seen)
    assert not [p for p in seen if "two" in p.marks and p.asked_at < appears_at - 1]
    check_promise(seen, site, appears_at)
