"""Whether a provider changed from one year to the next, without being misled by chance.

Whoever lies far from 100 lies nearer to it the next year, also when nothing changed, because part
of lying far away was chance. A change is therefore measured from where a stable provider with
that first year would be expected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from spiegel_core.engine.domain import require_numbers, require_positive
from spiegel_core.statistics.counts import two_sided_p
from spiegel_core.statistics.shrinkage import reliability, shrunk


@dataclass(frozen=True)
class Change:
    """A second year beside the one a stable provider would have.

    Args:
        foreseen: ratio of the second year of a stable provider with this first year.
        z: standard errors from there; standard normal for stable providers, however these were
            chosen by their first year.
        p: two-sided chance of it.
    """

    foreseen: float
    z: float
    p: float


def guarded_change(
    first: float,
    first_error: float,
    second: float,
    second_error: float,
    between: float,
    overall: float = 1.0,
) -> Change:
    """The change of a provider, guarded against regression to the mean.

    On the log scale, with rel = tau2 / (tau2 + SE1^2): foreseen = overall + rel (first - overall),
    variance = tau2 (1 - rel) + SE2^2. A stable provider keeps his true ratio, and true ratios are
    spread normally around the overall one.

    Args:
        first, second: observed / expected of two years (> 0).
        first_error, second_error: standard errors of the logarithm of each: SE / R (> 0).
        between: tau2 of providers on the log scale (>= 0).
        overall: ratio of all providers (> 0).

    Raises:
        WrongUse: a ratio or error is not above 0, or tau2 is negative.

    Source:
        Jones and Spiegelhalter 2009, "Accounting for regression-to-the-mean in tests for recent
        changes in institutional performance".

    Example:
        >>> found = guarded_change(2.0, 0.3, 1.5, 0.3, 0.09)
        >>> round(found.foreseen, 4), round(found.z, 2)
        (1.4142, 0.16)
    """
    require_positive([first, second, overall], "the ratios of a change")
    require_positive([first_error, second_error], "the errors of a change")
    require_numbers([between], "the variance between providers", 0)
    trust = reliability(between, first_error)
    foreseen = shrunk(math.log(first), trust, math.log(overall))
    variance = between * (1 - trust) + second_error * second_error
    z = (math.log(second) - foreseen) / math.sqrt(variance)
    return Change(math.exp(foreseen), z, two_sided_p(z))


def parcel_change(
    first: float,
    first_error: float,
    second: float,
    second_error: float,
    between: float,
    overall: float = 1.0,
) -> Change:
    """The change of a provider whose amounts are read as counts of parcels, with the same guard.

    As the published interval does (`engine/spread.py`), but not as if the logarithm of a ratio
    were normal: where few parcels are expected, much is likelier than little. With
    m = 1 / SE^2 = E / phi parcels expected and k = R m observed, a = 1 / tau2, b = a / overall:
    true ratios are spread as a gamma with shape a and rate b, so foreseen = (a + k1) / (b + m1),
    and k2 of a stable provider is negative binomial with size a + k1 and chance
    (b + m1) / (b + m1 + m2). p = 2 x the smaller tail, k2 included, so it is at least nominal.

    Args:
        first, second: observed / expected of two years (> 0).
        first_error, second_error: standard errors of the logarithm by the national spread,
            sqrt(phi / E) (> 0).
        between: tau2 of providers, relative (>= 0).
        overall: ratio of all providers (> 0).

    Raises:
        WrongUse: a ratio or error is not above 0, or tau2 is negative.

    Source:
        The gamma-Poisson pair and its posterior: Clayton and Kaldor 1987, "Empirical Bayes
        estimates of age-standardized relative risks". What it predicts is negative binomial.

    Example:
        >>> found = parcel_change(2.0, 0.3, 1.5, 0.3, 0.09)
        >>> round(found.foreseen, 4), round(found.z, 2)
        (1.5, 0.0)
    """
    require_positive([first, second, overall], "the ratios of a change")
    require_positive([first_error, second_error], "the errors of a change")
    require_numbers([between], "the variance between providers", 0)
    expected, later = first_error**-2, second_error**-2
    count = second * later
    if between == 0:
        foreseen = overall
        at_most = special.gammaincc(count + 1, later * overall)
        at_least = special.gammainc(count, later * overall)
    else:
        size, rate = 1 / between + first * expected, 1 / (between * overall) + expected
        foreseen = size / rate
        chance = rate / (rate + later)
        at_most = special.betainc(size, count + 1, chance)
        at_least = special.betainc(count, size, 1 - chance)
    p = min(1.0, 2 * float(min(at_most, at_least)))
    side = 1 if at_least < at_most else -1
    return Change(foreseen, side * float(special.ndtri(1 - p / 2)), p)


def plain_change(first: float, first_error: float, second: float, second_error: float) -> Change:
    """The change without the guard, for comparison: right only for providers not chosen by it.

    Example:
        >>> round(plain_change(2.0, 0.3, 1.5, 0.3).z, 2)
        -0.68
    """
    require_positive([first, second], "the ratios of a change")
    require_positive([first_error, second_error], "the errors of a change")
    z = math.log(second / first) / math.hypot(first_error, second_error)
    return Change(first, z, two_sided_p(z))


def least_sure(*found: Change) -> Change:
    """Of one change judged with several errors, the judgement that says least.

    A change is then told only where it stands with every one of them: with the spread of the
    provider's own persons and with that of the nation, of which each is sometimes too small.

    Example:
        >>> least_sure(Change(1.1, 2.5, 0.012), Change(1.1, 1.8, 0.072)).z
        1.8
    """
    return max(found, key=lambda change: change.p)
