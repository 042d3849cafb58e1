"""Extremes among providers, left out or drawn in before what is common to all is estimated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from scipy import stats

from spiegel_core.engine.domain import require

TRUNCATE, WINSORISE = "truncate", "winsorise"


def kept_after_truncation(z: Sequence[float], share: float) -> tuple[int, ...]:
    """The places left when a share of the providers is cut at each end.

    With k = 1 / share, a provider of ascending rank r among N is in band floor(r k / (N + 1)); the
    first and the last band go. Equal scores share their mean rank.

    Args:
        z: scores.
        share: cut at each end (0 to below 0.5); 0 cuts nothing.

    Source:
        SHMI, as FunnelPlotR truncates.

    Example:
        >>> kept_after_truncation([-0.8, 3.1, 1.1, -1.7, 1.8, 0.3], 0.2)
        (0, 2, 4, 5)
    """
    cut = _share(share)
    if cut == 0:
        return tuple(range(len(z)))
    ranks = stats.rankdata(z, method="average")
    bands = [Fraction(float(rank)) / cut // (len(z) + 1) for rank in ranks]
    return tuple(place for place, band in enumerate(bands) if 1 <= band < 1 / cut - 1)


def winsorised(z: Sequence[float], share: float) -> tuple[float, ...]:
    """Scores beyond the share and 1 - share quantiles are drawn in to them.

    Quantiles lie at 1 + (n - 1) p of the sorted scores, straight between neighbours (R, type 7).

    Source:
        CQC, as FunnelPlotR winsorises.

    Example:
        >>> winsorised([0.0, 1.0, 2.0, 3.0, 40.0], 0.25)
        (1.0, 1.0, 2.0, 3.0, 3.0)
    """
    cut = _share(share)
    ordered = sorted(z)
    lowest, highest = _quantile(ordered, cut), _quantile(ordered, 1 - cut)
    return tuple(min(max(score, lowest), highest) for score in z)


def _share(share: float) -> Fraction:
    """The share as it is written, so that 0.1 is a tenth."""
    require(0 <= share < 0.5, f"the share {share} cut at each end", "0 to below 0.5")
    return Fraction(str(share))


def _quantile(ordered: Sequence[float], p: Fraction) -> float:
    place = (len(ordered) - 1) * p
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + float(place - below) * (ordered[above] - ordered[below])


def variance_left(share: float, cut: str) -> float:
    """What is left of the variance of a standard normal when both its ends are cut.

    With c the quantile of 1 - share: 1 - 2 c pdf(c) / (1 - 2 share) where the ends are left out;
    where they are drawn in, (1 - 2 share) times that, and 2 share c^2.

    Args:
        share: cut at each end (0 to below 0.5).
        cut: TRUNCATE or WINSORISE.

    Source:
        Variance of the truncated normal distribution.

    Example:
        >>> round(variance_left(0.1, TRUNCATE), 4), round(variance_left(0.1, WINSORISE), 4)
        (0.4377, 0.6787)
    """
    if _share(share) == 0:
        return 1.0
    c = float(stats.norm.ppf(1 - share))
    middle = 1 - 2 * share
    left = 1 - 2 * c * float(stats.norm.pdf(c)) / middle
    return left if cut == TRUNCATE else middle * left + 2 * share * c * c
