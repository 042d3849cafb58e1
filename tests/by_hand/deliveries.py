"""What arrived: every file of a folder, judged on its own.

"Nothing is repaired. … A file is admitted whole, admitted with some lines set aside (quarantine,
each with its reason), or refused whole" (delivery format, head).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .claim_lines import FORMS as CLAIM_FORMS
from .claim_lines import claim_of, totals, wrong_in_claim
from .conf import Door
from .manifest import Manifest, read_manifest
from .packing import RefusedError, ending_of, lines_of, unpack
from .register_lines import FORMS as REGISTER_FORMS
from .register_lines import lines_with_too_many_days, record_of, wrong_in_register

MANIFEST_ENDING = ".manifest.json"


@dataclass
class Arrival:
    """One file with its manifest, and what was made of it."""

    file: str
    verdict: str = "admitted"
    reason: str = ""
    manifest: Manifest | None = None
    manifest_sha256: str = ""
    content_sha256: str = ""
    lines: int = 0
    debit_cents: int = 0
    credit_cents: int = 0
    set_aside: dict[int, list[str]] = field(default_factory=dict)
    records: list[Any] = field(default_factory=list)


def read_folder(folder: Path, door: Door) -> list[Arrival]:
    """Judge every data file with the manifest beside it, in the folder and the folders in it.

    "A delivery is a data file and its manifest: `NAME.csv[.gz|.zst]` with `NAME.manifest.json`
    beside it"; "data file without manifest, or the reverse: waits; reported; never half used"
    (delivery format, section 1). Files with other names are not deliveries.
    """
    arrivals = []
    with_data = set()
    for path in sorted(folder.rglob("*")):
        ending = ending_of(path.name)
        if ending is None or not path.is_file():
            continue
        name = str(path.relative_to(folder))
        manifest_path = path.with_name(path.name.removesuffix(ending) + MANIFEST_ENDING)
        if manifest_path.is_file():
            with_data.add(manifest_path)
            sent = path.read_bytes()
            arrivals.append(judge(name, ending, sent, manifest_path.read_bytes(), door))
        else:
            arrivals.append(Arrival(name, "waiting", "data file without manifest"))
    for path in sorted(folder.rglob("*" + MANIFEST_ENDING)):
        if path not in with_data:
            name = str(path.relative_to(folder))
            arrivals.append(Arrival(name, "waiting", "manifest without data file"))
    return arrivals


def judge(file: str, ending: str, sent: bytes, manifest: bytes, door: Door) -> Arrival:
    """Judge one file: admitted (with the lines set aside) or refused (with a reason)."""
    arrival = Arrival(file, manifest_sha256=hashlib.sha256(manifest).hexdigest())
    try:
        arrival.manifest = read_manifest(manifest)
        content = unpack(sent, ending, door)
        arrival.content_sha256 = hashlib.sha256(content).hexdigest()
        if hashlib.sha256(sent).hexdigest() != arrival.manifest.sha256:
            raise RefusedError("the hash of the file is not the one in the manifest")
        rows = rows_of(lines_of(content, door), arrival.manifest.kind)
        arrival.lines = len(rows)
        check_totals(arrival, rows)
        judge_lines(arrival, rows)
        if 100 * len(arrival.set_aside) > door.set_aside_percent * len(rows):
            raise RefusedError("too many lines set aside")
    except RefusedError as error:
        arrival.verdict = "refused"
        arrival.reason = str(error)
        arrival.records = []
    return arrival


def rows_of(lines: list[str], kind: str) -> list[dict[str, str]]:
    """The lines after the header as dicts.

    "CSV, `;`, no quoting, header line mandatory and exactly this, in this order"; "wrong number of
    fields: the whole file is refused" (delivery format, sections 1 and 2).
    """
    forms = CLAIM_FORMS if kind == "claims" else REGISTER_FORMS[kind]
    names = [form.name for form in forms]
    if not lines or lines[0] != ";".join(names):
        raise RefusedError("header")
    rows = []
    for line in lines[1:]:
        fields = line.split(";")
        if len(fields) != len(names):
            raise RefusedError("wrong number of fields")
        rows.append(dict(zip(names, fields, strict=True)))
    return rows


def check_totals(arrival: Arrival, rows: list[dict[str, str]]) -> None:
    """Refuse on wrong totals.

    "Control totals and `rows` are over all lines as sent" (delivery format, section 1).
    """
    assert arrival.manifest is not None
    if arrival.manifest.kind == "claims":
        arrival.debit_cents, arrival.credit_cents = totals(rows)
    if arrival.manifest.rows != len(rows):
        raise RefusedError("number of rows")
    if arrival.manifest.debit_cents != arrival.debit_cents:
        raise RefusedError("control total of debits")
    if arrival.manifest.credit_cents != arrival.credit_cents:
        raise RefusedError("control total of credits")


def judge_lines(arrival: Arrival, rows: list[dict[str, str]]) -> None:
    """Set lines aside by number (1 is the first line after the header); keep the others."""
    manifest = arrival.manifest
    assert manifest is not None
    too_many = lines_with_too_many_days(rows, manifest) if manifest.kind == "insured" else set()
    for number, row in enumerate(rows, start=1):
        if manifest.kind == "claims":
            wrong = wrong_in_claim(row, manifest)
        else:
            wrong = wrong_in_register(manifest.kind, row, manifest)
        if number in too_many:
            wrong.append("more days than the year has")
        if wrong:
            arrival.set_aside[number] = wrong
        elif manifest.kind == "claims":
            arrival.records.append(claim_of(row, manifest))
        else:
            arrival.records.append(record_of(manifest.kind, row))
