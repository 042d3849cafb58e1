"""The questions of the simulation study, asked of an invented country.

Every question has a source of chance of its own, so that one can be asked again without the others.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spiegel_core.invent.arrays import Floats
from spiegel_core.invent.dice import dice
from spiegel_core.invent.study_country import StudyCountry, StudyPlan
from spiegel_core.statistics.resampled import drawn_years
from spiegel_core.statistics.study import (
    SIGNAL_LEVEL,
    StudyRow,
    coverage_rows,
    false_signal_rows,
    power_rows,
)
from spiegel_core.statistics.study_changes import change_rows

LEVEL = 0.95
_MANY = 100
# What is asked: of few persons, of 100 and more, and of practices without an effect.
COVERED_OF_FEW, COVERED_OF_MANY, FALSE_AT_MOST = 0.93, 0.94, 0.005
CHANGED_AT_MOST = 0.05
PLANTED_EFFECTS = (0.7, 0.9, 1.1, 1.2, 1.3, 1.5)
_EVERY, _EDGES = 10, (1_000, 2_000, 3_000)
_MIX_TIMES, _MIX_SIZE = 4, 300
_MIX = {"older persons": "is_old", "younger persons": "is_young"}
Groups = tuple[list[Floats], list[Floats], list[Floats]]


def coverage_of_size(country: StudyCountry, plan: StudyPlan, size: int) -> list[StudyRow]:
    """How often intervals hold the truth for practices of one size, at 95% and at 99.8%."""
    rows = []
    for level in (LEVEL, SIGNAL_LEVEL):
        generator = dice(plan.seed, "study coverage", size)
        norm = COVERED_OF_MANY if size >= _MANY else COVERED_OF_FEW
        rows += coverage_rows(
            country.last, country.spreads[1], country.effects, size, plan.practices[size], level,
            generator, at_least=norm if level == LEVEL else None,
        )  # fmt: skip
    return rows


def coverage_of_mixes(country: StudyCountry, plan: StudyPlan) -> list[StudyRow]:
    """The same for practices with far more old, or young, persons than the country."""
    rows = []
    for name, flags in _MIX.items():
        rows += coverage_rows(
            country.pool(getattr(country, flags), _MIX_TIMES), country.spreads[1],
            country.effects, _MIX_SIZE, max(plan.practices.values()), LEVEL,
            dice(plan.seed, "study mix", name), setting=f"95%, {name}", at_least=COVERED_OF_MANY,
        )  # fmt: skip
    return rows


def groups_of(country: StudyCountry, plan: StudyPlan) -> Groups:
    """Groups of practices of the country's sizes in two years, and what each does by nature."""
    first: list[Floats] = []
    second: list[Floats] = []
    natures: list[Floats] = []
    for number in range(plan.groups):
        generator = dice(plan.seed, "study group", number)
        pairs = [drawn_years(country.years, int(n), 1, generator) for n in country.sizes]
        first.append(np.concatenate([pair[0] for pair in pairs]))
        second.append(np.concatenate([pair[1] for pair in pairs]))
        natures.append(generator.permutation(country.effects))
    return first, second, natures


def false_signals(country: StudyCountry, groups: Groups) -> list[StudyRow]:
    """Signals where no practice has an effect, and where all differ as planted in the country."""
    _, practices, natures = groups
    outcomes, spread = country.years[1].outcomes, country.spreads[1]
    nothing = [np.ones_like(nature) for nature in natures]
    return [
        *false_signal_rows(practices, nothing, spread, outcomes, "no effect", FALSE_AT_MOST),
        *false_signal_rows(practices, natures, spread, outcomes, "effects of the country", None),
    ]


def power(country: StudyCountry, groups: Groups) -> Iterator[StudyRow]:
    """How often a tenth of the practices with an effect more than the others is found."""
    _, practices, natures = groups
    for effect in PLANTED_EFFECTS:
        yield from power_rows(
            practices, natures, country.spreads[1], country.years[1].outcomes, effect, _EVERY,
            _EDGES,
        )  # fmt: skip


def changes(country: StudyCountry, groups: Groups) -> list[StudyRow]:
    """Changes of practices that keep their effect: with the same persons, and with all others."""
    first, second, natures = groups
    outcomes = country.years[1].outcomes
    # Practices of the next group have other persons, of the same sizes.
    others = [*second[1:], second[0]]
    return [
        row
        for setting, later in (("same persons", second), ("other persons", others))
        for row in change_rows(
            first, later, natures, country.spreads, outcomes, setting, CHANGED_AT_MOST
        )
    ]
