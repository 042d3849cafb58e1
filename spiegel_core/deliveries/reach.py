"""How far a delivery reaches: which report years lack what, when it does not count, and whether
each of them may be published all the same.

What is missing is measured, not taken from the sender: the usual volume of its place (median of
the last periods, care of the same age) less what counts there already.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spiegel_core.contracts.volumes import VolumeRules
from spiegel_core.deliveries.places import Place
from spiegel_core.deliveries.volume_bounds import MISSING, accepts, against_bounds
from spiegel_core.deliveries.volume_metrics import volume_metrics
from spiegel_core.deliveries.volumes import (
    NOTHING,
    Volume,
    Volumes,
    part_missing,
)

ADMITTED, NEVER_CAME = "admitted", "never came"
# Of several arrivals of a delivery the first of these says how it stands; of several pieces of a
# place the first of those.
_DECIDES = (ADMITTED, "conflict", "refused", "waiting", "copy", "superseded", "skipped")
_WORST = ("conflict", "refused", "waiting", ADMITTED, "copy", "superseded", "skipped")
# Its lines count, or those of another delivery that stands in for it.
_STANDS_IN = (ADMITTED, "copy", "superseded", "skipped")
_THOUSAND = 1000
_THOUSANDTHS_OF_MILLION = 1000


class Part(NamedTuple):
    """What a delivery holds, or usually holds, of a year, and what of that does not count; None
    where there are no earlier periods to measure by."""

    held: Volume | None
    missing: Volume | None


@dataclass(frozen=True)
class YearReached:
    """A report year a delivery touches.

    Args:
        year: the report year.
        held: lines and cents of it the delivery holds, or usually holds; None where that cannot
            be measured.
        missing: those of them that do not count.
        there: what counts of the care type and year.
        per_mille: part of the care type's year that is missing (rounded up).
        others_per_mille: the same of other deliveries of the care type that are missing.
        may_be_published: whether it stays within the bound; None where nobody can say.
        why: the reason, in words.
    """

    year: int
    held: Volume | None
    missing: Volume | None
    there: Volume
    per_mille: int | None
    others_per_mille: int
    may_be_published: bool | None
    why: str


def standing_of(verdicts: Mapping[str, Collection[str]]) -> str:
    """How deliveries stand by the verdicts on all their arrivals.

    Args:
        verdicts: by delivery; several belong to one place as pieces, and the worst of them says
            how they stand together.

    Example:
        >>> standing_of({"A": ["refused", "admitted"]}), standing_of({})
        ('admitted', 'never came')
        >>> standing_of({"A": ["admitted"], "B": ["refused"]})
        'refused'
    """
    standings = {
        next((verdict for verdict in _DECIDES if verdict in of_one), NEVER_CAME)
        for of_one in verdicts.values()
    }
    return next((standing for standing in _WORST if standing in standings), NEVER_CAME)


def parts_of_years(
    volumes: Volumes, place: Place, standing: str, earlier: Sequence[Place], own: Volumes,
    lines_set_aside: int,
) -> dict[int, Part]:  # fmt: skip
    """What a delivery holds of each report year it touches, and what of that does not count.

    Args:
        volumes: what counts.
        place: where the delivery belongs.
        standing: how it stands (`standing_of`).
        earlier: the periods that say what is usual there (`Volumes.earlier`).
        own: the lines of the delivery itself, where they were written.
        lines_set_aside: lines of it in quarantine; each year loses its part of them.

    Returns:
        By year, in order.
    """
    if standing in _STANDS_IN:
        of_years = {year: own.of_year(place, year) for year in own.usual_years(place, [place])}
        kept = sum(volume.lines for volume in of_years.values())
        return {
            year: Part(held, _less_set_aside(held, lines_set_aside, kept))
            for year, held in of_years.items()
        }
    if not earlier:
        years = range(place.period_from.year, place.period_to.year + 1)
        return dict.fromkeys(years, Part(None, None))
    found = {}
    for year in volumes.usual_years(place, earlier):
        usual, there = volumes.usual(place, earlier, year), volumes.of_year(place, year)
        missing = Volume(*(max(u - t, 0) for u, t in zip(usual, there, strict=True)))
        if usual != NOTHING:
            found[year] = Part(usual, missing)
    return found


def _less_set_aside(held: Volume, lines_set_aside: int, kept: int) -> Volume:
    """The part of a year in lines that were set aside: as large as in those that were kept."""
    return Volume(*(-(-max(part, 0) * lines_set_aside // kept) for part in held))


def year_reached(
    volumes: Volumes, place: Place, year: int, part: Part, rules: VolumeRules,
    release_date: datetime.date, cut_off: datetime.date,
) -> YearReached:  # fmt: skip
    """What is missing of a year held to the bound of its care type (`parts_of_years`), and what is
    due of other deliveries by the cut-off date of the year."""
    there = volumes.total(place.care_type, year)
    others = _others_missing(volumes, place, year, rules, release_date, cut_off)
    lost = None if part.missing is None else part_missing(part.missing, there, _THOUSAND)
    may, why = _may_be_published(place, lost, others, rules, release_date)
    return YearReached(year, part.held, part.missing, there, lost, others, may, why)


def _may_be_published(
    place: Place, lost: int | None, others: int, rules: VolumeRules, release_date: datetime.date
) -> tuple[bool | None, str]:
    most = rules.bounds.of(place.care_type).missing_stop_per_mille
    together = f", with {others:,} of other deliveries" if others else ""
    if lost == 0:
        return True, "nothing of it is missing"
    if most is None:
        return True, f"no bound holds for {place.care_type} (conf/volumes.yml)"
    if accepts(rules, place, MISSING, release_date):
        return True, "its absence is accepted (conf/volumes.yml)"
    if lost is None:
        return None, "no earlier periods of this sender and care type say what is missing"
    told = f"{lost:,} of 1,000 of its {place.care_type} would be missing{together}"
    if lost + others > most:
        return False, f"{told}; the bound is {most:,} (conf/volumes.yml)"
    return True, f"{told}, within the bound of {most:,} (conf/volumes.yml)"


def _others_missing(
    volumes: Volumes, place: Place, year: int, rules: VolumeRules,
    release_date: datetime.date, cut_off: datetime.date,
) -> int:  # fmt: skip
    """Thousandths of the care type's year that other deliveries lack and nobody accepted."""
    metrics = volume_metrics(volumes, year, rules, cut_off)
    judged = dict(against_bounds(metrics, rules, release_date))
    lost = sum(
        values["missing_per_million"] or 0
        for name, values in metrics
        if judged[name]["missing"] and name != place.name and _care_type(name) == place.care_type
    )
    return -(-lost // _THOUSANDTHS_OF_MILLION)


def _care_type(name: str) -> str:
    return name.split("-")[1]
