"""The bytes of a data file, judged as bytes: encoding, line ends, lengths, number of fields.

Everything is vectorised over the whole file, so that a file of 60,000 lines takes milliseconds,
and every finding keeps its line number. Line 1 is the first line after the header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from spiegel_core.contracts.files import header_of
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.findings import (
    REFUSE_FILE,
    SET_LINE_ASIDE,
    Finding,
    FindingList,
)

_LF, _CR, _SEMICOLON, _QUOTE = 10, 13, 59, 34
_BOM = b"\xef\xbb\xbf"
_BYTES_AT_ONCE = 4 << 20
# Control characters of ASCII (tab included) and of Latin-1 as UTF-8 writes them.
_CONTROL = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")


@dataclass(frozen=True)
class Lines:
    """The lines of a file that have the right number of fields.

    Args:
        text: those lines, header first, ready for a CSV reader without quoting.
        numbers: line number of each of them (array of int64); None when it is 1, 2, 3 ...
        total: all lines after the header, those left out included.
        quoted: numbers of lines that hold a quotation mark.
    """

    text: bytes
    numbers: npt.NDArray[np.int64] | None
    total: int
    quoted: npt.NDArray[np.int64]

    def number_of(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Line numbers of positions (from 0) among the kept lines."""
        return positions + 1 if self.numbers is None else self.numbers[positions]


def split_lines(data: bytes, kind: str, door: DoorRules, findings: FindingList) -> Lines:
    """Judge the structure of a file of a kind; keep the lines with the right number of fields.

    In:   the unpacked bytes
    Out:  the lines; `findings` grows by what is wrong with them
    """
    _judge_encoding(data, kind, findings)
    line_ends = data.count(b"\n")
    if line_ends * header_of(kind).count(";") > len(data):
        # To say so line by line would take eighty times the size of a file of line ends alone.
        message = "the lines are too short to have the number of fields of the header"
        findings.add(Finding("file.field_count", REFUSE_FILE, message, kind))
        return _no_lines(kind, line_ends - data.endswith(b"\n"))
    ends, starts = _line_bounds(data)
    header_is_right = _judge_header(data, starts, ends, kind, findings)
    lines = _judge_shape(data, starts, ends, kind, door, findings)
    if header_is_right:
        return lines
    # Under another header nobody knows what the fields are, so they are not judged.
    return _no_lines(kind, lines.total)


def _no_lines(kind: str, total: int) -> Lines:
    """The header alone, of a file whose lines cannot be told apart into fields."""
    return Lines(header_of(kind).encode() + b"\n", None, total, np.empty(0, dtype=np.int64))


