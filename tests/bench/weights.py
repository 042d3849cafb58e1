"""How fast weights come from three million cells, in how much memory, and whether they are exact.

80 classes, 120 outcomes x 2 measures, some 90 million rows of sums; the same on every machine.
Gold tables are written (not timed), the model of the year is fitted by the product's own step,
and two outcomes are held to plain Python: their totals per class to the unit, and what is expected
in each class to what was observed, within the rounding of the weights.

Run: python -m tests.bench.weights [--cells 3000000] [--keep DIR]
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import math
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console

from spiegel_core.contracts.gold import OUTCOME_SUMS, POPULATIONS, PRODUCT
from spiegel_core.contracts.rules import Outcome
from spiegel_core.contracts.table import Table
from spiegel_core.engine.model import AMOUNT, SCALE, rounding_bound
from spiegel_core.population.factors import Factor, Factors
from spiegel_core.runtime.data_files import WrittenFile, write_file
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.modelling import FittedModel, fit_year
from spiegel_core.runtime.year_work import prepare_year
from tests.bench.machine import PeakMemory, described, processor_seconds

YEAR = 2021
# 42 + 4 + 3 x 2 + 28 classes.
FACTORS = Factors(
    (
        Factor("age_sex", tuple(f"{sex} {n:02d}" for sex in "MV" for n in range(21))),
        Factor("income", ("low", "middle", "high", "unknown")),
        *(Factor(name, ("no", "yes")) for name in ("diabetes", "copd", "heart")),
        Factor("fkg", tuple(f"group_{n:02d}" for n in range(28)), is_any=True),
    )
)
OUTCOMES = ("cost_total", *(f"outcome_{n:03d}" for n in range(1, 120)))
MONEY = 90
PROFILES = 400_000
CHECKED = ("cost_total", "outcome_119")
PARTITION: dict[str, int | str] = {"report_year": YEAR, "product": PRODUCT}


@dataclasses.dataclass(frozen=True)
class Shape:
    """How the sums of a nation are made up.

    Args:
        factors: of which only the last is one a person has any number of classes of.
        outcomes: names.
        per_cell: outcomes of a cell that are not zero.
        of_a_practice: cells of a practice.
        at_once: cells of a file.
    """

    factors: Factors = FACTORS
    outcomes: tuple[str, ...] = OUTCOMES
    # An invented country: 32 of 140.
    per_cell: int = 30
    of_a_practice: int = 300
    at_once: int = 100_000


def outcomes() -> tuple[Outcome, ...]:
    """120 outcomes, most of them money."""
    return tuple(
        Outcome(name, name, "cents" if n < MONEY else "quantity", (), False, "bench",
                datetime.date(YEAR, 1, 1), "bench")
        for n, name in enumerate(OUTCOMES)
    )  # fmt: skip


def pool_of(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """The profiles of a nation."""
    *ones, several = shape.factors.factors
    groups = sum(
        (rng.random(PROFILES) < 0.04).astype(np.int64) << n for n in range(len(several.classes))
    )
    combinations = math.prod(factor.sizes for factor in ones)
    return rng.integers(0, combinations, PROFILES) + combinations * groups


def cells(number: int, shape: Shape) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Rows of gold.populations and gold.outcome_sums, a part at a time."""
    rng = np.random.default_rng(1)
    pool = pool_of(shape, rng)
    for start in range(0, number, shape.at_once):
        many = min(shape.at_once, number - start)
        place = np.arange(start, start + many)
        providers = pa.array([f"{n:08d}" for n in place // shape.of_a_practice])
        # Of one practice every profile is there once.
        profiles = pool[(place * 7919) % PROFILES]
        persons = rng.integers(1, 12, many)
        yield (
            pa.table({"provider": providers, "profile": profiles, "persons": persons}),
            _sums(rng, providers, profiles, persons, shape),
        )


def _sums(
    rng: np.random.Generator, providers: pa.Array, profiles: np.ndarray, persons: np.ndarray,
    shape: Shape,
) -> pa.Table:  # fmt: skip
    names = pa.array(shape.outcomes)
    chosen = np.argpartition(rng.random((len(profiles), len(names)), np.float32), shape.per_cell)
    outcome = np.sort(chosen[:, : shape.per_cell]).ravel()
    row = np.repeat(np.arange(len(profiles)), shape.per_cell)
    totals = rng.integers(-20_000, 2_000_000, len(row)) * persons[row]
    return pa.table(
        {
            "provider": providers.take(pa.array(row)), "profile": profiles[row],
            "outcome": names.take(pa.array(outcome)),
            "users": rng.integers(0, persons[row] + 1),
            "total": pc.cast(pa.array(totals), pa.decimal128(38, 0)),
            "total_squares": pc.cast(pa.array(totals * totals), pa.decimal128(38, 0)),
        }
    )  # fmt: skip


def write(job: Job, number: int, shape: Shape) -> int:
    """Both gold tables; returns the rows of sums."""
    files: dict[Table, list[WrittenFile]] = {POPULATIONS: [], OUTCOME_SUMS: []}
    for part, tables in enumerate(cells(number, shape)):
        for table, rows in zip((POPULATIONS, OUTCOME_SUMS), tables, strict=True):
            folder = job.folder.child(table.name.replace(".", "/"))
            files[table].append(write_file(folder, f"part-{part:05d}", rows, PARTITION))
    for table, written in files.items():
        job.tables.replace_files(table, written, PARTITION)
    return sum(file.rows for file in files[OUTCOME_SUMS])


def columns_of(profile: int) -> list[int]:
    """Places of the columns a profile has, by plain division."""
    found, first = [0], 1
    for factor in FACTORS.factors:
        profile, number = divmod(profile, factor.sizes)
        here = range(len(factor.classes))
        found += [first + n for n in here if (number >> n & 1 if factor.is_any else number == n)]
        first += len(factor.classes)
    return found


def check(job: Job, fitted: FittedModel) -> None:
    """Stop unless plain Python finds the same totals, and expected = observed in every class."""
    persons: Counter[int] = Counter()
    sums: dict[str, Counter[int]] = {name: Counter() for name in CHECKED}
    for batch in job.tables.batches(POPULATIONS, ["profile", "persons"]):
        for profile, number in zip(*(column.to_pylist() for column in batch), strict=True):
            persons[profile] += number
    for batch in job.tables.batches(OUTCOME_SUMS, ["profile", "outcome", "total"]):
        wanted = batch.filter(pc.is_in(batch["outcome"], pa.array(CHECKED)))
        for profile, name, total in zip(*(c.to_pylist() for c in wanted), strict=True):
            sums[name][profile] += int(total)
    held = {profile: columns_of(profile) for profile in persons}
    targets = fitted.model.targets
    for name in CHECKED:
        place = next(n for n, t in enumerate(targets) if (t.outcome, t.measure) == (name, AMOUNT))
        _check_one(fitted, place, held, persons, sums[name])


def _check_one(
    fitted: FittedModel, place: int, held: dict[int, list[int]], persons: Counter[int],
    sums: Counter[int],
) -> None:  # fmt: skip
    model, target = fitted.model, fitted.model.targets[place]
    weights = [int(weight) for weight in model.weights[:, place]]
    observed, expected, exposure = Counter[int](), Counter[int](), Counter[int]()
    for profile, number in persons.items():
        value = number * sum(weights[column] for column in held[profile])
        for column in held[profile]:
            observed[column] += sums[profile]
            expected[column] += value
            exposure[column] += number
    bound = rounding_bound(target, model.design.factors)
    if list(model.persons) != [exposure[c] for c in range(len(weights))]:
        raise SystemExit("persons per class differ from plain Python's")
    for column in range(len(weights)):
        if abs(observed[column] * SCALE - expected[column]) > exposure[column] * bound * SCALE:
            raise SystemExit(f"{target}: expected is not observed in column {column}")
    explained = {(one.outcome, one.measure): one.observed for one in fitted.diagnostics}
    if explained[target.outcome, target.measure] != observed[0]:
        raise SystemExit(f"{target}: the total differs from plain Python's")


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=3_000_000)
    parser.add_argument("--keep", type=Path, help="folder to work in and keep")
    asked = parser.parse_args()
    folder = asked.keep or Path(mkdtemp(prefix="spiegel-bench-"))
    job = Job(str(folder / "store"), None, Console(quiet=True))
    try:
        say = sys.stdout.write
        if not job.tables.exists(OUTCOME_SUMS):
            say(f"{write(job, asked.cells, Shape()):,} rows of sums written\n")
        work = dataclasses.replace(
            prepare_year(job.store, job.tables, job.conf, YEAR),
            outcomes=outcomes(), factors=FACTORS,
        )  # fmt: skip
        job.spark.range(10).count()
        with PeakMemory() as memory:
            for time_round in ("first", "warm"):
                begun, computed = time.monotonic(), processor_seconds()
                fitted = fit_year(work)
                say(
                    f"{time_round}: {time.monotonic() - begun:.1f} s, of processors "
                    f"{processor_seconds() - computed:.1f} s\n"
                )
        say(f"peak memory, Java and tasks included: {memory.peak_mib:,} MiB\n")
        check(job, fitted)
        say("held to plain Python: equal\n" + "".join(f"{line}\n" for line in described()))
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
