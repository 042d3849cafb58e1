"""What the gate at the door judges: one row of metrics per delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

Metrics = dict[str, int | None]


def per_mille(part: int, whole: int) -> int | None:
    """Thousandths, rounded up, so that a bound is never passed unseen; None of nothing.

    Example:
        >>> per_mille(1, 3), per_mille(1, 0)
        (334, None)
    """
    return None if whole == 0 else -(-1000 * part // whole)


def door_metrics(
    profiles: Sequence[Mapping[str, Any]], totals: pa.Table
) -> list[tuple[str, Metrics]]:
    """Metrics of the gate at the door, one row per delivery.

    Args:
        profiles: kind, delivery_id, lines, lines_set_aside, debit_cents, credit_cents,
            period_from, period_to, load_id of the deliveries judged now.
        totals: bronze.delivery_totals of their loads.
    """
    written = {
        row["load_id"]: row["lines_sum"]
        for row in totals.group_by("load_id").aggregate([("lines", "sum")]).to_pylist()
    }
    found = []
    for row in profiles:
        is_claims = row["kind"] == "claims"
        kept = written.get(row["load_id"], 0)
        found.append(
            (
                f"load {row['load_id']}: {row['delivery_id']}",
                {
                    "lines_unaccounted": row["lines"] - row["lines_set_aside"] - kept
                    if is_claims else None,
                    "credit_per_mille": per_mille(row["credit_cents"], row["debit_cents"]),
                    "set_aside_per_mille": per_mille(row["lines_set_aside"], row["lines"]),
                    "period_days": (row["period_to"] - row["period_from"]).days + 1,
                },
            )
        )  # fmt: skip
    return found
