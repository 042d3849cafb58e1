"""Whether two stores hold the same persons under other pseudonyms, without joining the two.

A person is the set of lines that carry its pseudonym. Each set becomes one number; the numbers of
all persons, in order of size, are the same in both stores exactly when every line went to the
same person as before. No number says which pseudonym it came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pandas.util import hash_array

from spiegel_core.contracts.silver import LINES_OF_KIND
from spiegel_core.runtime.tables import Tables

_ENOUGH = 5_000_000
_LINE_BITS = 32
Numbers = npt.NDArray[np.uint64]
Sets = tuple[npt.NDArray[np.int64], Numbers]


@dataclass(frozen=True)
class Persons:
    """The persons of a store, told without naming any.

    Args:
        persons, lines: how many.
        sha256: of the numbers of their sets of lines, in order.
    """

    persons: int
    lines: int
    sha256: str


def persons_of(tables: Tables, places: Mapping[int, int]) -> Persons:
    """The persons of the lines of some loads.

    Args:
        tables: the store.
        places: load -> number of its delivery, the same in both stores.
    """
    merged: Sets = (np.empty(0, np.int64), np.empty(0, np.uint64))
    pending: list[Sets] = []
    lines = waiting = 0
    for batch in _lines(tables):
        ids, numbers = _numbered(batch, places)
        lines += len(ids)
        waiting += len(ids)
        pending.append(_added([(ids, numbers)]))
        # Merged when as much is new as there is already, so that no line is merged often.
        if waiting > max(_ENOUGH, len(merged[0])):
            merged, pending, waiting = _added([merged, *pending]), [], 0
    _, sets = _added([merged, *pending])
    return Persons(len(sets), lines, hashlib.sha256(np.sort(sets).tobytes()).hexdigest())


def _lines(tables: Tables) -> Iterator[pa.RecordBatch]:
    for table in LINES_OF_KIND.values():
        if table.holds_persons:
            yield from tables.batches(table, ["load_id", "line", "person_id"])


def _numbered(batch: pa.RecordBatch, places: Mapping[int, int]) -> Sets:
    """Pseudonym and number of each line of a load that is compared."""
    loads = np.array(sorted(places), dtype=np.int64)
    found = batch.column("load_id").to_numpy()
    at = np.searchsorted(loads, found).clip(0, max(len(loads) - 1, 0))
    is_compared = loads[at] == found if len(loads) else np.zeros(len(found), bool)
    deliveries = np.array([places[load] for load in loads.tolist()], dtype=np.uint64)
    line = batch.column("line").to_numpy().astype(np.uint64)[is_compared]
    number = deliveries[at[is_compared]] << np.uint64(_LINE_BITS) | line
    return batch.column("person_id").to_numpy()[is_compared], hash_array(number)


def _added(sets: list[Sets]) -> Sets:
    """Per pseudonym the sum of its numbers, modulo 2^64."""
    ids = np.concatenate([one for one, _ in sets])
    numbers = np.concatenate([one for _, one in sets])
    different, places = np.unique(ids, return_inverse=True)
    sums = np.zeros(len(different), np.uint64)
    np.add.at(sums, places, numbers)
    return different, sums
