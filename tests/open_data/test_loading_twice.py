"""Loading the same files again, in any order, changes nothing."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from spiegel_core.errors import WrongUse
from spiegel_core.open_data.contracts import CELLS
from spiegel_core.open_data.vintages import Vintages, YearFile
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.open_data import load_years
from spiegel_core.runtime.run import read_records
from spiegel_core.runtime.tables import Tables

from .files import cells_of, drawn, put, rows_of, run

ONE = "    M;90+;TIEL;10;9.5;12.34;0\n"


def vintages(**texts: str) -> list[Vintages]:
    """Files of years, as they come out of the folder."""
    years = {int(name[1:]): text for name, text in texts.items()}
    return [
        Vintages(YearFile(f"vektis_{year}.csv", year, cells_of(text, year)), ())
        for year, text in years.items()
    ]


def stored(tables: Tables) -> list[dict[str, object]]:
    """Everything in the table, in order of its key."""
    rows = tables.read(CELLS).sort_by([(name, "ascending") for name in CELLS.key])
    found: list[dict[str, object]] = rows.to_pylist()
    return found


def test_twice_is_once_and_makes_no_new_version(tmp_path: Path) -> None:
    tables = Tables(Folder(tmp_path))
    files = vintages(y2020=drawn(), y2021=drawn(ONE))
    assert load_years(tables, files) == 2
    rows, version = stored(tables), tables.version(CELLS)
    assert load_years(tables, files) == 0
    assert load_years(tables, files[::-1]) == 0
    assert (stored(tables), tables.version(CELLS)) == (rows, version)
    assert len(rows) == 7


def test_any_order_gives_the_same_rows(tmp_path: Path) -> None:
    files = vintages(y2019=drawn(ONE), y2020=drawn(), y2021=drawn())
    found = []
    for number, order in enumerate(itertools.permutations(files)):
        tables = Tables(Folder(tmp_path / str(number)))
        for one in order:
            load_years(tables, [one])
        found.append(stored(tables))
    assert all(rows == found[0] for rows in found)


def test_a_key_names_one_row(tmp_path: Path) -> None:
    tables = Tables(Folder(tmp_path))
    load_years(tables, vintages(y2020=drawn(), y2021=drawn()))
    keys = [tuple(row[name] for name in CELLS.key) for row in stored(tables)]
    assert len(keys) == len(set(keys)) == 12


def test_a_changed_file_replaces_its_own_year_only(tmp_path: Path) -> None:
    tables = Tables(Folder(tmp_path))
    load_years(tables, vintages(y2020=drawn(), y2021=drawn()))
    assert load_years(tables, vintages(y2020=drawn(), y2021=drawn(ONE))) == 1
    years = [row["report_year"] for row in stored(tables)]
    assert (years.count(2020), years.count(2021)) == (6, 1)


def test_the_command_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", {"v_2030.csv": drawn(), "v_2031.csv": drawn(ONE)})
    out = tmp_path / "out"
    code, _ = run(folder, out)
    first = {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.is_file()}
    again, said = run(folder, out)
    assert {name: (out / name).read_bytes() for name in first} == first
    elsewhere = tmp_path / "elsewhere"
    run(folder, elsewhere)
    assert {name: (elsewhere / name).read_bytes() for name in first} == first
    assert (code, again) == (0, 0)
    assert "= load bronze.open_data" in said
    assert sorted(first) == [
        "expected.csv", "open_data.xlsx", "reconciliation.csv", "totals.csv",
        "vintage_municipalities.csv", "vintages.csv", "weights.csv", "weights_trend.csv",
    ]  # fmt: skip


def test_a_run_is_recorded_with_its_files_and_counts(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", {"v_2030.csv": drawn(), "LEESMIJ.txt": "hallo"})
    _, said = run(folder, tmp_path / "out")
    assert "no data files, left alone: LEESMIJ.txt" in said
    assert "no known totals for 2030: not reconciled" in said
    (record,) = read_records(Folder(tmp_path / "out" / "store"), "open_data")
    assert (record["state"], record["files"]) == ("finished", {"2030": "v_2030.csv"})
    assert [step["name"] for step in record["steps"]] == [
        "read the files", "load bronze.open_data", "reconcile, weights, expected",
        "write files and workbook",
    ]  # fmt: skip


def test_expected_csv_has_its_columns_and_decimals(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", {"v_2030.csv": drawn()})
    run(folder, tmp_path / "out")
    content = (tmp_path / "out" / "expected.csv").read_text(encoding="utf-8")
    head, first, *_ = content.splitlines()
    assert head.replace('"', "") == (
        "year,municipality,segment,insured_years,observed_cents,expected_cents,ratio"
    )
    assert first.replace('"', "") == (
        "2030,'S-GRAVENHAGE,farmacie,64.51,1025129,1087153.515257,0.942947786"
    )
    assert len(rows_of(tmp_path / "out" / "expected.csv")) == 6


def test_a_folder_without_files_or_the_folder_itself_is_wrong_use(tmp_path: Path) -> None:
    empty = put(tmp_path / "in", {"LEESMIJ.txt": "hallo"})
    for folder in (empty, tmp_path / "nowhere"):
        with pytest.raises(WrongUse, match="no files of open data"):
            run(folder, tmp_path / "out")
    full = put(tmp_path / "full", {"v_2030.csv": drawn()})
    with pytest.raises(WrongUse, match="where they are read"):
        run(full, full)
