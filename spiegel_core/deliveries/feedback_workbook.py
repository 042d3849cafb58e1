"""Sheets of text and whole numbers -> xlsx, the same bytes every time.

Written as XML here: a feedback workbook holds nothing but cells, and openpyxl takes ten times as
long for it (measured), for each of 60,000 files a year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from spiegel_core.zipped import zipped

Value = str | int | None

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# What XML 1.0 cannot hold; no text of ours has it, but a reader would refuse the whole workbook.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# Formats by place in cellXfs below: wrapped text, heading.
_TEXT, _HEADING = 1, 2
_LINE = 15
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><color rgb="FF0B3C5D"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"'
    ' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
).encode()


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Args:
        name: on its tab, 1-31 letters, digits and spaces.
        widths: of its columns, in characters.
        rows: cells; None is empty. The first row is the heading.
        has_heading_column: the first column holds headings too.
    """

    name: str
    widths: tuple[int, ...]
    rows: Sequence[Sequence[Value]]
    has_heading_column: bool = False


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as an xlsx file.

    Example:
        >>> workbook([Sheet("A", (9,), [["x"], [1]])])[:2]
        b'PK'
    """
    places = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _content_types(places),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n in places), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{n}.xml": _sheet(s) for n, s in zip(places, sheets, strict=True)},
    }
    return zipped(parts)


def _content_types(places: range) -> bytes:
    overrides = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in places]
    named = "".join(
        f'<Override PartName="{part}" ContentType="{_OFFICE}.{kind}+xml"/>'
        for part, kind in overrides
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{named}</Types>'
    ).encode()


def _relations(targets: Sequence[tuple[str, str]]) -> bytes:
    named = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{named}</Relationships>'.encode()
    )


def _book(sheets: Sequence[Sheet]) -> bytes:
    named = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, start=1)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{named}</sheets>'
        "</workbook>"
    ).encode()


def _sheet(sheet: Sheet) -> bytes:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(sheet.widths, start=1)
    )
    rows = "".join(_row(sheet, number, row) for number, row in enumerate(sheet.rows, start=1))
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f"</sheetViews><cols>{columns}</cols><sheetData>{rows}</sheetData>"
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def _row(sheet: Sheet, number: int, row: Sequence[Value]) -> str:
    """A row as high as its wrapped texts ask for; not every program works that out itself."""
    lines = max(
        (1 + len(str(value)) // width for value, width in zip(row, sheet.widths, strict=True)),
        default=1,
    )
    cells = "".join(
        _cell(f"{chr(65 + place)}{number}", value,
              _HEADING if number == 1 or (sheet.has_heading_column and place == 0) else _TEXT)
        for place, value in enumerate(row)
    )  # fmt: skip
    return f'<row r="{number}" ht="{_LINE * lines}" customHeight="1">{cells}</row>'


def _cell(place: str, value: Value, style: int) -> str:
    """A cell; text stays text, also when it begins as a formula does."""
    if value is None or value == "":
        return f'<c r="{place}" s="{style}"/>'
    if isinstance(value, int):
        return f'<c r="{place}" s="{style}"><v>{value}</v></c>'
    text = escape(_NO_XML.sub("", value))
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    )
