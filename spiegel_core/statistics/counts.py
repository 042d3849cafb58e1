"""Other limits of a count than those in use, and tests of a count against a mean.

The limits in use are those of `spiegel_core.engine.intervals`: exact, Byar's, Wilson's. These
stand beside them for reconciliation with other houses and for reading their reports.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize, stats

from spiegel_core.engine.domain import require, require_level, require_positive
from spiegel_core.engine.intervals import Interval, exact_poisson, normal_quantile


def mid_p(count: int, level: float) -> Interval:
    """Mid-P limits of the mean behind an observed number; narrower than exact ones.

    The means at which half the chance of `count` plus that of all beyond it is (1 - level) / 2.

    Args:
        count: observed persons or events (whole number >= 0).
        level: two-sided, 0-1.

    Returns:
        Limits of the mean (same unit); the lower one is 0 where nothing was observed.

    Raises:
        WrongUse: the count is negative or no whole number.

    Source:
        Rothman and Boice 1979; background, statistics B1 formula 4.

    Example:
        >>> round(mid_p(15, 0.95).upper / 400, 7)
        0.0604624
    """
    _require_count(count)
    wide = exact_poisson(count, level)
    assert wide.lower is not None and wide.upper is not None
    tail = (1 - level) / 2
    upper = _root(lambda mean: _at_most(count, mean) - tail, wide.lower, wide.upper)
    if count == 0:
        return Interval(0.0, upper)
    lower = _root(lambda mean: _at_least(count, mean) - tail, wide.lower, wide.upper)
    return Interval(lower, upper)


def _root(function: Callable[[float], float], lowest: float, highest: float) -> float:
    """Where a function of one sign change is zero.

    Both solvers are asked for the last digits: published figures are rounded afterwards.
    """
    found: float = optimize.brentq(function, lowest, highest, xtol=1e-13, rtol=1e-14)
    return found


def _at_most(count: int, mean: float) -> float:
    return float(stats.poisson.cdf(count, mean) - stats.poisson.pmf(count, mean) / 2)


def _at_least(count: int, mean: float) -> float:
    return float(stats.poisson.sf(count, mean) + stats.poisson.pmf(count, mean) / 2)


def score(count: float, level: float) -> Interval:
    """Score limits of the mean behind an observed number: x + z^2/2 -+ z sqrt(x + z^2/4).

    Source:
        Rao's score test of a Poisson mean, inverted (statsmodels confint_poisson, method score).

    Example:
        >>> round(score(15, 0.95).lower, 6)
        9.09059
    """
    _require_level_and_count(count, level)
    z = normal_quantile(level)
    middle, half = count + z * z / 2, z * math.sqrt(count + z * z / 4)
    return Interval(middle - half, middle + half)


def wald(count: float, level: float) -> Interval:
    """Wald's limits: x -+ z sqrt(x). Too narrow for small numbers; the lower one may be below 0.

    Source:
        statsmodels confint_poisson, method wald.

    Example:
        >>> round(wald(16, 0.95).lower, 4)
        8.1601
    """
    _require_level_and_count(count, level)
    half = normal_quantile(level) * math.sqrt(count)
    return Interval(count - half, count + half)


def jeffreys(count: float, level: float) -> Interval:
    """Jeffreys' limits: quantiles of the gamma distribution with shape x + 1/2.

    Source:
        statsmodels test_rate_poisson_r (R DescTools).

    Example:
        >>> round(jeffreys(15, 0.95).upper, 6)
        24.115945
    """
    _require_level_and_count(count, level)
    tail = (1 - level) / 2
    shape = count + 0.5
    return Interval(float(stats.gamma.ppf(tail, shape)), float(stats.gamma.ppf(1 - tail, shape)))


def byar_midpoint(count: float, level: float) -> Interval:
    """Rothman and Greenland's variant of Byar's limits, with x + 1/2 on both sides.

    Not the limits in use (`intervals.byar`), which other houses also call Byar's.

    Source:
        epitools pois.byar.

    Example:
        >>> round(byar_midpoint(10, 0.95).lower, 6)
        5.133753
    """
    _require_level_and_count(count, level)
    middle = count + 0.5
    reach = normal_quantile(level) / (3 * math.sqrt(middle))
    low, high = ((1 - 1 / (9 * middle) + side * reach) for side in (-1, 1))
    return Interval(middle * low**3 if low >= 0 else None, middle * high**3)


def lognormal(count: float, level: float) -> Interval:
    """Limits symmetric on the log scale: x exp(-+ z / sqrt(x)); for quick checks.

    Returns:
        Limits of the mean; none where nothing was observed.

    Source:
        Rothman and Greenland 1998; background, statistics B1 formula 5.

    Example:
        >>> round(lognormal(150, 0.95).upper / 120, 6)
        1.466933
    """
    _require_level_and_count(count, level)
    if count == 0:
        return Interval(None, None)
    reach = math.exp(normal_quantile(level) / math.sqrt(count))
    return Interval(count / reach, count * reach)


def exact_p(count: int, mean: float) -> float:
    """Two-sided p-value of a count: twice the smaller tail, at most 1.

    Args:
        count: observed (whole number >= 0).
        mean: what is expected (> 0).

    Source:
        The central exact test, as R exactci has it.

    Example:
        >>> round(exact_p(15, 20.0), 6)
        0.313026
    """
    _require_test(count, mean)
    tails = (stats.poisson.cdf(count, mean), stats.poisson.sf(count - 1, mean))
    return min(1.0, 2 * float(min(tails)))


def mid_p_value(count: int, mean: float) -> float:
    """Two-sided mid-P value: twice the smaller tail with half the chance of the count itself.

    Source:
        Rothman and Boice 1979 (epiR, method mid.p).

    Example:
        >>> round(mid_p_value(4, 3.3), 6)
        0.657071
    """
    _require_test(count, mean)
    return min(1.0, 2 * min(_at_most(count, mean), _at_least(count, mean)))


def score_z(count: float, mean: float) -> float:
    """(x - m) / sqrt(m): standard normal when the mean is m.

    Example:
        >>> round(two_sided_p(score_z(15, 20.0)), 6)
        0.263552
    """
    _require_test(count, mean)
    return (count - mean) / math.sqrt(mean)


def wald_z(count: float, mean: float) -> float | None:
    """(x - m) / sqrt(x); None where nothing was observed."""
    _require_test(count, mean)
    return (count - mean) / math.sqrt(count) if count else None


def square_root_z(count: float, mean: float) -> float:
    """2 (sqrt(x) - sqrt(m)): steadier than the score for small means."""
    _require_test(count, mean)
    return 2 * (math.sqrt(count) - math.sqrt(mean))


def byar_z(count: float, mean: float) -> float:
    """Byar's z of a count against its mean, on the scale of cube roots.

    x is the count when it is above the mean, else the count + 1.

    Source:
        Breslow and Day 1987, formula 2.11 (epiR, method byar).

    Example:
        >>> round(byar_z(150, 120.0), 6)
        2.606557
    """
    _require_test(count, mean)
    x = count if count > mean else count + 1
    return 3 * math.sqrt(x) * (1 - 1 / (9 * x) - math.cbrt(mean / x))


def two_sided_p(z: float) -> float:
    """The chance that a standard normal lies further from 0 than z.

    Example:
        >>> round(two_sided_p(-1.959964), 6)
        0.05
    """
    return 2 * float(stats.norm.sf(abs(z)))


def _require_count(count: float) -> None:
    whole = math.isfinite(count) and count >= 0 and count == int(count)
    require(whole, "a count", "a whole number of 0 or more")


def _require_level_and_count(count: float, level: float) -> None:
    require_level(level)
    require(math.isfinite(count) and count >= 0, "a count", "0 or more")


def _require_test(count: float, mean: float) -> None:
    _require_level_and_count(count, 0.95)
    require_positive([mean], "the mean a count is tested against")
