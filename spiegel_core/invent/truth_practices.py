"""The truth about practices and groups: who counts there, and which document there can be."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from spiegel_core.invent import roles
from spiegel_core.invent.agb import Organisation
from spiegel_core.invent.country import Country
from spiegel_core.invent.truth_files import csv_text

_COUNTS = ("counted", "high_cost")
_REASONS = ("counted", "several_practices", "gp_at_several_practices", "not_in_register",
            "high_cost")  # fmt: skip
_ABOUT = {
    roles.SMALL: ("a practice planned under 100 persons", "TE_WEINIG_PATIENTEN"),
    roles.STARTED: ("starts on 1 March of the last year", "BEGIN_NA_1JAN"),
    roles.STARTED_FROM: ("has the persons of another practice before that one starts", ""),
    roles.ENDED: ("ends on 31 December of the last year", "EINDDATUM_VERLEDEN"),
    roles.ENDED_EARLIER: ("ended in the year before the last, taken over by a successor",
                          "EINDDATUM_VERLEDEN, TE_WEINIG_PATIENTEN"),
    roles.TAKES_OVER: ("has the persons of an ended practice from then on", ""),
    roles.LENDS_GP: ("one of its GPs works at another practice too, and is seen there",
                     "persons on that GP's name do not count"),
    roles.SHARES_GP: ("a GP of another practice works here too, and is seen here",
                      "persons on that GP's name do not count"),
    roles.GP_ELSEWHERE: ("one of its GPs is registered at another practice, not seen there",
                         "persons on that GP's name count"),
    roles.ALSO_REGISTERED: ("has a GP in the register who is on none of its fees", ""),
}  # fmt: skip
_GROUPS = {
    roles.ORDINARY: ("an ordinary group", ""),
    roles.ENDED_WITH_SUCCESSOR: ("ended on 30 June of the last year, with successor_agb",
                                 "claims of both count for the successor"),
    roles.ENDED_WITHOUT: ("ended on 30 September of the last year, without successor",
                          "ZORGGROEP_AGB_GEWIJZIGD"),
    roles.TOO_SMALL: ("fewer than 4 practices", "MINDER_DAN_4_PRAKTIJKEN"),
}  # fmt: skip


def practices_file(
    country: Country,
    counts: Mapping[tuple[str, str], int],
    quarters: Mapping[tuple[int, int], int],
    fewest: tuple[int, int],
) -> bytes:
    """practices.csv: persons by reason, and the reasons why there is no document.

    Args:
        country: the country.
        counts: `truth_files.reason_counts`, cases included.
        quarters: person-quarters of diabetes chain care per practice and declarer.
        fewest: persons of a practice, practices of a group.
    """
    organisations = {row.agb: row for row in country.register.organisations}
    linked = linked_groups(country, quarters)
    codes = [country.register.codes[int(n)] for n in country.practices.number]
    members: dict[str, int] = {}
    for practice, group in linked.items():
        if group and counts.get((codes[practice], "counted"), 0):
            members[group] = members.get(group, 0) + 1
    rows = []
    for place, code in enumerate(codes):
        per_reason = [counts.get((code, reason), 0) for reason in _REASONS]
        persons = sum(counts.get((code, reason), 0) for reason in _COUNTS)
        national = _national(country, organisations[code], persons, fewest[0])
        regional = _regional(country, place, linked, members, organisations, fewest[1])
        rows.append((
            code, country.practices.kinds[place], country.roles.practice.get(place, ""),
            round(country.practices.share[place] * country.plan.persons),
            linked.get(place) or "", *per_reason, "|".join(national), "|".join(regional),
        ))  # fmt: skip
    header = ("practice", "kind", "role", "planned_persons", "care_group", *_REASONS,
              "no_national_document", "no_regional_document")  # fmt: skip
    return csv_text(header, rows)


def linked_groups(
    country: Country, quarters: Mapping[tuple[int, int], int]
) -> dict[int, str | None]:
    """The group of each practice with diabetes chain care; None when two have equally much."""
    successor = {row.agb: row.successor for row in country.register.organisations if row.successor}
    totals: dict[int, dict[str, int]] = {}
    for (practice, declarer), count in quarters.items():
        group = country.register.codes[declarer]
        group = successor.get(group, group)
        per_group = totals.setdefault(practice, {})
        per_group[group] = per_group.get(group, 0) + count
    linked: dict[int, str | None] = {}
    for practice, per_group in totals.items():
        most = max(per_group.values())
        first = [group for group, count in per_group.items() if count == most]
        linked[practice] = first[0] if len(first) == 1 else None
    return linked


def _national(country: Country, practice: Organisation, persons: int, fewest: int) -> list[str]:
    found = []
    if practice.start > datetime.date(country.plan.last_year, 1, 1):
        found.append("BEGIN_NA_1JAN")
    if persons < fewest:
        found.append("TE_WEINIG_PATIENTEN")
    if practice.end and practice.end <= datetime.date(country.plan.last_year, 12, 31):
        found.append("EINDDATUM_VERLEDEN")
    return found


def _regional(
    country: Country,
    place: int,
    linked: Mapping[int, str | None],
    members: Mapping[str, int],
    organisations: Mapping[str, Organisation],
    fewest: int,
) -> list[str]:
    if place not in linked:
        return ["GEEN_DM_KETENZORG"]
    group = linked[place]
    if group is None:
        return ["ZORGGROEP_ONBESLIST"]
    found = []
    end = organisations[group].end
    if end and end <= datetime.date(country.plan.last_year, 12, 31):
        found.append("ZORGGROEP_AGB_GEWIJZIGD")
    if members.get(group, 0) < fewest:
        found.append("MINDER_DAN_4_PRAKTIJKEN")
    return found


def situations_of_practices(country: Country) -> list[tuple[str, ...]]:
    """Rows of situations.csv for practices and groups; parts not given out are named too."""
    codes = [country.register.codes[int(n)] for n in country.practices.number]
    rows: list[tuple[str, ...]] = []
    for role, (about, expected) in _ABOUT.items():
        place = country.roles.with_role(role)
        subject = codes[place] if place is not None else "not planted: too few practices or years"
        rows.append((role, about, "practice", subject, expected))
    for kind, (about, expected) in _GROUPS.items():
        groups = [
            " ".join(codes[p] for p in group.practices)
            for group in country.groups.planned
            if group.kind == kind
        ]
        for subject in groups or ["not planted: too few practices"]:
            rows.append((f"care_group_{kind}", about, "practices", subject, expected))
    for name, places, about, expected in (
        ("tied_between_groups", country.roles.tied,
         "two groups declare two quarters each for all its diabetes patients",
         "ZORGGROEP_ONBESLIST"),
        ("without_diabetes_chain_care", country.roles.without_diabetes,
         "no diabetes chain care, other programmes only", "GEEN_DM_KETENZORG"),
    ):  # fmt: skip
        for subject in [codes[p] for p in places] or ["not planted: too few practices"]:
            rows.append((name, about, "practice", subject, expected))
    return rows


def situations_file(rows: Sequence[tuple[str, ...]]) -> bytes:
    """situations.csv."""
    return csv_text(("situation", "about", "kind", "subject", "expected"), rows)
