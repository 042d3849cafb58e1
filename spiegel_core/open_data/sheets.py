"""A sheet: title, source and a table under them, in one style."""

from __future__ import annotations

import textwrap
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

_FACE = "Calibri"
_PLAIN = Font(name=_FACE, size=11)
_TITLE = Font(name=_FACE, size=15, bold=True, color="1B3A4B")
_HEAD = Font(name=_FACE, size=11, bold=True, color="1B3A4B")
_QUIET = Font(name=_FACE, size=10, italic=True, color="5D6B75")
_SHADE = PatternFill("solid", fgColor="DCE6EE")
_LINE = Border(bottom=Side(style="thin", color="5D8AA8"))
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_INDENTED = Alignment(horizontal="left", indent=1)
_HEIGHT = 15


def add_sheet(book: Workbook, name: str, title: str, note: str, source: str) -> Worksheet:
    """A sheet with its title, a line that says what stands there, and the source."""
    sheet: Worksheet = book.create_sheet(name)
    for row, (text, font) in enumerate(((title, _TITLE), (note, _PLAIN), (source, _QUIET)), 1):
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
        sheet: where it goes, from column A on; the widths of its columns are set.
        top: row of the heading.
        heads: heading of each column.
        formats: number format of each column; whole numbers are shown without decimals.
        rows: the values; None leaves the cell empty.
    """
    for column, (head, form) in enumerate(zip(heads, formats, strict=True), 1):
        cell = sheet.cell(top, column, head)
        cell.font, cell.fill, cell.border = _HEAD, _SHADE, _LINE
        cell.alignment = _head_alignment(column, form)
    sheet.row_dimensions[top].height = _HEIGHT * _lines(sheet, heads)
    for number, values in enumerate(rows, top + 1):
        for column, (value, form) in enumerate(zip(values, formats, strict=True), 1):
            if value is None:
                continue
            cell = sheet.cell(number, column, value)
            if form != TEXT:
                cell.number_format = COUNT if isinstance(value, int) else form
            elif column > 1:
                cell.alignment = _INDENTED
    return top + len(rows)


def _head_alignment(column: int, form: str) -> Alignment:
    side = "left" if form == TEXT else "right"
    indent = 1 if form == TEXT and column > 1 else 0
    return Alignment(wrap_text=True, vertical="bottom", horizontal=side, indent=indent)


def _lines(sheet: Worksheet, heads: Sequence[str]) -> int:
    """Lines the highest heading needs: a file holds the heights it is given, nobody fits them."""
    widths = [sheet.column_dimensions[get_column_letter(n)].width for n in range(1, len(heads) + 1)]
    needed = [
        len(textwrap.wrap(head, max(int(0.85 * width), 1)))
        for head, width in zip(heads, widths, strict=True)
    ]
    return max(needed)


def put_heading(sheet: Worksheet, row: int, text: str) -> None:
    """A heading above a second table on a sheet."""
    sheet.cell(row, 1, text).font = _HEAD


def put_lines(sheet: Worksheet, top: int, lines: Sequence[str]) -> None:
    """Lines of running text in column A, wrapped, on one page when printed."""
    sheet.column_dimensions["A"].width = 110
    for row, line in enumerate(lines, top):
        cell = sheet.cell(row, 1, line)
        cell.alignment = _WRAPPED
        cell.font = _PLAIN
        # Some 100 characters fit on a line of column A.
        sheet.row_dimensions[row].height = 6 + _HEIGHT * (1 + len(line) // 100)
    sheet.page_setup.fitToHeight = 1


def set_widths(sheet: Worksheet, first: float, others: float, heads: Sequence[str]) -> None:
    """Width of column A and of the columns after it, which hold the words of their headings."""
    sheet.column_dimensions["A"].width = first
    for column, head in enumerate(heads[1:], 2):
        longest = max(len(word) for word in head.split())
        sheet.column_dimensions[get_column_letter(column)].width = max(others, 1.2 * longest + 2)


def freeze(sheet: Worksheet, top: int) -> None:
    """Keep the heading at row `top` and column A in sight, also in print."""
    sheet.freeze_panes = f"B{top + 1}"
    sheet.print_title_rows = f"{top}:{top}"
