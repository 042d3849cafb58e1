"""Chain-care groups: who declares the chain care of a practice in each quarter."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent import agb, roles
from spiegel_core.invent.arrays import Ints
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.invent.roles import Roles

_START = datetime.date(2008, 1, 1)
_GOES_ON_FROM = (7, 1)
_ENDS_AFTER = (9, 30)


@dataclass(frozen=True)
class CareGroups:
    """The declarer of chain care, by its number in the register.

    Args:
        first_year: year of the first row.
        diabetes: years x quarters x practices; 0 where nobody declares diabetes care.
        other: the same for the other programmes.
        planned: the group each practice was put in; of tied practices the first.
    """

    first_year: int
    diabetes: Ints
    other: Ints
    planned: tuple[roles.Group, ...]

    def declarers(self, programme: str, year: int) -> Ints:
        """Quarters x practices: who declares a programme in a year."""
        of: Ints = (self.diabetes if programme == "DM2" else self.other)[year - self.first_year]
        return of


def care_groups(
    conf: CountryConf, plan: CountryPlan, given: Roles, register: agb.Register
) -> CareGroups:
    """Make the groups and put them in the register."""
    titles = agb.names(conf, "Zorggroep", len(given.groups) + 1)
    diabetes = np.zeros((len(plan.years), 4, plan.practices), dtype=np.int64)
    members = []
    for n, group in enumerate(given.groups):
        number = _organisation(n, titles[n], group, plan, register)
        members.append(number)
        diabetes[:, :, list(group.practices)] = number
        if group.kind == roles.ENDED_WITHOUT:
            diabetes[-1, 3, list(group.practices)] = agb.NOBODY
        if group.kind == roles.ENDED_WITH_SUCCESSOR:
            goes_on = _successor(titles[-1], n, plan, register)
            diabetes[-1, 2:, list(group.practices)] = goes_on
            members[-1] = goes_on
    other = diabetes.copy()
    for practice in (*given.tied, *given.without_diabetes):
        other[:, :, practice] = members[0]
    for practice in given.tied:
        diabetes[:, :2, practice] = members[0]
        diabetes[:, 2:, practice] = members[1]
    return CareGroups(plan.first_year, diabetes, other, given.groups)


def _organisation(
    n: int, title: str, group: roles.Group, plan: CountryPlan, register: agb.Register
) -> int:
    code = agb.code_of("53", agb.CARE_GROUP, n)
    end, reason, successor = None, "", ""
    if group.kind == roles.ENDED_WITHOUT:
        end, reason = datetime.date(plan.last_year, *_ENDS_AFTER), "Beëindigd"
    if group.kind == roles.ENDED_WITH_SUCCESSOR:
        goes_on = datetime.date(plan.last_year, *_GOES_ON_FROM)
        end, reason = goes_on - datetime.timedelta(days=1), "Fusie"
        successor = agb.code_of("53", agb.CARE_GROUP, 900 + n)
    register.organisations.append(
        agb.Organisation(code, agb.CARE_GROUP, title, _START, end, reason, successor=successor)
    )
    return register.add(code)


def _successor(title: str, n: int, plan: CountryPlan, register: agb.Register) -> int:
    code = agb.code_of("53", agb.CARE_GROUP, 900 + n)
    start = datetime.date(plan.first_year, 1, 1)
    register.organisations.append(agb.Organisation(code, agb.CARE_GROUP, title, start))
    return register.add(code)
