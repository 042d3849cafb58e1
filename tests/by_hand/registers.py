"""The registers in force, made ready for looking up.

"One file is a whole state for its sender; only a higher revision of the same id replaces it,
several ids of a kind add up" (delivery format, section 3). Reading: so all files in force of a
kind count, whatever their calendar year, and where one key stands in several rows a stated order
decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from .conf import Conf
from .deliveries import Arrival
from .register_lines import Insured, Medicine, Organisation, PostcodeIncome, Practitioner


@dataclass(frozen=True)
class Registers:
    """What the registers say about one report year."""

    insured: dict[str, Insured]
    general_practices: dict[str, Organisation]
    care_groups: dict[str, Organisation]
    practitioners: list[Practitioner]
    medicines: dict[str, Medicine]
    incomes: dict[str, int]
    inhabitants: dict[str, int]


def read_registers(in_force: list[Arrival], conf: Conf) -> Registers:
    """Sort the rows of the registers out by kind."""
    rows: dict[type, list[Any]] = defaultdict(list)
    for arrival in in_force:
        for record in arrival.records:
            rows[type(record)].append(record)
    postcodes = one_per_postcode(rows[PostcodeIncome])
    organisations = rows[Organisation]
    return Registers(
        insured=one_per_person(rows[Insured], conf.report_year),
        general_practices=one_per_agb(organisations, "huisartspraktijk", conf.reference_day),
        care_groups=one_per_agb(organisations, "zorggroep", conf.reference_day),
        practitioners=rows[Practitioner],
        medicines=one_per_zi(rows[Medicine]),
        incomes={code: row.average_income_euro for code, row in postcodes.items()},
        inhabitants={code: row.inhabitants for code, row in postcodes.items()},
    )


def one_per_person(rows: Iterable[Insured], report_year: int) -> dict[str, Insured]:
    """The row of a person in the insured register of the report year.

    "Several register rows of one person: the one with most days, then the smaller insurer" (rules,
    readings of Who counts). Reading: then the smallest of the other columns, in their order.
    """

    def order(row: Insured) -> tuple[Any, ...]:
        rest = (row.birth_date, row.sex, row.postcode4, row.municipality, row.neighbourhood)
        return (-row.insured_days, row.insurer, row.insured_number, *rest)

    chosen: dict[str, Insured] = {}
    for row in rows:
        if row.year == report_year:
            best = chosen.get(row.person)
            if best is None or order(row) < order(best):
                chosen[row.person] = row
    return chosen


def one_per_agb(
    rows: Iterable[Organisation], kind: str, reference_day: date
) -> dict[str, Organisation]:
    """The organisations of a kind, one row per AGB code.

    "Practice data: the AGB register as on 1 July of the report year" (rules, Who counts, 4).
    Reading: of several rows of one code, the one in force on 1 July; then the latest start, the
    latest end (open is last), the smallest successor and name. Organisations that are not in force
    on 1 July are in the register all the same: what they lack is an availability reason.
    """

    def order(row: Organisation) -> tuple[Any, ...]:
        end = row.end or date.max
        is_out = not row.start <= reference_day <= end
        return (is_out, -row.start.toordinal(), -end.toordinal(), row.successor_agb, row.name)

    chosen: dict[str, Organisation] = {}
    for row in sorted((row for row in rows if row.kind == kind), key=order):
        chosen.setdefault(row.agb, row)
    return chosen


def one_per_zi(rows: Iterable[Medicine]) -> dict[str, Medicine]:
    """The medicines by Zi-number. Reading: of several rows the smallest ATC, then fewest DDD."""
    chosen: dict[str, Medicine] = {}
    for row in sorted(rows, key=lambda row: (row.atc, row.ddd_per_1000_units)):
        chosen.setdefault(row.zi, row)
    return chosen


def one_per_postcode(rows: Iterable[PostcodeIncome]) -> dict[str, PostcodeIncome]:
    """The postcodes. Reading: of several rows the latest vintage, then the smallest numbers."""
    chosen: dict[str, PostcodeIncome] = {}
    smallest_first = sorted(rows, key=lambda row: (row.average_income_euro, row.inhabitants))
    for row in sorted(smallest_first, key=lambda row: row.vintage, reverse=True):
        chosen.setdefault(row.postcode4, row)
    return chosen


def is_on(day: date, start: date, end: date | None) -> bool:
    """Whether a day lies in a relation.

    "start ≤ 1 July ≤ end" (rules, readings of Who counts); an empty end is still open.
    """
    return start <= day and (end is None or day <= end)
