import pytest

from tests.trees import compiled, make_finding, make_question
from wizard.tree.content import Station
from wizard.tree.journey import stations


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
