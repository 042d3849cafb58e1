"""Which mirror is available, and why not; and which practices make a region."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .characteristics import CHAIN_CARE_LIST, Patient
from .claim_lines import Claim
from .conf import Conf
from .persons import quarter_of
from .registers import Registers


@dataclass(frozen=True)
class Reasons:
    """Why there is no document: two sets; empty is none.

    "Reasons are two **sets** per practice …; a document needs its set empty, the regional one both"
    (rules, Which mirror is available).
    """

    national: frozenset[str]
    regional: frozenset[str]


@dataclass(frozen=True)
class Links:
    """Practices and their chain-care groups."""

    groups_of: dict[str, frozenset[str]]
    members: dict[str, frozenset[str]]

    def group_of(self, practice: str) -> str | None:
        """The one group of a practice; None when there is none, or a tie."""
        groups = self.groups_of.get(practice, frozenset())
        return next(iter(groups)) if len(groups) == 1 else None


def link(
    lines: dict[str, list[Claim]],
    patients: dict[str, Patient],
    registers: Registers,
    conf: Conf,
    cut_off: date,
) -> Links:
    """Link practices to chain-care groups.

    "Practice → group: the zorggroep (declarer of the DM2 lines) with most distinct (person,
    calendar quarter) among the practice's own persons, high-cost ones included. The practices of a
    group are all that were linked and have a counted person, with or without a mirror of their own"
    (rules, Which mirror is available). Equally many: more than one group stays, which is a tie.
    """
    quarters: dict[tuple[str, str], int] = defaultdict(int)
    counted = set()
    for person, patient in patients.items():
        if patient.practice is None or patient.reason not in ("counted", "high_cost"):
            continue
        if patient.reason == "counted":
            counted.add(patient.practice)
        for group, _ in group_quarters(lines.get(person, []), registers, conf, cut_off):
            quarters[patient.practice, group] += 1
    groups_of = {}
    for practice in {practice for practice, _ in quarters}:
        of_practice = {group: n for (of, group), n in quarters.items() if of == practice}
        most = max(of_practice.values())
        groups_of[practice] = frozenset(g for g, n in of_practice.items() if n == most)
    members = defaultdict(set)
    for practice, groups in groups_of.items():
        if len(groups) == 1 and practice in counted:
            members[next(iter(groups))].add(practice)
    return Links(groups_of, {group: frozenset(own) for group, own in members.items()})


def group_quarters(
    lines: list[Claim], registers: Registers, conf: Conf, cut_off: date
) -> set[tuple[str, int]]:
    """The (group, quarter) in which a person has DM2 chain care: net lines above zero.

    Reading: only lines that a registered zorggroep declared link a practice to a group.
    """
    programme = conf.rules["group_programme"]
    net_lines: dict[tuple[str, int], int] = defaultdict(int)
    for line in lines:
        is_programme = line.code_list == CHAIN_CARE_LIST and line.code == programme
        if is_programme and line.practice in registers.care_groups:
            group = present_group(line.practice, registers, cut_off)
            net_lines[group, quarter_of(line)] += line.sign
    return {key for key, count in net_lines.items() if count > 0}


def present_group(agb: str, registers: Registers, cut_off: date) -> str:
    """The group that goes on with an ended one.

    "the group's AGB ended by the cut-off date without successor_agb (with one, claims of both count
    for the successor)" (rules, Which mirror is available). Readings: ended is an end on or before
    the cut-off; a successor's successor counts too; a successor that is not a registered zorggroep
    is none.
    """
    seen = {agb}
    while has_ended(agb, registers, cut_off):
        successor = registers.care_groups[agb].successor_agb
        if successor not in registers.care_groups or successor in seen:
            break
        seen.add(successor)
        agb = successor
    return agb


def has_ended(agb: str, registers: Registers, cut_off: date) -> bool:
    """Whether a group's end is on or before the cut-off date."""
    end = registers.care_groups[agb].end
    return end is not None and end <= cut_off


def availability(
    patients: dict[str, Patient], links: Links, registers: Registers, conf: Conf, cut_off: date
) -> dict[str, Reasons]:
    """The reasons of every general practice in the register, also of those without persons."""
    persons: dict[str, int] = defaultdict(int)
    for patient in patients.values():
        if patient.practice is not None and patient.reason in ("counted", "high_cost"):
            persons[patient.practice] += 1
    return {
        practice: Reasons(
            national_reasons(practice, persons[practice], registers, conf, cut_off),
            regional_reasons(practice, links, registers, conf, cut_off),
        )
        for practice in registers.general_practices
    }


def national_reasons(
    practice: str, persons: int, registers: Registers, conf: Conf, cut_off: date
) -> frozenset[str]:
    """Why a practice has no national mirror.

    "BEGIN_NA_1JAN: start in the register after 1 January of the report year";
    "TE_WEINIG_PATIENTEN: none or fewer than 100 persons, before the high-cost exclusion";
    "EINDDATUM_VERLEDEN: end on or before the cut-off date of the release" (rules, availability).
    """
    row = registers.general_practices[practice]
    reasons = set()
    if row.start > date(conf.report_year, 1, 1):
        reasons.add("BEGIN_NA_1JAN")
    if persons < conf.rules["smallest_practice"]:
        reasons.add("TE_WEINIG_PATIENTEN")
    if row.end is not None and row.end <= cut_off:
        reasons.add("EINDDATUM_VERLEDEN")
    return frozenset(reasons)


def regional_reasons(
    practice: str, links: Links, registers: Registers, conf: Conf, cut_off: date
) -> frozenset[str]:
    """Why a practice has no regional mirror, apart from the national reasons.

    "GEEN_DM_KETENZORG: no DM2 chain care in the year for the practice's own persons";
    "ZORGGROEP_ONBESLIST: two groups with equally many quarters"; "ZORGGROEP_AGB_GEWIJZIGD: the
    group's AGB ended by the cut-off date without successor_agb"; "MINDER_DAN_4_PRAKTIJKEN: fewer
    than 4 practices in the group" (rules, availability).

    Reading: DM2 chain care that no registered zorggroep declared is none.
    """
    groups = links.groups_of.get(practice, frozenset())
    if not groups:
        return frozenset(["GEEN_DM_KETENZORG"])
    group = links.group_of(practice)
    if group is None:
        return frozenset(["ZORGGROEP_ONBESLIST"])
    reasons = set()
    if has_ended(group, registers, cut_off):
        reasons.add("ZORGGROEP_AGB_GEWIJZIGD")
    if len(links.members.get(group, ())) < conf.rules["smallest_group"]:
        reasons.add("MINDER_DAN_4_PRAKTIJKEN")
    return frozenset(reasons)
