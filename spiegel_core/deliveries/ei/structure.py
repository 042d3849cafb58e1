"""Are all records there, of the right length, in the right order? File level of the gate.

Source: standard description GZ321-GZ322 1.0, par. 5.3.3, 5.3.4 and table 6-2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spiegel_core.deliveries.ei.marks import Marks
from spiegel_core.deliveries.ei.records import (
    Kind,
    Kinds,
    Lines,
    Mask,
    Octets,
    Whole,
    gather,
    holds_value,
    is_all,
    is_digits,
    relate,
    sort_by_kind,
)
from spiegel_core.deliveries.ei.standard import CLOSING, COMMENT, HEADER, Standard

UNKNOWN = -1
# A record of the right kind has hardly ever this many fields of the wrong type.
_TYPE_FAULTS = 3


@dataclass
class Sorted:
    """The lines of a file with the kind each is taken for."""

    rows: Octets
    codes: list[str]
    of_line: Whole
    is_judged: Mask


def read_records(lines: Lines, marks: Marks, cap: int) -> Kinds | None:
    """The records by kind; None when too many lines are no records at all.

    In:   the lines; `cap` odd lines are looked at one by one
    Out:  the kinds, each record with those it stands under; `marks` grows
    """
    standard = marks.standard
    wrong_length = (lines.ends - lines.starts) != standard.length
    _mark_lengths(lines, wrong_length, marks)
    if int(wrong_length.sum()) > cap:
        return None
    rows = gather(lines, standard.length)
    codes = [*standard.of_record]
    of_line = _declared_kinds(lines, codes)
    found = Sorted(rows, codes, of_line, ~wrong_length)
    _mark_misnamed(found, marks, cap)
    _mark_order(found, marks)
    kinds = sort_by_kind(rows, codes, found.of_line, found.is_judged)
    relate(kinds, standard)
    return kinds


def _mark_lengths(lines: Lines, wrong_length: Mask, marks: Marks) -> None:
    standard = marks.standard
    if wrong_length.any():
        marks.on_file(
            "ei.file.record_length", f"is not {standard.length} characters long",
            lines=np.flatnonzero(wrong_length) + 1,
        )  # fmt: skip


def _declared_kinds(lines: Lines, codes: list[str]) -> Whole:
    """Per line which of the codes its first two characters are."""
    of_line = np.full(lines.total, UNKNOWN, dtype=np.int64)
    long_enough = np.flatnonzero(lines.ends - lines.starts >= 2)
    first = lines.octets[lines.starts[long_enough]]
    second = lines.octets[lines.starts[long_enough] + 1]
    for place, code in enumerate(codes):
        is_code = (first == ord(code[0])) & (second == ord(code[1]))
        of_line[long_enough[is_code]] = place
    return of_line


def _mark_misnamed(found: Sorted, marks: Marks, cap: int) -> None:
    """Records whose content is of another kind than they say are taken for what they are."""
    standard = marks.standard
    unknown = np.flatnonzero((found.of_line == UNKNOWN) & found.is_judged)
    doubtful = _doubtful(found, standard)
    for line in [*unknown[:cap].tolist(), *doubtful[:cap].tolist()]:
        row = found.rows[line][:, None]
        fitting = _fitting(row, standard)
        if fitting is None:
            continue
        found.of_line[line] = found.codes.index(fitting)
        marks.on_file(
            "ei.structure.record_kind",
            f"says to be another kind of record than its content is ({fitting})",
            fitting, f"{fitting}01", [line + 1],
        )  # fmt: skip
    lost = np.flatnonzero((found.of_line == UNKNOWN) & found.is_judged)
    found.is_judged[lost] = False
    if len(lost):
        marks.on_file(
            "ei.structure.record_kind", "is of no kind of record of this standard",
            lines=lost + 1,
        )  # fmt: skip


def _doubtful(found: Sorted, standard: Standard) -> Whole:
    """Lines with several numbers that are no numbers."""
    doubtful = []
    for place, code in enumerate(found.codes):
        at = np.flatnonzero((found.of_line == place) & found.is_judged)
        cells = found.rows[at].T
        faults = np.zeros(len(at), dtype=np.int64)
        for one in standard.of_record[code]:
            if one.is_number:
                faults += ~is_digits(cells[one.start - 1 : one.end])
        doubtful.append(at[faults >= _TYPE_FAULTS])
    return np.sort(np.concatenate(doubtful)).astype(np.int64)


def _fitting(row: Octets, standard: Standard) -> str | None:
    """The kind a record fits in every field, the one with most to fit first."""
    best, most = None, 0
    for code, fields in standard.of_record.items():
        fits, checked = True, 0
        for one in fields[1:]:
            block = row[one.start - 1 : one.end]
            if one.is_number:
                fits = fits and bool(is_digits(block)[0])
                checked += one.width
            elif one.holds == "blank":
                fits = fits and bool(is_all(block, " ")[0])
            elif one.values:
                allowed = [*one.values, *([""] if one.obligation != "M" else [])]
                fits = fits and any(bool(holds_value(block, v)[0]) for v in allowed)
                checked += one.width
        if fits and checked > most:
            best, most = code, checked
    return best


def _mark_order(found: Sorted, marks: Marks) -> None:
    """Records that cannot stand where they stand; of several in a row only the first is told."""
    allowed = _successions(marks.standard, found.codes)
    out_of_order, told = _walk(found, allowed, marks.standard)
    found.is_judged[out_of_order] = False
    for line in told:
        code = found.codes[int(found.of_line[line])]
        marks.on_file(
            "ei.structure.order", "cannot stand after the record before it",
            code, f"{code}01", [line + 1],
        )  # fmt: skip


def _successions(standard: Standard, codes: list[str]) -> Mask:
    """Which kind may follow which, comments left out."""
    allowed = np.zeros((len(codes), len(codes)), dtype=bool)
    order = [*standard.places]
    for i, before in enumerate(codes):
        path = (before, *standard.above(before))
        for j, after in enumerate(codes):
            if after == CLOSING:
                allowed[i, j] = before not in (HEADER, CLOSING)
            elif after in standard.places and before != CLOSING:
                place = standard.places[after]
                same = next((c for c in path if c in standard.places
                             and standard.places[c].under == place.under), None)  # fmt: skip
                in_turn = same is None or order.index(same) <= order.index(after)
                once_more = same == after and place.most == 1
                allowed[i, j] = place.under in path and in_turn and not once_more
    return allowed


def _walk(found: Sorted, allowed: Mask, standard: Standard) -> tuple[list[int], list[int]]:
    """Lines out of order, and the first of each run of them."""
    codes = found.codes
    comment = codes.index(COMMENT) if COMMENT in codes else UNKNOWN - 1
    may_comment = [code in standard.comments_on for code in codes]
    kinds = found.of_line.tolist()
    out, told = [], []
    previous, stray = codes.index(HEADER), UNKNOWN
    for line, kind in enumerate(kinds):
        if line == 0 or kind == UNKNOWN:
            continue
        if kind == comment:
            if not may_comment[previous if stray == UNKNOWN else stray]:
                out.append(line)
                told.append(line)
        elif allowed[previous, kind]:
            previous, stray = kind, UNKNOWN
        else:
            out.append(line)
            # What follows on a stray record strays with it, and is not told again.
            if stray == UNKNOWN or not (allowed[stray, kind] or stray == kind):
                told.append(line)
            stray = kind
    return out, told


def mark_missing(kinds: Kinds, marks: Marks) -> None:
    """Records without the one they must have beneath them; a file without its last record."""
    standard = marks.standard
    if not len(kinds[CLOSING]):
        marks.on_file("ei.structure.missing", "there is no closing record (99)", CLOSING,
                      f"{CLOSING}01")  # fmt: skip
    for code, place in standard.places.items():
        if place.least and place.under in kinds:
            _mark_childless(kinds[place.under], kinds[code], marks)


def _mark_childless(parents: Kind, children: Kind, marks: Marks) -> None:
    if not len(parents):
        return
    of = children.above[parents.code]
    has = np.bincount(of[of >= 0], minlength=len(parents)) > 0
    lacking = ~has & parents.is_judged
    if lacking.any():
        marks.on_file(
            "ei.structure.missing", f"has no record {children.code} beneath it", parents.code,
            f"{parents.code}01", parents.at[lacking] + 1,
        )  # fmt: skip
