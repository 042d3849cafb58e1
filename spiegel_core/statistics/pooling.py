"""Estimates of several units put together, when the units differ by more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import optimize, stats

from spiegel_core.engine.domain import (
    require_level,
    require_numbers,
    require_positive,
    require_same_length,
)
from spiegel_core.engine.intervals import Interval, normal_quantile
from spiegel_core.statistics.overdispersion import between_variance


@dataclass(frozen=True)
class Pooled:
    """Estimates of several units put together, when the units differ.

    Args:
        between: tau2, variance between units.
        mean: pooled mean, weights 1 / (variance + tau2).
        error: its standard error.
        heterogeneity: Q, against the pooled mean without tau2.
        p: chance of such a Q when the units do not differ.
        share_between: I2, the share of the variance that lies between units (0-1).
    """

    between: float
    mean: float
    error: float
    heterogeneity: float
    p: float
    share_between: float

    def limits(self, level: float) -> Interval:
        """mean -+ z SE."""
        require_level(level)
        reach = normal_quantile(level) * self.error
        return Interval(self.mean - reach, self.mean + reach)


def pooled(
    effects: Sequence[float], variances: Sequence[float], *, iterated: bool = False
) -> Pooled:
    """Pool estimates with a variance of their own.

    Args:
        effects: estimates.
        variances: of each (> 0).
        iterated: tau2 by Paule and Mandel (Q with the weights it gives is n - 1) instead of
            DerSimonian and Laird's one step.

    Source:
        DerSimonian and Laird 1986; Paule and Mandel 1982 (R metafor).

    Example:
        >>> found = pooled([1.0, 3.0], [0.5, 0.5])
        >>> found.between, found.mean, found.heterogeneity
        (1.5, 2.0, 4.0)
    """
    require_same_length("estimates to pool", effects, variances)
    require_numbers(effects, "estimates to pool")
    require_positive(variances, "the variances of estimates to pool")
    fixed, q = _weighted(effects, variances, 0.0)
    freedom = len(effects) - 1
    between = between_variance(q, [1 / v for v in variances])
    if iterated:
        between = _paule_mandel(effects, variances)
    mean = _weighted(effects, variances, between)[0] if between else fixed
    error = math.sqrt(1 / math.fsum(1 / (v + between) for v in variances))
    weights = [1 / v for v in variances]
    room = math.fsum(weights) - math.fsum(w * w for w in weights) / math.fsum(weights)
    share = between / (between + freedom / room)
    return Pooled(between, mean, error, q, float(stats.chi2.sf(q, freedom)), share)


def _weighted(
    effects: Sequence[float], variances: Sequence[float], between: float
) -> tuple[float, float]:
    weights = [1 / (v + between) for v in variances]
    products = (w * x for w, x in zip(weights, effects, strict=True))
    mean = math.fsum(products) / math.fsum(weights)
    q = math.fsum(w * (x - mean) ** 2 for w, x in zip(weights, effects, strict=True))
    return mean, q


def _paule_mandel(effects: Sequence[float], variances: Sequence[float]) -> float:
    def excess(between: float) -> float:
        return _weighted(effects, variances, between)[1] - (len(effects) - 1)

    if excess(0.0) <= 0:
        return 0.0
    highest = 1.0
    while excess(highest) > 0:
        highest *= 2
    found: float = optimize.brentq(excess, 0.0, highest, xtol=1e-15, rtol=1e-14)
    return found
