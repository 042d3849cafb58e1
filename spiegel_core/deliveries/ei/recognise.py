"""Which standard and version a file is: positions 1-9 of its first record say so."""

from __future__ import annotations

from collections.abc import Sequence

from spiegel_core.deliveries.ei.standard import HEADER, Standard
from spiegel_core.deliveries.findings import REFUSE_FILE, Finding

RULE = "ei.recognition"
# A file with such a name is an EI file; it may be packed.
NAME_ENDINGS = tuple(
    ending + packing for ending in (".asc", ".dat", ".txt") for packing in ("", ".gz", ".zst")
)
# Record kind, kind of message, version, subversion.
_PLACES = (("0101", 0, 2), ("0102", 2, 5), ("0103", 5, 7), ("0104", 7, 9))


def is_ei_name(name: str) -> bool:
    """Whether a file is taken for an EI file by the ending of its name.

    Example:
        >>> [is_ei_name(name) for name in ("a.ASC", "a.dat.gz", "a.csv", "asc")]
        [True, True, False, False]
    """
    base = name.lower().rsplit("/", 1)[-1]
    return any(base.endswith(ending) and base != ending for ending in NAME_ENDINGS)


def recognise(content: bytes, standards: Sequence[Standard]) -> Standard | None:
    """The standard a file is of; None when it is of none of these."""
    said = _said(content)
    for standard in standards:
        if all(text in _allowed(standard, number) for number, text in said.items()):
            return standard
    return None


def why_not(content: bytes, standards: Sequence[Standard]) -> Finding:
    """What stands in the way of recognising a file: the first field that fits no standard."""
    if not content:
        return _refusal("the file is empty", "", None)
    said = _said(content)
    left = list(standards)
    if said["0101"] != HEADER and not any(said["0102"] in _allowed(s, "0102") for s in left):
        return _refusal("there is no header record (01)", "0101", None)
    for number in ("0102", "0103", "0104", "0101"):
        left = [one for one in left if said[number] in _allowed(one, number)]
        if not left:
            break
    message = {
        "0101": "the first record is not a header record (01)",
        "0102": "positions 3-5 name no kind of message that is known here",
        "0103": "positions 6-7 name a version of this message that is not known here",
        "0104": "positions 8-9 name a subversion of this message that is not known here",
    }[number]
    return _refusal(message, number, 1)


def _said(content: bytes) -> dict[str, str]:
    first = content[:9].decode("latin-1")
    return {number: first[start:end] for number, start, end in _PLACES}


def _allowed(standard: Standard, number: str) -> tuple[str, ...]:
    return (HEADER,) if number == "0101" else standard.of_number[number].values


def _refusal(message: str, number: str, line: int | None) -> Finding:
    return Finding(RULE, REFUSE_FILE, message, HEADER, line, number)
