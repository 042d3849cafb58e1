"""Facts as bytes in one form, so that equal facts have equal bytes and one hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Args:
        place: where: a file, a record, or a table with the row.
        what: what differs there; never a value of a person.
    """

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def canonical(content: object) -> bytes:
    """JSON with sorted keys and without spaces, in UTF-8, ending in a line feed.

    Example:
        >>> canonical({"b": 1, "a": "é"}).decode()
        '{"a":"é","b":1}\\n'
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{text}\n".encode()


def readable(content: object) -> bytes:
    """The same for people: a line per fact; also one form for equal facts."""
    text = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False)
    return f"{text}\n".encode()


def sha256(content: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits.

    Example:
        >>> sha256(b"")[:16]
        'e3b0c44298fc1c14'
    """
    return hashlib.sha256(content).hexdigest()
