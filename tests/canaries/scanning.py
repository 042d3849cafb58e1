"""Look for canaries in files of any kind: as they are, unpacked, and in other notations.

A canary is a citizen service number or an insured number that was delivered. Looked for are: the
text (with and without leading zeros, also as UTF-16, hexadecimal and base64), whole numbers of 64
bits in either order of bytes, and whole numbers of 32 bits, of which two different canaries must
stand within 64 bytes: one alone is found by chance in every few megabytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_DIGITS = re.compile(rb"[0-9]{8,}")
_HEXADECIMAL = re.compile(rb"(?=((?:3[0-9]){9}))")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
# Digits and capital letters begin every fourth letter so; in hexadecimal none does.
_LIKELY_BASE64 = re.compile(rb"(?:[MNOQ-W][A-Za-z0-9+/_-]{3}){2}")
_FLATE = re.compile(rb"stream\r?\n")
# Milliseconds since 1970 in this century: thousands of them in an event log.
_MOMENT = re.compile(rb"1[6-9][0-9]{11}\Z")
_NEAR = 64
LETTERS = 12
_WORDS = re.compile(rb"[A-Z]{%d,}" % LETTERS)
_MAGIC = {
    "parquet": b"PAR1", "gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd",
    "zip": b"PK\x03\x04", "sqlite": b"SQLite format 3\0", "pdf": b"%PDF",
}  # fmt: skip


@dataclass
class Scanner:
    """Finds canaries.

    Args:
        bsns: citizen service numbers of nine digits.
        words: insured numbers, of `LETTERS` capital letters.
        bytes_read, numbers_read: what was looked at, unpacked; texts of eight digits and more.
    """

    bsns: frozenset[str]
    words: frozenset[str] = frozenset()
    bytes_read: int = 0
    numbers_read: int = 0
    files_read: int = 0
    _stripped: frozenset[str] = field(init=False)
    _sorted: np.ndarray = field(init=False)
    _clean: set[bytes] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._stripped = frozenset(b.lstrip("0") for b in self.bsns if b.startswith("0"))
        self._sorted = np.array(sorted(int(b) for b in self.bsns), dtype=np.int64)

    def in_folders(self, *folders: Path) -> dict[str, set[str]]:
        """Every file with a canary, and which."""
        found: dict[str, set[str]] = {}
        for folder in folders:
            for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
                hits = self.in_file(path)
                if hits:
                    found[str(path)] = hits
        return found

    def in_file(self, path: Path) -> set[str]:
        """The canaries of a file, its name included."""
        self.files_read += 1
        content = path.read_bytes()
        of_name = self.in_bytes(path.name.encode())
        sha256 = hashlib.sha256(content).digest()
        # The same library or part of a table stands in many places.
        if sha256 in self._clean:
            return of_name
        hits = self.in_file_as_sent(content)
        if not hits:
            self._clean.add(sha256)
        return of_name | hits

    def in_file_as_sent(self, content: bytes) -> set[str]:
        """The canaries in the content of a file, packed or not."""
        hits: set[str] = set()
        for piece in unpacked(content):
            hits |= self.in_bytes(piece) if isinstance(piece, bytes) else self.in_column(piece)
        return hits

    def in_bytes(self, content: bytes) -> set[str]:
        """The canaries in bytes, in any notation."""
        self.bytes_read += len(content)
        hits = self._as_text(content) | self._as_hexadecimal(content)
        hits |= self._as_whole_numbers(content)
        if b"\0" in content:
            # Text in UTF-16 has a zero between its letters.
            hits |= self._as_text(content.replace(b"\0", b""))
        for run in _BASE64.findall(content):
            if not _LIKELY_BASE64.search(run):
                continue
            plain = run.replace(b"-", b"+").replace(b"_", b"/")
            for start in range(4):
                part = plain[start:]
                # One letter over says nothing; two or three end the text.
                part = part[:-1] if len(part) % 4 == 1 else part
                hits |= self._as_text(base64.b64decode(part + b"=" * (-len(part) % 4)))
        return hits

    def in_column(self, column: pa.ChunkedArray) -> set[str]:
        """The canaries among the values of a column, whatever its type."""
        if pa.types.is_integer(column.type):
            values = np.unique(column.drop_null().cast(pa.int64()).to_numpy())
            return {f"{n:09d}" for n in np.intersect1d(values, self._sorted).tolist()}
        text = "\n".join({str(value) for value in column.to_pylist()})
        return self._as_text(text.encode())

    def _as_text(self, content: bytes) -> set[str]:
        hits: set[str] = set()
        for run in _DIGITS.findall(content):
            self.numbers_read += 1
            text = run.decode()
            if text in self._stripped:
                hits.add(text.rjust(9, "0"))
            if not _MOMENT.match(run):
                hits |= {text[n : n + 9] for n in range(len(text) - 8)} & self.bsns
        for run in _WORDS.findall(content):
            text = run.decode()
            hits |= {text[n : n + LETTERS] for n in range(len(text) - LETTERS + 1)} & self.words
        return hits

    def _as_hexadecimal(self, content: bytes) -> set[str]:
        return {
            bytes.fromhex(run.decode()).decode() for run in _HEXADECIMAL.findall(content)
        } & self.bsns

    def _as_whole_numbers(self, content: bytes) -> set[str]:
        hits: set[str] = set()
        for order in "<>":
            _, wide = self._numbers(content, f"{order}i8")
            hits |= {f"{n:09d}" for n in wide.tolist()}
            places, narrow = self._numbers(content, f"{order}i4")
            if len(narrow) > 1:
                by_place = np.argsort(places, kind="stable")
                places, narrow = places[by_place], narrow[by_place]
                near = (np.diff(places) <= _NEAR) & (narrow[1:] != narrow[:-1])
                either = np.append(near, False) | np.append(False, near)
                hits |= {f"{n:09d}" for n in narrow[either].tolist()}
        return hits

    def _numbers(self, content: bytes, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Place and value of each canary among the whole numbers that begin at any byte."""
        width = np.dtype(kind).itemsize
        places, values = [], []
        for start in range(min(width, len(content))):
            count = (len(content) - start) // width
            numbers = np.frombuffer(content, kind, count, start)
            likely = np.flatnonzero((numbers >= self._sorted[0]) & (numbers <= self._sorted[-1]))
            if not len(likely):
                continue
            chosen = numbers[likely].astype(np.int64)
            at = np.searchsorted(self._sorted, chosen).clip(0, len(self._sorted) - 1)
            is_canary = self._sorted[at] == chosen
            places.append(start + width * likely[is_canary])
            values.append(chosen[is_canary])
        empty = np.empty(0, np.int64)
        return np.concatenate([empty, *places]), np.concatenate([empty, *values])


