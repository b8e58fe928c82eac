"""What the environment may say, tried in processes of their own."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wizard import settings

PROJECT = Path(__file__).resolve().parent.parent
READY = {
    "PRODUCTION": "true",
    "SECRET_KEY": "k" * 30 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "example.org",
    "DATABASE_URL": "postgres://somebody@127.0.0.1:5432/wizard",
}


def start(*arguments, at=PROJECT, **environment):
    """Run Python with this environment and nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=at,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def setting(name, at=PROJECT, **environment):
    """The value of one setting, or the last line of what stopped the start."""
    done = start("-c", f"from wizard import settings; print(settings.{name})", at=at, **environment)
    return (done.stdout or done.stderr).strip().splitlines()[-1]


@pytest.fixture
def clone(tmp_path):
    """The files of a clone, without anything that a run leaves behind."""
    for name in ("wizard", "templates", "fixtures", "locale", "static"):
        ignored = shutil.ignore_patterns("__pycache__", "*.mo")
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=ignored)
    shutil.copy(PROJECT / "manage.py", tmp_path)
    return tmp_path


def test_clone_with_nothing_set_passes_check(clone):
    done = start("manage.py", "check", at=clone)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (0 silenced).\n"


def test_clone_makes_a_private_key_once(clone):
    keys = [setting("SECRET_KEY", at=clone) for _ in range(2)]

    kept = clone / "data" / "secret-key"
    assert keys == [kept.read_text()] * 2
    assert len(keys[0]) >= 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_clone_with_nothing_set_keeps_to_this_machine(tmp_path):
    names = "DEBUG", "PRODUCTION", "SECOND_PAIR_OF_EYES", "DATABASES['default']['ENGINE']"

    told = setting(", settings.".join(("ALLOWED_HOSTS", *names)), DATA_DIR=str(tmp_path))

    hosts = "['localhost', '127.0.0.1', '[::1]']"
    assert told == f"{hosts} False False False django.db.backends.sqlite3"


def test_data_directory_holds_database_and_key(tmp_path):
    place = tmp_path / "deep" / "data"

    name = setting("DATABASES['default']['NAME']", DATA_DIR=str(place))

    assert name == str(place / "wizard.sqlite3")
    assert [file.name for file in place.iterdir()] == ["secret-key"]


def refused(**environment):
    """What is told about each variable by a start that this environment stops."""
    done = start("manage.py", "check", **environment)
    first, *lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert first == "The environment cannot be used (README.md, “Configuring”):"
    return dict(line.strip().split(": ", 1) for line in lines)


def test_production_names_all_that_is_missing():
    told = refused(PRODUCTION="true")

    assert list(told) == ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"]
    assert all(line.startswith("Environment variable not set. ") for line in told.values())


def test_production_does_not_count_what_is_blank():
    told = refused(PRODUCTION="true", SECRET_KEY="", ALLOWED_HOSTS=" , ", DATABASE_URL="")

    assert list(told) == ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SECRET_KEY", "abcdefghijklmnopqrstuvwxyz0123456789", "fewer than 50 characters"),
        ("SECRET_KEY", "abcd" * 20, "hardly any different characters"),
        ("SECRET_KEY", "django-insecure-" + READY["SECRET_KEY"], "for development"),
        ("ALLOWED_HOSTS", "*", "“*” would answer to any name"),
        ("ALLOWED_HOSTS", "example.org, *", "“*” would answer to any name"),
        ("DEBUG", "true", "excludes PRODUCTION=true"),
    ],
)
def test_production_refuses_what_is_weak(name, value, reason):
    told = refused(**(READY | {name: value}))

    assert list(told) == [name]
    assert reason in told[name]


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL"])
def test_refusal_does_not_repeat_a_secret(name):
    told = refused(**(READY | {name: "mongo://somebody:hush"}))

    assert "hush" not in told[name]


def test_production_with_all_it_needs_passes_the_deployment_check():
    done = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **READY)

    assert (done.returncode, done.stderr) == (0, "")


def test_production_settings():
    names = "SECURE_SSL_REDIRECT, SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, ALLOWED_HOSTS"
    listed = ", settings.".join([*names.split(", "), "DATABASES['default']['ENGINE']"])

    told = setting(listed, **READY)

    assert told == "True True True ['example.org'] wizard.server.postgresql"


