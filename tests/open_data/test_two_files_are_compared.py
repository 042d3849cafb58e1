"""`spiegel audit compare` of two files of one year: the nation to the cent, every municipality."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from jobs.audit_compare_files import compare_files
from jobs.spiegel import app
from spiegel_core.errors import DataRefused, WrongUse
from spiegel_core.runtime.job import Job
from tests.outside_world.shared import shared

from .files import drawn, put

OLD, NEW = "vektis_2015_(indeling_2017).csv", "vektis_2015.csv"
# ALTENA is AALBURG and WERKENDAM together; one euro moved from there to the rest row.
FIRST = """
    ;;;20;2;10;0
    M;90+;'S-GRÁVENHAGE;10;10;100;1
    M;90+;AALBURG;10;9;100.50;1
    M;90+;WERKENDAM;10;11;100.50;1
    M;90+;TIEL;10;10.01;100;1
"""
SECOND = """
    ;;;20;2;11;0
    M;90+;S GRAVENHAGE;10;10;100;1
    M;90+;ALTENA;20;20;200;2
    M;90+;TIEL;9;9.51;100;1
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    folder = put(tmp_path / "in", {OLD: drawn(FIRST), NEW: drawn(SECOND)})
    return str(folder / OLD), str(folder / NEW)


def lines(first: str, second: str, out: Path | None = None) -> list[str]:
    said = io.StringIO()
    compare_files(Job("no store is needed", None, Console(file=said, width=80)), first, second, out)
    return said.getvalue().splitlines()


def test_the_nation_comes_first_and_then_every_municipality_that_changed(
    files: tuple[str, str],
) -> None:
    assert lines(*files) == [
        "2015, eerste bestand: vektis_2015_(indeling_2017).csv, 5 regels",
        "2015, tweede bestand: vektis_2015.csv, 4 regels",
        "Heel Nederland: 2 van de 2 kostenkolommen zijn gelijk, tot op de cent; in het tweede "
        "bestand samen € 415,00",
        "  verzekerden: 60 → 59 (−1)",
        "  verzekerde jaren: 42,01 → 41,51 (−0,50)",
        "Gemeenten die anders zijn: 5",
        "  restregel: kosten in euro 10,00 → 11,00 (+1,00)",
        "  AALBURG (alleen in het eerste): personen 10; verzekerde jaren 9,00; kosten in euro "
        "101,50",
        "  ALTENA (alleen in het tweede): personen 20; verzekerde jaren 20,00; kosten in euro "
        "202,00",
        "  TIEL: personen 10 → 9 (−1); verzekerde jaren 10,01 → 9,51 (−0,50)",
        "  WERKENDAM (alleen in het eerste): personen 10; verzekerde jaren 11,00; kosten in euro "
        "101,50",
        "Bron: Vektis, open databestanden Zorgverzekeringswet per gemeente, 2015",
    ]


def test_a_column_that_is_a_cent_off_is_named(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", {OLD: drawn(SECOND.replace("200;2", "200.01;2")),
                                   NEW: drawn(SECOND)})  # fmt: skip
    told = lines(str(folder / OLD), str(folder / NEW))
    assert told[2].startswith("Heel Nederland: 1 van de 2 kostenkolommen zijn gelijk")
    assert told[3] == "  verzekerden: gelijk, 59"
    assert told[5] == "  kosten_farmacie: 411,01 → 411,00 (−0,01)"


def test_a_column_that_one_file_lacks_is_no_equal_column(tmp_path: Path) -> None:
    less = drawn("    M;90+;TIEL;10;10;100\n", costs=["kosten_farmacie"])
    more = drawn("    M;90+;TIEL;10;10;100;1\n")
    folder = put(tmp_path / "in", {OLD: less, NEW: more})
    told = lines(str(folder / OLD), str(folder / NEW))
    assert told[2].startswith("Heel Nederland: 1 van de 2 kostenkolommen zijn gelijk")
    assert "  kosten_mondzorg: alleen in het tweede, 1,00" in told


def test_the_workbook_holds_the_same_and_is_the_same_every_time(
    files: tuple[str, str], tmp_path: Path
) -> None:
    lines(*files, tmp_path / "a")
    lines(*files, tmp_path / "b")
    path = tmp_path / "a" / "bestanden_2015.xlsx"
    assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    sheet = openpyxl.load_workbook(path)["Versies"]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert rows[4][1:3] == ["Tweede bestand", "Eerste bestand"]
    assert ["2015", NEW, OLD, "kosten_farmacie", "eurocent", 41_100, 41_100, 0] in rows
    assert ["2015", NEW, OLD, "TIEL", "verzekerde jaren", 9.51, 10.01, -0.5] in rows


def test_the_command_takes_files_where_it_takes_versions(
    files: tuple[str, str], tmp_path: Path
) -> None:
    asked = ["audit", "compare", *files, "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0
    assert "2 van de 2 kostenkolommen" in done.output
    assert (tmp_path / "out" / "bestanden_2015.xlsx").exists()
    refused = CliRunner().invoke(app, [*asked, "--practice", "01010003"])
    assert isinstance(refused.exception, WrongUse)


def test_what_cannot_be_compared_is_told(files: tuple[str, str], tmp_path: Path) -> None:
    first, second = files
    other = put(tmp_path / "other", {"vektis_2016.csv": drawn(SECOND), "x_2015.csv": "no;data"})
    with pytest.raises(WrongUse, match="different years"):
        lines(first, str(other / "vektis_2016.csv"))
    with pytest.raises(WrongUse, match=r"not there: .*vektis_2017\.csv"):
        lines(first, str(other / "vektis_2017.csv"))
    with pytest.raises(WrongUse, match="twice the same file"):
        lines(second, second)
    with pytest.raises(DataRefused):
        lines(first, str(other / "x_2015.csv"))


def test_the_two_publications_of_2015_agree_to_the_cent_in_all_columns() -> None:
    (old,) = shared("data/vektis_open_data_2015_vintage_2018").glob("*.csv.gz")
    told = lines(str(old), str(shared("data/vektis_open_data/vektis_2015_gemeente.csv.gz")))
    assert told[2:5] == [
        "Heel Nederland: 22 van de 22 kostenkolommen zijn gelijk, tot op de cent; in het tweede "
        "bestand samen € 39.502.736.255,37",
        "  verzekerden: gelijk, 17.268.188",
        "  verzekerde jaren: gelijk, 16.869.489,39",
    ]
    assert told[5] == f"Gemeenten die anders zijn: {len(told) - 7}"
    assert sum("(alleen in het eerste)" in line for line in told) == 45
    assert sum("(alleen in het tweede)" in line for line in told) == 12
    # Background, section B.
    assert any(line.startswith("  ALTENA (alleen in het tweede)") and
               line.endswith("116.924.609,11") for line in told)  # fmt: skip
