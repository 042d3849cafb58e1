"""Claim lines of a year -> care of persons. Claims are read once."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.gold import (
    CARE,
    CARE_CLASSES,
)
from spiegel_core.contracts.silver import MEDICINES
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.outcomes.care import care_of_year, code_items
from spiegel_core.population.conservation import Balance
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.year_work import YearWork, keep_balances, totals
from spiegel_core.silver.credits import netted, waiting_credits


def build_care(work: YearWork, run: Run) -> None:
    """Claim lines -> gold.care_classes, gold.care."""
    with run.step(f"{work.year}: care of persons") as step:
        claims = work.claims()
        # Used twice, for the care and for the balance: without, claims are joined twice.
        waiting = waiting_credits(claims).persist()
        items = work.small(
            code_items(work.rules, work.classes, work.register(MEDICINES, "medicines"))
        )
        care = care_of_year(netted(claims, waiting), items, work.rules, work.classes)
        work.replace(CARE, care)
        work.tables.replace(CARE_CLASSES, _class_rows(work), report_year=work.year)
        balances = _care_balances(work, waiting)
        waiting.unpersist()
        step.counts["lines"] = balances[0].went_in
        keep_balances(work, balances)


def _class_rows(work: YearWork) -> pa.Table:
    rows = [
        {"report_year": work.year, "care_class": c.number, "care_type": c.care_type,
         "segment": c.segment, "item_kind": c.item.kind, "item": c.item.name}
        for c in work.classes.classes
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=arrow_schema(CARE_CLASSES))


def _care_balances(work: YearWork, waiting: DataFrame) -> list[Balance]:
    """Lines and cents: from the totals the door counted to the sums of gold.care."""
    in_segment = {c.name for c in work.rules.care_types if c.segment}
    ledger = work.tables.read(
        DELIVERIES, columns=["load_id", "care_type"], verdict="admitted", kind="claims"
    ).to_pylist()
    care_type_of = {row["load_id"]: row["care_type"] for row in ledger}
    names = ("lines", "cents")
    went_in, left = dict.fromkeys(names, 0), {n: dict.fromkeys(
        ("cover_a", "no_segment", "waiting_credits"), 0) for n in names}  # fmt: skip
    for row in work.tables.read(DELIVERY_TOTALS, care_year=work.year).to_pylist():
        if row["load_id"] not in care_type_of:
            continue
        sign = -1 if row["is_credit"] else 1
        amounts = {"lines": row["lines"], "cents": row["granted_cents"]}
        for name, amount in amounts.items():
            went_in[name] += sign * amount
            if row["cover"] == "A":
                left[name]["cover_a"] += sign * amount
            elif care_type_of[row["load_id"]] not in in_segment:
                left[name]["no_segment"] += sign * amount
    not_taken_back = totals(
        waiting.filter((F.col("cover") == "B") & F.col("care_type").isin(sorted(in_segment))),
        F.count("*").alias("lines"), F.sum("granted_cents").alias("cents"),
    )  # fmt: skip
    out = totals(
        work.store.read_year(CARE, work.year),
        F.sum("lines").alias("lines"), F.sum("cents").alias("cents"),
    )  # fmt: skip
    for name in names:
        left[name]["waiting_credits"] = -not_taken_back[name]
    return [Balance("care", name, went_in[name], out[name], left[name]) for name in names]
