"""Charts of the workbook, as Excel's own: each draws a table that stands on the same sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart._chart import ChartBase
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.worksheet.worksheet import Worksheet

# No red and green: a chart shows what is, not what is good.
_COLOURS = ("1B3A4B", "5D8AA8", "D9A441", "8F6B9E", "7FA99B", "B5651D", "A9BCC9", "4F5D75")
_WIDTH, _HEIGHT, _TALL = 24, 11, 15
_LINE_WIDTH = 22_000
_GRID = "DDDDDD"


@dataclass(frozen=True)
class Block:
    """A table on a sheet: names of the points in column A, a series per further column.

    Args:
        sheet: where it stands.
        top: row of its heading.
        bottom: row of its last line.
        columns: columns to draw, from 2 on.
        format: of the numbers along the value axis.
    """

    sheet: Worksheet
    top: int
    bottom: int
    columns: Sequence[int]
    format: str = "#,##0"


def line_chart(
    block: Block,
    title: str,
    unit: str,
    at: str,
    lowest: float | None,
    colours: Sequence[str] = _COLOURS,
) -> None:
    """A line per column.

    Args:
        block: what it draws.
        title, unit: above the chart, and beside its value axis.
        at: cell of its left upper corner.
        lowest: where the value axis begins; None leaves it to the reader's program.
        colours: of the lines.
    """
    chart = LineChart()
    _place(chart, block, title, unit, at)
    chart.y_axis.scaling.min = lowest
    for place, series in enumerate(chart.series):
        colour = colours[place % len(colours)]
        series.graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill=colour, w=_LINE_WIDTH)
        )
        series.marker.symbol = "none"
        series.smooth = False


def stacked_chart(block: Block, title: str, unit: str, at: str) -> None:
    """A column per point, the series on top of each other."""
    chart = BarChart()
    chart.grouping, chart.overlap, chart.gapWidth = "stacked", 100, 60
    _place(chart, block, title, unit, at)
    _fill(chart, _COLOURS)


def bar_chart(block: Block, title: str, unit: str, at: str, under: str) -> None:
    """A column per point for one series, without space between: a distribution."""
    chart = BarChart()
    chart.gapWidth = 8
    _place(chart, block, title, unit, at)
    chart.x_axis.title = under
    chart.legend = None
    _fill(chart, _COLOURS[1:])


def range_chart(block: Block, title: str, unit: str, at: str) -> None:
    """A lying bar per point whose first series is not drawn: it is where the bar begins."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 60
    _place(chart, block, title, unit, at)
    chart.height = _TALL
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.scaling.min = 0
    _fill(chart, ("FFFFFF", "A9BCC9", "5D8AA8", "2F5D7C", "A9BCC9"))
    chart.series[0].graphicalProperties = GraphicalProperties(noFill=True)
    chart.legend = None


def _place(chart: BarChart | LineChart, block: Block, title: str, unit: str, at: str) -> None:
    for column in block.columns:
        values = Reference(block.sheet, min_col=column, min_row=block.top, max_row=block.bottom)
        chart.series.append(Series(values, title_from_data=True))
    chart.set_categories(
        Reference(block.sheet, min_col=1, min_row=block.top + 1, max_row=block.bottom)
    )
    chart.title, chart.y_axis.title = title, unit
    chart.width, chart.height = _WIDTH, _HEIGHT
    chart.y_axis.number_format, chart.y_axis.numFmt.sourceLinked = block.format, False
    chart.y_axis.majorGridlines = ChartLines(
        GraphicalProperties(ln=LineProperties(solidFill=_GRID))
    )
    # Without this, newer versions of Excel draw no axes.
    chart.x_axis.delete = chart.y_axis.delete = False
    _legend_below(chart)
    block.sheet.add_chart(chart, at)


def _legend_below(chart: ChartBase) -> None:
    if chart.legend is not None:
        chart.legend.position = "b"


def _fill(chart: BarChart, colours: Sequence[str]) -> None:
    for place, series in enumerate(chart.series):
        series.graphicalProperties = GraphicalProperties(solidFill=colours[place % len(colours)])
