"""Credits and what goes with them; what a person cost in the end does not change by them.

Half of the debits that are taken back should never have been there: they double a line. The
other half had a wrong amount and come again with the right one. So lines add up to the amounts
planted as soon as credits are netted.
"""

from __future__ import annotations

import numpy as np

from spiegel_core.invent.arrays import Ints, places, whole
from spiegel_core.invent.country import Country
from spiegel_core.invent.lines import Lines, joined_lines, last_payment

_FROM_DAYS, _TO_DAYS = 15, 130
_MOST_CENTS = 99_999_999
# A wrong amount lies so far above the right one.
_LOWEST_EXCESS, _HIGHEST_EXCESS = 0.05, 0.5


def with_corrections(country: Country, lines: Lines, generator: np.random.Generator) -> Lines:
    """The lines, with debits that are taken back, their credits, and corrected debits."""
    draws = generator.random(len(lines))
    share = country.number("correction_share")
    doubled = places(draws < share / 2)
    wrong = places((draws >= share / 2) & (draws < share))
    start = len(lines)
    twice = _extra_debits(lines.taken(doubled), start)
    first = _wrong_debits(lines.taken(wrong), start + len(doubled), generator)
    taken_back = joined_lines([twice, first])
    credits = _credits(country, taken_back, start + len(taken_back), generator)
    lines = _corrected(lines, wrong, first, credits.paid_on[len(doubled) :])
    return joined_lines([lines, taken_back, credits])


def _extra_debits(lines: Lines, start: int) -> Lines:
    """The same lines once more, under references of their own."""
    return lines.changed(reference=start + np.arange(len(lines), dtype=np.int64))


def _wrong_debits(lines: Lines, start: int, generator: np.random.Generator) -> Lines:
    """The lines as they were declared at first, with too high an amount."""
    excess = _LOWEST_EXCESS + generator.random(len(lines)) * (_HIGHEST_EXCESS - _LOWEST_EXCESS)
    granted = np.minimum(lines.granted + 1 + whole(lines.granted * excess), _MOST_CENTS)
    return lines.changed(
        reference=start + np.arange(len(lines), dtype=np.int64),
        granted=granted,
        claimed=np.maximum(granted, lines.claimed),
    )


def _credits(country: Country, debits: Lines, start: int, generator: np.random.Generator) -> Lines:
    """A credit for each debit, some weeks or months later."""
    later = generator.integers(_FROM_DAYS, _TO_DAYS, len(debits))
    return debits.changed(
        reference=start + np.arange(len(debits), dtype=np.int64),
        previous=debits.reference,
        is_credit=np.ones(len(debits), dtype=np.int64),
        paid_on=np.minimum(debits.paid_on + later, last_payment(country)),
    )


def _corrected(lines: Lines, wrong: Ints, first: Lines, paid_on: Ints) -> Lines:
    """The right debit comes with the credit, and names the wrong one as information."""
    when, previous = lines.paid_on.copy(), lines.previous.copy()
    when[wrong] = paid_on
    previous[wrong] = first.reference
    return lines.changed(paid_on=when, previous=previous)
