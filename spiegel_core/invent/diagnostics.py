"""Diagnostics of primary care: orders of tests, and who asked for them."""

from __future__ import annotations

import numpy as np

from spiegel_core.invent import targets as segment
from spiegel_core.invent.arrays import Floats, Ints, picked, whole
from spiegel_core.invent.bundles import Bundles, bundles, joined
from spiegel_core.invent.care_rows import TestOrder
from spiegel_core.invent.country import Country
from spiegel_core.invent.dice import dice
from spiegel_core.invent.residents import NOWHERE, Residents

LABORATORY = "tests_laboratory"


def diagnostics(country: Country, resident: Residents) -> Bundles:
    """All orders of a year, each on one day."""
    generator = dice(country.plan.seed, "diagnostics", resident.piece, resident.year)
    parts = []
    for row in country.conf.test_orders:
        parts.extend(_orders(country, resident, row, generator))
    return joined(parts)


def _orders(
    country: Country, resident: Residents, row: TestOrder, generator: np.random.Generator
) -> list[Bundles]:
    """The orders of one kind; one for the laboratory is an order tariff and several analyses."""
    rate = row.share * country.targets.of(resident.year, segment.DIAGNOSTICS)
    rate = rate / _mean_cents(country, row)
    need = resident.multiplier(row.need)
    effect = country.effects.on_rate(row.kind, resident.home)
    counts = generator.poisson(rate[resident.cell] * resident.exposure * need * effect)
    who = np.repeat(np.arange(len(resident), dtype=np.int64), counts)
    on = resident.first[who] + whole(generator.random(len(who)) * resident.days[who])
    centres = country.providers["eerstelijnsdiagnostiek"]
    declarer = centres.number[centres.at(resident.position[who], generator.random(len(who)))]
    referrer = _requested_by(country, resident, who, generator)
    group, weights = country.items.group(row.kind), country.items.weights[row.kind]
    item = group[picked(generator.random(len(who)), weights)]
    number = np.ones(len(who), dtype=np.int64)
    if row.kind == LABORATORY:
        number += generator.poisson(row.tests_per_order - 1, len(who))
    one_day = np.ones(len(who), dtype=np.int64)
    parts = [
        bundles(resident, who, item, country.items.cents[item], declarer, lines=number,
                first=on, days=one_day, referrer=referrer)
    ]  # fmt: skip
    if row.kind == LABORATORY:
        order = np.full(len(who), country.items.group("order_tariff")[0], dtype=np.int64)
        parts.append(
            bundles(resident, who, order, country.items.cents[order], declarer, first=on,
                    days=one_day, referrer=referrer)
        )  # fmt: skip
    return parts


def _mean_cents(country: Country, row: TestOrder) -> float:
    """What an order costs on average."""
    weights, items = country.items.weights[row.kind], country.items.group(row.kind)
    mean = float(weights @ country.items.cents[items] / weights.sum()) * row.tests_per_order
    if row.kind == LABORATORY:
        mean += float(country.items.cents[country.items.group("order_tariff")[0]])
    return mean


def _requested_by(
    country: Country, resident: Residents, who: Ints, generator: np.random.Generator
) -> Ints:
    """The own GP mostly; else a GP of another practice, a locum of the own one, or nobody."""
    draws: Floats = generator.random(len(who))
    other = generator.random((2, len(who)))
    home = resident.home[who]
    own = country.number("requests_of_own_gp")
    elsewhere = own + country.number("requests_of_other_gp")
    locum = elsewhere + country.number("requests_of_locum")
    stranger = country.practices.gp_of(country.practices.at(other[0]), other[1])
    stands_in = np.where(
        home == NOWHERE, 0, country.practices.locum_of(np.maximum(home, 0), other[1])
    )
    asked = np.where(draws < own, resident.gp[who], 0)
    asked = np.where((draws >= own) & (draws < elsewhere), stranger, asked)
    asked = np.where((draws >= elsewhere) & (draws < locum), stands_in, asked)
    return asked
