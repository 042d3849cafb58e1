"""Bombs are cheap to refuse: each within a second and 200 MiB, with nothing written for it.

Seconds and memory are those of the judging, in a fresh process that has started up and has judged
an honest file; the time it waited for a processor that others had is not its own.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from spiegel_core.contracts.files import header_of
from spiegel_core.runtime.conf import PROJECT
from tests.delivering import Delivery
from tests.ei.building import GZ321
from tests.tree import tree

from .test_receiving import Store

MIB = 1 << 20
LONG = 20 * MIB  # of a huge line
HEADER = header_of("claims").encode() + b"\n"
SEPARATORS = HEADER.count(b";")


@functools.cache
def noise(size: int) -> bytes:
    """Bytes nothing can pack."""
    return random.Random(size).randbytes(size)


def zst(content: bytes) -> bytes:
    return zstandard.compress(content, 1)


@functools.cache
def zst_zeros(mebibytes: int) -> bytes:
    return zst(bytes(mebibytes * MIB))


@functools.cache
def gz_zeros(mebibytes: int) -> bytes:
    return gzip.compress(bytes(mebibytes * MIB), 1, mtime=0)


def gz(content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def widest_window(content: bytes) -> bytes:
    """One frame that asks for the largest window there is."""
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=27)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(content)


def line_of(piece: bytes) -> bytes:
    return piece * (LONG // len(piece))


# What it is -> ending of the file, its bytes, and the rule that refuses it.
FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "gzip 1,000:1": (".csv.gz", lambda: gz_zeros(256), "file.ratio"),
    "zstd 30,000:1": (".csv.zst", lambda: zst_zeros(1024), "file.ratio"),
    "zstd, widest window": (".csv.zst", lambda: widest_window(bytes(1024 * MIB)), "file.ratio"),
    "EI in gzip": (".asc.gz", lambda: gz_zeros(256), "file.ratio"),
    "EI in zstd": (".dat.zst", lambda: zst_zeros(1024), "file.ratio"),
    "gzip in gzip": (".csv.gz", lambda: gz(gz_zeros(256)), "file.encoding"),
    "zstd in zstd in zstd": (".csv.zst", lambda: zst(zst(zst_zeros(1024))), "file.encoding"),
    "zstd in gzip": (".csv.gz", lambda: gz(zst_zeros(1024)), "file.encoding"),
    "gzip in gzip under a plain name": (".csv", lambda: gz(gz_zeros(256)), "file.packing"),
    "1,024 gzip members": (".csv.gz", lambda: gz_zeros(1) * 1024, "file.ratio"),
    "1,024 zstd frames": (".csv.zst", lambda: zst_zeros(1) * 1024, "file.ratio"),
    "a million empty gzip members": (".csv.gz", lambda: gz(b"") * 1_000_000, "file.packing"),
    "a million empty zstd frames": (".csv.zst", lambda: zst(b"") * 1_000_000, "file.packing"),
    "gzip behind 3 MiB of noise": (
        ".csv.gz", lambda: gz(noise(3 * MIB)) + gz_zeros(256) * 3, "file.ratio"),
    "zstd behind 3 MiB of noise": (
        ".csv.zst", lambda: zst(noise(3 * MIB)) + zst_zeros(1024), "file.ratio"),
    "gzip behind 20 MiB of noise": (
        ".csv.gz", lambda: gz(noise(20 * MIB)) + gz_zeros(256) * 4, "file.ratio"),
    "zstd behind 20 MiB of noise": (
        ".csv.zst", lambda: zst(noise(20 * MIB)) + zst_zeros(1024), "file.ratio"),
    "noise and bomb in one gzip member": (
        ".csv.gz", lambda: gz(noise(3 * MIB) + bytes(256 * MIB)), "file.ratio"),
    "noise and bomb in one widest window": (
        ".csv.zst", lambda: widest_window(noise(3 * MIB) + bytes(1000 * MIB)), "file.ratio"),
    "noise before, between and after": (
        ".csv.zst", lambda: (zst(noise(MIB // 8)) + zst_zeros(64)) * 15 + zst(noise(5 * MIB)),
        "file.ratio"),
    "a line without an end": (".csv", lambda: line_of(b"x"), "file.header"),
    "a line of separators": (".csv", lambda: line_of(b";"), "file.header"),
    "a line of short fields": (".csv", lambda: line_of(b"ab;"), "file.header"),
    "a line of quotes": (".csv", lambda: line_of(b'"'), "file.header"),
    "line ends alone": (".csv", lambda: line_of(b"\n"), "file.field_count"),
    "a CR without an end": (".csv", lambda: line_of(b"\r"), "file.lone_cr"),
    "a line below the header": (".csv", lambda: HEADER + line_of(b"x"), "file.field_count"),
    "separators below the header": (".csv", lambda: HEADER + line_of(b";"), "file.field_count"),
    "quotes below the header": (".csv", lambda: HEADER + line_of(b'"'), "file.field_count"),
    "NUL below the header": (".csv", lambda: HEADER + line_of(b"\0"), "file.control_character"),
    "line ends below the header": (".csv", lambda: HEADER + line_of(b"\n"), "file.field_count"),
    "CR LF below the header": (".csv", lambda: HEADER + line_of(b"\r\n"), "file.field_count"),
    "emoji below the header": (
        ".csv", lambda: HEADER + line_of("\U0001f600".encode()), "file.field_count"),
    "one field of a whole line": (
        ".csv", lambda: HEADER + b"1;" + line_of(b"x") + b";" * (SEPARATORS - 1),
        "file.line_too_long"),
    "EI of one line": (".asc", lambda: line_of(b"x"), "ei.recognition"),
    "EI of one record": (
        ".asc", lambda: ei_header().rstrip(b"\r\n") + line_of(b"x"), "ei.file.last_line_end"),
    "EI of line ends": (".asc", lambda: ei_header() + line_of(b"\n"), "ei.file.record_length"),
}  # fmt: skip


def ei_header() -> bytes:
    """The positions that name a standard, and no more."""
    numbers = ("0101", "0102", "0103", "0104")
    said = ["01" if number == "0101" else GZ321.of_number[number].values[0] for number in numbers]
    return "".join(said).ljust(GZ321.length).encode() + b"\r\n"


def manifest_with(key: str, text: str) -> bytes:
    """A manifest in which one value is written so."""
    said = json.loads(Delivery().manifest_bytes()) | {key: "HERE"}
    return json.dumps(said).replace('"HERE"', text).encode()


def nested(opens: str, closes: str, levels: int) -> str:
    return opens * levels + "1" + closes * levels


def many_keys(keys: int) -> bytes:
    return json.dumps({"k" + format(n, "x").translate(LETTERS): n for n in range(keys)}).encode()


LETTERS = str.maketrans("0123456789", "ghijklmnop")
# What it is -> the manifest beside an honest file; all are refused as manifests are.
MANIFESTS: dict[str, Callable[[], bytes]] = {
    "nested lists": lambda: nested("[", "]", 32_000).encode(),
    "nested lists without an end": lambda: b"[" * 65_000,
    "nested objects": lambda: nested('{"a":', "}", 10_000).encode(),
    "a nested value": lambda: manifest_with("rows", nested("[", "]", 30_000)),
    "a million keys": lambda: many_keys(1_000_000),
    "all the keys there is room for": lambda: many_keys(4_300),
    "one key a thousand times": lambda: b"{" + b",".join([b'"a":1'] * 1_000) + b"}",
    "a number of 60,000 digits": lambda: manifest_with("rows", "9" * 60_000),
    "a number of 4,000 digits": lambda: manifest_with("rows", "9" * 4_000),
    "a number beyond doubles": lambda: manifest_with("debit_cents", "1e999999999"),
    "a number below zero of 4,000 digits": lambda: manifest_with("revision", "-" + "9" * 4_000),
    "a text of 60,000 characters": lambda: manifest_with("delivery_id", '"' + "A " * 30_000 + '"'),
    "escapes": lambda: manifest_with("delivery_id", '"' + "\\ud83d" * 10_000 + '"'),
    "200 MiB of blanks": lambda: b" " * (200 * MIB),
}  # fmt: skip
QUICK = (
    "gzip 1,000:1", "zstd 30,000:1", "EI in zstd", "zstd in zstd in zstd",
    "a million empty gzip members", "zstd behind 20 MiB of noise", "a line of separators",
    "line ends below the header", "nested lists", "a million keys",
)  # fmt: skip
THOROUGH = tuple(name for name in (*FILES, *MANIFESTS) if name not in QUICK)
GROUPS = [QUICK, pytest.param(THOROUGH, marks=pytest.mark.long)]
Told = dict[str, dict[str, Any]]


def lay_out(folder: Path, names: tuple[str, ...]) -> dict[str, Path]:
    """Bombs, each with a manifest or a data file that is right, in folders of their own."""
    laid = {}
    for number, name in enumerate(names):
        delivery, place = Delivery(delivery_id=f"B{number}"), folder / f"b{number}"
        if name in MANIFESTS:
            laid[name] = delivery.write(place, "a")
            laid[name].with_name("a.manifest.json").write_bytes(MANIFESTS[name]())
            continue
        ending, content, _ = FILES[name]
        data = content()
        delivery.manifest["sha256"] = hashlib.sha256(data).hexdigest()
        delivery.write(place, "a").unlink()
        laid[name] = place / f"a{ending}"
        laid[name].write_bytes(data)
        if not ending.startswith(".csv"):
            (place / "a.manifest.json").unlink()
    return laid


def measured(names: tuple[str, ...], folder: Path) -> Told:
    """What judging each bomb took; all around the process is as it was."""
    laid = lay_out(folder, names)
    honest = Delivery(lines=[{}] * 1000).write(folder / "honest", "a")
    before = tree(folder)
    done = subprocess.run(
        [sys.executable, "-m", "tests.door.measured_judging", honest, *laid.values()],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(folder)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert tree(folder) == before
    return dict(zip(names, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("names", GROUPS, ids=["quick", "thorough"])
def test_a_bomb_is_refused_within_a_second_and_200_mib(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    told = measured(names, tmp_path)

    rules = {name: one["rules"][0] for name, one in told.items() if name in FILES}
    assert rules == {name: FILES[name][2] for name in rules}
    of_manifests = {one["rules"][0] for name, one in told.items() if name in MANIFESTS}
    assert of_manifests <= {"manifest.form", "manifest.key_missing", "manifest.value"}
    assert [name for name, one in told.items() if not one["is_refused"] or one["is_typed"]] == []
    too_dear = {
        name: one
        for name, one in told.items()
        if max(one["cpu"], one["wall"]) >= 1 or one["mib"] >= 200
    }
    assert too_dear == {}


@pytest.mark.parametrize("names", GROUPS, ids=["quick", "thorough"])
def test_bombs_that_are_received_leave_nothing_but_their_refusal(
    names: tuple[str, ...], tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    lay_out(tmp_path / "in", names)
    Delivery(delivery_id="honest").write(tmp_path / "in", "honest")
    store = Store(tmp_path / "store", key_file)
    before = tree(tmp_path)

    store.receive(tmp_path / "in")

    assert tree(tmp_path, but=(store.folder,)) == before
    verdicts = [verdict for _, verdict, _ in store.verdicts()]
    assert sorted(verdicts) == ["admitted"] + ["refused"] * len(names)
    assert len(store.counting()) == 1
    written = sum(p.stat().st_size for p in store.folder.rglob("*") if p.is_file())
    sent = sum(p.stat().st_size for p in (tmp_path / "in").rglob("*") if p.is_file())
    # What was sent is kept sealed; of what it unpacks to nothing is.
    assert written < sent + 2 * MIB
