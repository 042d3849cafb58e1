"""The persons of a piece as they are in one year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, places, real
from spiegel_core.invent.cells import cells_of
from spiegel_core.invent.country import Country
from spiegel_core.invent.days import ages_on, day, days_in_year, quarter_starts
from spiegel_core.invent.dice import dice
from spiegel_core.invent.fees import registered_share
from spiegel_core.invent.people import People
from spiegel_core.invent.traits import Traits

NOWHERE = -1
_QUARTERS = 4
_OLD = 65


@dataclass(frozen=True)
class Residents:
    """Everybody insured in the year; one value per person, in the order of `person`.

    Args:
        year: the year.
        piece: piece of the country.
        person: place of each person among the people of the piece.
        first, days: first day insured (0 is 1 January) and number of days; always one stretch.
        exposure: part of the year insured (0-1).
        age: at 1 July; cell: of age and sex.
        is_woman: 0 man, 1 woman.
        position: place on the line at 1 July; neighbourhood: the one there.
        fee_practice: persons x quarters, practice that declares the fee; -1 nowhere.
        second_fee: persons x quarters, second practice that declares it too.
        home: practice of the year, for contacts and planted effects; -1 nowhere.
        gp: number of the own GP in the register; 0 where there is none.
        insurer, next_insurer, switched_on: insurer, and the other one from that day on.
        need: standard normal need of the year.
        need_sd: how far apart persons of that age are in need (sd of the logarithm).
        dying: what care is multiplied by in the year of death.
        counts: in the register of insured persons, so cost is calibrated on them.
    """

    year: int
    piece: int
    person: Ints
    first: Ints
    days: Ints
    exposure: Floats
    age: Ints
    cell: Ints
    is_woman: Ints
    position: Floats
    neighbourhood: Ints
    fee_practice: Ints
    second_fee: Ints
    home: Ints
    gp: Ints
    insurer: Ints
    next_insurer: Ints
    switched_on: Ints
    need: Floats
    need_sd: Floats
    dying: Floats
    counts: Flags

    def __len__(self) -> int:
        return len(self.person)

    def multiplier(self, strength: float) -> Floats:
        """What care is multiplied by for need; its mean over persons is 1, apart from dying."""
        scale = strength * self.need_sd
        need: Floats = np.exp(scale * self.need - scale**2 / 2) * self.dying
        return need


def residents(country: Country, piece: int, people: People, traits: Traits, year: int) -> Residents:
    """Everybody of the piece who is insured on at least one day of the year."""
    start, length = day(year, 1, 1), days_in_year(year)
    here = places((people.entry < start + length) & (people.leaves >= start))
    generator = dice(country.plan.seed, "residents", piece, year)
    entry = np.maximum(people.entry[here] - start, 0)
    leaves = np.minimum(people.leaves[here] - start, length - 1)
    age = ages_on(day(year, 7, 1), people.birth[here])
    cell = cells_of(age, people.is_woman[here])
    has_moved = traits.moved_on[here] <= day(year, 7, 1)
    position = np.where(has_moved, traits.new_position[here], people.position[here])
    fee, second = _fees(country, people, traits, here, cell, year, generator)
    home = _home(fee)
    practices = country.practices
    gp = practices.gp_of(np.maximum(home, 0), traits.chooses_gp[here])
    persistence = country.number("need_persistence")
    fresh = generator.standard_normal(len(here))
    dies_now = people.dies[here] & (people.leaves[here] < start + length)
    insurer = traits.insurer[here, year - country.plan.first_year]
    switches = (traits.switched_on[here] >= start) & (traits.switched_on[here] < start + length)
    # Without a citizen service number two insurers are two persons, so they do not switch midway.
    switches &= traits.has_bsn[here]
    return Residents(
        year=year, piece=piece, person=here, first=entry, days=leaves - entry + 1,
        exposure=(leaves - entry + 1) / length, age=age, cell=cell,
        is_woman=people.is_woman[here], position=position,
        neighbourhood=country.geography.at(position), fee_practice=fee, second_fee=second,
        home=home, gp=np.where(home >= 0, gp, 0), insurer=insurer,
        next_insurer=np.where(switches, traits.next_insurer[here], insurer),
        switched_on=np.where(switches, traits.switched_on[here] - start, length),
        need=persistence * traits.need[here] + np.sqrt(1 - persistence**2) * fresh,
        need_sd=np.where(age < _OLD, country.number("need_sd"), country.number("need_sd_of_old")),
        dying=np.where(dies_now, country.number("need_of_dying"), 1.0),
        counts=traits.in_register[here],
    )  # fmt: skip


def _fees(
    country: Country,
    people: People,
    traits: Traits,
    here: Ints,
    cell: Ints,
    year: int,
    generator: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Who declares the registration fee of each quarter, and who declares it as well."""
    starts = quarter_starts(year)
    fee = np.full((len(here), _QUARTERS), NOWHERE, dtype=np.int64)
    second = fee.copy()
    is_registered = traits.registers[here] < registered_share(country, year)[cell]
    missing = generator.random((len(here), _QUARTERS)) < country.number("missing_fee_share")
    changed_on = traits.changed_on[here]
    for quarter in range(_QUARTERS):
        on, until = int(starts[quarter]), int(starts[quarter + 1])
        insured = (people.entry[here] <= on) & (people.leaves[here] >= on)
        declared = insured & is_registered & ~missing[:, quarter]
        day_of_fee = np.full(len(here), on, dtype=np.int64)
        before = country.practices.on(traits.practice[here], day_of_fee)
        after = country.practices.on(traits.next_practice[here], day_of_fee)
        fee[:, quarter] = np.where(declared, np.where(changed_on <= on, after, before), NOWHERE)
        changes_now = (changed_on > on) & (changed_on < until) & (after != before)
        doubled = declared & changes_now & traits.is_double[here]
        second[:, quarter] = np.where(doubled, after, NOWHERE)
    return fee, second


def _home(fee: Ints) -> Ints:
    """The practice of the third quarter; where there is none, that of another quarter."""
    home = fee[:, 2]
    for quarter in (3, 1, 0):
        home = np.where(home == NOWHERE, fee[:, quarter], home)
    return home


def register_rows(
    country: Country, people: People, traits: Traits, resident: Residents
) -> tuple[Ints, Ints, Ints, Floats]:
    """The rows of the insured register of a year: a move or a switch makes two of one person.

    Out:  place among the residents, insurer, days, position; in order of person
    """
    start = day(resident.year, 1, 1)
    stays = np.full(len(resident), days_in_year(resident.year), dtype=np.int64)
    moved = traits.moved_on[resident.person] - start
    switches = resident.switched_on < stays
    # A person with a switch is not split at a move as well: two rows are enough.
    cut = np.where(switches, resident.switched_on, np.where(moved > 0, moved, stays))
    last = resident.first + resident.days
    before = np.clip(cut, resident.first, last) - resident.first
    after = resident.days - before
    has_moved = traits.moved_on[resident.person] <= start
    old = np.where(
        has_moved, traits.new_position[resident.person], people.position[resident.person]
    )
    new = np.where(switches, old, traits.new_position[resident.person])
    of = np.concatenate([np.arange(len(resident)), np.arange(len(resident))])
    days = np.concatenate([before, after])
    insurer = np.concatenate([resident.insurer, resident.next_insurer])
    position = np.concatenate([old, new])
    kept = np.lexsort((np.repeat([0, 1], len(resident)), of))
    kept = kept[(days[kept] > 0) & resident.counts[of[kept]]]
    return of[kept], insurer[kept], days[kept], real(position[kept])
