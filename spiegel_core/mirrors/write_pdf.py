"""Pages -> PDF: tagged (PDF/UA-1), fonts embedded, the same bytes every time."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from spiegel_core.errors import DataRefused
from spiegel_core.mirrors.canvas import font_files
from spiegel_core.mirrors.charts import draw_chart
from spiegel_core.mirrors.numbers import shown
from spiegel_core.mirrors.page_model import DECIMALS, Cell, Chart, Document, Page, Table

_TEMPLATE = Path(__file__).with_name("templates") / "document.typ"
# A document has no time of its own; PDF wants one, so it is the first second of 2000.
_TIMESTAMP = 946_684_800
# The running head is one line; a longer name is shortened there, and only there.
_HEAD_CHARACTERS = 70


def write_pdf(document: Document) -> bytes:
    """The document as PDF.

    Raises:
        DataRefused: it cannot be set: a glyph is missing, or a chart is not told in words.
    """
    import typst

    sources = {
        "document": json.dumps(_printed(document)),
        "charts": json.dumps(_charts(document)),
    }
    try:
        compiled, warnings = _compiler().compile_with_warnings(
            format="pdf", sys_inputs=sources, pdf_standards=["ua-1"], timestamp=_TIMESTAMP
        )
    except typst.TypstError as error:
        raise _refused(document, str(error)) from error
    # A missing font is only a warning to typst; a document with one is not made.
    if warnings:
        raise _refused(document, str(warnings[0]))
    return bytes(compiled)


def _refused(document: Document, found: str) -> DataRefused:
    return DataRefused(
        "a document cannot be set as it should",
        where=f"{document.product} {document.report_year} of {document.code}",
        found=found,
        expected="every character in the typeface, every chart told in words",
        fix="correct the text in conf/products, or report this as a defect",
    )


@cache
def _compiler() -> Any:
    """The compiler with the template and exactly the fonts of the document."""
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_font_folder().name]
    )
    return typst.Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts)


@cache
def _font_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder with exactly the fonts of the document, there as long as the process is.

    The package holds each font in two formats; only one of them may be found.
    """
    folder = tempfile.TemporaryDirectory()
    for file in font_files():
        shutil.copyfile(file, Path(folder.name) / file.name)
    return folder


def _charts(document: Document) -> dict[str, str]:
    return {
        block.data["name"]: draw_chart(block.kind, block.data).decode()
        for page in document.pages
        for block in page.blocks
        if isinstance(block, Chart)
    }


def _printed(document: Document) -> dict[str, Any]:
    """The document with every value as the text that is printed."""
    plain = dataclasses.replace(document, pages=()).as_plain()
    plain["pages"] = [_printed_page(page) for page in document.pages]
    name = document.recipient
    plain["head"] = name if len(name) <= _HEAD_CHARACTERS else f"{name[: _HEAD_CHARACTERS - 1]}…"
    return plain


def _printed_page(page: Page) -> dict[str, Any]:
    whole: dict[str, Any] = Document("", "", "", "", 0, "", (page,)).as_plain()["pages"][0]
    for block, plain in zip(page.blocks, whole["blocks"], strict=True):
        if isinstance(block, Table):
            columns = [place for place, column in enumerate(block.columns) if column.is_printed]
            plain["columns"] = [plain["columns"][place] for place in columns]
            plain["rows"] = [[_text(block, row, place) for place in columns] for row in block.rows]
        if isinstance(block, Chart):
            plain["data"] = {"name": block.data["name"]}
    return whole


def _text(table: Table, row: tuple[Cell, ...], place: int) -> str:
    kind = table.columns[place].kind
    return shown(row[place].value, kind, DECIMALS[kind])
