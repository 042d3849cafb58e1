"""The national spread of a version: as rows, as they hold, and which interval they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import pyarrow as pa

from spiegel_core.contracts.gold import MODEL_SPREADS, PRODUCT
from spiegel_core.contracts.rules import NATIONAL_SPREAD, OWN_SPREAD, YearRules
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.engine.model import SCALE_DIGITS
from spiegel_core.engine.spread import OutcomeSpread
from spiegel_core.runtime.tables import Tables

SPREADS_FILE = "spreads.csv"


def spread_rows(
    spreads: Iterable[OutcomeSpread], report_year: int, product: str, version: int
) -> pa.Table:
    """The national spread as rows of gold.model_spreads."""
    rows = [
        {
            "report_year": report_year, "product": product, "version": version,
            "outcome": one.outcome, "squares": Decimal(one.squares),
            "spread": None if one.spread is None else Decimal(one.spread).scaleb(-SCALE_DIGITS),
        }
        for one in spreads
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=arrow_schema(MODEL_SPREADS))


def spreads_in_force(
    tables: Tables, rules: YearRules, version: int
) -> Mapping[str, int | None] | None:
    """Per outcome the national spread the intervals of a version are made with.

    Args:
        tables: the store.
        rules: of the report year.
        version: of the model of the product.

    Returns:
        In units of 10^-9 of the unit of the outcome; None where the spread of the practice's own
        persons counts: by rule, or because the version was made before the other was kept.
    """
    if rules.numbers.amount_interval != NATIONAL_SPREAD:
        return None
    rows = tables.read(
        MODEL_SPREADS, report_year=rules.report_year, product=PRODUCT, version=version
    ).to_pylist()
    held = {
        row["outcome"]: None if row["spread"] is None else int(row["spread"].scaleb(SCALE_DIGITS))
        for row in rows
    }
    return held or None


def interval_in_force(tables: Tables, rules: YearRules, version: int) -> str:
    """Which interval the amounts of a version have: OWN_SPREAD or NATIONAL_SPREAD."""
    return OWN_SPREAD if spreads_in_force(tables, rules, version) is None else NATIONAL_SPREAD
