"""The workbook, opened again: its sheets, their source, their charts, and no order of merit."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from spiegel_core.open_data.packing import workbook_bytes

from .files import drawn, put, rows_of, run

OTHER = drawn("    M;90+;ZEIST;10;10;100;1\n    V;90+;AALTEN;10;10;100;1\n")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes for two years, one of them in two versions."""
    folder = tmp_path_factory.mktemp("open_data")
    put(folder / "in", {
        "v_2030_indeling_2030.csv": drawn(), "v_2030_indeling_2029.csv": OTHER, "v_2031.csv": OTHER,
    })  # fmt: skip
    assert run(folder / "in", folder / "out")[0] == 0
    return folder / "out"


@pytest.fixture(scope="module")
def book(out: Path) -> Workbook:
    """The workbook."""
    return openpyxl.load_workbook(out / "open_data.xlsx")


def sheet_of(book: Workbook, name: str) -> Worksheet:
    """A sheet that is no chart."""
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def column_a(sheet: Worksheet, first: int) -> list[object]:
    """The filled cells of column A from a row on."""
    cells = (sheet.cell(row, 1).value for row in range(first, sheet.max_row + 1))
    return [value for value in cells if value is not None]


def test_the_sheets_stand_in_order_of_reading(book: Workbook) -> None:
    assert book.sheetnames == [
        "Uitleg", "Totalen", "Segmenten", "Gewichten", "Spreiding", "2030", "2031", "Aansluiting",
        "Versies",
    ]  # fmt: skip


def test_every_sheet_names_its_source(book: Workbook) -> None:
    for name in book.sheetnames:
        sheet = sheet_of(book, name)
        told = str(sheet.cell(3, 1).value)
        assert told.startswith("Bron: Vektis") and told.endswith("2030 tot en met 2031"), name
        assert sheet.oddFooter is not None
        assert sheet.oddFooter.left.text == told


def test_the_explanation_names_every_sheet(book: Workbook) -> None:
    lines = [str(line) for line in column_a(sheet_of(book, "Uitleg"), 5)]
    text = "\n".join(lines)
    for name in (
        "Totalen",
        "Segmenten",
        "Gewichten",
        "Spreiding",
        "2030 tot en met 2031",
        "Aansluiting",
    ):
        assert f"Blad {name}:" in text
    for word in ("restregel", "1,00 is zoals verwacht", "Alleen leeftijd en geslacht"):
        assert word in text


def test_municipalities_stand_by_name_with_the_ratios_of_expected_csv(
    book: Workbook, out: Path
) -> None:
    sheet = sheet_of(book, "2030")
    assert column_a(sheet, 6) == ["'S-GRAVENHAGE", "AA EN HUNZE"]
    assert [cell.value for cell in sheet[5]][4:] == ["Totaal", "Farmacie", "Mondzorg"]
    ratios = {
        (row["municipality"], row["segment"]): row["ratio"]
        for row in rows_of(out / "expected.csv") if row["year"] == "2030"
    }  # fmt: skip
    for row in (6, 7):
        where = str(sheet.cell(row, 1).value)
        for column, segment in enumerate(("total", "farmacie", "mondzorg"), 5):
            assert sheet.cell(row, column).value == round(float(ratios[where, segment]), 3)
    assert sheet.cell(7, 2).value == 19.75


def test_totals_hold_the_rest_row(book: Workbook) -> None:
    row = [cell.value for cell in sheet_of(book, "Totalen")[6]]
    assert row == ["2030", 151.43, 13479.12, 89.01, 78.78, 4.75, 2]


def test_there_are_charts_of_the_tables_on_their_own_sheet(book: Workbook, out: Path) -> None:
    with zipfile.ZipFile(out / "open_data.xlsx") as parts:
        charts = [
            parts.read(name).decode()
            for name in parts.namelist()
            if name.startswith("xl/charts/chart")
        ]
    assert len(charts) == 6 + 2 * 3
    for sheet, number in (("Totalen", 1), ("Segmenten", 2), ("Gewichten", 6), ("Spreiding", 3)):
        assert sum(f"'{sheet}'!" in chart for chart in charts) == number


def test_nothing_is_ranked_or_coloured_by_value(book: Workbook) -> None:
    for name in book.sheetnames:
        sheet = sheet_of(book, name)
        assert len(sheet.conditional_formatting) == 0
        texts = [str(cell.value).lower() for row in sheet.iter_rows() for cell in row if cell.value]
        assert not [text for text in texts if "rang" in text or "beste" in text or "top 10" in text]


def test_the_reconciliation_and_the_versions_are_shown(book: Workbook) -> None:
    checks = sheet_of(book, "Aansluiting")
    assert {checks.cell(row, 8).value for row in range(6, checks.max_row + 1)} == {
        "klopt", "geen bekend totaal",
    }  # fmt: skip
    versions = sheet_of(book, "Versies")
    assert [cell.value for cell in versions[6]][1:4] == [
        "v_2030_indeling_2030.csv", "v_2030_indeling_2029.csv", "bsn",
    ]  # fmt: skip


def test_no_value_of_the_clock_stands_in_it(out: Path) -> None:
    with zipfile.ZipFile(out / "open_data.xlsx") as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
        assert parts.namelist()[0] == "[Content_Types].xml"
    assert core.count("1980-01-01T00:00:00Z") == 2


def test_a_workbook_made_a_year_later_has_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> bytes:
        book = Workbook()
        book.worksheets[0].cell(1, 1, "hallo")
        return workbook_bytes(book)

    first = made()
    monkeypatch.setattr("time.localtime", lambda *_: (2035, 5, 6, 7, 8, 9, 0, 0, 0))
    assert made() == first
    assert openpyxl.load_workbook(io.BytesIO(first)).worksheets[0].cell(1, 1).value == "hallo"
