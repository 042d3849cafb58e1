"""What the mirror will find out about a resident, from bundles: conditions, cost groups, cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Ints, whole
from spiegel_core.invent.bundles import Bundles
from spiegel_core.invent.country import Country
from spiegel_core.invent.health import CONDITIONS, ROUTES
from spiegel_core.invent.medicines import LIMIT_DDD
from spiegel_core.invent.residents import NOWHERE, Residents

_THOUSANDTHS = 1000
_CANCER, _CANCER_LINES = "kanker", 3


@dataclass(frozen=True)
class Detection:
    """What shows of each resident.

    Args:
        shows: per condition and route, for whom it shows.
        cost_groups: per pharmaceutical cost group, before exclusions.
    """

    shows: Mapping[tuple[str, str], Flags]
    cost_groups: Mapping[str, Flags]


@dataclass(frozen=True)
class Marks:
    """Items that point at conditions and cost groups.

    Args:
        of_condition: per condition and route, 1 for each item that points at it.
        of_group: per cost group likewise.
    """

    of_condition: Mapping[tuple[str, str], Ints]
    of_group: Mapping[str, Ints]


def marks_of(country: Country) -> Marks:
    """Read the code lists of the mirror against the items of the country."""
    rows = country.items.rows
    atc = {medicine.zi: medicine.atc for medicine in country.conf.medicines}
    of_condition = {}
    for condition in CONDITIONS:
        listed = [row for row in country.conf.condition_sources if row.condition == condition]
        programmes = {row.code for row in listed if row.route == "chain_care"}
        drugs = tuple(row.code for row in listed if row.route == "drugs")
        visits = {(row.specialism, row.code) for row in listed if row.route == "specialist"}
        for route in ROUTES:
            of_condition[condition, route] = whole([
                int(
                    (route == "chain_care" and r.care_type == "ketenzorg" and r.code in programmes)
                    or (route == "drugs" and atc.get(_zi(r)," ").startswith(drugs))
                    or (route == "specialist" and (r.specialism, r.diagnosis) in visits)
                )
                for r in rows
            ])  # fmt: skip
    groups = dict.fromkeys(row.group for row in country.conf.cost_group_drugs)
    of_group = {}
    for group in groups:
        drugs = tuple(r.atc for r in country.conf.cost_group_drugs if r.group == group)
        of_group[group] = whole([int(atc.get(_zi(r), " ").startswith(drugs)) for r in rows])
    return Marks(of_condition, of_group)


def _zi(row: object) -> str:
    care_type, code = getattr(row, "care_type", ""), getattr(row, "code", "")
    return str(code) if care_type == "farmacie" else ""


def detected(country: Country, resident: Residents, care: Bundles, marks: Marks) -> Detection:
    """Apply the rules of the mirror to the bundles of a year.

    Args:
        country: the country.
        resident: the residents.
        care: all bundles on basic cover of the year.
        marks: `marks_of` the country.
    """
    doses = care.lines * care.quantity * country.items.ddd[care.item]

    def summed(amounts: Ints, mark: Ints) -> Ints:
        points = mark[care.item] > 0
        sums = np.bincount(care.person[points], weights=amounts[points], minlength=len(resident))
        return whole(np.rint(sums))

    shows = {}
    for (condition, route), mark in marks.of_condition.items():
        if route == "drugs":
            shows[condition, route] = summed(doses, mark) > LIMIT_DDD * _THOUSANDTHS
        else:
            shows[condition, route] = summed(care.lines, mark) > 0
    groups = {}
    for group, mark in marks.of_group.items():
        if group == _CANCER:
            groups[group] = summed(care.lines, mark) >= _CANCER_LINES
        else:
            groups[group] = summed(doses, mark) > LIMIT_DDD * _THOUSANDTHS
    return Detection(shows, groups)


def reasons(
    country: Country,
    resident: Residents,
    gp_of_fee: Ints,
    total: Ints,
    ggz: Ints,
    limits: tuple[int, int],
) -> list[str]:
    """Why each resident counts or not, in the order of the rules.

    Args:
        country: the country.
        resident: the residents.
        gp_of_fee: performer of the fee of the third quarter.
        total, ggz: cents of the year.
        limits: of GGZ and of the total (eurocents).
    """
    first, second = resident.fee_practice[:, 2], resident.second_fee[:, 2]
    shared = country.practices.shared_gp
    conditions = [
        first == NOWHERE,
        second != NOWHERE,
        (gp_of_fee == shared) & (shared != 0),
        ~resident.counts,
        (ggz > limits[0]) | (total > limits[1]),
    ]
    names = ["no_fee", "several_practices", "gp_at_several_practices", "not_in_register",
             "high_cost"]  # fmt: skip
    chosen: list[str] = np.select(conditions, names, default="counted").tolist()
    return chosen
