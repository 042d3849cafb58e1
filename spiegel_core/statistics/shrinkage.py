"""How far a figure can be trusted to tell one provider from another, and figures drawn in by it.

Shrunk figures are for internal lists alone: a mirror prints what was observed and expected, which
anybody can work out again (DECISIONS.md, "Expected values").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scipy import optimize, special, stats

from spiegel_core.engine.domain import (
    require,
    require_numbers,
    require_positive,
    require_same_length,
)


def reliability(between: float, error: float) -> float:
    """Share of the variance of a figure that is a difference between providers.

    tau2 / (tau2 + SE^2): 0 is chance alone, 1 no chance at all; 0.7 is the usual bar.

    Args:
        between: tau2, variance between providers (>= 0).
        error: standard error of this provider's figure, on the same scale (>= 0).

    Raises:
        WrongUse: one is negative, or both are 0: then there is nothing to tell apart.

    Source:
        Adams, RAND TR-653; background, statistics B1 formula 13.

    Example:
        >>> reliability(0.0625, 0.25)
        0.5
    """
    require_numbers([between, error], "variance and error of a reliability", 0)
    require(between + error > 0, "a reliability", "providers that differ, or an error above 0")
    return between / (between + error * error)


def persons_needed(wanted: float, within: float, between: float) -> float:
    """How many persons give a figure this reliability: r / (1 - r) x within / between.

    Args:
        wanted: reliability (0 to below 1).
        within: variance between persons of a provider (>= 0).
        between: tau2, variance between providers (> 0).

    Returns:
        Persons, not rounded.

    Source:
        Spearman-Brown; background, statistics B1 formula 13.

    Example:
        >>> round(persons_needed(0.7, 0.61, 0.0595), 1)
        23.9
    """
    require(0 <= wanted < 1, f"a reliability of {wanted}", "0 to below 1")
    require_numbers([within], "the variance between persons", 0)
    require_positive([between], "the variance between providers")
    return wanted / (1 - wanted) * within / between


def reliability_of_persons(persons: int, within: float, between: float) -> float:
    """Reliability of a figure over so many persons: n tau2 / (n tau2 + within).

    Example:
        >>> round(reliability_of_persons(24, 0.61, 0.0595), 2)
        0.7
    """
    require_positive([persons], "persons of a reliability")
    require_numbers([within], "the variance between persons", 0)
    return reliability(between, math.sqrt(within / persons))


def shrunk(ratio: float, trust: float, overall: float = 1.0) -> float:
    """A figure drawn in towards that of all: overall + reliability x (ratio - overall).

    Args:
        ratio: of one provider.
        trust: its reliability (0-1).
        overall: of all.

    Source:
        background, statistics B1 formula 14.

    Example:
        >>> round(shrunk(1.3, 0.7), 9)
        1.21
    """
    require(0 <= trust <= 1, f"a reliability of {trust}", "0 to 1")
    require_numbers([ratio, overall], "the figures to shrink")
    # Exact until the last division, so that the result never leaves the two ends.
    own, all_of_them = Fraction(ratio), Fraction(overall)
    return float(all_of_them + Fraction(trust) * (own - all_of_them))


@dataclass(frozen=True)
class Spread:
    """How the true ratios of providers are spread: gamma with this mean and shape.

    Args:
        mean: of the ratios (> 0).
        shape: alpha; infinite where providers do not differ. The variance is mean^2 / shape.
    """

    mean: float
    shape: float


def shrunk_count(observed: float, expected: float, spread: Spread) -> float:
    """The ratio of a provider drawn in by a gamma spread: w O/E + (1 - w) mean.

    w = E mean / (shape + E mean): few expected, little trust.

    Args:
        observed: count (>= 0).
        expected: what is expected (> 0).
        spread: of all providers (`spread_of_ratios`).

    Source:
        Clayton and Kaldor 1987 (SpatialEpi eBayes); background, statistics B1 formula 14.

    Example:
        >>> shrunk_count(6, 2.0, Spread(1.0, 2.0))
        2.0
    """
    require_numbers([observed], "observed of a provider", 0)
    require_positive([expected, spread.mean], "expected of a provider, and the mean of all")
    require(spread.shape > 0, "the shape of a spread", "above 0")
    if math.isinf(spread.shape):
        return spread.mean
    return spread.mean * (spread.shape + observed) / (spread.shape + expected * spread.mean)


def shrunk_median(observed: float, expected: float, spread: Spread) -> float:
    """The median of the ratios a provider can have, instead of their mean (`shrunk_count`).

    Example:
        >>> round(shrunk_median(6, 2.0, Spread(1.0, 2.0)), 6)
        1.917312
    """
    if math.isinf(spread.shape):
        return spread.mean
    shape = spread.shape + observed
    mean = shrunk_count(observed, expected, spread)
    return float(stats.gamma.ppf(0.5, shape)) * mean / shape


def spread_of_ratios(observed: Sequence[float], expected: Sequence[float]) -> Spread:
    """The gamma spread of true ratios that makes the counts of all providers most likely.

    Args:
        observed: counts (>= 0, not all 0).
        expected: what is expected (> 0).

    Returns:
        Mean and shape; an infinite shape where counts differ no more than by chance.

    Source:
        Negative binomial regression with offset ln E, as R MASS glm.nb fits it.

    Example:
        >>> spread_of_ratios([10, 10], [10, 10])
        Spread(mean=1.0, shape=inf)
    """
    _require_counts(observed, expected)
    pairs = list(zip(observed, expected, strict=True))
    overall = math.fsum(observed) / math.fsum(expected)
    if math.fsum((o - overall * e) ** 2 - o for o, e in pairs) <= 0:
        return Spread(overall, math.inf)
    low = high = 1.0
    while _slope(low, pairs) < 0:
        low /= 4
    while _slope(high, pairs) > 0:
        high *= 4
    shape = float(optimize.brentq(_slope, low, high, args=(pairs,), xtol=1e-14, rtol=1e-13))
    return Spread(_most_likely_mean(shape, pairs), shape)


Pairs = list[tuple[float, float]]


def _most_likely_mean(shape: float, pairs: Pairs) -> float:
    """The mean most likely at this shape: sum of (O - mE) / (1 + mE / shape) is 0 there."""

    def excess(mean: float) -> float:
        return math.fsum((o - mean * e) / (1 + mean * e / shape) for o, e in pairs)

    ratios = [o / e for o, e in pairs]
    lowest, highest = min(ratios), max(ratios)
    if lowest == highest:
        return lowest
    found: float = optimize.brentq(excess, lowest, highest, xtol=1e-15, rtol=1e-14)
    return found


def _slope(shape: float, pairs: Pairs) -> float:
    """Slope of the log-likelihood in the shape, at the mean most likely there."""
    mean = _most_likely_mean(shape, pairs)
    return math.fsum(
        float(special.digamma(o + shape) - special.digamma(shape))
        + math.log(shape / (shape + mean * e))
        + (mean * e - o) / (shape + mean * e)
        for o, e in pairs
    )


def spread_by_moments(observed: Sequence[float], expected: Sequence[float]) -> Spread:
    """The spread of ratios from their weighted variance, without a search.

    mean m = sum O / sum E; variance = max(0, sum E (O/E - m)^2 / sum E - m / mean E).

    Source:
        Marshall 1991 (epiR epi.empbayes, esda Empirical_Bayes).

    Example:
        >>> spread_by_moments([0, 20], [10, 10])
        Spread(mean=1.0, shape=1.1111111111111112)
    """
    _require_counts(observed, expected)
    total = math.fsum(expected)
    mean = math.fsum(observed) / total
    weighted = (e * (o / e - mean) ** 2 for o, e in zip(observed, expected, strict=True))
    variance = math.fsum(weighted) / total - mean / (total / len(expected))
    return Spread(mean, mean * mean / variance if variance > 0 else math.inf)


def _require_counts(observed: Sequence[float], expected: Sequence[float]) -> None:
    require_same_length("counts of providers", observed, expected)
    require_numbers(observed, "observed of providers", 0)
    require_positive(expected, "expected of providers")
    require(any(observed), "counts of providers", "at least one above 0")
