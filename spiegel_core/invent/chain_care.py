"""Chain care: the quarters a person is in a programme, declared by the group of the practice."""

from __future__ import annotations

import numpy as np

from spiegel_core.invent import targets as segment
from spiegel_core.invent.arrays import Flags, Floats, places, real
from spiegel_core.invent.bundles import Bundles, bundles, joined
from spiegel_core.invent.country import Country
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.days import day, quarter_starts
from spiegel_core.invent.dice import dice
from spiegel_core.invent.health import CVRM, Health
from spiegel_core.invent.participation import open_quarters
from spiegel_core.invent.residents import Residents

ASTHMA = "ASTMA"
_PER_1000 = 1000.0
_QUARTERS = 4


def chain_care(country: Country, resident: Residents, health: Health) -> Bundles:
    """All chain care of a year."""
    parts = []
    for row in country.conf.chain_care:
        if row.programme == ASTHMA:
            who = _asthma(country, resident)
        else:
            who = health.shows[row.condition, "chain_care"]
        parts.append(_quarters(country, resident, row.programme, who))
    return joined(parts)


def _quarters(country: Country, resident: Residents, programme: str, in_it: Flags) -> Bundles:
    """One line per quarter in which the person is registered and the practice takes part."""
    declarers = country.groups.declarers(programme, resident.year)
    item = country.items.group(f"programme:{programme}")[0]
    is_open = open_quarters(country, resident, programme)
    parts = []
    for quarter in range(_QUARTERS):
        who = places(in_it & is_open[:, quarter])
        on = int(quarter_starts(resident.year)[quarter]) - day(resident.year, 1, 1)
        items = np.full(len(who), item, dtype=np.int64)
        parts.append(
            bundles(
                resident, who, items, country.items.cents[items],
                declarers[quarter][resident.fee_practice[who, quarter]],
                first=np.full(len(who), on, dtype=np.int64),
                days=np.ones(len(who), dtype=np.int64),
            )
        )  # fmt: skip
    return joined(parts)


def _asthma(country: Country, resident: Residents) -> Flags:
    """Who is in the programme that sets no flag."""
    generator = dice(country.plan.seed, "asthma programme", resident.piece)
    share = asthma_share(country, resident.year)[resident.cell]
    # The same draws each year, so that who is in the programme stays in it.
    draws: Floats = generator.random(int(resident.person.max(initial=0)) + 1)
    flags: Flags = draws[resident.person] < share
    return flags


def asthma_share(country: Country, year: int) -> Floats:
    """Participants per cell: the cost of chain care that the other programmes leave."""
    conf = country.conf
    known = sum(
        (_cost(conf, row.programme, row.condition) for row in conf.chain_care if row.condition),
        real(conf.curve(CVRM)) * 0,
    )
    price = next(row.cents_per_quarter for row in conf.chain_care if row.programme == ASTHMA)
    left = country.targets.of(year, segment.PROGRAMMES) - known
    return np.clip(left / (_QUARTERS * price), 0.003, country.number("highest_asthma_share"))


def _cost(conf: CountryConf, programme: str, condition: str) -> Floats:
    """Cents per insured year of a programme, as far as its condition makes people join it."""
    rows = [row for row in conf.routes if row.condition == condition]
    joins = sum(row.weight for row in rows if row.chain_care) / sum(row.weight for row in rows)
    price = next(row.cents_per_quarter for row in conf.chain_care if row.programme == programme)
    return real(conf.curve(condition)) / _PER_1000 * joins * _QUARTERS * price
