"""The persons of a piece of the country: who lives, when, and where.

A place in the country is never empty: who dies is followed by somebody newly born, who leaves by
somebody who moves in. So the number of insured persons stays the same, the whole ages year by
year, and in the year of calibration age and sex are those of the figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, picked, real, whole
from spiegel_core.invent.cells import CLASSES, cells_of, insured_years, lowest_ages
from spiegel_core.invent.country import Country
from spiegel_core.invent.days import ages_on, day
from spiegel_core.invent.dice import dice

_DAYS_PER_YEAR = 365.25
_YEARS_PER_CLASS = 5
# The last class has no end; ages above 90 fall off with this mean (assumption), up to 105.
_MEAN_ABOVE_90, _OLDEST_ABOVE_90 = 2.6, 15.0
_MIGRANT_AGES = (20, 50)
LIVES_PER_PLACE = 3  # who is there in the year of calibration, who was before, who comes after
BORN, MOVED, NEVER = 0, 1, -1


@dataclass(frozen=True)
class People:
    """Persons of a piece; every field has one value per person.

    Args:
        number: number of the person, unique in the country.
        birth: day of birth.
        is_woman: 0 man, 1 woman.
        entry, leaves: first and last day insured, both within the period.
        dies: the last day is that of death.
        position: place on the line of the country.
    """

    number: Ints
    birth: Ints
    is_woman: Ints
    entry: Ints
    leaves: Ints
    dies: Flags
    position: Floats

    def __len__(self) -> int:
        return len(self.number)


def people_of_piece(country: Country, piece: int) -> People:
    """Make the persons of a piece."""
    start, stop = country.pieces[piece]
    plan = country.plan
    generator = dice(plan.seed, "people", piece)
    places = np.arange(start, stop, dtype=np.int64)
    first, last = day(plan.first_year, 1, 1), day(plan.last_year, 12, 31)
    present = _present(country, places, generator)
    present = _arrival(country, present, first, generator)
    present, left = _departure(country, present, last, generator)
    before = _before(country, present, first, generator)
    after = _after(country, present, left, last, generator)
    return _joined([present, before, after])


def middle_of(country: Country) -> int:
    """1 July of the year of calibration, or of the nearest year of the period."""
    year = int(country.number("calibration_year"))
    return day(min(max(year, country.plan.first_year), country.plan.last_year), 7, 1)


def _present(country: Country, places: Ints, generator: np.random.Generator) -> People:
    """Who is there in the middle of the year of calibration."""
    structure = insured_years(country.conf)
    cells = picked(generator.random(len(places)), structure)
    draws = generator.random(len(places))
    within = draws * _YEARS_PER_CLASS
    above = np.minimum(-_MEAN_ABOVE_90 * np.log1p(-draws), _OLDEST_ABOVE_90)
    is_oldest = cells % CLASSES == CLASSES - 1
    ages = lowest_ages()[cells] + np.where(is_oldest, above, within)
    births = middle_of(country) - whole(np.floor(ages * _DAYS_PER_YEAR))
    numbers = len(places)
    return People(
        number=places * LIVES_PER_PLACE,
        birth=births,
        is_woman=cells // CLASSES,
        entry=np.full(numbers, NEVER, dtype=np.int64),
        leaves=np.full(numbers, NEVER, dtype=np.int64),
        dies=np.zeros(numbers, dtype=bool),
        position=_positions(country, places),
    )


def _positions(country: Country, places: Ints) -> Floats:
    """Places spread over the line, so that every piece has all of the country."""
    total = country.plan.persons
    step = round(total * 0.6180339887) | 1
    while math.gcd(step, total) != 1:
        step += 2
    return (places * step % total + 0.5) / total


def _arrival(
    country: Country, present: People, first: int, generator: np.random.Generator
) -> People:
    """Born or moved in within the period; else there from its first day."""
    middle = middle_of(country)
    years = (middle - first) / _DAYS_PER_YEAR
    rate = country.number("migrants_per_year") * years
    ages = ages_on(middle, present.birth)
    moved_in = (
        (generator.random(len(present)) < rate)
        & (ages >= _MIGRANT_AGES[0]) & (ages < _MIGRANT_AGES[1])
    )  # fmt: skip
    days = first + 1 + whole(generator.random(len(present)) * max(middle - first - 1, 0))
    entry = np.maximum(np.where(moved_in, days, first), present.birth)
    return _replaced(present, entry=entry)


def _departure(
    country: Country, present: People, last: int, generator: np.random.Generator
) -> tuple[People, Flags]:
    """Death or moving abroad after the middle of the year of calibration."""
    middle = middle_of(country)
    mortality = real(country.conf.curve("mortality")) / 1000
    leaves = np.full(len(present), last, dtype=np.int64)
    dies = np.zeros(len(present), dtype=bool)
    left = np.zeros(len(present), dtype=bool)
    start = middle
    while start <= last:
        # Years of 1 July to 30 June; the last may be shorter.
        length = min(365, last - start + 1)
        ages = ages_on(start, present.birth)
        draws, days = generator.random(len(present)), generator.random(len(present))
        chance = 1 - (1 - mortality[cells_of(ages, present.is_woman)]) ** (length / 365)
        may_move = (ages >= _MIGRANT_AGES[0]) & (ages < _MIGRANT_AGES[1])
        moving = np.where(may_move, country.number("migrants_per_year") * length / 365, 0.0)
        stays = leaves == last
        on = start + whole(days * length)
        goes = stays & (draws < chance + moving) & (on < last)
        leaves = np.where(goes, on, leaves)
        dies |= goes & (draws < chance)
        left |= goes & (draws >= chance)
        start += length
    return _replaced(present, leaves=leaves, dies=dies), left


def _before(
    country: Country, present: People, first: int, generator: np.random.Generator
) -> People:
    """Who had the place of somebody born or moved in since: died or moved away the day before."""
    is_new = present.entry > first
    new = _taken(present, is_new)
    was_born = new.entry == new.birth
    mortality = real(country.conf.curve("mortality"))
    deaths = picked(generator.random(len(new)), insured_years(country.conf) * mortality)
    cells = np.where(was_born, deaths, 0)
    ages = lowest_ages()[cells] + generator.random(len(new)) * _YEARS_PER_CLASS
    women = np.where(was_born, cells // CLASSES, generator.integers(0, 2, len(new)))
    migrant = _MIGRANT_AGES[0] + generator.random(len(new)) * (_MIGRANT_AGES[1] - _MIGRANT_AGES[0])
    leaves = new.entry - 1
    births = leaves - whole(np.where(was_born, ages, migrant) * _DAYS_PER_YEAR)
    return _replaced(
        new, number=new.number + 1, birth=np.minimum(births, first), is_woman=whole(women),
        entry=np.full(len(new), first, dtype=np.int64), leaves=leaves, dies=was_born,
    )  # fmt: skip


def _after(
    country: Country, present: People, left: Flags, last: int, generator: np.random.Generator
) -> People:
    """Who takes the place of somebody who died or left."""
    is_gone = present.dies | left
    gone = _taken(present, is_gone)
    entry = gone.leaves + 1
    migrant = _MIGRANT_AGES[0] + generator.random(len(gone)) * (_MIGRANT_AGES[1] - _MIGRANT_AGES[0])
    ages = np.where(left[is_gone], whole(migrant * _DAYS_PER_YEAR), 0)
    return _replaced(
        gone, number=gone.number + 2, birth=entry - whole(ages),
        is_woman=whole(generator.integers(0, 2, len(gone))), entry=entry,
        leaves=np.full(len(gone), last, dtype=np.int64), dies=np.zeros(len(gone), dtype=bool),
    )  # fmt: skip


def _taken(people: People, flags: Flags) -> People:
    return People(**{name: column[flags] for name, column in vars(people).items()})


def _joined(parts: list[People]) -> People:
    names = vars(parts[0])
    return People(**{name: np.concatenate([vars(part)[name] for part in parts]) for name in names})


def _replaced(people: People, **columns: Ints | Flags) -> People:
    return People(**{**vars(people), **columns})
