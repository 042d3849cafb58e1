"""Files spoilt on purpose: a right file of 200 lines, cut, flipped, spliced, written otherwise.

The same seed gives the same files. A manifest is made for the bytes as spoilt, so that its hash
hides nothing; what it says of lines and cents stays that of the right file.
"""

from __future__ import annotations

import dataclasses
import functools
import gzip
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import zstandard

from tests.bench.ei import large
from tests.delivering import Delivery
from tests.door.planted import faultless

LINES = 200


@dataclasses.dataclass(frozen=True)
class Hostile:
    """A file as it comes in.

    Args:
        what: what was done to it.
        name: its name, of which only the ending counts.
        data: the file as sent.
        manifest: the manifest beside it; None for an EI file.
    """

    what: str
    name: str
    data: bytes
    manifest: bytes | None


Wrap = Callable[[str, bytes, str], Hostile]  # what was done, the bytes, the packing ("", "gz")


@functools.cache
def claims() -> Delivery:
    """200 claim lines without a fault."""
    return Delivery(lines=faultless().lines[:LINES])


@functools.cache
def declaration() -> bytes:
    """An EI file (GZ321) of about 200 lines without a fault."""
    return large(LINES).content()


def as_claims(what: str, data: bytes, packing: str = "") -> Hostile:
    """Bytes sent as claims, with the manifest of the right file made for them."""
    said = {**_said(), "sha256": hashlib.sha256(data).hexdigest()}
    ending = f".{packing}" if packing else ""
    return Hostile(f"claims: {what}", f"a.csv{ending}", data, json.dumps(said).encode())


@functools.cache
def _said() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(claims().manifest_bytes())
    return said


def as_ei(what: str, data: bytes, packing: str = "") -> Hostile:
    """Bytes sent as an EI file."""
    return Hostile(f"EI: {what}", "a.asc" + (f".{packing}" if packing else ""), data, None)


def hostile_files(seed: int = 1) -> Iterator[Hostile]:
    """More than 2,000 hostile files, half of them EI."""
    dice = random.Random(seed)
    other_lines = [{**line, "granted_cents": "7"} for line in faultless().lines[300:500]]
    other = Delivery(lines=other_lines).data()
    other_ei = large(3 * LINES).content().replace(b"-1", b"-2")
    for wrap, whole, another in (
        (as_claims, claims().data(), other), (as_ei, declaration(), other_ei),
    ):  # fmt: skip
        yield from _cut(wrap, whole, dice)
        yield from _packed(wrap, whole, dice)
        yield from _flipped(wrap, whole, dice)
        yield from _spliced(wrap, whole, another, dice)
        yield from _shuffled(wrap, whole, dice)
        yield from _encoded(wrap, whole, dice)
        yield from _with_other_ends(wrap, whole)
    yield from _with_spoilt_manifest(dice)


def _cut(wrap: Wrap, whole: bytes, dice: random.Random) -> Iterator[Hostile]:
    """Cut off after every line, and at 120 places within lines."""
    ends = [place + 1 for place, octet in enumerate(whole) if octet == 10]
    for number, end in enumerate([0, *ends[:-1]]):
        yield wrap(f"cut after line {number}", whole[:end], "")
    for place in sorted(dice.sample(range(len(whole)), 120)):
        yield wrap(f"cut at byte {place}", whole[:place], "")


def _packed(wrap: Wrap, whole: bytes, dice: random.Random) -> Iterator[Hostile]:
    """Packed files cut off, with bits flipped, with something after them, or with another name."""
    for packing, packed in (
        ("gz", gzip.compress(whole, mtime=0)),
        ("zst", zstandard.compress(whole)),
    ):
        for place in sorted(dice.sample(range(len(packed)), 100)):
            yield wrap(f"{packing} cut at byte {place}", packed[:place], packing)
        for number in range(50):
            yield wrap(f"{packing} flipped {number}", _flip(packed, dice), packing)
        yield wrap(f"{packing} twice", packed + packed, packing)
        yield wrap(f"{packing} and more", packed + b"more", packing)
        yield wrap(f"{packing} as it is", packed, "")
        yield wrap(f"{packing} by name only", whole, packing)


def _flipped(wrap: Wrap, whole: bytes, dice: random.Random) -> Iterator[Hostile]:
    for number in range(300):
        yield wrap(f"bits flipped {number}", _flip(whole, dice), "")


