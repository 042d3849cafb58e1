"""Physiotherapy, exercise therapy, speech therapy and the rest: sessions of therapists."""

from __future__ import annotations

import numpy as np

from spiegel_core.invent import targets as segment
from spiegel_core.invent.arrays import Floats, Ints, whole
from spiegel_core.invent.bundles import Bundles, bundles, joined
from spiegel_core.invent.care_rows import ParamedicalCare
from spiegel_core.invent.cells import between
from spiegel_core.invent.country import Country
from spiegel_core.invent.dice import dice
from spiegel_core.invent.residents import NOWHERE, Residents

_PER_1000 = 1000.0
_NEED = 0.4
_SHAPE = 1.2  # of the gamma that spreads the number of sessions between patients
_MOST_SESSIONS = 104
_DAYS_BETWEEN = 6
_REFERRED = 0.4


def paramedical_care(country: Country, resident: Residents, care_type: str) -> Bundles:
    """The sessions of one care type in a year."""
    parts = []
    for number, row in enumerate(country.conf.paramedical_care):
        if row.care_type == care_type:
            generator = dice(
                country.plan.seed, "paramedical care", number, resident.piece, resident.year
            )
            parts.append(_patients(country, resident, number, row, generator))
    return joined(parts)


def _patients(
    country: Country,
    resident: Residents,
    number: int,
    row: ParamedicalCare,
    generator: np.random.Generator,
) -> Bundles:
    """The patients of one row of paramedical_care.csv, each with a run of sessions."""
    rate = _rate(country, row, resident.year)
    need = resident.multiplier(_NEED)
    effect = country.effects.on_rate(row.family, resident.home)
    counts = generator.poisson(rate[resident.cell] * resident.exposure * need * effect)
    who = np.repeat(np.arange(len(resident), dtype=np.int64), counts)
    draws = generator.random((4, len(who)))
    practices = country.providers[row.care_type]
    chosen = practices.at(resident.position[who], draws[0])
    sessions = _sessions(row, practices.effect[chosen], generator)
    group = country.items.group(f"paramedical:{number}")
    item = group[whole(draws[1] * len(group))]
    days = np.minimum(sessions * _DAYS_BETWEEN, resident.days[who])
    first = resident.first[who] + whole(draws[2] * (resident.days[who] - days + 1))
    is_referred = (generator.random(len(who)) < _REFERRED) & (resident.home[who] != NOWHERE)
    return bundles(
        resident, who, item, country.items.cents[item], practices.number[chosen],
        lines=sessions, first=first, days=days,
        performer=practices.therapist_of(chosen, draws[3]),
        referrer=np.where(is_referred, resident.gp[who], 0),
    )  # fmt: skip


def _rate(country: Country, row: ParamedicalCare, year: int) -> Floats:
    """Runs of sessions per insured year and cell: by cost on basic cover, else by rate."""
    is_in = between(row.from_class, row.to_class)
    if row.cover == "A":
        return row.rate / _PER_1000 * is_in
    is_physiotherapy = row.care_type == "fysiotherapie"
    of = segment.PHYSIOTHERAPY if is_physiotherapy else segment.OTHER_PARAMEDICAL
    cost = country.targets.of(year, of) * row.share
    return cost * is_in / (row.sessions * row.session_cents)


def _sessions(row: ParamedicalCare, effect: Floats, generator: np.random.Generator) -> Ints:
    """How many sessions each patient has; the planted effect of the therapist's practice acts."""
    more = np.maximum(row.sessions * np.exp(effect) - 1, 0.0)
    mean = more * generator.gamma(_SHAPE, 1 / _SHAPE, len(effect))
    return whole(np.minimum(1 + generator.poisson(mean), _MOST_SESSIONS))
