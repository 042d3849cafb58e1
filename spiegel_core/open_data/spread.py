"""How far the ratios of municipalities lie apart; each municipality counts once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from spiegel_core.open_data.expected import RATIO_SCALE, YearResult, ratio

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# Width of a bar of the distribution, in units of 10^-9 of a ratio: 0.05.
BAR = 50_000_000
_DIGITS = 4


@dataclass(frozen=True)
class Spread:
    """The ratios of one segment and year.

    Args:
        municipalities: how many have a ratio.
        quantiles: at `QUANTILES`, rounded to four decimals.
    """

    municipalities: int
    quantiles: tuple[float, ...]


def ratios_of(result: YearResult, segment: int) -> list[int | None]:
    """Per municipality the ratio (10^-9), in order of name; None where nothing is expected."""
    pairs = zip(
        result.observed[:, segment].tolist(), result.expected[:, segment].tolist(), strict=True
    )
    return [ratio(observed, expected) for observed, expected in pairs]


def spread(result: YearResult, segment: int) -> Spread | None:
    """Quantiles of the ratios, by linear interpolation; None where no municipality has one.

    Args:
        result: observed and expected of a year.
        segment: place of the segment.
    """
    found = [value / RATIO_SCALE for value in ratios_of(result, segment) if value is not None]
    if not found:
        return None
    quantiles = np.quantile(found, QUANTILES)
    return Spread(len(found), tuple(round(float(value), _DIGITS) for value in quantiles))


def distribution(result: YearResult, segment: int) -> list[tuple[float, int]]:
    """How many municipalities have a ratio in each bar, empty bars between them included.

    Args:
        result: observed and expected of a year.
        segment: place of the segment.

    Returns:
        Lower limit of each bar (the bar is 0.05 wide, its lower limit belongs to it) and the
        number of municipalities.
    """
    bars = Counter(value // BAR for value in ratios_of(result, segment) if value is not None)
    if not bars:
        return []
    return [(bar * BAR / RATIO_SCALE, bars[bar]) for bar in range(min(bars), max(bars) + 1)]
