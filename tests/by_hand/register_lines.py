"""One line of a register: its form, its relations, and what is kept of it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from .forms import Form, day_of, is_bsn, may, must, person_of, real_day_of, wrong_forms
from .manifest import Manifest

PERSON = (
    must("bsn", r"[0-9]{9}"),
    must("insurer", r"[0-9]{4}"),
    must("insured_number", r".{1,15}"),
)
AGB, DAY, TEXT = r"[0-9]{8}", r"[0-9]{8}", r".{1,200}"
FEWEST_USERS = 10

FORMS: dict[str, tuple[Form, ...]] = {
    "insured": (
        must("year", r"[0-9]{4}"), *PERSON, must("birth_date", DAY), must("sex", r"[MV]"),
        may("postcode4", r"[0-9]{4}"), may("municipality", r"GM[0-9]{4}"),
        may("neighbourhood", r"WK[0-9]{6}"), must("insured_days", r"[0-9]{1,3}"),
    ),
    "organisations": (
        must("agb", AGB),
        must("kind", r"huisartspraktijk|onderneming|vestiging|zorggroep|instelling"),
        must("name", TEXT), may("parent_agb", AGB), must("start", DAY), may("end", DAY),
        may("end_reason", TEXT), may("successor_agb", AGB),
        may("work_email", r"[^@ ]{1,100}@[^@ ]{1,100}"),
    ),
    "practitioners": (
        must("practitioner_agb", AGB), must("organisation_agb", AGB),
        must("qualification", r"[0-9]{4}"), must("start", DAY), may("end", DAY),
    ),
    "medicines": (
        must("zi", r"[0-9]{8}"), must("atc", r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}"),
        must("ddd_per_1000_units", r"[0-9]{1,9}"),
    ),
    "postcode_income": (
        must("postcode4", r"[0-9]{4}"), must("average_income_euro", r"[0-9]{1,7}"),
        must("inhabitants", r"[0-9]{1,7}"), must("vintage", r"[0-9]{4}(-[0-9]{4})?"),
    ),
    "municipal_care": (
        must("year", r"[0-9]{4}"), must("law", r"Wmo|Jeugdwet"),
        must("municipality", r"GM[0-9]{4}"), may("neighbourhood", r"WK[0-9]{6}"),
        must("age_class", r".{1,20}"), must("users", r"[0-9]{1,9}"),
        must("cost_cents", r"[0-9]{1,15}"),
    ),
    "practice_operations": (
        must("year", r"[0-9]{4}"), must("practice", AGB), must("indicator", r"[a-z0-9_]{1,60}"),
        must("value", r".{1,60}"),
    ),
}  # fmt: skip
"""The columns of each kind in their order (delivery format, section 3).

Reading: where the format gives a column no form, the form of the interface (contracts) is taken.
"""

DAYS_IN = {"insured": ("birth_date",), "organisations": ("start", "end"),
           "practitioners": ("start", "end")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Insured:
    """A person's year at one insurer."""

    year: int
    person: str
    insurer: str
    insured_number: str
    birth_date: date
    sex: str
    postcode4: str
    municipality: str
    neighbourhood: str
    insured_days: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """A practice, group or other organisation in the AGB register."""

    agb: str
    kind: str
    name: str
    start: date
    end: date | None
    successor_agb: str


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A practitioner at an organisation, from a day to a day."""

    agb: str
    organisation: str
    qualification: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine: its Zi-number, ATC code and daily doses in 1,000 units."""

    zi: str
    atc: str
    ddd_per_1000_units: int


@dataclass(frozen=True, slots=True)
class PostcodeIncome:
    """Average income and inhabitants of a postcode."""

    postcode4: str
    average_income_euro: int
    inhabitants: int
    vintage: str


def wrong_in_register(kind: str, row: dict[str, str], manifest: Manifest) -> list[str]:
    """Everything for which this line is set aside, apart from a person's days over several lines.

    "Dates `YYYYMMDD`. Municipality and neighbourhood may be empty when postcode4 is"; "days 1–366";
    "users ≥ 10 or the row is refused" (delivery format, section 3). Readings: the area codes must
    be there when the postcode is; `year` is the year of the period.
    """
    wrong = wrong_forms(row, FORMS[kind])
    for name in DAYS_IN.get(kind, ()):
        if row[name] and day_of(row[name]) is None:
            wrong.append(f"{name}: not a real date")
    if "year" in row and row["year"] != f"{manifest.period_from.year:04d}":
        wrong.append("year is not that of the period")
    if kind == "insured":
        if not is_bsn(row["bsn"]):
            wrong.append("bsn: 11-test")
        if row["postcode4"] and not (row["municipality"] and row["neighbourhood"]):
            wrong.append("postcode without municipality or neighbourhood")
        if "insured_days" not in wrong and not 1 <= int(row["insured_days"]) <= 366:
            wrong.append("insured_days from 1 to 366")
    if kind == "municipal_care" and "users" not in wrong and int(row["users"]) < FEWEST_USERS:
        wrong.append("users under 10")
    return wrong


def lines_with_too_many_days(rows: list[dict[str, str]], manifest: Manifest) -> set[int]:
    """Numbers of the lines of persons with more days than the year has.

    "days 1–366, summed over a person's rows ≤ days of the year" (delivery format, section 3).
    Readings: else all rows of that person in the file are set aside; a row counts in the sum when
    its person and its days can be read, whatever else is wrong in it.
    """
    year = manifest.period_from.year
    days_of_the_year = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    numbers: dict[str, list[int]] = defaultdict(list)
    days: dict[str, int] = defaultdict(int)
    for number, row in enumerate(rows, start=1):
        if wrong_forms(row, PERSON) or not is_bsn(row["bsn"]):
            continue
        if not re.fullmatch(r"[0-9]{1,3}", row["insured_days"]):
            continue
        person = person_of(row["bsn"], row["insurer"], row["insured_number"])
        numbers[person].append(number)
        days[person] += int(row["insured_days"])
    return {n for person in numbers if days[person] > days_of_the_year for n in numbers[person]}


def record_of(kind: str, row: dict[str, str]) -> Any:
    """The typed line, or None for the kinds the Praktijkspiegel does not use."""
    if kind == "insured":
        person = person_of(row["bsn"], row["insurer"], row["insured_number"])
        return Insured(
            int(row["year"]), person, row["insurer"], row["insured_number"],
            real_day_of(row["birth_date"]), row["sex"], row["postcode4"], row["municipality"],
            row["neighbourhood"], int(row["insured_days"]),
        )  # fmt: skip
    if kind == "organisations":
        return Organisation(
            row["agb"], row["kind"], row["name"], real_day_of(row["start"]), day_of(row["end"]),
            row["successor_agb"],
        )  # fmt: skip
    if kind == "practitioners":
        return Practitioner(
            row["practitioner_agb"], row["organisation_agb"], row["qualification"],
            real_day_of(row["start"]), day_of(row["end"]),
        )  # fmt: skip
    if kind == "medicines":
        return Medicine(row["zi"], row["atc"], int(row["ddd_per_1000_units"]))
    if kind == "postcode_income":
        income, inhabitants = int(row["average_income_euro"]), int(row["inhabitants"])
        return PostcodeIncome(row["postcode4"], income, inhabitants, row["vintage"])
    return None
