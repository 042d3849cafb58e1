"""Unpack a delivered file within limits: a bomb is refused before it is read on."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import zstandard

from spiegel_core.deliveries.door import DoorRules

# Bytes handed to the unpacker at a time, so that a bomb grows by some 16 MB a step:
# gzip reaches 1,000 to 1, zstd 33,000 to 1.
_GZIP_STEP = 16_384
_ZSTD_STEP = 512
# The ratio is held against every stretch of this much too: whatever stands before a bomb allows for
# it in the file as a whole. Lines with a number and a reference of their own never pack so tightly.
_STRETCH_BYTES = 16 << 20
# An empty gzip member has 20 bytes and costs as much to begin as a large one. bgzip, which cuts
# finest of the usual packers, makes 17,000 members of the largest file the door takes in.
_MOST_PIECES = 20_000
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class Unpackable(Exception):
    """The file cannot be unpacked, or is too large; `rule` names which."""

    def __init__(self, rule: str, message: str) -> None:
        self.rule = rule
        super().__init__(message)


def unpack(packed: bytes, name: str, door: DoorRules) -> bytes:
    """The unpacked bytes of a `.csv`, `.csv.gz` or `.csv.zst` file.

    Raises:
        Unpackable: too large, packed too tightly, damaged, or cut off.

    Example:
        >>> unpack(b"a;b", "x.csv", DoorRules())
        b'a;b'
    """
    if name.endswith(".gz"):
        pieces = _unpacked(packed, lambda: zlib.decompressobj(wbits=31), "gzip", _GZIP_STEP)
    elif name.endswith(".zst"):
        # max_window_size bounds the memory a frame may ask for (128 MiB).
        zstd = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        pieces = _unpacked(packed, zstd.decompressobj, "zstd", _ZSTD_STEP)
    else:
        if packed[:2] == _GZIP_MAGIC or packed[:4] == _ZSTD_MAGIC:
            raise Unpackable("file.packing", "packed, but its name does not say so")
        pieces = iter([(packed, len(packed))])
    return _within_limits(pieces, len(packed), door)


def _within_limits(
    pieces: Iterator[tuple[bytes, int]], packed_bytes: int, door: DoorRules
) -> bytes:
    unpacked = bytearray()
    began, began_at = 0, 0
    for piece, read in pieces:
        unpacked += piece
        if len(unpacked) > door.unpacked_bytes:
            raise Unpackable(
                "file.too_large", f"unpacks to more than {door.unpacked_bytes:,} bytes"
            )
        if len(unpacked) > packed_bytes * door.ratio:
            raise Unpackable(
                "file.ratio", f"unpacks to more than {door.ratio} times its packed size"
            )
        stretch = len(unpacked) - began
        if stretch < _STRETCH_BYTES:
            continue
        if stretch > (read - began_at) * door.ratio:
            raise Unpackable(
                "file.ratio",
                f"a part of it unpacks to more than {door.ratio} times its packed size",
            )
        began, began_at = len(unpacked), read
    return bytes(unpacked)


def _unpacked(
    packed: bytes, make_unpacker: Callable[[], Any], form: str, step_bytes: int
) -> Iterator[tuple[bytes, int]]:
    """Each piece with the packed bytes read so far; several members or frames may follow on."""
    if not packed:
        raise Unpackable("file.packing", f"an empty file is no {form} file")
    unpacker, read, begun = make_unpacker(), 0, 1
    while read < len(packed):
        if unpacker.eof:
            unpacker, begun = make_unpacker(), begun + 1
            if begun > _MOST_PIECES:
                raise Unpackable(
                    "file.packing", f"the {form} file is in more than {_MOST_PIECES:,} pieces"
                )
        step = packed[read : read + step_bytes]
        try:
            piece = unpacker.decompress(step)
        except (zlib.error, zstandard.ZstdError):
            raise Unpackable("file.packing", f"the {form} file is damaged") from None
        read += len(step) - len(unpacker.unused_data)
        yield piece, read
    if not unpacker.eof:
        raise Unpackable("file.packing", f"the {form} file is cut off")
