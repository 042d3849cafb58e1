"""What the gates judge: counts per subject, computed by rules and never holding a person."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.gold import BENCHMARKS, CARE, PATIENTS, POPULATION_COUNTS, POPULATIONS
from spiegel_core.contracts.gold_runs import CONSERVATION
from spiegel_core.contracts.silver import (
    MEDICINES,
    POSTCODE_INCOME,
)
from spiegel_core.engine.model import Target, rounding_bound
from spiegel_core.outcomes.care_classes import FEE
from spiegel_core.runtime.door_metrics import Metrics, per_mille
from spiegel_core.runtime.year_work import YearWork


def silver_metrics(work: YearWork) -> Metrics:
    """Metrics of the gate on silver for a report year."""
    days = 366 if calendar.isleap(work.year) else 365
    per_person = (
        work.insured()
        .filter(F.col("year") == work.year)
        .groupBy("person_id")
        .agg(F.count_distinct("person_check").alias("checks"), F.sum("insured_days").alias("days"))
    )
    persons = _sums(
        per_person,
        persons_colliding=F.sum(F.when(F.col("checks") > 1, 1)),
        persons_with_too_many_days=F.sum(F.when(F.col("days") > days, 1)),
        insured_rows=F.count("*"),
    )
    incomes = work.register(POSTCODE_INCOME, "postcode_income")
    newest = incomes.filter(pc.equal(incomes["vintage"], pc.max(incomes["vintage"])))
    known = {row.agb for row in work.organisations}
    return {
        **persons,
        "medicines_repeated": _repeated_values(work.register(MEDICINES, "medicines")["zi"]),
        "postcodes_repeated": _repeated_values(newest["postcode4"]),
        "general_practices": len(work.practices),
        "practitioners_without_organisation": sum(
            row.organisation not in known for row in work.employments
        ),
        **_claim_metrics(work),
    }


def _repeated_values(values: pa.ChunkedArray) -> int:
    return len(values) - len(pc.unique(values))


def _claim_metrics(work: YearWork) -> Metrics:
    admitted = work.tables.read(DELIVERIES, columns=["load_id"], verdict="admitted", kind="claims")[
        "load_id"
    ]
    totals = work.tables.read(DELIVERY_TOTALS, care_year=work.year)
    of_year = totals.filter(pc.is_in(totals["load_id"], admitted))
    return {
        "claim_lines": int(pc.sum(of_year["lines"]).as_py() or 0),
        "references_repeated": _repeated_references(work.claims()),
    }


def _repeated_references(claims: DataFrame) -> int:
    """References of an insurer that stand more than once; a file holds each once.

    Hashes of 64 bits are compared first, because nearly always there is nothing to count.
    """
    hashed = claims.select(F.xxhash64("insurer", "reference").alias("hashed"))
    lines, different = hashed.agg(F.count("*"), F.count_distinct("hashed")).collect()[0]
    return int(lines) - int(different)


def gold_metrics(work: YearWork, targets: Sequence[Target]) -> Metrics:
    """Metrics of the gate on gold for a report year.

    Args:
        work: the year.
        targets: what every provider must have been compared on.
    """
    counts = work.tables.read(POPULATION_COUNTS, report_year=work.year, practice="").to_pylist()
    persons: Mapping[str, int] = {row["reason"]: row["persons"] for row in counts}
    attributed = sum(
        persons.get(reason, 0) for reason in ("not_in_register", "high_cost", "counted")
    )
    care = work.store.read_year(CARE, work.year)
    return {
        "persons_repeated": _repeated(work.store.read_year(PATIENTS, work.year), "person_id"),
        "cells_repeated": _repeated(
            work.store.read_year(POPULATIONS, work.year), "product", "provider", "profile"
        ),
        "not_in_register_per_mille": per_mille(persons.get("not_in_register", 0), attributed),
        **_care_metrics(work, care),
        **_benchmark_metrics(work, targets),
    }


def _care_metrics(work: YearWork, care: DataFrame) -> Metrics:
    balance = {
        row["part"]: row["value"]
        for row in work.tables.read(
            CONSERVATION, report_year=work.year, step="care", quantity="lines"
        ).to_pylist()
    }
    of_pharmacy = [c.number for c in work.classes.classes if c.care_type == "farmacie"]
    unknown = [
        c.number for c in work.classes.classes if c.care_type == "farmacie" and not c.item.kind
    ]
    fee_classes = work.classes_of(FEE, "registration")
    is_fee = F.col("care_class").isin(fee_classes)
    practices = pa.table({"practice": sorted(work.practices)})
    known = work.small(practices).withColumn("is_known", F.lit(1))
    sums = _sums(
        care.join(F.broadcast(known), "practice", "left"),
        pharmacy=F.sum(F.when(F.col("care_class").isin(of_pharmacy), F.col("cents"))),
        unknown=F.sum(F.when(F.col("care_class").isin(unknown), F.col("cents"))),
        fees=F.sum(F.when(is_fee, F.col("cents"))),
        unknown_fees=F.sum(F.when(is_fee & F.col("is_known").isNull(), F.col("cents"))),
    )
    return {
        "waiting_credits_per_mille": per_mille(
            abs(balance.get("waiting_credits", 0)), balance.get("in", 0)
        ),
        "unknown_medicine_per_mille": per_mille(sums["unknown"] or 0, sums["pharmacy"] or 0),
        "unknown_practice_fee_per_mille": per_mille(sums["unknown_fees"] or 0, sums["fees"] or 0),
    }


def _benchmark_metrics(work: YearWork, targets: Sequence[Target]) -> Metrics:
    rows = work.tables.read(BENCHMARKS, report_year=work.year)
    if not rows.num_rows:
        return dict.fromkeys(
            ("residuals_too_large", "benchmarks_missing", "intervals_without_index")
        )
    cells = work.store.read_year(POPULATIONS, work.year)
    providers = cells.select("product", "provider").distinct().count()
    names = ("index", "lower_95", "upper_95", "lower_99_8", "upper_99_8")
    values: dict[str, list[float | None]] = {name: rows[name].to_pylist() for name in names}
    outside = sum(
        index is not None
        and any(
            (low is not None and low > index + 1e-6) or (high is not None and high < index - 1e-6)
            for low, high in ((a, b), (c, d))
        )
        for index, a, b, c, d in zip(*(values[name] for name in names), strict=True)
    )
    keys = rows.group_by(["product", "provider", "reference", "outcome", "measure"]).aggregate([])
    missing = providers * len(targets) - keys.num_rows
    return {
        "residuals_too_large": _large_residuals(work, rows, targets),
        "benchmarks_missing": abs(missing) + rows.num_rows - keys.num_rows,
        "intervals_without_index": outside,
    }


def _large_residuals(work: YearWork, rows: pa.Table, targets: Sequence[Target]) -> int:
    """Outcomes and measures whose expected values do not add up to what was observed."""
    bounds = {(t.outcome, t.measure): rounding_bound(t, work.factors) for t in targets}
    sums = rows.group_by(["outcome", "measure"]).aggregate(
        [("observed", "sum"), ("expected", "sum"), ("persons", "sum")]
    )
    return sum(
        abs(row["observed_sum"] - row["expected_sum"])
        > row["persons_sum"] * bounds[row["outcome"], row["measure"]]
        for row in sums.to_pylist()
    )


def _repeated(rows: DataFrame, *key: str) -> int:
    """Rows beyond the first of each key."""
    total, different = rows.agg(F.count("*"), F.count_distinct(*key)).collect()[0]
    return int(total) - int(different)


def _sums(rows: DataFrame, **sums: Any) -> Metrics:
    row = rows.agg(*(value.alias(name) for name, value in sums.items())).collect()[0]
    return {name: int(row[name] or 0) for name in sums}
