"""Practices of a year: who works there, which group they belong to, which mirror they get."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from spiegel_core.contracts.gold import AVAILABILITY, CARE, PATIENTS, POPULATION_COUNTS, PRACTICES
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.outcomes.care_classes import CHAIN_CARE
from spiegel_core.population.attribution import (
    GENERAL_PRACTICE,
)
from spiegel_core.population.groups import chain_care_quarters
from spiegel_core.population.practices import (
    CARE_GROUP,
    Registered,
    as_registered,
    group_of_practices,
    successors,
    unavailable,
)
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.year_work import YearWork


@dataclass(frozen=True)
class Staff:
    """GPs of a practice on the reference day: shown, not shown, locums (persons)."""

    gps: int = 0
    elsewhere: int = 0
    locums: int = 0


def build_practices(work: YearWork, several: set[str], cut_off: datetime.date, run: Run) -> None:
    """Registers, gold.patients and gold.care -> gold.practices, gold.availability."""
    with run.step(f"{work.year}: practices and availability") as step:
        rows = work.organisations
        day = work.rules.reference_date
        practices = as_registered(rows, GENERAL_PRACTICE, day)
        groups = {g.agb: g for g in as_registered(rows, CARE_GROUP, day)}
        linked = _linked(work, groups, cut_off)
        persons = _persons(work)
        staff = _staff(work, several)
        work.tables.replace(
            PRACTICES, _practice_rows(work, practices, groups, linked, persons, staff),
            report_year=work.year,
        )  # fmt: skip
        reasons = _availability(work, practices, groups, linked, persons, cut_off)
        work.tables.replace(AVAILABILITY, reasons, report_year=work.year)
        step.counts["practices"] = len(practices)


def _linked(
    work: YearWork, groups: Mapping[str, Registered], cut_off: datetime.date
) -> dict[str, str | None]:
    pairs = sorted(successors(groups, cut_off).items())
    mapping = work.store.spark.createDataFrame(pairs, "declarer string, care_group string")
    quarters = chain_care_quarters(
        work.store.read_year(CARE, work.year),
        work.classes_of(CHAIN_CARE, work.rules.numbers.group_programme),
        work.store.read_year(PATIENTS, work.year),
        mapping,
    )
    return group_of_practices(
        (row["practice"], row["care_group"], row["quarters"]) for row in quarters.collect()
    )


def _persons(work: YearWork) -> dict[str, Counter[str]]:
    persons: dict[str, Counter[str]] = defaultdict(Counter)
    for row in work.tables.read(POPULATION_COUNTS, report_year=work.year).to_pylist():
        persons[row["practice"]][row["reason"]] = row["persons"]
    return persons


def _before_exclusion(persons: Mapping[str, Counter[str]], practice: str) -> int:
    counts = persons.get(practice, Counter())
    return counts["counted"] + counts["high_cost"]


def _staff(work: YearWork, several: set[str]) -> dict[str, Staff]:
    """How many GPs each practice shows, and how many it does not and why."""
    shown = Counter(practice for gp, practice in work.gps if gp not in several)
    elsewhere = Counter(practice for gp, practice in work.gps if gp in several)
    locum = work.rules.numbers.locum_qualification
    pairs = {
        (row.practitioner, row.organisation)
        for row in work.employments
        if row.qualification == locum and row.holds_on(work.rules.reference_date)
    }
    # Who also works there as a GP of their own is shown as that.
    locums = Counter(practice for _, practice in pairs - work.gps)
    return {
        practice: Staff(shown[practice], elsewhere[practice], locums[practice])
        for practice in {*shown, *elsewhere, *locums}
    }


def _practice_rows(
    work: YearWork,
    practices: list[Registered],
    groups: Mapping[str, Registered],
    linked: Mapping[str, str | None],
    persons: Mapping[str, Counter[str]],
    staff: Mapping[str, Staff],
) -> pa.Table:
    rows = []
    for practice in practices:
        group = linked.get(practice.agb)
        team = staff.get(practice.agb, Staff())
        rows.append(
            {
                "report_year": work.year, "practice": practice.agb, "name": practice.name,
                "start": practice.start, "end": practice.end,
                "is_in_register": practice.is_in_register, "gps": team.gps,
                "gps_elsewhere": team.elsewhere, "locums": team.locums, "care_group": group,
                "care_group_name": (
                    groups[group].name if group is not None and group in groups else None
                ),
                "persons": _before_exclusion(persons, practice.agb),
                "counted": persons.get(practice.agb, Counter())["counted"],
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=arrow_schema(PRACTICES))


def _availability(
    work: YearWork,
    practices: list[Registered],
    groups: Mapping[str, Registered],
    linked: Mapping[str, str | None],
    persons: Mapping[str, Counter[str]],
    cut_off: datetime.date,
) -> pa.Table:
    members = Counter(
        group
        for practice, group in linked.items()
        if group is not None and persons.get(practice, Counter())["counted"] > 0
    )
    rows = [
        {"report_year": work.year, "practice": practice.agb, "edition": edition, "reason": reason}
        for practice in practices
        for edition, reasons in unavailable(
            practice, _before_exclusion(persons, practice.agb), linked, groups, members,
            work.rules, cut_off,
        ).items()
        for reason in sorted(reasons)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=arrow_schema(AVAILABILITY))
