"""What care costs per insured year: by year, segment and cell of age and sex.

The figures are those of Vektis open data. Two things are added to them: eerstelijnsdiagnostiek,
which open data has inside specialist care, and years other than that of calibration, which have
national totals only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Floats, real
from spiegel_core.invent.cells import CELLS, cell_name, insured_years
from spiegel_core.invent.country_conf import CountryConf

FEE, CONSULT, OTHER_GP = "huisarts_inschrijftarief", "huisarts_consult", "huisarts_overig"
PROGRAMMES, DIAGNOSTICS = "huisarts_mdz", "eerstelijnsdiagnostiek"
SPECIALIST, MEDICINES = "medisch_specialistische_zorg", "farmacie"
PHYSIOTHERAPY, OTHER_PARAMEDICAL = "fysiotherapie", "paramedisch_overig"


@dataclass(frozen=True)
class Targets:
    """Cost per insured year.

    Args:
        segments: the segments; a segment's place is its number everywhere.
        cents: per year an array of segments x cells (eurocents per insured year).
        years: insured years expected per cell in a country of the size asked for.
        trend: per year and segment the cost against the year of calibration.
    """

    segments: tuple[str, ...]
    cents: Mapping[int, Floats]
    years: Floats
    trend: Mapping[int, Mapping[str, float]]

    def of(self, year: int, segment: str) -> Floats:
        """Eurocents per insured year of a segment in each cell."""
        row: Floats = self.cents[year][self.segments.index(segment)]
        return row


def targets(conf: CountryConf, years: tuple[int, ...], persons: int) -> Targets:
    """The targets of a country.

    Args:
        conf: the figures.
        years: calendar years.
        persons: persons insured at any one time.
    """
    segments = tuple(row.segment for row in conf.segments)
    base = _base(conf, segments)
    trend = {year: _trend(conf, segments, year) for year in years}
    cents = {
        year: base * real([trend[year][segment] for segment in segments])[:, None] for year in years
    }
    structure = insured_years(conf)
    return Targets(segments, cents, structure / structure.sum() * persons, trend)


def _base(conf: CountryConf, segments: tuple[str, ...]) -> Floats:
    """Eurocents per insured year in the year of calibration: segments x cells."""
    euro = {(r.segment, r.age_class, r.sex): r.euro_per_insured_year for r in conf.cost_2021}
    known = {
        segment: real([100 * euro[segment, *cell_name(cell)] for cell in range(CELLS)])
        for segment in segments
        if segment != DIAGNOSTICS
    }
    structure = insured_years(conf)
    specialist, consult = known[SPECIALIST], known[CONSULT]
    # GPs ask for diagnostics, so its cost follows that of their consults.
    ratio = conf.number("eld_share") * (specialist @ structure) / (consult @ structure)
    known[DIAGNOSTICS] = consult * ratio
    known[SPECIALIST] = specialist - known[DIAGNOSTICS]
    return np.stack([known[segment] for segment in segments])


def _trend(conf: CountryConf, segments: tuple[str, ...], year: int) -> dict[str, float]:
    base_year = int(conf.number("calibration_year"))
    return {
        segment: _per_insured_year(conf, segment, year)
        / _per_insured_year(conf, segment, base_year)
        for segment in segments
    }


def _per_insured_year(conf: CountryConf, segment: str, year: int) -> float:
    """National cost per insured year in the year, or in the nearest one that has a figure."""
    of_open_data = SPECIALIST if segment == DIAGNOSTICS else segment
    known = {
        row.year: row.million_euro / row.insured_years
        for row in conf.cost_by_year
        if row.segment == of_open_data and row.million_euro
    }
    nearest: int = min(known, key=lambda other: (abs(other - year), other))
    return known[nearest]
