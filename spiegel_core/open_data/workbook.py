"""The workbook of the open data: explanation, totals, segments, weights, spread, years, checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook

from spiegel_core.open_data.charts import Block, line_chart, stacked_chart
from spiegel_core.open_data.expected import YearResult
from spiegel_core.open_data.packing import workbook_bytes
from spiegel_core.open_data.reconcile import Check
from spiegel_core.open_data.rules import TOTAL, OpenDataRules
from spiegel_core.open_data.sheets import (
    COUNT,
    EURO,
    TEXT,
    TOP,
    YEARS,
    Value,
    add_sheet,
    freeze,
    put_heading,
    put_lines,
    put_table,
    set_widths,
)
from spiegel_core.open_data.vintages import Difference
from spiegel_core.open_data.workbook_checks import BY_THEMSELVES, check_sheet, vintage_sheet
from spiegel_core.open_data.workbook_ratios import spread_sheet, year_sheet
from spiegel_core.open_data.workbook_trend import trend_sheet

_CENTS = 100
# So many segments get a colour of their own; the others are one group.
_DRAWN = 7


@dataclass(frozen=True)
class Texts:
    """What the workbook says.

    Args:
        title: title of the first sheet.
        source: stands on every sheet.
        explanation: paragraphs of the first sheet.
    """

    title: str
    source: str
    explanation: tuple[str, ...]


def open_data_workbook(
    results: Sequence[YearResult],
    checks: Sequence[Check],
    national: Sequence[Difference],
    municipal: Sequence[Difference],
    rules: OpenDataRules,
    texts: Texts,
) -> bytes:
    """The workbook; the same results give the same bytes.

    Args:
        results: observed and expected, a year each, oldest first (at least one).
        checks: the reconciliation.
        national, municipal: figures of files that do not count; may be empty.
        rules: segments and their labels.
        texts: what it says.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    source = texts.source
    labels = rules.labels
    cover = add_sheet(book, "Uitleg", texts.title, "", source)
    _totals_sheet(book, results, source)
    _segments_sheet(book, results, rules, source)
    trend_sheet(book, results, labels, source)
    spread_sheet(book, results, labels, source)
    for result in results:
        year_sheet(book, result, labels, source)
    check_sheet(book, checks, labels, source)
    if national:
        vintage_sheet(book, national, municipal, source)
    put_lines(cover, TOP, [*texts.explanation, "", *_contents(book)])
    return workbook_bytes(book)


def vintages_workbook(
    national: Sequence[Difference], municipal: Sequence[Difference], source: str
) -> bytes:
    """The figures of two files of one year beside one another, by themselves."""
    book = Workbook()
    book.remove(book.worksheets[0])
    vintage_sheet(book, national, municipal, source, BY_THEMSELVES)
    return workbook_bytes(book)


def _contents(book: Workbook) -> list[str]:
    told = {
        "Totalen": "kosten en verzekerde jaren per jaar, met de restregel",
        "Segmenten": "kosten per verzekerd jaar, per segment en jaar",
        "Gewichten": "wat een verzekerd jaar kost per leeftijd en geslacht, per segment en jaar",
        "Spreiding": "hoe ver de verhoudingen van gemeenten uit elkaar liggen",
        "Aansluiting": "of de bestanden en de berekening kloppen met de bekende totalen",
        "Versies": "twee versies van hetzelfde jaar naast elkaar",
    }
    years = [name for name in book.sheetnames if name.isdigit()]
    lines = [f"Blad {name}: {told[name]}." for name in book.sheetnames if name in told]
    of_years = f"{years[0]} tot en met {years[-1]}" if len(years) > 1 else years[0]
    lines.insert(4, f"Blad {of_years}: de verhoudingen per gemeente.")
    return ["In dit bestand:", *lines]


