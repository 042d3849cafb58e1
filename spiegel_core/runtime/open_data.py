"""Open data: files read and loaded, results written. What happens in between is pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field
from rich.markup import escape

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.unpack import Unpackable, unpack
from spiegel_core.errors import DataRefused, WrongUse
from spiegel_core.open_data.cells import year_cells
from spiegel_core.open_data.contracts import CELLS
from spiegel_core.open_data.expected import YearResult, expect
from spiegel_core.open_data.file_names import is_data_file, year_in
from spiegel_core.open_data.outputs import (
    check_rows,
    difference_rows,
    expected_rows,
    total_rows,
    trend_rows,
    weight_rows,
)
from spiegel_core.open_data.reading import read_cells
from spiegel_core.open_data.reconcile import DIFFERS, Check, reconcile
from spiegel_core.open_data.rules import OpenDataRules, rules_of
from spiegel_core.open_data.vintages import (
    Vintages,
    YearFile,
    as_vintages,
    municipal_differences,
    national_differences,
)
from spiegel_core.open_data.workbook import Texts, open_data_workbook
from spiegel_core.runtime.commits import shaped_rows
from spiegel_core.runtime.conf import Conf, read_csv, validated
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.yaml_files import read_yaml

JOB = "open_data"
_ROOM = "open_data"
_RULES = ("segments", "age_classes", "segment_labels", "totals", "segment_totals")


class _TextFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str
    source: str = Field(pattern="Bron: Vektis")
    explanation: list[str] = Field(min_length=1)


@dataclass(frozen=True)
class OpenDataResults:
    """What there is to write, and to tell.

    Args:
        years: observed and expected, oldest year first.
        checks: the reconciliation of all years.
        vintages: per year the file that counts and the others.
    """

    years: tuple[YearResult, ...]
    checks: tuple[Check, ...]
    vintages: tuple[Vintages, ...]

    @property
    def differing(self) -> list[Check]:
        """The checks that do not agree."""
        return [check for check in self.checks if check.verdict == DIFFERS]


def open_data_rules(conf: Conf) -> OpenDataRules:
    """conf/open_data as rules; raises ConfUnusable, every fault named."""
    return rules_of(*(read_csv(conf.folder / _ROOM / f"{name}.csv") for name in _RULES))


def find_files(folder: Folder) -> tuple[list[str], list[str]]:
    """Names of the data files in a folder, and of the other files in it; not of its subfolders.

    Raises:
        WrongUse: there is no such folder, or it holds no data file.
    """
    names = [name for name, _ in folder.files() if "/" not in name]
    data = [name for name in names if is_data_file(name)]
    if not data:
        raise WrongUse(
            "there are no files of open data", where=folder.uri,
            expected="files with .csv or .csv.gz, a year in each name",
            fix="name the folder the files are in",
        )  # fmt: skip
    return data, [name for name in names if name not in data]


def read_files(
    folder: Folder, names: Sequence[str], door: DoorRules, rules: OpenDataRules
) -> list[YearFile]:
    """All files of a folder, read.

    Raises:
        DataRefused: a file that cannot be read; all of them are named.
    """
    files = []
    problems = []
    for name in names:
        try:
            year = year_in(name)
            # Not by Folder.read: Arrow unpacks what is called .gz on its own, without limits.
            content = unpack((folder.local_path / name).read_bytes(), name.lower(), door)
            files.append(YearFile(name, year, read_cells(content, name, year, rules.age_class_of)))
        except Unpackable as problem:
            problems.append(f"a file cannot be unpacked\n  where:    {name}\n  found:    {problem}")
        except DataRefused as problem:
            problems.append(str(problem))
    if problems:
        raise DataRefused("\n".join(problems))
    return files


def read_pair(conf: Conf, first: str, second: str) -> Vintages:
    """Two files of one year, in any folders, as they are to be compared.

    Raises:
        WrongUse: a file is not there, both are the same, or they are of different years.
        DataRefused: a file cannot be read.
    """
    paths = [Path(name) for name in (first, second)]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or paths[0].resolve() == paths[1].resolve():
        raise WrongUse(
            "two files are needed to compare", found=f"not there: {', '.join(missing)}" if missing
            else "twice the same file", fix="name two files of open data of one year",
        )  # fmt: skip
    rules = open_data_rules(conf)
    files = [
        file for path in paths
        for file in read_files(Folder(path.parent), [path.name], conf.door(), rules)
    ]  # fmt: skip
    return as_vintages(*files)


def source_of(conf: Conf, year: int) -> str:
    """What must stand beside figures of the open data of a year."""
    return _texts(conf, [year]).source


def load_years(tables: Tables, vintages: Sequence[Vintages]) -> int:
    """Put each year's rows in bronze.open_data; returns how many years were new or changed.

    A year that stands there with the same rows is left alone, so that loading the same files
    again, in any order, makes no new version.
    """
    changed = 0
    for one in vintages:
        year = one.counted.year
        if not _stored(tables, year).equals(shaped_rows(CELLS, one.counted.rows)):
            tables.replace(CELLS, one.counted.rows, report_year=year)
            changed += 1
    return changed


def compute(tables: Tables, vintages: Sequence[Vintages], rules: OpenDataRules) -> OpenDataResults:
    """Reconcile and compute every year, from the table and not from the files."""
    years, checks = [], []
    for one in vintages:
        year = one.counted.year
        rows = _stored(tables, year)
        result = expect(year_cells(rows, year, rules))
        years.append(result)
        checks += reconcile(rows, result, rules)
    return OpenDataResults(tuple(years), tuple(checks), tuple(vintages))


def write_results(
    out: Folder, conf: Conf, rules: OpenDataRules, results: OpenDataResults
) -> dict[str, int]:
    """Write the files; returns the number of rows of each CSV file."""
    national = [row for one in results.vintages for row in national_differences(one)]
    municipal = [row for one in results.vintages for row in municipal_differences(one)]
    tables = {
        "expected": expected_rows(results.years),
        "weights": weight_rows(results.years),
        "weights_trend": trend_rows(results.years),
        "totals": total_rows(results.years),
        "reconciliation": check_rows(results.checks),
        "vintages": difference_rows(national, "column"),
        "vintage_municipalities": difference_rows(municipal, "municipality"),
    }
    for name, rows in tables.items():
        out.write(f"{name}.csv", csv_bytes(rows))
    texts = _texts(conf, [result.cells.year for result in results.years])
    workbook = open_data_workbook(results.years, results.checks, national, municipal, rules, texts)
    out.write("open_data.xlsx", workbook)
    return {name: rows.num_rows for name, rows in tables.items()}


def tell(run: Run, results: OpenDataResults) -> None:
    """Say what was found; a line per check that differs."""
    for one in results.vintages:
        for other in one.others:
            run.say(escape(f"   {one.counted.year}: {one.counted.name} counts, not {other.name}"))
    unknown = sorted({check.year for check in results.checks if not check.is_known})
    if unknown:
        run.say(f"   no known totals for {', '.join(map(str, unknown))}: not reconciled")
    for check in results.differing:
        texts = {name: text or "none" for name, text in check.texts().items()}
        run.say(
            f"   [yellow]differs[/] {check.year} {check.name}: expected {texts['expected']}, "
            f"found {texts['found']} {check.unit}"
        )
    agreeing = len(results.checks) - len(results.differing)
    run.say(f"   {agreeing:,} of {len(results.checks):,} checks hold")


def _stored(tables: Tables, year: int) -> pa.Table:
    rows = shaped_rows(CELLS, tables.read(CELLS, report_year=year))
    return rows.sort_by([(column, "ascending") for column in CELLS.key])


def _texts(conf: Conf, years: Sequence[int]) -> Texts:
    content = validated(
        _TextFile, read_yaml(conf.folder / _ROOM / "texts.yml"), f"{_ROOM}/texts.yml"
    )
    told = f"{years[0]} tot en met {years[-1]}" if len(years) > 1 else str(years[0])
    source = content.source.replace("{years}", told)
    return Texts(content.title, source, tuple(content.explanation))
