"""The chapter on the years: each segment's cost per patient, observed beside expected."""

from __future__ import annotations

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Cell, Chart, Column, Page, Table, Text
from spiegel_core.mirrors.praktijkspiegel.compare import Line, as_number
from spiegel_core.mirrors.praktijkspiegel.costs import cost_lines
from spiegel_core.mirrors.praktijkspiegel.hidden import table

# Years that fit side by side on a page; the chart and the workbook hold all of them.
_PRINTED_YEARS = 3
_TITLE = "Hoe ontwikkelt het zich?"


def trend_page(inputs: MirrorInputs) -> Page:
    """The trend over the years in which the practice had a mirror, if there are two at least."""
    years = sorted(year for year in inputs.years if year <= inputs.year)
    missing = [str(year) for year in inputs.trend if year not in inputs.years]
    without = inputs.text("trend_missing", years=" en ".join(missing)) if missing else ()
    if len(years) < 2:
        return Page(_TITLE, (Text((*inputs.text("trend_one_year"), *without)),), False)
    by_year = {year: cost_lines(inputs, year) for year in years}
    return Page(
        _TITLE,
        (
            Text((*inputs.text("trend"), *without)),
            _chart(years, by_year),
            _table(inputs, years, by_year),
        ),
    )


def _table(inputs: MirrorInputs, years: list[int], by_year: dict[int, list[Line]]) -> Table:
    columns = [Column("Zorg", "text")]
    for year in years:
        is_printed = year in years[-_PRINTED_YEARS:]
        columns += [Column(f"{year} per patiënt", "euro", is_printed),
                    Column(f"{year} verwacht", "euro", is_printed),
                    Column(f"{year} index", "index", is_printed)]  # fmt: skip
    rows = []
    for place, line in enumerate(by_year[years[-1]]):
        row = [Cell(line.label)]
        for year in years:
            amount = by_year[year][place].amount
            row += [amount.observed, amount.expected, amount.index]
        rows.append(tuple(row))
    note = inputs.text("trend_earlier") if len(years) > _PRINTED_YEARS else ()
    return table(inputs, "Kosten per patiënt per jaar", tuple(columns), rows, "Trend",
                 " ".join(note))  # fmt: skip


def _chart(years: list[int], by_year: dict[int, list[Line]]) -> Chart:
    panels = []
    told = []
    for place, line in enumerate(by_year[years[-1]]):
        amounts = [by_year[year][place].amount for year in years]
        panels.append(
            {
                "label": line.label,
                "observed": [as_number(amount.observed) for amount in amounts],
                "expected": [as_number(amount.expected) for amount in amounts],
            }
        )
        steps = ", ".join(
            f"{year}: {amount.index.value if amount.is_shown else 'niet getoond'}"
            for year, amount in zip(years, amounts, strict=True)
        )
        told.append(f"{line.label} index {steps}")
    title = "Kosten per patiënt per jaar (euro), in uw praktijk en verwacht"
    return Chart("trend", title, f"{title}. " + "; ".join(told) + ".",
                 {"years": years, "panels": panels, "name": "trend"})  # fmt: skip
