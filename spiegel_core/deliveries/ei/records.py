"""The records of an EI file as columns of characters, so that a field costs microseconds.

The characters of one kind of record stand in a matrix with a row per position: a field is then a
few neighbouring rows, and a test of it runs over whole rows at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from spiegel_core.deliveries.ei.standard import COMMENT, HEADER, EiField, Standard

Octets = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]

_LF, _CR, _SPACE, _ZERO = 10, 13, 32, 48


@dataclass(frozen=True)
class Lines:
    """Where the lines of a file are.

    Args:
        octets: the file.
        starts, ends: first character of each line, and the one after its last (no line end).
        has_last_end: the last line has its line end.
        line_ends: "LF", "CR LF", or "mixed".
    """

    octets: Octets
    starts: Whole
    ends: Whole
    has_last_end: bool
    line_ends: str

    @property
    def total(self) -> int:
        return len(self.starts)


def split_lines(content: bytes) -> Lines:
    """Find the lines of a file; LF and CR LF both end one."""
    octets = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(octets == _LF).astype(np.int64)
    has_last_end = content.endswith(b"\n") or not content
    if not has_last_end:
        ends = np.append(ends, np.int64(len(content)))
    starts = np.concatenate(([np.int64(0)], ends[:-1] + 1)) if len(ends) else ends
    filled = ends > starts
    has_cr = np.zeros(len(ends), dtype=bool)
    has_cr[filled] = octets[ends[filled] - 1] == _CR
    ended = has_cr if has_last_end else has_cr[:-1]
    with_cr = int(ended.sum())
    line_ends = "LF" if not with_cr else "CR LF" if with_cr == len(ended) else "mixed"
    return Lines(octets, starts, ends - has_cr, has_last_end, line_ends)


@dataclass
class Kind:
    """All records of one kind.

    Args:
        code: the kind ("04").
        at: place of each in the file, from 0.
        cells: character matrix: a row per position, a column per record.
        above: per kind it stands under: which record of that kind, -1 for none.
        is_judged: records whose fields can be judged: right length, right place.
        faulty: fields found wrong, and on which records; such a field is not judged again.
    """

    code: str
    at: Whole
    cells: Octets
    is_judged: Mask
    above: dict[str, Whole] = field(default_factory=dict)
    faulty: dict[str, Mask] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._has_fault = np.zeros(len(self.at), dtype=bool)

    def __len__(self) -> int:
        return len(self.at)

    def block(self, one: EiField) -> Octets:
        """The characters of a field: a row per position."""
        return self.cells[one.start - 1 : one.end]

    def sound(self, number: str) -> Mask:
        """Records whose field was judged and not found wrong."""
        faulty = self.faulty.get(number)
        return self.is_judged if faulty is None else self.is_judged & ~faulty

    def sound_throughout(self) -> Mask:
        """Records of which no field was found wrong so far."""
        return self.is_judged & ~self._has_fault

    def fault(self, number: str, is_wrong: Mask) -> None:
        self._has_fault |= is_wrong
        before = self.faulty.get(number)
        self.faulty[number] = is_wrong if before is None else before | is_wrong


Kinds = dict[str, Kind]


def gather(lines: Lines, length: int) -> Octets:
    """The lines as a matrix, a row per line; those of another length are spaces throughout."""
    lengths = lines.ends - lines.starts
    if len(lengths) and bool((lengths == length).all()):
        stride = int(lines.starts[1] - lines.starts[0]) if len(lengths) > 1 else length
        if bool((np.diff(lines.starts) == stride).all()):
            return np.lib.stride_tricks.as_strided(
                lines.octets, (len(lengths), length), (stride, 1), writeable=False
            )
    rows = np.full((len(lengths), length), _SPACE, dtype=np.uint8)
    right = np.flatnonzero(lengths == length)
    if len(right):
        windows = np.lib.stride_tricks.sliding_window_view(lines.octets, length)
        rows[right] = windows[lines.starts[right]]
    return rows


def sort_by_kind(rows: Octets, codes: list[str], of_line: Whole, is_judged: Mask) -> Kinds:
    """The records of each kind together; `of_line` says which of the codes a line is, -1 none."""
    kinds = {}
    for place, code in enumerate(codes):
        at = np.flatnonzero(of_line == place).astype(np.int64)
        cells = np.ascontiguousarray(rows[at].T)
        kinds[code] = Kind(code, at, cells, is_judged[at])
    return kinds


def relate(kinds: Kinds, standard: Standard) -> None:
    """Give every record the records it stands under.

    A record stands under the nearest one before it, unless a record of a higher kind came between.
    A comment belongs to the insured person, and to the care, that it stands in.
    """
    for code, kind in kinds.items():
        chain = ("04", "02", "01") if code == COMMENT else standard.above(code)
        floor = np.full(len(kind), -1, dtype=np.int64)
        for higher in reversed(chain):
            if higher not in kinds:
                continue
            if higher == HEADER:
                # There is one; a second is out of order and heads nothing.
                kind.above[higher] = np.zeros(len(kind), dtype=np.int64)
                continue
            found = np.searchsorted(kinds[higher].at, kind.at, side="left") - 1
            at = kinds[higher].at[found] if len(kinds[higher]) else np.full(len(kind), -1)
            stands = (found >= 0) & (at >= floor)
            kind.above[higher] = np.where(stands, found, -1).astype(np.int64)
            floor = np.where(stands, at, floor)


def is_digits(block: Octets) -> Mask:
    """Which fields hold digits only."""
    found: Mask = np.all((block - np.uint8(_ZERO)) < 10, axis=0)
    return found


def is_all(block: Octets, character: str) -> Mask:
    """Which fields hold one character throughout."""
    found: Mask = (block == ord(character)).all(axis=0)
    return found


def is_filled(block: Octets, one: EiField) -> Mask:
    """Which fields hold something; zeros mean empty, unless they are a value of the field."""
    if one.is_number:
        return ~is_all(block, " ") & ~(is_all(block, "0") & (not one.zero_is_value))
    return ~is_all(block, " ")


def holds_value(block: Octets, value: str) -> Mask:
    """Which fields hold a value, filled up with spaces."""
    padded = value.encode("latin-1", "replace").ljust(block.shape[0])[: block.shape[0]]
    wanted = np.frombuffer(padded, dtype=np.uint8)
    found: Mask = (block == wanted[:, None]).all(axis=0)
    return found


def whole_numbers(block: Octets) -> Whole:
    """The fields as whole numbers; only of meaning where all are digits, at most 18 of them."""
    total = np.zeros(block.shape[1], dtype=np.int64)
    for position in block:
        total *= 10
        total += position.astype(np.int64) - _ZERO
    return total


def texts(block: Octets) -> npt.NDArray[np.bytes_]:
    """The fields as byte strings."""
    width, records = block.shape
    return np.ascontiguousarray(block.T).view(f"S{width}").reshape(records)
