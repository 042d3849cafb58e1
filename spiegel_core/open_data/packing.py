"""A workbook as bytes that depend on its content alone."""

from __future__ import annotations

import datetime
import io
import zipfile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

# The first day a zip file can name; a workbook made twice must not show when.
_FIRST_DAY = datetime.datetime(1980, 1, 1)  # noqa: DTZ001 - openpyxl wants it without a zone
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
# A reader of the format expects the list of parts first.
_FIRST_PART = "[Content_Types].xml"


def workbook_bytes(book: Workbook) -> bytes:
    """The workbook as a file: same content, same bytes, whenever and wherever it is made.

    `Workbook.save` writes the clock into the properties and into every part of the zip.
    """
    book.properties.creator = "Spiegel"
    book.properties.created = _FIRST_DAY
    book.properties.modified = _FIRST_DAY
    written = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(written, "w", zipfile.ZIP_STORED)).save()
    packed = io.BytesIO()
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(packed, "w") as target:
        for name in sorted(parts.namelist(), key=lambda part: (part != _FIRST_PART, part)):
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            target.writestr(entry, parts.read(name), compresslevel=6)
    return packed.getvalue()
