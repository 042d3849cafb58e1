"""The form of single fields: text, dates, citizen service numbers, persons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

NO_BSN = "999999999"
DAY = re.compile(r"[0-9]{8}")


@dataclass(frozen=True)
class Form:
    """What a field must look like, and whether it must be there."""

    name: str
    pattern: re.Pattern[str]
    required: bool


def must(name: str, pattern: str) -> Form:
    """A field that must be there."""
    return Form(name, re.compile(pattern), True)


def may(name: str, pattern: str) -> Form:
    """A field that may be empty."""
    return Form(name, re.compile(pattern), False)


def wrong_forms(row: dict[str, str], forms: tuple[Form, ...]) -> list[str]:
    """Names of the fields that do not have their form.

    "Anything else inside one line: a field's form, a `"` …: that line is set aside"; "no quoting (a
    `"` in a field is an error)" (delivery format, sections 1 and 2).
    """
    wrong = []
    for form in forms:
        value = row[form.name]
        if value == "":
            if form.required:
                wrong.append(form.name)
        elif '"' in value or not form.pattern.fullmatch(value):
            wrong.append(form.name)
    return wrong


@lru_cache(maxsize=100_000)
def day_of(text: str) -> date | None:
    """A date `YYYYMMDD`, or None when there is no such day.

    Example:
        >>> day_of("20200229"), day_of("20210229"), day_of("2021-2-1")
        (datetime.date(2020, 2, 29), None, None)
    """
    if not DAY.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def real_day_of(text: str) -> date:
    """The date of a field that was found to be one."""
    day = day_of(text)
    assert day is not None
    return day


@lru_cache(maxsize=1_000_000)
def is_bsn(text: str) -> bool:
    """Whether a citizen service number can be.

    "9 digits passing the 11-test, or `999999999` = none" (delivery format, section 2). The test:
    9a + 8b + 7c + 6d + 5e + 4f + 3g + 2h - i is a multiple of 11. Reading: 000000000 passes the
    sum, and is nobody's number, so it is not taken.

    Example:
        >>> [is_bsn(text) for text in ("123456782", "123456789", "999999999", "000000000")]
        [True, False, True, False]
    """
    if text == NO_BSN:
        return True
    if not re.fullmatch(r"[0-9]{9}", text) or text == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(digit) for w, digit in zip(weights, text, strict=True)) % 11 == 0


def person_of(bsn: str, insurer: str, insured_number: str) -> str:
    """The key of a person: the bsn, or insurer and number with a colon between them.

    "With bsn 999999999 this pair is the person" (delivery format, section 2); "999999999-persons
    are never linked to others" (rules, readings of Who counts).

    Example:
        >>> person_of("123456782", "3311", "A1"), person_of("999999999", "3311", "A1")
        ('123456782', '3311:A1')
    """
    return f"{insurer}:{insured_number}" if bsn == NO_BSN else bsn
