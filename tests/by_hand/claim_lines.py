"""One line of a claims file: its form, its relations, and what is kept of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from .forms import Form, day_of, is_bsn, may, must, person_of, real_day_of, wrong_forms
from .manifest import Manifest
from .packing import RefusedError

FIRST_DAY = date(2006, 1, 1)
PROGRAMMES = ("DM2", "COPD", "ASTMA", "CVRM")
WITH_SPECIALISM = ("medisch_specialistisch", "ggz")
WITH_INDICATION = ("fysiotherapie", "oefentherapie", "logopedie", "paramedisch_overig")

FORMS: tuple[Form, ...] = (
    must("line", r"[0-9]{1,10}"),
    must("reference", r"[A-Za-z0-9-]{1,20}"),
    may("previous_reference", r"[A-Za-z0-9-]{1,20}"),
    must("debit_credit", r"[DC]"),
    must("bsn", r"[0-9]{9}"),
    must("insurer", r"[0-9]{4}"),
    must("insured_number", r".{1,15}"),
    must("care_from", r"[0-9]{8}"),
    may("care_to", r"[0-9]{8}"),
    must("code_list", r"008|001|012|007|010|011|013|041|065|055|900|999"),
    must("code", r"[A-Z0-9]{1,9}"),
    must("quantity", r"[0-9]{1,5}"),
    may("care_product", r"[0-9]{9}"),
    may("specialism", r"[0-9]{4}"),
    may("performer", r"[0-9]{8}"),
    must("practice", r"[0-9]{8}"),
    may("referrer", r"[0-9]{8}"),
    may("diagnosis_list", r".{3}"),
    may("diagnosis", r"[A-Z0-9]{1,8}"),
    may("indication", r"[0-9]{3}"),
    must("cover", r"[BA]"),
    must("claimed_cents", r"[0-9]{1,8}"),
    must("granted_cents", r"[0-9]{1,8}"),
    must("paid_on", r"[0-9]{8}"),
)
"""The 24 columns in their order (delivery format, section 2)."""

AMOUNT = re.compile(r"[0-9]{1,8}")
WHOLE = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What is kept of a line that counts, with the care type of its delivery."""

    care_type: str
    insurer: str
    reference: str
    previous_reference: str
    is_credit: bool
    person: str
    care_from: date
    code_list: str
    code: str
    quantity: int
    specialism: str
    performer: str
    practice: str
    referrer: str
    diagnosis: str
    cover: str
    granted_cents: int
    paid_on: date

    @property
    def sign(self) -> int:
        """A debit adds, a credit takes back."""
        return -1 if self.is_credit else 1


def totals(rows: list[dict[str, str]]) -> tuple[int, int]:
    """Debit and credit totals, over all lines as sent; refuses what no total can be made of.

    "A gap in `line`, a `reference` twice in the file, an unreadable `debit_credit` or
    `granted_cents`: the whole file is refused" (delivery format, section 1). Readings: unreadable
    is not of the form of the column; a reference is compared as sent, whoever the insurer, and an
    empty one is no reference; `line` is read as a number.
    """
    debit = credit = 0
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if not WHOLE.fullmatch(row["line"]) or int(row["line"]) != number:
            raise RefusedError("a gap in line")
        if row["debit_credit"] not in ("D", "C"):
            raise RefusedError("debit_credit is not readable")
        if not AMOUNT.fullmatch(row["granted_cents"]):
            raise RefusedError("granted_cents is not readable")
        if row["reference"] and row["reference"] in seen:
            raise RefusedError("a reference twice in the file")
        seen.add(row["reference"])
        if row["debit_credit"] == "D":
            debit += int(row["granted_cents"])
        else:
            credit += int(row["granted_cents"])
    return debit, credit


def wrong_in_claim(row: dict[str, str], manifest: Manifest) -> list[str]:
    """Everything for which this line is set aside; empty when it counts."""
    wrong = wrong_forms(row, FORMS)
    if not is_bsn(row["bsn"]):
        wrong.append("bsn: 11-test")
    wrong += wrong_days(row, manifest)
    wrong += wrong_codes(row, manifest.care_type)
    if row["debit_credit"] == "C" and not row["previous_reference"]:
        wrong.append("a credit names the debit it takes back")
    if AMOUNT.fullmatch(row["claimed_cents"]) and int(row["granted_cents"]) > int(
        row["claimed_cents"]
    ):
        wrong.append("granted over claimed")
    return wrong


def wrong_days(row: dict[str, str], manifest: Manifest) -> list[str]:
    """The days of a line against each other and against the period.

    "care_to ≥ care_from; both a real date from 20060101 to paid_on"; "care_to may be empty =
    care_from"; "The period bounds `paid_on`; care may be older" (delivery format, sections 1, 2).
    """
    care_from, paid_on = day_of(row["care_from"]), day_of(row["paid_on"])
    care_to = day_of(row["care_to"] or row["care_from"])
    if care_from is None or care_to is None or paid_on is None:
        return ["not a real date"]
    wrong = []
    if not FIRST_DAY <= care_from <= care_to <= paid_on:
        wrong.append("care from 20060101, care_from to care_to to paid_on")
    if not manifest.period_from <= paid_on <= manifest.period_to:
        wrong.append("paid_on outside the period")
    return wrong


def wrong_codes(row: dict[str, str], care_type: str | None) -> list[str]:
    """Codes against the list and the care type they stand on.

    "`900` = programmes of chain care of this format (`DM2`, `COPD`, `ASTMA`, `CVRM`)"; specialism
    "on specialist care and GGZ; else empty"; indication "paramedical; else empty"; diagnosis_list
    and diagnosis "both or neither"; "which care type uses which list is a warning, not a refusal"
    (delivery format, section 2). Reading: where they may stand, their absence is no fault.
    """
    wrong = []
    if row["code_list"] == "900" and row["code"] not in PROGRAMMES:
        wrong.append("no programme of chain care")
    if row["specialism"] and care_type not in WITH_SPECIALISM:
        wrong.append("specialism on other care")
    if row["indication"] and care_type not in WITH_INDICATION:
        wrong.append("indication on other care")
    if bool(row["diagnosis_list"]) != bool(row["diagnosis"]):
        wrong.append("diagnosis and its list: both or neither")
    return wrong


def claim_of(row: dict[str, str], manifest: Manifest) -> Claim:
    """The typed line."""
    return Claim(
        care_type=manifest.care_type or "",
        insurer=row["insurer"],
        reference=row["reference"],
        previous_reference=row["previous_reference"],
        is_credit=row["debit_credit"] == "C",
        person=person_of(row["bsn"], row["insurer"], row["insured_number"]),
        care_from=real_day_of(row["care_from"]),
        code_list=row["code_list"],
        code=row["code"],
        quantity=int(row["quantity"]),
        specialism=row["specialism"],
        performer=row["performer"],
        practice=row["practice"],
        referrer=row["referrer"],
        diagnosis=row["diagnosis"],
        cover=row["cover"],
        granted_cents=int(row["granted_cents"]),
        paid_on=real_day_of(row["paid_on"]),
    )
