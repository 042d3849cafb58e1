"""Numbers of persons: invented citizen service numbers, and numbers at the insurer."""

from __future__ import annotations

import numpy as np

from spiegel_core.invent.arrays import Flags, Ints, whole

NO_BSN = "999999999"
# The first seven digits of a number; every seven have at least nine numbers that pass the test.
_FIRST_HEAD, _HEADS = 100_000, 9_000_000
_PER_HEAD = 9
_HEAD_WEIGHTS = (9, 8, 7, 6, 5, 4, 3)
_STEP = 7_368_787  # prime, so that the heads of following persons lie far apart
MOST_PERSONS = _HEADS * _PER_HEAD


def bsn_of(numbers: Ints) -> Ints:
    """A different citizen service number for each person number.

    Every number passes the 11-test (weights 9 8 7 6 5 4 3 2 -1) and none is 000000000 or
    999999999, which means "none".

    Example:
        >>> bsn_of(np.array([0, 1])).tolist()
        [10000008, 10000021]
    """
    if len(numbers) and int(numbers.max()) >= MOST_PERSONS:
        raise ValueError(f"person numbers go up to {MOST_PERSONS:,}")
    block, place = numbers // _PER_HEAD, numbers % _PER_HEAD
    head = _FIRST_HEAD + block * _STEP % _HEADS
    rest, total = head.copy(), np.zeros_like(head)
    for weight in reversed(_HEAD_WEIGHTS):
        total += weight * (rest % 10)
        rest //= 10
    eighth = np.arange(10)
    # The last digit is the weighted sum of the others modulo 11; 10 is no digit.
    last = (total[:, None] + 2 * eighth) % 11
    is_number = last < 10
    rank = np.cumsum(is_number, axis=1) - 1
    wanted = is_number & (rank == place[:, None])
    chosen = whole(wanted.argmax(axis=1))
    return head * 100 + chosen * 10 + last[np.arange(len(head)), chosen]


def insured_numbers(numbers: Ints) -> list[str]:
    """The number of each person at any insurer; never the citizen service number.

    Example:
        >>> insured_numbers(np.array([7]))
        ['V-00000007']
    """
    return [f"V-{number:08d}" for number in numbers.tolist()]


def bsn_texts(numbers: Ints, has_bsn: Flags) -> list[str]:
    """The citizen service number as it is delivered: nine digits, or 999999999 for none."""
    texts = bsn_of(numbers).tolist()
    return [
        f"{bsn:09d}" if has else NO_BSN for bsn, has in zip(texts, has_bsn.tolist(), strict=True)
    ]
