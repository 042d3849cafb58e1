"""Care of persons -> sums of their cells, with whole numbers in arrays: what one task does.

A person's care counts for some ten outcomes a row. As rows of a table that is four times the
care, grouped twice; as a matrix of persons x outcomes it is added where it belongs (a quarter of
the time, measured). All numbers are 64-bit whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.rules import Outcome
from spiegel_core.outcomes.care_classes import CareClasses
from spiegel_core.outcomes.definitions import belongs

Whole = npt.NDArray[np.int64]

UNITS = ("cents", "quantity", "ddd_thousandths")
# Squares are summed in three parts that fit in 64 bits: (a x 10^7 + b)^2 = a^2 x 10^14 + 2ab x
# 10^7 + b^2. Decimals of 38 digits take ten times as long.
PART = 10_000_000
# Persons of one matrix: 8 bytes x outcomes each, so some 60 MB. The squares of their low parts
# stay below 2^63 (10^14 x 50,000).
_PERSONS_AT_ONCE = 50_000
# Above this a high square could pass 2^63 / 50,000; nobody has ten billion euros of care.
_LARGEST = 10**12

CELL_SUMS = pa.schema(
    [("provider", pa.string()), ("profile", pa.int64()), ("outcome", pa.string()),
     ("users", pa.int64()), ("total", pa.decimal128(38, 0)),
     ("total_squares", pa.decimal128(38, 0))]
)  # fmt: skip
_CELL = ("provider", "profile", "outcome")


@dataclass(frozen=True)
class Counting:
    """Which class of care counts for which outcome, and what of it; entries in order of key.

    Args:
        keys: twice the class of care, plus 1 where only what the own GP asked for counts.
        numbers: place of the outcome.
        units: place in UNITS of what counts.
        outcomes: the names of all outcomes, by place.
    """

    keys: Whole
    numbers: Whole
    units: Whole
    outcomes: tuple[str, ...]

    def of_rows(self, care_class: Whole, is_own: Whole) -> tuple[Whole, Whole]:
        """Which row of care counts by which entry; a row that counts n times is there n times."""
        wanted = 2 * care_class + is_own
        first = np.searchsorted(self.keys, wanted, side="left")
        times = np.searchsorted(self.keys, wanted, side="right") - first
        rows = np.repeat(np.arange(len(wanted)), times)
        before = np.cumsum(times) - times
        return rows, np.arange(len(rows)) - np.repeat(before - first, times)


def counting_of(outcomes: Sequence[Outcome], classes: CareClasses) -> Counting:
    """Which class of care counts for which outcome."""
    entries = sorted(
        (2 * care_class.number + outcome.by_own_gp, number, UNITS.index(outcome.counts))
        for number, outcome in enumerate(outcomes)
        for care_class in classes.classes
        if belongs(outcome, care_class)
    )
    keys, numbers, units = np.array(entries, dtype=np.int64).reshape(-1, 3).T
    return Counting(keys, numbers, units, tuple(o.name for o in outcomes))


def values_of_persons(care: pa.Table, places: Whole, persons: int, counting: Counting) -> Whole:
    """Every outcome of every person: persons x outcomes, whole numbers.

    Args:
        care: care_class, is_own, and the UNITS.
        places: place of each row's person, 0 to `persons` - 1.
        persons: how many persons there are.
        counting: `counting_of`.
    """
    rows, entries = counting.of_rows(_whole(care, "care_class"), _whole(care, "is_own"))
    amounts = np.stack([_whole(care, unit) for unit in UNITS])
    values = np.zeros((persons, len(counting.outcomes)), dtype=np.int64)
    amount = amounts[counting.units[entries], rows]
    np.add.at(values, (places[rows], counting.numbers[entries]), amount)
    return values


def sums_of_part(rows: pa.Table, counting: Counting) -> pa.Table:
    """The exact sufficient statistics per cell and outcome, of whole cells.

    Args:
        rows: every counted person of the cells once (person_id, provider, profile, no
            care_class), and all care of theirs (person_id, care_class, is_own, UNITS). Care of
            anybody else is left out.
        counting: `counting_of`.

    Returns:
        CELL_SUMS, one row per cell and outcome that is not zero for all of its persons.
    """
    is_person = rows["care_class"].is_null()
    persons = rows.filter(is_person).select(["person_id", "provider", "profile"])
    in_order = persons.sort_by([("provider", "ascending"), ("profile", "ascending")])
    care = rows.filter(pc.invert(is_person))
    places = _places(_whole(in_order, "person_id"), _whole(care, "person_id"))
    by_place = np.argsort(places, kind="stable")
    sorted_places = places[by_place]
    parts = [CELL_SUMS.empty_table()]
    cells = np.append(_starts_of_cells(in_order), in_order.num_rows)
    cuts = _cuts(cells)
    for start, end in pairwise(cuts):
        chunk = in_order.slice(start, end - start)
        first, last = np.searchsorted(sorted_places, [start, end])
        taken = care.take(pa.array(by_place[first:last]))
        values = values_of_persons(
            taken, sorted_places[first:last] - start, chunk.num_rows, counting
        )
        parts.append(sums_of_cells(chunk, values, counting.outcomes))
    return pa.concat_tables(parts) if set(cuts) <= set(cells.tolist()) else merged(parts)


def _cuts(cells: Whole) -> list[int]:
    """Where persons in order of cell are cut: between cells, unless one is too large to hold.

    Args:
        cells: place of the first person of each cell, and of the end.
    """
    cuts = [0]
    while cuts[-1] < cells[-1]:
        furthest = cuts[-1] + _PERSONS_AT_ONCE
        fitting = int(cells[np.searchsorted(cells, furthest, side="right") - 1])
        cuts.append(fitting if fitting > cuts[-1] else furthest)
    return cuts


def merged(parts: Sequence[pa.Table]) -> pa.Table:
    """Sums of the same cells over other persons, added up; CELL_SUMS in and out."""
    measures = [name for name in CELL_SUMS.names if name not in _CELL]
    summed = (
        pa.concat_tables(parts)
        .group_by(list(_CELL), use_threads=False)
        .aggregate([(name, "sum") for name in measures])
    )
    return summed.rename_columns([*_CELL, *measures]).select(CELL_SUMS.names).cast(CELL_SUMS)


def sums_of_cells(persons: pa.Table, values: Whole, outcomes: Sequence[str]) -> pa.Table:
    """Sums over the persons of each cell.

    Args:
        persons: provider and profile of each person, sorted by them; at most 50,000.
        values: persons x outcomes.
        outcomes: their names.

    Returns:
        CELL_SUMS, one row per cell and outcome that is not zero for all of its persons.

    Raises:
        OverflowError: a value so large that sums of squares would not fit.
    """
    if np.abs(values).max(initial=0) > _LARGEST:
        raise OverflowError(f"a value of one person is above {_LARGEST:,}")
    starts = _starts_of_cells(persons)
    rows, numbers = np.nonzero(values)
    cell_of = np.repeat(np.arange(len(starts)), np.diff(starts, append=persons.num_rows))
    # Every pair of a cell and an outcome has its slot; the slots that occur are kept.
    slots = cell_of[rows] * len(outcomes) + numbers
    occurs = np.zeros(len(starts) * len(outcomes), dtype=bool)
    occurs[slots] = True
    kept = np.flatnonzero(occurs)

    def summed(numbers: Whole) -> pa.Array:
        sums = np.zeros(len(occurs), dtype=np.int64)
        np.add.at(sums, slots, numbers)
        return pa.array(sums[kept])

    value = values[rows, numbers]
    high, low = np.divmod(value, PART)
    squares = _whole_squares(summed(high * high), summed(2 * high * low), summed(low * low))
    of_cells = persons.take(pa.array(starts[kept // max(len(outcomes), 1)]))
    names = pa.array(outcomes, pa.string()).take(pa.array(kept % max(len(outcomes), 1)))
    return pa.table(
        [of_cells["provider"], of_cells["profile"], names, summed((value > 0).astype(np.int64)),
         summed(value).cast(CELL_SUMS.field("total").type), squares],
        schema=CELL_SUMS,
    )  # fmt: skip


def _whole_squares(high: pa.Array, mixed: pa.Array, low: pa.Array) -> pa.Array:
    """The three parts of sums of squares as one number of up to 38 digits."""
    digits = pa.decimal128(19, 0)

    def times(part: pa.Array, power: int) -> pa.Array:
        return pc.multiply(part.cast(digits), pa.scalar(PART**power, pa.decimal128(15, 0)))

    whole = pc.add(pc.add(times(high, 2), times(mixed, 1)), low.cast(digits))
    return whole.cast(CELL_SUMS.field("total_squares").type)


def _starts_of_cells(persons: pa.Table) -> Whole:
    """Where each cell begins among persons in order of cell."""
    begins = np.zeros(persons.num_rows, dtype=bool)
    begins[:1] = True
    for name in ("provider", "profile"):
        codes = persons[name].combine_chunks().dictionary_encode().indices.to_numpy()
        begins[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(begins)


def _places(persons: Whole, wanted: Whole) -> Whole:
    """Where each wanted person stands among the persons; -1 for who is not there."""
    if not len(persons):
        return np.full(len(wanted), -1, dtype=np.int64)
    by_id = np.argsort(persons)
    found = np.searchsorted(persons, wanted, sorter=by_id).clip(max=len(persons) - 1)
    places = by_id[found]
    return np.where(persons[places] == wanted, places, -1)


def _whole(rows: pa.Table, name: str) -> Whole:
    numbers: Whole = rows[name].cast(pa.int64()).to_numpy()
    return numbers
