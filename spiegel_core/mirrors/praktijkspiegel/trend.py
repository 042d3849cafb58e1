"""The chapter on the years: each segment's cost per patient, observed beside expected."""

from __future__ import annotations

import dataclasses

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Cell, Chart, Column, Page, Table, Text
from spiegel_core.mirrors.praktijkspiegel.compare import Line, as_number
from spiegel_core.mirrors.praktijkspiegel.costs import cost_lines


def trend_page(inputs: MirrorInputs) -> Page | None:
    """The trend over the years that were run; None when there is only one."""
    years = sorted(year for year in inputs.years if year <= inputs.year)
    if len(years) < 2:
        return None
    by_year = {year: cost_lines(_as_of(inputs, year)) for year in years}
    return Page(
        "Hoe ontwikkelt het zich?",
        (
            Text(inputs.text("trend")),
            _chart(years, by_year),
            _table(years, by_year),
        ),
    )


def _as_of(inputs: MirrorInputs, year: int) -> MirrorInputs:
    """The same practice seen in an earlier year."""
    return dataclasses.replace(inputs, rules=dataclasses.replace(inputs.rules, report_year=year))


def _table(years: list[int], by_year: dict[int, list[Line]]) -> Table:
    columns = [Column("Zorg", "text")]
    for year in years:
        columns += [Column(f"{year}", "euro"), Column("Verwacht", "euro"),
                    Column("Index", "index")]  # fmt: skip
    rows = []
    for place, line in enumerate(by_year[years[-1]]):
        row = [Cell(line.label)]
        for year in years:
            of_year = by_year[year][place]
            row += [of_year.observed, of_year.expected, of_year.index]
        rows.append(tuple(row))
    return Table("Kosten per patiënt per jaar", tuple(columns), tuple(rows), "", "Trend")


def _chart(years: list[int], by_year: dict[int, list[Line]]) -> Chart:
    panels = []
    told = []
    for place, line in enumerate(by_year[years[-1]]):
        indices = [as_number(by_year[year][place].index) for year in years]
        panels.append(
            {
                "label": line.label,
                "observed": [as_number(by_year[year][place].observed) for year in years],
                "expected": [as_number(by_year[year][place].expected) for year in years],
            }
        )
        steps = ", ".join(
            f"{year}: {index:.0f}" if index is not None else f"{year}: niet getoond"
            for year, index in zip(years, indices, strict=True)
        )
        told.append(f"{line.label} index {steps}")
    title = "Kosten per patiënt per jaar, werkelijk en verwacht"
    return Chart("trend", title, f"{title}. " + "; ".join(told) + ".",
                 {"years": years, "panels": panels, "name": "trend"})  # fmt: skip
