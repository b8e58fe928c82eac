"""Finding a Chromium for the browser tests, or getting one.

`python -m tests.browser.chromium` looks for a system one ($CHROMIUM first), then
for Playwright's own, then tries to download that, then Debian's packages.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = (
    # Chromium without windows and menus takes half the time.
    *("chromium-headless-shell", "chrome-headless-shell"),
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)
DEBIAN_PACKAGES = ("chromium-headless-shell", "chromium")
"""The first that can be had is installed."""

FONTS = ("fonts-noto-cjk", "fonts-noto-color-emoji")

# What a browser would otherwise ask the network for by itself is switched off.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The path of a Chromium on this machine, or None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def get() -> str | None:
    """`find`, or else install one."""
    if path := find():
        return path
    _run(sys.executable, "-m", "playwright", "install", "chromium")
    if path := find():
        return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update")
        for package in DEBIAN_PACKAGES:
            _run("apt-get", "install", "--yes", "--no-install-recommends", package, *FONTS)
            if path := find():
                return path
    return find()


def _run(*command: str) -> None:
    print("Chromium for the browser tests:", " ".join(command), flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    quiet = subprocess.DEVNULL
    subprocess.run(command, env=environment, stdout=quiet, stderr=quiet, check=False)


if __name__ == "__main__":
    if get() is None:
        sys.exit(
            "The browser tests need Chromium. Install it, or name it:\n"
            "  CHROMIUM=/path/to/chromium make test"
        )
