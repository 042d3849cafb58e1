"""The words of the rules: what each holds a field against.

Every judge takes the fields of a file, a kind of record, the number of a field and what it is held
against, and says which records pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from spiegel_core.deliveries.ei.records import (
    Kind,
    Mask,
    Octets,
    Whole,
    holds_value,
    is_all,
    texts,
    whole_numbers,
)

if TYPE_CHECKING:
    from spiegel_core.deliveries.ei.conditions import Conditions

_DAYS_BEFORE_MONTH = np.array([0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])


def days(block: Octets) -> Whole:
    """Days on one count, of fields `YYYYMMDD` that are existing days."""
    year, month, day = (whole_numbers(block[a:b]) for a, b in ((0, 4), (4, 6), (6, 8)))
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    before = year - 1
    whole_years = before * 365 + before // 4 - before // 100 + before // 400
    found: Whole = (
        whole_years + _DAYS_BEFORE_MONTH[np.clip(month, 0, 12)] + day + (leap & (month > 2))
    )
    return found


def _filled(c: Conditions, kind: Kind, number: str, _: tuple[str, ...]) -> Mask:
    return ~_empty(c, kind, number, _)


def _empty(c: Conditions, kind: Kind, number: str, _: tuple[str, ...]) -> Mask:
    """Spaces or zeros; zeros that are a value elsewhere are empty to a condition."""
    block = c.block(kind, number)
    return is_all(block, " ") | (is_all(block, "0") & c.field(number).is_number)


def _absent(c: Conditions, kind: Kind, number: str, _: tuple[str, ...]) -> Mask:
    return np.zeros(len(kind), dtype=bool)


def _in(c: Conditions, kind: Kind, number: str, values: tuple[str, ...]) -> Mask:
    block = c.block(kind, number)
    found = np.zeros(len(kind), dtype=bool)
    for value in values:
        found |= holds_value(block, value)
    return found


def _not(c: Conditions, kind: Kind, number: str, values: tuple[str, ...]) -> Mask:
    return ~_in(c, kind, number, values)


def _starts(c: Conditions, kind: Kind, number: str, values: tuple[str, ...]) -> Mask:
    block = c.block(kind, number)
    found = np.zeros(len(kind), dtype=bool)
    for value in values:
        found |= holds_value(block[: len(value)], value)
    return found


def _same(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    own, other = c.block(kind, number), c.block(kind, others[0])
    found: Mask = (own == other).all(axis=0)
    return found


def _other_than(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    return ~_same(c, kind, number, others)


def _from(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    """Not before; an empty date on either side passes."""
    own, other = c.numbers(kind, number), c.numbers(kind, others[0])
    found: Mask = (own >= other) | (own == 0) | (other == 0)
    return found


def _until(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    """Not after; an empty date on either side passes."""
    own, other = c.numbers(kind, number), c.numbers(kind, others[0])
    found: Mask = (own <= other) | (own == 0) | (other == 0)
    return found


def _at_most(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    found: Mask = c.numbers(kind, number) <= c.numbers(kind, others[0])
    return found


def _not_among(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    """Not the text of another field, anywhere in the file, on a debit record."""
    other = c.field(others[0])
    elsewhere = texts(kind.block(other)[:, c.debits(kind)]) if len(kind) else np.empty(0)
    found: Mask = ~np.isin(texts(c.block(kind, number)), elsewhere)
    return found


def _sum_of(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    found: Mask = c.numbers(kind, number) == c.total(kind, others[0])
    return found


def _at_least_sum(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    total = sum((c.numbers(kind, other) for other in others), np.zeros(len(kind), np.int64))
    found: Mask = c.numbers(kind, number) >= total
    return found


def _product(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    product = np.ones(len(kind), dtype=np.int64)
    for other in others:
        product *= c.numbers(kind, other)
    found: Mask = c.numbers(kind, number) == product
    return found


def _days_of(c: Conditions, kind: Kind, number: str, others: tuple[str, ...]) -> Mask:
    """The number of days from one date to the other, both counted."""
    first, last = (days(c.block(kind, other)) for other in others)
    found: Mask = c.numbers(kind, number) == last - first + 1
    return found


Judge = Callable[["Conditions", Kind, str, tuple[str, ...]], Mask]
JUDGES: dict[str, Judge] = {
    "filled": _filled, "empty": _empty, "absent": _absent, "in": _in, "not": _not,
    "starts": _starts, "same_as": _same, "other_than": _other_than, "on_or_after": _from,
    "on_or_before": _until, "at_most": _at_most, "not_among": _not_among, "sum_of": _sum_of,
    "at_least_sum_of": _at_least_sum, "product_of": _product, "days_of": _days_of,
}  # fmt: skip
