"""The site as a subprocess, as `make run` starts it, and one Chromium for all tests."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
HEIGHTS = {320: 640, 360: 760, 1280: 900}
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}
OUR_SETTINGS = (
    "ALLOWED_HOSTS",
    "BEHIND_TLS_PROXY",
    "DATABASE_URL",
    "DEBUG",
    "LOG_LEVEL",
    "PRODUCTION",
    "SECRET_KEY",
    "TRUSTED_ORIGINS",
)
WRONG_ANSWER = "the server responded with a status of 422"
"""What Chromium logs when the server finds a mistake in an answer."""


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a fresh installation; its last test fails if the server met an error."""
    kept = {name: value for name, value in os.environ.items() if name not in OUR_SETTINGS}
    environment = kept | {"DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    _manage(environment, "migrate")
    _manage(environment, "bootstrap")
    # A second edition of the small tree: the first one becomes an old one.
    _manage(environment, "publish_tree", "loan-offer")
    address = f"http://127.0.0.1:{_free_port()}"
    log = tmp_path_factory.mktemp("server") / "stderr"
    command = [sys.executable, "manage.py", "runserver", urlsplit(address).netloc, "--noreload"]
    with log.open("wb") as stderr:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=stderr
        )
        try:
            _wait_until_ready(server, address, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=10)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; Django would refuse its database here.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=10_000)
        launched = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser, site):
    """Open a page as a visitor of a kind; the test fails on anything the browser complains of.

    `allow`: parts of complaints that this test brings about on purpose. The rest: see _visitor.
    """
    contexts, complaints, allowed = [], [], [WRONG_ANSWER]

    def open_page(address="", *, allow=(), **visitor):
        context = browser.new_context(base_url=site, **_visitor(**visitor))
        contexts.append(context)
        allowed.extend(allow)
        _watch(context, site, complaints)
        page = context.new_page()
        if address:
            page.goto(address)
        return page

    yield open_page

    for context in contexts:
        context.close()
    assert [c for c in complaints if not any(part in c for part in allowed)] == []


@pytest.fixture(params=[360, 1280], ids="{}px".format)
def width(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["js", "nojs"])
def javascript(request):
    return request.param


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    return request.param


def _visitor(*, width=360, javascript=True, language="zh-hans", dark=False):
    """`language`: one of the site, or any locale of a browser."""
    return {
        "viewport": {"width": width, "height": HEIGHTS[width]},
        "java_script_enabled": javascript,
        "locale": LOCALES.get(language, language),
        "color_scheme": "dark" if dark else "light",
        "reduced_motion": "reduce",
    }


def _watch(context, site, complaints):
    """Collect console errors (violations of the content policy are some), and foreign requests."""

    def console(message):
        if message.type in ("error", "warning"):
            where = message.page.url if message.page else "a closed page"
            complaints.append(f"{message.type} at {where}: {message.text}")

    def request(sent):
        if not sent.url.startswith((f"{site}/", "data:")):
            complaints.append(f"request to another host: {sent.url}")

    def response(received):
        if received.status >= 500:
            complaints.append(f"{received.status} from {received.url}")

    context.on("console", console)
    context.on("weberror", lambda failed: complaints.append(f"script error: {failed.error}"))
    context.on("request", request)
    context.on("response", response)


def _manage(environment, *arguments):
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {' '.join(arguments)}\n{done.stdout}{done.stderr}"


def _free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(server, address, log):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/healthz/ready", timeout=5) as response:
                assert response.status == 200
                return
        except urllib.error.HTTPError as refused:
            refused.close()
        except OSError:
            pass
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail(f"The server is not ready after 30 seconds.\n{log.read_text()}")
