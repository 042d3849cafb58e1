"""Observed beside expected, as a reader sees it: per patient, users, per user, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from spiegel_core.disclosure.small_cells import TOO_FEW, is_too_small, users_may_be_shown
from spiegel_core.mirrors.inputs import Compared, MirrorInputs
from spiegel_core.mirrors.numbers import rounded
from spiegel_core.mirrors.page_model import DECIMALS, Cell

AS_EXPECTED = "niet te onderscheiden van verwacht"
_SHORT = {AS_EXPECTED: "niet te onderscheiden"}
_CENTS = 100
HIDDEN = Cell(None, TOO_FEW)
NOT_EXPECTED = Cell(None, "geen verwachte waarde")


@dataclass(frozen=True)
class Line:
    """One outcome of a practice as the pages show it; a hidden value is a cell with a reason.

    Args:
        outcome, label: what it is.
        observed, expected, difference: per patient (or per 1,000 patients).
        index, interval: index and its 95% interval as text.
        words: what the difference may be called, short.
        users, users_expected: share of patients (percent).
        per_user, per_user_expected: per patient with any of it.
        is_hidden: whether the amounts are not shown.
    """

    outcome: str
    label: str
    observed: Cell
    expected: Cell
    difference: Cell
    index: Cell
    interval: Cell
    words: Cell
    users: Cell
    users_expected: Cell
    per_user: Cell
    per_user_expected: Cell
    is_hidden: bool


def line_of(
    inputs: MirrorInputs, outcome: str, label: str, kind: str, per: int, hidden: bool = False
) -> Line:
    """One outcome as the pages show it.

    Args:
        inputs: the practice.
        outcome, label: what, and its name on the page.
        kind: kind of the amount columns, as "euro".
        per: patients the amounts are per (1 or 1,000).
        hidden: hide the amounts even when there are enough users (complementary suppression).
    """
    amount, users = inputs.compared(outcome), inputs.compared(outcome, "users")
    few = hidden or is_too_small(users.observed, inputs.smallest)
    share = users_may_be_shown(users.observed, users.persons, inputs.smallest) and not few
    unit = Fraction(per, _CENTS if kind == "euro" else 1)

    def cell(value: Fraction, kind_of: str, is_shown: bool = True) -> Cell:
        return Cell(rounded(value, DECIMALS[kind_of])) if is_shown else HIDDEN

    places = DECIMALS[kind]
    persons = max(amount.persons, 1)
    observed = Fraction(amount.observed) * unit / persons
    expected = amount.expected * unit / persons
    per_user = Fraction(amount.observed) * unit / per / max(users.observed, 1)
    expected_per_user = (
        amount.expected * unit / per / users.expected if users.expected > 0 else Fraction(0)
    )
    return Line(
        outcome,
        label,
        cell(observed, kind, not few),
        cell(expected, kind),
        HIDDEN if few else Cell(rounded(observed, places) - rounded(expected, places)),
        HIDDEN if few else index_cell(amount),
        HIDDEN if few else interval_cell(amount),
        HIDDEN if few else Cell(short(in_words(amount))),
        cell(Fraction(100 * users.observed, persons), "percent", share),
        cell(100 * users.expected / persons, "percent"),
        cell(per_user, kind, share and users.observed > 0),
        cell(expected_per_user, kind, users.expected > 0),
        few,
    )


def index_cell(compared: Compared) -> Cell:
    """The index, rounded; None where nothing is expected."""
    if compared.index is None:
        return NOT_EXPECTED
    return Cell(rounded(compared.index, DECIMALS["index"]))


def interval_cell(compared: Compared) -> Cell:
    """The 95% interval of the index as text."""
    low, high = compared.wide
    if low is None or high is None:
        return Cell(None, "geen interval")
    return Cell(f"{rounded(low, 0)}–{rounded(high, 0)}")


def in_words(compared: Compared) -> str:
    """What a difference may be called, by where 100 lies.

    Inside the 95% interval: not to be told from expected. Outside it but inside the 99.8%
    interval: possibly higher or lower. Outside both: higher or lower.

    Example:
        >>> in_words(Compared(100, 1, Fraction(1), 110.0, (104.0, 116.0), (99.0, 121.0)))
        'mogelijk hoger dan verwacht'
    """
    if compared.index is None or None in (*compared.wide, *compared.wider):
        return "niet te zeggen"
    side = "hoger" if compared.index > 100 else "lager"
    if _holds(compared.wide):
        return AS_EXPECTED
    return f"{'mogelijk ' if _holds(compared.wider) else ''}{side} dan verwacht"


def short(words: str) -> str:
    """The words as they stand in a column that is headed "Verschil met verwacht".

    Example:
        >>> short("mogelijk hoger dan verwacht"), short(AS_EXPECTED)
        ('mogelijk hoger', 'niet te onderscheiden')
    """
    return _SHORT.get(words, words.removesuffix(" dan verwacht"))


def is_outside(compared: Compared) -> bool:
    """Whether 100 lies outside the 99.8% interval."""
    return None not in (compared.index, *compared.wider) and not _holds(compared.wider)


def _holds(limits: tuple[float | None, float | None]) -> bool:
    low, high = limits
    return low is not None and high is not None and low <= 100 <= high


def number_in(cell: Cell) -> Decimal:
    """The number a cell holds; raises where it holds none, for then nothing may be said of it."""
    assert isinstance(cell.value, Decimal), "a hidden value was used in a sentence"
    return cell.value


def as_number(cell: Cell) -> float | None:
    """A cell's value for a chart; None where it is not shown."""
    return float(cell.value) if isinstance(cell.value, Decimal | int) else None
