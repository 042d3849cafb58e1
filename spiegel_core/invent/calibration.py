"""Calibration: what care cost before, what it should cost, and the factor between them.

Raking over one margin: per year, segment and cell of age and sex the price of a line is
multiplied by one factor, so that cost per insured year is that of the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Floats, Ints, real
from spiegel_core.invent.bundles import Bundles
from spiegel_core.invent.care import GROUPS, care_of_group, make_piece, make_year
from spiegel_core.invent.cells import CELLS
from spiegel_core.invent.country import Country
from spiegel_core.invent.residents import Residents


@dataclass(frozen=True)
class Totals:
    """Sums over persons of a piece in a year, before calibration.

    Args:
        year: the year.
        insured_years: per cell.
        raw_cents: segments x cells.
    """

    year: int
    insured_years: Floats
    raw_cents: Floats


def totals_of(country: Country, piece: int, year: int) -> Totals:
    """Make a piece of the country in a year and sum its care."""
    made = make_piece(country, piece)
    of_year = make_year(country, made, year)
    raw = sum(
        (
            _raw_sums(country, of_year.resident, care_of_group(country, made, of_year, group))
            for group in GROUPS
        ),
        np.zeros((len(country.targets.segments), CELLS)),
    )
    return Totals(year, insured_years_of(of_year.resident), raw)


def insured_years_of(resident: Residents) -> Floats:
    """Insured years per cell, of persons in the register."""
    weights = resident.exposure * resident.counts
    return real(np.bincount(resident.cell, weights=weights, minlength=CELLS))


def _raw_sums(country: Country, resident: Residents, care: Bundles) -> Floats:
    return sums_by_cell(country, resident, care, care.raw * care.lines)


def sums_by_cell(
    country: Country, resident: Residents, care: Bundles, amounts: Floats | Ints
) -> Floats:
    """Amounts of bundles summed over segments and cells, of persons in the register."""
    segments = len(country.targets.segments)
    segment = country.items.segment[care.item]
    counts = (segment >= 0) & resident.counts[care.person]
    place = segment[counts] * CELLS + resident.cell[care.person[counts]]
    sums = np.bincount(place, weights=amounts[counts], minlength=segments * CELLS)
    return real(sums.reshape(segments, CELLS))


def factors_of(country: Country, totals: Iterable[Totals]) -> Mapping[int, Floats]:
    """Per year the factors, segments x cells.

    A cell without any care keeps its price (nothing can be multiplied up to the figures), and no
    factor leaves the range of country.yml.
    """
    by_year: dict[int, tuple[Floats, Floats]] = {}
    for part in totals:
        years, raw = by_year.get(part.year, (0.0, 0.0))
        by_year[part.year] = (years + part.insured_years, raw + part.raw_cents)
    lowest, highest = country.number("lowest_factor"), country.number("highest_factor")
    factors = {}
    for year, (years, raw) in by_year.items():
        wanted = country.targets.cents[year] * years
        factor = np.divide(wanted, raw, out=np.ones_like(wanted), where=raw > 0)
        factors[year] = np.clip(factor, lowest, highest)
    return factors
