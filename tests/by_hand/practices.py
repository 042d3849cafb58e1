"""What a mirror says of the practice itself: its name, its days, its GPs, its group."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .availability import Links
from .characteristics import Patient
from .conf import Conf
from .persons import Fees, gps_at_several_practices
from .registers import Registers, is_on


@dataclass(frozen=True)
class PracticeFacts:
    """One general practice in the register."""

    name: str
    start: date
    end: date | None
    is_in_register: bool
    gps: int
    gps_elsewhere: int
    locums: int
    care_group: str | None
    persons: int
    counted: int


def practice_facts(
    patients: dict[str, Patient], fees: Fees, links: Links, registers: Registers, conf: Conf
) -> dict[str, PracticeFacts]:
    """The facts of every general practice in the register.

    "Practice data: the AGB register as on **1 July** of the report year. Waarnemers (qualification
    0103) are not shown as working GPs"; "a GP registered at several practices …, and visible … is
    not shown" (rules, Who counts, 3 and 4). Reading: who is registered at the practice both as
    waarnemer and otherwise is no waarnemer there.
    """
    locums: dict[str, set[str]] = defaultdict(set)
    others: dict[str, set[str]] = defaultdict(set)
    for row in registers.practitioners:
        if is_on(conf.reference_day, row.start, row.end):
            is_locum = row.qualification == conf.rules["locum_qualification"]
            (locums if is_locum else others)[row.organisation].add(row.agb)
    elsewhere = gps_at_several_practices(fees, registers, conf)
    reasons: dict[str, list[str]] = defaultdict(list)
    for patient in patients.values():
        reasons[patient.practice or ""].append(patient.reason)
    return {
        agb: PracticeFacts(
            name=row.name,
            start=row.start,
            end=row.end,
            is_in_register=is_on(conf.reference_day, row.start, row.end),
            gps=len(others[agb] - elsewhere),
            gps_elsewhere=len(others[agb] & elsewhere),
            locums=len(locums[agb] - others[agb]),
            care_group=links.group_of(agb),
            persons=sum(reason in ("counted", "high_cost") for reason in reasons[agb]),
            counted=reasons[agb].count("counted"),
        )
        for agb, row in registers.general_practices.items()
    }
