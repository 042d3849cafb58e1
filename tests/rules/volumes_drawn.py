"""Volumes as a platform engineer would draw them: a column per quarter, a row per sender."""

from __future__ import annotations

import datetime
from typing import Any

from spiegel_core.contracts.volumes import VolumeRules
from spiegel_core.deliveries.places import Place, place_of
from spiegel_core.deliveries.volume_bounds import against_bounds
from spiegel_core.deliveries.volume_metrics import volume_metrics
from spiegel_core.deliveries.volumes import Volume, Volumes
from tests.tables import draw

RELEASE = datetime.date(2022, 6, 30)
BOUNDS: dict[str, Any] = {
    "warn_below": 50, "warn_above": 200, "stop_below": 20, "stop_above": 500,
    "missing_stop_per_mille": 200, "source": "tests",
}  # fmt: skip
CENTS = 100
# Long before anything that is drawn is due.
EARLY = datetime.date(2018, 12, 31)


def rules(**other: Any) -> VolumeRules:
    """Bounds with round numbers; other ones by name, of the usual bounds or of the rules."""
    numbers = {
        "fewest_lines": 10, "remembered_months": 12, "late_months": 12, "others_percent": 50,
        "due_months": 2,
    }  # fmt: skip
    content: dict[str, Any] = {
        name: {"value": other.get(name, value), "source": "tests"}
        for name, value in numbers.items()
    }
    usual = {**BOUNDS, **{name: other[name] for name in BOUNDS if name in other}}
    content["bounds"] = {"usual": usual, "others": other.get("others", [])}
    content["accepted"] = other.get("accepted", [])
    return VolumeRules.model_validate(content)


def volumes(text: str) -> Volumes:
    """Volumes of drawn places.

    A cell is the lines of a quarter, with care in its first month for 100 cents each; `40@900`
    costs 900 cents in all; `40+5` holds 5 more, of care of the quarter before; empty is nothing
    delivered, 0 is a delivery without lines.
    """
    held: dict[Place, dict[int, Volume]] = {}
    for row in draw(text):
        for quarter, cell in row.items():
            if quarter in ("sender", "care_type") or cell is None:
                continue
            place = place_of(f"{row['sender']}-{row.get('care_type') or 'farmacie'}-{quarter}")
            assert place is not None
            held[place] = _months(cell, place.first_month)
    return Volumes(held)


def _months(cell: str, first_month: int) -> dict[int, Volume]:
    own, _, late = cell.partition("+")
    lines, _, cents = own.partition("@")
    months = {first_month: Volume(int(lines), int(cents or CENTS * int(lines)))}
    if late:
        months[first_month - 3] = Volume(int(late), CENTS * int(late))
    return {month: volume for month, volume in months.items() if volume.lines}


def found(
    text: str, year: int, cut_off: datetime.date = EARLY, **other: Any
) -> dict[str, set[str]]:
    """What is found of a report year, by place; places of which nothing is found left out."""
    conf = rules(**other)
    judged = against_bounds(volume_metrics(volumes(text), year, conf, cut_off), conf, RELEASE)
    return {
        name: {finding for finding, value in columns.items() if value}
        for name, columns in judged
        if any(columns.values())
    }
