"""The way that borrowed money goes, and how far it came. No Django, no database."""

from dataclasses import dataclass
from enum import StrEnum

from wizard.content import Station


class Reached(StrEnum):
    """What became of a station when the money stopped on its way."""

    PASSED = "passed"
    STOPPED = "stopped"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Stop:
    """One station on the way."""

    station: Station
    reached: Reached


def way(stopped_at: Station) -> tuple[Stop, ...]:
    """All stations in the order of the way: passed before `stopped_at`, ahead after it."""
    stations = list(Station)
    here = stations.index(stopped_at)
    return (
        *(Stop(station, Reached.PASSED) for station in stations[:here]),
        Stop(stopped_at, Reached.STOPPED),
        *(Stop(station, Reached.AHEAD) for station in stations[here + 1 :]),
    )
