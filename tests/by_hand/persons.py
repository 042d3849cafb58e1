"""Who counts at which practice, and why somebody does not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .claim_lines import Claim
from .conf import Conf
from .registers import Registers, is_on

FEE_LIST = "008"
REASONS = (
    "several_practices", "gp_at_several_practices", "not_in_register", "high_cost", "counted",
)  # fmt: skip


@dataclass(frozen=True)
class Fees:
    """Net registration fees of the quarter, in cents."""

    per_practice: dict[tuple[str, str], int]
    per_performer: dict[tuple[str, str, str], int]

    def practices_of(self) -> dict[str, set[str]]:
        """The practices with a fee, per person."""
        practices: dict[str, set[str]] = defaultdict(set)
        for person, practice in self.per_practice:
            practices[person].add(practice)
        return practices


@dataclass(frozen=True)
class Cost:
    """What a person cost in the year: the eight segments together, and GGZ."""

    total_cents: int = 0
    ggz_cents: int = 0


def net_fees(lines: list[Claim], registers: Registers, conf: Conf) -> Fees:
    """The registration fees of the third quarter.

    "persons for whom a registration fee (codes 11000, 11100–11109 of list 008) with care date in
    the third quarter of the report year was granted, after netting"; "a fee = net granted cents > 0
    per person and practice over the quarter, care_from in the quarter, cover B, declared by a
    huisartspraktijk"; "A person whose fees were all taken back has no fee" (rules, Who counts).

    Readings: any care type, since the list makes the code; a performer's fee is net above zero per
    person, practice and performer, where the person has a net fee of that practice.
    """
    per_practice: dict[tuple[str, str], int] = defaultdict(int)
    per_performer: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in lines:
        if is_fee(line, conf) and line.practice in registers.general_practices:
            cents = line.sign * line.granted_cents
            per_practice[line.person, line.practice] += cents
            if line.performer:
                per_performer[line.person, line.practice, line.performer] += cents
    return Fees(
        per_practice={key: cents for key, cents in per_practice.items() if cents > 0},
        per_performer={
            key: cents
            for key, cents in per_performer.items()
            if cents > 0 and per_practice[key[0], key[1]] > 0
        },
    )


def is_fee(line: Claim, conf: Conf) -> bool:
    """Whether a line of the year is a registration fee of the quarter."""
    return (
        line.code_list == FEE_LIST
        and line.code in conf.rules["registration_fee_codes"]
        and quarter_of(line) == conf.rules["registration_quarter"]
    )


def quarter_of(line: Claim) -> int:
    """The calendar quarter of the care, 1 to 4."""
    return (line.care_from.month - 1) // 3 + 1


def gps_at_several_practices(fees: Fees, registers: Registers, conf: Conf) -> set[str]:
    """The GPs of rule 3.

    "A GP registered at several practices at 1 July, and visible as performer on fees of at least
    two of them, is not shown, and the persons on that GP's name do not count"; "Rule 3 looks at net
    fees of the quarter; start ≤ 1 July ≤ end; waarnemers are left out of it" (rules, Who counts).
    Reading: practices are organisations of kind huisartspraktijk.
    """
    registered: dict[str, set[str]] = defaultdict(set)
    for row in registers.practitioners:
        if (
            row.qualification != conf.rules["locum_qualification"]
            and is_on(conf.reference_day, row.start, row.end)
            and row.organisation in registers.general_practices
        ):
            registered[row.agb].add(row.organisation)
    visible: dict[str, set[str]] = defaultdict(set)
    for _, practice, performer in fees.per_performer:
        if practice in registered.get(performer, ()):
            visible[performer].add(practice)
    return {gp for gp, practices in visible.items() if len(practices) >= 2}


def costs(lines: list[Claim], conf: Conf) -> dict[str, Cost]:
    """Cost per person.

    "Total = net granted, cover B, care_from in the year, the eight segments, any provider; Wlz is
    not in it" (rules, readings of Who counts).
    """
    total: dict[str, int] = defaultdict(int)
    ggz: dict[str, int] = defaultdict(int)
    for line in lines:
        segment = conf.segments[line.care_type]
        if segment:
            total[line.person] += line.sign * line.granted_cents
        if segment == "ggz":
            ggz[line.person] += line.sign * line.granted_cents
    return {person: Cost(cents, ggz[person]) for person, cents in total.items()}


def reasons(
    fees: Fees, cost: dict[str, Cost], registers: Registers, conf: Conf
) -> dict[str, tuple[frozenset[str], str]]:
    """Practices and reason per person with a fee.

    "Each dropped person has exactly one reason, the first that applies: several practices · GP at
    several practices · not in the insured register · high cost"; "a person drops when any net fee
    has that GP as performer" (rules, Who counts, 6).
    """
    gps = gps_at_several_practices(fees, registers, conf)
    on_their_name = {person for person, _, performer in fees.per_performer if performer in gps}
    found = {}
    for person, practices in fees.practices_of().items():
        if len(practices) > 1:
            reason = "several_practices"
        elif person in on_their_name:
            reason = "gp_at_several_practices"
        elif person not in registers.insured:
            reason = "not_in_register"
        elif is_high_cost(cost.get(person, Cost()), conf):
            reason = "high_cost"
        else:
            reason = "counted"
        found[person] = (frozenset(practices), reason)
    return found


def is_high_cost(cost: Cost, conf: Conf) -> bool:
    """Whether a person is left out for cost.

    "a person with more than €10,000 GGZ or more than €22,500 in total (strictly more; 2016 values)
    is left out of everything: own practice, reference, expected" (rules, Who counts, 5; 000).
    """
    most_ggz: int = conf.rules["high_cost_ggz_cents"]
    most_in_total: int = conf.rules["high_cost_total_cents"]
    return cost.ggz_cents > most_ggz or cost.total_cents > most_in_total


def population_counts(
    found: dict[str, tuple[frozenset[str], str]], cost: dict[str, Cost]
) -> dict[tuple[str, str], tuple[int, int]]:
    """Persons and their whole cost per practice ("" is the country) and reason, if any.

    "Per practice and for the country, counts by reason add up to all persons with a fee (a person
    with two practices stands in both practices' tables, once in the country's)"; "The report says
    how many and how much (their whole cost)" (rules, Who counts, 5 and 6).
    """
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for person, (practices, reason) in found.items():
        for place in ("", *practices):
            persons, cents = counts.get((place, reason), (0, 0))
            whole = cost.get(person, Cost()).total_cents
            counts[place, reason] = (persons + 1, cents + whole)
    return counts
