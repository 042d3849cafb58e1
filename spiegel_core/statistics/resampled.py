"""Practices of persons drawn from known ones: what they had, beside what was expected of them.

A practice is kept as the sums of squares and products of the columns of its persons. Whatever is
planted multiplies the cost of a segment, so practices drawn once serve for every planted effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from spiegel_core.engine.domain import require

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# So many persons are drawn at a time; more would not fit the processor's memory.
_AT_A_TIME = 100_000
# Products of more rows are split over threads, which wait for each other on a busy machine.
_AT_ONCE = 500


@dataclass(frozen=True)
class Persons:
    """Persons to draw practices from, all with the same chance.

    Args:
        outcomes: names; the last one is the total of the others.
        columns: persons x (1, cost of each part, expected of each outcome), cents; a row of
            zeros is a person who is not there.
    """

    outcomes: tuple[str, ...]
    columns: Floats

    @property
    def parts(self) -> int:
        """How many outcomes add up to the last one."""
        return len(self.outcomes) - 1

    def taken(self, places: Ints) -> Persons:
        """The persons at these places, as often as they stand there."""
        return Persons(self.outcomes, self.columns[places])


def persons_of(outcomes: Sequence[str], cents: Ints, expected: Floats) -> Persons:
    """Persons with their cost and what is expected of them.

    Args:
        outcomes: names; the last one is the total of the others.
        cents: persons x parts.
        expected: persons x outcomes (cents).

    Raises:
        WrongUse: the columns are not as many as the outcomes.
    """
    fits = cents.shape[1] + 1 == expected.shape[1] == len(outcomes)
    require(fits and len(cents) == len(expected), "columns of persons", "one per outcome")
    there = np.ones((len(cents), 1))
    return Persons(tuple(outcomes), np.hstack([there, cents.astype(np.float64), expected]))


def moments_of(columns: Floats) -> Floats:
    """Sums of squares and products of the columns over the persons, the last but one axis.

    Example:
        >>> moments_of(np.array([[1.0, 3.0], [1.0, 5.0]])).tolist()
        [[2.0, 8.0], [8.0, 34.0]]
    """
    width = columns.shape[-1]
    sums = np.zeros((*columns.shape[:-2], width, width))
    for start in range(0, columns.shape[-2], _AT_ONCE):
        block = columns[..., start : start + _AT_ONCE, :]
        sums += np.swapaxes(block, -1, -2) @ block
    return sums


def drawn(persons: Persons, size: int, practices: int, generator: Generator) -> Floats:
    """Practices of one size; the same generator gives the same practices.

    Returns:
        practices x columns x columns (`moments_of`).
    """
    (found,) = drawn_years((persons,), size, practices, generator)
    return found


def drawn_years(
    years: Sequence[Persons], size: int, practices: int, generator: Generator
) -> tuple[Floats, ...]:
    """Practices of one size with the same persons in each of several years."""
    require(size > 0 and practices > 0, "size and number of drawn practices", "1 or more")
    step = max(1, _AT_A_TIME // size)
    found: list[list[Floats]] = [[] for _ in years]
    for start in range(0, practices, step):
        shape = (min(step, practices - start), size)
        who = generator.integers(0, len(years[0].columns), shape)
        for kept, year in zip(found, years, strict=True):
            kept.append(moments_of(year.columns.take(who, axis=0)))
    return tuple(np.concatenate(kept) for kept in found)


@dataclass(frozen=True)
class Figures:
    """What practices had and should have had: arrays of practices x outcomes, but for persons.

    Args:
        persons: of each practice.
        observed, expected: sums of y and e (cents).
        squares, products, expected_squares: sums of y^2, y e and e^2.
    """

    persons: Floats
    observed: Floats
    expected: Floats
    squares: Floats
    products: Floats
    expected_squares: Floats

    @property
    def ratio(self) -> Floats:
        """Observed / expected; nothing where nothing is expected."""
        return np.divide(
            self.observed, self.expected,
            out=np.full_like(self.observed, np.nan), where=self.expected > 0,
        )  # fmt: skip

    @property
    def error(self) -> Floats:
        """Standard error of the ratio from the practice's own persons (`ratio_error`)."""
        ratio, n = self.ratio, self.persons[:, None]
        spread = self.squares - 2 * ratio * self.products + ratio**2 * self.expected_squares
        error: Floats = np.sqrt(n / (n - 1) * np.maximum(spread, 0)) / self.expected
        return error


def figures(moments: Floats, factors: Floats) -> Figures:
    """Figures of practices when each segment's cost is multiplied by a factor.

    Args:
        moments: practices x columns x columns.
        factors: practices x parts; 1 is nothing planted.
    """
    parts = factors.shape[1]
    cost, expected = slice(1, 1 + parts), slice(1 + parts, None)
    of_part = _of_part(factors)
    own = np.einsum("kos,kst,kot->ko", of_part, moments[:, cost, cost], of_part, optimize=True)
    return Figures(
        persons=moments[:, 0, 0],
        observed=np.einsum("kos,ks->ko", of_part, moments[:, 0, cost]),
        expected=moments[:, 0, expected],
        squares=own,
        products=np.einsum("kos,kso->ko", of_part, moments[:, cost, expected]),
        expected_squares=np.diagonal(moments[:, expected, expected], axis1=1, axis2=2),
    )


def _of_part(factors: Floats) -> Floats:
    """What each outcome takes of each part: itself, and all of them for the total."""
    parts = factors.shape[1]
    takes = np.vstack([np.eye(parts), np.ones(parts)])
    chosen: Floats = takes[None] * factors[:, None, :]
    return chosen


def truth(persons: Persons, factors: Floats) -> Floats:
    """The ratio practices would have with endless persons: practices x outcomes.

    Args:
        persons: those they were drawn from.
        factors: as in `figures`.
    """
    everybody = persons.columns.sum(axis=0)
    cost, expected = everybody[1 : 1 + persons.parts], everybody[1 + persons.parts :]
    found: Floats = np.einsum("kos,s->ko", _of_part(factors), cost) / expected
    return found


def spread_of(persons: Persons) -> Floats:
    """The national spread of each outcome (`engine.spread.national_spread`), in cents."""
    moments = moments_of(persons.columns)[None]
    all_of = figures(moments, np.ones((1, persons.parts)))
    squares = all_of.squares - 2 * all_of.products + all_of.expected_squares
    spread: Floats = (squares / all_of.expected)[0]
    return spread
