"""A workbook as bytes that depend on its content alone."""

from __future__ import annotations

import datetime
import io
import zipfile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from spiegel_core.zipped import zipped

# The first day a zip file can name; a workbook made twice must not show when.
_FIRST_DAY = datetime.datetime(1980, 1, 1)  # noqa: DTZ001 - openpyxl wants it without a zone


def workbook_bytes(book: Workbook) -> bytes:
    """The workbook as a file: same content, same bytes, whenever and wherever it is made.

    `Workbook.save` writes the clock into the properties and into every part of the zip.
    """
    book.properties.creator = "Spiegel"
    book.properties.created = _FIRST_DAY
    book.properties.modified = _FIRST_DAY
    written = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(written, "w", zipfile.ZIP_STORED)).save()
    with zipfile.ZipFile(written) as parts:
        return zipped({name: parts.read(name) for name in parts.namelist()})
