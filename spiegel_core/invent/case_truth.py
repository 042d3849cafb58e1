"""What the rules make of the cases, in the form of every other person's truth."""

from __future__ import annotations

from collections.abc import Sequence

from spiegel_core.invent.cases import Case, CaseLine
from spiegel_core.invent.country import Country
from spiegel_core.invent.texts import Names
from spiegel_core.invent.truth_parts import PersonTruth

_GGZ, _LONG_TERM, _BASIC = "ggz", "wlz", "B"


def truth_of_cases(country: Country, cases: Sequence[Case], names: Names) -> list[PersonTruth]:
    """One row per case."""
    rows = []
    for number, case in enumerate(cases):
        total, ggz = _cost(country, case.lines)
        rows.append(
            PersonTruth(
                bsn=names.bsn[number],
                insurer=names.insurers[case.lines[0].insurer],
                insured_number=names.insured_number[number],
                practices="|".join(sorted(names.agb[n] for n in case.practices)),
                reason=case.reason,
                total_cents=total,
                ggz_cents=ggz,
                planted="|".join(sorted({show.split(":")[0] for show in case.shows})),
                shows="|".join(sorted(case.shows)),
                cost_groups="|".join(sorted(case.cost_groups)),
            )
        )
    return rows


def _cost(country: Country, lines: Sequence[CaseLine]) -> tuple[int, int]:
    """Total and GGZ cents: care of the basic insurance without Wlz, settled credits netted."""
    total = ggz = 0
    taken_back: set[int] = set()
    for line in lines:
        item = country.items.rows[line.item]
        if item.cover != _BASIC or item.care_type == _LONG_TERM:
            continue
        cents = line.cents
        if line.is_credit:
            if not _settles(lines, line, taken_back):
                continue
            taken_back.add(line.previous or 0)
            cents = -line.cents
        total += cents
        ggz += cents if item.care_type == _GGZ else 0
    return total, ggz


def _settles(lines: Sequence[CaseLine], credit: CaseLine, taken_back: set[int]) -> bool:
    """A credit settles once per debit, and with a debit of its own amount only."""
    place = credit.previous
    if place is None or place >= len(lines) or place in taken_back:
        return False
    return not lines[place].is_credit and lines[place].cents == credit.cents
