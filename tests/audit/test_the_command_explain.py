"""`spiegel audit explain` on a small store: the same numbers on the terminal, in the workbook and
in the picture, without Spark and within seconds."""

from __future__ import annotations

import dataclasses
import io
import itertools
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from rich.console import Console

from jobs.audit_explain import explain
from spiegel_core.contracts.gold import BENCHMARKS, CLASS_COUNTS
from spiegel_core.errors import GateStopped, WrongUse
from spiegel_core.mirrors.audit.explained import Explained, waterfall_of
from spiegel_core.mirrors.audit.explained import hidden_of as hidden
from spiegel_core.mirrors.audit.explained_pages import explained_document, waterfall_table
from spiegel_core.mirrors.page_model import Cell, Table
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.explaining import Question, explained
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.version_facts import keep_facts
from tests.audit.country import YEAR, Country, Patient

AGB, OTHER, EMPTY = "01000001", "01000002", "01000003"


def country() -> Country:
    """The first practice is poorer and has more diabetes; of the third nobody counts."""
    own = [
        *[Patient(AGB, "M 45-49", "low", cents=30_000, consults=1)] * 20,
        *[Patient(AGB, "V 45-49", "low", ("diabetes",), cents=90_100, consults=4)] * 12,
        *[Patient(AGB, "V 90+", "middle", ("copd",), (), 250_000, 9)] * 3,
    ]
    others = [
        *[Patient(OTHER, "M 45-49", "middle", cents=20_000)] * 30,
        *[Patient(OTHER, "V 45-49", "high", cents=41_007, consults=2)] * 25,
        *[Patient(OTHER, "V 90+", "middle", ("copd",), (), 180_000, 7)] * 15,
    ]
    left_out = {
        AGB: {"several_practices": 11, "not_in_register": 2, "high_cost": 4},
        EMPTY: {"gp_at_several_practices": 30},
        "": {"several_practices": 11, "not_in_register": 2, "high_cost": 4},
    }
    return Country([*own, *others], left_out, {AGB: ["TE_WEINIG_PATIENTEN"]})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    country().write(Tables(Folder(folder)))
    return folder


def asked(practice: str = AGB, **more: object) -> Question:
    usual = {"outcome": "cost_total", "measure": "amount", "small_cells": True}
    return Question(practice=practice, **{**usual, **more})  # type: ignore[arg-type]


def told(store: Path, question: Question, out: Path | None = None) -> tuple[str, list[Path]]:
    console = Console(file=io.StringIO(), width=120)
    files = explain(Job(str(store), None, console), question, out)
    return console.file.getvalue(), files  # type: ignore[attr-defined]


@pytest.mark.parametrize("outcome", ["cost_total", "consult_normal"])
@pytest.mark.parametrize("measure", ["amount", "users"])
@pytest.mark.parametrize("practice", [AGB, OTHER])
def test_the_steps_lead_from_the_national_mean_to_the_published_value(
    store: Path, conf: Conf, practice: str, outcome: str, measure: str
) -> None:
    tables = Tables(Folder(store))
    found = explained(tables, conf, asked(practice, outcome=outcome, measure=measure)).found

    assert found is not None
    (row,) = tables.read(
        BENCHMARKS, provider=practice, outcome=outcome, measure=measure
    ).to_pylist()
    steps = sum(found.contributions.values(), found.mean)
    assert steps * row["persons"] == Fraction(row["expected"])
    assert len(found.contributions) == 7


def test_the_printed_steps_add_up_to_the_printed_difference(store: Path, conf: Conf) -> None:
    rests = []
    for practice, outcome in itertools.product((AGB, OTHER), ("cost_total", "consult_normal")):
        inputs = explained(Tables(Folder(store)), conf, asked(practice, outcome=outcome))
        assert inputs.found is not None
        table = waterfall_table(inputs, inputs.found, hidden(inputs, inputs.found))
        labels = [row[0].value for row in table.rows]
        end = labels.index("Verwacht voor de praktijk")
        steps = [row[1].value for row in table.rows[1:end]]
        assert sum(steps) == table.rows[end][2].value - table.rows[0][2].value
        rests.append("Afronding van deze tabel" in labels)
    # A line for rounding stands there only where it is needed.
    assert set(rests) == {True, False}


