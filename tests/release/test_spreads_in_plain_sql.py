"""The national spread of amounts, computed again in SQL on exported files: to the last digit what
the engine computes, in whole numbers that do not overflow in a nation."""

from __future__ import annotations

import dataclasses
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiegel_core.contracts.gold import OUTCOME_SUMS, POPULATIONS, PRODUCT, PROFILES
from spiegel_core.contracts.table import Table, arrow_schema
from spiegel_core.engine.design import design_of
from spiegel_core.engine.equations import add_cells, add_squares, add_sums, no_equations
from spiegel_core.engine.model import AMOUNT, SCALE, USERS, Target
from spiegel_core.engine.spread import OutcomeSpread
from spiegel_core.population.factors import Factor, Factors
from spiegel_core.release.plain_sql import (
    CELLS,
    CLASSES,
    SCRIPT,
    SPREADS,
    SUMS,
    TARGETS,
    WEIGHTS,
    check_in_sql,
)
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.modelling import weight_rows
from spiegel_core.runtime.plain_check import check_exported
from spiegel_core.runtime.spreads import spread_rows

YEAR = 2021
FACTORS = Factors((Factor("age", ("young", "old")), Factor("fkg", ("a", "b"), is_any=True)))
PROFILES_THERE_ARE = 8
OUTCOMES = ("cost", "tests")
TARGETS_THERE_ARE = (
    Target("cost", AMOUNT, True), Target("tests", AMOUNT, False), Target("tests", USERS, False),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Cell:
    """Persons of a profile, and of each outcome the sum and the sum of squares."""

    profile: int
    persons: int
    had: tuple[tuple[int, int], ...]


def of_persons(persons: list[tuple[int, ...]]) -> list[Cell]:
    """Cells of one person each: the profile, then what the person had of each outcome."""
    return [Cell(profile, 1, tuple((y, y * y) for y in had)) for profile, *had in persons]


def exported(cells: list[Cell], out: Path) -> dict[str, OutcomeSpread]:
    """The files and script of the model of some cells; returns the engine's spreads."""
    equations = no_equations(design_of(FACTORS), TARGETS_THERE_ARE)
    profiles = np.array([cell.profile for cell in cells], dtype=np.int64)
    add_cells(equations, profiles, np.array([cell.persons for cell in cells], dtype=np.int64))
    for place, outcome in enumerate(OUTCOMES):
        totals = np.array([cell.had[place][0] for cell in cells], dtype=np.int64)
        places = np.full(len(cells), place, dtype=np.int64)
        add_sums(equations, OUTCOMES, profiles, places, (totals != 0).astype(np.int64), totals)
        add_squares(equations, {outcome: sum(cell.had[place][1] for cell in cells)})
    model = equations.solved()
    spreads = equations.spreads(model)
    files = {
        **sums_of(cells), WEIGHTS: weight_rows(model, YEAR, 1),
        SPREADS: spread_rows(spreads, YEAR, PRODUCT, 1),
        TARGETS: pa.Table.from_pylist(
            [{"outcome": t.outcome, "measure": t.measure, "digits": t.digits}
             for t in TARGETS_THERE_ARE]
        ),
    }  # fmt: skip
    for file, rows in files.items():
        (out / file).write_bytes(csv_bytes(rows))
    (out / SCRIPT).write_text(check_in_sql("a version", with_spreads=True), encoding="utf-8")
    return {one.outcome: one for one in spreads}


def sums_of(cells: list[Cell]) -> dict[str, pa.Table]:
    """The gold tables of some cells, each of a provider of its own."""
    populations, sums, classes = [], [], []
    for number, cell in enumerate(cells):
        of_cell = {"provider": f"{number:08d}", "profile": cell.profile}
        populations.append({**of_cell, "persons": cell.persons})
        sums += [
            {**of_cell, "outcome": outcome, "users": int(total != 0), "total": Decimal(total),
             "total_squares": Decimal(squares)}
            for outcome, (total, squares) in zip(OUTCOMES, cell.had, strict=True)
        ]  # fmt: skip
    for profile in {cell.profile for cell in cells}:
        classes += [
            {"profile": profile, "factor": factor, "class": name}
            for factor, names in FACTORS.unpack(profile).items() for name in names
        ]  # fmt: skip

    def rows(table: Table, of_table: list[dict[str, object]]) -> pa.Table:
        of_year = [{"report_year": YEAR, "product": PRODUCT, **row} for row in of_table]
        return pa.Table.from_pylist(of_year, schema=arrow_schema(table))

    return {CELLS: rows(POPULATIONS, populations), SUMS: rows(OUTCOME_SUMS, sums),
            CLASSES: rows(PROFILES, classes)}  # fmt: skip


def wrong(out: Path) -> list[str]:
    return [str(finding) for finding in check_exported(out)]


def publish(out: Path, outcome: str, spread: int | None) -> None:
    """Put another spread (10^-9) in the file."""
    lines = (out / SPREADS).read_text("utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if line.split(",")[3] == outcome)
    told = "" if spread is None else f"{Decimal(spread).scaleb(-9):f}"
    lines[place] = ",".join([*lines[place].split(",")[:-1], told])
    (out / SPREADS).write_text("\n".join(lines) + "\n", "utf-8")


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, PROFILES_THERE_ARE - 1), st.integers(-(10**6), 10**7),
                  st.integers(-3, 50)),
        min_size=1, max_size=25,
    )
)  # fmt: skip
def test_it_is_the_spread_of_the_engine_to_the_last_digit(persons: list[tuple[int, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        spreads = exported(of_persons(persons), out)
        assert wrong(out) == []

        for outcome, last_decimal in (("cost", 1000), ("tests", 1)):
            spread = spreads[outcome].spread
            publish(out, outcome, 0 if spread is None else spread + last_decimal)
        assert sorted(text.split(":")[0] for text in wrong(out)) == [
            "gold.model_spreads, cost", "gold.model_spreads, tests"
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("had", "even", "odd"),
    [
        # Mean 64, squares around it 2 in all: 2 / 256, so half a unit of the sixth decimal is left.
        ((63, 65, 64, 64), 7_812_000, 7_813_000),
        # Mean 32, squares around it 6 in all: 6 / 256.
        ((31, 33, 31, 33, 31, 33, 32, 32), 23_438_000, 23_437_000),
    ],
)
def test_an_exact_half_goes_to_the_even_neighbour(
    had: tuple[int, ...], even: int, odd: int, tmp_path: Path
) -> None:
    spreads = exported(of_persons([(0, y, 0) for y in had]), tmp_path)

    assert spreads["cost"].spread == even
    assert wrong(tmp_path) == []
    publish(tmp_path, "cost", odd)
    assert wrong(tmp_path) == [
        f"gold.model_spreads, cost: the national spread is {odd} units of 10^-9; "
        f"from the sums: {even}"
    ]


SMALL = st.tuples(
    st.integers(-50, 50), st.integers(-(10**10), 10**10), st.integers(1, 20),
    st.sampled_from([1, 1000]),
)  # fmt: skip
LARGE = st.tuples(
    st.integers(-(10**34), 10**34), st.integers(-(10**31), 10**31),
    st.integers(10**15, 2 * 10**24), st.sampled_from([1, 1000]),
)  # fmt: skip


@given(st.lists(SMALL | LARGE, min_size=50, max_size=50))
@settings(max_examples=20, deadline=None)
def test_it_is_divided_and_rounded_as_exact_fractions_are(
    summed: list[tuple[int, int, int, int]],
) -> None:
    script = duckdb.extract_statements(check_in_sql("a version", with_spreads=True))
    (dividing,) = [one for one in script if "TABLE spreads_again" in one.query]
    rows = ", ".join(f"('{place}', {', '.join(map(str, row))})" for place, row in enumerate(summed))
    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE summed (outcome INTEGER, main_part HUGEINT, small_part HUGEINT, "
            "expected HUGEINT, unit HUGEINT)"
        )
        database.execute(f"INSERT INTO summed VALUES {rows}")
        database.execute(dividing)
        found = database.execute("SELECT spread FROM spreads_again ORDER BY outcome").fetchall()

    assert [spread for (spread,) in found] == [
        unit * round(Fraction(SCALE * main_part - small_part, expected * unit))
        for main_part, small_part, expected, unit in summed
    ]


def test_where_nothing_is_expected_there_is_none(tmp_path: Path) -> None:
    spreads = exported(of_persons([(0, -5, 0), (1, 2, 0)]), tmp_path)

    assert (spreads["cost"].spread, spreads["tests"].spread) == (None, None)
    assert wrong(tmp_path) == []
    publish(tmp_path, "cost", 7)
    (found,) = wrong(tmp_path)
    assert found.endswith("the national spread is 7 units of 10^-9; from the sums: none")


# 17.5 million persons with 10^8 each, or nothing: more than any nation has.
PERSONS, MOST = 17_500_000, 10**8


def nation(shares: tuple[int, ...]) -> list[Cell]:
    """A cell of each profile; so many in a thousand of its persons have the most, others nothing,
    and classes that have much and little take turns, so that weights are large and opposite."""
    persons = PERSONS // len(shares)
    return [
        Cell(profile, persons, ((MOST * with_most, MOST**2 * with_most),) * 2)
        for profile, share in enumerate(shares)
        for with_most in (persons * share // 1000,)
    ]


@pytest.mark.parametrize(
    "shares",
    [(1000,) * 8, (500,) * 8, (1000, 0, 0, 1000, 0, 1000, 1000, 0), (999, 1, 3, 998, 1, 997, 1, 0)],
)
def test_no_whole_number_overflows_in_a_nation(shares: tuple[int, ...], tmp_path: Path) -> None:
    spreads = exported(nation(shares), tmp_path)

    assert wrong(tmp_path) == []
    spread = spreads["tests"].spread
    assert spread is not None
    publish(tmp_path, "tests", spread + 1)
    (found,) = wrong(tmp_path)
    assert found.endswith(f"units of 10^-9; from the sums: {spread}")


def test_weights_that_are_far_from_right_do_not_overflow_either(tmp_path: Path) -> None:
    exported(nation((1000, 0, 0, 1000, 0, 1000, 1000, 0)), tmp_path)
    text = (tmp_path / WEIGHTS).read_text("utf-8")
    lines = [line.split(",") for line in text.splitlines()]
    for fields in lines[1:]:
        fields[8] = f"{Decimal(fields[8]) + MOST * (fields[9] == ''):f}"
    (tmp_path / WEIGHTS).write_text("".join(",".join(fields) + "\n" for fields in lines), "utf-8")
    assert any("the equation of this class does not hold" in text for text in wrong(tmp_path))


def test_without_parts_the_nation_would_pass_128_bits_and_duckdb_would_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(nation((500,) * 8), tmp_path)
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as database:
        database.execute(Path(SCRIPT).read_text(encoding="utf-8"))
        with pytest.raises(duckdb.OutOfRangeException):
            database.execute(f"SELECT {SCALE} * main_part FROM summed").fetchall()
        ((largest,),) = database.execute(
            "SELECT max(sum_of) FROM (SELECT sum(abs(w.weight * e.observed)) AS sum_of FROM weights"
            " AS w JOIN equations AS e USING (outcome, measure, factor, class) GROUP BY outcome)"
        ).fetchall()
    assert largest < 2**127
