"""Bundles: runs of equal claim lines of one person and item.

A person's amounts are sums over bundles, so they are known before a single line is written, and
the lines add up to them exactly: a line of a bundle costs what the bundle says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent.arrays import Flags, Floats, Ints, real, whole
from spiegel_core.invent.items import Items
from spiegel_core.invent.residents import Residents

_MOST_CENTS = 99_999_999


@dataclass(frozen=True)
class Bundles:
    """Runs of equal lines; one value per bundle.

    Args:
        person: place among the residents of the year.
        item: number of the item.
        lines: how many lines.
        quantity: on each line.
        raw: cents per line before calibration.
        first, days: the stretch of the year the lines lie in (0 is 1 January).
        declarer, performer, referrer: numbers in the register; 0 is nobody.
    """

    person: Ints
    item: Ints
    lines: Ints
    quantity: Ints
    raw: Floats
    first: Ints
    days: Ints
    declarer: Ints
    performer: Ints
    referrer: Ints

    def __len__(self) -> int:
        return len(self.person)

    def taken(self, flags: Flags) -> Bundles:
        """The bundles that are flagged."""
        return Bundles(**{name: column[flags] for name, column in vars(self).items()})


def bundles(
    resident: Residents,
    person: Ints,
    item: Ints,
    raw: Floats,
    declarer: Ints | int,
    *,
    lines: Ints | int = 1,
    quantity: Ints | int = 1,
    first: Ints | None = None,
    days: Ints | None = None,
    performer: Ints | int = 0,
    referrer: Ints | int = 0,
) -> Bundles:
    """Bundles of persons of a year; the stretch is the time they are insured, if none is given."""
    count = len(person)
    return Bundles(
        person=person,
        item=_full(item, count),
        lines=_full(lines, count),
        quantity=_full(quantity, count),
        raw=real(raw),
        first=resident.first[person] if first is None else first,
        days=resident.days[person] if days is None else days,
        declarer=_full(declarer, count),
        performer=_full(performer, count),
        referrer=_full(referrer, count),
    )


def _full(values: Ints | int, count: int) -> Ints:
    return np.full(count, values, dtype=np.int64) if isinstance(values, int) else whole(values)


def joined(parts: Sequence[Bundles]) -> Bundles:
    """Several parts as one, in their order."""
    return Bundles(
        **{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    )


def cents_per_line(all_bundles: Bundles, items: Items, cells: Ints, factors: Floats) -> Ints:
    """What each line of a bundle costs after calibration (whole eurocents, 1 at least).

    Args:
        all_bundles: the bundles.
        items: the items they name.
        cells: cell of each person of the year.
        factors: segments x cells.
    """
    segment = items.segment[all_bundles.item]
    factor = np.where(segment >= 0, factors[segment, cells[all_bundles.person]], 1.0)
    cents = whole(np.rint(all_bundles.raw * factor))
    return np.clip(cents, 1, _MOST_CENTS)
