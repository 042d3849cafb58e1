"""Missing deliveries and jumps as metrics: what the gate on volumes keeps of a report year."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Mapping

from spiegel_core.contracts.volumes import VolumeRules
from spiegel_core.deliveries.places import Place, last_month_due
from spiegel_core.deliveries.volumes import EARLIER_PERIODS, Volume, Volumes, part_missing

METRICS = ("lines_percent", "cents_percent", "missing_per_million")
Metrics = dict[str, int | None]
_Earlier = Mapping[Place, tuple[Place, ...]]
_NONE: Metrics = dict.fromkeys(METRICS)
_MILLION = 1_000_000


def volume_metrics(
    volumes: Volumes, year: int, rules: VolumeRules, cut_off: datetime.date
) -> list[tuple[str, Metrics]]:  # fmt: skip
    """What the gate on volumes judges, one row per place that may hold care of a report year.

    Args:
        volumes: what every place holds.
        year: the report year.
        rules: what is usual, and when a delivery is due.
        cut_off: cut-off date of the release; what was not due by then is missing only where others
            of its period are there.

    Returns:
        Name of the place and its metrics: `lines_percent` and `cents_percent` of what is usual
        (rounded down), and `missing_per_million`: of a delivery that is missing the usual part of
        the lines or cents of the year's care type, whichever is more (rounded up), else 0. None
        does not apply: fewer than four earlier periods, or fewer lines usual than are judged.
    """
    due = volumes.due(last_month_due(cut_off, rules.due_months.value))
    earlier = {
        place: volumes.earlier(place, rules.remembered_months.value)
        for place in volumes.places_of_year(year, rules.late_months.value, due)
    }
    late = _late(volumes, earlier, due, rules.others_percent.value)
    totals = {name: volumes.total(name, year) for name in {p.care_type for p in earlier}}
    found = []
    for place, before in earlier.items():
        usual = volumes.usual(place, before, year)
        is_judged = len(before) == EARLIER_PERIODS and usual.lines >= rules.fewest_lines.value
        if is_judged and place in volumes.held:
            metrics = _metrics_there(volumes.of_year(place, year), usual)
        elif is_judged and place in late:
            lost = part_missing(usual, totals[place.care_type], _MILLION)
            metrics = {**_NONE, "missing_per_million": lost}
        else:
            metrics = dict(_NONE)
        if before or place in volumes.held:
            found.append((place.name, metrics))
    return found


def _late(
    volumes: Volumes, earlier: _Earlier, due: Collection[Place], others_percent: int
) -> set[Place]:  # fmt: skip
    """Places whose delivery came every time before, and is not there though it is due or enough
    others are there."""
    regular = [place for place in earlier if volumes.came_every_time(place, earlier[place])]
    usual = Counter((place.period_from, place.period_to) for place in regular)
    covered = {place for place in regular if volumes.is_covered(place)}
    there = Counter((place.period_from, place.period_to) for place in covered)
    has_begun = {
        period for period, number in there.items() if 100 * number >= others_percent * usual[period]
    }
    return {
        place
        for place in regular
        if place not in covered
        and (place in due or (place.period_from, place.period_to) in has_begun)
    }


def _metrics_there(held: Volume, usual: Volume) -> Metrics:
    """Metrics of a place that has a delivery."""
    return {
        "lines_percent": 100 * held.lines // usual.lines,
        "cents_percent": 100 * held.cents // usual.cents if usual.cents > 0 else None,
        "missing_per_million": 0,
    }
