"""Why a value is not shown: the reasons, and the sentence under a table that explains a dash.

A number that is hidden itself and one that is hidden because the other would follow from it have
one and the same reason: who knows which is which knows more about both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spiegel_core.disclosure.small_cells import TOO_FEW, hidden_amounts
from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Cell, Column, Table

HIDDEN = Cell(None, TOO_FEW)
HIDDEN_OR_TELLING = Cell(None, f"{TOO_FEW}, of zo'n klein aantal zou eruit volgen")
HIDDEN_SHARE = Cell(None, f"{TOO_FEW} met of juist zonder deze zorg")
NOBODY = Cell(None, "niemand had deze zorg")
NOT_EXPECTED = Cell(None, "niets verwacht")
NO_INTERVAL = Cell(None, "geen interval te berekenen")


def hidden_segments(users: Mapping[str, int], smallest: int) -> set[str]:
    """The segments whose amounts are not shown, where they add up to a total that is.

    The total less the other segments is what the hidden ones cost together. It may not be the
    cost of 1 to 9 persons either, so at least one hidden segment has enough users of its own.

    Args:
        users: persons with any of the care, per segment.
        smallest: smallest number of persons that may be shown.

    Example:
        >>> sorted(hidden_segments({"a": 3, "b": 4, "c": 50, "d": 80, "e": 0}, 10))
        ['a', 'b', 'c']
        >>> hidden_segments({"c": 50, "e": 0}, 10)
        set()
    """
    hidden = hidden_amounts(users, list(users), smallest)
    if hidden and all(users[name] < smallest for name in hidden):
        enough = sorted((number, name) for name, number in users.items() if number >= smallest)
        hidden |= {name for _, name in enough[:1]}
    return hidden


def table(
    inputs: MirrorInputs,
    title: str,
    columns: tuple[Column, ...],
    rows: Sequence[tuple[Cell, ...]],
    name: str,
    note: str = "",
) -> Table:
    """A table whose note says what each dash in it means."""
    reasons = sorted({cell.reason for row in rows for cell in row if cell.value is None})
    told = inputs.text("dash", reasons="; of: ".join(reasons)) if reasons else ()
    few = inputs.text("too_few") if any(TOO_FEW in reason for reason in reasons) else ()
    return Table(title, columns, tuple(rows), name, note, " ".join((*told, *few)))
