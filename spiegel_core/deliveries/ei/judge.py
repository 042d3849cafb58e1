"""One EI file, from bytes to verdict and typed lines: a pure function, without Spark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ei.conditions import Conditions
from spiegel_core.deliveries.ei.forms import judge_fields
from spiegel_core.deliveries.ei.keys import (
    mark_comment_lines,
    mark_comments,
    mark_not_repeated,
    mark_not_unique,
    mark_numbers_used_twice,
    mark_out_of_sequence,
)
from spiegel_core.deliveries.ei.marks import KEY, RELATION, STRUCTURE, WARN, Mark, Marks
from spiegel_core.deliveries.ei.recognise import recognise, why_not
from spiegel_core.deliveries.ei.records import Kind, Kinds, Lines, split_lines
from spiegel_core.deliveries.ei.relations import judge_rules
from spiegel_core.deliveries.ei.standard import CLOSING, HEADER, INSURED_LEVEL, Standard
from spiegel_core.deliveries.ei.structure import mark_missing, read_records
from spiegel_core.deliveries.ei.totals import mark_counts, mark_total
from spiegel_core.deliveries.findings import FindingList
from spiegel_core.deliveries.judge import judge_share

# Below this many characters on average the lines are no records of any standard.
_SHORTEST_AVERAGE = 100

Numbers = npt.NDArray[np.int64]


@dataclass
class EiJudgement:
    """What the door made of one EI file.

    Args:
        standard: the standard it is of; None when it was not recognised.
        findings: everything found, file level first, then insured persons, then care.
        lines: records in the file, header and closing record not counted.
        aside: numbers of the lines set aside, each once.
        debit_cents, credit_cents: claimed amounts over all lines as sent (eurocents).
        line_ends: "LF", "CR LF" or "mixed"; both are accepted.
        is_ascii: no character above 127; others are read as latin-1, for none is prescribed.
        quarantine: (line, rule, field) of each reason a line was set aside for.
        kinds: the records; None when they could not be told apart.
    """

    standard: Standard | None
    findings: FindingList
    lines: int = 0
    aside: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    debit_cents: int = 0
    credit_cents: int = 0
    line_ends: str = ""
    is_ascii: bool = True
    quarantine: list[tuple[int, str, str]] = field(default_factory=list)
    kinds: Kinds | None = None

    @property
    def is_refused(self) -> bool:
        return self.findings.refuses


def judge_ei(content: bytes, standards: Sequence[Standard], door: DoorRules) -> EiJudgement:
    """Judge the unpacked bytes of an EI file.

    Args:
        content: the file; any bytes whatever are judged, none raise.
        standards: the standards known here.
        door: the numbers the door judges by; the share that may be set aside is that of any
            delivery, over the records between header and closing record.

    Returns:
        The judgement. A file of which one record is wrong at file level is refused; a wrong
        insured record sets all beneath it aside, a wrong care record itself and what is beneath.
    """
    standard = recognise(content, standards)
    if standard is None:
        findings = FindingList(cap=door.findings_per_rule)
        findings.add(why_not(content, standards))
        return EiJudgement(None, findings)
    marks = Marks(standard)
    judgement = EiJudgement(standard, FindingList(), is_ascii=content.isascii())
    if content.count(b"\n") * _SHORTEST_AVERAGE > len(content) + _SHORTEST_AVERAGE:
        marks.on_file("ei.file.record_length", f"most lines are not {standard.length} long")
    else:
        _judge_lines(split_lines(content), marks, judgement, door)
    judgement.findings = marks.told(door.findings_per_rule)
    judge_share(judgement.findings, len(judgement.aside), judgement.lines, door)
    return judgement


def _judge_lines(lines: Lines, marks: Marks, judgement: EiJudgement, door: DoorRules) -> None:
    _note_line_ends(lines, marks)
    judgement.line_ends = lines.line_ends
    judgement.lines = max(lines.total - 2, 0)
    kinds = read_records(lines, marks, door.findings_per_rule)
    if kinds is None:
        return
    judgement.lines = sum(len(k) for code, k in kinds.items() if code not in (HEADER, CLOSING))
    judgement.kinds = kinds
    mark_missing(kinds, marks)
    judge_fields(kinds, marks)
    mark_numbers_used_twice(kinds, marks)
    mark_comments(kinds, marks)
    mark_out_of_sequence(kinds, marks)
    mark_comment_lines(kinds, marks)
    miscounted = mark_counts(kinds, marks)
    standard = marks.standard
    mark_not_repeated(kinds, standard.repeats, "ei.key.repeated", KEY, marks)
    mark_not_repeated(kinds, standard.signs, "ei.relation.sign", RELATION, marks)
    conditions = Conditions(kinds, standard, miscounted)
    judge_rules(kinds, conditions, marks)
    for unique in standard.unique:
        mark_not_unique(kinds, unique, conditions, marks)
    judgement.debit_cents, judgement.credit_cents = mark_total(kinds, marks)
    _set_aside(kinds, marks, judgement)


def _note_line_ends(lines: Lines, marks: Marks) -> None:
    """What the standard leaves open is accepted, and noted where it is out of the ordinary."""
    if not lines.has_last_end:
        marks.on_file("ei.file.last_line_end", "the last line has no line end", CLOSING,
                      consequence=WARN, rank=STRUCTURE)  # fmt: skip
    if lines.line_ends == "mixed":
        marks.on_file("ei.file.line_ends", "some lines end in CR LF and others in LF",
                      consequence=WARN, rank=STRUCTURE)  # fmt: skip


def _set_aside(kinds: Kinds, marks: Marks, judgement: EiJudgement) -> None:
    """Set the lines aside that a wrong record takes with it, and keep every reason."""
    insured, care = kinds.get("02"), kinds.get("04")
    reasons: list[tuple[int, str, str]] = []
    wrong: list[Numbers] = []
    for mark in marks.set_aside():
        reasons += [(line, mark.rule, mark.field) for line in mark.lines.tolist()]
        wrong.append(mark.lines)
        head = insured if mark.level == INSURED_LEVEL or mark.record == "98" else care
        for code, kind in kinds.items():
            if head is not None and code not in (HEADER, CLOSING):
                wrong.append(_lines_with(kind, head, mark))
    if wrong:
        judgement.aside = np.unique(np.concatenate(wrong)).astype(np.int64)
    told = {line for line, _, _ in reasons}
    reasons += [(line, "ei.record.set_aside_with", "")
                for line in judgement.aside.tolist() if line not in told]  # fmt: skip
    judgement.quarantine = sorted(reasons)


def _lines_with(kind: Kind, head: Kind, mark: Mark) -> Numbers:
    """Lines of a kind that stand under, or are, the heads the marked lines belong to."""
    if not len(head):
        return np.empty(0, dtype=np.int64)
    marked = np.searchsorted(head.at + 1, mark.lines, side="right") - 1
    is_taken = np.zeros(len(head) + 1, dtype=bool)
    is_taken[marked[marked >= 0]] = True
    of = np.arange(len(kind)) if kind is head else kind.above.get(head.code, np.full(len(kind), -1))
    found: Numbers = kind.at[is_taken[of] & (of >= 0)] + 1
    return found
