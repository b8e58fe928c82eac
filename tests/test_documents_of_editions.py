"""Editions as documents, and back."""

import pytest

from tests.tree.test_documents import FORMS
from wizard.models import Edition
from wizard.tree import content
from wizard.tree.documents import read, write


@FORMS
@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["jiebei", "loan-offer"])
def test_the_trees_we_have_are_read_as_they_were_written(slug, form):
    tree = content.decode(Edition.objects.get(tree__slug=slug, number=1).document)

    assert read(write(tree, form)) == tree
