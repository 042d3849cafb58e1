"""p-values of many figures at once, for screening lists: how many of them are chance?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from spiegel_core.engine.domain import require


def benjamini_hochberg(p: Sequence[float]) -> tuple[float, ...]:
    """The expected share of false findings in a list that ends with this one (q-value).

    Of m p-values the one in ascending place i becomes the smallest of p m / i from there on.

    Args:
        p: p-values (0-1), in any order.

    Returns:
        q-values (0-1) in the order given.

    Raises:
        WrongUse: there is none, or one is no share.

    Source:
        Benjamini and Hochberg 1995 (scipy.stats.false_discovery_control).

    Example:
        >>> benjamini_hochberg([0.5, 0.01])
        (0.5, 0.02)
    """
    _require_shares(p)
    return tuple(float(q) for q in stats.false_discovery_control(np.array(p, dtype=float)))


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """p-values such that the chance of any false finding stays below the level.

    The one in ascending place i becomes the largest of (m - i + 1) p up to there, at most 1.

    Source:
        Holm 1979.

    Example:
        >>> holm([0.5, 0.01])
        (0.5, 0.02)
    """
    _require_shares(p)
    order = sorted(range(len(p)), key=lambda place: p[place])
    adjusted = [0.0] * len(p)
    largest = 0.0
    for step, place in enumerate(order):
        largest = min(1.0, max(largest, (len(p) - step) * p[place]))
        adjusted[place] = largest
    return tuple(adjusted)


def bonferroni(p: Sequence[float]) -> tuple[float, ...]:
    """p-values times how many there are, at most 1.

    Example:
        >>> bonferroni([0.5, 0.01])
        (1.0, 0.02)
    """
    _require_shares(p)
    return tuple(min(1.0, len(p) * value) for value in p)


def _require_shares(p: Sequence[float]) -> None:
    require(len(p) > 0 and all(0 <= value <= 1 for value in p), "p-values", "shares from 0 to 1")