def _line_bounds(data: bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """End (at the line feed) and start of each line, header included; the last may lack its end."""
    octets = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(octets == _LF).astype(np.int64)
    if data and data[-1] != _LF:
        ends = np.append(ends, np.int64(len(data)))
    starts = np.concatenate(([np.int64(0)], ends[:-1] + 1)) if len(ends) else ends
    return ends, starts


def _judge_encoding(data: bytes, kind: str, findings: FindingList) -> None:
    def refuse(rule: str, message: str, at: int) -> None:
        line = data.count(b"\n", 0, at)
        findings.add(Finding(rule, REFUSE_FILE, message, kind, line or None))

    if data.startswith(_BOM):
        refuse("file.bom", "begins with a byte order mark", 0)
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as problem:
            refuse("file.encoding", "not UTF-8", problem.start)
    control = _CONTROL.search(data) if _may_hold_control(data) else None
    if control:
        refuse("file.control_character", "holds a control character", control.start())
    if data.count(b"\r") != data.count(b"\r\n"):
        alone = re.search(rb"\r(?!\n)", data)
        refuse("file.lone_cr", "holds a CR that is no line end", alone.start() if alone else 0)


def _may_hold_control(data: bytes) -> bool:
    """A count that costs a tenth of the search; the search then says where."""
    octets = np.frombuffer(data, dtype=np.uint8)
    line_ends = data.count(b"\n") + data.count(b"\r")
    low = int(np.count_nonzero(octets < 32)) + int(np.count_nonzero(octets == 127))
    return low != line_ends or b"\xc2" in data


def _judge_header(
    data: bytes,
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    kind: str,
    findings: FindingList,
) -> bool:
    header = data[int(starts[0]) : int(ends[0])].rstrip(b"\r") if len(ends) else b""
    if header.removeprefix(_BOM) == header_of(kind).encode():
        return True
    wanted = header_of(kind).split(";")
    fields = header.count(b";") + 1
    found = header.decode("utf-8", "replace").split(";", len(wanted))
    odd = next((name for name, got in zip(wanted, found, strict=False) if name != got), "")
    message = (
        "the file is empty: the header line is missing"
        if not data
        else f"the header line is not that of {kind}: {fields} fields instead of {len(wanted)}"
        if fields != len(wanted)
        else f"the header line is not that of {kind}: it differs from the field {odd} on"
    )
    findings.add(Finding("file.header", REFUSE_FILE, message, kind, None, odd))
    return False


def _judge_shape(
    data: bytes,
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    kind: str,
    door: DoorRules,
    findings: FindingList,
) -> Lines:
    octets = np.frombuffer(data, dtype=np.uint8)
    total = max(len(ends) - 1, 0)
    lengths = ends - starts
    has_cr = np.zeros(len(ends), dtype=bool)
    filled = lengths > 0
    has_cr[filled] = octets[ends[filled] - 1] == _CR
    separators = _per_line(octets, _SEMICOLON, starts)
    wrong_number = separators != header_of(kind).count(";")
    too_long = lengths - has_cr > door.line_bytes
    for rule, is_wrong, message in (
        ("file.field_count", wrong_number, "has not the number of fields of the header"),
        ("file.line_too_long", too_long, f"is longer than {door.line_bytes:,} bytes"),
    ):
        findings.add_lines(rule, REFUSE_FILE, message, kind, "", np.flatnonzero(is_wrong[1:]) + 1)
    quoted = _quoted_lines(data, octets, starts, kind, findings)
    is_kept = ~(wrong_number | too_long)
    if len(ends):
        is_kept[0] = True
    if bool(is_kept.all()) and not findings.refuses:
        # A header without its line end is no file at all to a CSV reader.
        return Lines(data if total else data.rstrip(b"\r\n") + b"\n", None, total, quoted)
    header = header_of(kind).encode()
    kept = np.flatnonzero(is_kept[1:]) + 1
    pieces = [data[int(starts[i]) : int(ends[i])].rstrip(b"\r") for i in kept]
    text = b"\n".join([header, *pieces]) + b"\n"
    readable = text.decode("utf-8", "replace").encode().replace(b"\r", b" ")
    return Lines(readable, kept.astype(np.int64), total, quoted)


def _per_line(
    octets: npt.NDArray[np.uint8], wanted: int, starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """How often each line holds a character; to list the places would take eight bytes each."""
    found = np.empty(len(starts), dtype=np.int32)
    # Summing widens every character to four bytes, so some megabytes at a time.
    cuts = np.searchsorted(starts, np.arange(0, len(octets), _BYTES_AT_ONCE))
    for first, last in pairwise(np.unique([*cuts, len(starts)]).tolist()):
        begin = int(starts[first])
        end = int(starts[last]) if last < len(starts) else len(octets)
        is_wanted = octets[begin:end] == wanted
        found[first:last] = np.add.reduceat(is_wanted, starts[first:last] - begin, dtype=np.int32)
    return found


def _quoted_lines(
    data: bytes,
    octets: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    kind: str,
    findings: FindingList,
) -> npt.NDArray[np.int64]:
    if b'"' not in data:
        return np.empty(0, dtype=np.int64)
    numbers = np.flatnonzero(_per_line(octets, _QUOTE, starts)).astype(np.int64)
    numbers = numbers[numbers > 0]
    message = "holds a quotation mark; fields are not quoted"
    findings.add_lines("line.quote", SET_LINE_ASIDE, message, kind, "", numbers)
    return numbers
