"""The gate at the door: the profile of deliveries, before the ledger admits any of them."""

from __future__ import annotations

import dataclasses

import pyarrow as pa

from spiegel_core.contracts.catalogue import REFUSE_FILE
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.runtime.door_metrics import door_metrics
from spiegel_core.runtime.gates import Gates
from spiegel_core.runtime.judging import FAILED
from spiegel_core.runtime.receiving import DoorGate


def door_gate(gates: Gates) -> DoorGate:
    """The gate as receiving calls it: arrivals of a batch and their totals in, arrivals out."""

    def judge(arrivals: list[Arrival], totals: pa.Table) -> list[Arrival]:
        standing = [a for a in arrivals if a.verdict is None and a.manifest is not None]
        if not standing:
            return arrivals
        loads = [a.load_id or 0 for a in standing]
        subject = f"loads {min(loads)}-{max(loads)}"
        metrics = door_metrics([_profile(a) for a in standing], totals)
        results = gates.judge("deliveries", subject, metrics)
        refused = {
            standing[place].load_id: result.check
            for result in results
            if result.status == FAILED and result.check.consequence == REFUSE_FILE
            for place in result.failed_places
        }
        return [
            dataclasses.replace(
                a, verdict="refused", rule=refused[a.load_id].id, message=refused[a.load_id].title
            )
            if a.verdict is None and a.load_id in refused
            else a
            for a in arrivals
        ]

    return judge


def _profile(arrival: Arrival) -> dict[str, object]:
    manifest = arrival.manifest
    assert manifest is not None
    return {
        "kind": manifest.kind, "delivery_id": manifest.delivery_id, "lines": arrival.lines,
        "lines_set_aside": arrival.lines_set_aside, "debit_cents": arrival.debit_cents,
        "credit_cents": arrival.credit_cents, "period_from": manifest.period_from,
        "period_to": manifest.period_to, "load_id": arrival.load_id,
    }  # fmt: skip
