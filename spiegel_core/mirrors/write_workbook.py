"""Pages -> workbook: a sheet per table with real numbers, the same bytes every time."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from spiegel_core.mirrors.page_model import (
    Cell,
    Column,
    Document,
    Facts,
    Interval,
    Page,
    Points,
    Table,
    Text,
)
from spiegel_core.zipped import zipped

_FORMATS = {
    "persons": "#,##0", "per_1000": "#,##0", "per_1000_difference": "+#,##0;-#,##0;0",
    "euro": '"€" #,##0;-"€" #,##0', "euro_difference": '+"€" #,##0;-"€" #,##0;"€" 0',
    "percent": '0.0"%"', "percent_difference": "+0.0;-0.0;0.0", "index": "0", "interval": "0",
    "euro_cents": '"€" #,##0.00;-"€" #,##0.00', "tenths": "#,##0.0", "exact": "#,##0.000000000",
    "ratio": "0.000",
    "euro_cents_difference": '+"€" #,##0.00;-"€" #,##0.00;"€" 0.00',
    "tenths_difference": "+#,##0.0;-#,##0.0;0.0", "persons_difference": "+#,##0;-#,##0;0",
}  # fmt: skip
_WIDTHS = {"text": 46.0, "words": 22.0, "interval": 14.0, "exact": 22.0}
_WIDTH, _REASON_WIDTH, _TEXT_WIDTH = 13.0, 52.0, 110.0
_HEADING = Font(name="Calibri", bold=True, color="0B3C5D")
_TITLE = Font(name="Calibri", bold=True, color="0B3C5D", size=14)
_FILL = PatternFill("solid", fgColor="E8EEF4")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WRAPPED_RIGHT = Alignment(wrap_text=True, vertical="top", horizontal="right")
_INDENTED = Alignment(indent=1, horizontal="left", vertical="top", wrap_text=True)
_SIDES = {"text": _WRAPPED, "words": _INDENTED, "reason": _INDENTED}
_HEADER_ROW = 3
_LINE = 15.5
_A4 = 9
_FIXED = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel's dates have no time zone
_Value = str | int | Decimal | None


def write_workbook(document: Document) -> bytes:
    """The document as xlsx: what is in it, a sheet per table, the explanation, the origin."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    tables = [block for page in document.pages for block in page.blocks if isinstance(block, Table)]
    first = next((n for n, page in enumerate(document.pages) if _has_table(page)), 0)
    _cover(book.create_sheet("Lees mij"), document, document.pages[:first], tables)
    for table in tables:
        _table(book.create_sheet(table.name), document, table)
    _texts(book.create_sheet("Toelichting"), _lines(document.pages[first:]))
    _pairs(book.create_sheet("Herkomst"), document.origin)
    properties = book.properties
    properties.title = f"{document.product} {document.report_year}, {document.recipient}"
    properties.creator, properties.language = document.product, "nl-NL"
    properties.created = properties.modified = _FIXED
    sink = io.BytesIO()
    book.save(sink)
    return repacked(sink.getvalue())


def _has_table(page: Page) -> bool:
    return any(isinstance(block, Table) for block in page.blocks)


def _cover(
    sheet: Worksheet, document: Document, pages: Sequence[Page], tables: Sequence[Table]
) -> None:
    """The first pages as text, and which sheet holds what."""
    lines = [
        (f"{document.product} {document.report_year}", True),
        (document.named, False),
        (f"{document.edition}, {document.release}", False),
        *([(document.mark, True)] if document.mark else []),
        ("", False),
        *_lines(pages),
        ("Wat staat waar?", True),
        *((f"{table.name}: {table.title}", False) for table in tables),
        ("Toelichting: hoe de cijfers zijn gemaakt en wat ze zeggen", False),
        ("Herkomst: waaruit dit werkboek is gemaakt", False),
    ]
    _texts(sheet, lines)
    sheet.cell(1, 1).font = _TITLE
    sheet.row_dimensions[1].height = 1.5 * _LINE


def _lines(pages: Iterable[Page]) -> list[tuple[str, bool]]:
    """The running text of pages, line by line, and whether a line is a heading."""
    lines = []
    for page in pages:
        texts: list[tuple[str, bool]] = []
        for block in page.blocks:
            if isinstance(block, Text):
                texts += [(block.heading, True)] if block.heading else []
                texts += [(paragraph, False) for paragraph in block.paragraphs]
            elif isinstance(block, Points):
                texts += [(f"{head}: {text}", False) for head, text in block.points]
            elif isinstance(block, Facts):
                texts += [(f"{label}: {value}", False) for label, value in block.rows]
        lines += [(page.title, True), *texts, ("", False)] if texts else []
    return lines


