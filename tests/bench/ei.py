"""How fast the door reads EI files: lines per second per core, and memory per file.

Run: python -m tests.bench.ei [LINES]
"""

from __future__ import annotations

import copy
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

from spiegel_core.deliveries.ei.delivery import judge_ei_delivery
from tests.ei.building import DOOR, STANDARDS, EiFile, Values, gz321

_LINES = 60_000
_TIMES = 5
# Fields of each kind of record that must differ from file block to file block.
_REFERENCES = {"04": ("0440",), "06": ("0627",), "16": ("1619",), "17": ("1719",)}


def large(lines: int) -> EiFile:
    """The small right file over and over, each time with persons and references of its own."""
    file = gz321()
    numbers = _citizen_numbers()
    records: list[tuple[str, Values]] = []
    while len(records) < lines - 2:
        first, second = next(numbers), next(numbers)
        start = len(records)
        # One record in fourteen is a comment, which has no number of its own.
        number = start * 13 // 14
        for place, (code, values) in enumerate(gz321().records):
            own = copy.copy(values)
            if code != "98":
                own[f"{code}03"] = first if place < 10 else second
            for name in _REFERENCES.get(code, ()):
                own[name] = f"{own[name]}-{start}"
            if code == "98":
                own["9802"] = str(number + 3)
            records.append((code, own))
    file.records = records
    return file


def _citizen_numbers() -> Iterator[str]:
    number = 10_000_000
    while True:
        number += 1
        rest = sum(
            weight * int(digit) for weight, digit in zip(range(9, 1, -1), str(number), strict=True)
        ) % 11  # fmt: skip
        if rest < 10:
            yield f"{number}{rest}"


@dataclass(frozen=True)
class Figures:
    """What was measured of one file.

    Args:
        lines: records of the file.
        findings: what was found; 0 in a right file.
        lines_per_second: judged and typed, per core.
        times_its_size: most memory held, as a multiple of the file.
    """

    lines: int
    findings: int
    lines_per_second: float
    times_its_size: float


def figures(lines: int) -> Figures:
    """Judge a large right file several times; the fastest counts."""
    content = large(lines).content()
    total = content.count(b"\n")
    best = min(_seconds(content) for _ in range(_TIMES))
    tracemalloc.start()
    judgement = judge_ei_delivery(content, "a.asc", STANDARDS, DOOR, b"k" * 32)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Figures(total, judgement.findings.count, total / best, peak / len(content))


def main(lines: int = _LINES) -> None:
    """Print what was measured."""
    measured = figures(lines)
    sys.stdout.write(
        f"{measured.lines:,} lines, {measured.findings} findings, "
        f"{measured.lines_per_second:,.0f} lines per second per core with typing, "
        f"memory {measured.times_its_size:.1f} times the file\n"
    )


def _seconds(content: bytes) -> float:
    begun = time.process_time()
    judge_ei_delivery(content, "a.asc", STANDARDS, DOOR, b"k" * 32)
    return time.process_time() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _LINES)
