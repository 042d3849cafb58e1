"""An interval of an amount that takes its spread from the nation instead of from the practice.

The interval in use (`engine.intervals.ratio_interval`) estimates the spread from the practice's
own persons. Where few persons carry the cost, a practice that happens to lack them looks both too
cheap and too sure, so its limits are too low. This one reads the amount as a count of parcels of
one size, the same for all practices, and takes the exact limits of that count. It is proposed, and
measured in the simulation study; no document shows it.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy import stats

from spiegel_core.engine.domain import require_level, require_numbers, require_positive
from spiegel_core.engine.intervals import Interval, exact_poisson

Floats = npt.NDArray[np.float64]


def national_spread(
    squares: Fraction, products: Fraction, expected_squares: Fraction, expected: Fraction
) -> float:
    """The size of the parcels: how many times the variance exceeds what is expected.

    phi = sum of (y - e)^2 / sum of e over all persons of the reference, so that the variance of
    the amount of a practice is about phi times what is expected of it.

    Args:
        squares, products, expected_squares: sums of y^2, of y e and of e^2 over the reference.
        expected: sum of e over the reference (> 0).

    Returns:
        phi, in the unit of y (cents).

    Raises:
        WrongUse: nothing is expected.

    Source:
        Variance proportional to the mean: Wedderburn 1974 (quasi-likelihood).

    Example:
        >>> national_spread(Fraction(10), Fraction(4), Fraction(2), Fraction(2))
        2.0
    """
    require_positive([expected], "expected of the reference")
    return float((squares - 2 * products + expected_squares) / expected)


def spread_interval(observed: float, expected: float, spread: float, level: float) -> Interval:
    """Limits of observed / expected: exact limits of observed / phi as a count, times phi / E.

    With k = O / phi: lower = phi / E x chi2(tail; 2 k) / 2, upper = phi / E x chi2(1 - tail;
    2 k + 2) / 2.

    Args:
        observed: of the practice (>= 0, cents).
        expected: of it (> 0, cents).
        spread: `national_spread` of the outcome (> 0, cents).
        level: two-sided, 0-1.

    Returns:
        Limits of the ratio. The lower one is 0 where nothing was observed; the upper one is there
        then too, so that a practice without cost has an interval.

    Raises:
        WrongUse: negative observed, nothing expected, no spread, or the level no share.

    Source:
        The gamma limits of Fay and Feuer 1997 for sums of weighted counts, with one weight for all
        (phi); Garwood 1936 for a weight of 1.

    Example:
        >>> limits = spread_interval(200_000, 100_000, 50_000, 0.95)
        >>> round(limits.lower, 4), round(limits.upper, 4)
        (0.5449, 5.1208)
    """
    require_numbers([observed], "observed of an amount", 0)
    require_positive([expected, spread], "expected and spread of an amount")
    count = exact_poisson(observed / spread, level)
    assert count.lower is not None and count.upper is not None
    unit = spread / expected
    return Interval(count.lower * unit, count.upper * unit)


def spread_limits(
    observed: Floats, expected: Floats, spread: Floats, level: float
) -> tuple[Floats, Floats]:
    """`spread_interval` of many practices at once; nothing where nothing is expected.

    Args:
        observed, expected: practices x outcomes.
        spread: per outcome.
        level: two-sided, 0-1.
    """
    require_level(level)
    tail = (1 - level) / 2
    count = observed / spread
    unit = spread / np.where(expected > 0, expected, np.nan)
    lower = stats.chi2.ppf(tail, np.where(count > 0, 2 * count, 1.0)) / 2
    upper = stats.chi2.ppf(1 - tail, 2 * count + 2) / 2
    return np.where(count > 0, lower, 0.0) * unit, upper * unit
