"""The picture of where the money stopped."""

import re

import pytest

from wizard.models import Finding
from wizard.tree.content import Station

UNKNOWN_PLACE = "payout-failed-generic"
"""The one cause of the large tree without a scam of which nobody can say where it stopped."""


@pytest.mark.django_db
def test_only_scams_and_the_unknown_of_the_large_tree_have_no_station():
    without = Finding.objects.filter(tree__slug="jiebei", stopped_at="", safety=False)

    assert [finding.slug for finding in without] == [UNKNOWN_PLACE]
    assert not Finding.objects.filter(safety=True).exclude(stopped_at="").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "bank"), [("en", "Bank"), ("zh-hans", "")])
def test_picture_is_told_in_words(client, language, bank):
    query = (
        "asked-for=none&product=jiebei&stopped=failed&fail-text=bare"
        "&card-signs=none&card-class=class2&amount=50000"
    )

    told = client.get(f"/{language}/jiebei/1/?{query}").text

    picture = re.search(r'<figure class="money-path">.*?</figure>', told, re.DOTALL)[0]
    assert picture.count("<text") == len(Station)
    assert picture.count('class="station-stopped"') == 1
    assert 'role="img"' in picture
    assert f"<strong>“{bank}" in picture
    assert "style=" not in picture
