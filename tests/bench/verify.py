"""How long `spiegel audit verify` of a national version takes, and in how much memory.

5,000 practices of 480 cells, 12 outcomes of each: 28.8 million rows of sums, the same on every
machine, with the classes and outcomes of conf/. A version of them is registered (not verified yet;
its time is told), by a process of its own, and verified as the command does. No Spark.
Bar: 90 seconds. A larger nation: --outcomes 32 (76.8 million rows). With --export also the CSV
files are written and checked in plain SQL; no bar holds for that.

Run: python -m tests.bench.verify [--practices 5000] [--outcomes 12] [--files 400] [--keep DIR]
     [--export]
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
from rich.console import Console

from jobs.audit import verify
from spiegel_core.contracts.gold import PRODUCT, PROFILES
from spiegel_core.outcomes.definitions import outcomes_of_year
from spiegel_core.population.factors import practice_factors
from spiegel_core.release.names import VersionName
from spiegel_core.runtime.conf import read_csv
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.modelling import targets_of
from tests.bench.machine import PeakMemory, described, processor_seconds
from tests.bench.weights import PARTITION, YEAR, Shape, pool_of, write
from tests.release.small_store import register, without_mlflow

NAME = VersionName(PRODUCT, YEAR, 1)
CELLS_OF_A_PRACTICE = 480
_BAR = 90


def make(folder: Path, practices: int, outcomes_of_a_cell: int, files: int) -> None:
    """A store with a registered version of so many practices."""
    job = Job(str(folder), None, Console(quiet=True))
    rules = job.conf.rules(YEAR)
    factors = practice_factors(rules)
    medicines = read_csv(job.conf.folder / "invented_country" / "medicines.csv")
    atc_codes = sorted({row["atc"] for row in medicines})
    outcomes = outcomes_of_year(job.conf.outcomes(), rules, atc_codes)
    cells = practices * CELLS_OF_A_PRACTICE
    shape = Shape(
        factors, tuple(outcome.name for outcome in outcomes), outcomes_of_a_cell,
        CELLS_OF_A_PRACTICE, -(-practices // files) * CELLS_OF_A_PRACTICE,
    )  # fmt: skip
    sums = write(job, cells, shape)
    job.tables.replace(PROFILES, classes_of(shape), **PARTITION)
    say(
        f"{practices:,} practices, {cells:,} cells, {sums:,} rows of sums, {len(outcomes)} outcomes"
    )
    begun = time.monotonic()
    first, second = without_mlflow()
    with first, second:
        register(job, factors, NAME.version, targets_of(outcomes))
    say(f"registered, card and validation sheet included: {time.monotonic() - begun:.1f} s")


def classes_of(shape: Shape) -> pa.Table:
    """Rows of gold.profiles: the classes of every profile."""
    profiles = np.unique(pool_of(shape, np.random.default_rng(1)))
    parts, worth = [], shape.factors.place_values()
    for factor in shape.factors.factors:
        number = profiles // worth[factor.name] % factor.sizes
        for place, name in enumerate(factor.classes):
            own = profiles[(number >> place & 1 if factor.is_any else number == place) != 0]
            parts.append(
                pa.table(
                    {"profile": own, "factor": pa.repeat(factor.name, len(own)),
                     "class": pa.repeat(name, len(own))}
                )
            )  # fmt: skip
    rows = pa.concat_tables(parts)
    for name, value in PARTITION.items():
        rows = rows.append_column(name, pa.repeat(value, rows.num_rows))
    return rows


def say(text: str) -> None:
    """A line for who measures."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Print what was measured; ends with 1 when the version is not found sound, or too late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--practices", type=int, default=5_000)
    parser.add_argument("--outcomes", type=int, default=12, help="of a cell, not zero")
    parser.add_argument("--files", type=int, default=400, help="as tasks write them")
    parser.add_argument("--keep", type=Path, help="folder to work in and keep")
    parser.add_argument("--export", action="store_true", help="also check in plain SQL")
    asked = parser.parse_args()
    folder = asked.keep or Path(mkdtemp(prefix="spiegel-bench-"))
    try:
        if not (folder / "store").exists():
            # Memory this takes must not count as that of verifying.
            making = multiprocessing.get_context("spawn").Process(
                target=make, args=(folder / "store", asked.practices, asked.outcomes, asked.files)
            )
            making.start()
            making.join()
        begun, computed = time.monotonic(), processor_seconds()
        with PeakMemory() as memory:
            job = Job(str(folder / "store"), None, Console(width=100))
            export = folder / "export" if asked.export else None
            findings = verify(job, str(NAME), False, export, None)
        seconds = time.monotonic() - begun
        say(
            f"verified: {seconds:.1f} s (bar: {_BAR} s), of processors "
            f"{processor_seconds() - computed:.1f} s; peak memory {memory.peak_mib:,} MiB"
        )
        say("\n".join(described()))
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(int(bool(findings) or (seconds > _BAR and not asked.export)))


if __name__ == "__main__":
    main()
