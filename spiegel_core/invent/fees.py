"""Registration fees: which code and tariff, and what part of the insured is registered.

The fee keeps its tariff; what differs by age and sex in the figures is the part of the insured
for whom it is declared.
"""

from __future__ import annotations

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, real, whole
from spiegel_core.invent.cells import lowest_ages
from spiegel_core.invent.country import Country
from spiegel_core.invent.targets import FEE

_AGES = (65, 75, 85)
_BANDS = ("fee_under_65", "fee_65_74", "fee_75_84", "fee_85_plus")
_OLD_BANDS = ("fee_under_65", "fee_65_74", "fee_75_plus", "fee_75_plus")
_SPLIT_AT_85_FROM = 2018
_HIGHEST_SHARE = 0.995
_MIDDLE_OF_CLASS = 2


def fee_items(country: Country, year: int, ages: Ints, is_deprived: Flags) -> Ints:
    """The item of the fee of persons of these ages."""
    band = np.searchsorted(_AGES, ages, side="right")
    table = _table(country, year)
    return table[whole(is_deprived), band]


def _table(country: Country, year: int) -> Ints:
    is_split = year >= _SPLIT_AT_85_FROM
    rows = []
    for surcharge in ("", "_deprived"):
        names = [
            band + surcharge + ("_before_2018" if band.endswith("75_plus") else "")
            for band in (_BANDS if is_split else _OLD_BANDS)
        ]
        rows.append(np.concatenate([country.items.group(name) for name in names]))
    return np.stack(rows)


def registered_share(country: Country, year: int) -> Floats:
    """The part of the insured of each cell for whom a fee is declared (0-1)."""
    geography, items = country.geography, country.items
    deprived = geography.inhabitants[geography.is_deprived].sum() / geography.inhabitants.sum()
    ages = lowest_ages() + _MIDDLE_OF_CLASS
    plain = items.cents[fee_items(country, year, ages, np.zeros(len(ages), dtype=bool))]
    surcharged = items.cents[fee_items(country, year, ages, np.ones(len(ages), dtype=bool))]
    tariff = (plain + deprived * (surcharged - plain)) * country.targets.trend[year][FEE]
    share: Floats = np.minimum(country.targets.of(year, FEE) / (4 * tariff), _HIGHEST_SHARE)
    return share


def yearly_tariffs(country: Country, year: int) -> Floats:
    """The cents of every item in a year: fees follow the trend of the figures."""
    is_fee = country.items.segment == country.targets.segments.index(FEE)
    trend = country.targets.trend[year][FEE]
    return real(np.where(is_fee, country.items.cents * trend, country.items.cents))
