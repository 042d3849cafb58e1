"""The manifest beside a data file: what the sender says the file is."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from spiegel_core.contracts.files import (
    CARE_TYPES,
    CLAIMS,
    FILE_KINDS,
    MANIFEST_FORMAT,
    MANIFEST_VERSION,
)
from spiegel_core.deliveries.findings import REFUSE_FILE, Finding

MANIFEST_SUFFIX = ".manifest.json"
DATA_SUFFIXES = (".csv", ".csv.gz", ".csv.zst")
MANIFEST_BYTES = 65_536
_KEYS_SHOWN = 10

_COMMON_KEYS = (
    "format", "format_version", "kind", "delivery_id", "revision", "sender",
    "period_from", "period_to", "rows", "sha256",
)  # fmt: skip
_CLAIM_KEYS = ("care_type", "debit_cents", "credit_cents")


@dataclass(frozen=True)
class Manifest:
    """A manifest of the right form.

    Args:
        kind: claims or one of the registers.
        delivery_id: identity the sender gave; 1-100 printable characters.
        revision: 1 or higher; a higher one replaces a lower one as a whole.
        sender: UZOVI of the sender, or 9999.
        care_type: care type of claims; None for registers.
        period_from, period_to: the period `paid_on` lies in (claims), or the calendar year.
        rows: lines of the data file, header not counted.
        debit_cents, credit_cents: sums of granted amounts (eurocents); 0 for registers.
        sha256: of the data file as sent, hexadecimal.
    """

    kind: str
    delivery_id: str
    revision: int
    sender: str
    care_type: str | None
    period_from: datetime.date
    period_to: datetime.date
    rows: int
    debit_cents: int
    credit_cents: int
    sha256: str

    def meaning(self) -> str:
        """What the delivery claims to be, apart from its lines: equal for equal deliveries."""
        parts = (self.kind, self.sender, self.care_type or "", self.period_from, self.period_to)
        return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def data_stem(name: str) -> str | None:
    """The name a data file and its manifest share; None when it is neither.

    Example:
        >>> data_stem("a.csv.gz"), data_stem("a.manifest.json"), data_stem("notes.txt")
        ('a', 'a', None)
    """
    for suffix in (*DATA_SUFFIXES, MANIFEST_SUFFIX):
        if name.endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return None


def read_manifest(raw: bytes) -> tuple[Manifest | None, list[Finding]]:
    """Judge the bytes of a manifest; every fault is named at once.

    Returns:
        The manifest, or None when a finding refuses it; and the findings.
    """
    content, finding = _json_object(raw)
    if content is None:
        return None, [finding] if finding else []
    findings = [*_key_findings(content), *_value_findings(content)]
    if findings:
        return None, findings
    return (
        Manifest(
            kind=content["kind"],
            delivery_id=content["delivery_id"],
            revision=content["revision"],
            sender=content["sender"],
            care_type=content.get("care_type"),
            period_from=datetime.date.fromisoformat(content["period_from"]),
            period_to=datetime.date.fromisoformat(content["period_to"]),
            rows=content["rows"],
            debit_cents=content.get("debit_cents", 0),
            credit_cents=content.get("credit_cents", 0),
            sha256=content["sha256"].lower(),
        ),
        [],
    )


def legible_sender(raw: bytes) -> str | None:
    """The sender a manifest names, also where it is refused, so that the sender can hear why."""
    content, _ = _json_object(raw)
    sender = None if content is None else content.get("sender")
    return sender if isinstance(sender, str) and _matches(sender, r"[0-9]{4}") else None


def _json_object(raw: bytes) -> tuple[dict[str, Any] | None, Finding | None]:
    if len(raw) > MANIFEST_BYTES:
        return None, _refusal("manifest.form", f"larger than {MANIFEST_BYTES:,} bytes")
    try:
        content = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique_keys)
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None, _refusal("manifest.form", "not one JSON object in UTF-8 with unique keys")
    if not isinstance(content, dict):
        return None, _refusal("manifest.form", "not a JSON object")
    return content, None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _key_findings(content: dict[str, Any]) -> list[Finding]:
    of_claims = content.get("kind") == CLAIMS
    wanted = {*_COMMON_KEYS, *(_CLAIM_KEYS if of_claims else ())}
    missing = sorted(wanted - content.keys())
    unknown = sorted(key for key in content.keys() - wanted)
    findings = [
        _refusal("manifest.key_missing", f"the manifest lacks the key {key}", key)
        for key in missing
    ]
    if unknown:
        # The names of unknown keys are the sender's text, so only those of known form are shown,
        # and not the thousands a manifest has room for.
        shown = [key for key in unknown if re.fullmatch(r"[a-z_]{1,30}", key)][:_KEYS_SHOWN]
        findings.append(
            _refusal(
                "manifest.key_unknown",
                f"{len(unknown)} unknown key(s): {', '.join(shown) or 'not shown'}",
                shown[0] if shown else "",
            )
        )
    return findings


def _value_findings(content: dict[str, Any]) -> list[Finding]:
    findings = [
        _refusal("manifest.value", f"{key} must be {expected}", key)
        for key, expected, is_right in _value_checks()
        if key in content and not is_right(content[key])
    ]
    if not findings and content.get("period_from", "") > content.get("period_to", "~"):
        findings.append(
            _refusal("manifest.value", "period_to lies before period_from", "period_to")
        )
    is_register = content.get("kind", CLAIMS) != CLAIMS
    if not findings and is_register and not _is_calendar_year(content):
        findings.append(
            _refusal("manifest.value", "the period of a register is a calendar year", "period_from")
        )
    return findings


def _is_calendar_year(content: dict[str, Any]) -> bool:
    # A day that is missing is a finding of its own.
    first, last = content.get("period_from", ""), content.get("period_to", "")
    return not (first and last) or (first, last) == (f"{first[:4]}-01-01", f"{first[:4]}-12-31")


def _value_checks() -> list[tuple[str, str, Any]]:
    return [
        ("format", f'"{MANIFEST_FORMAT}"', lambda v: v == MANIFEST_FORMAT),
        ("format_version", str(MANIFEST_VERSION), lambda v: _whole(v, 1) and v == 1),
        ("kind", "one of " + ", ".join(FILE_KINDS), lambda v: v in [*FILE_KINDS]),
        ("delivery_id", "1-100 letters, digits or . _ : / -, no spaces at its ends", _is_id),
        ("revision", "a whole number from 1", lambda v: _whole(v, 1)),
        ("sender", "4 digits", lambda v: _matches(v, r"[0-9]{4}")),
        ("care_type", "one of " + ", ".join(CARE_TYPES), lambda v: v in [*CARE_TYPES]),
        ("period_from", "a date as 2021-07-01", _is_date),
        ("period_to", "a date as 2021-09-30", _is_date),
        ("rows", "a whole number from 0", lambda v: _whole(v, 0)),
        ("debit_cents", "a whole number from 0", lambda v: _whole(v, 0)),
        ("credit_cents", "a whole number from 0", lambda v: _whole(v, 0)),
        ("sha256", "64 hexadecimal digits", lambda v: _matches(v, r"[0-9a-fA-F]{64}")),
    ]


def _whole(value: object, least: int) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and least <= value < 2**62  # type: ignore[operator]


def _matches(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_id(value: object) -> bool:
    return _matches(value, r"[A-Za-z0-9]([A-Za-z0-9 ._:/-]{0,98}[A-Za-z0-9])?")


def _is_date(value: object) -> bool:
    if not _matches(value, r"[0-9]{4}-[0-9]{2}-[0-9]{2}"):
        return False
    try:
        datetime.date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _refusal(rule: str, message: str, field: str = "") -> Finding:
    return Finding(rule, REFUSE_FILE, message, record="manifest", field=field)
