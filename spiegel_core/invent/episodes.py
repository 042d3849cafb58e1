"""Care that comes in episodes: how often follows from the cost, how dear from conf.

The number of episodes of a person is a Poisson count, so that a planted effect on the rate is an
effect of the same size on the mean amount, however high the rate is.
"""

from __future__ import annotations

import numpy as np

from spiegel_core.invent import targets as segment
from spiegel_core.invent.arrays import Flags, Floats, Ints, picked, places, real, whole
from spiegel_core.invent.bundles import Bundles, bundles, joined
from spiegel_core.invent.care_rows import OtherCare, SpecialistCare
from spiegel_core.invent.cells import CLASSES, between, lowest_ages
from spiegel_core.invent.country import Country
from spiegel_core.invent.dice import dice
from spiegel_core.invent.health import CONDITIONS, Health
from spiegel_core.invent.residents import NOWHERE, Residents

_CENTS = 100
_ADULT, _OLD, _VERY_OLD = 18, 65, 75
_CHILDREN, _GERIATRICS = "0316", "0335"
_CONDITION_SIGMA = 0.5
# Spread of amounts where users are few.
_FEW_SIGMA = 0.4
_MILLION = 1e6
_HOSPITAL = "medisch_specialistisch"
_SPECIALIST_FAMILY = "cost_medisch_specialistisch"


def other_care(country: Country, resident: Residents, care_type: str) -> Bundles:
    """The care of one care type that other_care.csv describes."""
    parts = []
    for number, row in enumerate(country.conf.other_care):
        if row.care_type == care_type:
            generator = dice(country.plan.seed, "other care", number, resident.piece, resident.year)
            parts.append(_episodes(country, resident, number, row, generator))
    return joined(parts)


def _episodes(
    country: Country,
    resident: Residents,
    number: int,
    row: OtherCare,
    generator: np.random.Generator,
) -> Bundles:
    """The episodes of one row of other_care.csv."""
    cost = country.targets.of(resident.year, row.segment) * row.share
    cost = cost * between(row.from_class, row.to_class)
    mean, are_few = _mean_cents(country, cost, row.mean_euro, row.floor_euro)
    who = _persons(country, resident, cost / mean, are_few, row.need, row.family, generator)
    price = country.effects.on_price(row.family, resident.home[who])
    lines = 1 + whole(generator.poisson((row.lines - 1) * resident.exposure[who]))
    sigma = np.where(are_few, _FEW_SIGMA, row.sigma)[resident.cell[who]]
    raw = _amounts(mean[resident.cell[who]] * price, sigma, generator) / lines
    group = country.items.group(f"other:{number}")
    item = group[whole(generator.random(len(who)) * len(group))]
    givers = country.providers[row.care_type]
    declarer = givers.number[givers.at(resident.position[who], generator.random(len(who)))]
    return bundles(
        resident, who, item, raw, declarer, lines=lines,
        referrer=_referrers(resident, who, row.referred, generator),
    )  # fmt: skip


def _mean_cents(
    country: Country, cost: Floats, mean_euro: float, floor_euro: float
) -> tuple[Floats, Flags]:
    """Mean of an episode per cell, and where users are so few that chance would rule.

    The mean is lower than usual where too few users would be left to meet the cost.
    """
    years = country.targets.years
    enough = cost * years / country.number("least_users")
    mean = np.clip(enough, floor_euro * _CENTS, mean_euro * _CENTS)
    # Per million persons, so that a country of any size has the same kinds of users.
    users = cost * years / years.sum() * _MILLION / mean
    return mean, users < country.number("few_users_per_million")


def _persons(
    country: Country,
    resident: Residents,
    rate: Floats,
    are_few: Flags,
    need: float,
    family: str,
    generator: np.random.Generator,
) -> Ints:
    """Who has an episode, once per episode."""
    multiplier = resident.multiplier(need)
    multiplier = np.where(are_few[resident.cell], 1.0, multiplier)
    effect = country.effects.on_rate(family, resident.home)
    counts = generator.poisson(rate[resident.cell] * resident.exposure * multiplier * effect)
    return np.repeat(np.arange(len(resident), dtype=np.int64), counts)


def _amounts(mean: Floats, sigma: float | Floats, generator: np.random.Generator) -> Floats:
    """Log-normal amounts with these means."""
    draws = generator.standard_normal(len(mean))
    amounts: Floats = mean * np.exp(sigma * draws - sigma**2 / 2)
    return amounts


