"""Funnels: how far a provider of a given size may lie from the target by chance.

Limits go with what is expected. Drawn around 1 or, as an index, around 100.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize

from spiegel_core.engine.domain import (
    require,
    require_level,
    require_numbers,
    require_positive,
)
from spiegel_core.engine.intervals import Interval, exact_poisson, normal_quantile

LOG, SQUARE_ROOT = "log", "square root"
SCALES = (LOG, SQUARE_ROOT)


def exact_funnel_expected(observed: float, level: float) -> Interval:
    """What must be expected for a count to lie exactly on a limit of the funnel.

    Args:
        observed: count (>= 0).
        level: two-sided, 0-1.

    Returns:
        upper: expected at which the count is on the lower limit (it is low there); lower: expected
        at which it is on the upper limit, 0 where nothing was observed. The ratio on the limit is
        observed / expected.

    Source:
        PHEindicatormethods calculate_funnel_points, in closed form; background B1 formula 9.

    Example:
        >>> round(100 * 10 / exact_funnel_expected(10, 0.95).upper, 4)
        54.3763
    """
    require_level(level)
    return exact_poisson(observed, level)


def exact_funnel(expected: float, level: float) -> Interval:
    """Limits of observed / expected by the exact chance of a count, for a provider of this size.

    `exact_funnel_expected` read the other way, with counts between whole numbers, so that it draws
    as a smooth line.

    Args:
        expected: what is expected (> 0).
        level: two-sided, 0-1.

    Returns:
        Limits of the ratio; the lower one is 0 where even no count at all is within chance.

    Source:
        background, statistics B1 formula 9: limits by chance, not those of an interval.

    Example:
        >>> limits = exact_funnel(18.39035602, 0.95)
        >>> round(limits.lower * 18.39035602, 6)
        10.0
    """
    require_positive([expected], "expected of a funnel")
    require_level(level)
    highest = expected + 40 * math.sqrt(expected) + 40
    lowest_reach = exact_poisson(0, level).upper
    assert lowest_reach is not None
    low = 0.0
    if expected > lowest_reach:
        low = _count_at(lambda x: exact_poisson(x, level).upper, expected, highest)
    high = _count_at(lambda x: exact_poisson(x, level).lower, expected, highest)
    return Interval(low / expected, high / expected)


def _count_at(limit: Callable[[float], float | None], expected: float, highest: float) -> float:
    """The count of which the limit is what is expected."""
    found: float = optimize.brentq(
        lambda x: (limit(x) or 0.0) - expected, 0.0, highest, xtol=1e-12, rtol=1e-13
    )
    return found


def chi_square_funnel(expected: float, level: float, target: float = 1.0) -> Interval:
    """Limits of observed / expected that read what is expected as if it were observed.

    Wider than the chance they are named after, for few expected; kept for reconciliation with
    FunnelPlotR. The funnels of this house are `exact_funnel` and `additive_funnel`.

    Args:
        expected: what is expected (> 0).
        level: two-sided, 0-1.
        target: where the middle is (> 0).

    Source:
        FunnelPlotR, unadjusted limits.

    Example:
        >>> round(chi_square_funnel(20, 0.95).upper, 6)
        1.544419
    """
    require_positive([expected, target], "expected and target of a funnel")
    require_level(level)
    limits = exact_poisson(expected, level)
    assert limits.lower is not None and limits.upper is not None
    return Interval(target * limits.lower / expected, target * limits.upper / expected)


def additive_funnel(
    expected: float,
    between: float,
    level: float,
    *,
    scale: str = LOG,
    target: float = 1.0,
    z: float | None = None,
) -> Interval:
    """Limits of observed / expected when providers also differ by more than chance.

    On the log scale target x exp(-+ z sqrt(1/E + tau2)); on the square-root scale
    (sqrt(target) -+ z sqrt(1/(4E) + tau2))^2, both transformed back. With tau2 = 0 they are the
    limits of chance alone.

    Args:
        expected: what is expected, in persons or events (> 0).
        between: tau2, variance between providers on the scale (>= 0; `overdispersion`).
        level: two-sided, 0-1.
        scale: LOG or SQUARE_ROOT, the one tau2 was estimated on.
        target: where the middle is (> 0).
        z: a quantile to use instead of that of the level, as printed by another house.

    Returns:
        Limits of the ratio; the lower one is at least 0.

    Source:
        Spiegelhalter 2005; SHMI; background, statistics B1 formula 11.

    Example:
        >>> round(additive_funnel(100, 0.02, 0.95, scale=SQUARE_ROOT).upper, 4)
        1.6744
    """
    _require_scale(scale)
    require_positive([expected], "expected of a funnel")
    chance = 1 / expected if scale == LOG else 1 / (4 * expected)
    return funnel_of_error(math.sqrt(chance), between, level, scale=scale, target=target, z=z)


def funnel_of_error(
    error: float,
    between: float,
    level: float,
    *,
    scale: str = LOG,
    target: float = 1.0,
    z: float | None = None,
) -> Interval:
    """The additive funnel of a quantity with an error of its own, such as cost.

    Args:
        error: standard error on the scale: SE / R on the log scale (>= 0).
        between, level, scale, target, z: as in `additive_funnel`.

    Example:
        >>> funnel_of_error(0.1, 0.0, 0.95) == additive_funnel(100, 0.0, 0.95)
        True
    """
    _require_scale(scale)
    require_positive([target], "the target of a funnel")
    require_numbers([error, between], "error and variance of a funnel", 0)
    require_level(level)
    quantile = normal_quantile(level) if z is None else z
    require(quantile >= 0, "the quantile of a funnel", "0 or more")
    reach = quantile * math.sqrt(error * error + between)
    if scale == LOG:
        return Interval(target * math.exp(-reach), target * math.exp(reach))
    middle = math.sqrt(target)
    return Interval(max(0.0, middle - reach) ** 2, (middle + reach) ** 2)


def _require_scale(scale: str) -> None:
    require(scale in SCALES, "the scale of a funnel", " or ".join(SCALES))
