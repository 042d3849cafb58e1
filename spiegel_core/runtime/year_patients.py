"""Care and registers of a year -> persons with their practice, reason and characteristics."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.gold import (
    CARE,
    INCOME_LIMITS,
    PATIENTS,
    POPULATION_COUNTS,
)
from spiegel_core.contracts.silver import (
    POSTCODE_INCOME,
)
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.outcomes.care_classes import FEE
from spiegel_core.population.attribution import (
    attribute_persons,
    gps_at_several_practices,
    net_fees,
    performers_seen,
)
from spiegel_core.population.conservation import Balance
from spiegel_core.population.insured import (
    income_limits,
    newest_incomes,
    one_row_per_person,
)
from spiegel_core.population.patients import (
    cost_of_persons,
    patients_of_year,
    population_counts,
)
from spiegel_core.population.traits import trait_classes, traits_of_persons
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.year_work import YearWork, came_out, keep_balances, totals


def build_patients(work: YearWork, run: Run) -> set[str]:
    """gold.care and registers -> gold.patients, gold.population_counts.

    Returns:
        The GPs that are registered and seen at several practices, who are shown nowhere.
    """
    with run.step(f"{work.year}: persons, reasons, characteristics") as step:
        care = work.store.read_year(CARE, work.year)
        # Used three times: attribution, the performers seen, and the balance.
        fees = net_fees(
            care, work.classes_of(FEE, "registration"), work.small(_practices(work))
        ).persist()
        seen = [(row["performer"], row["practice"]) for row in performers_seen(fees).collect()]
        several = gps_at_several_practices(work.gps, seen)
        incomes = _incomes(work)
        numbers = work.rules.numbers
        limits = income_limits(incomes, numbers.income_low_percent, numbers.income_high_percent)
        _keep_limits(work, limits)
        patients = patients_of_year(
            attribute_persons(fees, several),
            one_row_per_person(work.insured(), work.year),
            work.small(_income_table(incomes)),
            limits,
            traits_of_persons(care, work.small(trait_classes(work.classes)), work.rules),
            cost_of_persons(care, work.classes),
            work.rules,
            work.factors,
        )
        work.replace(PATIENTS, patients)
        written = work.store.read_year(PATIENTS, work.year)
        work.replace(POPULATION_COUNTS, population_counts(written))
        step.counts["persons"] = _patient_balances(work, fees)
        fees.unpersist()
        return several


def _practices(work: YearWork) -> pa.Table:
    return pa.table({"practice": pa.array(sorted(work.practices), pa.string())})


def _incomes(work: YearWork) -> list[tuple[str, int, int]]:
    rows = work.register(POSTCODE_INCOME, "postcode_income").to_pylist()
    return newest_incomes(
        (r["vintage"], r["postcode4"], r["average_income_euro"], r["inhabitants"]) for r in rows
    )


def _keep_limits(work: YearWork, limits: tuple[int, int]) -> None:
    """A later vintage of incomes does not change what a version of the model was made with."""
    row = {"report_year": work.year, "low_euro": limits[0], "high_euro": limits[1]}
    rows = pa.Table.from_pylist([row], schema=arrow_schema(INCOME_LIMITS))
    work.tables.replace(INCOME_LIMITS, rows, report_year=work.year)


def _income_table(incomes: list[tuple[str, int, int]]) -> pa.Table:
    schema = pa.schema([("postcode4", pa.string()), ("average_income_euro", pa.int32())])
    rows = [{"postcode4": row[0], "average_income_euro": row[1]} for row in incomes]
    return pa.Table.from_pylist(rows, schema=schema)


def _patient_balances(work: YearWork, fees: DataFrame) -> int:
    counts = work.tables.read(POPULATION_COUNTS, report_year=work.year, practice="").to_pylist()
    persons = {row["reason"]: row["persons"] for row in counts}
    cents = {row["reason"]: row["cost_cents"] for row in counts}
    with_fee = fees.select(F.count_distinct("person_id")).collect()[0][0]
    in_fee = work.store.read_year(PATIENTS, work.year).select("person_id")
    of_others = work.store.read_year(CARE, work.year).join(in_fee, "person_id", "left_anti")
    without = totals(of_others, F.sum("cents").alias("cents"))["cents"]
    counted = persons.pop("counted", 0), cents.pop("counted", 0)
    all_cents = came_out(work, "care", "cents")
    keep_balances(
        work,
        [
            Balance("population", "persons", with_fee, counted[0], persons),
            Balance("population", "cents", all_cents, counted[1], {**cents, "no_fee": without}),
        ],
    )
    return int(with_fee)
