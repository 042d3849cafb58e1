"""Numbers as text -> whole numbers, never by way of a double."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

_HUNDREDTHS = r"^-?[0-9]{1,11}([.,][0-9]{1,2})?$"
_COUNT = r"^[0-9]{1,9}$"
_SHOWN = 3


def hundredths(texts: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """Decimal texts x 100: euros become cents, insured years become hundredths.

    Args:
        texts: at most two decimals after a point or a comma; blanks around do not matter.

    Returns:
        Whole numbers, and what cannot be read (empty where all can; the numbers are then valid).

    Example:
        >>> hundredths(pa.chunked_array([[" 12.5", "-3", "0,07"]]))[0].to_pylist()
        [1250, -300, 7]
        >>> hundredths(pa.chunked_array([["1", "1.234,56"]]))[1]
        "row 2 holds '1.234,56'"
    """
    plain = pc.utf8_trim_whitespace(texts)
    unread = _unread(plain, _HUNDREDTHS)
    if unread:
        return plain, unread
    # A decimal holds the text exactly, and times 100 it is a whole number.
    exact = pc.cast(pc.replace_substring(plain, ",", "."), pa.decimal128(16, 2))
    return pc.cast(pc.multiply(exact, pa.scalar(Decimal(100))), pa.int64()), ""


def counts(texts: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """Texts of digits as whole numbers; as `hundredths`, without a sign or decimals.

    Example:
        >>> counts(pa.chunked_array([["12", "-1", "x"]]))[1]
        "row 2 holds '-1', row 3 holds 'x'"
    """
    plain = pc.utf8_trim_whitespace(texts)
    unread = _unread(plain, _COUNT)
    return (plain, unread) if unread else (pc.cast(plain, pa.int64()), "")


def _unread(texts: pa.ChunkedArray, pattern: str) -> str:
    """The first rows that do not fit a pattern; the header is not counted."""
    is_fit = pc.match_substring_regex(texts, pattern)
    if pc.all(is_fit).as_py() is not False:
        return ""
    rows = pc.indices_nonzero(pc.invert(is_fit)).to_pylist()
    shown = [f"row {row + 1} holds {texts[row].as_py()[:30]!r}" for row in rows[:_SHOWN]]
    more = f", and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
    return ", ".join(shown) + more


def decimal_text(value: int, digits: int) -> str:
    """A whole number in units of 10^-digits, written out.

    Example:
        >>> decimal_text(-5, 2), decimal_text(123, 0)
        ('-0.05', '123')
    """
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"
