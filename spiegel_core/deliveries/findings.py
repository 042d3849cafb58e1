"""What the door found wrong with a file: rule, consequence, place; never a value of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from spiegel_core.contracts.catalogue import REFUSE_FILE, SET_LINE_ASIDE, WARN

__all__ = ["REFUSE_FILE", "SET_LINE_ASIDE", "WARN", "Finding", "FindingList"]


@dataclass(frozen=True)
class Finding:
    """One finding, on a file or on one line of it.

    Args:
        rule: id of the rule in the catalogue.
        consequence: refuse_file, set_line_aside or warn.
        message: what was found; never a value of a person's line.
        record: kind of record ("claims", "manifest"; record code of an EI file).
        line: number of the line (1 is the first line after the header); None for the file.
        field: field of the line or key of the manifest; empty for the line or file as a whole.
        lines: how many lines have this finding, when it stands for more than one.
    """

    rule: str
    consequence: str
    message: str
    record: str = ""
    line: int | None = None
    field: str = ""
    lines: int = 1

    def as_json(self) -> dict[str, object]:
        """The finding as `spiegel check --json` prints it."""
        return {
            "rule": self.rule,
            "consequence": self.consequence,
            "record": self.record,
            "line": self.line,
            "field": self.field,
            "message": self.message,
        }


@dataclass
class FindingList:
    """The findings of one file, all of them counted, at most `cap` kept per rule and field.

    Example:
        >>> found = FindingList(cap=2)
        >>> found.add_lines("field.form", SET_LINE_ASIDE, "not of its form", "claims", "code",
        ...                 [4, 7, 9])
        >>> [(f.line, f.lines) for f in found.kept]
        [(4, 3), (7, 3)]
        >>> found.count
        3
    """

    cap: int = 100
    kept: list[Finding] = field(default_factory=list)
    count: int = 0
    refuses: bool = False

    def add(self, finding: Finding) -> None:
        """Keep a finding on the file as a whole, or on one line."""
        self.kept.append(finding)
        self.count += 1
        self.refuses = self.refuses or finding.consequence == REFUSE_FILE

    def add_lines(
        self,
        rule: str,
        consequence: str,
        message: str,
        record: str,
        name: str,
        lines: Sequence[int] | npt.NDArray[np.int64],
    ) -> None:
        """Keep a finding that holds for several lines of one field."""
        count = len(lines)
        for line in lines[: self.cap]:
            self.kept.append(
                Finding(rule, consequence, message, record, int(line), name, lines=count)
            )
        self.count += count
        self.refuses = self.refuses or (count > 0 and consequence == REFUSE_FILE)

    def first_refusal(self) -> Finding | None:
        """The finding that names why the file is refused: the first one that refuses it."""
        return next((f for f in self.kept if f.consequence == REFUSE_FILE), None)
