"""Counts and sums per delivery that add up: to months and years, in any order and grouping.

Whole numbers only, and only sums: what many deliveries hold together is the sum of what each
holds, so figures of a month or a year never need the lines again. What does not add up (persons,
shares, averages) is not kept per delivery; a share is made of two sums at the end.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.bronze import DELIVERY_MONTHS, DELIVERY_TOTALS, DELIVERY_YEARS
from spiegel_core.contracts.table import Table, arrow_schema

_SUMMED = ("debit_lines", "credit_lines", "quantity", "granted_cents")


def totals_of(typed: pa.Table) -> pa.Table:
    """bronze.delivery_totals of one delivery, without its load.

    In:   silver.claim_lines of the delivery
    Out:  one row per care month, cover and direction, in that order
    """
    key = [name for name in DELIVERY_TOTALS.key if name != "load_id"]
    month = pc.month(typed["care_from"]).cast(pa.int32())
    grouped = (
        typed.append_column("care_month", month)
        .group_by(key)
        .aggregate([("line", "count"), ("quantity", "sum"), ("granted_cents", "sum")])
    )
    renamed = grouped.rename_columns(
        {"line_count": "lines", "quantity_sum": "quantity", "granted_cents_sum": "granted_cents"}
    )
    return renamed.sort_by([(name, "ascending") for name in key])


def month_figures(deliveries: pa.Table, totals: pa.Table) -> pa.Table:
    """Figures per sender, care type, care month and cover.

    In:   the deliveries that count (load_id, sender, care_type; one row each) and
          bronze.delivery_totals, also of other loads
    Out:  bronze.delivery_months
    """
    joined = totals.join(
        deliveries.select(["load_id", "sender", "care_type"]), "load_id", join_type="inner"
    ).combine_chunks()
    is_credit = joined["is_credit"]
    sign = pc.if_else(is_credit, pa.scalar(-1, pa.int64()), pa.scalar(1, pa.int64()))
    nothing = pa.scalar(0, pa.int64())
    figures = {
        **{name: joined[name] for name in DELIVERY_MONTHS.key},
        "debit_lines": pc.if_else(is_credit, nothing, joined["lines"]),
        "credit_lines": pc.if_else(is_credit, joined["lines"], nothing),
        "quantity": pc.multiply_checked(joined["quantity"], sign),
        "granted_cents": pc.multiply_checked(joined["granted_cents"], sign),
    }
    return merged([pa.table(figures)], DELIVERY_MONTHS)


def year_figures(months: pa.Table) -> pa.Table:
    """bronze.delivery_years of bronze.delivery_months."""
    return merged([months], DELIVERY_YEARS)


def merged(figures: Iterable[pa.Table], table: Table) -> pa.Table:
    """Figures added up to the key of a table: the same whatever their order and grouping.

    Example:
        >>> one = pa.table({"sender": ["9101"], "care_type": ["ggz"], "care_year": [2021],
        ...     "cover": ["B"], "debit_lines": [2], "credit_lines": [0], "quantity": [2],
        ...     "granted_cents": [500]})
        >>> merged([one, one], DELIVERY_YEARS)["granted_cents"].to_pylist()
        [1000]
    """
    key = list(table.key)
    schema = arrow_schema(table)
    parts = [part.select(schema.names).cast(schema) for part in figures]
    grouped = pa.concat_tables([schema.empty_table(), *parts]).group_by(key)
    summed = grouped.aggregate([(name, "sum") for name in _SUMMED])
    renamed = summed.rename_columns({f"{name}_sum": name for name in _SUMMED})
    return renamed.select(schema.names).sort_by([(name, "ascending") for name in key])
