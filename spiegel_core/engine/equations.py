"""The normal equations of a year, added up from sums a part at a time: no table need fit in memory.

A second way to the numbers `runtime.modelling` asks Spark for; an audit compares the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from spiegel_core.engine.design import Design
from spiegel_core.engine.model import AMOUNT, Model, Target, fit
from spiegel_core.engine.spread import OutcomeSpread, spreads_of
from spiegel_core.engine.sums import gram_of

Whole = npt.NDArray[np.int64]
_EXACT = 2**53
_PROFILES_AT_ONCE = 20_000


@dataclass(frozen=True)
class Equations:
    """X'X w = X'y in whole numbers.

    Args:
        design: the columns.
        targets: what is expected.
        gram: X'X, shape (columns, columns): persons with both classes.
        totals: X'y, shape (columns, targets): the sum over the persons with the class.
        squares: per outcome the sum of y^2 over all persons.
    """

    design: Design
    targets: tuple[Target, ...]
    gram: Whole
    totals: Whole
    squares: Counter[str] = field(default_factory=Counter)

    def solved(self) -> Model:
        """The weights, solved exactly and rounded once."""
        totals = [[int(total) for total in row] for row in self.totals]
        return fit(self.design, self.gram, totals, self.targets)

    def spreads(self, model: Model) -> tuple[OutcomeSpread, ...]:
        """The national spread around what a model of these equations expects."""
        return spreads_of(model, self.gram, self.totals.tolist(), self.squares)


def no_equations(design: Design, targets: tuple[Target, ...]) -> Equations:
    """The equations of nobody; parts are added to them."""
    columns = len(design.columns)
    gram = np.zeros((columns, columns), dtype=np.int64)
    return Equations(design, targets, gram, np.zeros((columns, len(targets)), dtype=np.int64))


def add_cells(equations: Equations, profiles: Whole, persons: Whole) -> None:
    """Add the persons of some cells to X'X.

    Args:
        equations: what they are added to.
        profiles, persons: per cell; a profile may occur several times.
    """
    unique, places = np.unique(profiles, return_inverse=True)
    exposure = _summed(places, persons, len(unique))
    for start in range(0, len(unique), _PROFILES_AT_ONCE):
        some = slice(start, start + _PROFILES_AT_ONCE)
        equations.gram[:] += gram_of(equations.design, unique[some], exposure[some])


def add_sums(
    equations: Equations, outcomes: Sequence[str], profiles: Whole, places: Whole,
    users: Whole, totals: Whole,
) -> None:  # fmt: skip
    """Add the outcomes of some cells to X'y; outcomes the model does not expect are left out.

    Args:
        equations: what they are added to.
        outcomes: names of outcomes.
        profiles, places, users, totals: per row of gold.outcome_sums; `places` says which of the
            outcomes.
    """
    unique, rows = np.unique(profiles, return_inverse=True)
    # Of a profile few columns and few outcomes are not zero: dense products took six times as long.
    columns = sparse.csr_array(equations.design.matrix(unique)).T
    number = {name: place for place, name in enumerate(outcomes)}
    for values, is_amount in ((totals, True), (users, False)):
        _refuse_inexact(values)
        had = sparse.coo_array((values, (rows, places)), shape=(len(unique), len(outcomes)))
        product = (columns @ had.tocsr()).toarray()
        for target_place, target in enumerate(equations.targets):
            if (target.measure == AMOUNT) == is_amount and target.outcome in number:
                equations.totals[:, target_place] += product[:, number[target.outcome]]


def add_squares(equations: Equations, squares: Mapping[str, int]) -> None:
    """Add the sums of squares of some cells, per outcome."""
    for outcome, number in squares.items():
        equations.squares[outcome] += number


def add_equations(whole: Equations, part: Equations) -> None:
    """Add the equations of some persons to those of others."""
    whole.gram[:] += part.gram
    whole.totals[:] += part.totals
    add_squares(whole, part.squares)


def _summed(places: Whole, values: Whole, length: int) -> Whole:
    """Per place the sum of its values, exactly."""
    _refuse_inexact(values)
    summed: Whole = np.bincount(places, weights=values, minlength=length).astype(np.int64)
    return summed


def _refuse_inexact(values: Whole) -> None:
    if int(np.abs(values).sum(dtype=np.float64)) >= _EXACT:
        raise OverflowError("sums of a part are too large to be added exactly")
