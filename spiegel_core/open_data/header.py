"""The columns of a file, whatever their case and however far their names were cut."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from spiegel_core.open_data.contracts import (
    AGE,
    COST_COLUMNS,
    INSURED,
    MUNICIPALITY,
    PERSONS,
    SEX,
    YEAR,
)

SEPARATOR = ";"
# Names in the file of 2023 were cut here: kosten_medisch_specialistische_z.
_CUT_AT = 32
_NEEDED = (SEX, AGE, MUNICIPALITY, PERSONS, INSURED)


def columns_of(text: str) -> tuple[list[str], list[str]]:
    """The full name of each column of a file, in the order of the file.

    Args:
        text: the file.

    Returns:
        Names as in the contract, and every fault found; with a fault the names are not to be used.

    Example:
        >>> header = "GESLACHT;LEEFTIJDSKLASSE;GEMEENTENAAM;AANTAL_BSN;AANTAL_VERZEKERDEJAREN"
        >>> columns_of(f"{header};kosten_medisch_specialistische_z")[0][-1]
        'kosten_medisch_specialistische_zorg'
        >>> columns_of(f"{header};KOSTEN_OVERIG;KOSTEN_GELUK")[1]
        ['column KOSTEN_GELUK is not known']
    """
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=SEPARATOR), [])
    except csv.Error:
        first = []
    if len(first) < 2:
        return [], [f"the first line has no columns with '{SEPARATOR}' between them"]
    faults = []
    names = []
    for written in first:
        full = _full_name(written.strip().lower())
        if full is None:
            faults.append(f"column {written.strip()[:60] or 'without a name'} is not known")
        else:
            names.append(full)
    return names, faults + _unfit(names)


def _full_name(written: str) -> str | None:
    if written in (*_NEEDED, YEAR, *COST_COLUMNS):
        return written
    cut_from = [name for name in COST_COLUMNS if name.startswith(written)]
    return cut_from[0] if len(written) == _CUT_AT and len(cut_from) == 1 else None


def _unfit(names: Sequence[str]) -> list[str]:
    missing = [name for name in _NEEDED if name not in names]
    faults = [f"column {name} is missing" for name in missing]
    faults += [f"column {name} stands twice" for name in sorted({*names}) if names.count(name) > 1]
    if not any(name in COST_COLUMNS for name in names):
        faults.append("there is no cost column")
    return faults
