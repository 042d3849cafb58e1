"""From the bytes as sent to lines of text, or the reason they cannot be read."""

from __future__ import annotations

import gzip
import io
import re
import zlib

import zstandard

from .conf import Door

ENDINGS = (".csv", ".csv.gz", ".csv.zst")
"""`.csv`, `.csv.gz` and `.csv.zst` are taken (delivery format, head)."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LONE_CR = re.compile(r"\r(?!\n)")
CONTROL_CHARACTER = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters of Unicode (class Cc) other than CR and LF."""


class RefusedError(Exception):
    """The whole file is refused; the text says why."""


def ending_of(name: str) -> str | None:
    """Which of the three endings a file name has.

    Example:
        >>> ending_of("a.csv.gz"), ending_of("a.csv"), ending_of("a.txt")
        ('.csv.gz', '.csv', None)
    """
    return next((ending for ending in ENDINGS if name.endswith(ending)), None)


def unpack(sent: bytes, ending: str, door: Door) -> bytes:
    """The unpacked bytes of a data file.

    "Unpacked size at most 1 GiB, unpacking ratio at most 200:1 …; over a limit, the file is
    refused before it is read on" (delivery format, head). Ratio = unpacked over packed bytes.
    """
    if ending == ".csv":
        content = sent
        most = door.unpacked_bytes
    else:
        most = min(door.unpacked_bytes, door.ratio * len(sent))
        content = unpack_gz(sent, most) if ending == ".csv.gz" else unpack_zst(sent, most)
    if len(content) > most:
        raise RefusedError("unpacked size or unpacking ratio over the limit")
    return content


def unpack_gz(sent: bytes, most: int) -> bytes:
    """Unpack gzip, at most one byte more than the limit."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(sent)) as file:
            return file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RefusedError("the file cannot be unpacked") from error


def unpack_zst(sent: bytes, most: int) -> bytes:
    """Unpack Zstandard frame by frame, little more than the limit; a cut-off frame is an error."""
    content = bytearray()
    rest = sent
    try:
        while rest and len(content) <= most:
            frame = zstandard.ZstdDecompressor().decompressobj()
            at = 0
            while at < len(rest) and not frame.eof and len(content) <= most:
                content += frame.decompress(rest[at : at + 256])
                at += 256
            if not frame.eof and len(content) <= most:
                raise RefusedError("the file cannot be unpacked")
            rest = frame.unused_data + rest[at:]
    except zstandard.ZstdError as error:
        raise RefusedError("the file cannot be unpacked") from error
    return bytes(content)


def lines_of(content: bytes, door: Door) -> list[str]:
    """The lines of a file, the header first, without their ends.

    "Encoding (not UTF-8, BOM, control character, lone CR), too long line: the whole file is
    refused"; "Line ends LF or CR LF" (delivery format, section 1). Readings: both ends may stand
    in one file; the last line need not have one; the length of a line is without its end.
    """
    if content.startswith(BYTE_ORDER_MARK):
        raise RefusedError("byte order mark")
    for line in content.split(b"\n"):
        if len(line.removesuffix(b"\r")) > door.line_bytes:
            raise RefusedError("line too long")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError("not UTF-8") from error
    if LONE_CR.search(text):
        raise RefusedError("carriage return without line feed")
    if CONTROL_CHARACTER.search(text):
        raise RefusedError("control character")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines
