"""Exact arithmetic: whole-number equations solved without rounding, then rounded once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat, fmpz_mat

Matrix = Sequence[Sequence[int]]


def independent_columns(gram: Matrix) -> list[int]:
    """The columns that are no exact combination of columns before them, in order.

    Args:
        gram: X'X in whole numbers; its columns are dependent exactly as those of X are.

    Example:
        >>> independent_columns([[4, 2, 2], [2, 2, 0], [2, 0, 2]])
        [0, 1]
    """
    if not gram:
        return []
    reduced, _, rank = fmpz_mat([list(row) for row in gram]).rref()
    if rank == len(gram):
        return list(range(len(gram)))
    pivots = []
    column = 0
    for row in range(rank):
        while reduced[row, column] == 0:
            column += 1
        pivots.append(column)
    return pivots


def solve_exactly(gram: Matrix, right: Matrix, digits: Sequence[int]) -> list[list[int]]:
    """The solution of gram x = right, rounded half-even.

    Args:
        gram: square, whole numbers, not singular (`independent_columns`).
        right: one column per right-hand side, whole numbers.
        digits: decimals to round each right-hand side to.

    Returns:
        Per row and right-hand side the solution in units of 10^-digits, a whole number.

    Example:
        >>> solve_exactly([[2, 0], [0, 3]], [[1], [1]], [2])
        [[50], [33]]
    """
    if not gram:
        return []
    solution = fmpz_mat([list(row) for row in gram]).solve(fmpz_mat([list(r) for r in right]))
    scales = [10**number for number in digits]
    return [
        [round_half_even(solution[row, column], scale) for column, scale in enumerate(scales)]
        for row in range(len(gram))
    ]


def solve_fractions(
    gram: Sequence[Sequence[Fraction]], right: Sequence[Sequence[Fraction]]
) -> list[list[Fraction]]:
    """The solution of gram x = right, not rounded at all.

    Args:
        gram: square, not singular.
        right: one column per right-hand side.

    Example:
        >>> solve_fractions([[Fraction(1, 2)]], [[Fraction(3)]])
        [[Fraction(6, 1)]]
    """
    if not gram:
        return []
    solution = _rational(gram).solve(_rational(right))
    return [
        [
            Fraction(int(solution[row, column].p), int(solution[row, column].q))
            for column in range(len(right[0]))
        ]
        for row in range(len(gram))
    ]


def _rational(rows: Sequence[Sequence[Fraction]]) -> fmpq_mat:
    return fmpq_mat([[fmpq(value.numerator, value.denominator) for value in row] for row in rows])


def round_half_even(value: fmpq, scale: int) -> int:
    """value x scale as the nearest whole number, halves to the even one.

    Example:
        >>> [round_half_even(fmpq(n, 2), 1) for n in (1, 3, -1, -3, 5)]
        [0, 2, 0, -2, 2]
    """
    numerator, denominator = int(value.p) * scale, int(value.q)
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    is_up = twice > denominator or (twice == denominator and whole % 2 == 1)
    return whole + int(is_up)
