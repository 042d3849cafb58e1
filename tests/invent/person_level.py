"""Persons and their amounts without writing a line: enough to test figures at a million persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints
from spiegel_core.invent.bundles import Bundles, cents_per_line, joined
from spiegel_core.invent.calibration import (
    Totals,
    factors_of,
    insured_years_of,
    sums_by_cell,
    totals_of,
)
from spiegel_core.invent.care import GROUPS, care_of_group, make_piece, make_year
from spiegel_core.invent.country import Country, build_country
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.detection import detected, marks_of
from spiegel_core.invent.health import CONDITIONS, ROUTES
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.invent.truth_parts import families_of, therapist_factors
from spiegel_core.runtime.distribute import distribute


@dataclass(frozen=True)
class PieceSums:
    """A piece of the country in a year, calibrated.

    Args:
        insured_years, realised: per cell; segments x cells (eurocents).
        total: cents per person in the register.
        age, neighbourhood: of those persons.
        all_year: which of them are in it on all days.
        shown: per condition, which of them show it.
        home, cell: practice and cell of every resident.
        outcomes: per outcome the amount of every resident.
        families, without_therapists: as in the truth.
    """

    insured_years: Floats
    realised: Floats
    total: Ints
    age: Ints
    neighbourhood: Ints
    all_year: Flags
    shown: Mapping[str, Flags]
    home: Ints
    cell: Ints
    of_neighbourhood: Ints
    exposure: Floats
    outcomes: Mapping[str, Floats]
    families: Floats
    without_therapists: Floats


@dataclass(frozen=True)
class Sums:
    """Makes pieces in other processes."""

    conf: CountryConf
    plan: CountryPlan
    year: int
    factors: Floats | None = None
    with_outcomes: bool = False

    def raw(self, piece: int) -> Totals:
        return totals_of(build_country(self.conf, self.plan), piece, self.year)

    def calibrated(self, piece: int) -> PieceSums:
        country = build_country(self.conf, self.plan)
        made = make_piece(country, piece)
        of_year = make_year(country, made, self.year)
        resident = of_year.resident
        care = joined([care_of_group(country, made, of_year, group) for group in GROUPS])
        assert self.factors is not None
        cents = cents_per_line(care, country.items, resident.cell, self.factors) * care.lines
        counted = country.items.segment[care.item] >= 0
        total = np.bincount(care.person[counted], cents[counted], len(resident)).astype(np.int64)
        found = detected(country, resident, care, marks_of(country))
        kept = resident.counts
        return PieceSums(
            insured_years=insured_years_of(resident),
            realised=sums_by_cell(country, resident, care, cents),
            total=total[kept],
            age=resident.age[kept],
            neighbourhood=resident.neighbourhood[kept],
            all_year=(resident.exposure == 1)[kept],
            shown={
                name: np.logical_or.reduce([found.shows[name, route] for route in ROUTES])[kept]
                for name in CONDITIONS
            },
            home=resident.home,
            cell=resident.cell,
            of_neighbourhood=resident.neighbourhood,
            exposure=resident.exposure,
            outcomes=outcomes(country, care, cents, len(resident)) if self.with_outcomes else {},
            families=families_of(country, resident, care, cents),
            without_therapists=families_of(
                country, resident, care, cents / therapist_factors(country)[care.declarer]
            ),
        )


def outcomes(country: Country, care: Bundles, cents: Ints, persons: int) -> dict[str, Floats]:
    """Per outcome with a planted effect the amount of each person: cents or a count."""
    tariff = country.items.group("order_tariff")[0]
    amounts = {}
    for place, name in enumerate(country.effects.outcomes):
        of = (country.items.family[care.item] == place) & (care.item != tariff)
        weights = cents[of] if name.startswith("cost_") else care.lines[of]
        amounts[name] = np.bincount(care.person[of], weights, persons)
    return amounts


def calibrated_pieces(
    conf: CountryConf, plan: CountryPlan, year: int, with_outcomes: bool = False
) -> tuple[Country, list[PieceSums]]:
    """Both passes over a country in one year."""
    country = build_country(conf, plan)
    pieces = range(len(country.pieces))
    factors = factors_of(country, distribute(Sums(conf, plan, year).raw, pieces))[year]
    second = Sums(conf, plan, year, factors, with_outcomes)
    return country, [*distribute(second.calibrated, pieces)]
