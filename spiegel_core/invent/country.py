"""The country apart from its persons: made anew, the same each time, wherever a piece is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spiegel_core.invent import agb
from spiegel_core.invent.care_groups import CareGroups, care_groups
from spiegel_core.invent.catalogue import catalogue
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.effects import Effects, effects
from spiegel_core.invent.geography import Geography, geography
from spiegel_core.invent.items import Items
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.invent.practices import Practices, practices
from spiegel_core.invent.providers import Providers, providers
from spiegel_core.invent.roles import Roles, roles
from spiegel_core.invent.targets import Targets, targets


@dataclass(frozen=True)
class Country:
    """Everything that is known before the first person is made.

    Args:
        conf: the figures.
        plan: the country that was asked for.
        insurers: UZOVI codes.
        targets: cost per insured year.
        geography: neighbourhoods.
        roles: which practices and groups play a part.
        practices, groups, providers: who gives care.
        register: the AGB register.
        effects: what is planted per practice.
        items: what can stand on a line.
    """

    conf: CountryConf
    plan: CountryPlan
    insurers: tuple[str, ...]
    targets: Targets
    geography: Geography
    roles: Roles
    practices: Practices
    groups: CareGroups
    providers: Mapping[str, Providers]
    register: agb.Register
    effects: Effects
    items: Items

    def number(self, name: str) -> float:
        """One number of country.yml."""
        return self.conf.number(name)

    @property
    def pieces(self) -> tuple[tuple[int, int], ...]:
        """First and last-but-one place of the persons of each piece."""
        return self.plan.pieces(int(self.number("block_persons")))


def build_country(conf: CountryConf, plan: CountryPlan) -> Country:
    """Make the country a plan asks for."""
    given = roles(plan.practices, len(plan.years), int(conf.number("practices_per_group")))
    register = agb.Register()
    all_practices = practices(conf, plan, given, register)
    groups = care_groups(conf, plan, given, register)
    others = providers(conf, plan, register)
    insurers = plan.number_of_insurers(int(conf.number("persons_per_insurer")))
    return Country(
        conf=conf,
        plan=plan,
        insurers=tuple(row.uzovi for row in conf.insurers[:insurers]),
        targets=targets(conf, plan.years, plan.persons),
        geography=geography(conf, plan),
        roles=given,
        practices=all_practices,
        groups=groups,
        providers=others,
        register=register,
        effects=effects(conf, plan.seed, all_practices.share),
        items=catalogue(conf),
    )
