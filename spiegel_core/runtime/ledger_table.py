"""The ledger between its table and the arrivals that `deliveries.ledger` settles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.manifest import Manifest
from spiegel_core.runtime.tables import Tables

_PLAIN = (
    "file", "verdict", "rule", "message", "lines", "lines_set_aside", "debit_cents",
    "credit_cents", "load_id", "key_version", "times_received", "rules_sha256",
)  # fmt: skip
_HASHES = ("content_sha256", "file_sha256", "manifest_sha256")


def read_ledger(tables: Tables, as_of: int | None = None) -> list[Arrival]:
    """All arrivals the ledger knows, or knew at a version of it; -1 is before there was one."""
    if as_of == -1:
        return []
    rows = tables.read(DELIVERIES, as_of=as_of).to_pylist()
    return [_arrival(row) for row in rows]


def write_ledger(tables: Tables, arrivals: Iterable[Arrival]) -> None:
    """The whole ledger, in one commit: what it admits counts from that moment on."""
    rows = [_row(arrival) for arrival in arrivals]
    tables.replace(DELIVERIES, pa.Table.from_pylist(rows, schema=arrow_schema(DELIVERIES)))


def _row(arrival: Arrival) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(arrival, name) for name in _PLAIN}
    row.update({name: getattr(arrival, name) or None for name in _HASHES})
    row["sender"] = arrival.sent_by
    if arrival.manifest is not None:
        manifest = arrival.manifest
        row.update(
            delivery_id=manifest.delivery_id, revision=manifest.revision, kind=manifest.kind,
            care_type=manifest.care_type,
            period_from=manifest.period_from, period_to=manifest.period_to,
        )  # fmt: skip
    return row


def _arrival(row: dict[str, Any]) -> Arrival:
    manifest = None
    if row["delivery_id"] is not None:
        manifest = Manifest(
            kind=row["kind"], delivery_id=row["delivery_id"], revision=row["revision"],
            sender=row["sender"], care_type=row["care_type"], period_from=row["period_from"],
            period_to=row["period_to"], rows=row["lines"], debit_cents=row["debit_cents"],
            credit_cents=row["credit_cents"], sha256=row["file_sha256"] or "",
        )  # fmt: skip
    hashes: dict[str, Any] = {name: row[name] or "" for name in _HASHES}
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    sender = row["sender"] if manifest is None else None
    return Arrival(manifest=manifest, sender=sender, **plain, **hashes)
