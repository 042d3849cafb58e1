"""Who lies outside a funnel, and in which of its bands."""

from __future__ import annotations

from collections.abc import Sequence

from spiegel_core.engine.domain import require_numbers, require_positive, require_same_length
from spiegel_core.engine.intervals import Interval, count_interval
from spiegel_core.statistics.funnel import LOG, additive_funnel


def is_outside(ratio: float, limits: Interval) -> bool:
    """Whether a ratio lies beyond its limits; on a limit it does not.

    Example:
        >>> [is_outside(ratio, Interval(0.8, 1.2)) for ratio in (0.7, 0.8, 1.3)]
        [True, False, True]
    """
    is_low = limits.lower is not None and ratio < limits.lower
    return is_low or (limits.upper is not None and ratio > limits.upper)


LOW_3, LOW_2 = "Low (0.001)", "Low (0.025)"
WITHIN = "Not significant"
HIGH_2, HIGH_3 = "High (0.025)", "High (0.001)"


def band(observed: float, expected: float, exact_below: int = 10) -> str:
    """In which of five bands of the funnel a count lies.

    Args:
        observed: count (>= 0).
        expected: what is expected (> 0).
        exact_below: smaller counts get exact limits, others Byar's.

    Returns:
        LOW_3, LOW_2, WITHIN, HIGH_2 or HIGH_3: what is expected lies outside the 99.8% or 95%
        limits of the count, or within both.

    Source:
        PHEindicatormethods assign_funnel_significance.

    Example:
        >>> band(8, 6.24), band(151, 106.44)
        ('Not significant', 'High (0.001)')
    """
    require_positive([expected], "expected of a funnel")
    for level, low, high in ((0.998, LOW_3, HIGH_3), (0.95, LOW_2, HIGH_2)):
        limits = count_interval(observed, level, exact_below)
        if limits.upper is not None and expected > limits.upper:
            return low
        if limits.lower is not None and expected < limits.lower:
            return high
    return WITHIN


def outside_additive_funnel(
    observed: Sequence[float],
    expected: Sequence[float],
    between: float,
    level: float,
    scale: str = LOG,
) -> tuple[int, ...]:
    """Which providers lie outside the additive funnel, by their place in the list.

    Example:
        >>> outside_additive_funnel([100, 150], [100, 100], 0.0, 0.998)
        (1,)
    """
    require_same_length("providers of a funnel", observed, expected)
    require_numbers(observed, "observed of providers", 0)
    return tuple(
        place
        for place, (o, e) in enumerate(zip(observed, expected, strict=True))
        if is_outside(o / e, additive_funnel(e, between, level, scale=scale))
    )
