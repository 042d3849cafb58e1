"""Columns of numbers, and the few things done with them everywhere."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def whole(values: Iterable[int] | npt.NDArray[np.generic]) -> Ints:
    """The values as whole numbers.

    Example:
        >>> whole([1, 2])
        array([1, 2])
    """
    if isinstance(values, np.ndarray):
        return values.astype(np.int64)
    return np.asarray(list(values), dtype=np.int64)


def real(values: Iterable[float] | npt.NDArray[np.generic]) -> Floats:
    """The values as floating point numbers."""
    if isinstance(values, np.ndarray):
        return values.astype(np.float64)
    return np.asarray(list(values), dtype=np.float64)


def picked(draws: Floats, weights: Floats) -> Ints:
    """Which of the weights each draw from [0, 1) falls on.

    Example:
        >>> picked(real([0.0, 0.24, 0.26, 0.99]), real([1, 1, 2]))
        array([0, 0, 1, 2])
    """
    upper = np.cumsum(weights) / weights.sum()
    upper[-1] = 1.0
    return whole(np.searchsorted(upper, draws, side="right"))


def repeated(counts: Ints) -> tuple[Ints, Ints]:
    """For each of a run of copies: which one it copies, and its place in the run.

    Example:
        >>> repeated(whole([2, 0, 1]))
        (array([0, 0, 2]), array([0, 1, 0]))
    """
    of = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    starts = np.cumsum(counts) - counts
    return of, np.arange(len(of), dtype=np.int64) - starts[of]


def places(flags: Flags) -> Ints:
    """Where the flags are set.

    Example:
        >>> places(np.array([False, True, True]))
        array([1, 2])
    """
    return whole(np.flatnonzero(flags))
