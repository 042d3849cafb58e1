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
# From here on the ratio is held against what was read so far, so that a bomb is refused early.
_EARLY_BYTES = 64 << 20
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
    for piece, read in pieces:
        unpacked += piece
        if len(unpacked) > door.unpacked_bytes:
            raise Unpackable(
                "file.too_large", f"unpacks to more than {door.unpacked_bytes:,} bytes"
            )
        held_against = read if len(unpacked) > _EARLY_BYTES else packed_bytes
        if len(unpacked) > held_against * door.ratio:
            raise Unpackable(
                "file.ratio", f"unpacks to more than {door.ratio} times its packed size"
            )
    return bytes(unpacked)


def _unpacked(
    packed: bytes, make_unpacker: Callable[[], Any], form: str, step_bytes: int
) -> Iterator[tuple[bytes, int]]:
    """Each piece with the packed bytes read so far; several members or frames may follow on."""
    if not packed:
        raise Unpackable("file.packing", f"an empty file is no {form} file")
    unpacker, read = make_unpacker(), 0
    while read < len(packed):
        if unpacker.eof:
            unpacker = make_unpacker()
        step = packed[read : read + step_bytes]
        try:
            piece = unpacker.decompress(step)
        except (zlib.error, zstandard.ZstdError):
            raise Unpackable("file.packing", f"the {form} file is damaged") from None
        read += len(step) - len(unpacker.unused_data)
        yield piece, read
    if not unpacker.eof:
        raise Unpackable("file.packing", f"the {form} file is cut off")
