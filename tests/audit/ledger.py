"""A ledger drawn by hand: which deliveries count, and what their lines add up to."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.runtime.tables import Tables
from tests.audit.country import YEAR
from tests.tables import draw


def deliver(tables: Tables, text: str) -> None:
    """Put the ledger in the state drawn.

    Columns: id, kind, verdict, content, load; debit and credit are cents of the report year,
    `other_year` debit cents of the year before, `other_cover` of the supplementary insurance;
    care_type where it is not farmacie.
    """
    drawn = draw(text)
    deliveries = [_delivery(row) for row in drawn]
    totals = [total for row in drawn if row["kind"] == "claims" for total in _totals(row)]
    as_ledger = pa.Table.from_pylist(deliveries, schema=arrow_schema(DELIVERIES))
    tables.replace(DELIVERIES, as_ledger)
    tables.replace(
        DELIVERY_TOTALS, pa.Table.from_pylist(totals, schema=arrow_schema(DELIVERY_TOTALS))
    )


def _delivery(row: dict[str, str | None]) -> dict[str, Any]:
    usual: dict[str, Any] = dict.fromkeys(DELIVERIES.column_names)
    return usual | {
        "delivery_id": row["id"], "revision": 1, "kind": row["kind"], "sender": "3311",
        "care_type": (row.get("care_type") or "farmacie") if row["kind"] == "claims" else None,
        "period_from": datetime.date(YEAR, 1, 1), "period_to": datetime.date(YEAR, 12, 31),
        "file": f"{row['id']}.csv", "verdict": row["verdict"], "lines": 1, "lines_set_aside": 0,
        "debit_cents": 0, "credit_cents": 0, "content_sha256": row["content"],
        "load_id": int(row["load"] or 0), "times_received": 1,
    }  # fmt: skip


def _totals(row: dict[str, str | None]) -> list[dict[str, Any]]:
    parts = [("debit", YEAR, "B", False), ("credit", YEAR, "B", True),
             ("other_year", YEAR - 1, "B", False), ("other_cover", YEAR, "A", False)]  # fmt: skip
    return [
        {"load_id": int(row["load"] or 0), "care_year": year, "care_month": month, "cover": cover,
         "is_credit": is_credit, "lines": 2, "quantity": 1,
         "granted_cents": int(row[name] or 0)}
        for name, year, cover, is_credit in parts
        for month in (5, 6)
        if row.get(name)
    ]  # fmt: skip
