"""Weights of several years side by side: what an insured year in a class costs, and its change."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from spiegel_core.open_data.expected import expect
from spiegel_core.open_data.trend import class_costs, trend

from .by_hand import read
from .by_hand import rows_of as rows_by_hand
from .files import arrays_of, drawn, put, rows_of, run

# In 2031 others are the largest class; 2032 is not there.
LATER = drawn("""
    M; 0 t/m  4 jaar;AALTEN;12;90;9000;0
    M;90+;AALTEN;12;10.5;100.10;20
    V;90+;AALTEN;11;0;0;0
    ;;;30;4.75;77.77;1.01
""")
FILES = {"v_2030.csv": drawn(), "v_2031.csv": LATER, "v_2033.csv": drawn()}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes for three years."""
    folder = tmp_path_factory.mktemp("trend")
    assert run(put(folder / "in", dict(FILES)), folder / "out")[0] == 0
    return folder / "out"


def means(text: str) -> dict[tuple[str, str], Fraction]:
    """Per segment and class eurocents per insured year, by plain division."""
    cents: dict[tuple[str, str], int] = defaultdict(int)
    insured: dict[str, Fraction] = defaultdict(Fraction)
    for where, who, years, amounts in rows_by_hand(text):
        if where and who:
            insured[who] += years
            for segment, amount in amounts.items():
                cents[segment, who] += amount
    return {key: cents[key] / insured[key[1]] for key in cents if insured[key[1]]}


def test_each_class_has_its_mean_whichever_class_is_the_reference(out: Path) -> None:
    rows = rows_of(out / "weights_trend.csv")
    references = {
        row["year"]: row["class"]
        for row in rows_of(out / "weights.csv") if row["note"] == "reference"
    }  # fmt: skip
    assert references == {"2030": "V 90+", "2031": "M 00-04", "2033": "V 90+"}
    for name in FILES:
        by_hand = means(read(out.parent / "in" / name))
        found = {
            (row["segment"], row["class"]): Fraction(row["cents_per_insured_year"])
            for row in rows if row["year"] == name[2:6]
        }  # fmt: skip
        assert set(found) == set(by_hand)
        for key, mean in by_hand.items():
            # Intercept and weight are each rounded to half a millionth of a cent.
            assert abs(found[key] - mean) <= Fraction(1, 10**6), (name, key)


def test_a_change_is_from_the_calendar_year_before_or_is_not_there(out: Path) -> None:
    rows = rows_of(out / "weights_trend.csv")
    cost = {
        (r["segment"], r["class"], int(r["year"])): Decimal(r["cents_per_insured_year"])
        for r in rows
    }  # fmt: skip
    for row in rows:
        key = (row["segment"], row["class"], int(row["year"]))
        before = cost.get((*key[:2], key[2] - 1))
        assert row["change_cents"] == ("" if before is None else str(cost[key] - before))
    assert {row["year"] for row in rows if row["change_cents"]} == {"2031"}


def test_a_class_without_insured_years_has_no_cost(out: Path) -> None:
    rows = rows_of(out / "weights_trend.csv")
    assert ("V 90+", "2031") not in {(row["class"], row["year"]) for row in rows}
    assert "V 90+" not in class_costs(expect(arrays_of(LATER)), "mondzorg")


def test_a_segment_a_year_does_not_have_has_no_row_that_year() -> None:
    with_both, without = arrays_of(drawn(), 2030), drawn(costs=["kosten_farmacie", "kosten_gzsp"])
    found = list(trend([expect(arrays_of(without, 2031)), expect(with_both)], ["mondzorg", "gzsp"]))
    assert {(one.segment, one.year) for one in found} == {("mondzorg", 2030), ("gzsp", 2031)}
    assert {one.change for one in found} == {None}


def test_rows_stand_by_segment_class_and_year(out: Path) -> None:
    keys = [(r["segment"], r["class"], r["year"]) for r in rows_of(out / "weights_trend.csv")]
    assert keys == sorted(keys)


def test_the_sheet_has_every_class_of_every_year_and_charts_per_segment(out: Path) -> None:
    sheet = openpyxl.load_workbook(out / "open_data.xlsx")["Gewichten"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    shown: dict[tuple[str, str, str], float] = {}
    segment, names = "", []
    for first, *rest in lines:
        if first == "Jaar":
            names = rest
        elif first in ("Totaal", "Farmacie", "Mondzorg"):
            segment = {"Totaal": "total"}.get(first, first.lower())
        elif first is not None:
            shown |= {
                (segment, str(name), str(first)): value
                for name, value in zip(names, rest, strict=True) if value is not None
            }  # fmt: skip
    rows = rows_of(out / "weights_trend.csv")
    assert shown == {
        (r["segment"], r["class"], r["year"]):
        round(float(Decimal(r["cents_per_insured_year"]) / 100), 2) for r in rows
    }  # fmt: skip
    assert len(sheet._charts) == 2 * 3
