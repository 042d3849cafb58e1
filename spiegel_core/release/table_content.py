"""What a table holds, as hashes that do not depend on the order of rows, files or partitions.

Rows are put in blocks by one column, as the provider; each block has a SHA-256, so that a change
is not only found but placed. A block is hashed column by column: its rows in order of the key, then
per column the name and a line feed, then the values: whole numbers as 8 bytes and decimals as 16
(two's complement, smallest byte first); texts as their lengths in bytes (4 bytes each), then the
texts in UTF-8. The table's hash is that of the lines `block rows sha256`, in order of block.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.release.canonical import Finding

_DECIMAL_BYTES = 16


@dataclass(frozen=True)
class Block:
    """The rows of one value of the block column: how many, and their SHA-256."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class TableContent:
    """What a table of the store held.

    Args:
        delta_version: version of the table in its own log; another store has others.
        blocks: by value of the block column.
    """

    delta_version: int
    blocks: Mapping[str, Block]

    @property
    def rows(self) -> int:
        return sum(block.rows for block in self.blocks.values())

    @property
    def sha256(self) -> str:
        digest = hashlib.sha256()
        for name, block in sorted(self.blocks.items()):
            digest.update(f"{name} {block.rows} {block.sha256}\n".encode())
        return digest.hexdigest()

    def as_table(self) -> pa.Table:
        """One row per block."""
        names = sorted(self.blocks)
        return pa.table(
            {"block": pa.array(names, pa.string()),
             "rows": pa.array([self.blocks[n].rows for n in names], pa.int64()),
             "sha256": pa.array([self.blocks[n].sha256 for n in names], pa.string())}
        )  # fmt: skip


def blocks_of(rows: pa.Table, block: str, key: Sequence[str]) -> dict[str, Block]:
    """The blocks of rows.

    Args:
        rows: whole blocks; text, whole numbers and decimals, without nulls.
        block: the column that says which block a row is in.
        key: columns that with the block name a row.

    Example:
        >>> one = pa.table({"provider": ["a", "b", "a"], "profile": [2, 1, 1]})
        >>> other = one.take([2, 0, 1])
        >>> blocks_of(one, "provider", ["profile"]) == blocks_of(other, "provider", ["profile"])
        True
    """
    codes, names = _ranks(rows[block])
    order = _order(rows, codes, key)
    ordered = {name: _bytes_of(rows[name].take(pa.array(order)))
               for name in rows.column_names if name != block}  # fmt: skip
    ends = np.cumsum(np.bincount(codes, minlength=len(names)))
    found = {}
    for name, start, end in zip(names, [0, *ends], ends, strict=False):
        digest = hashlib.sha256()
        for column, parts in ordered.items():
            digest.update(f"{column}\n".encode())
            for part in parts(int(start), int(end)):
                digest.update(part)
        found[name] = Block(int(end - start), digest.hexdigest())
    return found


def differing_blocks(
    table: str, block: str, then: Mapping[str, Block], now: Mapping[str, Block]
) -> list[Finding]:
    """Which blocks of a table are not what they were."""
    return [
        Finding(f"{table}, {block} {name}", _told(then.get(name), now.get(name)))
        for name in sorted({*then} | {*now})
        if then.get(name) != now.get(name)
    ]


def _told(then: Block | None, now: Block | None) -> str:
    if then is None:
        return "it has rows the version was not made from"
    if now is None:
        return f"its {then.rows} rows are gone"
    if then.rows != now.rows:
        return f"it has {now.rows} rows; the version was made from {then.rows}"
    return "its rows hold other values than the version was made from"


def _ranks(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Per row the place of its text among the sorted texts, and those texts."""
    encoded = column.combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    sorted_texts = sorted(texts)
    place = {text: number for number, text in enumerate(sorted_texts)}
    ranks = np.array([place[text] for text in texts], dtype=np.int64)
    return ranks[encoded.indices.to_numpy()] if texts else ranks, sorted_texts


def _order(
    rows: pa.Table, codes: npt.NDArray[np.int64], key: Sequence[str]
) -> npt.NDArray[np.int64]:
    """The order of rows by block and key; rows whose key stands twice go by all their values."""
    keys = [codes]
    for name in key:
        is_text = pa.types.is_string(rows[name].type)
        keys.append(_ranks(rows[name])[0] if is_text else rows[name].to_numpy())
    order: npt.NDArray[np.int64] = np.lexsort(keys[::-1])
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for values in keys:
        ordered = values[order]
        same &= ordered[1:] == ordered[:-1]
    if same.any():
        numbered = rows.append_column("_block", pa.array(codes))
        by_all = [("_block", "ascending"), *((name, "ascending") for name in key),
                  *((name, "ascending") for name in sorted(rows.column_names))]  # fmt: skip
        order = pc.sort_indices(numbered, sort_keys=by_all).to_numpy().astype(np.int64)
    return order


class _Values:
    """The bytes of a column from one row to another."""

    def __init__(self, data: memoryview, width: int) -> None:
        self._data, self._width = data, width

    def __call__(self, start: int, end: int) -> Iterator[memoryview]:
        yield self._data[start * self._width : end * self._width]


class _Texts:
    """The lengths and the bytes of texts from one row to another."""

    def __init__(self, offsets: npt.NDArray[np.int32], data: memoryview) -> None:
        self._offsets, self._data = offsets, data

    def __call__(self, start: int, end: int) -> Iterator[memoryview]:
        offsets = self._offsets[start : end + 1]
        yield memoryview(np.diff(offsets).astype("<i4").tobytes())
        yield self._data[int(offsets[0]) : int(offsets[-1])]


def _bytes_of(column: pa.ChunkedArray) -> _Values | _Texts:
    values = column.combine_chunks()
    assert not values.null_count
    if pa.types.is_string(values.type):
        # A fresh copy begins at offset 0 of its buffers.
        fresh = pa.concat_arrays([values.slice(0, 0), values])
        _, offsets, data = fresh.buffers()
        ends = np.frombuffer(offsets, dtype=np.int32)[fresh.offset : fresh.offset + len(fresh) + 1]
        return _Texts(ends, memoryview(data or b""))
    if pa.types.is_decimal(values.type):
        start = values.offset * _DECIMAL_BYTES
        data = values.buffers()[1]
        whole = memoryview(data or b"")[start : start + len(values) * _DECIMAL_BYTES]
        return _Values(whole, _DECIMAL_BYTES)
    return _Values(memoryview(values.cast(pa.int64()).to_numpy().astype("<i8").tobytes()), 8)
