"""The model: a table of rounded weights, fitted exactly from the sums.

Ordinary least squares over the reference population, per outcome and measure, from whole-number
normal equations, solved exactly and rounded half-even. The rounded table is the model: whoever
has it and the class counts can recompute every expected value to the last digit.

Source: the class-weight arithmetic of Dutch risk equalisation (Regeling risicoverevening 2015);
DECISIONS.md, "The model".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from spiegel_core.engine.design import (
    COLLINEAR,
    Design,
    zero_by_rule,
)
from spiegel_core.engine.exact import independent_columns, solve_exactly
from spiegel_core.errors import GateStopped
from spiegel_core.population.factors import Factors

AMOUNT, USERS = "amount", "users"
MEASURES = (AMOUNT, USERS)
# Weights are kept in units of 10^-9; money is rounded to 10^-6 of a cent.
SCALE_DIGITS = 9
SCALE = 10**SCALE_DIGITS
MONEY_DIGITS = 6


@dataclass(frozen=True)
class Target:
    """One thing the model expects: an outcome read as amount or as users."""

    outcome: str
    measure: str
    is_money: bool

    @property
    def digits(self) -> int:
        """Decimals its weights are rounded to."""
        return MONEY_DIGITS if self.is_money and self.measure == AMOUNT else SCALE_DIGITS


def rounding_bound(target: Target, factors: Factors) -> Decimal:
    """The most that rounded weights can move the expected value of one person.

    Every class a person can have carries half a unit of the last decimal at most.
    """
    terms = 1 + sum(len(f.classes) if f.is_any else 1 for f in factors.factors)
    return Decimal(terms) / 2 * Decimal(10) ** -target.digits


@dataclass(frozen=True)
class Model:
    """The weights of a product and report year.

    Args:
        design: the columns.
        targets: what is expected, in order.
        persons: exposure of each column in the reference population.
        weights: array of shape (columns, targets), in units of 10^-9 per person.
        notes: why a column's weight is 0 by rule; empty text elsewhere.
    """

    design: Design
    targets: tuple[Target, ...]
    persons: tuple[int, ...]
    weights: npt.NDArray[np.int64]
    notes: tuple[str, ...]

    def expected_per_person(self, profiles: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """What one person of each profile is expected to have (10^-9), shape (profiles, targets).

        Each profile has a handful of classes, so their weights are added up class by class.
        """
        matrix = self.design.matrix(profiles)
        expected = np.zeros((len(profiles), len(self.targets)), dtype=np.int64)
        for column in np.flatnonzero(matrix.any(axis=0)):
            expected[matrix[:, column] == 1] += self.weights[column]
        return expected


def fit(
    design: Design,
    gram: npt.NDArray[np.int64],
    totals: Sequence[Sequence[int]],
    targets: tuple[Target, ...],
) -> Model:
    """Fit the weights of all targets at once.

    Args:
        design: the columns.
        gram: X'NX in whole numbers, shape (columns, columns): exposure with both classes.
        totals: per column and target the sum of the outcome over the persons with the class.
        targets: what is expected.

    Returns:
        The model. Summed over the reference population, and within every class, what it expects
        equals what was observed, apart from the rounding of the weights.
    """
    persons = tuple(int(number) for number in np.diag(gram))
    counts: Mapping[tuple[str, str], int] = dict(zip(design.columns, persons, strict=True))
    zero = zero_by_rule(design, dict(counts))
    free = [number for number in range(len(design.columns)) if number not in zero]
    reduced = [[int(gram[i, j]) for j in free] for i in free]
    kept = [free[place] for place in independent_columns(reduced)]
    zero.update({number: COLLINEAR for number in set(free) - set(kept)})
    solved = solve_exactly(
        [[int(gram[i, j]) for j in kept] for i in kept],
        [[int(total) for total in totals[i]] for i in kept],
        [target.digits for target in targets],
    )
    weights = np.zeros((len(design.columns), len(targets)), dtype=np.int64)
    scales = [10 ** (SCALE_DIGITS - target.digits) for target in targets]
    for place, number in enumerate(kept):
        weights[number] = [
            value * scale for value, scale in zip(solved[place], scales, strict=True)
        ]
    notes = tuple(zero.get(number, "") for number in range(len(design.columns)))
    return Model(design, targets, persons, weights, notes)


def refuse_outcomes_of_nobody(
    design: Design, gram: npt.NDArray[np.int64], totals: Sequence[Sequence[int]]
) -> None:
    """Stop where outcomes were summed for a class nobody has.

    They would silently end up with everybody. Open data have such cells and report them; in a
    year of persons they are a mistake of ours.

    Raises:
        GateStopped: a class without exposure has an outcome.
    """
    odd = [
        f"{factor} {name}"
        for number, ((factor, name), row) in enumerate(zip(design.columns, totals, strict=True))
        if not gram[number, number] and any(row)
    ]
    if odd:
        raise GateStopped(
            "outcomes were summed for classes without persons", found=", ".join(odd[:10]),
            expected="sums only where there is exposure", fix="look at the sums before the model",
        )  # fmt: skip
