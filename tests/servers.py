"""Real server processes over a database of their own, for tests of many at once."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (
    "ALLOWED_HOSTS",
    "BEHIND_TLS_PROXY",
    "DATABASE_URL",
    "DEBUG",
    "HSTS_PRELOAD",
    "LOG_LEVEL",
    "PRODUCTION",
    "SECOND_PAIR_OF_EYES",
    "SECRET_KEY",
    "SHARE_RATE",
    "STALE_AFTER_DAYS",
    "TRUSTED_ORIGINS",
    "TRUSTED_PROXIES",
)
"""What the environment of the tests may not change."""


def clean_environment(data):
    """The environment of a site that keeps its files in `data`, with nothing else set."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return kept | {"DATA_DIR": str(data)}


def manage(environment, *arguments):
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {arguments}\n{done.stdout}{done.stderr}"
    return done.stdout


def run(environment, script, **values):
    return manage(environment, "shell", "--no-imports", "-c", script.format(**values))


def free_place():
    """A host with a port that nobody uses."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def development_server(place):
    """The command of `make run`."""
    return [sys.executable, "manage.py", "runserver", place, "--noreload"]


def small_server(place):
    """A command like README's for production, with few threads."""
    host, port = place.split(":")
    options = f"--interface wsgi --no-ws --host {host} --port {port} --blocking-threads 4"
    return [sys.executable, "-m", "granian", *options.split(), "wizard.wsgi:application"]


def start(environment, log, place, command=development_server, ready="/healthz/ready"):
    """A server process that answers at `place`."""
    with log.open("ab") as output:
        server = subprocess.Popen(
            command(place), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=output
        )
    wait_until_ready(server, f"http://{place}{ready}", log)
    return server


@contextmanager
def process(environment, log, **options):
    """The address of a server process, see `start`; it met no error when it is stopped."""
    place = free_place()
    server = start(environment, log, place, **options)
    try:
        yield f"http://{place}"
    finally:
        died = server.poll()
        server.terminate()
        server.wait(timeout=10)
    assert died is None, f"The server ended by itself: {died}\n{log.read_text()}"
    assert "Traceback" not in log.read_text(), log.read_text()


def wait_until_ready(server, address, log):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server is not ready.\n{log.read_text()}")
