"""Everybody else who gives care: pharmacies, hospitals, therapists and so on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent import agb
from spiegel_core.invent.arrays import Floats, Ints, whole
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.country_rows import OrganisationKind
from spiegel_core.invent.dice import dice
from spiegel_core.invent.plan import CountryPlan

_START = datetime.date(2004, 1, 1)
# The therapists of the k-th organisation get the codes from k times this on.
_MOST_PER_ORGANISATION = 12


@dataclass(frozen=True)
class Providers:
    """The organisations of one care type, in order along the line of the country.

    Args:
        number: their places in the register.
        therapists, first_therapist, therapist_count: who works there.
        effect: planted logarithm of the sessions per patient; 0 for most care types.
    """

    number: Ints
    therapists: Ints
    first_therapist: Ints
    therapist_count: Ints
    effect: Floats

    def at(self, positions: Floats, draws: Floats) -> Ints:
        """An organisation near each position, as its place in this list."""
        # A third of the distance to the next one is a matter of taste.
        near = (positions + (draws - 0.5) / (1.5 * len(self.number))) % 1.0
        return np.minimum(whole(near * len(self.number)), len(self.number) - 1)

    def therapist_of(self, providers: Ints, draws: Floats) -> Ints:
        """One of the therapists of each organisation; nobody where it has none."""
        if not len(self.therapists):
            return np.full(len(providers), agb.NOBODY, dtype=np.int64)
        places = self.first_therapist[providers] + whole(draws * self.therapist_count[providers])
        chosen: Ints = self.therapists[places]
        return chosen


def providers(
    conf: CountryConf, plan: CountryPlan, register: agb.Register
) -> Mapping[str, Providers]:
    """Make the organisations of every care type and put them in the register."""
    sd_of = {row.discipline: row.sd for row in conf.provider_effects}
    made = {}
    for row in conf.organisations:
        number = max(plan.persons // row.persons_per_organisation, row.least)
        titles = agb.names(conf, row.name, number)
        codes = [agb.code_of(row.agb_prefix, row.kind, n) for n in range(number)]
        register.organisations.extend(
            agb.Organisation(code, row.kind, title, _START)
            for code, title in zip(codes, titles, strict=True)
        )
        numbers = whole([register.add(code) for code in codes])
        therapists, counts = _therapists(row, plan, codes, titles, register)
        effect = standardised(
            dice(plan.seed, "provider effects", row.care_type).standard_normal(number)
        )
        made[row.care_type] = Providers(
            numbers, therapists, np.cumsum(counts) - counts, counts,
            sd_of.get(row.care_type, 0.0) * effect,
        )  # fmt: skip
    return made


def standardised(draws: Floats) -> Floats:
    """The draws with mean 0 and standard deviation 1, so that a planted sd is exact.

    Example:
        >>> standardised(np.array([1.0, 3.0]))
        array([-1.,  1.])
    """
    if len(draws) < 2:
        return np.zeros(len(draws))
    scaled: Floats = (draws - draws.mean()) / draws.std()
    return scaled


def _therapists(
    row: OrganisationKind,
    plan: CountryPlan,
    codes: list[str],
    titles: list[str],
    register: agb.Register,
) -> tuple[Ints, Ints]:
    """Sites and therapists; a therapist stands in the register at one of the sites."""
    if not row.therapists:
        return whole([]), np.zeros(len(codes), dtype=np.int64)
    generator = dice(plan.seed, "therapists", row.care_type)
    most = min(2 * row.therapists, _MOST_PER_ORGANISATION)
    counts = whole(generator.integers(1, most, len(codes)))
    sites = generator.integers(0, row.vestigingen + 1, len(codes))
    numbers, made = [], 0
    for k, code in enumerate(codes):
        places = [code]
        if sites[k]:
            places = [agb.code_of(row.agb_prefix, agb.SITE, made + s) for s in range(sites[k])]
            made += len(places)
            register.organisations.extend(
                agb.Organisation(
                    place, agb.SITE, f"{titles[k]}, vestiging {s}", _START, parent=code
                )
                for s, place in enumerate(places, start=1)
            )
        for t in range(int(counts[k])):
            person = agb.code_of(row.agb_prefix, agb.GP, k * _MOST_PER_ORGANISATION + t)
            numbers.append(register.add(person))
            register.practitioners.append(
                agb.Practitioner(person, places[t % len(places)], row.qualification, _START)
            )
    return whole(numbers), counts
