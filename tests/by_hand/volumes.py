"""Missing deliveries and jumps the slow way: every delivery a list of lines, looked at again and
again. A delivery is (sender, first month of its quarter, lines); a line (care month, cents)."""

from __future__ import annotations

from fractions import Fraction

Line = tuple[int, int]
Delivered = tuple[str, int, list[Line]]


def lines_of(deliveries: list[Delivered], sender: str, quarter: int) -> list[Line] | None:
    """All lines of a sender and quarter; None when nothing came."""
    parts = [lines for who, when, lines in deliveries if (who, when) == (sender, quarter)]
    return [line for part in parts for line in part] if parts else None


def last_four(deliveries: list[Delivered], sender: str, quarter: int, memory: int) -> list[int]:
    """The last four quarters before one in which the sender delivered, newest first."""
    before = sorted({q for who, q, _ in deliveries if who == sender and q < quarter}, reverse=True)
    return before[:4] if before and quarter - before[0] <= memory else []


def of_age(lines: list[Line], year: int, later: int) -> tuple[int, int]:
    """Lines and cents whose care month, so many months later, would lie in the year."""
    held = [cents for month, cents in lines if year * 12 <= month + later <= year * 12 + 11]
    return len(held), sum(held)


def middle(values: list[int]) -> int:
    """The mean of the second and third of four, rounded down."""
    _, second, third, _ = sorted(values)
    return int((Fraction(second + third) / 2).__floor__())


def judged(
    deliveries: list[Delivered], year: int, fewest: int, memory: int, others_percent: int,
    last_due: int,
) -> dict[tuple[str, int], tuple[int | None, int | None, int | None]]:  # fmt: skip
    """Per sender and quarter (lines %, cents %, missing per million), where anything applies;
    quarters that end by the month `last_due` are due."""
    senders = sorted({who for who, _, _ in deliveries})
    quarters = sorted({q for _, q, _ in deliveries})
    found = {}
    first, last = min(quarters, default=0), max([*quarters, last_due])
    for quarter in range(first, last + 1, 3):
        if quarter + 2 < year * 12 or quarter >= year * 12 + 24:
            continue
        regular = [s for s in senders if _is_regular(deliveries, quarters, s, quarter, memory)]
        came = [s for s in regular if lines_of(deliveries, s, quarter) is not None]
        has_begun = bool(came) and Fraction(len(came), len(regular)) * 100 >= others_percent
        for sender in senders:
            four = last_four(deliveries, sender, quarter, memory)
            held = lines_of(deliveries, sender, quarter)
            is_late = sender in regular and (has_begun or quarter + 2 <= last_due)
            if len(four) < 4 or (held is None and not is_late):
                continue
            earlier = [
                of_age(lines_of(deliveries, sender, q) or [], year, quarter - q) for q in four
            ]
            usual = tuple(middle([volume[n] for volume in earlier]) for n in (0, 1))
            if usual[0] >= fewest:
                found[sender, quarter] = _against(deliveries, held, usual, year)
    return found


def _is_regular(
    deliveries: list[Delivered], quarters: list[int], sender: str, quarter: int, memory: int
) -> bool:
    """Whether its last four quarters are neighbours among those anybody delivered in."""
    four = last_four(deliveries, sender, quarter, memory)
    if len(four) < 4:
        return False
    return [q for q in quarters if four[3] <= q <= four[0]] == sorted(four)


def _against(
    deliveries: list[Delivered], held: list[Line] | None, usual: tuple[int, ...], year: int
) -> tuple[int | None, int | None, int | None]:
    if held is not None:
        lines, cents = of_age(held, year, 0)
        of_cents = (Fraction(100 * cents, usual[1])).__floor__() if usual[1] > 0 else None
        return (Fraction(100 * lines, usual[0])).__floor__(), of_cents, 0
    there = [of_age(lines, year, 0) for _, _, lines in deliveries]
    parts = [
        Fraction(10**6 * usual[n], usual[n] + max(sum(v[n] for v in there), 0))
        for n in (0, 1)
        if usual[n] > 0
    ]
    return None, None, max(part.__ceil__() for part in parts)
