"""The person's number inside a longer text of the same line, as a reference made from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_BSN, _WITHOUT_FIRST = 9, 8
_ZERO = ord("0")

Mask = npt.NDArray[np.bool_]


def holds_bsn(texts: pa.StringArray, bsns: pa.StringArray) -> Mask:
    """Which texts hold the number of their own line; without its leading zero too.

    By chance a text of twenty digits does so once in some forty million lines.

    Args:
        texts, bsns: a text and a number per line; what has not nine characters is no number.

    Example:
        >>> texts = pa.array(["R-123456782", "12345678", "2021-1112222-1"])
        >>> bsns = pa.array(["123456782", "012345678", "111222233"])
        >>> holds_bsn(texts, bsns).tolist()
        [True, True, False]
    """
    found = np.zeros(len(texts), dtype=bool)
    lengths = pc.binary_length(texts).to_numpy()
    is_number = pc.equal(pc.binary_length(bsns), _BSN).to_numpy(zero_copy_only=False)
    # Texts of one length stand at equal distances, so that all lines are compared at once.
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        is_judged = (lengths == length) & is_number
        if length >= _WITHOUT_FIRST and is_judged.any():
            found[is_judged] = _hold(_octets(texts, is_judged), _octets(bsns, is_judged), length)
    return found


def _hold(texts: npt.NDArray[np.uint8], bsns: npt.NDArray[np.uint8], length: int) -> Mask:
    """Texts of one length, end to end, beside numbers end to end."""
    first, rest = bsns[::_BSN], _eight_bytes(bsns, 1, _BSN)
    found = np.zeros(len(first), dtype=bool)
    for place in range(length - _WITHOUT_FIRST + 1):
        is_same = _eight_bytes(texts, place, length) == rest
        if is_same.any():
            has_first = texts[place - 1 :: length] == first if place else False
            found |= is_same & (has_first | (first == _ZERO))
    return found


def _eight_bytes(
    octets: npt.NDArray[np.uint8], place: int, distance: int
) -> npt.NDArray[np.uint64]:
    """Eight bytes of each text as one number; nothing is copied."""
    return np.ndarray((len(octets) // distance,), np.uint64, octets, place, (distance,))


def _octets(texts: pa.StringArray, is_wanted: Mask) -> npt.NDArray[np.uint8]:
    """The bytes of some of the texts, end to end."""
    wanted = texts if is_wanted.all() else texts.filter(pa.array(is_wanted))
    _, starts, octets = wanted.buffers()
    first, last = np.frombuffer(starts, np.int32)[[wanted.offset, wanted.offset + len(wanted)]]
    return np.frombuffer(octets, np.uint8)[first:last]
