"""What all tests share: a database that holds the fixtures, published."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from wizard import editions


def pytest_collection_modifyitems(config, items):
    """Each kind of database has some tests of its own."""
    other = "sqlite_only" if connection.vendor == "postgresql" else "postgresql_only"
    out = [item for item in items if item.get_closest_marker(other)]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The database as `make run` leaves it: both trees loaded and published."""
    with django_db_blocker.unblock():
        call_command("bootstrap", verbosity=0)


@pytest.fixture(autouse=True)
def fresh_editions():
    """No test sees the editions of another one, or asks beside its own transaction."""
    editions.forget_all()
    with override_settings(EDITION_MAX_AGE=3600):
        yield
    editions.forget_all()


@pytest.fixture(autouse=True)
def nothing_grows_old():
    """Tests go on passing when the dates in them are long past."""
    with override_settings(STALE_AFTER_DAYS=100 * 365):
        yield
