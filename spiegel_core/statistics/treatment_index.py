"""The two readings of a treatment index (behandelindex), and what a contract reads in it.

Both are 100 where a practice treats as others treat such patients. They differ: of one practice
the one was 90 and the other 100. Whatever shows an index says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.domain import require, require_numbers, require_positive
from spiegel_core.engine.intervals import Interval
from spiegel_core.statistics.sums import Number, exact_sum


@dataclass(frozen=True)
class GroupOfPatients:
    """Patients of one kind at one practice, who count once each.

    Args:
        patients: how many (> 0).
        treatments: what they had together.
        national_mean: what such a patient has on average nationally (> 0).
    """

    patients: int
    treatments: Number
    national_mean: Number


def _require_groups(groups: Sequence[GroupOfPatients]) -> None:
    require(len(groups) > 0, "the groups of a treatment index", "at least one group of patients")
    require_positive((g.patients for g in groups), "the patients of a treatment index")
    require_positive((g.national_mean for g in groups), "the national means of a treatment index")
    require_numbers((g.treatments for g in groups), "the treatments of a treatment index", 0)


def sub_index(group: GroupOfPatients) -> float:
    """100 x mean treatments of a group of patients / their national mean (subbehandelindex)."""
    _require_groups([group])
    return float(100 * Fraction(group.treatments) / group.patients / Fraction(group.national_mean))


def index_ratio_of_sums(groups: Sequence[GroupOfPatients]) -> float:
    """Treatment index as 100 x treatments / expected treatments; the definition by default.

    Source:
        IQ healthcare, "Behandelindex fysiotherapie is valide en betrouwbaar".

    Example:
        >>> index_ratio_of_sums([GroupOfPatients(20, 180, 8), GroupOfPatients(5, 20, 5)])
        108.10810810810811
    """
    _require_groups(groups)
    observed = exact_sum(Fraction(g.treatments) for g in groups)
    return float(100 * observed / expected_treatments(groups))


def expected_treatments(groups: Sequence[GroupOfPatients]) -> Fraction:
    """What the patients of all groups have together on average nationally."""
    return exact_sum(g.patients * Fraction(g.national_mean) for g in groups)


def index_patient_weighted(groups: Sequence[GroupOfPatients]) -> float:
    """Treatment index as the mean over patients of treatments / expected, x 100.

    Source:
        CZ, "Spiegelinformatie dietetiek": every patient counts once.

    Example:
        >>> index_patient_weighted([GroupOfPatients(20, 180, 8), GroupOfPatients(5, 20, 5)])
        106.0
    """
    _require_groups(groups)
    weighted = exact_sum(Fraction(g.treatments) / Fraction(g.national_mean) for g in groups)
    return float(100 * weighted / sum(g.patients for g in groups))


def national_means(
    practices: Sequence[Mapping[Hashable, tuple[int, Number]]],
) -> dict[Hashable, Fraction]:
    """Mean treatments per patient and kind, over all practices.

    Args:
        practices: per practice and kind of patient: patients and their treatments.

    Example:
        >>> national_means([{"a": (10, 60)}, {"a": (30, 260)}])
        {'a': Fraction(8, 1)}
    """
    patients: dict[Hashable, int] = {}
    treatments: dict[Hashable, Fraction] = {}
    for practice in practices:
        for kind, (n, t) in practice.items():
            patients[kind] = patients.get(kind, 0) + n
            treatments[kind] = treatments.get(kind, Fraction(0)) + Fraction(t)
    return {kind: treatments[kind] / n for kind, n in patients.items() if n > 0}


LOWER, TOWARD_100, NO_INTERVAL = "lower", "toward_100", "none"


def index_after_interval(index: float, limits: Interval, reading: str) -> float | None:
    """The index once its interval was taken into account, as contracts read it.

    Args:
        index: 100 = as expected.
        limits: of the index, in index points.
        reading: `lower` (the lower limit), `toward_100` (100 where the interval holds 100, else
            the limit nearer to 100), `none` (the index itself).

    Returns:
        Index points; None where the interval has no limit to read.

    Raises:
        WrongUse: another reading.

    Source:
        VGZ, "Spiegelinformatie" (lower); background, statistics A3: which one Vektis applies is
        open.

    Example:
        >>> [index_after_interval(130, Interval(110, 150), how) for how in ("lower", "toward_100")]
        [110, 110]
        >>> index_after_interval(90, Interval(70, 115), "toward_100")
        100.0
    """
    readings = (LOWER, TOWARD_100, NO_INTERVAL)
    require(reading in readings, "a reading of the interval", ", ".join(readings))
    if reading == NO_INTERVAL:
        return index
    if reading == LOWER or limits.lower is None or limits.upper is None:
        return limits.lower if reading == LOWER else None
    return min(max(100.0, limits.lower), limits.upper)


def is_within(index: float | None, lowest: float, highest: float) -> bool:
    """Whether an index lies in a contract's range, both ends included; no index is outside it.

    The ranges are those of an insurer and year and stand in configuration.

    Source:
        CZ, "Transparantiemodule oefentherapie 2025-2027": geen index, geen module.

    Example:
        >>> [is_within(index, 75, 125) for index in (74, 75, None)]
        [False, True, False]
    """
    require(lowest <= highest, "the range of an index", "the lowest below the highest")
    return index is not None and lowest <= index <= highest
