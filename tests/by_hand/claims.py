"""The claim lines that count, after corrections."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass

from .claim_lines import Claim
from .deliveries import Arrival

Key = tuple[str, str, str, str, str, str, int, int]


@dataclass(frozen=True)
class Netted:
    """Debits and settled credits, and the credits that wait."""

    lines: list[Claim]
    waiting: list[Claim]


def claims_in_force(in_force: list[Arrival]) -> list[Claim]:
    """All lines of the claims in force that were not set aside, with the care type of the file."""
    return [record for arrival in in_force for record in arrival.records if type(record) is Claim]


def net(lines: list[Claim]) -> Netted:
    """Settle the credits.

    "A credit mirrors one earlier debit: same person, code, practice, date, quantity and granted
    amount. … A credit whose debit is not there (yet) waits outside all sums, is counted and
    reported, and joins in when its debit arrives. It is matched on insurer and reference, in any
    delivery; a credit whose debit differs in person, code, practice, care_from, quantity or amount,
    a second credit for one debit, and a credit on a credit wait too" (delivery format, section 2).

    Readings: as many credits settle as there are debits that match (a reference may stand in two
    deliveries); the first to settle are those paid first, then by reference, then by their other
    columns; "earlier" is not held against the days of payment; code is the column `code`.
    """
    free = Counter(as_debit(line) for line in lines if not line.is_credit)
    settled = [line for line in lines if not line.is_credit]
    waiting = []
    for credit in sorted((line for line in lines if line.is_credit), key=order_of):
        key = taken_back(credit)
        if free[key] > 0:
            free[key] -= 1
            settled.append(credit)
        else:
            waiting.append(credit)
    return Netted(settled, waiting)


def as_debit(line: Claim) -> Key:
    """What a credit must name to take this debit back."""
    return (line.insurer, line.reference, *mirrored(line))


def taken_back(line: Claim) -> Key:
    """The debit a credit wants to take back."""
    return (line.insurer, line.previous_reference, *mirrored(line))


def mirrored(line: Claim) -> tuple[str, str, str, str, int, int]:
    """What a credit must have in common with its debit."""
    day = line.care_from.isoformat()
    return (line.person, line.code, line.practice, day, line.quantity, line.granted_cents)


def order_of(line: Claim) -> tuple[str, ...]:
    """A full order of credits, without the order of arrival in it."""
    return (line.paid_on.isoformat(), line.reference, *(str(value) for value in astuple(line)))


def of_the_year(lines: list[Claim], report_year: int) -> list[Claim]:
    """The lines of a report year that a mirror counts.

    "A line belongs to the year of care_from" (rules, readings of Who counts); "Lines with cover A
    count for the behandelindex only" (delivery format, section 2).
    """
    return [line for line in lines if line.cover == "B" and line.care_from.year == report_year]


def signed_cents(lines: list[Claim]) -> int:
    """Cents of lines together.

    "Nets are sums of signed quantities and cents" (delivery format, section 2).
    """
    return sum(line.sign * line.granted_cents for line in lines)
