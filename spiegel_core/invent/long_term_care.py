"""Wlz: stay of the very old and of some others, a line a month with the number of days."""

from __future__ import annotations

import numpy as np

from spiegel_core.invent.arrays import places, real, whole
from spiegel_core.invent.bundles import Bundles, bundles
from spiegel_core.invent.country import Country
from spiegel_core.invent.dice import dice
from spiegel_core.invent.residents import Residents

_PER_1000, _CENTS = 1000.0, 100
_MONTHS, _DAYS_OF_MONTH = 12, 30


def long_term_care(country: Country, resident: Residents) -> Bundles:
    """All care of list 055 in a year."""
    generator = dice(country.plan.seed, "long-term care", resident.piece, resident.year)
    chance = real(country.conf.curve("wlz")) / _PER_1000
    who = places(generator.random(len(resident)) < chance[resident.cell])
    group = country.items.group("wlz")
    item = group[whole(generator.random(len(who)) * len(group))]
    homes = country.providers["wlz"]
    declarer = homes.number[homes.at(resident.position[who], generator.random(len(who)))]
    months = np.maximum(np.rint(_MONTHS * resident.exposure[who]), 1).astype(np.int64)
    per_day = country.number("long_term_care_euro_per_day") * _CENTS
    raw = per_day * _DAYS_OF_MONTH * np.exp(0.15 * generator.standard_normal(len(who)))
    return bundles(resident, who, item, raw, declarer, lines=months, quantity=_DAYS_OF_MONTH)
