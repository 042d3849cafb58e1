"""The 38 cells of age class and sex that cost is calibrated in."""

from __future__ import annotations

import numpy as np

from spiegel_core.invent.arrays import Floats, Ints, real
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.country_rows import AGE_CLASSES, SEXES

CLASSES = len(AGE_CLASSES)
CELLS = CLASSES * len(SEXES)
# Ages at 1 July, as the mirror counts them.
_YEARS_PER_CLASS = 5


def cells_of(ages: Ints, is_woman: Ints) -> Ints:
    """The cell of an age in whole years and a sex (0 man, 1 woman).

    Example:
        >>> cells_of(np.array([0, 101]), np.array([0, 1])).tolist()
        [0, 37]
    """
    return np.minimum(ages // _YEARS_PER_CLASS, CLASSES - 1) + CLASSES * is_woman


def cell_name(cell: int) -> tuple[str, str]:
    """Age class and sex of a cell.

    Example:
        >>> cell_name(19)
        ('0-4', 'V')
    """
    return AGE_CLASSES[cell % CLASSES], SEXES[cell // CLASSES]


def lowest_ages() -> Ints:
    """The lowest age of each cell."""
    return np.tile(np.arange(CLASSES, dtype=np.int64) * _YEARS_PER_CLASS, len(SEXES))


def between(from_class: str, to_class: str) -> Floats:
    """1 for each cell from an age class up to and including another, else 0."""
    classes = np.arange(CLASSES)
    is_in = (classes >= AGE_CLASSES.index(from_class)) & (classes <= AGE_CLASSES.index(to_class))
    return np.tile(is_in.astype(np.float64), len(SEXES))


def insured_years(conf: CountryConf) -> Floats:
    """Insured years of the year of calibration per cell, national."""
    by_cell = {(row.age_class, row.sex): row.insured_years for row in conf.insured_years}
    return real([by_cell[cell_name(cell)] for cell in range(CELLS)])
