"""The person's number inside a longer text of the same line, as a reference made from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_BSN, _WINDOW = 9, 8
_ZERO = ord("0")
# So many lines at once stay in the processor's cache, whatever the size of the file.
_LINES_AT_ONCE = 1 << 15


def holds_bsn(texts: pa.StringArray, bsns: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Which texts hold the number of their own line; without its leading zero too.

    By chance a text of twenty digits does so once in some hundred million lines.

    Args:
        texts, bsns: a text and a number per line.

    Example:
        >>> texts = pa.array(["R-123456782", "12345678", "2021-1112222-1"])
        >>> bsns = pa.array(["123456782", "012345678", "111222233"])
        >>> holds_bsn(texts, bsns).tolist()
        [True, True, False]
    """
    found = np.zeros(len(texts), dtype=bool)
    for first in range(0, len(texts), _LINES_AT_ONCE):
        piece = slice(first, first + _LINES_AT_ONCE)
        found[piece] = _holds(texts[piece], bsns[piece])
    return found


def _holds(texts: pa.StringArray, bsns: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Every eight bytes in a row beside the last eight of the number of their line."""
    found = np.zeros(len(texts), dtype=bool)
    starts, octets = _plain(texts)
    own_starts, own = _plain(bsns)
    lines = np.flatnonzero(np.diff(own_starts) == _BSN)
    wanted = np.zeros(len(texts), dtype=np.uint64)
    wanted[lines] = _windows(own)[own_starts[lines] + 1]
    windows = _windows(octets)
    of_lines = np.repeat(wanted, np.diff(starts))[: len(windows)]
    for place in np.flatnonzero(windows == of_lines).tolist():
        line = int(np.searchsorted(starts, place, side="right")) - 1
        leading = own[own_starts[line]]
        has_leading = place > starts[line] and octets[place - 1] == leading
        if place + _WINDOW <= starts[line + 1] and (has_leading or leading == _ZERO):
            found[line] = True
    return found


def _plain(texts: pa.StringArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where each text starts, and the bytes of all of them."""
    _, starts, octets = texts.buffers()
    bounds = np.frombuffer(starts, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    held = np.frombuffer(octets or b"", np.uint8)[bounds[0] : bounds[-1]]
    return bounds - bounds[0], held


def _windows(octets: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """Every eight bytes in a row as one number; nothing is copied."""
    if len(octets) < _WINDOW:
        return np.empty(0, dtype=np.uint64)
    return np.ndarray((len(octets) - _WINDOW + 1,), np.uint64, octets, 0, (1,))
