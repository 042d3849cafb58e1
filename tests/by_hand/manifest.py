"""The manifest beside a data file: who sends what, over which period, with which totals."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from .packing import RefusedError

KINDS = (
    "claims", "insured", "organisations", "practitioners", "medicines", "postcode_income",
    "municipal_care", "practice_operations",
)  # fmt: skip

CARE_TYPES = (
    "huisartsenzorg", "ketenzorg", "farmacie", "medisch_specialistisch", "eerstelijnsdiagnostiek",
    "ggz", "wijkverpleging", "fysiotherapie", "oefentherapie", "logopedie", "paramedisch_overig",
    "mondzorg", "verloskunde", "kraamzorg", "hulpmiddelen", "ziekenvervoer", "buitenland", "grz",
    "elv", "gzsp", "wlz",
)  # fmt: skip

KEYS = frozenset(
    {"format", "format_version", "kind", "delivery_id", "revision", "sender", "period_from",
     "period_to", "rows", "sha256"}
)  # fmt: skip
CLAIMS_KEYS = frozenset({"care_type", "debit_cents", "credit_cents"})

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SHA256 = re.compile(r"[0-9a-f]{64}")
SENDER = re.compile(r"[0-9]{4}")


@dataclass(frozen=True)
class Manifest:
    """What a manifest says, typed."""

    kind: str
    delivery_id: str
    revision: int
    sender: str
    care_type: str | None
    period_from: date
    period_to: date
    rows: int
    debit_cents: int
    credit_cents: int
    sha256: str


def read_manifest(sent: bytes) -> Manifest:
    """Judge a manifest and type it.

    "Unknown keys in a manifest are refused, missing ones named"; "Only `claims` carry `care_type`,
    `debit_cents`, `credit_cents`" (delivery format, section 1).
    """
    found = parse(sent)
    if found.get("kind") not in KINDS:
        raise RefusedError("manifest: kind")
    is_claims = found["kind"] == "claims"
    wanted = KEYS | CLAIMS_KEYS if is_claims else KEYS
    if set(found) != wanted:
        raise RefusedError(f"manifest: missing or unknown keys {sorted(set(found) ^ wanted)}")
    for name in wrong_values(found, is_claims):
        raise RefusedError(f"manifest: {name}")
    period_from = date.fromisoformat(found["period_from"])
    period_to = date.fromisoformat(found["period_to"])
    if period_to < period_from:
        raise RefusedError("manifest: period")
    if not is_claims and not is_calendar_year(period_from, period_to):
        raise RefusedError("manifest: period of a register is a calendar year")
    return Manifest(
        kind=found["kind"],
        delivery_id=found["delivery_id"],
        revision=found["revision"],
        sender=found["sender"],
        care_type=found.get("care_type"),
        period_from=period_from,
        period_to=period_to,
        rows=found["rows"],
        debit_cents=found.get("debit_cents", 0),
        credit_cents=found.get("credit_cents", 0),
        sha256=found["sha256"],
    )


def parse(sent: bytes) -> dict[str, Any]:
    """The manifest as a dict. Reading: a key that stands twice refuses it, nothing is guessed."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise RefusedError("manifest: a key twice")
        return dict(pairs)

    try:
        found = json.loads(sent.decode("utf-8"), object_pairs_hook=once)
    except ValueError as error:
        raise RefusedError("manifest: not readable as JSON") from error
    if not isinstance(found, dict):
        raise RefusedError("manifest: not an object")
    return found


def wrong_values(found: dict[str, Any], is_claims: bool) -> list[str]:
    """Names of the keys whose value cannot be.

    Readings: a revision is 1 or more; counts and totals are whole numbers from 0; a delivery id is
    any text that is not empty; a sender is four digits.
    """
    wrong = []
    if found["format"] != "spiegel-delivery":
        wrong.append("format")
    if not is_whole(found["format_version"], 1) or found["format_version"] != 1:
        wrong.append("format_version")
    if not isinstance(found["delivery_id"], str) or not found["delivery_id"]:
        wrong.append("delivery_id")
    if not is_whole(found["revision"], 1):
        wrong.append("revision")
    totals = ("rows", "debit_cents", "credit_cents") if is_claims else ("rows",)
    wrong += [name for name in totals if not is_whole(found[name], 0)]
    wrong += [name for name in ("period_from", "period_to") if not is_iso_date(found[name])]
    for name, pattern in (("sender", SENDER), ("sha256", SHA256)):
        if not isinstance(found[name], str) or not pattern.fullmatch(found[name]):
            wrong.append(name)
    if is_claims and found["care_type"] not in CARE_TYPES:
        wrong.append("care_type")
    return wrong


def is_whole(value: Any, least: int) -> bool:
    """Whether a JSON value is a whole number of at least so much.

    Example:
        >>> [is_whole(value, 1) for value in (1, 0, "1", True, 1.0)]
        [True, False, False, False, False]
    """
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_iso_date(value: Any) -> bool:
    """Whether a JSON value is a real date as `2021-07-01`."""
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_calendar_year(period_from: date, period_to: date) -> bool:
    """Whether a period is a year.

    "Registers: … period = the calendar year" (delivery format, section 3).
    """
    year = period_from.year
    return period_from == date(year, 1, 1) and period_to == date(year, 12, 31)
