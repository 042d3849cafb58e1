"""Medicines: treatments of conditions and diseases, occasional, dear and short use.

A condition or cost group shows when its drugs add up to more than 180 daily doses. So whoever is
planted with it gets more, everybody else at most 180 in all, some of them exactly.
"""

from __future__ import annotations

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, picked, places, real, whole
from spiegel_core.invent.bundles import Bundles, bundles, joined
from spiegel_core.invent.care_rows import Treatment
from spiegel_core.invent.country import Country
from spiegel_core.invent.dice import dice
from spiegel_core.invent.health import CONDITIONS, Health, diseases
from spiegel_core.invent.residents import NOWHERE, Residents

LIMIT_DDD = 180
_THOUSANDTHS = 1000
_DAYS_OF_YEAR = 366
_LEAST_SHORT, _MOST_SHORT = 8.0, 150.0  # daily doses of use under the limit
_CANCER = "kanker"
_CANCER_UNITS = 60
_MOST_UNITS = 99_999
_ADULT, _OLD = 18, 65


def medicines(country: Country, resident: Residents, health: Health) -> Bundles:
    """All care of list 001 in a year."""
    generator = dice(country.plan.seed, "medicines", resident.piece, resident.year)
    parts = []
    for name in (*CONDITIONS, *diseases(country.conf)):
        treated = health.shows[name, "drugs"] if name in CONDITIONS else health.has[name]
        parts.extend(_treatments(country, resident, name, treated, generator))
    parts.append(_short_use(country, resident, health, generator))
    parts.append(_occasional(country, resident, generator))
    parts.append(_expensive(country, resident, generator))
    return joined(parts)


def _treatments(
    country: Country,
    resident: Residents,
    disease: str,
    treated: Flags,
    generator: np.random.Generator,
) -> list[Bundles]:
    """A first treatment for everybody treated, others on top for some."""
    rows = [row for row in country.conf.treatments if row.disease == disease]
    who = places(treated)
    first = picked(generator.random(len(who)), real([row.weight for row in rows]))
    parts = []
    for place, row in enumerate(rows):
        is_extra = generator.random(len(who)) < row.extra
        parts.append(
            _treatment(country, resident, who[(first == place) | is_extra], row, generator)
        )
    return parts


def _treatment(
    country: Country,
    resident: Residents,
    who: Ints,
    row: Treatment,
    generator: np.random.Generator,
) -> Bundles:
    """A treatment of the whole time insured, in equal lines."""
    item = _any_of(country, row.atc, who, generator)
    dose = row.ddd_per_day_from + generator.random(len(who)) * (
        row.ddd_per_day_to - row.ddd_per_day_from
    )
    lines = np.maximum(np.rint(row.lines_per_year * resident.exposure[who]), 1).astype(np.int64)
    if row.disease == _CANCER:
        # The rule counts lines, and these drugs have no daily dose.
        lines = np.maximum(lines + generator.integers(-2, 5, len(who)), 3)
        units = np.full(len(who), _CANCER_UNITS, dtype=np.int64)
    else:
        doses = dose * resident.exposure[who] * _DAYS_OF_YEAR / lines
        units = _units(country, item, doses)
    return _dispensed(country, resident, who, item, units, lines, generator)


def _units(country: Country, item: Ints, doses: Floats) -> Ints:
    """Units that hold at least so many daily doses."""
    per_unit = np.maximum(country.items.ddd[item], 1) / _THOUSANDTHS
    return np.clip(whole(np.ceil(doses / per_unit)), 1, _MOST_UNITS)


def _any_of(country: Country, atc_prefix: str, who: Ints, generator: np.random.Generator) -> Ints:
    found = country.items.medicines(atc_prefix)
    return found[whole(generator.random(len(who)) * len(found))]


def _dispensed(
    country: Country,
    resident: Residents,
    who: Ints,
    item: Ints,
    units: Ints,
    lines: Ints,
    generator: np.random.Generator,
    raw: Floats | None = None,
) -> Bundles:
    """Lines of a pharmacy near the person; the practice's planted effect is in the price."""
    price = units * country.items.cents[item] if raw is None else raw
    effect = country.effects.on_price("cost_farmacie", resident.home[who])
    draws = generator.random((2, len(who)))
    shops = country.providers["farmacie"]
    by_gp = draws[1] < country.number("prescriber_gp_share")
    return bundles(
        resident, who, item, (price + country.number("dispensing_fee_cents")) * effect,
        shops.number[shops.at(resident.position[who], draws[0])], lines=lines, quantity=units,
        referrer=np.where(by_gp & (resident.home[who] != NOWHERE), resident.gp[who], 0),
    )  # fmt: skip


