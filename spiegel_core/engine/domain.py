"""Input a formula says nothing about is refused, by its name; never with the values themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sized
from fractions import Fraction

from spiegel_core.errors import WrongUse


def require(holds: bool, what: str, expected: str, *, fix: str = "") -> None:
    """Refuse input outside the domain of a formula.

    Args:
        holds: whether the input can be used.
        what: which input of which formula.
        expected: what it should have been.
        fix: what to do now, where that is not plain.

    Raises:
        WrongUse: it does not hold. The text names the input and no value, because a value may be
            that of a small cell.

    Example:
        >>> require(False, "the count of Byar's limits", "0 or more")
        Traceback (most recent call last):
        spiegel_core.errors.WrongUse: the count of Byar's limits cannot be used
          expected: 0 or more
    """
    if not holds:
        raise WrongUse(f"{what} cannot be used", expected=expected, fix=fix)


def require_level(level: float) -> None:
    """Refuse a level that is no share between 0 and 1, such as 95."""
    require(0 < level < 1, f"level {level}", "a share between 0 and 1, such as 0.95 or 0.998")


def require_numbers(
    values: Iterable[float | Fraction | None], what: str, least: float = -math.inf
) -> None:
    """Refuse anything that is no finite number of at least `least`."""
    fits = all(v is not None and math.isfinite(v) and v >= least for v in values)
    bound = "" if least == -math.inf else f" of {least:g} or more"
    require(fits, what, f"finite numbers{bound}, one for each")


def require_positive(values: Iterable[float | Fraction | None], what: str) -> None:
    """Refuse anything that is no finite number above zero."""
    fits = all(v is not None and math.isfinite(v) and v > 0 for v in values)
    require(fits, what, "finite numbers above 0, one for each")


def require_same_length(what: str, *columns: Sized) -> None:
    """Refuse columns of different length, and columns without a row."""
    lengths = {len(column) for column in columns}
    require(lengths != {0} and len(lengths) == 1, what, "columns of equal length, not empty")
