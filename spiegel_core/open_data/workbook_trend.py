"""The sheet of weights: what an insured year of each class costs, per segment and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from spiegel_core.engine.model import MONEY_DIGITS
from spiegel_core.open_data.charts import Block, line_chart
from spiegel_core.open_data.expected import YearResult
from spiegel_core.open_data.rules import TOTAL
from spiegel_core.open_data.sheets import (
    EURO,
    TEXT,
    TOP,
    Value,
    add_sheet,
    put_heading,
    put_table,
    set_widths,
)
from spiegel_core.open_data.trend import class_costs
from spiegel_core.population.factors import SEXES

_CENTS = 100
_WIDTH = 10
# Every so many classes of five years one is drawn: more lines cannot be told apart.
_DRAWN_EVERY = 4
# Rows a chart takes, and the columns at which the first and the second begin.
_CHART_ROWS, _CHARTS_AT = 24, ("A", "L")
# From the youngest to the oldest; no red and green, and told apart in grey.
_BY_AGE = ("D9A441", "A9BCC9", "8F6B9E", "5D8AA8", "1B3A4B")
_SEX_NAMES = {"M": "mannen", "V": "vrouwen"}


def trend_sheet(
    book: Workbook, results: Sequence[YearResult], labels: Mapping[str, str], source: str
) -> None:
    """Per segment a table of years and classes, and a chart, for men and for women.

    Args:
        book: where the sheet is added.
        results: observed and expected, oldest year first.
        labels: segment -> label, in the order of reading.
        source: stands on the sheet.
    """
    sheet = add_sheet(
        book, "Gewichten", "Kosten per verzekerd jaar van elke groep, per segment en jaar (euro)",
        "Het gewicht van een groep: wat een verzekerd jaar in die groep landelijk kost, zonder de "
        "restregel. Leeg: dat segment staat niet in het bestand van dat jaar.", source,
    )  # fmt: skip
    names = results[-1].cells.classes
    of_sex = [[name for name in names if name.split()[0] == sex] for sex in SEXES]
    set_widths(sheet, _WIDTH, _WIDTH, ["Jaar", *of_sex[0]])
    top = TOP
    for segment in (TOTAL, *(name for name in labels if name != TOTAL)):
        of_years = [one for one in results if segment in one.cells.segments]
        if of_years:
            if top > TOP:
                sheet.row_breaks.append(Break(id=top - 1))
            put_heading(sheet, top, labels[segment])
            top = _segment_part(sheet, top + 1, of_years, segment, labels[segment], of_sex)


def _segment_part(
    sheet: Worksheet,
    top: int,
    results: Sequence[YearResult],
    segment: str,
    label: str,
    of_sex: Sequence[Sequence[str]],
) -> int:
    """A table and a chart for men and for women; returns where the next segment begins."""
    costs = {str(one.cells.year): class_costs(one, segment) for one in results}
    blocks = []
    for names in of_sex:
        rows: list[list[Value]] = [
            [year, *(_euros(of_year.get(name)) for name in names)]
            for year, of_year in costs.items()
        ]
        formats = [TEXT, *[EURO] * len(names)]
        end = put_table(sheet, top, ["Jaar", *names], formats, rows)
        drawn = range(2, 2 + len(names), _DRAWN_EVERY)
        blocks.append((Block(sheet, top, end, drawn), _lowest(rows)))
        top = end + 2
    for (block, lowest), sex, at in zip(blocks, SEXES, _CHARTS_AT, strict=True):
        line_chart(block, f"{label}: {_SEX_NAMES[sex]}", "euro per verzekerd jaar", f"{at}{top}",
                   lowest, _BY_AGE)  # fmt: skip
    return top + _CHART_ROWS


def _lowest(rows: Sequence[Sequence[Value]]) -> float | None:
    """Where the value axis begins: at 0, or where Excel likes when a group is below it."""
    found = [value for row in rows for value in row if isinstance(value, float)]
    return None if min(found, default=0.0) < 0 else 0.0


def _euros(cost: int | None) -> float | None:
    return None if cost is None else round(cost / 10**MONEY_DIGITS / _CENTS, 2)
