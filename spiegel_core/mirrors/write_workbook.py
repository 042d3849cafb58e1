"""Pages -> workbook: a sheet per table with real numbers, the same bytes every time."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from spiegel_core.mirrors.page_model import Cell, Chart, Document, Facts, Points, Table, Text

_FORMATS = {
    "persons": "#,##0", "count": "#,##0", "euro": '"€" #,##0',
    "euro_difference": '+"€" #,##0;-"€" #,##0',
    "percent": "0.0", "percent_difference": "+0.0;-0.0;0.0", "index": "0", "per_1000": "#,##0",
}  # fmt: skip
_HEADING = Font(bold=True, color="0B3C5D")
_FILL = PatternFill("solid", fgColor="E8EEF4")
_FIXED = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel's dates have no time zone
_ZIP_TIME = (2000, 1, 1, 0, 0, 0)


def write_workbook(document: Document) -> bytes:
    """The document as xlsx: the texts first, then a sheet per table, then what it is made from."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    _cover(book.create_sheet("Lees mij"), document)
    for page in document.pages:
        for block in page.blocks:
            if isinstance(block, Table):
                _sheet(book.create_sheet((block.name or block.title)[:31]), document, block)
    _origin(book.create_sheet("Herkomst"), document)
    properties = book.properties
    properties.title = f"{document.product} {document.report_year}, {document.recipient}"
    properties.creator = document.product
    properties.created = properties.modified = _FIXED
    sink = io.BytesIO()
    book.save(sink)
    return repacked(sink.getvalue())


def _cover(sheet: Worksheet, document: Document) -> None:
    lines: list[tuple[str, bool]] = [
        (f"{document.product} {document.report_year}", True),
        (f"{document.recipient}, AGB-code {document.code}", False),
        (f"{document.edition}, {document.release}", False),
        ("", False),
    ]
    for page in document.pages:
        lines.append((page.title, True))
        for block in page.blocks:
            if isinstance(block, Text):
                lines += [(block.heading, True)] if block.heading else []
                lines += [(paragraph, False) for paragraph in block.paragraphs]
            elif isinstance(block, Points):
                lines += [(f"{head}: {text}", False) for head, text in block.points]
            elif isinstance(block, Facts):
                lines += [(f"{label}: {value}", False) for label, value in block.rows]
            elif isinstance(block, Chart):
                lines.append((block.alt, False))
        lines.append(("", False))
    for row, (text, is_heading) in enumerate(lines, start=1):
        cell = sheet.cell(row, 1)
        _set_text(cell, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if is_heading:
            cell.font = _HEADING
    sheet.column_dimensions["A"].width = 110


def _sheet(sheet: Worksheet, document: Document, table: Table) -> None:
    """Title, heading, rows, and the reasons of values that are not shown beside their row."""
    _set_text(sheet.cell(1, 1), f"{table.title} – {document.recipient}")
    sheet.cell(1, 1).font = _HEADING
    labels = [column.label for column in table.columns]
    has_reason = any(cell.reason for row in table.rows for cell in row)
    for place, label in enumerate([*labels, *(["Niet getoond"] if has_reason else [])], start=1):
        cell = sheet.cell(3, place)
        _set_text(cell, label)
        cell.font, cell.fill = _HEADING, _FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(place)].width = 44 if place == 1 else 16
    for number, row in enumerate(table.rows, start=4):
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True), start=1):
            _set(sheet, number, place, value, column.kind)
        reasons = sorted({cell.reason for cell in row if cell.reason})
        if reasons:
            _set_text(sheet.cell(number, len(labels) + 1), "; ".join(reasons))
    if table.note:
        _set_text(sheet.cell(len(table.rows) + 5, 1), table.note)
    sheet.freeze_panes = "B4"


def _origin(sheet: Worksheet, document: Document) -> None:
    for number, (label, value) in enumerate(document.origin, start=1):
        _set_text(sheet.cell(number, 1), label)
        _set_text(sheet.cell(number, 2), value)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 70


def _set(sheet: Worksheet, row: int, column: int, value: Cell, kind: str) -> None:
    cell = sheet.cell(row, column)
    if value.value is None:
        return
    if isinstance(value.value, str):
        _set_text(cell, value.value)
        return
    # The stored number is the rounded one: what is not shown is not in the file either.
    is_whole = isinstance(value.value, int) or value.value == value.value.to_integral_value()
    cell.value = int(value.value) if is_whole else float(Decimal(value.value))
    cell.number_format = _FORMATS.get(kind, "General")


def _set_text(cell: object, text: str) -> None:
    """Text stays text, also when it begins as a formula does."""
    cell.value = text  # type: ignore[attr-defined]
    cell.data_type = "s"  # type: ignore[attr-defined]


def repacked(content: bytes) -> bytes:
    """An xlsx with files in order of name and fixed times, so equal content is equal bytes."""
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                moment = rb"\g<1>2000-01-01T00:00:00Z\g<2>"
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*(<)", moment, data)
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return sink.getvalue()
