"""The sums a model is fitted on, from cells in arrays: whole numbers in, whole numbers out.

Products of whole numbers are left to the library of matrices, which knows doubles only. That is
exact as long as every number on the way is whole and below 2^53; larger values go in two halves.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spiegel_core.engine.design import Design

Whole = npt.NDArray[np.int64]

# Below this every whole number is a double of its own.
_EXACT = 2**53
# A value is high x 2^32 + low. A block of 2^15 rows then adds up to below 2^47 in each half.
_HALF = 32
# Rows of one block: 80 columns and 240 targets of doubles take some 80 MB.
_ROWS_AT_ONCE = 2**15


def gram_of(design: Design, profiles: Whole, persons: npt.NDArray[np.int64]) -> Whole:
    """X'NX: for each pair of columns the exposure of the profiles that have both.

    Args:
        design: the columns.
        profiles: profile numbers; one that stands there twice counts twice.
        persons: exposure of each profile (whole numbers, together below 2^53).

    Returns:
        Whole numbers, shape (columns, columns).
    """
    assert persons.sum() < _EXACT
    gram = np.zeros((len(design.columns), len(design.columns)), dtype=np.int64)
    for start in range(0, len(profiles), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        matrix = design.matrix(profiles[block]).astype(np.float64)
        gram += (matrix.T @ (matrix * persons[block, None])).astype(np.int64)
    return gram


def totals_of(design: Design, profiles: Whole, sums: Whole) -> npt.NDArray[np.object_]:
    """X'y: per column and target the sum over the cells that have the class.

    Args:
        design: the columns.
        profiles: profile number of each cell; several cells may have the same.
        sums: what each cell has of each target, shape (cells, targets).

    Returns:
        Python's whole numbers, however large, shape (columns, targets).

    Example:
        >>> from spiegel_core.engine.design import design_of
        >>> from spiegel_core.population.factors import Factor, Factors
        >>> design = design_of(Factors((Factor("sex", ("M", "V")),)))
        >>> totals_of(design, np.array([0, 1, 1]), np.array([[2**62], [2**62], [-1]])).tolist()
        [[9223372036854775807], [4611686018427387904], [4611686018427387903]]
    """
    totals = np.zeros((len(design.columns), sums.shape[1]), dtype=object)
    for start in range(0, len(profiles), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        columns = np.ascontiguousarray(design.matrix(profiles[block]).T, dtype=np.float64)
        totals += _product(columns, sums[block])
    return totals


def sums_by_cell(
    profiles: Whole, places: Whole, values: Whole, targets: int
) -> tuple[Whole, Whole]:
    """Values of one profile and target each -> profiles, and their sums per target.

    Args:
        profiles, places, values: profile number, place of the target, and what to add.
        targets: how many there are.

    Returns:
        Each profile once, in order, and the sums, shape (profiles, targets).

    Example:
        >>> found, sums = sums_by_cell(*np.array([[7, 3, 7], [0, 1, 0], [5, 6, 8]]), 2)
        >>> found.tolist(), sums.tolist()
        ([3, 7], [[0, 6], [13, 0]])
    """
    # Sums of 64 bits wrap around without a word.
    assert np.abs(values.astype(np.float64)).sum() < 2**62
    cells, of_row = np.unique(profiles, return_inverse=True)
    sums = np.zeros((len(cells), targets), dtype=np.int64)
    np.add.at(sums, (of_row, places), values)
    return cells, sums


def _product(columns: npt.NDArray[np.float64], sums: Whole) -> npt.NDArray[np.object_]:
    """columns @ sums without rounding; the columns hold 0 and 1."""
    # The most negative number has no positive beside it, so both ends are looked at.
    largest = max(int(sums.max(initial=0)), -int(sums.min(initial=0)))
    if largest * len(sums) < _EXACT:
        return _whole(columns @ sums.astype(np.float64))
    high, low = sums >> _HALF, sums & (2**_HALF - 1)
    of_high, of_low = (_whole(columns @ half.astype(np.float64)) for half in (high, low))
    product: npt.NDArray[np.object_] = of_high * 2**_HALF + of_low
    return product


def _whole(product: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    found: npt.NDArray[np.object_] = product.astype(np.int64).astype(object)
    return found
