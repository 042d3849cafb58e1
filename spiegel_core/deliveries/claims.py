"""Claim lines: what must hold for the file as a whole, and between the fields of a line.

Source: the delivery format, sections 1 and 2 (README, "What comes in").
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.files import (
    CHAIN_CARE_LIST,
    CHAIN_CARE_PROGRAMMES,
    CLAIMS,
    FIRST_CARE_DAY,
    NO_BSN,
    PARAMEDICAL_CARE_TYPES,
    SPECIALIST_CARE_TYPES,
)
from spiegel_core.deliveries.bsn_within import holds_bsn
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.fields import (
    Fields,
    Mask,
    day_number,
    days,
    judge_bsn,
    judge_forms,
    per_value,
    whole_numbers,
)
from spiegel_core.deliveries.findings import REFUSE_FILE, WARN, Finding
from spiegel_core.deliveries.manifest import Manifest

# Fields that refuse the file where they cannot be read, and the rule that says so.
_UNREADABLE_REFUSES = {
    "debit_credit": "claims.debit_credit",
    "granted_cents": "claims.granted_cents",
}
# Columns whose form a bsn has too, and those in which it fits with more around it.
_COULD_BE_A_BSN = ("code", "care_product")
_COULD_HOLD_A_BSN = ("reference", "previous_reference")
FEW_LINES = 10


def judge_claims(
    fields: Fields, manifest: Manifest, door: DoorRules
) -> dict[str, npt.NDArray[np.int64]]:
    """Judge all claim lines of a file.

    Args:
        fields: the columns of the file.
        manifest: what the sender says of them.
        door: the numbers and lists the door judges by.

    Returns:
        The numbers read on the way, so that nothing is read twice: line, quantity,
        claimed_cents, granted_cents and the days care_from, care_to, paid_on, per line.
    """
    readable = judge_forms(fields, _UNREADABLE_REFUSES)
    judge_bsn(fields, readable)
    numbers = {
        name: whole_numbers(fields.text[name], readable[name])
        for name in ("line", "quantity", "claimed_cents", "granted_cents")
    }
    _judge_gaps(fields, readable, numbers["line"])
    _judge_references(fields, readable)
    _judge_totals(fields, readable, manifest, numbers["granted_cents"])
    for name in ("care_from", "care_to", "paid_on"):
        as_days, is_day = days(fields.text[name], readable[name])
        fields.set_aside("field.date", name, readable[name] & ~is_day, "is no real date")
        numbers[name], readable[name] = as_days.astype(np.int64), is_day
    _judge_dates(fields, readable, numbers, manifest)
    _judge_relations(fields, readable, numbers, manifest)
    _judge_places_of_bsn(fields)
    _warn_unusual(fields, readable, manifest.care_type or "", door)
    return numbers


def _judge_gaps(fields: Fields, readable: dict[str, Mask], line: npt.NDArray[np.int64]) -> None:
    """The column `line` counts 1, 2, 3 ... through the whole file; unreadable, it is a gap."""
    expected = fields.lines.number_of(np.arange(len(line), dtype=np.int64))
    is_off = ~readable["line"] | (line != expected)
    first = np.flatnonzero(is_off)
    if len(first):
        number = int(expected[first[0]])
        message = f"the line numbers are not gapless: {len(first)} differ, the first here"
        fields.findings.add(
            Finding("claims.line_gap", REFUSE_FILE, message, CLAIMS, number, "line")
        )


def _judge_references(fields: Fields, readable: dict[str, Mask]) -> None:
    """A reference stands once in a file."""
    is_there = readable["reference"]
    references = fields.text["reference"].filter(pa.array(is_there)).combine_chunks()
    if len(references) == len(pc.unique(references)):
        return
    codes = pc.dictionary_encode(references).indices.to_numpy()
    positions = np.flatnonzero(is_there)
    _, first = np.unique(codes, return_index=True)
    repeated = np.setdiff1d(np.arange(len(codes)), first)
    is_repeat = np.zeros(len(is_there), dtype=bool)
    is_repeat[positions[repeated]] = True
    message = "a reference stands twice in the file"
    fields.mark("claims.reference_repeated", "reference", is_repeat, message, REFUSE_FILE)


def _judge_totals(
    fields: Fields,
    readable: dict[str, Mask],
    manifest: Manifest,
    granted: npt.NDArray[np.int64],
) -> None:
    """Number of lines and control totals are over all lines as sent."""
    counted = [("claims.rows", "rows", fields.lines.total)]
    # Where a line could not be read the file is refused for that; a total would only mislead.
    is_read = readable["debit_credit"] & readable["granted_cents"]
    if len(granted) == fields.lines.total and is_read.all():
        debits = int(granted[is_value(fields, "debit_credit", "D")].sum())
        credits = int(granted[is_value(fields, "debit_credit", "C")].sum())
        counted += [
            ("claims.debit_cents", "debit_cents", debits),
            ("claims.credit_cents", "credit_cents", credits),
        ]
    for rule, key, found in counted:
        named = getattr(manifest, key)
        if found != named:
            message = f"the manifest says {key} {named:,}, the file has {found:,}"
            # The total of so few lines may be the amount of one person.
            if key != "rows" and fields.lines.total < FEW_LINES:
                message = f"the {key} of the manifest is not the total of the file"
            fields.findings.add(Finding(rule, REFUSE_FILE, message, "manifest", None, key))


def is_value(fields: Fields, column: str, value: str) -> Mask:
    """Which lines hold a value in a column that repeats."""
    return per_value(fields.text[column], lambda values: pc.equal(values, value))


def _is_there(fields: Fields, column: str) -> Mask:
    return per_value(fields.text[column], lambda values: pc.greater(pc.binary_length(values), 0))


def _judge_dates(
    fields: Fields,
    readable: dict[str, Mask],
    numbers: dict[str, npt.NDArray[np.int64]],
    manifest: Manifest,
) -> None:
    care_from, care_to, paid_on = (numbers[name] for name in ("care_from", "care_to", "paid_on"))
    has_from, has_to, has_paid = (readable[name] for name in ("care_from", "care_to", "paid_on"))
    first = day_number(FIRST_CARE_DAY)
    checks = (
        ("claims.care_before_2006", "care_from", has_from & (care_from < first),
         "lies before 2006-01-01"),
        ("claims.care_before_2006", "care_to", has_to & (care_to < first),
         "lies before 2006-01-01"),
        ("claims.care_to_before_from", "care_to", has_from & has_to & (care_to < care_from),
         "lies before care_from"),
        ("claims.paid_before_care", "paid_on", has_from & has_paid & (paid_on < care_from),
         "lies before care_from"),
        ("claims.care_after_payment", "care_to", has_to & has_paid & (care_to > paid_on),
         "lies after paid_on"),
        ("claims.paid_outside_period", "paid_on", has_paid & (
            (paid_on < day_number(manifest.period_from))
            | (paid_on > day_number(manifest.period_to))
        ), "lies outside the period of the manifest"),
    )  # fmt: skip
    for rule, field, is_wrong, message in checks:
        fields.set_aside(rule, field, is_wrong, message)


def _judge_relations(
    fields: Fields,
    readable: dict[str, Mask],
    numbers: dict[str, npt.NDArray[np.int64]],
    manifest: Manifest,
) -> None:
    care_type = manifest.care_type or ""
    is_credit = is_value(fields, "debit_credit", "C")
    has_diagnosis, has_list = _is_there(fields, "diagnosis"), _is_there(fields, "diagnosis_list")
    has_specialism, has_indication = (
        _is_there(fields, "specialism"),
        _is_there(fields, "indication"),
    )
    both_amounts = readable["claimed_cents"] & readable["granted_cents"]
    nowhere = np.zeros(len(is_credit), dtype=bool)
    checks = (
        ("claims.credit_without_previous", "previous_reference",
         is_credit & ~_is_there(fields, "previous_reference"),
         "must name the debit that the credit takes back"),
        ("claims.granted_above_claimed", "granted_cents",
         both_amounts & (numbers["granted_cents"] > numbers["claimed_cents"]),
         "is more than was claimed"),
        ("claims.diagnosis_pair", "diagnosis", has_list & ~has_diagnosis,
         "must be there when its list is"),
        ("claims.diagnosis_pair", "diagnosis_list", has_diagnosis & ~has_list,
         "must be there when the diagnosis is"),
        ("claims.specialism_misplaced", "specialism",
         nowhere if care_type in SPECIALIST_CARE_TYPES else has_specialism,
         f"belongs to specialist care and GGZ, not to {care_type}"),
        ("claims.indication_misplaced", "indication",
         nowhere if care_type in PARAMEDICAL_CARE_TYPES else has_indication,
         f"belongs to paramedical care, not to {care_type}"),
        ("claims.chain_programme", "code",
         is_value(fields, "code_list", CHAIN_CARE_LIST) & readable["code"] & ~per_value(
             fields.text["code"], lambda v: pc.is_in(v, pa.array(sorted(CHAIN_CARE_PROGRAMMES)))),
         "is no programme of chain care"),
    )  # fmt: skip
    for rule, field, is_wrong, message in checks:
        fields.set_aside(rule, field, is_wrong, message)


def _judge_places_of_bsn(fields: Fields) -> None:
    """The person's number stands in its own column and nowhere else, for other columns are kept."""
    bsn = fields.text["bsn"]
    is_number = pc.not_equal(bsn, NO_BSN)
    for name in _COULD_BE_A_BSN:
        if per_value(fields.text[name], lambda v: pc.equal(pc.binary_length(v), 9)).any():
            is_same = pc.and_(is_number, pc.equal(fields.text[name], bsn)).to_numpy()
            fields.set_aside("claims.bsn_misplaced", name, is_same, "is the person's bsn")
    for name in _COULD_HOLD_A_BSN:
        texts = fields.text[name].cast(pa.string()).combine_chunks()
        holds = holds_bsn(texts, bsn.combine_chunks()) & is_number.to_numpy()
        fields.set_aside("claims.bsn_misplaced", name, holds, "holds the person's bsn")


def _warn_unusual(
    fields: Fields, readable: dict[str, Mask], care_type: str, door: DoorRules
) -> None:
    usual = door.usual_lists.get(care_type)
    if usual:
        is_usual = per_value(
            fields.text["code_list"], lambda values: pc.is_in(values, pa.array(sorted(usual)))
        )
        fields.mark(
            "claims.unusual_list", "code_list", readable["code_list"] & ~is_usual,
            f"is not the list {care_type} usually names", WARN,
        )  # fmt: skip
    if care_type in SPECIALIST_CARE_TYPES:
        fields.mark(
            "claims.specialism_absent", "specialism", ~_is_there(fields, "specialism"),
            "is usually named on specialist care and GGZ", WARN,
        )  # fmt: skip
