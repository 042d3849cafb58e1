"""Why a value of an auditor's page is not shown, and the sentence that says what a dash means."""

from __future__ import annotations

from collections.abc import Sequence

from spiegel_core.disclosure.small_cells import TOO_FEW
from spiegel_core.mirrors.page_model import Cell, Column, Table

HIDDEN = Cell(None, f"{TOO_FEW}, of zo'n klein aantal zou eruit volgen")


def table(
    title: str,
    columns: tuple[Column, ...],
    rows: Sequence[tuple[Cell, ...]],
    name: str,
    note: str = "",
) -> Table:
    """A table that says what each dash in it means."""
    reasons = sorted({cell.reason for row in rows for cell in row if cell.reason})
    dash = f"Een streepje (–) betekent: {'; of: '.join(reasons)}." if reasons else ""
    return Table(title, columns, tuple(rows), name, note, dash)
