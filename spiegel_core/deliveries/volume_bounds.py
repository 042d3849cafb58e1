"""The metrics of places held to the bounds of conf/volumes.yml: what the gate on volumes judges.

The metrics that are kept say nothing of bounds, so bounds of another day can be held to them.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence

from spiegel_core.contracts.volumes import Bounds, VolumeRules
from spiegel_core.deliveries.places import Place, place_of
from spiegel_core.deliveries.volume_metrics import Metrics
from spiegel_core.errors import WrongUse

MISSING, JUMP = "missing", "jump"
# A thousandth is a thousand millionths.
_MILLION_OF_PER_MILLE = 1000


def against_bounds(
    members: Sequence[tuple[str, Metrics]], rules: VolumeRules, release_date: datetime.date
) -> list[tuple[str, Metrics]]:
    """What the checks of the gate on volumes look at, one row per place.

    Args:
        members: names and metrics of places of a report year (`volume_metrics`).
        rules: bounds, and what is accepted.
        release_date: day of the release; what was accepted until before it counts again.

    Returns:
        Per place, 0 or 1, or None where it does not apply or was accepted: `missing`;
        `missing_too_much`, when what is missing of its care type and is not accepted is together
        more than may be; `far_above`, `above`, `below` and `far_below` what is usual, in lines or
        in cents.
    """
    accepted = {
        name: {
            finding
            for finding in (MISSING, JUMP)
            if accepts(rules, place_named(name), finding, release_date)
        }
        for name, _ in members
    }
    missing: dict[str, int] = defaultdict(int)
    for name, metrics in members:
        if MISSING not in accepted[name]:
            missing[place_named(name).care_type] += metrics["missing_per_million"] or 0
    found = []
    for name, metrics in members:
        care_type = place_named(name).care_type
        bounds, together = rules.bounds.of(care_type), missing[care_type]
        of_missing = _missing(metrics, MISSING in accepted[name], bounds, together)
        found.append((name, {**of_missing, **_jumps(metrics, JUMP in accepted[name], bounds)}))
    return found


def accepts(rules: VolumeRules, place: Place, finding: str, release_date: datetime.date) -> bool:
    """Whether a finding (missing or jump) of a place is accepted, for a release."""
    return any(
        (one.sender, one.care_type, one.finding) == (place.sender, place.care_type, finding)
        and one.period_from <= place.period_from
        and place.period_to <= one.period_to
        and release_date <= one.until
        for one in rules.accepted
    )


def place_named(name: str) -> Place:
    """The place a member of the gate is named after."""
    place = place_of(name)
    if place is None:
        raise WrongUse(
            "a metric of the gate on volumes is not of a place", found=name[:60],
            expected="sender, care type and period, as 9101-ggz-2021-Q3",
        )  # fmt: skip
    return place


def _missing(metrics: Metrics, is_accepted: bool, bounds: Bounds, together: int) -> Metrics:
    part = metrics["missing_per_million"]
    most = bounds.missing_stop_per_mille
    if part is None or is_accepted:
        return {"missing": None, "missing_too_much": None}
    is_too_much = most is not None and together > most * _MILLION_OF_PER_MILLE
    return {
        "missing": int(part > 0),
        "missing_too_much": None if most is None else int(part > 0 and is_too_much),
    }


def _jumps(metrics: Metrics, is_accepted: bool, bounds: Bounds) -> Metrics:
    percents = [metrics[name] for name in ("lines_percent", "cents_percent")]
    held = [] if is_accepted else [percent for percent in percents if percent is not None]
    return {
        "above": _is_over(held, bounds.warn_above),
        "far_above": _is_over(held, bounds.stop_above),
        "below": _is_under(held, bounds.warn_below),
        "far_below": _is_under(held, bounds.stop_below),
    }


def _is_over(held: list[int], most: int | None) -> int | None:
    return None if most is None or not held else int(max(held) > most)


def _is_under(held: list[int], least: int | None) -> int | None:
    return None if least is None or not held else int(min(held) < least)
