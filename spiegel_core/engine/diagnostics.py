"""How well a model does, from the same sums it was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from spiegel_core.engine.model import SCALE, SCALE_DIGITS, USERS, Model, rounding_bound


@dataclass(frozen=True)
class TargetDiagnostics:
    """What there is to say about the fit of one outcome and measure.

    Args:
        outcome, measure: what is expected.
        persons: reference population (persons).
        observed: sum over the reference (unit of the outcome).
        residual: observed less expected over the reference (unit of the outcome); only the
            rounding of the weights.
        allowed_residual: the largest residual that rounding alone can cause.
        r_squared: share of the variance between persons that the model explains (0-1); None
            where everybody has the same. No target value: see DECISIONS.md.
        smallest_expected: smallest expected value of a profile that occurs.
        negative_persons: persons whose expected value is below zero; they are kept.
    """

    outcome: str
    measure: str
    persons: int
    observed: int
    residual: float
    allowed_residual: float
    r_squared: float | None
    smallest_expected: float
    negative_persons: int


def diagnose(
    model: Model,
    totals: Sequence[Sequence[int]],
    squares: Mapping[str, int],
    profiles: npt.NDArray[np.int64],
    persons: npt.NDArray[np.int64],
) -> list[TargetDiagnostics]:
    """Diagnostics of every target.

    Args:
        model: the weights.
        totals: per column and target the sum over the persons with the class (X'y).
        squares: per outcome the sum of y^2 over all persons.
        profiles, persons: the reference population per profile.
    """
    smallest, negative = _lowest(model, profiles, persons)
    n = int(persons.sum())
    found = []
    for place, target in enumerate(model.targets):
        observed = int(totals[0][place])
        of_column = [int(w) for w in model.weights[:, place]]
        expected = sum(w * p for w, p in zip(of_column, model.persons, strict=True))
        explained = sum(w * int(totals[c][place]) for c, w in enumerate(of_column))
        square = observed if target.measure == USERS else squares.get(target.outcome, 0)
        found.append(
            TargetDiagnostics(
                target.outcome, target.measure, n, observed,
                float(Fraction(observed * SCALE - expected, SCALE)),
                float(n * rounding_bound(target, model.design.factors)),
                _r_squared(n, observed, square, Fraction(explained, SCALE)),
                float(smallest[place]) / SCALE, int(negative[place]),
            )
        )  # fmt: skip
    return found


def _r_squared(n: int, total: int, square: int, explained: Fraction) -> float | None:
    """1 - SSE / SST, where SSE = sum of y^2 less sum of y e, as the normal equations give it."""
    if n == 0:
        return None
    spread = square - Fraction(total * total, n)
    return None if spread == 0 else round(float(1 - (square - explained) / spread), SCALE_DIGITS)


def _lowest(
    model: Model, profiles: npt.NDArray[np.int64], persons: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Smallest expected value and persons below zero per target, a block of profiles at a time."""
    smallest = np.full(len(model.targets), np.iinfo(np.int64).max)
    negative = np.zeros(len(model.targets), dtype=np.int64)
    for start in range(0, len(profiles), 20_000):
        expected = model.expected_per_person(profiles[start : start + 20_000])
        smallest = np.minimum(smallest, expected.min(axis=0))
        negative += ((expected < 0) * persons[start : start + 20_000, None]).sum(axis=0)
    return smallest, negative
