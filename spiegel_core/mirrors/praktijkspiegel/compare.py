"""Observed beside expected, as a reader sees it: per patient, users, per user, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from spiegel_core.disclosure.small_cells import is_too_small, users_may_be_shown
from spiegel_core.mirrors.inputs import Compared, MirrorInputs
from spiegel_core.mirrors.numbers import rounded
from spiegel_core.mirrors.page_model import DECIMALS, Cell, Interval
from spiegel_core.mirrors.praktijkspiegel.hidden import (
    HIDDEN,
    HIDDEN_SHARE,
    NO_INTERVAL,
    NOBODY,
    NOT_EXPECTED,
)

AS_EXPECTED = "niet te onderscheiden"
UNKNOWN = "niet te zeggen"
_CENTS = 100


@dataclass(frozen=True)
class Measured:
    """One number of a practice beside what is expected; hidden values are cells with a reason.

    Args:
        observed, expected, difference: in the unit of the column.
        index: 100 x observed / expected.
        wide, wider: the 95% and the 99.8% interval of the index.
        words: what the difference may be called.
    """

    observed: Cell
    expected: Cell
    difference: Cell
    index: Cell
    wide: Cell = NO_INTERVAL
    wider: Cell = NO_INTERVAL
    words: Cell = NO_INTERVAL

    @property
    def is_shown(self) -> bool:
        """Whether the observed value may be shown."""
        return self.observed.value is not None

    @property
    def is_clear(self) -> bool:
        """Whether 100 lies outside the 99.8% interval."""
        return self.words.value in ("hoger", "lager")

    @property
    def is_possible(self) -> bool:
        """Whether 100 lies outside the 95% interval, but inside the 99.8% interval."""
        return str(self.words.value).startswith("mogelijk")


@dataclass(frozen=True)
class Line:
    """One outcome of a practice: the amount per patient, who had any, and the amount for them."""

    outcome: str
    label: str
    amount: Measured
    users: Measured
    per_user: Measured


def line_of(
    inputs: MirrorInputs,
    outcome: str,
    label: str,
    kind: str,
    per: int,
    hidden: Cell | None = None,
    year: int | None = None,
) -> Line:
    """One outcome as the pages show it.

    Args:
        inputs: the practice.
        outcome, label: what, and its name on the page.
        kind: kind of the amount columns, as "euro".
        per: patients the amounts are per (1 or 1,000).
        hidden: what stands instead of the amounts, where they are hidden for another's sake.
        year: a year of the trend; None is the report year.
    """
    amount, users = (inputs.compared(outcome, measure, year) for measure in ("amount", "users"))
    if is_too_small(users.observed, inputs.smallest):
        hidden = hidden or HIDDEN
    unit = Fraction(1, _CENTS if kind == "euro" else 1)
    persons = max(amount.persons, 1)
    may_share = users_may_be_shown(users.observed, users.persons, inputs.smallest)
    of_users = hidden or (None if may_share else HIDDEN_SHARE)
    return Line(
        outcome,
        label,
        _measured(amount, kind, unit * per / persons, hidden),
        _measured(users, "percent", Fraction(100, persons), of_users),
        _per_user(amount, users, kind, unit, of_users),
    )


def _measured(compared: Compared, kind: str, unit: Fraction, hidden: Cell | None) -> Measured:
    expected = Cell(rounded(compared.expected * unit, DECIMALS[kind]))
    if hidden:
        return Measured(hidden, expected, hidden, hidden, hidden, hidden, hidden)
    observed = Cell(rounded(compared.observed * unit, DECIMALS[kind]))
    index = NOT_EXPECTED
    if compared.index is not None:
        index = Cell(rounded(compared.index, DECIMALS["index"]))
    wide, wider = _limits(compared.wide), _limits(compared.wider)
    words = Cell(in_words(wide, wider))
    return Measured(observed, expected, _less(observed, expected), index, wide, wider, words)


def _per_user(
    amount: Compared, users: Compared, kind: str, unit: Fraction, hidden: Cell | None
) -> Measured:
    """The amount per user; its index has no interval, for none is computed."""
    expected = NOT_EXPECTED
    if users.expected > 0:
        expected = Cell(rounded(amount.expected * unit / users.expected, DECIMALS[kind]))
    hidden = hidden or (None if users.observed else NOBODY)
    if hidden:
        return Measured(hidden, expected, hidden, hidden)
    each = Fraction(amount.observed, users.observed)
    observed = Cell(rounded(each * unit, DECIMALS[kind]))
    if users.expected <= 0 or amount.expected <= 0:
        return Measured(observed, expected, NOT_EXPECTED, NOT_EXPECTED)
    index = rounded(100 * each * users.expected / amount.expected, DECIMALS["index"])
    return Measured(observed, expected, _less(observed, expected), Cell(index))


def _less(observed: Cell, expected: Cell) -> Cell:
    return Cell(number_in(observed) - number_in(expected))


def _limits(limits: tuple[float | None, float | None]) -> Cell:
    low, high = limits
    if low is None or high is None:
        return NO_INTERVAL
    places = DECIMALS["interval"]
    return Cell(Interval(rounded(low, places), rounded(high, places)))


def in_words(wide: Cell, wider: Cell) -> str:
    """What a difference may be called, by where 100 lies in the intervals as they are printed.

    Inside the 95% interval: not to be told from expected. Outside it but inside the 99.8%
    interval: possibly higher or lower. Outside both: higher or lower.

    Example:
        >>> wide, wider = Interval(Decimal(104), Decimal(116)), Interval(Decimal(99), Decimal(121))
        >>> in_words(Cell(wide), Cell(wider)), in_words(Cell(wider), Cell(wider))
        ('mogelijk hoger', 'niet te onderscheiden')
    """
    if not isinstance(wide.value, Interval) or not isinstance(wider.value, Interval):
        return UNKNOWN
    if wide.value.holds(100):
        return AS_EXPECTED
    side = "hoger" if wide.value.low > 100 else "lager"
    return f"mogelijk {side}" if wider.value.holds(100) else side


def number_in(cell: Cell) -> Decimal:
    """The number a cell holds; raises where it holds none, for then nothing may be said of it."""
    assert isinstance(cell.value, Decimal), "a hidden value was used in a sentence"
    return cell.value


def as_number(cell: Cell) -> float | None:
    """A cell's value for a chart; None where it is not shown."""
    return float(cell.value) if isinstance(cell.value, Decimal | int) else None