def _totals_sheet(book: Workbook, results: Sequence[YearResult], source: str) -> None:
    sheet = add_sheet(
        book, "Totalen", "Kosten van de basisverzekering, heel Nederland",
        "Met de restregel: de regel zonder leeftijd, geslacht en gemeente.", source,
    )  # fmt: skip
    rows: list[list[Value]] = []
    for result in results:
        cells = result.cells
        total, rest = cells.national_cents()[TOTAL], cells.rest_cents[-1]
        rows.append([
            str(cells.year), _per_year(total, cells.national_exposure), total / _CENTS,
            cells.national_exposure / 100, rest / _CENTS, cells.rest_exposure / 100,
            len(cells.municipalities),
        ])  # fmt: skip
    heads = ["Jaar", "Kosten per verzekerd jaar (euro)", "Kosten (euro)", "Verzekerde jaren",
             "Waarvan restregel (euro)", "Waarvan restregel (verzekerde jaren)",
             "Gemeenten"]  # fmt: skip
    set_widths(sheet, 14, 22, heads)
    bottom = put_table(sheet, TOP, heads, [TEXT, EURO, EURO, YEARS, EURO, YEARS, COUNT], rows)
    freeze(sheet, TOP)
    line_chart(
        Block(sheet, TOP, bottom, (2,)), "Kosten per verzekerd jaar", "euro", f"A{bottom + 3}",
        lowest=0,
    )  # fmt: skip


def _segments_sheet(
    book: Workbook, results: Sequence[YearResult], rules: OpenDataRules, source: str
) -> None:
    sheet = add_sheet(
        book, "Segmenten", "Kosten per verzekerd jaar, per segment (euro)",
        "Heel Nederland, met de restregel. Leeg: dat segment staat niet in het bestand van dat "
        "jaar.", source,
    )  # fmt: skip
    order = [name for name in rules.labels if any(name in r.cells.segments for r in results)]
    per_year = {r.cells.year: _segment_costs(r) for r in results}
    rows: list[list[Value]] = [
        [str(year), *(costs.get(name) for name in order)] for year, costs in per_year.items()
    ]
    heads = ["Jaar", *(rules.labels[name] for name in order)]
    set_widths(sheet, 12, 13.5, heads)
    bottom = put_table(sheet, TOP, heads, [TEXT, *[EURO] * len(order)], rows)
    freeze(sheet, TOP)
    newest = per_year[results[-1].cells.year]
    # Equal costs are told apart by their place in the list, so that the choice never wavers.
    drawn = sorted((n for n in newest if n != TOTAL), key=lambda n: (-newest[n], order.index(n)))
    drawn = drawn[:_DRAWN]
    top = bottom + 4
    put_heading(
        sheet, top - 1, "Tabel bij de grafieken: de grootste segmenten van het laatste jaar"
    )
    grouped: list[list[Value]] = [
        [str(year), *(costs.get(name) for name in drawn),
         round(costs[TOTAL] - sum(costs.get(name, 0.0) for name in drawn), 2)]
        for year, costs in per_year.items()
    ]  # fmt: skip
    columns = ["Jaar", *(rules.labels[name] for name in drawn), "Andere segmenten"]
    end = put_table(sheet, top, columns, [TEXT, *[EURO] * (len(columns) - 1)], grouped)
    stacked_chart(
        Block(sheet, top, end, range(2, len(columns) + 1)),
        "Kosten per verzekerd jaar, per segment", "euro", f"A{end + 3}",
    )  # fmt: skip
    line_chart(
        Block(sheet, top, end, range(3, len(columns))),
        "Kosten per verzekerd jaar: de segmenten na het grootste", "euro", f"I{end + 3}", lowest=0,
    )  # fmt: skip


def _segment_costs(result: YearResult) -> dict[str, float]:
    exposure = result.cells.national_exposure
    return {name: _per_year(n, exposure) for name, n in result.cells.national_cents().items()}


def _per_year(cents: int, exposure: int) -> float:
    """Euros per insured year: cents and hundredths of a year cancel."""
    return round(cents / exposure, 2) if exposure else 0.0
