"""`make bench`: receive and year on ten million invented lines, beside DuckDB in the same run.

Per size a country is invented (not timed), taken in, and its year is computed several times, so
that the best is warm; DuckDB does the same year computation on the same Delta files, and its sums
must be equal. Then model and comparison of all practices, and documents. Results go to
BENCHMARKS.md.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import duckdb
from rich.console import Console

from jobs.receive import receive
from spiegel_core.contracts.bronze import DELIVERY_TOTALS
from spiegel_core.contracts.gold import BENCHMARKS, OUTCOME_SUMS
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.inventing import write_country
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.mirror_inputs import MirrorSource
from spiegel_core.runtime.pipeline import YearRun
from spiegel_core.runtime.publishing import make_documents
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.steps import BENCHMARKS as BENCHMARKS_STEP
from spiegel_core.runtime.steps import MODEL, begin
from spiegel_core.runtime.year_care import build_care
from spiegel_core.runtime.year_patients import build_patients
from spiegel_core.runtime.year_sums import build_sums
from tests.bench.duck_receive import take_in
from tests.bench.duck_year import prepare, run
from tests.bench.machine import PeakMemory, described

YEAR = 2021
_LINES_PER_PERSON = 43.5
# Times a year is computed by each engine; the best counts. Java compiles less with every one.
_WARM = 8
# Stores the files are taken in, one after the other; the best counts, and the last has the year.
_STORES = ("warming", "store")
SAY = Console(soft_wrap=True)
_RESULTS = Path(__file__).parents[2] / "BENCHMARKS.md"


@dataclass
class Measured:
    """What one size took (seconds) and how much it was."""

    persons: int
    lines: int = 0
    receives: list[float] = field(default_factory=list)
    duck_receives: list[float] = field(default_factory=list)
    years: list[float] = field(default_factory=list)
    duck_years: list[float] = field(default_factory=list)
    model: float = 0.0
    practices: int = 0
    rows: int = 0


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def measure(
    folder: Path, persons: int, practices: int, session: Job | None
) -> tuple[Measured, Job]:
    """Everything about one size; the session of the size before is used again, warm."""
    measured = Measured(persons)
    plan = CountryPlan(persons, practices, YEAR, YEAR, 1, 4)
    SAY.print(f"inventing {persons:,} persons")
    write_country(Folder(folder / "country"), plan, Conf(), truth=False)
    deliveries = folder / "country" / "deliveries"
    for name in _STORES:
        job = Job(str(folder / name), None, Console(quiet=True))
        if session is not None:
            job.__dict__["spark"] = session.spark
        session = job
        measured.receives.append(seconds(partial(receive, job, [str(deliveries)])))
    shutil.rmtree(folder / _STORES[0])
    totals = job.tables.read(DELIVERY_TOTALS, columns=["lines"])
    measured.lines = sum(totals["lines"].to_pylist())
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    for _ in _STORES:
        measured.duck_receives.append(
            seconds(lambda: take_in(connection, deliveries, folder / "duck.parquet"))
        )
    with Run(job.folder, "run") as shown:
        year = YearRun(job, YEAR, datetime.date(YEAR, 12, 31), shown)
        year.year()
        for _ in range(_WARM):
            measured.years.append(seconds(lambda: claims_to_sums(year)))
        prepare(connection, year.work)
        for _ in range(_WARM):
            measured.duck_years.append(seconds(lambda: run(connection, year.work)))
        compare(connection, job)
        year.model()
        year.benchmarks()
        for step in (MODEL, BENCHMARKS_STEP):
            begin(job.tables, YEAR, step)
        measured.model = seconds(lambda: (year.model(), year.benchmarks()))
    benchmarks = job.tables.read(BENCHMARKS, columns=["provider"])
    measured.rows = benchmarks.num_rows
    measured.practices = len(set(benchmarks["provider"].to_pylist()))
    SAY.print(measured)
    return measured, job


def claims_to_sums(year: YearRun) -> None:
    """The part of the year DuckDB does as well; here with its balances and gold tables."""
    with Run(year.job.folder, "run") as shown:
        build_care(year.work, shown)
        build_patients(year.work, shown)
        build_sums(year.work, shown)


def compare(connection: duckdb.DuckDBPyConnection, job: Job) -> None:
    """Stop unless DuckDB has exactly the sums of gold.outcome_sums."""
    ours = {
        (row["provider"], row["profile"], row["outcome"]): (
            row["users"],
            int(row["total"]),
            int(row["total_squares"]),
        )
        for row in job.tables.read(OUTCOME_SUMS, report_year=YEAR).to_pylist()
    }
    query = "select provider, profile, outcome, users, total, squares from outcome_sums"
    theirs = {
        (provider, profile, outcome): (users, int(total), int(squares))
        for provider, profile, outcome, users, total, squares in
        connection.execute(query).fetchall()
    }  # fmt: skip
    if ours != theirs:
        raise SystemExit(
            f"sums differ from DuckDB's in {len(set(ours.items()) ^ set(theirs.items()))} rows"
        )


def documents_per_second(job: Job) -> float:
    """Documents (PDF and workbook) of 20 practices, made by one process."""
    source = MirrorSource(job.tables, job.conf, YEAR, (YEAR,), datetime.date(YEAR, 12, 31))
    batch = [source.of_practice(agb) for agb in source.available()[:21]]
    make_documents(batch[:1])
    return 20 / seconds(lambda: make_documents(batch[1:21]))


def report(small: Measured, large: Measured, documents: float, peak_mib: int, settings: str) -> str:
    """BENCHMARKS.md."""

    def per_line(measured: Measured) -> float:
        return min(measured.years) / measured.lines

    rows = [
        f"| {m.lines:,} | {m.lines / min(m.receives):,.0f} | "
        f"{min(m.receives) / min(m.duck_receives):.2f} | "
        f"{min(m.years):.1f} s | {m.lines / min(m.years):,.0f} | {min(m.duck_years):.1f} s | "
        f"{min(m.years) / min(m.duck_years):.2f} |"
        for m in (small, large)
    ]
    machine = "\n".join(f"- {line}" for line in described())
    return f"""# Benchmarks

