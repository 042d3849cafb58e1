"""What a general practice declares: registration fees, contacts, and the rest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spiegel_core.invent import targets as segment
from spiegel_core.invent.arrays import Floats, Ints, picked, places, real
from spiegel_core.invent.bundles import Bundles, bundles, joined
from spiegel_core.invent.country import Country
from spiegel_core.invent.days import ages_on, day, quarter_starts
from spiegel_core.invent.dice import dice
from spiegel_core.invent.fees import fee_items, registered_share, yearly_tariffs
from spiegel_core.invent.people import People
from spiegel_core.invent.residents import NOWHERE, Residents
from spiegel_core.invent.traits import Traits

_PER_1000 = 1000.0
# However cheap a year is, some contacts are left.
_LEAST_PART = 0.1


def gp_care(country: Country, people: People, traits: Traits, resident: Residents) -> Bundles:
    """All care of list 008 in a year."""
    generator = dice(country.plan.seed, "gp care", resident.piece, resident.year)
    parts = [
        _fees(country, people, traits, resident, quarter, fee)
        for fee in (resident.fee_practice, resident.second_fee)
        for quarter in range(4)
    ]
    for family, rate in contact_rates(country, resident.year).items():
        parts.append(_contacts(country, resident, family, rate, generator))
    parts.append(_modules(country, resident))
    parts.extend(_rest(country, resident, generator))
    return joined(parts)


def _fees(
    country: Country,
    people: People,
    traits: Traits,
    resident: Residents,
    quarter: int,
    fee: Ints,
) -> Bundles:
    """The registration fees of a quarter, on its first day."""
    who = places(fee[:, quarter] != NOWHERE)
    practice = fee[who, quarter]
    on = int(quarter_starts(resident.year)[quarter])
    ages = ages_on(on, people.birth[resident.person[who]])
    deprived = country.geography.is_deprived[resident.neighbourhood[who]]
    item = fee_items(country, resident.year, ages, deprived)
    gps = country.practices.gp_of(practice, traits.chooses_gp[resident.person[who]])
    return bundles(
        resident, who, item, yearly_tariffs(country, resident.year)[item],
        country.practices.number[practice],
        first=np.full(len(who), on - day(resident.year, 1, 1), dtype=np.int64),
        days=np.ones(len(who), dtype=np.int64), performer=gps,
    )  # fmt: skip


def contact_rates(country: Country, year: int) -> Mapping[str, Floats]:
    """Contacts per year of somebody registered, per family and cell.

    Consults, visits and remote contacts follow from the cost of the figures; the rest has rates
    of its own.
    """
    conf, number = country.conf, country.number
    fades = min(conf.old_contact_codes, key=lambda row: (abs(row.year - year), row.year))
    visits = real(conf.curve("visit_share")) / _PER_1000
    short_visits = number("short_visit_share")
    remote = (1 - visits) * fades.remote_share
    office = 1 - visits - remote
    shares = {
        "consult_short": office * number("short_share"),
        "consult_normal": office * (1 - number("short_share") - number("long_share")),
        "consult_long": office * number("long_share"),
        "visit_short": visits * short_visits,
        "visit_long": visits * (1 - short_visits),
        "contact_remote": remote,
    }
    price = sum((share * _mean_cents(country, name) for name, share in shares.items()), 0 * visits)
    vaccinations = real(conf.curve("vaccination")) / _PER_1000
    cost = country.targets.of(year, segment.CONSULT)
    left = np.maximum(cost - vaccinations * _mean_cents(country, "vaccination"), _LEAST_PART * cost)
    registered = registered_share(country, year)
    rates = {name: share * left / price / registered for name, share in shares.items()}
    rates["vaccination"] = vaccinations
    trend = country.targets.trend[year][segment.OTHER_GP]
    for name in ("poh_ggz", "special_procedures"):
        rates[name] = real(conf.curve(name)) / _PER_1000 * trend
    return rates


def _mean_cents(country: Country, family: str) -> float:
    weights, items = country.items.weights[family], country.items.group(family)
    return float(weights @ country.items.cents[items] / weights.sum())


def _contacts(
    country: Country,
    resident: Residents,
    family: str,
    rate: Floats,
    generator: np.random.Generator,
) -> Bundles:
    """Contacts of one family, with the own practice."""
    need = resident.multiplier(country.number("gp_need"))
    effect = country.effects.on_rate(family, resident.home)
    expected = rate[resident.cell] * resident.exposure * need * effect
    counts = generator.poisson(np.where(resident.home == NOWHERE, 0.0, expected))
    who = places(counts > 0)
    items, weights = country.items.group(family), country.items.weights[family]
    item = items[picked(generator.random(len(who)), weights)]
    if family == "consult_normal":
        fades = min(
            country.conf.old_contact_codes,
            key=lambda row: (abs(row.year - resident.year), row.year),
        )
        is_old = generator.random(len(who)) < fades.old_consult_share
        item = np.where(is_old, country.items.group("consult_normal_old")[0], item)
    return bundles(
        resident, who, item, country.items.cents[item],
        country.practices.number[resident.home[who]], lines=counts[who],
        performer=_performers(country, resident, who, generator),
    )  # fmt: skip


def _performers(
    country: Country, resident: Residents, who: Ints, generator: np.random.Generator
) -> Ints:
    """The own GP, a locum, or a colleague of the same practice."""
    draws, other = generator.random(len(who)), generator.random(len(who))
    own, locum = country.number("own_gp_share"), country.number("locum_share")
    home = resident.home[who]
    colleague = country.practices.gp_of(home, other)
    stands_in = country.practices.locum_of(home, other)
    replacement = np.where((draws >= own) & (draws < own + locum), stands_in, colleague)
    replacement = np.where(replacement == 0, colleague, replacement)
    return np.where(draws < own, resident.gp[who], replacement)


def _modules(country: Country, resident: Residents) -> Bundles:
    """The half-yearly fee of a module, on the first day of the half-year."""
    parts = []
    for quarter in (0, 2):
        practice = resident.fee_practice[:, quarter]
        who = places(practice != NOWHERE)
        item = np.full(len(who), country.items.group("gp_module")[0], dtype=np.int64)
        on = int(quarter_starts(resident.year)[quarter]) - day(resident.year, 1, 1)
        parts.append(
            bundles(
                resident, who, item, country.items.cents[item],
                country.practices.number[practice[who]],
                first=np.full(len(who), on, dtype=np.int64),
                days=np.ones(len(who), dtype=np.int64), performer=resident.gp[who],
            )
        )  # fmt: skip
    return joined(parts)


def _rest(country: Country, resident: Residents, generator: np.random.Generator) -> list[Bundles]:
    """Out of hours and passers-by: what the other families leave of the cost."""
    year, items = resident.year, country.items
    cost = country.targets.of(year, segment.OTHER_GP)
    rates, registered = contact_rates(country, year), registered_share(country, year)
    known = 2 * items.cents[items.group("gp_module")[0]] * registered
    for name in ("poh_ggz", "special_procedures"):
        known = known + rates[name] * _mean_cents(country, name) * registered
    left = np.maximum(cost - known, _LEAST_PART * cost)
    share = country.number("passers_by_share")
    need = resident.multiplier(country.number("gp_need"))
    parts = []
    for family, part in (("gp_passers_by", share), ("gp_out_of_hours", 1 - share)):
        rate = left * part / _mean_cents(country, family)
        effect = country.effects.on_rate("gp_other", resident.home)
        counts = generator.poisson(rate[resident.cell] * resident.exposure * need * effect)
        who = places(counts > 0)
        item = items.group(family)[picked(generator.random(len(who)), items.weights[family])]
        parts.append(
            bundles(
                resident, who, item, items.cents[item],
                _elsewhere(country, resident, who, family, generator), lines=counts[who],
            )
        )  # fmt: skip
    return parts


def _elsewhere(
    country: Country,
    resident: Residents,
    who: Ints,
    family: str,
    generator: np.random.Generator,
) -> Ints:
    """Any practice for a passer-by; the nearest post outside office hours."""
    draws = generator.random(len(who))
    if family == "gp_passers_by":
        return country.practices.number[country.practices.at(draws)]
    posts = country.providers["huisartsenzorg"]
    return posts.number[posts.at(resident.position[who], draws)]
