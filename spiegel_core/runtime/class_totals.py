"""The sums of a year -> totals per class, the right-hand side of the model, added where read.

Tasks read the files of gold.outcome_sums themselves, and only totals travel. As rows that Java
hands to Python, 90 million of them took 82 s on a busy machine; this way 25 s (measured).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession

from spiegel_core.engine.design import Design
from spiegel_core.engine.model import AMOUNT, USERS, Target
from spiegel_core.engine.sums import sums_by_cell, totals_of
from spiegel_core.errors import GateStopped
from spiegel_core.runtime.distribute import distribute
from spiegel_core.runtime.store import file_batches

_COLUMNS = ("profile", "outcome", "users", "total", "total_squares")
# Rows added up at once: of some 5,000 cells, whose matrix takes 10 MB.
_ROWS_AT_ONCE = 150_000


@dataclass(frozen=True)
class ClassTotals:
    """What there is in all rows of gold.outcome_sums together.

    Args:
        totals: per column and target the sum over the persons with that class (X'y).
        squares: per outcome the sum of y^2 over all persons.
    """

    totals: list[list[int]]
    squares: dict[str, int]


def totals_of_files(
    files: Sequence[str], design: Design, targets: tuple[Target, ...], spark: SparkSession
) -> ClassTotals:
    """The totals of the rows in all files, a file in a task.

    Args:
        files: addresses of the files of gold.outcome_sums.
        design: the columns.
        targets: what is summed.
        spark: the session whose tasks read the files.
    """
    of_file = partial(_totals_of_file, design=design, targets=targets)
    totals = np.zeros((len(design.columns), len(targets)), dtype=object)
    squares: Counter[str] = Counter()
    for found in distribute(of_file, files, spark):
        totals += np.array(found.totals, dtype=object)
        squares.update(found.squares)
    return ClassTotals(totals.tolist(), dict(squares))


def _totals_of_file(address: str, *, design: Design, targets: tuple[Target, ...]) -> ClassTotals:
    return totals_of_rows(file_batches(address, _COLUMNS, _ROWS_AT_ONCE), design, targets)


def totals_of_rows(
    batches: Iterable[pa.RecordBatch], design: Design, targets: tuple[Target, ...]
) -> ClassTotals:
    """The totals of rows of gold.outcome_sums.

    Args:
        batches: profile, outcome, users, total and total_squares; in the totals, an outcome that
            is no target is passed by.
        design: the columns.
        targets: what is summed.

    Raises:
        GateStopped: 64 bits do not hold a total.
    """
    totals = np.zeros((len(design.columns), len(targets)), dtype=object)
    squares: Counter[str] = Counter()
    for batch in batches:
        rows = pa.Table.from_batches([batch])
        totals += totals_of(design, *sums_by_cell(*_entries(rows, targets), len(targets)))
        of_outcome = rows.group_by("outcome").aggregate([("total_squares", "sum")])
        for row in of_outcome.to_pylist():
            squares[row["outcome"]] += int(row["total_squares_sum"])
    return ClassTotals(totals.tolist(), dict(squares))


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
        found.append((kept["profile"].to_numpy(), place, _in_64_bits(kept[column])))
    profiles, places, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return profiles, places, values


def _in_64_bits(values: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    try:
        found: npt.NDArray[np.int64] = pc.cast(values, pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        # The text of Arrow holds the value, which may be of a small cell.
        raise GateStopped(
            "a sum of gold.outcome_sums is too large for the model",
            expected="between -2^63 and 2^63", fix="look at the sums before the model",
        ) from None  # fmt: skip
    return found
