"""Zip files, and so workbooks, whose bytes depend on their content alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

# The first day a zip file can name; a file made twice must not show when.
_DAY = (1980, 1, 1, 0, 0, 0)
# A reader of workbooks expects the list of parts first.
_FIRST_PART = "[Content_Types].xml"


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip file of named parts: same parts, same bytes, whenever and wherever it is made.

    Example:
        >>> zipped({"b": b"2", "a": b"1"}) == zipped({"a": b"1", "b": b"2"})
        True
    """
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as target:
        for name in sorted(parts, key=lambda part: (part != _FIRST_PART, part)):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            target.writestr(entry, parts[name], compresslevel=6)
    return sink.getvalue()
