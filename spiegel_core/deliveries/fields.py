"""The fields of a file: each judged by its declared form, then typed.

A column with few different values is judged once per value, so that a file costs milliseconds.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from spiegel_core.contracts.files import FILE_KINDS, NO_BSN, Field
from spiegel_core.deliveries.findings import REFUSE_FILE, SET_LINE_ASIDE, FindingList
from spiegel_core.deliveries.lines import Lines

Mask = npt.NDArray[np.bool_]

_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


@dataclass
class Fields:
    """The fields of a file as text, with a mark per line that is set aside.

    Args:
        kind: kind of file.
        lines: the lines the fields come from.
        text: the columns as text (dictionary encoded where values repeat).
        aside: which of the lines are set aside.
        findings: what was found so far.
        reasons: rule, field and line numbers of every reason to set lines aside.
    """

    kind: str
    lines: Lines
    text: pa.Table
    aside: Mask
    findings: FindingList
    reasons: list[tuple[str, str, npt.NDArray[np.int64]]] = field(default_factory=list)

    def set_aside(self, rule: str, name: str, is_wrong: Mask, message: str) -> None:
        """Set the marked lines aside under a rule."""
        if is_wrong.any():
            self.mark(rule, name, is_wrong, message, SET_LINE_ASIDE)
            self.aside |= is_wrong
            self.reasons.append((rule, name, self._numbers(is_wrong)))

    def mark(self, rule: str, name: str, is_wrong: Mask, message: str, consequence: str) -> None:
        """Record a finding for the marked lines without setting them aside."""
        if is_wrong.any():
            numbers = self._numbers(is_wrong)
            self.findings.add_lines(rule, consequence, message, self.kind, name, numbers)

    def _numbers(self, is_marked: Mask) -> npt.NDArray[np.int64]:
        return self.lines.number_of(np.flatnonzero(is_marked).astype(np.int64))


def read_fields(lines: Lines, kind: str, findings: FindingList) -> Fields:
    """Split the lines into columns of text; lines with a quotation mark are set aside."""
    types = {
        column.name: pa.dictionary(pa.int32(), pa.string()) if column.repeats else pa.string()
        for column in FILE_KINDS[kind]
    }
    text = pyarrow.csv.read_csv(
        io.BytesIO(lines.text),
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, block_size=max(len(lines.text) + 1, 1 << 16)
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=";", quote_char=False, double_quote=False, escape_char=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types, strings_can_be_null=False, check_utf8=False
        ),
    ).combine_chunks()
    aside = np.zeros(len(text), dtype=bool)
    reasons: list[tuple[str, str, npt.NDArray[np.int64]]] = []
    if len(lines.quoted):
        numbers = lines.number_of(np.arange(len(text), dtype=np.int64))
        aside |= np.isin(numbers, lines.quoted)
        reasons.append(("line.quote", "", lines.quoted))
    return Fields(kind, lines, text, aside, findings, reasons)


def judge_forms(fields: Fields, unreadable_refuses: Mapping[str, str]) -> dict[str, Mask]:
    """Judge each field by its declared form.

    Args:
        fields: the columns; lines with a wrong field are set aside.
        unreadable_refuses: fields whose wrong form refuses the whole file instead, and by which
            rule.

    Returns:
        Per field the lines on which it is present and of its form, for the relations between
        fields, which are only judged where both sides can be read.
    """
    readable = {}
    for column in FILE_KINDS[fields.kind]:
        name = column.name
        empty, well_formed = _forms(fields.text[name], column.pattern)
        readable[name] = ~empty & well_formed
        if name in unreadable_refuses:
            message = "must be readable on every line, or no total can be checked"
            wrong = empty | ~well_formed
            fields.mark(unreadable_refuses[name], name, wrong, message, REFUSE_FILE)
            continue
        if column.required:
            fields.set_aside("field.missing", name, empty, "is empty and must be there")
        fields.set_aside("field.form", name, ~empty & ~well_formed, _form_of(column))
    return readable


def _form_of(column: Field) -> str:
    return f"is not of its form: {column.meaning} ({column.pattern})"


def _forms(column: pa.ChunkedArray, pattern: str) -> tuple[Mask, Mask]:
    """Which values are empty, and which match the whole pattern."""
    return (
        per_value(column, lambda values: pc.equal(pc.binary_length(values), 0)),
        per_value(column, lambda values: pc.match_substring_regex(values, f"^(?:{pattern})$")),
    )


def per_value(column: pa.ChunkedArray, judge: Any) -> npt.NDArray[Any]:
    """Apply a judgement to a column, once per different value where values repeat."""
    array = _one_array(column)
    if pa.types.is_dictionary(array.type):
        judged = judge(array.dictionary).to_numpy(zero_copy_only=False)
        if not len(judged):
            return np.zeros(len(array), dtype=bool)
        taken: npt.NDArray[Any] = judged[array.indices.to_numpy()]
        return taken
    result: npt.NDArray[Any] = judge(array).to_numpy(zero_copy_only=False)
    return result


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)


def whole_numbers(column: pa.ChunkedArray, readable: Mask) -> npt.NDArray[np.int64]:
    """The column as whole numbers; 0 where it cannot be read."""

    def numbers(values: pa.Array) -> pa.Array:
        digits = pc.match_substring_regex(values, r"^[0-9]{1,18}$")
        return pc.cast(pc.if_else(digits, values, "0"), pa.int64())

    return np.where(readable, per_value(column, numbers), 0).astype(np.int64)


def days(column: pa.ChunkedArray, readable: Mask) -> tuple[npt.NDArray[np.int32], Mask]:
    """The column as days since 1970, and which values are a real date `YYYYMMDD`."""

    def to_days(values: pa.Array) -> pa.Array:
        return pa.array([_day(text) for text in values.to_pylist()], pa.int32())

    found = per_value(column, to_days)
    as_numbers = np.nan_to_num(found.astype(np.float64), nan=-(10.0**9)).astype(np.int32)
    return as_numbers, readable & (as_numbers > -(10**9))


def _day(text: str) -> int | None:
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        return None
    try:
        date = datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return date.toordinal() - _EPOCH


_EPOCH = datetime.date(1970, 1, 1).toordinal()


def day_number(date: datetime.date) -> int:
    """Days since 1970-01-01, as Arrow counts dates.

    Example:
        >>> day_number(datetime.date(1970, 1, 2))
        1
    """
    return date.toordinal() - _EPOCH


def is_bsn(numbers: npt.NDArray[np.int64]) -> Mask:
    """Which numbers pass the 11-test of the citizen service number; 0 does not count.

    Source:
        weights 9 8 7 6 5 4 3 2 -1, sum divisible by 11 (background, formats A8).

    Example:
        >>> is_bsn(np.array([123456782, 123456789, 0]))
        array([ True, False, False])
    """
    rest, total = numbers.copy(), np.zeros_like(numbers)
    for weight in reversed(_BSN_WEIGHTS):
        total += weight * (rest % 10)
        rest //= 10
    passes: Mask = (total % 11 == 0) & (numbers > 0)
    return passes


def judge_bsn(fields: Fields, readable: dict[str, Mask]) -> None:
    """A bsn passes the 11-test, or is the number that means "none"."""
    numbers = whole_numbers(fields.text["bsn"], readable["bsn"])
    wrong = readable["bsn"] & ~is_bsn(numbers) & (numbers != int(NO_BSN))
    fields.set_aside("field.bsn", "bsn", wrong, "does not pass the 11-test")
    readable["bsn"] &= ~wrong
