"""The scanner finds a planted canary in every kind of file and notation, so nothing found says
something."""

from __future__ import annotations

import base64
import gzip
import io
import json
import pickle
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

from tests.canaries.planting import Canaries
from tests.canaries.scanning import Scanner

CANARIES = Canaries()
ONE, OTHER = CANARIES.bsn("one"), CANARIES.bsn("other")
ZERO = next(b for b in (CANARIES.bsn(f"{n}") for n in range(200)) if b.startswith("0"))
WORD = CANARIES.word("word")


@pytest.fixture
def scanner() -> Scanner:
    return CANARIES.scanner()


def parquet(column: pa.Array, **how: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"column": column}), sink, **how)
    return sink.getvalue()


def workbook() -> bytes:
    book, sink = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["kop", ONE])
    book.save(sink)
    return sink.getvalue()


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("inside.csv.gz", gzip.compress(ONE.encode()))
    return sink.getvalue()


def database() -> bytes:
    with sqlite3.connect(":memory:") as base:
        base.execute("create table runs (name text, number integer)")
        base.execute("insert into runs values ('x', ?)", (int(ONE),))
        content = base.serialize()
    base.close()
    return content


def pdf() -> bytes:
    import typst

    return bytes(typst.compile(f"bsn {ONE}".encode()))


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, "zstd", asbytes=True))


def streamed(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


NUMBER = int(ONE)
KINDS: dict[str, Callable[[], bytes]] = {
    "text": f"line 7: {ONE} is wrong".encode,
    "between other digits": f"0201{ONE}7119".encode,
    "without its leading zero": f'"value":{int(ZERO)},'.encode,
    "UTF-16": lambda: ONE.encode("utf-16"),
    "hexadecimal": lambda: b"0x" + ONE.encode().hex().encode(),
    "base64": lambda: b'{"bytes":"' + base64.b64encode(ONE.encode()) + b'"}',
    "base64 within more": lambda: base64.b64encode(f"ab{ONE}c".encode()),
    "base64 for addresses": lambda: base64.urlsafe_b64encode(f"\xff\xfe{ONE}".encode("latin-1")),
    "64 bits, little end first": lambda: b"x" + struct.pack("<q", NUMBER),
    "64 bits, big end first": lambda: b"xyz" + struct.pack(">q", NUMBER),
    "32 bits, little end first": lambda: b"x" + struct.pack("<ii", NUMBER, int(OTHER)),
    "32 bits, big end first": lambda: b"xy" + struct.pack(">iqi", NUMBER, 7, int(OTHER)),
    "Parquet, text": lambda: parquet(pa.array(["a", ONE])),
    "Parquet, text within": lambda: parquet(pa.array([f"b:{ONE}"]), compression="zstd"),
    "Parquet, whole number": lambda: parquet(pa.array([1, NUMBER], pa.int32())),
    "Parquet, list": lambda: parquet(pa.array([["a", ONE]])),
    "Parquet, decimal": lambda: parquet(pa.array([NUMBER]).cast(pa.decimal128(38, 0))),
    "Parquet, bytes": lambda: parquet(pa.array([ONE.encode()])),
    "Parquet, dictionary": lambda: parquet(pa.array([ONE, ONE]).dictionary_encode()),
    "gzip": lambda: gzip.compress(ONE.encode()),
    "zstd": lambda: zstd(ONE.encode()),
    "event log cut short": lambda: streamed(
        b"\n".join(json.dumps({"Event": n, "bsn": ONE}).encode() for n in range(9999))
    )[:-50],
    "zip": zipped,
    "workbook": workbook,
    "SQLite": database,
    "PDF": pdf,
    "insured number": f"u:9101:{WORD}".encode,
    "pickle": lambda: pickle.dumps({"bsn": ONE}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_canary_is_found_in(kind: str, scanner: Scanner, tmp_path: Path) -> None:
    content = KINDS[kind]()
    (tmp_path / "file").write_bytes(content)

    (hits,) = scanner.in_folders(tmp_path).values()
    assert hits & {ONE, ZERO, WORD}


def test_a_canary_is_found_in_the_statistics_of_delta_and_in_a_checkpoint(
    scanner: Scanner, tmp_path: Path
) -> None:
    write_deltalake(tmp_path / "table", pa.table({"bsn": [ONE, OTHER]}))
    found = scanner.in_folders(tmp_path / "table" / "_delta_log")
    assert [path.split("/")[-1] for path in found] == ["00000000000000000000.json"]
    from deltalake import DeltaTable

    DeltaTable(tmp_path / "table").create_checkpoint()
    found = scanner.in_folders(tmp_path / "table" / "_delta_log")
    assert any(path.endswith(".checkpoint.parquet") for path in found)


def test_a_canary_is_found_in_the_name_of_a_file(scanner: Scanner, tmp_path: Path) -> None:
    (tmp_path / f"levering-{ONE}.csv").write_text("")
    assert len(scanner.in_folders(tmp_path)) == 1


def test_other_numbers_are_no_canaries(scanner: Scanner, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(
        b'999999999 123456789 {"Timestamp":1795332900123} ' + struct.pack("<q", 7)
        + struct.pack("<i", NUMBER) + b"A" * 40
    )  # fmt: skip
    assert scanner.in_folders(tmp_path) == {}
    assert (scanner.files_read, scanner.numbers_read > 2) == (1, True)