def unpacked(content: bytes, depth: int = 0) -> Iterator[bytes | pa.ChunkedArray]:
    """A file as it is, and everything that is packed in it."""
    yield content
    kind = next((name for name, magic in _MAGIC.items() if content.startswith(magic)), None)
    if kind is None or depth > 3:
        return
    try:
        inside = list(_INSIDE[kind](content))
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, sqlite3.Error, pa.ArrowInvalid):
        # Cut short by a kill, or broken by a test; its bytes were looked at as they are.
        return
    for piece in inside:
        if isinstance(piece, bytes):
            yield from unpacked(piece, depth + 1)
        else:
            yield piece


def _parquet(content: bytes) -> Iterator[bytes | pa.ChunkedArray]:
    file = pq.ParquetFile(pa.BufferReader(content))
    table = file.read()
    for name in table.column_names:
        yield table[name]
    # Footer with smallest and largest values; pages without packing or dictionaries.
    groups = [file.metadata.row_group(n).to_dict() for n in range(file.metadata.num_row_groups)]
    yield f"{table.schema.metadata} {groups}".encode()
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="none", use_dictionary=False, write_statistics=True)
    yield sink.getvalue()


def _stream(name: str, content: bytes) -> Iterator[bytes]:
    """As much as can be read, for a log may be cut anywhere."""
    pieces = []
    with pa.CompressedInputStream(pa.BufferReader(content), name) as stream:
        try:
            while piece := stream.read(1 << 16):
                pieces.append(piece)
        except OSError:
            pass
    yield b"".join(pieces)


def _zip(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        for name in whole.namelist():
            yield name.encode()
            yield whole.read(name)


def _sqlite(content: bytes) -> Iterator[bytes]:
    with sqlite3.connect(":memory:") as base:
        base.deserialize(content)
        yield "\n".join(base.iterdump()).encode()
    base.close()


def _pdf(content: bytes) -> Iterator[bytes]:
    from pypdf import PdfReader

    for match in _FLATE.finditer(content):
        packed = content[match.end() : content.find(b"endstream", match.end())]
        try:
            yield zlib.decompressobj().decompress(packed)
        except zlib.error:
            continue
    reader = PdfReader(io.BytesIO(content))
    yield "\n".join(page.extract_text() for page in reader.pages).encode()
    yield str(reader.metadata).encode()


_INSIDE = {
    "parquet": _parquet, "zip": _zip, "sqlite": _sqlite, "pdf": _pdf,
    "gzip": lambda content: _stream("gzip", content),
    "zstd": lambda content: _stream("zstd", content),
}  # fmt: skip


def told(found: Iterable[str], under: Path) -> list[str]:
    """Names of files with a canary, never the canary itself."""
    return sorted(str(Path(name).relative_to(under)) for name in found)
