"""Deliveries made by hand: a few drawn lines become a data file and its manifest, as sent."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spiegel_core.contracts.files import CLAIMS, FILE_KINDS, header_of

CLAIM = {
    "previous_reference": "", "debit_credit": "D", "bsn": "123456782", "insurer": "9101",
    "insured_number": "1", "care_from": "20210801", "care_to": "", "code_list": "008",
    "code": "12011", "quantity": "1", "care_product": "", "specialism": "", "performer": "01100001",
    "practice": "01000001", "referrer": "", "diagnosis_list": "", "diagnosis": "",
    "indication": "", "cover": "B", "claimed_cents": "1000", "granted_cents": "1000",
    "paid_on": "20210901",
}  # fmt: skip
REGISTER = {
    "insured": {
        "year": "2021", "bsn": "123456782", "insurer": "9101", "insured_number": "1",
        "birth_date": "19700101", "sex": "V", "postcode4": "1234", "municipality": "GM9001",
        "neighbourhood": "WK900100", "insured_days": "365",
    },
    "organisations": {
        "agb": "01000001", "kind": "huisartspraktijk", "name": "Huisartsenpraktijk De Linde",
        "parent_agb": "", "start": "20100101", "end": "", "end_reason": "", "successor_agb": "",
        "work_email": "",
    },
    "practitioners": {
        "practitioner_agb": "01100001", "organisation_agb": "01000001", "qualification": "0101",
        "start": "20100101", "end": "",
    },
    "medicines": {"zi": "10000001", "atc": "A10BA02", "ddd_per_1000_units": "500"},
    "postcode_income": {
        "postcode4": "1234", "average_income_euro": "30000", "inhabitants": "100",
        "vintage": "2008-2010",
    },
    "municipal_care": {
        "year": "2021", "law": "Wmo", "municipality": "GM9001", "neighbourhood": "",
        "age_class": "65+", "users": "10", "cost_cents": "100000",
    },
    "practice_operations": {
        "year": "2021", "practice": "01000001", "indicator": "hours_open", "value": "40",
    },
}  # fmt: skip


@dataclass
class Delivery:
    """A delivery as a sender would make it; every part can be spoilt for a test.

    Args:
        kind: claims or a register.
        lines: per line the fields that matter; the others have a usual value.
        delivery_id, revision, sender, care_type, period: what the manifest says.
        manifest: keys laid over the manifest; None removes a key.
        packing: "", "gz" or "zst".
        text: the text of the data file, instead of the lines.
    """

    kind: str = CLAIMS
    lines: list[dict[str, str]] = field(default_factory=lambda: [{}])
    delivery_id: str = "9101-huisartsenzorg-2021-Q3"
    revision: int = 1
    sender: str = "9101"
    care_type: str = "huisartsenzorg"
    period: tuple[str, str] = ("2021-07-01", "2021-09-30")
    manifest: dict[str, Any] = field(default_factory=dict)
    packing: str = ""
    text: str | None = None

    def rows(self) -> list[dict[str, str]]:
        """All fields of all lines."""
        usual = CLAIM if self.kind == CLAIMS else REGISTER[self.kind]
        rows = []
        for number, line in enumerate(self.lines, start=1):
            row = {**usual, **line}
            if self.kind == CLAIMS:
                row.setdefault("line", str(number))
                row.setdefault("reference", f"{self.delivery_id[-12:]}-{number}".replace(".", "-"))
            rows.append(row)
        return rows

    def data(self) -> bytes:
        """The data file before packing."""
        if self.text is not None:
            return self.text.encode()
        names = [column.name for column in FILE_KINDS[self.kind]]
        lines = [";".join(row[name] for name in names) for row in self.rows()]
        return "\n".join([header_of(self.kind), *lines, ""]).encode()

    def packed(self) -> bytes:
        """The data file as sent."""
        if self.packing == "gz":
            return gzip.compress(self.data(), mtime=0)
        if self.packing == "zst":
            import zstandard

            return zstandard.compress(self.data())
        return self.data()

    def manifest_bytes(self) -> bytes:
        """The manifest as sent."""
        content: dict[str, Any] = {
            "format": "spiegel-delivery", "format_version": 1, "kind": self.kind,
            "delivery_id": self.delivery_id, "revision": self.revision, "sender": self.sender,
            "period_from": self.period[0], "period_to": self.period[1],
            "rows": max(len(self.data().splitlines()) - 1, 0),
            "sha256": hashlib.sha256(self.packed()).hexdigest(),
        }  # fmt: skip
        if self.kind == CLAIMS:
            content["care_type"] = self.care_type
            for key, sign in (("debit_cents", "D"), ("credit_cents", "C")):
                content[key] = sum(
                    int(row["granted_cents"]) for row in self.rows()
                    if row["debit_credit"] == sign and row["granted_cents"].isdigit()
                )  # fmt: skip
        content.update(self.manifest)
        return json.dumps({k: v for k, v in content.items() if v is not None}).encode()

    @property
    def ending(self) -> str:
        return ".csv" + (f".{self.packing}" if self.packing else "")

    def write(self, folder: Path, name: str | None = None) -> Path:
        """Lay data file and manifest in a folder; returns the data file."""
        folder.mkdir(parents=True, exist_ok=True)
        stem = name or f"{self.delivery_id}-r{self.revision}"
        data = folder / (stem + self.ending)
        data.write_bytes(self.packed())
        (folder / (stem + ".manifest.json")).write_bytes(self.manifest_bytes())
        return data


def register(kind: str, lines: list[dict[str, str]], year: int = 2021, **more: Any) -> Delivery:
    """A register of a calendar year."""
    return Delivery(
        kind, lines, f"{kind}-{year}", sender="9101" if kind == "insured" else "9999",
        period=(f"{year}-01-01", f"{year}-12-31"), **more,
    )  # fmt: skip


def bsn(number: int) -> str:
    """A number of nine digits that passes the 11-test; different for each number."""
    found = -1
    candidate = 100_000_000
    while found < number:
        candidate += 1
        digits = [int(digit) for digit in str(candidate)]
        weighted = sum(w * d for w, d in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True))
        found += weighted % 11 == 0
    return str(candidate)
