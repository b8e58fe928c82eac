import re

import pytest

from tests.trees import compiled, make_finding, make_question
from wizard.models import Finding
from wizard.tree.content import Station
from wizard.tree.journey import stations

UNKNOWN_PLACE = "payout-failed-generic"
"""The one cause of the large tree without a scam of which nobody can say where it stopped."""


def reached(stopped_at):
    return {str(stop.station): str(stop.reached) for stop in stations(stopped_at)}


def test_way_is_passed_up_to_where_it_stopped():
    assert reached(Station.LENDER) == {
        "application": "passed",
        "review": "passed",
        "contract": "passed",
        "lender": "stopped",
        "clearing": "ahead",
        "bank": "ahead",
        "you": "ahead",
    }


@pytest.mark.parametrize("stopped_at", Station)
def test_every_station_is_on_the_way_once_and_one_is_where_it_stopped(stopped_at):
    stops = reached(stopped_at)

    assert list(stops) == list(Station)
    assert [station for station, what in stops.items() if what == "stopped"] == [stopped_at]


@pytest.mark.parametrize("stopped_at", [None, Station.BANK])
def test_finding_knows_its_station(stopped_at):
    tree = compiled([make_question("q")], [make_finding("f", stopped_at=stopped_at)])

    assert tree.findings[0].stopped_at is stopped_at


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
