"""Results at two server processes over one database.

RESULTS says how many are made at once, while one process is killed again and again. Each holds a number of its own, so that a mix-up gives itself away.
"""

import http.client
import os
import random
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Thread
from urllib.parse import urlencode

import pytest

from tests.databases import database
from tests.servers import free_place, process, run, start

RESULTS = int(os.environ.get("RESULTS", "100"))
WORKERS = 8
KILLS = max(3, RESULTS // 500)
LONGEST = 60
"""Seconds after which a worker gives up on one result."""

SITE = """
from tests.trees import make_choice, make_evidence, make_finding, make_question, make_tree, text
from wizard import drafts, publishing
from wizard.tree.content import Kind
amounts = (make_choice("small", at_least=0), make_choice("large", at_least=1000000000))
amount = make_question("amount", amounts, kind=Kind.NUMBER, minimum=0, unit=text("yuan"))
large = make_evidence("confirms", dict(amount=("large",)))
much = make_finding("much", [large])
publishing.publish(drafts.restore(make_tree([amount], [much], slug="many")))
"""
COUNT = """
from wizard.models import Result
print(Result.objects.count())
"""
BUSY = frozenset({429, 503})
"""Honest refusals: try again."""


@pytest.fixture
def environment(tmp_path):
    with database(tmp_path) as made:
        run(made, SITE)
        yield made | {"SHARE_RATE": ""}


@pytest.fixture
def places(environment, tmp_path):
    """Where two processes answer: one that lives, and one that is killed and started again."""
    stays, dies = free_place(), free_place()
    servers = {place: start(environment, tmp_path / place, place) for place in (stays, dies)}
    stop = Event()

    def kill():
        for _ in range(KILLS):
            if stop.wait(random.uniform(0.5, 2)):
                break
            servers[dies].send_signal(signal.SIGKILL)
            servers[dies].wait()
            servers[dies] = start(environment, tmp_path / dies, dies)

    killer = Thread(target=kill)
    killer.start()
    yield stays, dies
    stop.set()
    killer.join()
    for server in servers.values():
        server.terminate()
        server.wait(timeout=10)
    logs = "".join((tmp_path / place).read_text() for place in (stays, dies))
    assert "Traceback" not in logs, logs


def ask(place, method, path, **sent):
    """Status, place to go to, and text of one answer."""
    connection = http.client.HTTPConnection(place, timeout=30)
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, urlencode(sent), headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", ""), answer.read().decode()
    finally:
        connection.close()


def share(places, number):
    """Make the result that holds `number`: its token and its secret, when they were delivered."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        with suppress(OSError, http.client.HTTPException):
            place = random.choice(places)
            status, to, _ = ask(place, "POST", "/en/many/1/share/", amount=number, _days=30)
            if made := re.search(r"/r/(\w{22})/(\w{22})/$", to):
                return made.groups()
            # Without a place to go to, the answer was cut off by the end of the process.
            assert status in BUSY or (status == 302 and not to), (status, to)
        time.sleep(0.05)
    pytest.fail(f"No link for {number} in {LONGEST} s.")


def shown(place, token):
    """The number that a shared result holds."""
    status, _, html = ask(place, "GET", f"/en/r/{token}/")
    assert status == 200
    answer = re.search(r'data-answer="amount">.*?<dd>\s*([\d,\s]+)', html, re.DOTALL)[1]
    return int(re.sub(r"\D", "", answer))


@pytest.mark.postgresql
def test_results_made_at_once_are_neither_lost_nor_mixed_up(places, environment):
    numbers = range(1_000_000, 1_000_000 + RESULTS)

    with ThreadPoolExecutor(WORKERS) as pool:
        tokens = [made[0] for made in pool.map(lambda number: share(places, number), numbers)]
        found = list(pool.map(lambda token: shown(places[0], token), tokens))

    assert found == list(numbers)
    assert len(set(tokens)) == RESULTS
    # What was stored by a process that was killed before it answered may be more.
    assert RESULTS <= int(run(environment, COUNT)) < RESULTS + KILLS * WORKERS


@pytest.mark.postgresql
def test_deleted_at_one_process_is_gone_at_the_other(environment, tmp_path):
    with process(environment, tmp_path / "a") as a, process(environment, tmp_path / "b") as b:
        one, other = (address.removeprefix("http://") for address in (a, b))
        token, secret = share([one], 1_000_000)
        assert shown(other, token) == 1_000_000

        status, _, _ = ask(one, "POST", f"/en/r/{token}/{secret}/", do="delete")

        assert status == 302
        assert ask(other, "GET", f"/en/r/{token}/")[0] == 410
        assert ask(other, "POST", f"/en/r/{token}/{secret}/", do="extend", _days=365)[0] == 410
