"""How much a place holds of a report year, and how much is usual there.

A report year is compared with care of the same age. A delivery of the first quarter holds late care
of the year before and three months of its own year; what is usual for either is what the last four
periods held of care just as many months old. So a year that runs out is no jump, and neither is the
first quarter of a new one.
"""

from __future__ import annotations

import bisect
import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pyarrow as pa

from spiegel_core.deliveries.places import Place

EARLIER_PERIODS = 4


class Volume(NamedTuple):
    """Lines, credits included, and net granted amount (eurocents)."""

    lines: int
    cents: int


NOTHING = Volume(0, 0)


def volumes_of(deliveries: pa.Table, totals: pa.Table) -> Volumes:
    """The volumes of deliveries that count.

    In:   deliveries (load_id, sender, care_type, period_from, period_to; one row each), and
          bronze.delivery_totals, also of other loads
    Out:  per place the volume of each care month; a delivery without lines is there, with none
    """
    places = {
        row["load_id"]: Place(row["sender"], row["care_type"], row["period_from"], row["period_to"])
        for row in deliveries.to_pylist()
    }
    held: dict[Place, dict[int, Volume]] = {place: {} for place in places.values()}
    summed = totals.group_by(["load_id", "care_year", "care_month", "is_credit"]).aggregate(
        [("lines", "sum"), ("granted_cents", "sum")]
    )
    for row in summed.to_pylist():
        if row["load_id"] in places:
            months = held[places[row["load_id"]]]
            month = 12 * row["care_year"] + row["care_month"] - 1
            cents = row["granted_cents_sum"] * (-1 if row["is_credit"] else 1)
            before = months.get(month, NOTHING)
            months[month] = Volume(before.lines + row["lines_sum"], before.cents + cents)
    return Volumes(held)


@dataclass(frozen=True)
class Volumes:
    """What every place holds.

    Args:
        held: per place that has a delivery the volume of each care month (`month_number`).
    """

    held: Mapping[Place, Mapping[int, Volume]]

    @cached_property
    def _of_sender(self) -> dict[tuple[str, str], list[Place]]:
        """Places by sender and care type, oldest first."""
        found = defaultdict(list)
        for place in sorted(self.held, key=lambda place: place.period_from):
            found[place.sender, place.care_type].append(place)
        return dict(found)

    @cached_property
    def _calendar(self) -> dict[int, list[datetime.date]]:
        """First days of all periods of a length somebody delivered, in order."""
        days: dict[int, set[datetime.date]] = defaultdict(set)
        for place in self.held:
            days[place.months].add(place.period_from)
        return {months: sorted(found) for months, found in days.items()}

    def earlier(self, place: Place, remembered_months: int) -> tuple[Place, ...]:
        """The last periods of the same length before a place, at most four, oldest first; none
        where the newest of them is longer ago than is remembered."""
        before = [
            one
            for one in self._of_sender.get((place.sender, place.care_type), [])
            if one.period_to < place.period_from and one.months == place.months
        ][-EARLIER_PERIODS:]
        ago = place.first_month - before[-1].first_month if before else 0
        return tuple(before) if ago <= remembered_months else ()

    def of_year(self, place: Place, year: int) -> Volume:
        """What a place holds of the care of a year."""
        return self._shifted(place, 12 * year, 0)

    def usual(self, place: Place, earlier: Iterable[Place], year: int) -> Volume:
        """The median of what earlier periods held of care as old as that of the year is here."""
        held = [
            self._shifted(one, 12 * year, place.first_month - one.first_month) for one in earlier
        ]
        return Volume(whole_median([v.lines for v in held]), whole_median([v.cents for v in held]))

    def usual_years(self, place: Place, earlier: Iterable[Place]) -> list[int]:
        """The years of care that are usual at a place, in order."""
        months = {
            month + place.first_month - one.first_month
            for one in earlier
            for month in self.held[one]
        }
        return sorted({month // 12 for month in months})

    def total(self, care_type: str, year: int) -> Volume:
        """All there is of a care type and year."""
        return _sum(self.of_year(p, year) for p in self.held if p.care_type == care_type)

    def is_covered(self, place: Place) -> bool:
        """Whether its sender delivered the care type for days of the period, in whatever pieces."""
        same = self._of_sender.get((place.sender, place.care_type), [])
        return any(place.overlaps(one) for one in same)

    def came_every_time(self, place: Place, earlier: tuple[Place, ...]) -> bool:
        """Whether these are four periods in a row of those that anybody delivered."""
        days = self._calendar.get(place.months, [])
        start = bisect.bisect_left(days, earlier[0].period_from) if earlier else 0
        row = days[start : start + EARLIER_PERIODS]
        return len(earlier) == EARLIER_PERIODS and row == [one.period_from for one in earlier]

    def due(self, last_month: int) -> set[Place]:
        """The periods in which each sender did not deliver, though they follow on one in which it
        did, until a month; also those in which nobody delivered."""
        found = set()
        for places in self._of_sender.values():
            for place in places:
                next_months = [p.first_month for p in places if p.period_from > place.period_to]
                end = min([last_month + 1, *next_months])
                missed = (end - 1 - place.last_month) // place.months
                if place.is_of_whole_months:
                    found |= {place.later(periods) for periods in range(1, missed + 1)}
        return found

    def places_of_year(self, year: int, late_months: int, due: Iterable[Place] = ()) -> list[Place]:
        """Every place that may hold care of a year, of whoever delivered before or then, and of
        places that are due."""
        until = 12 * (year + 1) + late_months
        periods = {(place.period_from, place.period_to) for place in self.held}
        places = {*due} | {
            Place(*sender, *period)
            for sender, delivered in self._of_sender.items()
            for period in periods
            if delivered[0].period_from <= period[0]
        }
        return sorted(
            place for place in places if place.period_to.year >= year and place.first_month < until
        )

    def _shifted(self, place: Place, first_month: int, by: int) -> Volume:
        """What a place holds of twelve care months, had its period begun `by` months later."""
        months = self.held.get(place, {})
        first = first_month - by
        return _sum(months[month] for month in range(first, first + 12) if month in months)


def _sum(volumes: Iterable[Volume]) -> Volume:
    return Volume(*map(sum, zip(NOTHING, *volumes, strict=True)))


def whole_median(values: Iterable[int]) -> int:
    """The middle value, of an even number the mean of the two in the middle, rounded down.

    Example:
        >>> whole_median([1, 9, 4, 3]), whole_median([5, 1, 2]), whole_median([])
        (3, 2, 0)
    """
    ordered = sorted(values)
    if not ordered:
        return 0
    half = len(ordered) // 2
    return (ordered[half] + ordered[-half - 1]) // 2


def part_missing(missing: Volume, there: Volume, whole: int) -> int:
    """What is missing of all that should be there, in lines or in cents, whichever is more.

    Args:
        missing, there: volumes.
        whole: what everything is, as 1000 for thousandths; rounded up.

    Example:
        >>> part_missing(Volume(1, 50), Volume(99, 50), 1000)
        500
    """
    parts = [
        -(-whole * lost // (lost + max(kept, 0)))
        for lost, kept in zip(missing, there, strict=True)
        if lost > 0
    ]
    return max(parts, default=0)
