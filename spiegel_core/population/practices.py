"""General practices as the register has them, their chain-care group, and which mirror they get.

Small tables only (some 10,000 rows), so this is plain Python on rows of the registers. Source:
conf/rules.yml; seed 001, 'Waarom zie ik geen landelijke of regionale praktijkspiegel'.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spiegel_core.contracts.rules import YearRules

NATIONAL, REGIONAL = "national", "regional"
CARE_GROUP = "zorggroep"


@dataclass(frozen=True)
class RegisterRow:
    """One period of an organisation in the AGB register; no end is still in it."""

    agb: str
    kind: str
    name: str
    start: datetime.date
    end: datetime.date | None
    successor: str | None = None

    def holds_on(self, day: datetime.date) -> bool:
        return self.start <= day and (self.end is None or self.end >= day)


@dataclass(frozen=True)
class Registered:
    """An organisation over all its periods: first start, last end, and the row of a day."""

    agb: str
    name: str
    start: datetime.date
    end: datetime.date | None
    is_in_register: bool
    successor: str | None


def as_registered(rows: Iterable[RegisterRow], kind: str, day: datetime.date) -> list[Registered]:
    """The organisations of a kind, each once, described as on a day.

    Where no row holds on the day, the latest row describes it.

    Example:
        >>> d = datetime.date
        >>> rows = [RegisterRow("01000001", "zorggroep", "A", d(2010, 1, 1), d(2015, 1, 1)),
        ...         RegisterRow("01000001", "zorggroep", "B", d(2018, 1, 1), None)]
        >>> [(r.name, r.start.year, r.end) for r in as_registered(rows, "zorggroep", d(2021, 7, 1))]
        [('B', 2010, None)]
    """
    by_agb = defaultdict(list)
    for row in rows:
        if row.kind == kind:
            by_agb[row.agb].append(row)
    found = []
    for agb, periods in sorted(by_agb.items()):
        latest_first = sorted(
            periods, key=lambda r: (r.start, r.end or datetime.date.max, r.name), reverse=True
        )
        holding = [row for row in latest_first if row.holds_on(day)]
        described = (holding or latest_first)[0]
        ends = [row.end for row in periods]
        end = None if None in ends else max(e for e in ends if e is not None)
        found.append(
            Registered(
                agb, described.name, min(row.start for row in periods), end, bool(holding),
                latest_first[0].successor,
            )
        )  # fmt: skip
    return found


def successors(groups: Mapping[str, Registered], cut_off: datetime.date) -> dict[str, str]:
    """Per chain-care group the group its claims count for: itself, or who goes on with it."""
    return {agb: _successor(agb, groups, cut_off) for agb in sorted(groups)}


def _successor(group: str, groups: Mapping[str, Registered], cut_off: datetime.date) -> str:
    seen = {group}
    while (found := groups.get(group)) is not None and has_ended(found, cut_off):
        successor = found.successor
        if successor is None or successor not in groups or successor in seen:
            break
        group = successor
        seen.add(group)
    return group


def group_of_practices(quarters: Iterable[tuple[str, str, int]]) -> dict[str, str | None]:
    """The chain-care group of each practice: the one with most (person, quarter) of its persons.

    None: two groups with equally many.

    Args:
        quarters: practice, group and its number of distinct (person, quarter).

    Example:
        >>> group_of_practices([("p", "g", 3), ("p", "h", 3), ("q", "g", 1)])
        {'p': None, 'q': 'g'}
    """
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for practice, group, number in quarters:
        counts[practice][group] = number
    chosen: dict[str, str | None] = {}
    for practice, per_group in sorted(counts.items()):
        most = max(per_group.values())
        first = [group for group, number in sorted(per_group.items()) if number == most]
        chosen[practice] = first[0] if len(first) == 1 else None
    return chosen


def has_ended(registered: Registered, cut_off: datetime.date) -> bool:
    """Whether it ended on or before the cut-off date."""
    return registered.end is not None and registered.end <= cut_off


def unavailable(
    practice: Registered,
    persons: int,
    linked: Mapping[str, str | None],
    groups: Mapping[str, Registered],
    practices_per_group: Mapping[str, int],
    rules: YearRules,
    cut_off: datetime.date,
) -> dict[str, set[str]]:
    """Why a practice has no document, as a set per edition; an empty set is a document.

    Args:
        practice: the practice in the register.
        persons: its persons before the high-cost exclusion.
        linked: `group_of_practices`.
        groups: the chain-care groups of the register.
        practices_per_group: practices linked to each group that have a counted person.
        rules: the rules of the report year.
        cut_off: cut-off date of the release: who ended by that day gets no mirror.
    """
    national = set()
    if practice.start > datetime.date(rules.report_year, 1, 1):
        national.add("BEGIN_NA_1JAN")
    if persons < rules.numbers.smallest_practice:
        national.add("TE_WEINIG_PATIENTEN")
    if has_ended(practice, cut_off):
        national.add("EINDDATUM_VERLEDEN")
    regional = set()
    if practice.agb not in linked:
        regional.add("GEEN_DM_KETENZORG")
    elif (group := linked[practice.agb]) is None:
        regional.add("ZORGGROEP_ONBESLIST")
    else:
        registered = groups.get(group)
        if registered is not None and has_ended(registered, cut_off):
            regional.add("ZORGGROEP_AGB_GEWIJZIGD")
        if practices_per_group.get(group, 0) < rules.numbers.smallest_group:
            regional.add("MINDER_DAN_4_PRAKTIJKEN")
    return {NATIONAL: national, REGIONAL: regional}
