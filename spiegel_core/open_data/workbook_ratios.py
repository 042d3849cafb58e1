"""Sheets of ratios: one per year, and how far municipalities lie apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from spiegel_core.open_data.charts import Block, bar_chart, line_chart, range_chart
from spiegel_core.open_data.expected import EXPECTED_SCALE, RATIO_SCALE, YearResult
from spiegel_core.open_data.rules import TOTAL
from spiegel_core.open_data.sheets import (
    COUNT,
    EURO,
    RATIO,
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
from spiegel_core.open_data.spread import distribution, ratios_of, spread

_SPREAD_HEADS = ("5%", "25%", "Midden (50%)", "75%", "95%")
_PARTS = ("Begin (5%)", "5% tot 25%", "25% tot midden", "Midden tot 75%", "75% tot 95%")
_DIGITS = 3
# Light outside, dark in the middle: the lines of a spread belong together.
_NESTED = ("A9BCC9", "5D8AA8", "1B3A4B", "5D8AA8", "A9BCC9")


def year_sheet(book: Workbook, result: YearResult, labels: Mapping[str, str], source: str) -> None:
    """The ratios of every municipality in one year, by name."""
    cells = result.cells
    sheet = add_sheet(
        book, str(cells.year), f"Verhouding waargenomen / verwacht per gemeente, {cells.year}",
        "1,000 is zoals verwacht bij deze leeftijden en geslachten. Op alfabet.", source,
    )  # fmt: skip
    order = [len(cells.segments) - 1, *range(len(cells.segments) - 1)]
    ratios = {place: ratios_of(result, place) for place in order}
    rows: list[list[Value]] = []
    for number, name in enumerate(cells.municipalities):
        exposure = int(result.exposure[number])
        observed = int(result.observed[number, -1])
        expected = int(result.expected[number, -1])
        rows.append([
            name, exposure / 100,
            round(observed / exposure, 2) if exposure else None,
            round(expected / EXPECTED_SCALE / exposure, 2) if exposure else None,
            *(_rounded(ratios[place][number]) for place in order),
        ])  # fmt: skip
    heads = ["Gemeente", "Verzekerde jaren", "Waargenomen per verzekerd jaar (euro)",
             "Verwacht per verzekerd jaar (euro)",
             *(labels[cells.segments[place]] for place in order)]  # fmt: skip
    set_widths(sheet, 30, 15, heads)
    put_table(sheet, TOP, heads, [TEXT, YEARS, EURO, EURO, *[RATIO] * len(order)], rows)
    freeze(sheet, TOP)


def spread_sheet(
    book: Workbook, results: Sequence[YearResult], labels: Mapping[str, str], source: str
) -> None:
    """Quantiles of the ratios per year and per segment, and their distribution."""
    newest = results[-1]
    sheet = add_sheet(
        book, "Spreiding", "Hoe ver de verhoudingen van gemeenten uit elkaar liggen",
        "Elke gemeente telt één keer. 5%: van alle gemeenten ligt 5 procent daaronder.", source,
    )  # fmt: skip
    year = newest.cells.year
    years: list[list[Value]] = [_spread_row(str(r.cells.year), r, TOTAL) for r in results]
    heads = ["Totaal, per jaar", *_SPREAD_HEADS, "Gemeenten"]
    formats = [TEXT, *[RATIO] * len(_SPREAD_HEADS), COUNT]
    set_widths(sheet, 44, 15, heads)
    end = put_table(sheet, TOP, heads, formats, years)
    block = Block(sheet, TOP, end, range(2, 2 + len(_SPREAD_HEADS)), "0.00")
    line_chart(block, "Totaal: verhoudingen van gemeenten, per jaar", "verhouding",
               "I5", lowest=_floor(row[1] for row in years), colours=_NESTED)  # fmt: skip

    segments = [*newest.cells.segments[:-1], TOTAL]
    rows: list[list[Value]] = [_spread_row(labels[name], newest, name) for name in segments]
    heads = [f"Per segment, {year}", *_SPREAD_HEADS, "Gemeenten"]
    end = put_table(sheet, end + 3, heads, formats, rows)
    end = _range_part(sheet, end + 3, rows, year)

    put_heading(sheet, end + 2, f"Totaal {year}: aantal gemeenten per verhouding")
    bars: list[list[Value]] = [
        [f"{lower:.2f} – {lower + 0.05:.2f}".replace(".", ","), number]
        for lower, number in distribution(newest, len(newest.cells.segments) - 1)
    ]
    top = end + 3
    end = put_table(sheet, top, ["Verhouding (vanaf – tot)", "Gemeenten"], [TEXT, COUNT], bars)
    if bars:
        bar_chart(Block(sheet, top, end, (2,)), f"Totaal {year}: verhoudingen van gemeenten",
                  "gemeenten", "I62", "waargenomen / verwacht")  # fmt: skip


def _range_part(sheet: Worksheet, top: int, rows: Sequence[Sequence[Value]], year: int) -> int:
    """The same quantiles as lengths, which is what a chart of ranges draws; returns its end."""
    put_heading(sheet, top, "Tabel bij de grafiek per segment: lengte van elk stuk")
    parts: list[list[Value]] = []
    for row in rows:
        quantiles = [value for value in row[1:6] if isinstance(value, float)]
        if quantiles:
            pairs = itertools.pairwise(quantiles)
            lengths = [round(upper - lower, 4) for lower, upper in pairs]
            parts.append([row[0], quantiles[0], *lengths])
    heads = [f"Per segment, {year}", *_PARTS]
    end = put_table(sheet, top + 1, heads, [TEXT, *[RATIO] * len(_PARTS)], parts)
    if parts:
        range_chart(Block(sheet, top + 1, end, range(2, 2 + len(_PARTS)), "0.00"),
                    f"Verhoudingen per segment, {year}: 5% tot 95% (donker: 25% tot 75%)",
                    "verhouding", "I29")  # fmt: skip
    return end


def _spread_row(name: str, result: YearResult, segment: str) -> list[Value]:
    found = spread(result, result.cells.segments.index(segment))
    if found is None:
        return [name, *[None] * len(_SPREAD_HEADS), 0]
    return [name, *found.quantiles, found.municipalities]


def _rounded(ratio: int | None) -> float | None:
    return None if ratio is None else round(ratio / RATIO_SCALE, _DIGITS)


def _floor(values: Iterable[Value]) -> float:
    """The tenth below the smallest value: where an axis begins."""
    found = [value for value in values if isinstance(value, float)]
    return math.floor(10 * min(found, default=0.0)) / 10
