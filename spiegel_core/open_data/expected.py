"""Observed and expected cost of every municipality, by the engine the mirrors use.

A municipality is the provider, age and sex together are the one factor, and exposure is time
insured. Weights are eurocents per insured year with six decimals, as in every mirror; exposure is
in whole hundredths of a year, so the outcome handed to the engine is in hundredths of a cent:
cents x 100 per hundredth of a year is cents per year. All sums are exact; only the weights are
rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from flint import fmpq

from spiegel_core.engine.design import design_of
from spiegel_core.engine.exact import round_half_even
from spiegel_core.engine.model import (
    AMOUNT,
    MONEY_DIGITS,
    SCALE_DIGITS,
    Model,
    Target,
    fit,
)
from spiegel_core.engine.sums import gram_of, totals_of
from spiegel_core.open_data.cells import YEAR_OF_EXPOSURE, Whole, YearCells
from spiegel_core.population.factors import AGE_SEX, Factor, Factors

# Hundredths of a year x weights of six decimals: expected cents are exact in eight.
EXPECTED_DIGITS = MONEY_DIGITS + 2
EXPECTED_SCALE: int = 10**EXPECTED_DIGITS
RATIO_DIGITS = 9
RATIO_SCALE: int = 10**RATIO_DIGITS
# From the engine's 10^-9 to the six decimals money is rounded to.
_TO_MONEY = 10 ** (SCALE_DIGITS - MONEY_DIGITS)


@dataclass(frozen=True)
class YearResult:
    """Observed and expected of one year.

    Args:
        cells: what they were computed from.
        model: weights in 10^-9 eurocents per insured year, a target per segment.
        exposure: hundredths of an insured year per municipality.
        observed: eurocents, shape (municipalities, segments).
        expected: units of 10^-8 eurocents, same shape; whole numbers larger than 64 bits hold.
    """

    cells: YearCells
    model: Model
    exposure: Whole
    observed: Whole
    expected: npt.NDArray[np.object_]

    @property
    def allowed_residual(self) -> int:
        """The largest residual rounding alone can cause (10^-8 eurocents).

        Each cell gets two rounded weights, the intercept and its class; each is at most half a
        unit of 10^-6 off.
        """
        return int(self.exposure.sum())


def expect(cells: YearCells) -> YearResult:
    """Fit the year and apply it to every municipality.

    Meaning:
        expected = what the municipality's insured years would cost if every class of age and sex
        cost there what it costs per insured year in the whole reference.

    Args:
        cells: the reference of the year.

    Returns:
        Observed and expected per municipality and segment. Per segment the expected sum to the
        observed, within `YearResult.allowed_residual`.

    Source:
        design, rules, "What is expected": plain age x sex standardisation.

    Example:
        >>> cells = YearCells(
        ...     2021, ("M 90+",), ("A", "B"), ("total",), np.array([0, 1]), np.array([0, 0]),
        ...     np.array([100, 300]), np.array([[500], [100]]), 0, (0,),
        ... )
        >>> expect(cells).expected.tolist()
        [[15000000000], [45000000000]]
    """
    model = _fit(cells)
    shape = (len(cells.municipalities), len(cells.segments))
    observed = np.zeros(shape, dtype=np.int64)
    np.add.at(observed, cells.places, cells.cents)
    exposure = np.zeros((len(cells.municipalities), len(cells.classes)), dtype=np.int64)
    np.add.at(exposure, (cells.places, cells.profiles), cells.exposure)
    weights = model.expected_per_person(np.arange(len(cells.classes))) // _TO_MONEY
    # Python's whole numbers: 10^8 hundredths x 10^6 cents x 10^6 does not fit in 64 bits.
    expected = exposure.astype(object) @ weights.astype(object)
    return YearResult(cells, model, exposure.sum(axis=1), observed, expected)


def _fit(cells: YearCells) -> Model:
    design = design_of(Factors((Factor(AGE_SEX, cells.classes),)))
    profiles = np.arange(len(cells.classes))
    exposure = np.zeros(len(profiles), dtype=np.int64)
    np.add.at(exposure, cells.profiles, cells.exposure)
    totals = YEAR_OF_EXPOSURE * totals_of(design, cells.profiles, cells.cents)
    targets = tuple(Target(segment, AMOUNT, is_money=True) for segment in cells.segments)
    return fit(design, gram_of(design, profiles, exposure), totals.tolist(), targets)


def ratio(observed: int, expected: int) -> int | None:
    """observed / expected in units of 10^-9, halves to even; None where expected is not above 0.

    Args:
        observed: eurocents.
        expected: 10^-8 eurocents.

    Example:
        >>> ratio(3, 200_000_000)
        1500000000
        >>> ratio(3, 0) is None
        True
    """
    if expected <= 0:
        return None
    return round_half_even(fmpq(observed * EXPECTED_SCALE, expected), RATIO_SCALE)
