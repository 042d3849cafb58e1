"""Persons and cents in = persons and cents out + left out, by reason.

"Conservation is asserted at each step" (the system, The way of the data, 4).
"""

from __future__ import annotations

from collections import Counter, defaultdict

from .characteristics import Patient
from .claims import Netted, signed_cents
from .conf import Conf
from .deliveries import Arrival

Facts = dict[tuple[str, str, str], int]
"""Value per step, quantity and part: "in", "out", or the reason something was left out."""


def conservation(
    in_force: list[Arrival], netted: Netted, patients: dict[str, Patient], conf: Conf
) -> Facts:
    """The facts of the steps deliveries, corrections, year and population."""
    return {
        **of_deliveries(in_force),
        **of_corrections(netted),
        **of_the_cents(netted, patients, conf),
        **of_population(patients),
    }


def of_deliveries(in_force: list[Arrival]) -> Facts:
    """Lines of claims in force: as sent, set aside, and those that go on."""
    files = [a for a in in_force if a.manifest is not None and a.manifest.kind == "claims"]
    return {
        ("deliveries", "lines", "in"): sum(file.lines for file in files),
        ("deliveries", "lines", "set_aside"): sum(len(file.set_aside) for file in files),
        ("deliveries", "lines", "out"): sum(len(file.records) for file in files),
    }


def of_corrections(netted: Netted) -> Facts:
    """Lines and signed cents before netting, waiting, and after it."""
    both = netted.lines + netted.waiting
    return {
        ("corrections", "lines", "in"): len(both),
        ("corrections", "lines", "waiting"): len(netted.waiting),
        ("corrections", "lines", "out"): len(netted.lines),
        ("corrections", "cents", "in"): signed_cents(both),
        ("corrections", "cents", "waiting"): signed_cents(netted.waiting),
        ("corrections", "cents", "out"): signed_cents(netted.lines),
    }


def of_the_cents(netted: Netted, patients: dict[str, Patient], conf: Conf) -> Facts:
    """Net cents: those of the counted persons, and all others by the first reason that applies."""
    found: Facts = defaultdict(int)
    for line in netted.lines:
        cents = line.sign * line.granted_cents
        if line.care_from.year != conf.report_year:
            part = "other_year"
        elif line.cover != "B":
            part = "supplementary_insurance"
        elif not conf.segments[line.care_type]:
            part = "no_segment"
        elif line.person not in patients:
            part = "no_fee"
        else:
            reason = patients[line.person].reason
            part = "out" if reason == "counted" else reason
        found["year", "cents", "in"] += cents
        found["year", "cents", part] += cents
    return dict(found)


def of_population(patients: dict[str, Patient]) -> Facts:
    """Persons with a fee: those that count, and all others by reason."""
    parts = Counter(patient.reason for patient in patients.values())
    found = {("population", "persons", "in"): len(patients)}
    for reason, count in parts.items():
        found["population", "persons", "out" if reason == "counted" else reason] = count
    return found
