"""README's “Deploying”, done word for word: its commands, its servers, behind a proxy with TLS.

Only the key, the host and the database are put in, as README asks, and a free port.
"""

import http.client
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
import trustme
from bs4 import BeautifulSoup

from tests.databases import database
from tests.servers import ROOT, free_place

pytestmark = [
    pytest.mark.postgresql_only,
    # One worker prepares the site for both servers.
    pytest.mark.xdist_group("deploying"),
]

DEPLOYING = (ROOT / "README.md").read_text().split("\n## Deploying\n")[1].split("\n## ")[0]
COMMANDS = [line.strip() for line in DEPLOYING.splitlines() if line.startswith("    ")]
KEY = "0123456789abcdefghijklmnopqrstuvwxyz" * 2
SECRETS = re.compile(r"/r/(\w{22})/(\w{22})/")


def command(beginning):
    """The command of README that begins like this."""
    (found,) = [line for line in COMMANDS if line.startswith(beginning)]
    return found


def told_variables():
    """What README exports."""
    exports = [line for line in COMMANDS if line.startswith("export ")]
    return dict(told.split("=", 1) for line in exports for told in shlex.split(line)[1:])


# The site


class Site(NamedTuple):
    place: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A clone with a database of its own, made ready by the commands of README."""
    place = tmp_path_factory.mktemp("deployed")
    for name in ("wizard", "templates", "fixtures", "locale", "static"):
        ignored = shutil.ignore_patterns("__pycache__", "*.mo")
        shutil.copytree(ROOT / name, place / name, ignore=ignored)
    shutil.copy(ROOT / "manage.py", place)
    home = place / "home"
    home.mkdir()
    with database(place, bare=True) as given:
        address = given.get("DATABASE_URL", f"sqlite:///{place}/wizard.sqlite3")
        own = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "localhost", "DATABASE_URL": address}
        programs = f"{Path(sys.executable).parent}{os.pathsep}{given['PATH']}"
        environment = given | told_variables() | own | {"PATH": programs, "HOME": str(home)}
        for line in (command("pybabel "), command("python manage.py migrate")):
            done = subprocess.run(
                ["sh", "-c", line],
                cwd=place,
                env=environment,
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        yield Site(place, environment)


# The proxy


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@contextmanager
def tls_proxy(authority, backend):
    """The https address of a proxy before `backend`, which says what README expects of one."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            headers = dict(self.headers) | {
                "X-Forwarded-For": self.client_address[0],
                "X-Forwarded-Proto": "https",
                "Connection": "close",
            }
            with closing(http.client.HTTPConnection(backend, timeout=60)) as connection:
                connection.request(self.command, self.path, self.rfile.read(length), headers)
                answer = connection.getresponse()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in {"connection", "transfer-encoding"}:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.read())

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("localhost", 0), Proxy)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def serving(site, line, log):
    """The place where the server that README starts with `line` listens."""
    place = free_place()
    arguments = shlex.split(line.replace("8000", place.split(":")[1]))
    # As the environment of the commands has it, not that of the tests.
    program = shutil.which(arguments[0], path=site.environment["PATH"])
    assert program, f"{arguments[0]} is not installed."
    with log.open("wb") as output:
        server = subprocess.Popen(
            [program, *arguments[1:]],
            cwd=site.place,
            env=site.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(server, place, log)
        yield place
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_until_ready(server, place, log):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        with suppress(OSError), closing(http.client.HTTPConnection(place, timeout=5)) as connection:
            connection.request("GET", "/healthz/ready", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    pytest.fail(f"The server is not ready.\n{log.read_text()}")


# The visitor


class Visitor:
    """Follows links and sends forms, over https alone."""

    def __init__(self, authority, address):
        context = ssl.create_default_context()
        authority.configure_trust(context)
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
        self.address = address
        self.headers = None

    def open(self, link, sent=None):
        """Go there, through all redirects. Returns the page; `address` is where it is."""
        target = urllib.parse.urljoin(self.address, link)
        headers = {"Origin": "/".join(target.split("/")[:3])} if sent else {}
        asked = urllib.request.Request(target, sent and sent.encode(), headers)
        with self.opener.open(asked, timeout=60) as answer:
            self.address, self.headers = answer.url, answer.headers
            return BeautifulSoup(answer.read(), "lxml")

    def answer(self, page):
        """Send the form of a step, with the first choice of its question."""
        form = page.select_one("form#step")
        question = form["data-question"]
        fields = [(field["name"], field["value"]) for field in form.select("[type=hidden]")]
        name = f"answer.{question}"
        choice = form.select_one(f"[name='{name}']")["value"]
        query = urllib.parse.urlencode([*fields, (name, choice)])
        return self.open(f"{form['action']}?{query}")


def share_a_result(visitor):
    """From the first page to a link. Returns the addresses of the step, the result, the maker."""
    page = visitor.open("/en/")
    page = visitor.open(page.select_one("a[href='/en/jiebei/']")["href"])
    while page.select_one("form#step"):
        page = visitor.answer(page)
    step = visitor.address
    page = visitor.open(page.select_one("a[href*='/share/?']")["href"])
    form = page.select_one("form.share-form")
    fields = form.select("[type=hidden], [type=radio][checked]")
    sent = urllib.parse.urlencode([(field["name"], field["value"]) for field in fields])
    visitor.open(form["action"], sent)
    token, _secret = SECRETS.search(visitor.address).groups()
    return step, f"/en/r/{token}/", visitor.address


@pytest.mark.parametrize("server", ["granian", "gunicorn"])
def test_readme_deploys_a_site_that_shares_results_and_tells_its_logs_nothing(
    site, authority, tmp_path, server
):
    log = tmp_path / "log"

    with (
        serving(site, command(f"{server} "), log) as place,
        tls_proxy(authority, place) as address,
    ):
        visitor = Visitor(authority, address)
        step, result, maker = share_a_result(visitor)
        seen = visitor.open(result)
        secured = visitor.headers
        visitor.open(maker[:-2])

    assert (step.startswith(address), maker.startswith(address)) == (True, True)
    assert seen.select("[data-finding]")
    assert secured["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "default-src 'none'" in secured["Content-Security-Policy"]
    token, secret = SECRETS.search(maker).groups()
    told = log.read_text()
    answers = urllib.parse.urlsplit(step).query
    assert told
    assert answers
    assert [hidden for hidden in ("?", answers, token, secret) if hidden in told] == []
    assert list((site.place / "home").iterdir()) == []
