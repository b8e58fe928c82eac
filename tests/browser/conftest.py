"""The site as a subprocess, as `make run` starts it, and one Chromium for all tests."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium
from tests.databases import made_once, prepared_file
from tests.servers import clean_environment, process, run

HEIGHTS = {320: 640, 360: 760, 768: 1024, 1280: 900}
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}
INSTALL = """
from django.contrib.auth.models import Group
from django.core.management import call_command
from wizard.models import User
for name in ("editor", "publisher"):
    user = User.objects.create_user(name, password=name, is_staff=True)
    user.groups.add(Group.objects.get(name=name))
# A second edition of the small tree: the first one becomes an old one.
call_command("publish_tree", "loan-offer")
"""
WRONG_ANSWER = "the server responded with a status of 422"
"""What Chromium logs when the server finds a mistake in an answer."""


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def fresh_data(tmp_path_factory, worker_id):
    """The files of a fresh installation, made once: other workers wait for the first one."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def install(place):
        shutil.copyfile(prepared_file(), place / "wizard.sqlite3")
        run(_environment(place), INSTALL)

    return made_once(shared / "installation" / "data", install)


def _environment(data):
    return clean_environment(data) | {"SHARE_RATE": ""}


@pytest.fixture(scope="session")
def installation(fresh_data, tmp_path_factory):
    """The environment of an installation of this worker's own."""
    data = tmp_path_factory.mktemp("installation") / "data"
    shutil.copytree(fresh_data, data)
    return _environment(data)


@pytest.fixture(scope="session")
def site(installation, tmp_path_factory):
    """The address of its server; the last test fails if the server met an error."""
    with process(installation, tmp_path_factory.mktemp("server") / "stderr") as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; Django would refuse its database here.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=20_000)
        launched = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser, site):
    """Open a page as a visitor of a kind; the test fails on anything the browser complains of.

    `allow`: parts of complaints that this test brings about on purpose. The rest: see _visitor.
    """
    contexts, complaints, allowed = [], [], [WRONG_ANSWER]

    def open_page(address="", *, allow=(), storage_state=None, **visitor):
        context = browser.new_context(
            base_url=site, storage_state=storage_state, **_visitor(**visitor)
        )
        contexts.append(context)
        allowed.extend(allow)
        context.set_default_navigation_timeout(60_000)
        _watch(context, site, complaints)
        page = context.new_page()
        if address:
            page.goto(address)
        return page

    yield open_page

    for context in contexts:
        context.close()
    assert [c for c in complaints if not any(part in c for part in allowed)] == []


@pytest.fixture(scope="session")
def logged_in(browser, site):
    """What a browser keeps once somebody of a role has logged in, by the form."""
    kept = {}

    def logged_in(user):
        if user not in kept:
            context = browser.new_context(base_url=site)
            page = context.new_page()
            page.goto("/admin/login/?next=/admin/password_change/", timeout=60_000)
            page.locator("#id_username").fill(user)
            page.locator("#id_password").fill(user)
            page.locator("#login-form [type=submit]").click()
            page.wait_for_url("**/admin/password_change/", timeout=60_000)
            kept[user] = context.storage_state()
            context.close()
        return kept[user]

    return logged_in


@pytest.fixture
def staff_page(open_page, logged_in):
    """Open a page of the admin as somebody of a role: "editor" or "publisher"."""

    def staff_page(address, *, user="publisher", width=1280, language="en", **visitor):
        return open_page(
            address, storage_state=logged_in(user), width=width, language=language, **visitor
        )

    return staff_page


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
