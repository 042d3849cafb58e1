"""A sheet: title, source and a table under them, in one style."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
TEXT, COUNT, YEARS, EURO, RATIO = "General", "#,##0", "#,##0.00", "#,##0.00", "0.000"
# Rows a sheet begins with: title, note, source, an empty one.
TOP = 5

_TITLE, _HEAD = Font(size=14, bold=True, color="1B3A4B"), Font(bold=True, color="1B3A4B")
_QUIET = Font(italic=True, color="5D6B75")
_SHADE = PatternFill("solid", fgColor="DCE6EE")
_LINE = Border(bottom=Side(style="thin", color="5D8AA8"))
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def add_sheet(book: Workbook, name: str, title: str, note: str, source: str) -> Worksheet:
    """A sheet with its title, a line that says what stands there, and the source."""
    sheet: Worksheet = book.create_sheet(name)
    for row, (text, font) in enumerate(((title, _TITLE), (note, Font()), (source, _QUIET)), 1):
        cell = sheet.cell(row, 1, text)
        cell.font = font
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart(source), right=_HeaderFooterPart("&P / &N")
    )
    return sheet


def put_table(
    sheet: Worksheet,
    top: int,
    heads: Sequence[str],
    formats: Sequence[str],
    rows: Sequence[Sequence[Value]],
) -> int:
    """A table with its heading at row `top`; returns the row of its last line.

    Args:
        sheet: where it goes, from column A on.
        top: row of the heading.
        heads: heading of each column.
        formats: number format of each column.
        rows: the values; None leaves the cell empty.
    """
    for column, head in enumerate(heads, 1):
        cell = sheet.cell(top, column, head)
        cell.font, cell.fill, cell.border = _HEAD, _SHADE, _LINE
        cell.alignment = Alignment(
            wrap_text=True, vertical="bottom", horizontal="left" if column == 1 else "right"
        )
    for number, values in enumerate(rows, top + 1):
        for column, value in enumerate(values, 1):
            if value is not None:
                cell = sheet.cell(number, column, value)
                if formats[column - 1] != TEXT:
                    cell.number_format = formats[column - 1]
    return top + len(rows)


def put_heading(sheet: Worksheet, row: int, text: str) -> None:
    """A heading above a second table on a sheet."""
    sheet.cell(row, 1, text).font = _HEAD


def put_lines(sheet: Worksheet, top: int, lines: Sequence[str]) -> None:
    """Lines of running text in column A, wrapped."""
    sheet.column_dimensions["A"].width = 110
    for row, line in enumerate(lines, top):
        cell = sheet.cell(row, 1, line)
        cell.alignment = _WRAPPED
        # Some 105 characters fit on a line of column A.
        sheet.row_dimensions[row].height = 16 * (1 + len(line) // 105)


def set_widths(sheet: Worksheet, first: float, others: float, columns: int) -> None:
    """Width of column A and of the columns after it."""
    for column in range(1, columns + 1):
        sheet.column_dimensions[get_column_letter(column)].width = first if column == 1 else others


def freeze(sheet: Worksheet, top: int) -> None:
    """Keep the heading at row `top` and column A in sight, also in print."""
    sheet.freeze_panes = f"B{top + 1}"
    sheet.print_title_rows = f"{top}:{top}"
