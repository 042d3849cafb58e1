"""Lines sorted into deliveries: one per insurer, care type, quarter of payment and piece."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from spiegel_core.contracts.files import CARE_TYPES, CLAIMS
from spiegel_core.invent.arrays import Ints, whole
from spiegel_core.invent.country import Country
from spiegel_core.invent.days import date_of, quarters_between
from spiegel_core.invent.lines import Lines, joined_lines
from spiegel_core.invent.packing import Content, csv_bytes
from spiegel_core.invent.texts import Names, as_table

_QUARTERS = 4


@dataclass(frozen=True)
class Slot:
    """Where a delivery belongs.

    Args:
        care_type, insurer: of the delivery.
        year, quarter: of payment; quarter 1-4.
        piece: piece of the country, as two characters or more.
    """

    care_type: str
    insurer: str
    year: int
    quarter: int
    piece: str

    @property
    def delivery_id(self) -> str:
        """Identity of the delivery.

        Example:
            >>> Slot("farmacie", "9101", 2021, 3, "00").delivery_id
            '9101-farmacie-2021-Q3-p00'
        """
        return f"{self.insurer}-{self.care_type}-{self.year}-Q{self.quarter}-p{self.piece}"

    @property
    def folder(self) -> str:
        """Folder below that of all deliveries."""
        return f"{self.year}/{self.insurer}"


def split_by_year(
    country: Country, lines: Lines, year: int, is_last: bool
) -> tuple[Lines, Lines | None]:
    """Lines paid up to the end of a year, and those that wait for the next one."""
    if is_last:
        return lines, None
    starts = quarters_between(country.plan.first_year, country.plan.last_year)
    end = starts[_QUARTERS * (year - country.plan.first_year + 1)]
    return lines.taken(lines.paid_on < end), lines.taken(lines.paid_on >= end)


def with_waiting(waiting: Lines | None, lines: Lines) -> Lines:
    """The lines that waited, then the new ones."""
    return lines if waiting is None else joined_lines([waiting, lines])


def deliveries_of(
    country: Country, lines: Lines, names: Names, piece: str
) -> Iterator[tuple[Slot, Content]]:
    """The deliveries that hold some of these lines; each line in exactly one."""
    if not len(lines):
        return
    starts = quarters_between(country.plan.first_year, country.plan.last_year)
    quarter = whole(np.searchsorted(starts, lines.paid_on, side="right") - 1)
    care_type = _care_types(names)[lines.item]
    slots = (care_type * len(names.insurers) + lines.insurer) * len(starts) + quarter
    # Within a file lines come in order of payment, then in that of their references.
    order = np.lexsort((lines.reference, lines.year, lines.paid_on, slots))
    lines, slots = lines.taken(order), slots[order]
    table = as_table(lines, names)
    bounds = np.flatnonzero(np.diff(slots)) + 1
    for start, stop in zip([0, *bounds], [*bounds, len(slots)], strict=True):
        place = int(slots[start])
        rest, quarter_of = divmod(place, len(starts))
        of_type, insurer = divmod(rest, len(names.insurers))
        year, number = divmod(quarter_of, _QUARTERS)
        slot = Slot(
            CARE_TYPES[of_type], names.insurers[insurer], country.plan.first_year + year,
            number + 1, piece,
        )  # fmt: skip
        part = lines.taken(np.arange(start, stop))
        period = date_of(int(starts[quarter_of])), date_of(int(starts[quarter_of + 1]) - 1)
        yield slot, content_of(slot, period, part, table.slice(start, stop - start))


def content_of(
    slot: Slot, period: tuple[datetime.date, datetime.date], lines: Lines, table: pa.Table
) -> Content:
    """A delivery of these lines."""
    numbers = pa.array(np.arange(1, len(lines) + 1, dtype=np.int64))
    body = csv_bytes(CLAIMS, table.add_column(0, "line", numbers))
    is_credit = lines.is_credit > 0
    return Content(
        delivery_id=slot.delivery_id, kind=CLAIMS, sender=slot.insurer, care_type=slot.care_type,
        period_from=period[0], period_to=period[1], body=body, rows=len(lines),
        debit_cents=int(lines.granted[~is_credit].sum()),
        credit_cents=int(lines.granted[is_credit].sum()),
    )  # fmt: skip


def _care_types(names: Names) -> Ints:
    return whole([CARE_TYPES.index(row.care_type) for row in names.items.rows])
