"""What all tests share: a database that holds the fixtures, published."""

import gc

import pytest
from django.db import connection
from django.template.base import Template
from django.test import override_settings, utils

from tests import databases
from wizard import editions


def pytest_collection_modifyitems(config, items):
    """Each kind of database has some tests of its own."""
    other = "sqlite_only" if connection.vendor == "postgresql" else "postgresql_only"
    out = [item for item in items if item.get_closest_marker(other)]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, tmp_path_factory):
    """The database as `make run` leaves it, with both trees: a copy for this process."""
    with databases.copy(tmp_path_factory.mktemp("database")) as name:
        connection.settings_dict["NAME"] = name
        yield
        connection.close()


@pytest.fixture(autouse=True)
def fresh_editions():
    """No test sees the editions of another one, or asks beside its own transaction."""
    editions.forget_all()
    with override_settings(EDITION_MAX_AGE=3600):
        yield
    editions.forget_all()


@pytest.fixture(autouse=True, scope="session")
def quick(django_test_environment):
    """Nothing is proved by what only takes time."""
    # Django keeps a copy of the context of each template for tests that look at it: none does.
    Template._render = utils._TestState.saved_data.template_render  # noqa: SLF001
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    # Neither a slow hash nor a look at each static file for each client.
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def nothing_grows_old():
    """Tests go on passing when the dates in them are long past."""
    with override_settings(STALE_AFTER_DAYS=100 * 365):
        yield
