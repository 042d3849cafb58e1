"""Sums in which the order of the terms has no say."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

Number = int | float | Fraction


def exact_sum(values: Iterable[Number]) -> Fraction:
    """The sum, without rounding.

    Example:
        >>> exact_sum([0.5, 2, Fraction(1, 3)])
        Fraction(17, 6)
    """
    return sum((Fraction(value) for value in values), Fraction(0))
