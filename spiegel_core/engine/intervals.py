"""Intervals: how far chance alone may move a number.

Pure functions of final numbers. Quantiles come from scipy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from scipy import stats

from spiegel_core.engine.domain import require, require_level

LEVELS = (0.95, 0.998)


@dataclass(frozen=True)
class Interval:
    """Lower and upper limit; None where the formula gives no limit."""

    lower: float | None
    upper: float | None


NONE = Interval(None, None)


@cache
def exact_poisson(count: float, level: float) -> Interval:
    """Exact (Garwood) limits of the mean behind an observed number of persons or events.

    Meaning:
        The means that would not be surprised by `count` at this level.

    Args:
        count: observed number (>= 0).
        level: two-sided, 0-1.

    Returns:
        Limits of the mean (same unit); the lower one is 0 where nothing was observed.

    Raises:
        WrongUse: the count is negative, or the level no share.

    Source:
        Garwood 1936; background, statistics B1 formula 2.

    Example:
        >>> round(exact_poisson(1, 0.95).lower, 9)
        0.025317808
    """
    _require_count(count, level)
    tail = (1 - level) / 2
    lower = float(stats.chi2.ppf(tail, 2 * count)) / 2 if count > 0 else 0.0
    upper = float(stats.chi2.ppf(1 - tail, 2 * count + 2)) / 2
    return Interval(lower, upper)


def byar(count: float, level: float) -> Interval:
    """Byar's limits of the mean behind an observed number; close to exact from 10 on.

    Args:
        count: observed number (>= 0).
        level: two-sided, 0-1.

    Returns:
        Limits of the mean; no lower limit where the formula gives a negative one, or none.

    Raises:
        WrongUse: the count is negative, or the level no share.

    Source:
        Breslow and Day 1987, as PHEindicatormethods has it: x below, x + 1 above.

    Example:
        >>> round(byar(65, 0.95).lower, 9)
        50.16318771
    """
    _require_count(count, level)
    z = normal_quantile(level)
    above = count + 1
    upper = above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3
    if count == 0:
        return Interval(None, upper)
    lower = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3
    return Interval(lower if lower >= 0 else None, upper)


def count_interval(count: float, level: float, exact_below: int = 10) -> Interval:
    """Limits of the mean behind a count: exact below ten, Byar's from there on.

    Source:
        The rule of PHEindicatormethods; conf/rules.yml, exact_interval_below.
    """
    return exact_poisson(count, level) if count < exact_below else byar(count, level)


def wilson(numerator: float, denominator: float, level: float) -> Interval:
    """Wilson's limits of a share.

    Args:
        numerator: persons with the property (0 to denominator).
        denominator: all persons (> 0).
        level: two-sided, 0-1.

    Returns:
        Limits between 0 and 1.

    Raises:
        WrongUse: there are no persons, or more with the property than there are.

    Source:
        Wilson 1927; background, statistics B1 formula 8.

    Example:
        >>> round(wilson(65, 100, 0.998).upper, 9)
        0.778354061
    """
    require_level(level)
    x, n = float(numerator), float(denominator)
    require(0 <= x <= n and 0 < n < math.inf, "a share", "0 to all persons, of at least one")
    z = normal_quantile(level)
    middle = 2 * x + z * z
    half = z * math.sqrt(z * z + 4 * x * (1 - x / n))
    width = 2 * (n + z * z)
    return Interval((middle - half) / width, (middle + half) / width)


def _require_count(count: float, level: float) -> None:
    require_level(level)
    require(0 <= count < math.inf, "the count of an interval", "0 or more")


@cache
def normal_quantile(level: float) -> float:
    """The standard normal's two-sided quantile."""
    return float(stats.norm.ppf(1 - (1 - level) / 2))


@cache
def t_quantile(persons: int, level: float) -> float:
    """Student's t with persons - 1 degrees of freedom, two-sided."""
    return float(stats.t.ppf(1 - (1 - level) / 2, persons - 1))


def ratio_error(
    observed: Fraction,
    expected: Fraction,
    persons: int,
    squares: Fraction,
    products: Fraction,
    expected_squares: Fraction,
) -> float | None:
    """Standard error of observed / expected, linearised, from sums over persons.

    With d = y - R e per person, SE = sqrt(n / (n - 1) x sum of d^2) / sum of e. The sums are
    exact, so nothing is lost when large squares cancel.

    Args:
        observed, expected: sums of y and of e over the persons.
        persons: number of persons (>= 2).
        squares, products, expected_squares: sums of y^2, of y e and of e^2.

    Returns:
        The standard error (no unit); None where it cannot be had.

    Source:
        Ratio estimator by Taylor linearisation (survey::svyratio); background B1 formula 7.
    """
    if persons < 2 or expected <= 0:
        return None
    ratio = observed / expected
    spread = squares - 2 * ratio * products + ratio * ratio * expected_squares
    return math.sqrt(persons / (persons - 1) * float(max(spread, Fraction(0)))) / float(expected)


def ratio_interval(ratio: float, error: float | None, persons: int, level: float) -> Interval:
    """Limits of observed / expected on the log scale: R x exp(-+ t SE / R).

    Args:
        ratio: observed / expected (no unit).
        error: `ratio_error`.
        persons: number of persons.
        level: 0.95 or 0.998.

    Returns:
        Limits of the ratio; none where nothing was observed or there is no error.

    Source:
        background, statistics B2: covers 94-95% for treatments and costs, where exact Poisson
        limits cover 2-58%.
    """
    if error is None or ratio <= 0:
        return NONE
    reach = t_quantile(persons, level) * error / ratio
    # Beyond this an exponential is no number any more; the limit says nothing then.
    if reach > 700:
        return NONE
    return Interval(ratio * math.exp(-reach), ratio * math.exp(reach))
