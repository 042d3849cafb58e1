"""The interval of an amount with the spread of the nation instead of the practice's own.

Where few persons carry the cost, a practice that happens to lack them looks both too cheap and too
sure when its own persons tell the spread (`intervals.ratio_interval`). Here an amount is read as a
count of parcels of one size, the same for all practices, and gets the exact limits of that count.
Which of the two holds is a rule of the report year (conf/rules.yml, amount_interval).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy import special

from spiegel_core.engine.domain import require_level
from spiegel_core.engine.intervals import NONE, Interval
from spiegel_core.engine.model import SCALE, SCALE_DIGITS, USERS, Model, Target

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OutcomeSpread:
    """The national spread of an outcome, kept with the version of the model.

    Args:
        outcome: as in conf/outcomes.yml.
        squares: sum of y^2 over the reference population (unit of the outcome, squared).
        spread: phi in units of 10^-9 of the unit of the outcome, rounded as weights are; None
            where nothing is expected.
    """

    outcome: str
    squares: int
    spread: int | None


def national_spread(
    squares: Fraction, products: Fraction, expected_squares: Fraction, expected: Fraction
) -> Fraction | None:
    """The size of the parcels: how many times the variance exceeds what is expected.

    phi = sum of (y - e)^2 / sum of e over all persons of the reference, so that the variance of
    the amount of a practice is about phi times what is expected of it.

    Args:
        squares, products, expected_squares: sums of y^2, of y e and of e^2 over the reference.
        expected: sum of e over the reference.

    Returns:
        phi, in the unit of y, exact; None where nothing is expected.

    Source:
        Variance in proportion to the mean: Wedderburn 1974 (quasi-likelihood).

    Example:
        >>> national_spread(Fraction(10), Fraction(4), Fraction(2), Fraction(2))
        Fraction(2, 1)
    """
    if expected <= 0:
        return None
    return (squares - 2 * products + expected_squares) / expected


def spreads_of(
    model: Model, gram: Whole, totals: Sequence[Sequence[int]], squares: Mapping[str, int]
) -> tuple[OutcomeSpread, ...]:
    """The national spread of every outcome, from the sums the model was fitted on.

    Sums of y e and of e^2 follow from X'y and X'X with the weights: everything is whole numbers
    until the one rounding, half-even, so the order of files and rows has no say.

    Args:
        model: the weights.
        gram: X'X, shape (columns, columns).
        totals: X'y, per column and target.
        squares: per outcome the sum of y^2 over all persons; 0 where it is not there.
    """
    persons_of_both = gram.astype(object)
    found = []
    for place, target in enumerate(model.targets):
        if target.measure == USERS:
            continue
        weights = np.array([int(weight) for weight in model.weights[:, place]], dtype=object)
        products = sum(w * int(row[place]) for w, row in zip(weights, totals, strict=True))
        expected = sum(w * n for w, n in zip(weights, model.persons, strict=True))
        exact = national_spread(
            Fraction(squares.get(target.outcome, 0)), Fraction(products, SCALE),
            Fraction(int(weights @ persons_of_both @ weights), SCALE * SCALE),
            Fraction(expected, SCALE),
        )  # fmt: skip
        rounded = None if exact is None else _rounded(exact, target)
        found.append(OutcomeSpread(target.outcome, squares.get(target.outcome, 0), rounded))
    return tuple(found)


def _rounded(spread: Fraction, target: Target) -> int:
    """In units of 10^-9, with the decimals the weights of the target have."""
    in_last_decimal = round(spread * 10**target.digits)
    return int(in_last_decimal * 10 ** (SCALE_DIGITS - target.digits))


def spread_interval(observed: float, expected: float, spread: float, level: float) -> Interval:
    """Limits of observed / expected: exact limits of observed / phi as a count, times phi / E.

    With k = O / phi: lower = phi / E x the tail quantile of a gamma with shape k, upper = phi / E
    x the 1 - tail quantile of a gamma with shape k + 1.

    Args:
        observed, expected: of the practice, in one unit.
        spread: `national_spread` of the outcome, in that unit.
        level: two-sided, 0-1.

    Returns:
        Limits of the ratio; none where nothing was observed or expected, or there is no spread.

    Raises:
        WrongUse: the level is no share.

    Source:
        The gamma limits of Fay and Feuer 1997 for sums of weighted counts, with one weight for all
        (phi); Garwood 1936 for a weight of 1.

    Example:
        >>> limits = spread_interval(200_000, 100_000, 50_000, 0.95)
        >>> round(limits.lower, 4), round(limits.upper, 4)
        (0.5449, 5.1208)
    """
    had, should, parcel = (np.array([float(value)]) for value in (observed, expected, spread))
    lower, upper = spread_limits(had, should, parcel, level)
    has_limits = np.isfinite(lower[0]) and np.isfinite(upper[0])
    return Interval(float(lower[0]), float(upper[0])) if has_limits else NONE


def spread_limits(
    observed: Floats, expected: Floats, spread: Floats, level: float
) -> tuple[Floats, Floats]:
    """`spread_interval` of many amounts at once; nan where it has no limits.

    Args:
        observed, expected, spread: arrays that fit each other, as practices x outcomes.
        level: two-sided, 0-1.
    """
    require_level(level)
    tail = (1 - level) / 2
    there = (observed > 0) & (expected > 0) & (spread > 0)
    observed, expected, spread = (
        np.where(there, values, np.nan) for values in (observed, expected, spread)
    )
    count, unit = observed / spread, spread / expected
    return (
        special.gammaincinv(count, tail) * unit,
        special.gammainccinv(count + 1, tail) * unit,
    )