def _texts(sheet: Worksheet, lines: Sequence[tuple[str, bool]]) -> None:
    for row, (text, is_heading) in enumerate(lines, start=1):
        _set(sheet, row, 1, text, font=_HEADING if is_heading else None, alignment=_WRAPPED)
        _fit(sheet, row, [(text, _TEXT_WIDTH)])
    sheet.column_dimensions["A"].width = _TEXT_WIDTH
    _for_print(sheet, "portrait")


def _table(sheet: Worksheet, document: Document, table: Table) -> None:
    """Title, heading, rows, and the reasons of values that are not shown beside their row."""
    mark = f" ({document.mark})" if document.mark else ""
    _set(sheet, 1, 1, f"{table.title} – {document.recipient}{mark}", font=_HEADING)
    # A sheet that is printed or copied on its own says of which year it is.
    year = f"{document.product} {document.report_year}"
    _set(sheet, 2, 1, f"{year}, {document.edition}, {document.release}")
    heads = [head for column in table.columns for head in _heads(column)]
    reasons = [_reasons(row) for row in table.rows]
    if any(reasons):
        heads.append(("Niet getoond", "reason", _REASON_WIDTH))
    for place, (label, kind, width) in enumerate(heads, start=1):
        side = _SIDES.get(kind) or _WRAPPED_RIGHT
        _set(sheet, _HEADER_ROW, place, label, font=_HEADING, fill=_FILL, alignment=side)
        sheet.column_dimensions[get_column_letter(place)].width = width
    _fit(sheet, _HEADER_ROW, [(label, width) for label, _, width in heads])
    for number, (row, reason) in enumerate(zip(table.rows, reasons, strict=True), start=4):
        values = [part for cell, column in zip(row, table.columns, strict=True)
                  for part in _parts(cell, column)]  # fmt: skip
        for place, value in enumerate([*values, reason or None], start=1):
            kind = heads[place - 1][1] if place <= len(heads) else ""
            _set(sheet, number, place, value, number_format=_FORMATS.get(kind),
                 alignment=_SIDES.get(kind))  # fmt: skip
    if table.note:
        _note(sheet, len(table.rows) + _HEADER_ROW + 2, table.note, heads)
    sheet.freeze_panes = f"B{_HEADER_ROW + 1}"
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    _for_print(sheet, "landscape")


def _heads(column: Column) -> list[tuple[str, str, float]]:
    """Heading, kind and width of the columns of a sheet; an interval takes two."""
    ends = [f"{column.label} {end}" for end in ("van", "tot")]
    labels = ends if column.kind == "interval" else [column.label]
    return [(label, column.kind, _WIDTHS.get(column.kind, _WIDTH)) for label in labels]


def _parts(cell: Cell, column: Column) -> list[_Value]:
    if isinstance(cell.value, Interval):
        return [cell.value.low, cell.value.high]
    return [cell.value] * (2 if column.kind == "interval" else 1)


def _reasons(row: Sequence[Cell]) -> str:
    return "; ".join(sorted({cell.reason for cell in row if cell.reason}))


def _note(sheet: Worksheet, row: int, note: str, heads: Sequence[tuple[str, str, float]]) -> None:
    """A note over the width of the table."""
    _set(sheet, row, 1, note, alignment=_WRAPPED)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(heads))
    _fit(sheet, row, [(note, sum(width for _, _, width in heads))])


def _fit(sheet: Worksheet, row: int, texts: Iterable[tuple[str, float]]) -> None:
    """A row as high as its wrapped texts ask for; not every program works that out itself."""
    lines = max(1 + int(len(text) / width) for text, width in texts)
    sheet.row_dimensions[row].height = _LINE * lines


def _pairs(sheet: Worksheet, pairs: Iterable[tuple[str, str]]) -> None:
    for number, (label, value) in enumerate(pairs, start=1):
        _set(sheet, number, 1, label, font=_HEADING)
        _set(sheet, number, 2, value)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 70
    _for_print(sheet, "landscape")


def _for_print(sheet: Worksheet, orientation: Literal["portrait", "landscape"]) -> None:
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _set(sheet: Worksheet, row: int, column: int, value: _Value, **style: Any) -> None:
    """A value with its style. Text stays text, also when it begins as a formula does.

    The stored number is the rounded one: what is not shown is not in the file either.
    """
    if value is None or value == "":
        return
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
    else:
        cell.value = int(value) if value == int(value) else float(value)
    for name, chosen in style.items():
        if chosen is not None:
            setattr(cell, name, chosen)


def repacked(content: bytes) -> bytes:
    """An xlsx with fixed times, so equal content is equal bytes."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                moment = rb"\g<1>2000-01-01T00:00:00Z\g<2>"
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*(<)", moment, data)
            parts[name] = data
    return zipped(parts)
