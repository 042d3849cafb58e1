"""Lines as text: the columns of the delivery format, ready to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.files import CLAIM_FIELDS
from spiegel_core.invent.arrays import Ints, whole
from spiegel_core.invent.days import as_yyyymmdd
from spiegel_core.invent.items import Items
from spiegel_core.invent.lines import NONE, Lines

_COLUMNS = tuple(field.name for field in CLAIM_FIELDS)
_OF_ITEM = ("code_list", "code", "care_product", "specialism", "diagnosis_list", "diagnosis",
            "indication", "cover")  # fmt: skip
# Seven digits follow the first, so that references have one length.
_REFERENCE_BASE = 10_000_000


@dataclass(frozen=True)
class Names:
    """What the numbers on a line stand for.

    Args:
        mark: begins every reference; differs per piece and group of care types.
        bsn, insured_number: per person of the piece.
        insurers: UZOVI codes.
        agb: AGB codes by number in the register; 0 is empty.
        items: the items.
    """

    mark: str
    bsn: Sequence[str]
    insured_number: Sequence[str]
    insurers: Sequence[str]
    agb: Sequence[str]
    items: Items


def as_table(lines: Lines, names: Names) -> pa.Table:
    """All columns of the delivery, without their line numbers, which differ per file.

    Whole numbers stay numbers: a CSV writer prints their digits.
    """
    days = _day_table(lines)
    columns: dict[str, pa.Array] = {
        "reference": _references(names.mark, lines.year, lines.reference),
        "previous_reference": _references(names.mark, lines.year, lines.previous),
        "debit_credit": _looked_up(("D", "C"), lines.is_credit),
        "bsn": _looked_up(names.bsn, lines.person),
        "insurer": _looked_up(names.insurers, lines.insurer),
        "insured_number": _looked_up(names.insured_number, lines.person),
        "care_from": pa.array(days[lines.care_from], pa.int32()),
        "care_to": pa.array(
            days[np.maximum(lines.care_to, 0)], pa.int32(), mask=lines.care_to == NONE
        ),
        "quantity": pa.array(lines.quantity, pa.int64()),
        "performer": _looked_up(names.agb, lines.performer),
        "practice": _looked_up(names.agb, lines.declarer),
        "referrer": _looked_up(names.agb, lines.referrer),
        "claimed_cents": pa.array(lines.claimed, pa.int64()),
        "granted_cents": pa.array(lines.granted, pa.int64()),
        "paid_on": pa.array(days[lines.paid_on], pa.int32()),
    }
    for name, values in _item_columns(names.items).items():
        columns[name] = _looked_up(values, lines.item)
    return pa.table({name: columns[name] for name in _COLUMNS if name in columns})


def _item_columns(items: Items) -> Mapping[str, list[str]]:
    return {name: [str(getattr(row, name)) for row in items.rows] for name in _OF_ITEM}


def _looked_up(values: Sequence[str], numbers: Ints) -> pa.Array:
    return pc.take(pa.array(values, pa.string()), pa.array(numbers))


def _references(mark: str, years: Ints, numbers: Ints) -> pa.Array:
    """References as `F0021-10000042`; none where there is no number."""
    prefixes = [f"{mark}{year % 100:02d}-" for year in range(2000, 2100)]
    digits = pc.cast(pa.array(_REFERENCE_BASE + numbers), pa.string())
    texts = pc.binary_join_element_wise(_looked_up(prefixes, years - 2000), digits, "")
    return pc.if_else(pa.array(numbers == NONE), pa.scalar("", pa.string()), texts)


def _day_table(lines: Lines) -> Ints:
    """YYYYMMDD by day, up to the last day of payment."""
    return as_yyyymmdd(whole(np.arange(int(lines.paid_on.max(initial=0)) + 1)))
