"""Which lines count: those whose load the ledger admitted."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def admitted_loads(deliveries: DataFrame, kind: str) -> DataFrame:
    """The loads of a kind of delivery that count now.

    In:   bronze.deliveries
    Out:  load_id, delivery_id, sender, care_type; one row per load
    """
    is_admitted = F.col("verdict") == "admitted"
    return deliveries.filter(is_admitted & (F.col("kind") == kind)).select(
        "load_id", "delivery_id", "sender", "care_type"
    )


def admitted_lines(lines: DataFrame, loads: DataFrame) -> DataFrame:
    """The lines of admitted loads; lines of other loads do not exist for any reader.

    In:   a table of silver; `admitted_loads`
    Out:  the lines that count
    """
    # The ledger has some 100,000 rows, so it travels to the lines.
    return lines.join(F.broadcast(loads.select("load_id")), "load_id", "left_semi")


def admitted_claims(claim_lines: DataFrame, deliveries: DataFrame) -> DataFrame:
    """The claim lines that count, each with the care type of its delivery.

    In:   silver.claim_lines, bronze.deliveries
    Out:  silver.claim_lines with care_type
    """
    loads = admitted_loads(deliveries, "claims").select("load_id", "care_type")
    return claim_lines.join(F.broadcast(loads), "load_id", "inner")
