"""Sheets that show whether it fits: the reconciliation, and two files of one year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook

from spiegel_core.open_data.reconcile import AGREES, DIFFERS, NOT_APPLICABLE, Check
from spiegel_core.open_data.sheets import (
    TEXT,
    TOP,
    YEARS,
    Value,
    add_sheet,
    freeze,
    put_heading,
    put_table,
    set_widths,
)
from spiegel_core.open_data.vintages import Difference

_VERDICTS = {AGREES: "klopt", DIFFERS: "wijkt af", NOT_APPLICABLE: "geen bekend totaal"}
_CHECKS = {
    "rows": "Regels in het bestand", "municipalities": "Gemeenten", "bsn": "Verzekerden (bsn)",
    "insured_years": "Verzekerde jaren", "total_cents": "Kosten, met de restregel",
    "rest_rows": "Restregel: regels", "rest_bsn": "Restregel: verzekerden (bsn)",
    "rest_insured_years": "Restregel: verzekerde jaren", "rest_cents": "Restregel: kosten",
    "negative_cells": "Bedragen onder nul", "segments_make_the_total": "Segmenten samen",
    "cost_without_insured_years": "Kosten van groepen zonder verzekerde jaren",
}  # fmt: skip
_UNITS = {
    "rows": "regels", "municipalities": "gemeenten", "persons": "personen",
    "insured years": "verzekerde jaren", "eurocents": "eurocent", "amounts": "bedragen",
    "million euros": "miljoen euro",
}  # fmt: skip


def check_sheet(
    book: Workbook, checks: Sequence[Check], labels: Mapping[str, str], source: str
) -> None:
    """Every check with what was expected and found."""
    sheet = add_sheet(
        book, "Aansluiting", "Kloppen de bestanden en de berekening?",
        "Per jaar: de cijfers uit het bestand naast de bekende totalen. En: tellen de verwachte "
        "kosten op tot de waargenomen kosten, op afronding na?", source,
    )  # fmt: skip
    rows: list[list[Value]] = [
        [
            str(check.year), _told(check.name, labels), _UNITS[check.unit],
            *(_shown(value, check.digits)
              for value in (check.expected, check.found, check.difference, check.allowed)),
            _VERDICTS[check.verdict],
        ]
        for check in checks
    ]  # fmt: skip
    heads = ["Jaar", "Wat", "Eenheid", "Moet zijn", "Gevonden", "Verschil",
             "Toegestaan door afronding", "Oordeel"]  # fmt: skip
    set_widths(sheet, 10, 20, heads)
    sheet.column_dimensions["B"].width = 68
    put_table(sheet, TOP, heads, [TEXT, TEXT, TEXT, YEARS, YEARS, YEARS, YEARS, TEXT], rows)
    freeze(sheet, TOP)


@dataclass(frozen=True)
class VintageWords:
    """What the file that counts and the other one are called, and what is said of them."""

    counted: str
    other: str
    note: str


# In the workbook of the open data, and where two files are compared by themselves.
OF_A_YEAR = VintageWords(
    "Telt mee", "Andere versie",
    "Heel Nederland, met de restregel. De eerste versie telt mee in dit bestand.",
)  # fmt: skip
BY_THEMSELVES = VintageWords(
    "Tweede bestand", "Eerste bestand",
    "Heel Nederland, met de restregel. Verschil: het tweede bestand min het eerste.",
)  # fmt: skip


def vintage_sheet(
    book: Workbook, national: Sequence[Difference], municipal: Sequence[Difference], source: str,
    words: VintageWords = OF_A_YEAR,
) -> None:  # fmt: skip
    """Figures of a file that counts beside another file of the same year."""
    sheet = add_sheet(
        book, "Versies", "Twee versies van hetzelfde jaar naast elkaar", words.note, source
    )
    heads = ["Jaar", words.counted, words.other, "Kolom of gemeente", "Eenheid",
             f"{words.counted}: som", f"{words.other}: som", "Verschil"]  # fmt: skip
    set_widths(sheet, 10, 24, heads)
    for column, width in (("B", 32), ("C", 84), ("D", 44)):
        sheet.column_dimensions[column].width = width
    formats = [*[TEXT] * 5, YEARS, YEARS, YEARS]
    end = put_table(sheet, TOP, heads, formats, _difference_rows(national))
    put_heading(
        sheet, end + 2,
        "Gemeenten die verschillen. Leeg: de gemeente staat niet in die versie, bijvoorbeeld na "
        "een herindeling.",
    )  # fmt: skip
    put_table(sheet, end + 3, heads, formats, _difference_rows(municipal))
    freeze(sheet, TOP)


def _difference_rows(differences: Sequence[Difference]) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for one in differences:
        pair = [_shown(value, one.digits) for value in (one.counted, one.other)]
        difference = None if None in pair else _shown(
            (one.counted or 0) - (one.other or 0), one.digits
        )  # fmt: skip
        rows.append([str(one.year), one.counted_file, one.other_file, one.subject,
                     _UNITS[one.unit], *pair, difference])  # fmt: skip
    return rows


def _told(name: str, labels: Mapping[str, str]) -> str:
    if name in _CHECKS:
        return _CHECKS[name]
    kind, _, segment = name.partition("_")
    label = labels.get(segment, segment)
    return f"Segment: {label}" if kind == "segment" else f"Verwacht = waargenomen: {label}"


def _shown(value: int | None, digits: int) -> float | int | None:
    """A figure for a cell: whole where it is whole, else to the hundredth."""
    if value is None:
        return None
    return value if digits == 0 else round(value / 10**digits, 2)
