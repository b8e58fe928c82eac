"""What the environment may say, tried in processes of their own."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "['localhost', '127.0.0.1', '[::1]']"),
        ("DEBUG", "False"),
        ("PRODUCTION", "False"),
        ("SECOND_PAIR_OF_EYES", "False"),
        ("DATABASES['default']['ENGINE']", "django.db.backends.sqlite3"),
    ],
)
def test_clone_with_nothing_set_keeps_to_this_machine(tmp_path, name, value):
    assert setting(name, DATA_DIR=str(tmp_path)) == value


def test_data_directory_holds_database_and_key(tmp_path):
    place = tmp_path / "deep" / "data"

    name = setting("DATABASES['default']['NAME']", DATA_DIR=str(place))

    assert name == str(place / "wizard.sqlite3")
    assert [file.name for file in place.iterdir()] == ["secret-key"]


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        (
            ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"),
            "SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL",
        ),
        (("SECRET_KEY",), "SECRET_KEY"),
        (("ALLOWED_HOSTS",), "ALLOWED_HOSTS"),
        (("DATABASE_URL",), "DATABASE_URL"),
        (("SECRET_KEY", "DATABASE_URL"), "SECRET_KEY, DATABASE_URL"),
    ],
)
def test_production_names_all_that_is_missing(left_out, told):
    environment = {name: value for name, value in READY.items() if name not in left_out}

    done = start("-c", "import wizard.settings", **environment)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"django.core.exceptions.ImproperlyConfigured: PRODUCTION=true needs {told} to be set."
    )


def test_production_does_not_count_what_is_blank():
    done = start("-c", "import wizard.settings", **(READY | {"SECRET_KEY": ""}))

    assert done.stderr.splitlines()[-1].endswith("needs SECRET_KEY to be set.")


def test_production_refuses_to_debug():
    done = start("-c", "import wizard.settings", **READY, DEBUG="true")

    assert done.stderr.splitlines()[-1].endswith(
        "DEBUG=true and PRODUCTION=true exclude each other."
    )


def test_production_with_all_it_needs_passes_the_deployment_check():
    done = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **READY)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECURE_SSL_REDIRECT", "True"),
        ("SESSION_COOKIE_SECURE", "True"),
        ("CSRF_COOKIE_SECURE", "True"),
        ("ALLOWED_HOSTS", "['example.org']"),
        ("DATABASES['default']['ENGINE']", "django.db.backends.postgresql"),
    ],
)
def test_production_settings(name, value):
    assert setting(name, **READY) == value


@pytest.mark.parametrize("name", ["PRODUCTION", "DEBUG", "BEHIND_TLS_PROXY", "SECOND_PAIR_OF_EYES"])
@pytest.mark.parametrize("value", ["treu", "yes please", "2", "真"])
def test_misspelt_boolean_is_refused_by_its_name(tmp_path, name, value):
    done = start("-c", "import wizard.settings", DATA_DIR=str(tmp_path), **{name: value})

    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: Environment: ")
    assert name in last


@pytest.mark.parametrize(("name", "value"), [("SHARE_RATE", "often"), ("TRUSTED_PROXIES", "one")])
def test_what_cannot_be_counted_is_refused_by_its_name(tmp_path, name, value):
    done = start("-c", "import wizard.settings", DATA_DIR=str(tmp_path), **{name: value})

    assert done.returncode == 1
    assert name in done.stderr.splitlines()[-1]


def test_all_mistakes_are_told_at_once(tmp_path):
    environment = {"DEBUG": "treu", "PRODUCTION": "flase", "BEHIND_TLS_PROXY": "perhaps"}

    done = start("-c", "import wizard.settings", DATA_DIR=str(tmp_path), **environment)

    last = done.stderr.splitlines()[-1]
    assert [name in last for name in environment] == [True, True, True]


@pytest.mark.parametrize(("value", "read"), [("true", "True"), ("false", "False"), ("1", "True")])
def test_boolean_is_read(tmp_path, value, read):
    assert setting("DEBUG", DATA_DIR=str(tmp_path), DEBUG=value) == read