def test_terminal_workbook_and_picture_hold_the_same(store: Path, tmp_path: Path) -> None:
    text, files = told(store, asked(), tmp_path)
    book_file, picture = sorted(files, key=lambda path: path.suffix, reverse=True)
    assert (book_file.suffix, picture.suffix) == (".xlsx", ".png")
    assert picture.read_bytes().startswith(b"\x89PNG")

    book = openpyxl.load_workbook(book_file)
    assert book.sheetnames == [
        "Lees mij", "Waterval", "Klassen", "Wie telt mee", "Beschikbaarheid", "Toelichting",
        "Herkomst",
    ]  # fmt: skip
    inputs = explained(Tables(Folder(store)), Conf(), asked())
    assert inputs.found is not None
    for bar in waterfall_of(inputs, inputs.found).bars:
        line = next(line for line in text.splitlines() if bar.label in line)
        assert bar.text in line
    (ladder,) = [t for t in tables_of(inputs) if t.name == "Wie telt mee"]
    assert [[cell.value for cell in row[1:]] for row in ladder.rows] == [
        [None, 52], [-11, 41], [0, 41], [-2, 39], [-4, 35], [None, 35],
    ]  # fmt: skip
    sheet = book["Wie telt mee"]
    assert [sheet.cell(row, 3).value for row in range(4, 10)] == [52, 41, 41, 39, 35, 35]
    assert "TE_WEINIG_PATIENTEN" in text


def tables_of(inputs: Explained) -> list[Table]:
    document = explained_document(inputs)
    return [b for page in document.pages for b in page.blocks if isinstance(b, Table)]


def test_without_small_cells_no_number_of_1_to_9_persons_is_shown(store: Path, conf: Conf) -> None:
    inputs = explained(Tables(Folder(store)), conf, asked(small_cells=False))
    _, classes, ladder, _ = tables_of(inputs)
    number = {(row[0].value, row[1].value): row[2] for row in classes.rows}
    assert number["COPD", "ja"].value is None
    assert number["Leeftijd en geslacht", "V 90+"].value is None
    shown = [cell for row in classes.rows for cell in row[2:4] if cell.value is not None]
    assert all(not 0 < int(cell.value) < 10 for cell in shown[::2])
    # 2 and 4 persons are left out for two reasons; every total they would follow from is hidden.
    assert [[cell.value for cell in row[1:]] for row in ladder.rows] == [
        [None, None], [-11, None], [0, None], [None, None], [None, 35], [None, 35],
    ]  # fmt: skip
    assert isinstance(ladder.rows[0][2], Cell)
    assert ladder.rows[0][2].reason
    # The first and last steps take nobody off: those cells are empty by their nature.
    dash = "Een streepje (–) betekent: te weinig personen, of zo'n klein aantal zou eruit volgen. "
    assert ladder.dash == f"{dash}Te weinig is: 1 tot en met 9 personen."


def test_what_a_dash_means_stands_under_the_table_on_the_terminal_too(
    store: Path, conf: Conf
) -> None:
    text, _ = told(store, asked(small_cells=False))
    for table in tables_of(explained(Tables(Folder(store)), conf, asked(small_cells=False))):
        reasons = {cell.reason for row in table.rows for cell in row if cell.reason}
        assert all(reason in table.dash for reason in reasons)
        assert bool(reasons) == (table.dash != "")
        assert table.dash in " ".join(text.split())


