"""Persons of a year -> the sums per cell; nothing after them holds a person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.gold import (
    CARE,
    CLASS_COUNTS,
    OUTCOME_SUMS,
    PATIENTS,
    POPULATION_COUNTS,
    POPULATIONS,
    PRODUCT,
    PROFILES,
)
from spiegel_core.contracts.silver import (
    PRACTITIONERS,
)
from spiegel_core.outcomes.care_classes import TEST
from spiegel_core.outcomes.cell_sums import counting_of, sums_of_part
from spiegel_core.outcomes.sums import (
    care_of_counted,
    populations_per_cell,
    requested_by_own_gp,
)
from spiegel_core.population.conservation import Balance
from spiegel_core.population.patients import (
    counted_persons,
)
from spiegel_core.population.profiles import profile_classes
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.year_work import YearWork, keep_balances, totals


def build_sums(work: YearWork, run: Run) -> None:
    """gold.patients and gold.care -> gold.populations, outcome_sums, profiles, class_counts."""
    with run.step(f"{work.year}: sums per cell") as step:
        persons = counted_persons(work.store.read_year(PATIENTS, work.year))
        # The small tables are planned and written while the sums keep the cores busy.
        with ThreadPoolExecutor(1) as beside:
            small_tables = beside.submit(_write_cells, work, persons)
            _write_sums(work, persons)
            small_tables.result()
        step.counts["cells"] = _sum_balances(work)


def _write_sums(work: YearWork, persons: DataFrame) -> None:
    care = work.store.read_year(CARE, work.year)
    counted = {t.kind for t in work.rules.tests if t.counts}
    tests = [n for kind in sorted(counted) for n in work.classes_of(TEST, kind)]
    own = requested_by_own_gp(
        care, persons, work.small(work.register(PRACTITIONERS, "practitioners")), tests
    )
    # The task that has all persons of a practice sums and writes: nothing goes back to Spark.
    work.replace(
        OUTCOME_SUMS, care_of_counted(care, own, persons),
        in_task=partial(sums_of_part, counting=counting_of(work.outcomes, work.classes)),
        product=PRODUCT,
    )  # fmt: skip


def _write_cells(work: YearWork, persons: DataFrame) -> None:
    work.replace(POPULATIONS, populations_per_cell(persons), product=PRODUCT)
    populations = work.store.read_year(POPULATIONS, work.year)
    work.replace(PROFILES, profile_classes(populations, work.factors), product=PRODUCT)
    work.replace(
        CLASS_COUNTS,
        populations.join(work.store.read_year(PROFILES, work.year), "profile", "inner")
        .groupBy("provider", "factor", "class")
        .agg(F.sum("persons").alias("persons")),
        product=PRODUCT,
    )


def _sum_balances(work: YearWork) -> int:
    counts = work.tables.read(
        POPULATION_COUNTS, report_year=work.year, practice="", reason="counted"
    ).to_pylist()
    persons = sum(row["persons"] for row in counts)
    cents = sum(row["cost_cents"] for row in counts)
    cells = work.store.read_year(POPULATIONS, work.year)
    of_cells = totals(cells, F.sum("persons").alias("persons"), F.count("*").alias("cells"))
    sums = work.store.read_year(OUTCOME_SUMS, work.year)
    of_total = sums.filter(F.col("outcome") == "cost_total")
    out = totals(of_total, F.sum("total").alias("cents"))
    keep_balances(
        work,
        [
            Balance("sums", "persons", persons, of_cells["persons"], {}),
            Balance("sums", "cents", cents, out["cents"], {}),
        ],
    )
    return of_cells["cells"]
