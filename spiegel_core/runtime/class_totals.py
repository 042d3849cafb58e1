"""The sums of a year -> totals per class, the right-hand side of the model, added where read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from spiegel_core.engine.design import Design
from spiegel_core.engine.model import AMOUNT, USERS, Target
from spiegel_core.engine.sums import sums_by_cell, totals_of

_TOTALS = "column int, target int, total decimal(38,0)"
# Rows a task adds up at once: some 8,000 cells, 20 MB as a matrix.
_ROWS_AT_ONCE = 300_000


def totals_per_class(
    sums: DataFrame, design: Design, targets: tuple[Target, ...]
) -> list[list[int]]:
    """Per column and target the sum over the persons with that class (X'y).

    Each task adds up the cells it reads; nothing is joined or sent around but the totals.
    """
    of_part = partial(totals_of_part, design=design, targets=targets)
    totals = [[0] * len(targets) for _ in design.columns]
    rows = sums.select("profile", "outcome", "users", "total")
    for row in rows.mapInArrow(of_part, _TOTALS).collect():
        totals[row["column"]][row["target"]] += int(row["total"])
    return totals


def totals_of_part(
    batches: Iterable[pa.RecordBatch], *, design: Design, targets: tuple[Target, ...]
) -> Iterator[pa.RecordBatch]:
    """The totals of the rows of gold.outcome_sums one task has.

    Args:
        batches: profile, outcome, users and total; an outcome that is no target is passed by.
        design: the columns.
        targets: what is summed.

    Returns:
        Rows of column, target and total; what is not there is 0.
    """
    totals = np.zeros((len(design.columns), len(targets)), dtype=object)
    for rows in _together(batches):
        totals += totals_of(design, *sums_by_cell(*_entries(rows, targets), len(targets)))
    yield _total_rows(totals)


def _entries(
    rows: pa.Table, targets: tuple[Target, ...]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Profile, place of the target, and value of each users and total."""
    found = []
    for measure, column in ((USERS, "users"), (AMOUNT, "total")):
        at = [place for place, target in enumerate(targets) if target.measure == measure]
        names = pa.array([targets[place].outcome for place in at], pa.string())
        number = pc.index_in(rows["outcome"], value_set=names)
        kept = rows.append_column("number", number).filter(pc.is_valid(number))
        place = np.array(at, dtype=np.int64)[kept["number"].to_numpy()]
        # A total that 64 bits do not hold stops here.
        value = pc.cast(kept[column], pa.int64()).to_numpy()
        found.append((kept["profile"].to_numpy(), place, value))
    profiles, places, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return profiles, places, values


def _together(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches of some thousands of rows as tables of a few 100,000: fewer, larger products."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= _ROWS_AT_ONCE:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _total_rows(totals: npt.NDArray[np.object_]) -> pa.RecordBatch:
    columns, targets = np.nonzero(totals)
    numbers = [Decimal(int(total)) for total in totals[columns, targets]]
    return pa.record_batch(
        [pa.array(columns, pa.int32()), pa.array(targets, pa.int32()),
         pa.array(numbers, pa.decimal128(38, 0))],
        ["column", "target", "total"],
    )  # fmt: skip
