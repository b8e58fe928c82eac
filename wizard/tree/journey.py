"""The way that borrowed money goes, and how far it came."""

from dataclasses import dataclass
from enum import StrEnum

from wizard.tree.content import Station


class Reached(StrEnum):
    """What became of a station when the money stopped on its way."""

    PASSED = "passed"
    STOPPED = "stopped"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class StationReached:
    """One station on the way."""

    station: Station
    reached: Reached


def stations(stopped_at: Station) -> tuple[StationReached, ...]:
    """All stations in the order of the way: passed before `stopped_at`, ahead after it."""
    stations = list(Station)
    here = stations.index(stopped_at)
    return (
        *(StationReached(station, Reached.PASSED) for station in stations[:here]),
        StationReached(stopped_at, Reached.STOPPED),
        *(StationReached(station, Reached.AHEAD) for station in stations[here + 1 :]),
    )