Made by `make bench` on {datetime.datetime.now(datetime.UTC).date()}. Times on one machine say
little about another; the ratios to DuckDB, measured in the same run on the same files, say more.

{machine}
- {settings}

| lines | receive, lines/s | x DuckDB | year, warm | lines/s | DuckDB | x DuckDB |
| --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}

- **Receive**: unpack, judge every field, pseudonymise, write, admit. DuckDB: read the same packed
  files, one regular expression per field, typed Parquet out. Bar: at most 2.5 x.
- **Year**: claim lines to sums per cell, gold tables and balances included. DuckDB: the same sums
  in SQL from the same Delta files, in memory; all sums were equal. Bar: at most 4 x.
- Time per line of the larger run against the smaller: x {per_line(large) / per_line(small):.2f}
  (bar: 1.2).
- Peak memory of this run, Java, Python and its tasks together: {peak_mib:,} MiB.
- Model and comparison of {large.practices:,} practices, {large.rows:,} rows (all outcomes x 2
  measures), warm: {large.model:.1f} s (bar for 9 segments x 2 measures: 30 s).
- Documents, PDF and workbook, one process: {documents:.2f} practices per second (bar: 1).
"""


def main() -> None:
    """Measure a tenth of the lines and all of them, and write BENCHMARKS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--practices", type=int, default=1_000)
    parser.add_argument("--keep", type=Path, help="folder to work in and keep")
    asked = parser.parse_args()
    folder = asked.keep or Path(mkdtemp(prefix="spiegel-bench-"))
    persons = int(asked.lines / _LINES_PER_PERSON)
    try:
        with PeakMemory() as memory:
            small, job = measure(
                folder / "small", persons // 10, max(24, asked.practices // 10), None
            )
            large, job = measure(folder / "large", persons, asked.practices, job)
        settings = job.settings.spark
        text = report(
            small, large, documents_per_second(job), memory.peak_mib,
            f"Spark {settings.master}, driver {settings.driver_memory}, "
            f"{settings.shuffle_partitions} shuffle partitions",
        )  # fmt: skip
        _RESULTS.write_text(text, encoding="utf-8")
        SAY.print(text)
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
