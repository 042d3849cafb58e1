"""Practices of drawn persons whose true ratio is known; costs in whole cents.

The same seed gives the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, Philox
from scipy import stats

from spiegel_core.engine.domain import require_positive
from spiegel_core.statistics.ratios import Cell, Ratio, ratio_of_cells


@dataclass(frozen=True)
class Kind:
    """Persons of one kind: some cost nothing, of the others the logarithm of cost is normal.

    Args:
        share: of all persons (0-1).
        users: share that costs anything (0-1).
        median_cents: of those.
        spread: standard deviation of the logarithm.
        highest_cents: cost beyond it is cut off, as high-cost persons are left out of a mirror.
    """

    share: float
    users: float
    median_cents: int
    spread: float
    highest_cents: int

    @property
    def mean_cents(self) -> float:
        """What such a person costs on average, exactly known."""
        middle, highest = math.log(self.median_cents), math.log(self.highest_cents)
        below = stats.norm.cdf((highest - middle) / self.spread - self.spread)
        above = stats.norm.sf((highest - middle) / self.spread)
        whole = math.exp(middle + self.spread**2 / 2)
        return self.users * float(whole * below + self.highest_cents * above)

    def draw(self, persons: int, effect: float, generator: Generator) -> list[int]:
        """Costs of persons of a practice with an effect (1 = as everywhere), in cents."""
        cents = np.minimum(
            generator.lognormal(math.log(self.median_cents), self.spread, persons),
            self.highest_cents,
        )
        is_user = generator.random(persons) < self.users
        drawn: list[int] = np.rint(effect * cents * is_user).astype(np.int64).tolist()
        return drawn


# Two ages, as in the simulation of background B2: zeros, a long tail, cut at 22,500 euro.
AVERAGE_COUNTRY = (
    Kind(share=0.7, users=0.8, median_cents=40_000, spread=1.4, highest_cents=2_250_000),
    Kind(share=0.3, users=0.95, median_cents=150_000, spread=1.4, highest_cents=2_250_000),
)


def generator_of(seed: int) -> Generator:
    """A source of chance that is the same everywhere for a seed."""
    return Generator(Philox(key=seed))


def drawn_practice(
    kinds: Sequence[Kind], persons: int, effect: float, generator: Generator
) -> Ratio:
    """Observed over expected of a practice whose true ratio is the effect.

    Args:
        kinds: of persons; how many of each a practice has is drawn.
        persons: of the practice.
        effect: its true ratio (> 0).
        generator: source of chance.

    Example:
        >>> practice = drawn_practice(AVERAGE_COUNTRY, 100, 1.0, generator_of(1))
        >>> practice.persons, practice.observed.denominator
        (100, 1)
    """
    require_positive([persons, effect], "persons and effect of a drawn practice")
    cells: list[Cell] = []
    shares = [kind.share for kind in kinds]
    for kind, n in zip(kinds, generator.multinomial(persons, shares).tolist(), strict=True):
        cents = kind.draw(n, effect, generator)
        cells.append((n, sum(cents), sum(c * c for c in cents), kind.mean_cents))
    return ratio_of_cells(cells)
