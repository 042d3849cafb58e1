"""Which lines of a validation sheet may be shown: nothing on 1-9 persons, nor a way to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from spiegel_core.engine.validation import SUBGROUP, ValidationRow

Key = tuple[str, str, str]
_DIGITS = 3


def shown_rows(rows: Iterable[ValidationRow], smallest: int) -> Iterator[ValidationRow]:
    """The sheet as it may leave the store.

    A group of fewer persons is left out, and so is the next smallest of those it adds up with,
    until what was left out together is no small number either. Groups of two characteristics add
    up within the first one, because its totals follow from other lines. Sums are not shown, only
    means and ratios with few digits: sums of several divisions could be set against each other.

    Args:
        rows: of the sheet.
        smallest: fewest persons a number may be about.
    """
    listed = list(rows)
    hidden = _hidden(listed, smallest)
    for row in listed:
        if row.check != SUBGROUP:
            is_small = 0 < (row.persons or 0) < smallest
            yield dataclasses.replace(row, persons=None, expected=None) if is_small else row
        elif (row.outcome, row.characteristic, row.group) not in hidden:
            yield dataclasses.replace(
                row, observed=None, expected=None, residual=_whole(row.residual),
                standard_error=_whole(row.standard_error),
                predictive_ratio=None if row.predictive_ratio is None
                else round(row.predictive_ratio, _DIGITS),
            )  # fmt: skip


def _hidden(rows: Iterable[ValidationRow], smallest: int) -> set[Key]:
    together: dict[Key, list[ValidationRow]] = {}
    for row in rows:
        if row.check == SUBGROUP:
            first, comma, _ = row.group.partition(", ")
            key = (row.outcome, row.characteristic, first if comma else "")
            together.setdefault(key, []).append(row)
    hidden: set[Key] = set()
    for group in together.values():
        left_out = 0
        for row in sorted(group, key=lambda one: (one.persons or 0, one.group)):
            if (row.persons or 0) >= smallest and not 0 < left_out < smallest:
                break
            left_out += row.persons or 0
            hidden.add((row.outcome, row.characteristic, row.group))
    return hidden


def _whole(amount: float | None) -> float | None:
    return None if amount is None else float(round(amount))
