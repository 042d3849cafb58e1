"""Numbers as a Dutch reader expects them: 1.234,5 and € 1.234; rounded half-even, once."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from spiegel_core.mirrors.page_model import Interval

MINUS = "\u2212"
# Keeps the sign and the number together on one line.
_NARROW = "\u00a0"


def rounded(value: Fraction | Decimal | int | float, decimals: int) -> Decimal:
    """A value rounded half-even to a number of decimals.

    Example:
        >>> rounded(Fraction(5, 2), 0), rounded(Fraction(1, 3), 2)
        (Decimal('2'), Decimal('0.33'))
    """
    exact = Fraction(value)
    scaled = Decimal(round(exact * 10**decimals))
    return scaled.scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def dutch(value: Decimal | int, decimals: int = 0) -> str:
    """A number with a point for thousands and a comma for decimals.

    Example:
        >>> dutch(Decimal("1234.5"), 1), dutch(-1234567)
        ('1.234,5', '\u22121.234.567')
    """
    text = f"{abs(value):,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    is_negative = value < 0 and any(digit in "123456789" for digit in text)
    return f"{MINUS if is_negative else ''}{text}"


def shown(value: Decimal | int | str | Interval | None, kind: str, decimals: int) -> str:
    """A cell's value as text by the kind of its column; None is a dash.

    Example:
        >>> shown(Decimal("12"), "euro_difference", 0), shown(None, "euro", 0)
        ('+€\\xa012', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, Interval):
        return f"{dutch(value.low, decimals)}–{dutch(value.high, decimals)}"
    exact = Decimal(value)
    sign = MINUS if value < 0 else "+" if kind.endswith("_difference") and value > 0 else ""
    number = dutch(abs(exact), decimals)
    if kind.startswith("euro"):
        return f"{sign}€{_NARROW}{number}"
    return f"{sign}{number}{'%' if kind == 'percent' else ''}"
