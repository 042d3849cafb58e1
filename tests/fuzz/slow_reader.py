"""What a file says of itself, and what it holds, read slowly and without the door's own readers."""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import io
import json
from collections.abc import Collection, Mapping

import zstandard

from spiegel_core.runtime.conf import PROJECT

Totals = dict[str, int | str]
_COUNTED = {"9902": "02", "9903": "03", "9904": "04", "9905": "06", "9906": "16", "9907": "17",
            "9908": "98"}  # fmt: skip


def unpacked(name: str, data: bytes) -> bytes:
    """The bytes of a file of which only the ending of its name says how it is packed."""
    if name.endswith(".gz"):
        return gzip.decompress(data)
    if name.endswith(".zst"):
        packed = io.BytesIO(data)
        with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as stream:
            return stream.read()
    return data


def lines_of(content: bytes, encoding: str) -> list[str]:
    """The lines without their ends (LF or CR LF)."""
    lines = content.decode(encoding).split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def claims_declared(manifest: bytes) -> Totals:
    """What a manifest says of its file."""
    said = json.loads(manifest)
    return {key: said[key] for key in ("rows", "debit_cents", "credit_cents", "sha256")}


def claims_held(data: bytes, name: str) -> Totals:
    """The same of the file itself."""
    rows = _claim_rows(data, name)
    cents = {"D": 0, "C": 0}
    for row in rows:
        cents[row["debit_credit"]] += int(row["granted_cents"])
    return {
        "rows": len(rows), "debit_cents": cents["D"], "credit_cents": cents["C"],
        "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip


def claims_counted(data: bytes, name: str, aside: Collection[int]) -> tuple[int, int]:
    """Number and net cents of the lines not set aside."""
    rows = _claim_rows(data, name)
    counted = [row for number, row in enumerate(rows, start=1) if number not in aside]
    return len(counted), sum(
        int(row["granted_cents"]) * (1 if row["debit_credit"] == "D" else -1) for row in counted
    )


def _claim_rows(data: bytes, name: str) -> list[Mapping[str, str]]:
    header, *lines = lines_of(unpacked(name, data), "utf-8")
    names = header.split(";")
    return [dict(zip(names, line.split(";"), strict=True)) for line in lines]


def ei_declared(data: bytes, name: str) -> Totals:
    """What the closing record (99) of a GZ321 file says: counts, sum and its sign."""
    closing = lines_of(unpacked(name, data), "latin-1")[-1]
    counts = {field: int(_field(closing, field)) for field in [*_COUNTED, "9909", "9910"]}
    return {**counts, "9911": _field(closing, "9911")}


def ei_held(data: bytes, name: str) -> Totals:
    """The same of the records."""
    _, *records, _ = lines_of(unpacked(name, data), "latin-1")
    net = _net(records)
    counts = {
        field: sum(record[:2] == code for record in records) for field, code in _COUNTED.items()
    }
    return {**counts, "9909": len(records), "9910": abs(net), "9911": "C" if net < 0 else "D"}


def ei_counted(data: bytes, name: str, aside: Collection[int]) -> tuple[int, int]:
    """Number and net cents of the tariff records not set aside."""
    lines = lines_of(unpacked(name, data), "latin-1")
    tariffs = [
        line for at, line in enumerate(lines, start=1) if line[:2] == "06" and at not in aside
    ]
    return len(tariffs), _net(tariffs)


def _net(records: list[str]) -> int:
    signs = {"D": 1, "C": -1}
    return sum(
        int(_field(record, "0625")) * signs[_field(record, "0626")]
        for record in records
        if record[:2] == "06"
    )


def _field(record: str, number: str) -> str:
    first, last = _places()[number]
    return record[first - 1 : last]


@functools.cache
def _places() -> dict[str, tuple[int, int]]:
    layout = PROJECT / "conf" / "ei" / "GZ321_1.0.csv"
    rows = csv.DictReader(layout.read_text(encoding="utf-8").splitlines(), delimiter=";")
    return {row["field"]: (int(row["start"]), int(row["end"])) for row in rows}
