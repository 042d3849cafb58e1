"""Everything that can stand on a claim line: codes with all that goes with them.

A line names one item by its number; the text columns of the line (code list, code, specialism,
diagnosis and so on) are looked up when the file is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spiegel_core.invent.arrays import Floats, Ints, real, whole


@dataclass(frozen=True)
class Item:
    """What is the same on every line of an item.

    Args:
        care_type to cover: columns of the delivery (care_type: of its manifest).
        segment: of the targets, for calibration; empty is not calibrated.
        family: outcome whose planted effect it carries; empty is none.
        cents: price per line or unit before calibration; 0 where it differs per person.
        ddd_per_1000_units: daily doses of 1,000 units of a medicine.
        duration_days: longest time from the first to the last day of the care.
        is_spread: several lines of one person lie evenly over the time, not at random.
        cycle: the lines of a run take turns with the next items, so many in all; 1 does not.
    """

    care_type: str
    code_list: str
    code: str
    care_product: str = ""
    specialism: str = ""
    diagnosis_list: str = ""
    diagnosis: str = ""
    indication: str = ""
    cover: str = "B"
    segment: str = ""
    family: str = ""
    cents: float = 0.0
    ddd_per_1000_units: int = 0
    duration_days: int = 0
    is_spread: bool = False
    cycle: int = 1


@dataclass(frozen=True)
class Items:
    """All items of the country.

    Args:
        rows: the items; an item's place is its number.
        groups: named groups of items (`fee_under_65`, `A10BA02`, `other:3`).
        weights: how often each item of a group is taken.
        segment: place of each item's segment in the targets; -1 is not calibrated.
        family: place of each item's family among the planted effects; -1 is none.
        cents, ddd, duration, is_spread, cycle, cycle_first: columns of the items.
    """

    rows: tuple[Item, ...]
    groups: Mapping[str, Ints]
    weights: Mapping[str, Floats]
    segment: Ints
    family: Ints
    cents: Floats
    ddd: Ints
    duration: Ints
    is_spread: Ints
    cycle: Ints
    cycle_first: Ints

    def group(self, name: str) -> Ints:
        """The numbers of the items of a group."""
        return self.groups[name]

    def medicines(self, atc_prefix: str) -> Ints:
        """The medicines whose ATC code begins so."""
        found = [
            items for name, items in self.groups.items() if name.startswith(f"atc:{atc_prefix}")
        ]
        return whole([int(item) for items in found for item in items])


@dataclass
class ItemList:
    """The items while they are being listed."""

    rows: list[Item] = field(default_factory=list)
    groups: dict[str, list[int]] = field(default_factory=dict)
    weights: dict[str, list[float]] = field(default_factory=dict)

    def add(self, group: str, item: Item, weight: float = 1.0) -> None:
        """List an item in a group."""
        self.groups.setdefault(group, []).append(len(self.rows))
        self.weights.setdefault(group, []).append(weight)
        self.rows.append(item)

    def frozen(self, segments: tuple[str, ...], families: tuple[str, ...]) -> Items:
        """The finished list."""
        rows = self.rows
        cycle_first = list(range(len(rows)))
        for name, numbers in self.groups.items():
            if rows[numbers[0]].cycle > 1:
                for number in numbers:
                    cycle_first[number] = self.groups[name][0]
        return Items(
            rows=tuple(rows),
            groups={name: whole(numbers) for name, numbers in self.groups.items()},
            weights={name: real(weights) for name, weights in self.weights.items()},
            segment=whole([_place(row.segment, segments) for row in rows]),
            family=whole([_place(row.family, families) for row in rows]),
            cents=real([row.cents for row in rows]),
            ddd=whole([row.ddd_per_1000_units for row in rows]),
            duration=whole([row.duration_days for row in rows]),
            is_spread=whole([int(row.is_spread) for row in rows]),
            cycle=whole([row.cycle for row in rows]),
            cycle_first=whole(cycle_first),
        )


def _place(name: str, names: tuple[str, ...]) -> int:
    return names.index(name) if name else -1