def _referrers(
    resident: Residents, who: Ints, share: float, generator: np.random.Generator
) -> Ints:
    is_referred: Flags = generator.random(len(who)) < share
    return np.where(is_referred & (resident.home[who] != NOWHERE), resident.gp[who], 0)


def specialist_care(country: Country, resident: Residents, health: Health) -> Bundles:
    """Hospital care: products per specialism, and those that show a chronic condition."""
    generator = dice(country.plan.seed, "specialist care", resident.piece, resident.year)
    shares = specialism_shares(country)
    share_of_rest = sum(
        row.share for row in country.conf.other_care if row.segment == segment.SPECIALIST
    )
    cost = country.targets.of(resident.year, segment.SPECIALIST) * (1 - share_of_rest)
    parts = [
        _products(country, resident, row, cost * share, generator)
        for row, share in zip(country.conf.specialist_care, shares, strict=True)
    ]
    for condition in CONDITIONS:
        who = places(health.shows[condition, "specialist"])
        parts.append(_condition_visits(country, resident, condition, who, generator))
    return joined(parts)


def specialism_shares(country: Country) -> Floats:
    """Share of each specialism in the cost of specialist care, per cell."""
    ages = lowest_ages()
    rows = []
    for row in country.conf.specialist_care:
        by_band = real([row.share_0_17, row.share_18_64, row.share_65_plus])
        share = by_band[np.searchsorted((_ADULT - 3, _OLD), ages, side="right")]
        is_woman = np.arange(len(ages)) >= CLASSES
        rows.append(np.where(is_woman, share, 0.0) if row.sex == "V" else share)
    table = np.stack(rows)
    return real(table / table.sum(axis=0))


def _products(
    country: Country,
    resident: Residents,
    row: SpecialistCare,
    cost: Floats,
    generator: np.random.Generator,
) -> Bundles:
    """The DBC products of one specialism."""
    mean = np.full(len(cost), row.mean_euro * _CENTS)
    need, nowhere = country.number("specialist_need"), np.zeros(len(cost), dtype=bool)
    who = _persons(country, resident, cost / mean, nowhere, need, _SPECIALIST_FAMILY, generator)
    spread = np.where(
        resident.age[who] < _OLD,
        country.number("specialist_sigma"),
        country.number("specialist_sigma_of_old"),
    )
    raw = _amounts(mean[resident.cell[who]], row.sigma * spread, generator)
    raw = np.minimum(raw, _CENTS * country.number("highest_product_euro"))
    group = country.items.group(f"specialism:{row.specialism}")
    item = group[whole(generator.random(len(who)) * len(group))]
    return _hospital_lines(country, resident, who, item, raw, generator)


def _hospital_lines(
    country: Country,
    resident: Residents,
    who: Ints,
    item: Ints,
    raw: Floats,
    generator: np.random.Generator,
) -> Bundles:
    hospitals = country.providers[_HOSPITAL]
    declarer = hospitals.number[hospitals.at(resident.position[who], generator.random(len(who)))]
    share = country.number("referred_share")
    return bundles(
        resident, who, item, raw, declarer,
        referrer=_referrers(resident, who, share, generator),
    )  # fmt: skip


def _condition_visits(
    country: Country,
    resident: Residents,
    condition: str,
    who: Ints,
    generator: np.random.Generator,
) -> Bundles:
    """One product a year with a listed diagnosis; the practice's effect is in the amount."""
    items = country.items.group(f"condition:{condition}")
    specialisms = [country.items.rows[int(item)].specialism for item in items]
    is_for = {
        "child": real([s == _CHILDREN for s in specialisms]),
        "old": real([s != _CHILDREN for s in specialisms]),
        "adult": real([s not in (_CHILDREN, _GERIATRICS) for s in specialisms]),
    }
    if not is_for["child"].any():
        is_for["child"] = is_for["adult"]
    draws = generator.random(len(who))
    ages = resident.age[who]
    chosen = np.where(
        ages < _ADULT,
        picked(draws, is_for["child"]),
        np.where(ages < _VERY_OLD, picked(draws, is_for["adult"]), picked(draws, is_for["old"])),
    )
    logs = country.effects.logs[country.effects.place(_SPECIALIST_FAMILY)]
    mean = _CENTS * country.number("condition_visit_euro") * np.exp(logs)[resident.home[who]]
    raw = _amounts(mean, _CONDITION_SIGMA, generator)
    return _hospital_lines(country, resident, who, items[chosen], raw, generator)
