"""The normal equations added up in parts are those of the persons, whatever the parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.engine.design import design_of
from spiegel_core.engine.equations import (
    Equations,
    add_cells,
    add_equations,
    add_squares,
    add_sums,
    no_equations,
)
from spiegel_core.engine.model import AMOUNT, USERS, Target
from spiegel_core.population.factors import Factor, Factors

FACTORS = Factors((Factor("age", ("young", "old")), Factor("fkg", ("a", "b"), is_any=True)))
TARGETS = (Target("cost", AMOUNT, True), Target("cost", USERS, True), Target("tests", USERS, False))
OUTCOMES = ("tests", "cost", "other")
CELLS = st.lists(st.tuples(st.integers(0, 7), st.integers(1, 50)), max_size=9)
SUMS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 2), st.integers(0, 9),
              st.integers(-(2**40), 2**40)),
    max_size=12,
)  # fmt: skip


def numbers(rows: list[tuple[int, ...]], place: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([row[place] for row in rows], dtype=np.int64)


def in_parts(
    cells: list[tuple[int, int]], sums: list[tuple[int, int, int, int]], cut: int
) -> Equations:
    equations = no_equations(design_of(FACTORS), TARGETS)
    for part in (cells[:cut], cells[cut:]):
        add_cells(equations, numbers(part, 0), numbers(part, 1))
    for some in (sums[:cut], sums[cut:]):
        add_sums(equations, OUTCOMES, *(numbers(some, place) for place in range(4)))
    return equations


def classes_of(profile: int) -> set[tuple[str, str]]:
    held = {(f, name) for f, names in FACTORS.unpack(profile).items() for name in names}
    return held | {("intercept", "all")}


@given(CELLS, SUMS, st.integers(0, 9))
def test_they_are_the_sums_over_the_persons_of_each_class(
    cells: list[tuple[int, int]], sums: list[tuple[int, int, int, int]], cut: int
) -> None:
    found = in_parts(cells, sums, cut)
    for row, column in enumerate(found.design.columns):
        for other_row, other in enumerate(found.design.columns):
            assert found.gram[row, other_row] == sum(
                persons for profile, persons in cells if {column, other} <= classes_of(profile)
            )
        for place, target in enumerate(TARGETS):
            assert found.totals[row, place] == sum(
                users if target.measure == USERS else total
                for profile, outcome, users, total in sums
                if column in classes_of(profile) and OUTCOMES[outcome] == target.outcome
            )


def test_sums_of_squares_are_added_without_a_bound() -> None:
    whole, part = (no_equations(design_of(FACTORS), TARGETS) for _ in range(2))
    add_squares(whole, {"cost": 2**70, "tests": 1})
    add_squares(part, {"cost": 1, "other": 4})
    add_equations(whole, part)
    assert whole.squares == {"cost": 2**70 + 1, "tests": 1, "other": 4}


def test_sums_too_large_for_exact_doubles_are_refused() -> None:
    with pytest.raises(OverflowError):
        in_parts([], [(0, 1, 1, 2**53)], 0)