def test_hosts_may_be_written_with_spaces_and_a_last_comma():
    hosts = READY | {"ALLOWED_HOSTS": "example.org, .example.com,[::1],"}

    assert setting("ALLOWED_HOSTS", **hosts) == "['example.org', '.example.com', '[::1]']"


@pytest.mark.parametrize(("asked", "preload"), [({}, "False"), ({"HSTS_PRELOAD": "true"}, "True")])
def test_site_gets_into_browsers_only_when_asked(asked, preload):
    assert setting("SECURE_HSTS_PRELOAD", **READY, **asked) == preload


BOOLEANS = ("PRODUCTION", "DEBUG", "BEHIND_TLS_PROXY", "HSTS_PRELOAD", "SECOND_PAIR_OF_EYES")
NONSENSE = [
    dict.fromkeys(BOOLEANS, "treu"),
    dict.fromkeys(BOOLEANS, "yes please"),
    dict.fromkeys(BOOLEANS, "2"),
    dict.fromkeys(BOOLEANS, "真"),
    {
        "ALLOWED_HOSTS": "https://example.org",
        "TRUSTED_ORIGINS": "example.org",
        "STALE_AFTER_DAYS": "0",
        "TRUSTED_PROXIES": "-1",
        "SHARE_RATE": "0/hour",
        "LOG_LEVEL": "BOGUS",
        "DATABASE_URL": "mongo://127.0.0.1/wizard",
    },
    {
        "ALLOWED_HOSTS": "example.org,example.com/wizard",
        "TRUSTED_ORIGINS": "https://example.org,ftp://example.org",
        "STALE_AFTER_DAYS": "-180",
        "TRUSTED_PROXIES": "one",
        "SHARE_RATE": "often",
        "LOG_LEVEL": "7",
        "DATABASE_URL": "wizard.sqlite3",
    },
    {
        "ALLOWED_HOSTS": "example.org:8000",
        "TRUSTED_ORIGINS": "https://example.org/",
        "STALE_AFTER_DAYS": "99999999999",
        "TRUSTED_PROXIES": "1.5",
        "SHARE_RATE": "30/hour;5/minute",
        "LOG_LEVEL": "",
        "DATABASE_URL": "postgres://somebody@127.0.0.1:port/wizard",
    },
    {"ALLOWED_HOSTS": "*.example.org", "TRUSTED_ORIGINS": "https://", "SHARE_RATE": "/hour"},
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_all_nonsense_is_told_at_once_with_an_example_of_right(tmp_path, nonsense):
    told = refused(DATA_DIR=str(tmp_path), **nonsense)

    assert sorted(told) == sorted(nonsense)
    assert all(" Right is, for example: " in line for line in told.values())


def test_examples_of_right_are_accepted(tmp_path):
    examples = settings.EXAMPLES | {"SECRET_KEY": READY["SECRET_KEY"]}

    done = start("manage.py", "check", DATA_DIR=str(tmp_path), **examples)

    assert (done.returncode, done.stderr) == (0, "")


def test_data_directory_that_cannot_be_made_is_told(tmp_path):
    place = tmp_path / "file"
    place.touch()

    done = start("manage.py", "check", DATA_DIR=str(place))

    assert done.returncode == 1
    assert done.stderr.startswith("DATA_DIR cannot be made: ")
    assert len(done.stderr.splitlines()) == 1


def test_server_that_cannot_start_tells_why_and_nothing_else():
    done = start("-c", "import wizard.wsgi", **(READY | {"ALLOWED_HOSTS": "*"}))

    first, second = done.stderr.splitlines()
    assert done.returncode == 1
    assert first.startswith("django.core.exceptions.ImproperlyConfigured: The environment cannot")
    assert second.startswith("  ALLOWED_HOSTS: ")


@pytest.mark.parametrize(("value", "read"), [("true", "True"), ("false", "False"), ("1", "True")])
def test_boolean_is_read(tmp_path, value, read):
    assert setting("DEBUG", DATA_DIR=str(tmp_path), DEBUG=value) == read
