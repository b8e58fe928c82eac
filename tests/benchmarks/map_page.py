"""Measure the map of a large tree in Chromium, from the click until it is painted."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from statistics import median

# A database of its own, so that nothing needs to be set up first.
os.environ["DJANGO_SETTINGS_MODULE"] = "wizard.settings"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="bench-")
# Playwright keeps an event loop in this thread; Django would refuse its database here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import django

django.setup()

from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.large import make_large_tree
from tests.browser import chromium
from wizard import drafts
from wizard.models import User

ROUNDS = 3
PAINTED = """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => {
  const [page] = performance.getEntriesByType("navigation");
  done({answered: page.responseEnd, painted: performance.now()});
})))"""


def main() -> None:
    call_command("migrate", verbosity=0)
    content = make_large_tree(questions=300, routes=1000, findings=60)
    tree = drafts.restore(content)
    User.objects.create_superuser("staff", password="staff")
    routes = sum(len(question.routes) for question in content.questions)
    print(f"{len(content.questions)} questions, {routes} routes, {len(content.findings)} findings")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "manage.py", "runserver", host, "--noreload"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        _wait(f"http://{host}/healthz/live")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.find(), args=chromium.FLAGS
            )
            measure(browser, f"http://{host}", reverse("admin:wizard_tree_map", args=[tree.pk]))
    finally:
        server.terminate()
        server.wait(timeout=10)


def measure(browser: Browser, site: str, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{site}/admin/login/?next=/admin/")
    page.locator("#id_username").fill("staff")
    page.locator("#id_password").fill("staff")
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"{site}/admin/")
    taken = []
    for _ in range(ROUNDS):
        page.goto(site + address)
        page.locator("#map[data-drawn]").wait_for(state="attached")
        timing = page.evaluate(PAINTED)
        # The next round must not wait for the check of this one.
        page.locator("#map-check").wait_for(state="hidden", timeout=120_000)
        taken.append(timing | {"marked": page.evaluate("() => performance.now()")})
    nodes, edges = page.locator(".node").count(), page.locator(".way").count()
    print(f"{nodes} nodes and {edges} lines, median of {ROUNDS} rounds:")
    print(f"  answer of the server     {median(t['answered'] for t in taken):8.0f} ms")
    print(
        f"  placed, drawn, painted   {median(t['painted'] - t['answered'] for t in taken):8.0f} ms"
    )
    print(f"  together                 {median(t['painted'] for t in taken):8.0f} ms")
    print(f"  problems marked at       {median(t['marked'] for t in taken):8.0f} ms")


def _wait(address: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    sys.exit("The server does not answer.")


if __name__ == "__main__":
    main()
