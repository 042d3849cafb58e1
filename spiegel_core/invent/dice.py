"""Randomness that is the same on every machine: one stream per purpose, piece and year.

The key of a stream is the SHA-256 of what it is for, so that pieces can be made apart, in any
order and side by side, and a purpose that is added later moves no other stream.
"""

from __future__ import annotations

import hashlib

from numpy.random import Generator, Philox


def dice(seed: int, *purpose: str | int) -> Generator:
    """The stream of random numbers of a purpose.

    Source:
        Philox 4x64 (Salmon et al. 2011), a counter-based generator with a key of 128 bits.

    Example:
        >>> int(dice(1, "persons", 0).integers(1000)) == int(dice(1, "persons", 0).integers(1000))
        True
        >>> dice(1, "persons", 0).random() == dice(2, "persons", 0).random()
        False
    """
    text = "|".join(str(part) for part in (seed, *purpose))
    key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")
    return Generator(Philox(key=key))
