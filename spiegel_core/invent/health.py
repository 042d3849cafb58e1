"""Who has which condition and disease in a year, and by which routes a condition shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from spiegel_core.invent.arrays import Flags, Floats, picked, real
from spiegel_core.invent.country import Country
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.participation import open_quarters
from spiegel_core.invent.residents import Residents
from spiegel_core.invent.traits import Traits

DIABETES, COPD, CVRM = "diabetes", "copd", "cvrm"
CONDITIONS = (DIABETES, COPD, CVRM)
ROUTES = ("chain_care", "drugs", "specialist")
_PER_1000 = 1000.0


def diseases(conf: CountryConf) -> tuple[str, ...]:
    """Diseases that show by their drugs only, in the order of treatments.csv."""
    named = dict.fromkeys(row.disease for row in conf.treatments)
    return tuple(name for name in named if name not in CONDITIONS)


@dataclass(frozen=True)
class Health:
    """Conditions and diseases of the residents of a year.

    Args:
        has: per condition and disease, who has it.
        shows: per condition and route, who has it and shows it that way.
    """

    has: Mapping[str, Flags]
    shows: Mapping[tuple[str, str], Flags]


def health_of(country: Country, traits: Traits, resident: Residents) -> Health:
    """Conditions and diseases of a year; who has one keeps it while its age curve rises."""
    conf = country.conf
    has: dict[str, Flags] = {}
    for place, name in enumerate(CONDITIONS):
        # The larger the draw, the earlier in life the condition comes.
        rank = 1 - ndtr(traits.condition[resident.person, place])
        has[name] = rank < _prevalence(conf, name)[resident.cell]
    for place, name in enumerate(diseases(conf)):
        has[name] = traits.disease[resident.person, place] < _prevalence(conf, name)[resident.cell]
    for row in conf.also_diseases:
        # The draws of a holder of the first are small; their last digits are as good as new.
        draws = traits.route[resident.person, 0] * 997 % 1.0
        has[row.also] = has[row.also] | (has[row.disease] & (draws < row.share))
    shows: dict[tuple[str, str], Flags] = {}
    for place, name in enumerate(CONDITIONS):
        draws = traits.route[resident.person, place]
        blocked = _blocked(country, resident, name)
        if name == CVRM:
            # Who is in the diabetes programme is not in a second one for the heart.
            blocked = np.where(shows[DIABETES, "chain_care"], True, blocked)
        flags = _routes(conf, name, draws, blocked)
        for route, flag in zip(ROUTES, flags, strict=True):
            shows[name, route] = has[name] & flag
    return Health(has, shows)


def _prevalence(conf: CountryConf, name: str) -> Floats:
    return real(conf.curve(name)) / _PER_1000


def _blocked(country: Country, resident: Residents, condition: str) -> Flags:
    """Who cannot be in chain care: registered nowhere, or at a practice that takes no part."""
    programme = next(r.programme for r in country.conf.chain_care if r.condition == condition)
    is_open: Flags = np.logical_or.reduce(open_quarters(country, resident, programme), axis=1)
    return ~is_open


def _routes(
    conf: CountryConf, condition: str, draws: Floats, blocked: Flags
) -> tuple[Flags, Flags, Flags]:
    """Chain care, drugs, specialist: at least one of them for everybody."""
    rows = [row for row in conf.routes if row.condition == condition]
    chosen = picked(draws, real([row.weight for row in rows]))
    chain = np.array([row.chain_care for row in rows])[chosen] & ~blocked
    drugs = np.array([row.drugs for row in rows])[chosen]
    specialist = np.array([row.specialist for row in rows])[chosen]
    return chain, drugs | ~(chain | specialist), specialist