def test_ages_are_hidden_by_the_bands_that_the_mirror_shows(store: Path, conf: Conf) -> None:
    inputs = explained(Tables(Folder(store)), conf, asked(small_cells=False))
    found = inputs.found
    assert found is not None
    # The mirror shows 25 men of 75 to 84, so of the few of 80 to 84 those of 75 to 79 tell.
    men = {"M 75-79": 20, "M 80-84": 5}
    classes = [
        dataclasses.replace(part, persons=men.get(part.row.name, 4))
        if part.row.factor == "age_sex" else part
        for part in found.classes
    ]  # fmt: skip
    drawn = dataclasses.replace(found, classes=tuple(classes), persons=25 + 38 * 4)
    assert {("age_sex", name) for name in men} <= hidden(inputs, drawn).classes


def test_an_outcome_is_called_what_the_mirror_calls_it(store: Path, conf: Conf) -> None:
    product = conf.product("praktijkspiegel")
    found = explained(Tables(Folder(store)), conf, asked(outcome="consult_normal"))
    assert found.label == product.gp_care["consult_normal"]


def test_a_practice_without_counted_persons_still_has_its_ladder(
    store: Path, tmp_path: Path
) -> None:
    text, files = told(store, asked(EMPTY), tmp_path)
    assert [file.suffix for file in files] == [".xlsx"]
    assert "Op naam van een huisarts die bij meer praktijken werkt" in text
    assert "-30" in text.replace("−", "-")
    assert "Landelijk gemiddelde" not in text


def test_what_there_is_not_is_told_with_what_there_is(store: Path) -> None:
    for question, message in (
        (asked("01000009"), "there is no practice 01000009 in 2021\n  expected: 01000003, "),
        (asked(outcome="cost_totaal"), "there is no outcome cost_totaal\n  expected: cost_total"),
        (asked(measure="median"), "there is no such measure\n  found:    median\n"),
        (
            asked(version=7),
            "of version 7 nothing is kept for cost_total\n  found:    benchmarks of version 1\n",
        ),
        (asked(year=2019), "there is no practice 01000001 in 2019"),
    ):
        with pytest.raises(WrongUse) as raised:
            told(store, question)
        assert str(raised.value).startswith(message)


def test_tables_of_different_runs_are_not_explained(tmp_path: Path) -> None:
    tables = Tables(Folder(tmp_path))
    country().write(tables)
    rows = tables.read(CLASS_COUNTS).to_pylist()
    more = [row | {"persons": row["persons"] + 1} for row in rows]
    other = {"M 45-49": -1, "V 45-49": 1}
    moved = [row | {"persons": row["persons"] + other.get(row["class"], 0)} for row in rows]
    for changed, message in ((more, "too many or too few"), (moved, "does not follow from")):
        as_rows = pa.Table.from_pylist(changed, schema=CLASS_COUNTS.arrow_schema)
        tables.replace(CLASS_COUNTS, as_rows)
        with pytest.raises(GateStopped, match=message):
            told(tmp_path, asked())


def test_an_earlier_version_is_explained_from_what_is_kept_of_it(
    tmp_path: Path, conf: Conf
) -> None:
    tables = Tables(Folder(tmp_path))
    country().write(tables)
    keep_facts(tables, conf, YEAR, "code")
    before = explained(tables, conf, asked())
    later = Country([*country().patients, *[Patient(AGB, "M 45-49", "low", cents=7)] * 9])
    later.write(tables, version=2)

    assert explained(tables, conf, asked()).version == 2
    again = explained(tables, conf, asked(version=1))
    assert (again.found, again.reasons, again.observed) == (
        before.found, before.reasons, before.observed,
    )  # fmt: skip
    assert (again.version, again.availability) == (1, {})


def test_the_command_takes_its_store_anywhere_and_starts_no_spark(
    store: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; from jobs.spiegel import app, global_options_first; "
        "app(global_options_first(sys.argv[1:]), standalone_mode=False); "
        "print('heavy:', *{'pyspark', 'mlflow', 'great_expectations'} & set(sys.modules))"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, "audit", "explain", "--practice", OTHER, "--store",
         str(store), "--out", str(tmp_path)],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "heavy:"
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".xlsx"}
    # The bar is 3 seconds; a busy machine gets more.
    assert time.monotonic() - started < 20
