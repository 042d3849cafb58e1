"""In which unit an auditor reads an outcome: euros, or a number per 1,000 patients."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from spiegel_core.engine.model import AMOUNT
from spiegel_core.mirrors.numbers import rounded
from spiegel_core.mirrors.page_model import DECIMALS


@dataclass(frozen=True)
class Unit:
    """How a value per person, and one of all persons together, is shown.

    Args:
        per_person, in_total: what the numbers are (Dutch).
        factor, total_factor: what a value in the unit of the outcome is multiplied with.
        kind: kind of column of a value; a difference has `_difference` behind it.
        total_kind: kind of column of a total.
    """

    per_person: str
    in_total: str
    factor: Fraction
    total_factor: Fraction
    kind: str
    total_kind: str

    def shown(self, value: Fraction) -> Decimal:
        """A value per person as it is shown, rounded half-even."""
        return rounded(value * self.factor, DECIMALS[self.kind])

    def total(self, value: Fraction) -> Decimal:
        """A total as it is shown, rounded half-even."""
        return rounded(value * self.total_factor, DECIMALS[self.total_kind])


def unit_of(counts: str, measure: str) -> Unit:
    """The unit of an outcome that counts cents, quantity or ddd_thousandths.

    Example:
        >>> unit_of("cents", "amount").shown(Fraction(12345, 1))
        Decimal('123.45')
        >>> unit_of("cents", "users").shown(Fraction(1, 3))
        Decimal('333.3')
    """
    if measure != AMOUNT:
        return _number("gebruikers", Fraction(1))
    if counts == "cents":
        euro = Fraction(1, 100)
        return Unit("euro per patiënt", "euro", euro, euro, "euro_cents", "euro_cents")
    if counts == "ddd_thousandths":
        return _number("standaarddagdoseringen (DDD)", Fraction(1, 1000))
    return _number("aantal", Fraction(1))


def _number(what: str, factor: Fraction) -> Unit:
    return Unit(f"{what} per 1.000 patiënten", what, 1000 * factor, factor, "tenths", "tenths")
