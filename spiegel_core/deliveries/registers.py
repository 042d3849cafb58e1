"""Register lines: what must hold between the fields of a line, and over a person's lines.

Source: the delivery format, section 3 (README, "What comes in").
"""

from __future__ import annotations

import calendar
import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.files import FILE_KINDS, NO_BSN
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
from spiegel_core.deliveries.findings import REFUSE_FILE, Finding
from spiegel_core.deliveries.manifest import Manifest

SMALLEST_MUNICIPAL_CELL = 10


def judge_register(fields: Fields, manifest: Manifest) -> dict[str, npt.NDArray[np.int64]]:
    """Judge all lines of a register file.

    Returns:
        The numbers and days read on the way, per column.
    """
    readable = judge_forms(fields, {})
    numbers: dict[str, npt.NDArray[np.int64]] = {}
    for field in FILE_KINDS[fields.kind]:
        if field.becomes in ("int", "bigint"):
            numbers[field.name] = whole_numbers(fields.text[field.name], readable[field.name])
        elif field.becomes == "date":
            as_days, is_day = days(fields.text[field.name], readable[field.name])
            fields.set_aside(
                "field.date", field.name, readable[field.name] & ~is_day, "is no real date"
            )
            numbers[field.name], readable[field.name] = as_days.astype(np.int64), is_day
    _judge_rows(fields, manifest)
    if "year" in readable:
        wrong = readable["year"] & (numbers["year"] != manifest.period_from.year)
        fields.set_aside("register.year", "year", wrong, "is not the year of the period")
    if "end" in readable:
        _judge_end(fields, readable, numbers)
    if fields.kind == "insured":
        _judge_insured(fields, readable, numbers, manifest.period_from.year)
    if fields.kind == "municipal_care":
        wrong = readable["users"] & (numbers["users"] < SMALLEST_MUNICIPAL_CELL)
        fields.set_aside("municipal_care.users", "users", wrong, "is below 10 users")
    return numbers


def _judge_rows(fields: Fields, manifest: Manifest) -> None:
    if fields.lines.total != manifest.rows:
        message = f"the manifest says rows {manifest.rows:,}, the file has {fields.lines.total:,}"
        fields.findings.add(
            Finding("register.rows", REFUSE_FILE, message, "manifest", None, "rows")
        )


def _judge_end(
    fields: Fields, readable: dict[str, Mask], numbers: dict[str, npt.NDArray[np.int64]]
) -> None:
    both = readable["start"] & readable["end"]
    wrong = both & (numbers["end"] < numbers["start"])
    fields.set_aside("register.end_before_start", "end", wrong, "lies before start")


def _judge_insured(
    fields: Fields,
    readable: dict[str, Mask],
    numbers: dict[str, npt.NDArray[np.int64]],
    year: int,
) -> None:
    judge_bsn(fields, readable)
    days_of_year = 366 if calendar.isleap(year) else 365
    insured_days = numbers["insured_days"]
    wrong_days = readable["insured_days"] & ((insured_days < 1) | (insured_days > days_of_year))
    fields.set_aside("insured.days", "insured_days", wrong_days, f"is not 1 to {days_of_year} days")
    last = day_number(datetime.date(year, 12, 31))
    born_later = readable["birth_date"] & (numbers["birth_date"] > last)
    fields.set_aside("insured.birth_date", "birth_date", born_later, "lies after the year")
    has_postcode = per_value(
        fields.text["postcode4"], lambda values: pc.greater(pc.binary_length(values), 0)
    )
    for area in ("municipality", "neighbourhood"):
        is_empty = per_value(
            fields.text[area], lambda values: pc.equal(pc.binary_length(values), 0)
        )
        message = "may be empty only where the postcode is"
        fields.set_aside("insured.area", area, has_postcode & is_empty, message)
    _judge_days_per_person(fields, insured_days, days_of_year)


def _judge_days_per_person(
    fields: Fields, insured_days: npt.NDArray[np.int64], days_of_year: int
) -> None:
    """The days of a person's lines in one file add up to at most the days of the year."""
    persons = pc.dictionary_encode(person_texts(fields.text)).indices.to_numpy()
    if not len(persons):
        return
    counted = np.where(fields.aside, 0, insured_days)
    total = np.bincount(persons, weights=counted.astype(np.float64))
    too_many = ~fields.aside & (total[persons] > days_of_year)
    message = f"add up to more than {days_of_year} days over the person's lines"
    fields.set_aside("insured.days_per_person", "insured_days", too_many, message)


def person_texts(text: pa.Table) -> pa.Array:
    """Per line the text that names its person (`pseudonym.person_text`, for a whole column)."""
    bsn = text["bsn"].combine_chunks()
    insurer = text["insurer"].combine_chunks().cast(pa.string())
    number = text["insured_number"].combine_chunks()
    by_number = pc.binary_join_element_wise("u:", insurer, ":", number, "")
    by_bsn = pc.binary_join_element_wise("b:", bsn, "")
    return pc.if_else(pc.equal(bsn, NO_BSN), by_number, by_bsn)
