"""Every table of the store by name, and which of them may be exported."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from spiegel_core.contracts.bronze import (
    DELIVERIES,
    DELIVERY_MONTHS,
    DELIVERY_TOTALS,
    DELIVERY_YEARS,
    FINDINGS,
    KEYS,
    QUARANTINE,
)
from spiegel_core.contracts.gold import GOLD
from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.contracts.table import Table
from spiegel_core.deliveries.totals import month_figures, year_figures
from spiegel_core.errors import WrongUse
from spiegel_core.open_data.contracts import CELLS
from spiegel_core.runtime.tables import Tables

ALL_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DELIVERIES,
        DELIVERY_TOTALS,
        DELIVERY_MONTHS,
        DELIVERY_YEARS,
        FINDINGS,
        QUARANTINE,
        KEYS,
        *LINES_OF_KIND.values(),
        *GOLD,
        CELLS,
    )
}


def exportable(name: str, small_cells: bool = False) -> Table:
    """A table that may leave the store: a ledger, gold or quality table without persons.

    Args:
        name: layer.table.
        small_cells: whether sums of one person may leave too, as an auditor needs them.

    Raises:
        WrongUse: there is no such table, or it holds persons or registers.
    """
    table = ALL_TABLES.get(name)
    allowed = [t.name for t in ALL_TABLES.values() if _is_exportable(t)]
    if table is None:
        raise WrongUse(f"there is no table {name[:60]}", expected=", ".join(sorted(allowed)))
    if not _is_exportable(table):
        raise WrongUse(
            f"{name} is not exported", found="it holds persons or registers",
            expected=", ".join(sorted(allowed)),
        )  # fmt: skip
    if table.has_small_cells and not small_cells:
        raise WrongUse(
            f"{name} is not exported just so", found="rows may sum the care of one person",
            expected="an audit inside the house", fix="add --small-cells, and keep the file there",
        )  # fmt: skip
    return table


def read_table(tables: Tables, table: Table) -> pa.Table:
    """The rows of a table, added up now where it is not stored."""
    derived = _DERIVED.get(table.name)
    return tables.read(table) if derived is None else derived(tables)


def _months(tables: Tables) -> pa.Table:
    columns = ["load_id", "sender", "care_type"]
    deliveries = tables.read(DELIVERIES, columns=columns, verdict="admitted", kind="claims")
    return month_figures(deliveries, tables.read(DELIVERY_TOTALS))


_DERIVED: dict[str, Callable[[Tables], pa.Table]] = {
    DELIVERY_MONTHS.name: _months,
    DELIVERY_YEARS.name: lambda tables: year_figures(_months(tables)),
}


def _is_exportable(table: Table) -> bool:
    return not table.holds_persons and (table.layer in ("bronze", "gold") or table is QUARANTINE)
