import pytest

from wizard.models import Edition

pytestmark = pytest.mark.django_db


def test_fixtures_are_published():
    assert [(e.tree.slug, e.number) for e in Edition.objects.newest()] == [("jiebei", 1), ("loan-offer", 1)]
