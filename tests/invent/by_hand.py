"""The invented files read and judged in plain Python, the slow obvious way.

Nothing here comes from spiegel_core.invent: what the generator says it planted is held against
what anybody can count in the files.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from spiegel_core.deliveries.ledger import Arrival, settle

KEY = b"k" * 32
SUFFIX = ".manifest.json"
Person = tuple[str, ...]


@dataclass(frozen=True)
class Received:
    """A file that came in, and what the door made of it."""

    name: str
    manifest: dict[str, Any]
    judgement: Judgement
    rows: list[list[str]]


def read_deliveries(folder: Path, door: DoorRules) -> list[Received]:
    """Judge every delivery below a folder."""
    received = []
    for manifest in sorted(folder.rglob(f"*{SUFFIX}")):
        stem = manifest.name.removesuffix(SUFFIX)
        endings = (".csv", ".csv.gz", ".csv.zst")
        data = next(p for e in endings if (p := manifest.with_name(stem + e)).exists())
        raw = data.read_bytes()
        judged = judge_delivery(manifest.read_bytes(), raw, data.name, door, KEY)
        lines = unpacked(raw, data.name).decode().splitlines()
        received.append(
            Received(
                data.relative_to(folder).as_posix(), json.loads(manifest.read_text()), judged,
                [line.split(";") for line in lines],
            )
        )  # fmt: skip
    return received


def unpacked(raw: bytes, name: str) -> bytes:
    """The bytes of a data file."""
    if name.endswith(".gz"):
        return gzip.decompress(raw)
    if name.endswith(".zst"):
        return zstandard.ZstdDecompressor().decompress(raw)
    return raw


def verdicts(received: Iterable[Received]) -> dict[str, str]:
    """The verdict on each file after all of them came in."""
    by_file = {}
    arrivals = []
    for one in received:
        judged = one.judgement
        if judged.is_refused:
            by_file[one.name] = "refused"
            continue
        arrivals.append(
            Arrival(
                file=one.name, manifest=judged.manifest, lines=judged.lines,
                content_sha256=judged.content_sha256, file_sha256=judged.file_sha256,
            )
        )  # fmt: skip
    for arrival in settle(arrivals):
        by_file[arrival.file] = str(arrival.verdict)
    return by_file


def admitted_rows(
    received: Iterable[Received], verdict: dict[str, str], kind: str
) -> Iterator[dict[str, str]]:
    """The lines of a kind that count, each with the care type of its delivery."""
    for one in received:
        if one.manifest["kind"] != kind or verdict[one.name] != "admitted":
            continue
        aside = set(one.judgement.aside.tolist())
        header = one.rows[0]
        care_type = one.manifest.get("care_type", "")
        for number, fields in enumerate(one.rows[1:], start=1):
            if number not in aside:
                yield {**dict(zip(header, fields, strict=True)), "care_type": care_type}


def person_of(row: dict[str, str]) -> Person:
    """Who a line is about."""
    if row["bsn"] == "999999999":
        return ("u", row["insurer"], row["insured_number"])
    return ("b", row["bsn"])


def folder_hash(folder: Path) -> str:
    """SHA-256 over names and bytes of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
