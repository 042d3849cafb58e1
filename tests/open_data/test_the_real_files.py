"""The 13 files as Vektis published them, and an older 2015: to the cent, against other sources.

The figures are taken from where they were published for us (background, section B, and
national_marginals.json), not from conf/, so that conf/ is tested too.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spiegel_core.open_data.contracts import CELLS
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables
from tests.outside_world.shared import shared

from .by_hand import by_hand, figures_of_municipalities, read
from .files import RULES, rows_of, run, values

YEARS = range(2011, 2024)
OLD_2015 = "Vektis_Open_Databestand_Zorgverzekeringswet_2015_-_gemeente_(indeling_2017).csv.gz"
SEGMENTS = len(set(RULES.segment_of.values()))


@dataclass(frozen=True)
class Outcome:
    """What the command did with all files."""

    code: int
    said: str
    out: Path
    files: Path


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The command on the 13 files and the older 2015, in one folder."""
    folder = tmp_path_factory.mktemp("real")
    files = folder / "in"
    files.mkdir()
    for name in ("vektis_open_data", "vektis_open_data_2015_vintage_2018"):
        for path in sorted(shared(f"data/{name}").glob("*.csv.gz")):
            (files / path.name).symlink_to(path)
    code, said = run(files, folder / "out")
    return Outcome(code, said, folder / "out", files)


