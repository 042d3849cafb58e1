"""What is planted: how much more or less a practice does than its patients explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Floats, Ints
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.dice import dice
from spiegel_core.invent.providers import standardised

RATE, PRICE, BOTH = "rate", "price", "both"


@dataclass(frozen=True)
class Effects:
    """The planted effects, constant over the years.

    Args:
        outcomes: the families of care that have one.
        acts_on: rate (how often), price (how dear), or both, half each.
        logs: outcomes x practices, natural logarithms; the last column, for nobody, is 0.
    """

    outcomes: Sequence[str]
    acts_on: Sequence[str]
    logs: Floats

    def place(self, outcome: str) -> int:
        """The number of a family; -1 for care without one."""
        return self.outcomes.index(outcome) if outcome in self.outcomes else -1

    def on_rate(self, outcome: str, practices: Ints) -> Floats:
        """What the number of times is multiplied by; practice -1 is nobody."""
        return self._factor(outcome, practices, RATE)

    def on_price(self, outcome: str, practices: Ints) -> Floats:
        """What the price is multiplied by; practice -1 is nobody."""
        return self._factor(outcome, practices, PRICE)

    def _factor(self, outcome: str, practices: Ints, on: str) -> Floats:
        place = self.place(outcome)
        if place < 0:
            return np.ones(len(practices))
        share = {on: 1.0, BOTH: 0.5}.get(self.acts_on[place], 0.0)
        factors: Floats = np.exp(share * self.logs[place])
        return factors[practices]


def effects(conf: CountryConf, seed: int, share: Floats) -> Effects:
    """Draw the effects of all practices.

    The person-weighted mean of exp(effect) is 1, so that a practice without an effect does what
    is expected; the unweighted standard deviation is the planted one, exactly.

    Args:
        conf: the planted standard deviations.
        seed: of the country.
        share: share of the persons per practice (adds up to 1).
    """
    logs = np.zeros((len(conf.planted_effects), len(share) + 1))
    # What a practice does much of in general; outcomes follow it as far as conf says.
    activity = dice(seed, "practice activity").standard_normal(len(share))
    for place, row in enumerate(conf.planted_effects):
        own = dice(seed, "practice effects", row.outcome).standard_normal(len(share))
        draws = row.common * activity + np.sqrt(1 - row.common**2) * own
        effect = row.sd * standardised(draws)
        if row.sd > 0:
            logs[place, :-1] = effect - np.log(share @ np.exp(effect))
    return Effects(
        [row.outcome for row in conf.planted_effects],
        [row.acts_on for row in conf.planted_effects],
        logs,
    )
