"""Small files of open data, drawn by hand, and the job that takes them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
from rich.console import Console

from jobs.open_data import open_data
from spiegel_core.open_data.cells import YearCells, year_cells
from spiegel_core.open_data.reading import read_cells
from spiegel_core.open_data.rules import OpenDataRules
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.open_data import open_data_rules

RULES: OpenDataRules = open_data_rules(Conf())
KEYS = ("geslacht", "leeftijdsklasse", "gemeentenaam", "aantal_bsn", "aantal_verzekerdejaren")
COSTS = ("kosten_farmacie", "kosten_mondzorg")
YOUNG, OLD = " 0 t/m  4 jaar", "90+"
# Two municipalities, a rest row in the middle, a negative amount; the last column is dental care.
COUNTRY = """
    M; 0 t/m  4 jaar;AA EN HUNZE;12;10.5;100.10;20
    V;90+;AA EN HUNZE;11;9.25;3000;0
    ;;;30;4.75;77.77;1.01
    M; 0 t/m  4 jaar;'S-GRAVENHAGE;20;20;350.3;-4.05
    M;90+;'S-GRAVENHAGE;10;6.01;900;33
    V;90+;'S-GRAVENHAGE;40;38.5;9000.99;0
"""


def drawn(rows: str = COUNTRY, costs: Sequence[str] = COSTS, keys: Sequence[str] = KEYS) -> str:
    """A file as text: a header of the columns, and the rows as drawn, without their margin."""
    lines = [line[4:] for line in rows.splitlines() if line.strip()]
    return "\n".join([";".join([*keys, *costs]), *lines])


def cells_of(text: str | bytes, year: int = 2021) -> pa.Table:
    """The cells of a file."""
    content = text if isinstance(text, bytes) else text.encode()
    return read_cells(content, f"vektis_{year}.csv", year, RULES.age_class_of)


def arrays_of(text: str | bytes, year: int = 2021) -> YearCells:
    """The reference of a file, as the engine gets it."""
    return year_cells(cells_of(text, year), year, RULES)


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def job_of(store: Path, conf: Path | None = None) -> tuple[Job, io.StringIO]:
    """A job on a store, and what it says."""
    said = io.StringIO()
    return Job(str(store), conf, Console(file=said, width=200)), said


def run(folder: Path, out: Path, conf: Path | None = None) -> tuple[int, str]:
    """Run the command; its exit code and what it said."""
    job, said = job_of(out / "store", conf)
    return open_data(job, str(folder), out), said.getvalue()


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def values(rows: Iterable[dict[str, str]], *columns: str) -> list[tuple[str, ...]]:
    """Some columns of rows."""
    return [tuple(row[column] for column in columns) for row in rows]
