"""Exact solving of normal equations, and exact rounding, in whole numbers only."""

from __future__ import annotations

Quotient = tuple[int, int]


def solve(gram: list[list[int]], right: list[list[int]]) -> tuple[list[list[Quotient]], list[bool]]:
    """Solve `gram @ x = right` exactly for every column of `right`.

    "Solve on the driver in exact integer arithmetic (fraction-free Bareiss …); exact zero pivot =
    exact collinearity, no tolerance" (statistics, C4). Columns are taken in their order, so of
    columns that depend on each other the last is left out, and gets 0.

    Returns:
        Per row of `right` the solutions as (numerator, denominator), denominator above zero; and
        which columns were left out.

    Example:
        >>> solve([[2, 1], [1, 1]], [[3], [1]])
        ([[(2, 1)], [(-1, 1)]], [False, False])
        >>> solve([[2, 2], [2, 2]], [[3], [3]])
        ([[(3, 2)], [(0, 1)]], [False, True])
    """
    rows = [[*left, *answers] for left, answers in zip(gram, right, strict=True)]
    size = len(gram)
    kept = eliminate(rows, size)
    if not kept:
        return [[(0, 1)] * len(answers) for answers in right], [True] * size
    determinant = rows[kept[-1]][kept[-1]]
    solutions: list[list[Quotient]] = [[(0, 1)] * len(answers) for answers in right]
    numerators: dict[int, list[int]] = {}
    for i in reversed(kept):
        # By Cramer's rule determinant * x is a whole number, so every division here is exact.
        sums = [determinant * value for value in rows[i][size:]]
        for j, known in numerators.items():
            factor = rows[i][j]
            if factor:
                sums = [s - factor * value for s, value in zip(sums, known, strict=True)]
        numerators[i] = [value // rows[i][i] for value in sums]
        solutions[i] = [(value, determinant) for value in numerators[i]]
    return solutions, [i not in numerators for i in range(size)]


def eliminate(rows: list[list[int]], size: int) -> list[int]:
    """Bareiss elimination in place; the answer is the columns that were not left out.

    X'X has no negative eigenvalue, so a zero on the diagonal means a column of zeros below it: that
    column adds nothing to the ones before it.
    """
    kept = []
    previous = 1
    for k in range(size):
        pivot = rows[k][k]
        if pivot == 0:
            continue
        kept.append(k)
        top = rows[k]
        for i in range(k + 1, size):
            factor = rows[i][k]
            if factor:
                rows[i][k:] = [
                    (pivot * value - factor * above) // previous
                    for value, above in zip(rows[i][k:], top[k:], strict=True)
                ]
            else:
                rows[i][k:] = [pivot * value // previous for value in rows[i][k:]]
        previous = pivot
    return kept


def rounded_half_even(numerator: int, denominator: int, places: int) -> int:
    """numerator / denominator in units of 10**-places, rounded half to even.

    Example:
        >>> [rounded_half_even(n, 2, 0) for n in (1, 3, 5, -1, -3)]
        [0, 2, 2, 0, -2]
    """
    assert denominator > 0
    scale: int = 10**places
    whole, rest = divmod(numerator * scale, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1):
        whole += 1
    return whole
