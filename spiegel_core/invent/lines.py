"""Claim lines as numbers: bundles written out, one line each, with their days and payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, repeated, whole
from spiegel_core.invent.bundles import Bundles, cents_per_line
from spiegel_core.invent.country import Country
from spiegel_core.invent.days import day, quarters_between
from spiegel_core.invent.residents import Residents

NONE = -1
_LEAST_LAG, _MOST_LAG = 10, 90
_LATE_FROM, _LATE_TO = 60, 200
# Care is paid at the latest by the end of the second quarter after its own.
LATEST_QUARTERS = 2


@dataclass(frozen=True)
class Lines:
    """Claim lines; one value per line.

    Args:
        person: place among the people of the piece.
        item: number of the item.
        quantity, claimed, granted: as delivered (eurocents).
        care_from, care_to: days; care_to NONE is left empty.
        declarer, performer, referrer: numbers in the register; 0 is nobody.
        insurer: place among the insurers.
        paid_on: day.
        year, reference: care year and number within it; together the line's own reference.
        previous: reference of the line it takes back or replaces, of the same year; NONE is none.
        is_credit: 1 credit, 0 debit.
    """

    person: Ints
    item: Ints
    quantity: Ints
    claimed: Ints
    granted: Ints
    care_from: Ints
    care_to: Ints
    declarer: Ints
    performer: Ints
    referrer: Ints
    insurer: Ints
    paid_on: Ints
    year: Ints
    reference: Ints
    previous: Ints
    is_credit: Ints

    def __len__(self) -> int:
        return len(self.person)

    def taken(self, which: Ints | Flags) -> Lines:
        """The lines at these places, or those flagged."""
        return Lines(**{name: column[which] for name, column in vars(self).items()})

    def changed(self, **columns: Ints) -> Lines:
        """The same lines with other columns."""
        return Lines(**{**vars(self), **columns})


def joined_lines(parts: Sequence[Lines]) -> Lines:
    """Several parts as one, in their order."""
    return Lines(
        **{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    )


def written_out(
    country: Country,
    resident: Residents,
    care: Bundles,
    factors: Floats,
    generator: np.random.Generator,
) -> Lines:
    """One line for each line of the bundles; their amounts are those of the bundles."""
    of, place = repeated(care.lines)
    items = country.items
    first = care.item[of]
    turn = items.cycle[first]
    start = items.cycle_first[first]
    item = np.where(turn > 1, start + (first - start + place) % turn, first)
    who = care.person[of]
    draws = generator.random(len(of))
    spread = (place + draws) / care.lines[of]
    within = np.where(items.is_spread[first] > 0, spread, draws)
    offset = care.first[of] + whole(within * care.days[of])
    care_from = day(resident.year, 1, 1) + offset
    switched = offset >= resident.switched_on[who]
    length = items.duration[item]
    lasts = whole(generator.random(len(of)) * length)
    latest = _latest_payment(country, care_from)
    care_to = np.where(lasts > 0, np.minimum(care_from + lasts, latest), NONE)
    granted = cents_per_line(care, items, resident.cell, factors)[of]
    ended = np.maximum(care_from, care_to)
    count = len(of)
    return Lines(
        person=resident.person[who], item=item, quantity=care.quantity[of],
        claimed=_claimed(country, granted, generator), granted=granted, care_from=care_from,
        care_to=care_to, declarer=care.declarer[of], performer=care.performer[of],
        referrer=care.referrer[of],
        insurer=np.where(switched, resident.next_insurer[who], resident.insurer[who]),
        paid_on=_paid_on(country, ended, latest, generator),
        year=np.full(count, resident.year, dtype=np.int64),
        reference=np.arange(count, dtype=np.int64),
        previous=np.full(count, NONE, dtype=np.int64), is_credit=np.zeros(count, dtype=np.int64),
    )  # fmt: skip


def _latest_payment(country: Country, care_from: Ints) -> Ints:
    """The last day on which care of a day is paid."""
    starts = quarters_between(country.plan.first_year, country.plan.last_year)
    quarter = np.searchsorted(starts, care_from, side="right") - 1
    return starts[quarter + LATEST_QUARTERS + 1] - 1


def last_payment(country: Country) -> int:
    """The last day of the last quarter that is delivered."""
    return int(quarters_between(country.plan.first_year, country.plan.last_year)[-1]) - 1


def _paid_on(country: Country, ended: Ints, latest: Ints, generator: np.random.Generator) -> Ints:
    count = len(ended)
    mean = country.number("usual_lag_days")
    lag = np.minimum(_LEAST_LAG + whole(generator.exponential(mean, count)), _MOST_LAG)
    is_late = generator.random(count) < country.number("late_share")
    late = generator.integers(_LATE_FROM, _LATE_TO, count)
    return np.minimum(ended + np.where(is_late, late, lag), latest)


def _claimed(country: Country, granted: Ints, generator: np.random.Generator) -> Ints:
    """What was claimed: the same, or up to a quarter more."""
    more = generator.random(len(granted)) < country.number("claimed_more_share")
    extra = whole(granted * generator.random(len(granted)) / 4)
    return granted + np.where(more, extra, 0)
