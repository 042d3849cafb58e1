"""What is measured: whole numbers per person and year, from conf/outcomes.yml."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .characteristics import CHAIN_CARE_LIST, MEDICINE_LIST, Patient, ddd_thousandths
from .claim_lines import Claim
from .conf import Conf
from .register_lines import Practitioner
from .registers import Registers, is_on

GP_LIST, TEST_LIST = "008", "041"
ATC_SECOND_LEVEL = 3
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outcome:
    """One outcome: what it counts, and on which care."""

    name: str
    counts: str
    where: tuple[tuple[str, frozenset[str]], ...]
    own_gp_only: bool

    def takes(self, labels: Labels) -> bool:
        """Whether care counts: its "labels …, all of which must hold" (conf, outcomes.yml)."""
        found = dict(labels)
        return all(found[label] in wanted for label, wanted in self.where)


def outcomes_of(conf: Conf, registers: Registers) -> list[Outcome]:
    """Every outcome, families expanded.

    "for_each makes one outcome per value of that label; {value} is filled in" (conf, outcomes.yml):
    one per specialism of the code list, one per ATC second level in the medicines register.
    """
    second_levels = {row.atc[:ATC_SECOND_LEVEL] for row in registers.medicines.values()}
    values = {"specialism": conf.specialisms, "medicine_group": sorted(second_levels)}
    found = []
    for row in conf.outcomes:
        where = [(label, frozenset(wanted)) for label, wanted in row["where"].items()]
        own_gp_only = row.get("requested_by") == "own_gp"
        if "for_each" not in row:
            found.append(Outcome(row["name"], row["counts"], tuple(where), own_gp_only))
            continue
        for value in values[row["for_each"]]:
            name = row["name"].replace("{value}", value)
            one = (*where, (row["for_each"], frozenset([value])))
            found.append(Outcome(name, row["counts"], one, own_gp_only))
    return found


def labels_of(line: Claim, conf: Conf, registers: Registers) -> Labels:
    """The labels of a line of the year; an empty label is none.

    "Segment = care_type of the delivery" (rules, What is measured). Reading: gp_care, chain_care,
    tests and medicine_group follow from the code and its list (008, 900, 041, 001), whatever the
    care type, unless `where` names one too.
    """
    medicine = registers.medicines.get(line.code) if line.code_list == MEDICINE_LIST else None
    return (
        ("care_type", line.care_type),
        ("segment", conf.segments[line.care_type]),
        ("gp_care", gp_care(line, conf)),
        ("chain_care", line.code if line.code_list == CHAIN_CARE_LIST else ""),
        ("tests", kind_of_test(line, conf)),
        ("specialism", line.specialism),
        ("medicine_group", medicine.atc[:ATC_SECOND_LEVEL] if medicine else ""),
    )


def gp_care(line: Claim, conf: Conf) -> str:
    """The kind of GP care, or none.

    "old and new consult codes map to stable groups by date" (rules, What is measured). The date is
    that of the care; both ends of the validity count.
    """
    if line.code_list == GP_LIST:
        for row in conf.gp_care:
            valid_to = date.fromisoformat(row["valid_to"] or "9999-12-31")
            is_valid = date.fromisoformat(row["valid_from"]) <= line.care_from <= valid_to
            if row["code"] == line.code and is_valid:
                return row["group"]
    return ""


def kind_of_test(line: Claim, conf: Conf) -> str:
    """Laboratory, imaging, function tests or pathology; "order tariffs apart from tests" (rules).

    Readings: the first range of tests.csv that holds the code decides, and `counts` = no is no
    test; a code is in a range when it has the length of its ends and lies between them as text.
    """
    if line.code_list == TEST_LIST:
        for row in conf.tests:
            first, last = row["from_code"], row["to_code"]
            if len(line.code) == len(first) and first <= line.code <= last:
                return row["kind"] if row["counts"] == "yes" else ""
    return ""


def is_from_own_gp(
    line: Claim, patient: Patient, registered: dict[str, list[Practitioner]]
) -> bool:
    """Whether a GP of the person's own practice asked for it.

    "requested by a GP registered at the practice on the care date (an empty referrer does not
    count)" (rules, What is measured). Reading: of any qualification, so also a waarnemer.
    """
    return bool(line.referrer) and any(
        row.organisation == patient.practice and is_on(line.care_from, row.start, row.end)
        for row in registered.get(line.referrer, [])
    )


def amount_of(line: Claim, outcome: Outcome, registers: Registers) -> int:
    """What a line adds: "cents or a count (signed quantity, netted)" (rules, What is measured)."""
    if outcome.counts == "cents":
        return line.sign * line.granted_cents
    if outcome.counts == "quantity":
        return line.sign * line.quantity
    assert outcome.counts == "ddd_thousandths"
    return ddd_thousandths(line, registers)


def measure(
    lines: dict[str, list[Claim]],
    patients: dict[str, Patient],
    outcomes: list[Outcome],
    conf: Conf,
    registers: Registers,
) -> dict[str, dict[str, int]]:
    """Every outcome that is not zero, per counted person.

    "An outcome is a whole number per person and year: …, of everything the person had, by whomever
    declared" (rules, What is measured). Care of equal labels is asked once for its outcomes.
    """
    registered: dict[str, list[Practitioner]] = defaultdict(list)
    for row in registers.practitioners:
        registered[row.agb].append(row)
    asked: dict[Labels, list[Outcome]] = {}
    found: dict[str, dict[str, int]] = {}
    for person, patient in patients.items():
        if patient.reason != "counted":
            continue
        sums: dict[str, int] = defaultdict(int)
        for line in lines.get(person, []):
            labels = labels_of(line, conf, registers)
            if labels not in asked:
                asked[labels] = [outcome for outcome in outcomes if outcome.takes(labels)]
            for outcome in asked[labels]:
                if not outcome.own_gp_only or is_from_own_gp(line, patient, registered):
                    sums[outcome.name] += amount_of(line, outcome, registers)
        found[person] = {name: value for name, value in sums.items() if value != 0}
    return found
