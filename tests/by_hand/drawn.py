"""Tiny deliveries, drawn by hand for the tests."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zstandard

from .characteristics import Patient
from .claim_lines import FORMS as CLAIM_FORMS
from .claim_lines import Claim, claim_of
from .conf import Conf, read_conf
from .deliveries import Arrival, judge
from .manifest import Manifest
from .register_lines import FORMS as REGISTER_FORMS
from .register_lines import (
    Insured,
    Medicine,
    Organisation,
    PostcodeIncome,
    Practitioner,
    record_of,
)
from .registers import Registers, one_per_agb, one_per_person, one_per_postcode, one_per_zi

ANNA, BRAM = "123456782", "111222333"
A, B = "01000001", "01000002"
GP, OTHER_GP = "02000001", "02000002"

REFERENCES = itertools.count(1)

CLAIM = {
    "debit_credit": "D", "bsn": "123456782", "insurer": "3311", "insured_number": "A1",
    "care_from": "20210802", "code_list": "008", "code": "11000", "quantity": "1",
    "practice": "01000001", "cover": "B", "claimed_cents": "1000", "granted_cents": "1000",
    "paid_on": "20211001",
}  # fmt: skip
INSURED = {
    "year": "2021", "bsn": "123456782", "insurer": "3311", "insured_number": "A1",
    "birth_date": "19800115", "sex": "V", "insured_days": "365",
}  # fmt: skip
ORGANISATION = {"agb": "01000001", "kind": "huisartspraktijk", "name": "Praktijk",
                "start": "20100101"}  # fmt: skip
PRACTITIONER = {"practitioner_agb": "02000001", "organisation_agb": "01000001",
                "qualification": "0101", "start": "20100101"}  # fmt: skip
DRAWN = {"claims": CLAIM, "insured": INSURED, "organisations": ORGANISATION,
         "practitioners": PRACTITIONER}  # fmt: skip

Row = dict[str, str]


def bsn(number: int) -> str:
    """The number-th citizen service number that passes the 11-test, ending in a digit that fits.

    Example:
        >>> bsn(12345678)
        '123456782'
    """
    digits = f"{number:08d}"
    rest = sum(w * int(d) for w, d in zip(range(9, 1, -1), digits, strict=True)) % 11
    assert rest < 10, "this number has no last digit: take another"
    return f"{digits}{rest}"


def claim(**fields: Any) -> Row:
    """A claim line, every column there; without a reference it gets one of its own."""
    row = (
        {form.name: "" for form in CLAIM_FORMS}
        | CLAIM
        | {"reference": f"R{next(REFERENCES)}"}
        | {k: str(v) for k, v in fields.items()}
    )
    if "granted_cents" in fields and "claimed_cents" not in fields:
        row["claimed_cents"] = row["granted_cents"]
    return row


def credit(of: Row, **fields: Any) -> Row:
    """The credit that takes a line back, with changes."""
    back = {"debit_credit": "C", "previous_reference": of["reference"]}
    return claim(**(of | back | {"reference": f"C{next(REFERENCES)}"} | fields))


def row(of_kind: str, **fields: Any) -> Row:
    """A line of a register."""
    return DRAWN.get(of_kind, {}) | {k: str(v) for k, v in fields.items()}


def typed(fields: Row, care_type: str = "huisartsenzorg") -> Claim:
    """A claim line as it comes out of a delivery of a care type."""
    first, last = date(2021, 1, 1), date(2022, 12, 31)
    return claim_of(fields, Manifest("claims", "D", 1, "3311", care_type, first, last, 1, 0, 0, ""))


def line(care_type: str = "huisartsenzorg", **fields: Any) -> Claim:
    """A typed claim line."""
    return typed(claim(**fields), care_type)


def conf_of(report_year: int = 2021) -> Conf:
    """The conf of the project itself."""
    return read_conf(Path(__file__).parents[2] / "conf", report_year)


def registers_of(**rows: list[Row]) -> Registers:
    """Registers of a few rows; without organisations, the practices 01000001 and 01000002."""
    rows.setdefault("organisations", [row("organisations"), row("organisations", agb="01000002")])
    typed_rows: dict[type, list[Any]] = {}
    for kind, drawn in rows.items():
        for fields in drawn:
            names = [form.name for form in REGISTER_FORMS[kind]]
            record = record_of(kind, {name: "" for name in names} | fields)
            typed_rows.setdefault(type(record), []).append(record)
    postcodes = one_per_postcode(typed_rows.get(PostcodeIncome, []))
    day = date(2021, 7, 1)
    return Registers(
        insured=one_per_person(typed_rows.get(Insured, []), 2021),
        general_practices=one_per_agb(typed_rows[Organisation], "huisartspraktijk", day),
        care_groups=one_per_agb(typed_rows[Organisation], "zorggroep", day),
        practitioners=typed_rows.get(Practitioner, []),
        medicines=one_per_zi(typed_rows.get(Medicine, [])),
        incomes={code: found.average_income_euro for code, found in postcodes.items()},
        inhabitants={code: found.inhabitants for code, found in postcodes.items()},
    )


def text_of(kind: str, rows: list[Row]) -> str:
    """The file: a header and the lines, numbered from 1 where there is a column for it."""
    names = [form.name for form in (CLAIM_FORMS if kind == "claims" else REGISTER_FORMS[kind])]
    lines = [";".join(names)]
    for number, fields in enumerate(rows, start=1):
        own = fields | {"line": fields.get("line") or str(number)}
        lines.append(";".join(own.get(name, "") for name in names))
    return "\n".join(lines) + "\n"


def manifest_of(kind: str, rows: list[Row], sent: bytes, /, **changes: Any) -> dict[str, Any]:
    """The manifest that belongs to a file, with changes."""
    found = {
        "format": "spiegel-delivery", "format_version": 1, "kind": kind,
        "delivery_id": f"D-{kind}", "revision": 1, "sender": "9999",
        "period_from": "2021-01-01", "period_to": "2021-12-31",
        "rows": len(rows), "sha256": hashlib.sha256(sent).hexdigest(),
    }  # fmt: skip
    if kind == "claims":
        for name, sign in (("debit_cents", "D"), ("credit_cents", "C")):
            own = [r["granted_cents"] for r in rows if r["debit_credit"] == sign]
            found[name] = sum(int(cents) for cents in own if cents.isdigit())
        found["care_type"] = "huisartsenzorg"
    return found | changes


def deliver(
    folder: Path,
    name: str,
    kind: str,
    rows: list[Row],
    *,
    ending: str = ".csv",
    text: str | None = None,
    sent: bytes | None = None,
    **changes: Any,
) -> None:
    """Put a data file and its manifest in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    content = (text_of(kind, rows) if text is None else text).encode("utf-8")
    if sent is None:
        sent = content
        if ending == ".csv.gz":
            sent = gzip.compress(content, mtime=0)
        elif ending == ".csv.zst":
            sent = zstandard.ZstdCompressor().compress(content)
    (folder / f"{name}{ending}").write_bytes(sent)
    manifest = manifest_of(kind, rows, sent, **changes)
    (folder / f"{name}.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def reference_case(name: str) -> dict[str, Any]:
    """A published case, or a skip where the shared folder is not at hand.

    Always of the file beside the repository: another one may have other cases.
    """
    shared = Path(os.environ.get("SPIEGEL_SHARED", Path(__file__).parents[3] / "shared"))
    path = shared / "reference" / "statistics_reference_cases.json"
    if not path.is_file():
        pytest.skip("the statistics reference cases are not here (../shared, or SPIEGEL_SHARED)")
    cases = {case["id"]: case for case in json.loads(path.read_text(encoding="utf-8"))}
    return cases[name]


def at(practice: str, gp: str = GP, **fields: str) -> dict[str, str]:
    """A GP registered at a practice."""
    return row("practitioners", practitioner_agb=gp, organisation_agb=practice, **fields)


def medicine(zi: str, atc: str, per_1000: int = 1000) -> dict[str, str]:
    """A medicine of which one unit is one daily dose, unless said otherwise."""
    return row("medicines", zi=zi, atc=atc, ddd_per_1000_units=per_1000)


MEDICINES = [
    medicine("00000001", "A10BA02"), medicine("00000002", "R03BB04"),
    medicine("00000003", "R03BA02"), medicine("00000004", "N05AH02"),
    medicine("00000005", "N06AB03"), medicine("00000006", "L01BC02", 0),
    medicine("00000007", "L02BA01"), medicine("00000008", "C10AA01", 333),
]  # fmt: skip
REGISTERS = registers_of(medicines=MEDICINES)


def pharmacy(zi: int, quantity: int, **fields: Any) -> dict[str, str]:
    """A pharmacy line."""
    return claim(code_list="001", code=f"{zi:08d}", quantity=quantity, **fields)


def arrival_of(kind: str, rows: list[dict[str, str]], /, **changes: Any) -> Arrival:
    """Judge a file of these lines, with changes in its manifest."""
    text = changes.pop("text", None)
    content = changes.pop("sent", None) or (text or text_of(kind, rows)).encode()
    manifest = manifest_of(kind, rows, content, **changes)
    return judge("f.csv", ".csv", content, json.dumps(manifest).encode(), conf_of().door)


def patient(
    age_sex: str = "V 40-44",
    *groups: str,
    conditions: tuple[str, ...] = (),
    practice: str | None = A,
    reason: str = "counted",
) -> Patient:
    """A person with a fee."""
    none: frozenset[str] = frozenset()
    practices = frozenset([practice]) if practice else frozenset([A, B])
    return Patient(
        practices, practice, reason, age_sex, "middle", frozenset(groups), frozenset(conditions),
        none, 0, 0,
    )  # fmt: skip
