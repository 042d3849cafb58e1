"""Each field by itself: type, filled or not, value allowed, form of what it holds."""

from __future__ import annotations

import numpy as np

from spiegel_core.deliveries.ei.marks import FORM, VALUE, Marks
from spiegel_core.deliveries.ei.records import (
    Kind,
    Kinds,
    Mask,
    Octets,
    holds_value,
    is_all,
    is_digits,
    is_filled,
    whole_numbers,
)
from spiegel_core.deliveries.ei.standard import EiField
from spiegel_core.deliveries.fields import is_bsn

NO_BSN = 999_999_999
_YEARS = (1850, 2100)


def judge_fields(kinds: Kinds, marks: Marks) -> None:
    """Judge every field of every record by what the layout says of it alone."""
    for code, kind in kinds.items():
        if len(kind):
            # The first field is the kind itself, which the structure has settled.
            for one in marks.standard.of_record[code][1:]:
                _judge(kind, one, marks)


def _judge(kind: Kind, one: EiField, marks: Marks) -> None:
    block = kind.block(one)
    if one.holds == "blank":
        _mark(kind, one, ~is_all(block, " "), "ei.field.reserve", "must be spaces", marks, VALUE)
        return
    blank = is_all(block, " ")
    if one.obligation == "M":
        _mark(kind, one, blank, "ei.field.required", "is empty and must be there", marks)
    if one.is_number:
        _mark(
            kind, one, ~is_digits(block), "ei.field.type", "holds something else than digits", marks
        )
    else:
        _mark(kind, one, ~blank & (block[0] == ord(" ")), "ei.field.alignment",
              "does not begin at its first position", marks)  # fmt: skip
    controls = ((block < 32) | (block == 127)).any(axis=0)
    _mark(kind, one, controls, "ei.field.control_character", "holds a control character", marks)
    filled = is_filled(block, one)
    if one.obligation == "M":
        _mark(kind, one, ~filled, "ei.field.required", "is zero and must be there", marks)
    if one.values:
        _judge_values(kind, one, filled, marks)
    _judge_form(kind, one, block, filled, marks)


def _judge_values(kind: Kind, one: EiField, filled: Mask, marks: Marks) -> None:
    block = kind.block(one)
    allowed = np.zeros(len(kind), dtype=bool)
    for value in one.values:
        allowed |= holds_value(block, value)
    rule = "ei.field.constant" if len(one.values) == 1 else "ei.field.code_list"
    _mark(kind, one, filled & ~allowed, rule,
          f"is not {' or '.join(one.values[:10])}", marks, VALUE)  # fmt: skip


def _judge_form(kind: Kind, one: EiField, block: Octets, filled: Mask, marks: Marks) -> None:
    if one.holds == "country":
        known = np.zeros(len(kind), dtype=bool)
        for country in marks.standard.countries:
            known |= holds_value(block, country)
        message = "is not a country code of ISO 3166"
        _mark(kind, one, filled & ~known, "ei.field.country", message, marks, VALUE)
    if one.holds in _FORMS:
        rule, message, judge = _FORMS[one.holds]
        _mark(kind, one, filled & ~judge(block), rule, message, marks, VALUE)


def _mark(
    kind: Kind, one: EiField, is_wrong: Mask, rule: str, message: str, marks: Marks,
    rank: int = FORM,
) -> None:  # fmt: skip
    if is_wrong.any():
        sound = kind.sound(one.number)
        marks.on_records(kind, one.number, is_wrong & sound, rule, message, rank)


def _is_date(block: Octets) -> Mask:
    """A day that exists, `YYYYMMDD`."""
    year, month, day = (whole_numbers(block[a:b]) for a, b in ((0, 4), (4, 6), (6, 8)))
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    days = last[np.clip(month, 0, 12)] + (leap & (month == 2))
    is_year = (year >= _YEARS[0]) & (year <= _YEARS[1])
    found: Mask = is_year & (month >= 1) & (month <= 12) & (day >= 1) & (day <= days)
    return found


def _is_bsn(block: Octets) -> Mask:
    numbers = whole_numbers(block)
    found: Mask = is_bsn(numbers) | (numbers == NO_BSN)
    return found


def _is_agb(block: Octets) -> Mask:
    """Sort of provider (two digits, 01 to 98) and number within it (six digits, from 000001)."""
    return _is_sort(block) & (whole_numbers(block[2:]) > 0)


def _is_sort(block: Octets) -> Mask:
    """Begins with a sort of provider; 98, the service bureau, is the last."""
    sort = whole_numbers(block[:2])
    found: Mask = (sort > 0) & (sort < 99)
    return found


def _is_postcode(block: Octets) -> Mask:
    letters = ((block[4:6] & ~np.uint8(32)) - np.uint8(ord("A"))) < 26
    found: Mask = is_digits(block[:4]) & (block[0] != ord("0")) & letters.all(axis=0)
    return found


def _is_vat_number(block: Octets) -> Mask:
    """NL, nine digits, B, two digits."""
    is_dutch = (block[0] == ord("N")) & (block[1] == ord("L")) & (block[11] == ord("B"))
    found: Mask = is_dutch & is_digits(block[2:11]) & is_digits(block[12:14])
    return found


_FORMS = {
    "date": ("ei.field.date", "is not an existing day", _is_date),
    "bsn": ("ei.field.bsn", "does not pass the 11-test", _is_bsn),
    "agb": (
        "ei.field.agb",
        "is not a provider code: sort (2 digits) and number (6 digits)",
        _is_agb,
    ),
    "specialism": (
        "ei.field.specialism",
        "does not begin with a sort of provider (2 digits)",
        _is_sort,
    ),
    "postcode": ("ei.field.postcode", "is not a Dutch postcode", _is_postcode),
    "vat_number": ("ei.field.vat_number", "is not a Dutch VAT number", _is_vat_number),
}
