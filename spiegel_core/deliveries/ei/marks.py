"""What is found wrong in an EI file, gathered before it is put in order.

File level comes first, then insured persons, then care; within a level the field that cannot be
read comes before the one whose value is not allowed, and that before what does not fit together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from spiegel_core.deliveries.ei.records import Kind, Mask, Whole
from spiegel_core.deliveries.ei.standard import FILE_LEVEL, EiRule, Standard
from spiegel_core.deliveries.findings import (
    REFUSE_FILE,
    SET_LINE_ASIDE,
    WARN,
    Finding,
    FindingList,
)

# How near a finding is to its cause; lower is told first.
STRUCTURE, FORM, VALUE, KEY, RELATION, TOTAL = range(6)


@dataclass(frozen=True)
class Mark:
    """One rule broken by one field, on one or more lines (numbered from 1)."""

    level: int
    rank: int
    rule: str
    consequence: str
    message: str
    record: str
    field: str
    lines: Whole

    @property
    def order(self) -> tuple[int, int, int, str]:
        return self.level, self.rank, int(self.lines[0]) if len(self.lines) else 0, self.field


@dataclass
class Marks:
    """The marks of one file.

    Args:
        standard: the standard it is judged by.
        all: the marks so far.
    """

    standard: Standard
    all: list[Mark] = field(default_factory=list)

    def on_file(
        self, rule: str, message: str, record: str = "", number: str = "",
        lines: Iterable[int] = (), consequence: str = REFUSE_FILE, rank: int = STRUCTURE,
    ) -> None:  # fmt: skip
        """Mark something that concerns the file as a whole."""
        found = np.array(list(lines), dtype=np.int64)
        self.all.append(Mark(FILE_LEVEL, rank, rule, consequence, message, record, number, found))

    def on_records(
        self, kind: Kind, number: str, is_wrong: Mask, rule: str, message: str, rank: int,
        consequence: str = "", stays_readable: bool = False,
    ) -> None:  # fmt: skip
        """Mark a field of the records named; unless it stays readable it is not judged again."""
        if not is_wrong.any():
            return
        if consequence != WARN:
            kind.fault("" if stays_readable else number, is_wrong)
        level = self.standard.level(kind.code)
        if kind.code == "98":
            level = FILE_LEVEL + 1
        usual = REFUSE_FILE if level == FILE_LEVEL else SET_LINE_ASIDE
        lines = kind.at[is_wrong] + 1
        self.all.append(
            Mark(level, rank, rule, consequence or usual, message, kind.code, number, lines)
        )

    def by_rule(self, kind: Kind, declared: EiRule, is_wrong: Mask, rule: str, rank: int) -> None:
        """Mark what breaks a declared rule, and the fields that may be wrong instead."""
        for number in (declared.field, *declared.also):
            self.on_records(kind, number, is_wrong, rule, declared.says, rank,
                            declared.consequence)  # fmt: skip

    def told(self, cap: int) -> FindingList:
        """The findings in the order they are told in."""
        findings = FindingList(cap=cap)
        for mark in sorted(self.all, key=lambda mark: mark.order):
            if len(mark.lines):
                findings.add_lines(mark.rule, mark.consequence, mark.message, mark.record,
                                   mark.field, mark.lines)  # fmt: skip
            else:
                findings.add(Finding(mark.rule, mark.consequence, mark.message, mark.record,
                                     None, mark.field))  # fmt: skip
        return findings

    def set_aside(self) -> list[Mark]:
        """The marks that set lines aside."""
        return [mark for mark in self.all if mark.consequence == SET_LINE_ASIDE]

    @property
    def refuses(self) -> bool:
        return any(mark.consequence == REFUSE_FILE for mark in self.all)


__all__ = ["FORM", "KEY", "RELATION", "STRUCTURE", "TOTAL", "VALUE", "WARN", "Mark", "Marks"]