@pytest.fixture(scope="module")
def marginals() -> dict[str, Any]:
    """Dutch totals, computed by others from the same files."""
    path = shared("reference/national_marginals.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    return found


@pytest.fixture(scope="module")
def expected(real: Outcome) -> list[dict[str, str]]:
    """The rows of expected.csv."""
    return rows_of(real.out / "expected.csv")


def test_every_check_of_every_year_holds(real: Outcome) -> None:
    assert real.code == 0
    rows = rows_of(real.out / "reconciliation.csv")
    assert {row["verdict"] for row in rows} == {"agrees"}
    assert {row["year"] for row in rows} == {str(year) for year in YEARS}
    # 10 figures and 2 sums; each segment against its total, and conserved; the total conserved.
    per_year = Counter(row["year"] for row in rows)
    assert {int(y): n for y, n in per_year.items()} == {
        year: 12 + 2 * len(RULES.segment_totals[year]) + 1 for year in YEARS
    }


def test_the_table_of_section_b_holds_to_the_cent(real: Outcome) -> None:
    text = shared("background/formats_and_real_data.md").read_text("utf-8")
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows_of(real.out / "reconciliation.csv"):
        found[row["year"]][row["check"]] = row["found"]
    lines = re.findall(r"^\| (20[12][0-9]) \|(.*)\|$", text, re.MULTILINE)
    assert [int(year) for year, _ in lines] == list(YEARS)
    for year, line in lines:
        published = [cell.strip().replace(",", "") for cell in line.split("|")]
        of_year = found[year]
        names = ("rows", "municipalities", "bsn", "insured_years")
        euros = [f"{Decimal(of_year[n]) / 100:.2f}" for n in ("total_cents", "rest_cents")]
        assert published == [
            *(of_year[name] for name in names), *euros, of_year["negative_cells"],
        ], year  # fmt: skip


def test_segments_and_the_rest_row_are_those_of_the_marginals(
    real: Outcome, marginals: dict[str, Any]
) -> None:
    totals = {(r["year"], r["segment"]): r for r in rows_of(real.out / "totals.csv")}
    for year, known in marginals["totals_by_year"]["years"].items():
        rest, total = known["restcategorie"], totals[year, "total"]
        assert Decimal(total["rest_cents"]) == 100 * rest["eur"]
        assert Decimal(total["rest_insured_years"]) == rest["verzekerdejaren"]
        assert Decimal(total["insured_years"]) == known["verzekerdejaren"]
        for segment, million in known["segment_meur"].items():
            if million is None:
                assert (year, segment) not in totals
            else:
                cents = int(totals[year, segment]["total_cents"])
                assert round(Fraction(cents, 10**8), 2) == Fraction(million), (year, segment)


def test_expected_adds_up_to_observed_in_every_year_and_segment(
    expected: list[dict[str, str]],
) -> None:
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for row in expected:
        key = (row["year"], row["segment"])
        parts = ("insured_years", "observed_cents", "expected_cents")
        sums[key] = [a + Decimal(row[n]) for a, n in zip(sums[key], parts, strict=True)]
    assert len(sums) == 247
    for key, (years, observed, by_weights) in sums.items():
        # Two weights, each at most half a millionth of a cent off per insured year: 17 cents.
        assert abs(observed - by_weights) <= years / 10**6, key


def test_every_municipality_and_segment_of_the_year_is_there(
    expected: list[dict[str, str]],
) -> None:
    keys = values(expected, "year", "municipality", "segment")
    assert keys == sorted(set(keys))
    per_year = Counter(year for year, _, segment in keys if segment == "total")
    assert {int(year): number for year, number in per_year.items()} == {
        year: RULES.totals[year].municipalities for year in YEARS
    }
    empty = [row for row in expected if not row["ratio"]]
    assert {(row["segment"], row["expected_cents"]) for row in empty} == {
        ("eerstelijns_ondersteuning", "0.000000")
    }


@pytest.mark.parametrize("year", [2012, 2023])
def test_a_whole_year_is_as_plain_python_has_it(
    real: Outcome, expected: list[dict[str, str]], year: int
) -> None:
    hand = by_hand(read(real.files / f"vektis_{year}_gemeente.csv.gz"), with_smooth=False)
    rows = [row for row in expected if row["year"] == str(year)]
    assert len(rows) == len(hand.expected)
    for row in rows:
        key = (row["municipality"], row["segment"])
        assert Decimal(row["observed_cents"]) == hand.observed[key]
        assert Fraction(row["insured_years"]) == hand.insured[key[0]]
        assert Fraction(row["expected_cents"]) == round(hand.expected[key], 6), key
        if row["ratio"]:
            ratio = Fraction(hand.observed[key]) / hand.expected[key]
            assert float(row["ratio"]) == float(round(ratio, 9)), key


@pytest.mark.parametrize("year", ["2021", "2023"])
def test_the_spread_is_the_one_others_computed(
    expected: list[dict[str, str]], marginals: dict[str, Any], year: str
) -> None:
    ratios = [
        float(row["ratio"]) for row in expected if row["year"] == year and row["segment"] == "total"
    ]
    known = marginals["age_sex"][year]["gemeente"]
    assert len(ratios) == known["n"]
    for share, value in known["actual_over_expected_age_sex_quantiles"].items():
        assert round(float(np.quantile(ratios, float(share))), 4) == float(value)


def test_the_older_2015_is_equal_in_every_column_and_differs_by_municipality(
    real: Outcome,
) -> None:
    assert f"2015: vektis_2015_gemeente.csv.gz counts, not {OLD_2015}" in real.said
    rows = rows_of(real.out / "vintages.csv")
    assert len([row for row in rows if row["column"].startswith("kosten_")]) == 22
    assert {float(row["difference"]) for row in rows} == {0.0}
    assert sum(int(r["counted"]) for r in rows if r["unit"] == "eurocents") == 3_950_273_625_537
    listed = rows_of(real.out / "vintage_municipalities.csv")
    municipal = {r["municipality"]: r for r in listed if r["unit"] == "eurocents"}
    # Background, section B: ALTENA is not to the cent what it was made of.
    assert municipal["ALTENA"]["counted"] == "11692460911"
    parts = ("AALBURG", "WERKENDAM", "WOUDRICHEM")
    assert sum(int(municipal[name]["other"]) for name in parts) == 11_693_756_721
    # 'S-GRAVENHAGE and SÚDWEST-FRYSLÂN in the older file: the same municipality, spelled otherwise.
    pairs = {n: (municipal[n]["counted"], municipal[n]["other"]) for n in municipal}
    assert pairs["S GRAVENHAGE"] == ("122177770712", "122178994964")
    assert pairs["SUDWEST-FRYSLAN"] == ("20105197514", "19028632672")
    assert not {"'S-GRAVENHAGE", "SÚDWEST-FRYSLÂN"} & set(municipal)


def test_every_municipality_that_changed_between_the_vintages_is_listed(real: Outcome) -> None:
    """Against the texts of both files, line by line: 388 municipalities became 355."""
    counted, other = (
        figures_of_municipalities(read(real.files / name))
        for name in ("vektis_2015_gemeente.csv.gz", OLD_2015)
    )
    # The three that are spelled otherwise.
    for old, new in (
        ("'S-GRAVENHAGE", "S GRAVENHAGE"),
        ("SÚDWEST-FRYSLÂN", "SUDWEST-FRYSLAN"),
        ("NOORD BEVELAND", "NOORD-BEVELAND"),
    ):
        other[new] = other.pop(old)
    expected = {
        (name, unit): (counted.get(name, {}).get(unit), other.get(name, {}).get(unit))
        for name in {*counted, *other} for unit in ("persons", "insured years", "eurocents")
    }  # fmt: skip
    rows = rows_of(real.out / "vintage_municipalities.csv")
    found = {
        (row["municipality"].replace("rest row", ""), row["unit"]):
        tuple(Decimal(row[side]) if row[side] else None for side in ("counted", "other"))
        for row in rows
    }  # fmt: skip
    assert found == {key: pair for key, pair in expected.items() if pair[0] != pair[1]}
    names = {name for name, _ in found}
    assert len(names - set(other)) == 12 and len(names - set(counted)) == 45
    # Equal cost, one person more or less.
    assert {"HOORN", "NEDERWEERT"} <= names - {n for n, unit in found if unit == "eurocents"}


def test_the_trend_holds_every_class_of_every_year_and_adds_up_to_the_reference(
    real: Outcome,
) -> None:
    rows = rows_of(real.out / "weights_trend.csv")
    totals = {(r["year"], r["segment"]): r for r in rows_of(real.out / "totals.csv")}
    per_class = Counter((row["year"], row["segment"]) for row in rows)
    assert set(per_class) == set(totals) and set(per_class.values()) == {38}
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    insured: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        key = (row["year"], row["segment"])
        years = Decimal(row["insured_years"])
        insured[key] += years
        sums[key] += years * Decimal(row["cents_per_insured_year"])
    for key, total in totals.items():
        # Intercept and weight, each at most half a millionth of a cent off per insured year.
        assert abs(sums[key] - int(total["reference_cents"])) <= insured[key] / 10**6, key
    cost = {(r["segment"], r["class"], int(r["year"])): r for r in rows}
    for (segment, name, year), row in cost.items():
        before = cost.get((segment, name, year - 1))
        told = row["cents_per_insured_year"]
        assert row["change_cents"] == (
            "" if before is None else str(Decimal(told) - Decimal(before["cents_per_insured_year"]))
        )
    # District nursing came in 2015.
    assert {year for year, segment in per_class if segment == "wijkverpleging"} == {
        str(year) for year in range(2015, 2024)
    }


def test_all_years_take_under_three_minutes(real: Outcome, tmp_path: Path) -> None:
    """Loading included, after the run above; what the processors computed, not how busy it was."""
    begun = time.process_time()
    code, _ = run(real.files, tmp_path / "out")
    assert code == 0
    assert time.process_time() - begun < 180


def test_the_older_2015_alone_differs_from_what_is_known(real: Outcome, tmp_path: Path) -> None:
    files = tmp_path / "in"
    files.mkdir()
    (files / OLD_2015).symlink_to((real.files / OLD_2015).resolve())
    code, said = run(files, tmp_path / "out")
    assert code == 1
    assert "differs 2015 rows: expected 13482, found 14735 rows" in said
    assert "differs 2015 municipalities: expected 355, found 388" in said
    assert "total_cents" not in said
    names = {row["municipality"] for row in rows_of(tmp_path / "out" / "expected.csv")}
    assert {"'S-GRAVENHAGE", "SÚDWEST-FRYSLÂN"} <= names


def test_a_second_run_changes_no_row_no_version_and_no_byte(real: Outcome) -> None:
    tables = Tables(Folder(real.out / "store"))
    version = tables.version(CELLS)
    assert tables.read(CELLS, columns=["report_year"]).num_rows == 173_309
    first = {path.name: path.read_bytes() for path in real.out.iterdir() if path.is_file()}
    code, said = run(real.files, real.out)
    assert (code, said.replace("=", "✓").count("✓")) == (0, 4)
    assert "0 new or changed" in said
    assert tables.version(CELLS) == version
    assert {name: (real.out / name).read_bytes() for name in first} == first
