"""What stays with a person over the years: need, where they live, insurer, practice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, picked, real, whole
from spiegel_core.invent.country import Country
from spiegel_core.invent.days import day
from spiegel_core.invent.dice import dice
from spiegel_core.invent.people import People

KNOWN, EMPTY, UNKNOWN = 0, 1, 2
_NEVER = 10**6
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Traits:
    """Fixed traits; one value per person of the piece, or one row.

    Args:
        has_bsn: a citizen service number is known.
        in_register: the insurers' registers of insured persons hold the person.
        postcode: KNOWN, EMPTY or UNKNOWN (a postcode the incomes do not know).
        moved_on, new_position: day of the one move, and place on the line after it.
        practice, next_practice, changed_on: practice before and from the day of the one change.
        is_double: both practices declare the quarter of the change.
        insurer: persons x years, the insurer on 1 January (or at entry).
        next_insurer, switched_on: insurer from a day within a year on; most never.
        need: standard normal; how much care a person needs compared with age and sex.
        registers, chooses_gp: draws for being registered at all, and for the GP.
        condition, route: persons x conditions, draws.
        disease: persons x diseases, draws.
    """

    has_bsn: Flags
    in_register: Flags
    postcode: Ints
    moved_on: Ints
    new_position: Floats
    practice: Ints
    next_practice: Ints
    changed_on: Ints
    is_double: Flags
    insurer: Ints
    next_insurer: Ints
    switched_on: Ints
    need: Floats
    registers: Floats
    chooses_gp: Floats
    condition: Floats
    route: Floats
    disease: Floats


def traits_of(
    country: Country, piece: int, people: People, conditions: int, diseases: int
) -> Traits:
    """Draw the traits of the persons of a piece."""
    generator = dice(country.plan.seed, "traits", piece)
    count = len(people)
    number = country.number
    moved_on, new_position = _moves(country, people, generator)
    practice, following, changed_on = _practices(country, people, moved_on, new_position, generator)
    insurer, next_insurer, switched_on = _insurers(country, count, generator)
    kind = generator.random(count)
    empty, unknown = number("empty_postcode_share"), number("unknown_postcode_share")
    neighbourhood = country.geography.at(people.position)
    poverty, share = country.geography.poverty[neighbourhood], number("need_of_income")
    need = share * poverty + np.sqrt(1 - share**2) * generator.standard_normal(count)
    own, common = generator.standard_normal((count, conditions)), number("need_of_condition")
    return Traits(
        has_bsn=generator.random(count) >= number("no_bsn_share"),
        in_register=generator.random(count) >= number("not_in_register_share"),
        postcode=np.where(kind < empty, EMPTY, np.where(kind < empty + unknown, UNKNOWN, KNOWN)),
        moved_on=moved_on,
        new_position=new_position,
        practice=practice,
        next_practice=following,
        changed_on=changed_on,
        is_double=generator.random(count) < number("double_fee_share"),
        insurer=insurer,
        next_insurer=next_insurer,
        switched_on=switched_on,
        need=need,
        registers=generator.random(count),
        chooses_gp=generator.random(count),
        condition=common * need[:, None] + np.sqrt(1 - common**2) * own,
        route=generator.random((count, conditions)),
        disease=generator.random((count, diseases)),
    )


def _moves(country: Country, people: People, generator: np.random.Generator) -> tuple[Ints, Floats]:
    """A day within the period and a new place, for those who move."""
    plan, count = country.plan, len(people)
    first, stop = day(plan.first_year, 1, 1), day(plan.last_year + 1, 1, 1)
    chance = country.number("moves_per_year") * (stop - first) / _DAYS_PER_YEAR
    on = first + 1 + whole(generator.random(count) * (stop - first - 2))
    moves = (generator.random(count) < chance) & (on > people.entry) & (on <= people.leaves)
    return np.where(moves, on, _NEVER), generator.random(count)


def _practices(
    country: Country,
    people: People,
    moved_on: Ints,
    new_position: Floats,
    generator: np.random.Generator,
) -> tuple[Ints, Ints, Ints]:
    """The practice before and after the one change of practice, and its day."""
    plan, count = country.plan, len(people)
    number = country.number
    width = number("practice_catchment") / len(country.practices)
    taste = generator.standard_normal((2, count)) * width
    here = country.practices.at((people.position + taste[0]) % 1.0)
    first, stop = day(plan.first_year, 1, 1), day(plan.last_year + 1, 1, 1)
    on = first + 1 + whole(generator.random(count) * (stop - first - 2))
    chance = number("practice_changes_per_year") * (stop - first) / _DAYS_PER_YEAR
    draws = generator.random(count)
    moves_along = (moved_on < _NEVER) & (draws < number("practice_change_of_movers"))
    changes = (moved_on == _NEVER) & (draws < chance)
    place = np.where(moves_along, new_position, people.position + 2 * taste[1])
    there = country.practices.at(place % 1.0)
    changed_on = np.where(moves_along, moved_on, np.where(changes, on, _NEVER))
    return here, there, np.where(there == here, _NEVER, changed_on)


def _insurers(
    country: Country, count: int, generator: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """The insurer of each year, and a switch within a year."""
    plan = country.plan
    shares = real([row.share_percent for row in country.conf.insurers[: len(country.insurers)]])
    percent = {row.year: row.percent for row in country.conf.switchers}
    columns = [picked(generator.random(count), shares)]
    for year in plan.years[1:]:
        # The year in the figures is that of 1 January, when the switch takes effect.
        chance = percent.get(year, 100 * country.number("switches_other_years")) / 100
        switches = generator.random(count) < chance
        other = picked(generator.random(count), shares)
        columns.append(np.where(switches, other, columns[-1]))
    first, stop = day(plan.first_year, 1, 1), day(plan.last_year + 1, 1, 1)
    chance = country.number("switches_within_year") * len(plan.years)
    on = first + 1 + whole(generator.random(count) * (stop - first - 2))
    switches = generator.random(count) < chance
    next_insurer = picked(generator.random(count), shares)
    return np.stack(columns, axis=1), next_insurer, np.where(switches, on, _NEVER)
