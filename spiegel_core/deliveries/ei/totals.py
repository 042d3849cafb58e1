"""Record 99: the numbers of records and the signed sum of what is claimed.

Source: standard description GZ321-GZ322 1.0, table 6-2.
"""

from __future__ import annotations

import numpy as np

from spiegel_core.deliveries.ei.marks import TOTAL, Marks
from spiegel_core.deliveries.ei.records import (
    Kind,
    Kinds,
    Mask,
    holds_value,
    is_digits,
    whole_numbers,
)
from spiegel_core.deliveries.ei.standard import CLOSING, HEADER, EiField


def mark_counts(kinds: Kinds, marks: Marks) -> frozenset[str]:
    """Numbers of records that are not those of the file; returns the kinds miscounted."""
    closing = kinds[CLOSING]
    counted = {code: len(kind) for code, kind in kinds.items() if code not in (HEADER, CLOSING)}
    counted["all"] = sum(counted.values())
    miscounted = set()
    for role, (one, *_) in marks.standard.roles.items():
        if not role.startswith("count:") or not len(closing):
            continue
        code = role.removeprefix("count:")
        wrong = whole_numbers(closing.block(one)) != counted.get(code, 0)
        wrong &= closing.sound(one.number)
        if wrong.any():
            miscounted.add(code)
            what = "records" if code == "all" else f"records {code}"
            marks.on_records(closing, one.number, wrong, "ei.total.count",
                             f"is not the number of {what} in the file", TOTAL)  # fmt: skip
    return frozenset(miscounted)


def mark_total(kinds: Kinds, marks: Marks) -> tuple[int, int]:
    """A total that is not the sum of what is claimed; returns debit and credit in eurocents.

    Where an amount or its sign cannot be read there is no sum to hold the total against, and
    nothing says that the other amounts are those that were sent: the file is refused.
    """
    standard, closing = marks.standard, kinds[CLOSING]
    amount, sign = (standard.roles.get(role, (None,))[0] for role in ("claimed", "claimed_sign"))
    total, side = (standard.roles.get(role, (None,))[0] for role in ("total", "total_sign"))
    if amount is None or sign is None or total is None or side is None:
        return 0, 0
    debit, credit, is_known = _sums(kinds[amount.record], amount, sign)
    if is_known and len(closing):
        _mark_total(closing, total, side, debit - credit, marks)
    elif not marks.refuses:
        marks.on_records(closing, total.number, closing.sound(total.number), "ei.total.amount",
                         "cannot be checked: an amount claimed or its sign cannot be read",
                         TOTAL)  # fmt: skip
    return debit, credit


def _sums(kind: Kind, amount: EiField, sign: EiField) -> tuple[int, int, bool]:
    """Debit, credit, and whether all could be read; an amount that fits nothing still counts."""
    readable = kind.is_judged & is_digits(kind.block(amount))
    cents = np.where(readable, whole_numbers(kind.block(amount)), 0)
    is_debit, is_credit = (holds_value(kind.block(sign), side) for side in ("D", "C"))
    known = readable & (is_debit | is_credit | (cents == 0))
    debit, credit = (int(cents[side].sum()) for side in (is_debit, is_credit))
    return debit, credit, bool(known.all())


def _mark_total(closing: Kind, total: EiField, side: EiField, net: int, marks: Marks) -> None:
    said = whole_numbers(closing.block(total))
    wrong: Mask = (said != abs(net)) & closing.sound(total.number)
    marks.on_records(closing, total.number, wrong, "ei.total.amount",
                     "is not the sum of the amounts claimed", TOTAL)  # fmt: skip
    right_side = holds_value(closing.block(side), "C" if net < 0 else "D")
    odd: Mask = ~right_side & closing.sound(side.number)
    marks.on_records(closing, side.number, odd, "ei.total.amount",
                     "is not the sign of the sum of the amounts claimed", TOTAL)  # fmt: skip