def _flip(data: bytes, dice: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
    return bytes(flipped)


def _spliced(wrap: Wrap, whole: bytes, another: bytes, dice: random.Random) -> Iterator[Hostile]:
    """The beginning of one file and the end of another, at lines and within them."""
    lines, others = whole.splitlines(keepends=True), another.splitlines(keepends=True)
    for number in range(70):
        first, second = dice.randrange(len(lines)), dice.randrange(len(others))
        joined = b"".join(lines[:first] + others[second:])
        yield wrap(f"spliced at lines {number}", joined, "")
        first, second = dice.randrange(len(whole)), dice.randrange(len(another))
        yield wrap(f"spliced at bytes {number}", whole[:first] + another[second:], "")


def _shuffled(wrap: Wrap, whole: bytes, dice: random.Random) -> Iterator[Hostile]:
    """Lines sent twice, left out, swapped, put elsewhere; bytes put in and left out."""
    lines = whole.splitlines(keepends=True)
    for number in range(25):
        one, two = sorted(dice.sample(range(1, len(lines) - 1), 2))
        yield wrap(f"line twice {number}", b"".join([*lines[:two], lines[one], *lines[two:]]), "")
        yield wrap(f"lines left out {number}", b"".join(lines[:one] + lines[two:]), "")
        swapped = [*lines]
        swapped[one], swapped[two] = swapped[two], swapped[one]
        yield wrap(f"lines swapped {number}", b"".join(swapped), "")
        place, size = dice.randrange(len(whole)), dice.randint(1, 40)
        noise = dice.randbytes(size)
        yield wrap(f"noise put in {number}", whole[:place] + noise + whole[place:], "")
        yield wrap(f"noise put over {number}", whole[:place] + noise + whole[place + size :], "")


_ENCODINGS = (
    "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "utf-8-sig", "latin-1", "cp1252",
    "cp500", "mac-roman", "ascii",
)  # fmt: skip


def _encoded(wrap: Wrap, whole: bytes, dice: random.Random) -> Iterator[Hostile]:
    """Written in another encoding, with a name that is no ASCII, with marks and NULs in it."""
    text = whole.decode("latin-1")
    accented = text.replace("Voorbeeld", "Zoë Ångst").replace("A-17;", "Å-17;")
    for encoding in _ENCODINGS:
        yield wrap(f"in {encoding}", text.encode(encoding), "")
        yield wrap(f"accents in {encoding}", accented.encode(encoding, "replace"), "")
    odd = (
        b"\x00",
        b"\xef\xbb\xbf",
        b"\xfe\xff",
        b"\x1a",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xed\xa0\x80",
    )
    for octets in odd:
        yield wrap(f"begins with {octets.hex()}", octets + whole, "")
        yield wrap(f"ends in {octets.hex()}", whole + octets, "")
        for place in dice.sample(range(len(whole)), 4):
            yield wrap(f"{octets.hex()} at {place}", whole[:place] + octets + whole[place:], "")
            yield wrap(
                f"{octets.hex()} over {place}", whole[:place] + octets + whole[place + 1 :], ""
            )


def _with_other_ends(wrap: Wrap, whole: bytes) -> Iterator[Hostile]:
    for end in (
        b"\r\n",
        b"\r",
        b"\n\r",
        b"\n\n",
        b"\r\r\n",
        b" \n",
        b"\x85",
        b"\x0b",
        b"\x0c",
        b"",
    ):
        yield wrap(f"line ends {end.hex()}", whole.replace(b"\n", end), "")
        yield wrap(f"first line end {end.hex()}", whole.replace(b"\n", end, 1), "")
        yield wrap(f"half the line ends {end.hex()}", whole.replace(b"\n", end, LINES // 2), "")
        yield wrap(f"last line end {end.hex()}", whole[:-1] + end, "")


def _with_spoilt_manifest(dice: random.Random) -> Iterator[Hostile]:
    """The right file with a spoilt manifest, and spoilt files with the manifest they had."""
    right = claims()
    data, manifest = right.data(), right.manifest_bytes()
    for number in range(60):
        flipped, place = _flip(manifest, dice), dice.randrange(len(manifest))
        yield Hostile(f"manifest flipped {number}", "a.csv", data, flipped)
        yield Hostile(f"manifest cut at {place}", "a.csv", data, manifest[:place])
        yield Hostile(f"not what was hashed {number}", "a.csv", _flip(data, dice), manifest)
    said = _said()
    for key in said:
        for value in (None, -1, 0, 1, 2**63, 1e400, "", "0", [], {}, True, "\ud800", said[key]):
            spoilt = json.dumps({**said, key: value}).encode()
            yield Hostile(f"manifest {key} {value!r}", "a.csv", data, spoilt)