def _short_use(
    country: Country, resident: Residents, health: Health, generator: np.random.Generator
) -> Bundles:
    """One short treatment at most, of a drug whose condition or cost group one has not.

    Who has a condition that shows by another route may use its drugs under the limit as well.
    """
    rows = country.conf.short_treatments
    draws = generator.random(len(resident))
    chosen = picked(generator.random(len(resident)), real([row.weight for row in rows]))
    under = country.number("under_limit_share")
    item = np.zeros(len(resident), dtype=np.int64)
    takes = np.zeros(len(resident), dtype=bool)
    for place, row in enumerate(rows):
        found = country.items.medicines(row.atc)
        is_chosen = chosen == place
        item[is_chosen] = found[place % len(found)]
        may = ~health.has[row.list]
        chance = np.where(may, country.number("short_treatments_per_person"), 0.0)
        if row.list in CONDITIONS:
            by_other_route = health.has[row.list] & ~health.shows[row.list, "drugs"]
            chance = np.where(by_other_route, under, chance)
        takes |= is_chosen & (draws < chance)
    who = places(takes)
    item, ddd = item[who], country.items.ddd[item[who]]
    doses = _LEAST_SHORT + generator.random(len(who)) * (_MOST_SHORT - _LEAST_SHORT)
    units = np.maximum(whole(doses * _THOUSANDTHS / np.maximum(ddd, 1)), 1)
    limit = LIMIT_DDD * _THOUSANDTHS
    at_limit = (generator.random(len(who)) < country.number("exactly_at_limit_share")) & (
        (ddd > 0) & (limit % np.maximum(ddd, 1) == 0)
    )
    units = np.where(at_limit, limit // np.maximum(ddd, 1), units)
    units = np.where(ddd == 0, _CANCER_UNITS, units)
    fits = units * np.maximum(ddd, 1) <= limit
    one = np.ones(len(who), dtype=np.int64)
    return _dispensed(country, resident, who[fits], item[fits], units[fits], one[fits], generator)


def _occasional(country: Country, resident: Residents, generator: np.random.Generator) -> Bundles:
    """Courses of medicines that point at no condition and no cost group."""
    rows = country.conf.occasional_medicines
    rate = real(country.conf.curve("occasional_medicines")) / _THOUSANDTHS
    need = resident.multiplier(country.number("medicine_need"))
    counts = generator.poisson(rate[resident.cell] * resident.exposure * need)
    who = np.repeat(np.arange(len(resident), dtype=np.int64), counts)
    weights = (
        real([row.weight_0_17 for row in rows]),
        real([row.weight_18_64 for row in rows]),
        real([row.weight_65_plus for row in rows]),
    )
    band = np.searchsorted((_ADULT, _OLD), resident.age[who], side="right")
    draws = generator.random(len(who))
    chosen = np.zeros(len(who), dtype=np.int64)
    for place, of_band in enumerate(weights):
        chosen = np.where(band == place, picked(draws, of_band), chosen)
    options = [country.items.medicines(row.atc) for row in rows]
    width = np.array([len(found) for found in options])
    table = np.zeros((len(rows), int(width.max())), dtype=np.int64)
    for place, found in enumerate(options):
        table[place, : len(found)] = found
    item = table[chosen, whole(generator.random(len(who)) * width[chosen])]
    units = whole([row.units for row in rows])[chosen] * generator.integers(1, 3, len(who))
    extra = real([row.lines - 1 for row in rows])[chosen]
    lines = 1 + generator.poisson(extra * resident.exposure[who])
    return _dispensed(country, resident, who, item, units, whole(lines), generator)


def _expensive(country: Country, resident: Residents, generator: np.random.Generator) -> Bundles:
    """Dear treatments; with them the upper tail of the cost of medicines."""
    rows = country.conf.expensive_medicines
    rate = real(country.conf.curve("expensive_medicines")) / _THOUSANDTHS
    who = places(generator.random(len(resident)) < rate[resident.cell] * resident.exposure)
    chosen = picked(generator.random(len(who)), real([row.weight for row in rows]))
    item = whole([int(country.items.medicines(row.atc)[0]) for row in rows])[chosen]
    units = whole([row.units for row in rows])[chosen]
    lines = np.maximum(whole([row.lines for row in rows])[chosen] * resident.exposure[who], 1)
    spread = np.exp(0.3 * generator.standard_normal(len(who)))
    raw = 100 * real([row.euro_per_line for row in rows])[chosen] * spread
    return _dispensed(country, resident, who, item, units, whole(lines), generator, raw)
