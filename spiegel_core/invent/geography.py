"""Neighbourhoods along a line: municipalities, postcodes, incomes, inhabitants.

The country is a line from 0 to 1 that is closed to a ring. A neighbourhood is a stretch of it, so
is the catchment of a practice; who lives near the end of one stretch may go to the next practice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, whole
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.dice import dice
from spiegel_core.invent.plan import CountryPlan

VINTAGE = "2008-2010"
# The register knows these postcodes, the incomes do not.
_FIRST_UNKNOWN_POSTCODE = 9990
_FIRST_MUNICIPALITY = 8001
_FIRST_POSTCODE, _LAST_POSTCODE = 1001, 9989


@dataclass(frozen=True)
class Geography:
    """The neighbourhoods of the country, in order along the line.

    Args:
        postcodes, municipalities, neighbourhoods: codes as text.
        municipality: place of each neighbourhood's municipality.
        incomes: average income (euro).
        inhabitants: persons.
        ends: where each stretch ends (0-1).
        poverty: minus the logarithm of income, mean 0 and sd 1 over inhabitants.
        is_deprived: fees carry the surcharge for deprived areas.
    """

    postcodes: Sequence[str]
    municipalities: Sequence[str]
    neighbourhoods: Sequence[str]
    municipality: Ints
    incomes: Ints
    inhabitants: Ints
    ends: Floats
    poverty: Floats
    is_deprived: Flags

    def at(self, positions: Floats) -> Ints:
        """The neighbourhood of each position on the line."""
        return whole(np.searchsorted(self.ends[:-1], positions, side="right"))

    def unknown_postcode(self, neighbourhood: int) -> str:
        """A postcode of the neighbourhood that the incomes do not know."""
        return str(_FIRST_UNKNOWN_POSTCODE + neighbourhood % 10)


def geography(conf: CountryConf, plan: CountryPlan) -> Geography:
    """The neighbourhoods of a country of the size asked for."""
    generator = dice(plan.seed, "geography")
    number = min(max(round(plan.persons / conf.number("persons_per_neighbourhood")), 8), 8000)
    sizes = generator.lognormal(0.0, 0.5, number)
    # Neighbours are alike: a slow wave along the line, and chance.
    wave = np.sin(2 * np.pi * (np.arange(number) / number * 3 + generator.random()))
    incomes = np.exp(
        np.log(conf.number("income_median_euro"))
        + conf.number("income_sd") * (0.6 * wave + 0.8 * generator.standard_normal(number))
    ).astype(np.int64)
    shares = sizes / sizes.sum()
    raw = -np.log(incomes)
    mean = float(shares @ raw)
    poverty = (raw - mean) / np.sqrt(shares @ (raw - mean) ** 2)
    deprived = max(round(conf.number("deprived_share") * number), 1)
    per_municipality = int(conf.number("neighbourhoods_per_municipality"))
    municipality = np.arange(number, dtype=np.int64) // per_municipality
    places = range(number)
    codes = [_FIRST_MUNICIPALITY + int(m) for m in municipality]
    step = max((_LAST_POSTCODE - _FIRST_POSTCODE) // number, 1)
    return Geography(
        postcodes=[str(_FIRST_POSTCODE + step * n) for n in places],
        municipalities=[f"GM{code:04d}" for code in codes],
        neighbourhoods=[f"WK{codes[n]:04d}{n % per_municipality:02d}" for n in places],
        municipality=municipality,
        incomes=incomes,
        inhabitants=np.maximum(np.rint(shares * plan.persons), 1).astype(np.int64),
        ends=np.cumsum(shares),
        poverty=poverty,
        is_deprived=incomes <= np.sort(incomes)[deprived - 1],
    )
