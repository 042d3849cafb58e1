"""The official test set of GZ321, and the sample files of two other standards.

The set holds one right file and files with one planted defect each, named by level and field; the
names are used here, to measure, and nowhere else. Source of the set: Vektis (standard description
GZ321-GZ322 1.0, p. 2).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ei.delivery import judge_ei_delivery
from spiegel_core.deliveries.ei.judge import judge_ei
from spiegel_core.deliveries.findings import Finding
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.ei_standards import read_standards
from tests.outside_world.shared import shared

_NAMED = re.compile(r"_TB_(N[1-5])_([0-9]+)(?:_[0-9]+)?_v1")
# Share of the files of a level whose defect must be found.
BARS = {"N1": 1.0, "N2": 1.0, "N3": 0.99, "N4": 0.80, "N5": 0.70}
STANDARDS = read_standards(Conf())


@dataclass(frozen=True)
class Negative:
    """A file with a planted defect: its level, the number in its name, and what was found."""

    name: str
    level: str
    number: str
    content: bytes
    findings: tuple[Finding, ...]


def _findings(content: bytes) -> tuple[Finding, ...]:
    kept = judge_ei(content, STANDARDS, DoorRules()).findings.kept
    # The share set aside follows from the size of the file, not from the defect.
    return tuple(f for f in kept if f.rule != "file.too_many_set_aside")


def _base() -> bytes:
    return next(shared("data/gz321_testset").glob("*basisbestand*")).read_bytes()


@cache
def _negatives() -> tuple[Negative, ...]:
    """Every file of the set but those that are the right file, byte for byte."""
    base, found = _base(), []
    for path in sorted(shared("data/gz321_testset").glob("*_TB_*")):
        named, content = _NAMED.search(path.name), path.read_bytes()
        if named and content != base:
            found.append(Negative(path.name, named[1], named[2], content, _findings(content)))
    return tuple(found)


def test_the_right_file_has_no_finding() -> None:
    judgement = judge_ei(_base(), STANDARDS, DoorRules())
    assert judgement.findings.kept == []
    assert (judgement.lines, judgement.debit_cents) == (27, 733_000)


def test_the_planted_defects_are_found() -> None:
    files: Counter[str] = Counter(one.level for one in _negatives())
    found = Counter(one.level for one in _negatives() if one.findings)
    print({level: f"{found[level]}/{files[level]}" for level in sorted(files)})  # noqa: T201
    missed = [one.name for one in _negatives() if not one.findings]
    for level, bar in BARS.items():
        assert files[level] and found[level] >= bar * files[level], (level, missed)


def test_the_planted_field_is_among_the_first_findings() -> None:
    of_field = [one for one in _negatives() if one.level in ("N3", "N4") and one.findings]
    named = [one for one in of_field if one.number in {f.field for f in one.findings[:3]}]
    odd = [one.name for one in of_field if one not in named]
    assert len(named) >= 0.9 * len(of_field), odd


def test_a_field_finding_names_record_line_and_field() -> None:
    for one in _negatives():
        if one.level in ("N3", "N4"):
            first = one.findings[0]
            assert first.record and first.field and first.line, one.name


def test_records_that_were_not_touched_have_no_finding() -> None:
    """But for record 99, whose counts are wrong when another record is gone or came twice."""
    base = Counter(_base().split(b"\n"))
    odd = defaultdict(list)
    for one in _negatives():
        lines = one.content.split(b"\n")
        times = Counter(lines)
        for finding in one.findings:
            if finding.line is None or finding.record == "99":
                continue
            line = lines[finding.line - 1]
            is_moved = finding.rule in ("ei.key.comment", "ei.structure.order")
            if times[line] <= base[line] and not is_moved:
                odd[one.name].append((finding.rule, finding.line, finding.field))
    assert not odd


@pytest.mark.parametrize(
    ("name", "label", "lines", "cents", "declared", "findings"),
    [
        ("MZ301.asc", "ei:MZ301:1.3", 13, 40_000, 4,
         {"ei.relation.product": 4, "ei.file.last_line_end": 1}),
        ("PM304v0302_EiCooker_test1.dat", "ei:PM304:3.2", 2, 4_000, 1,
         {"ei.relation.same": 1}),
    ],
)  # fmt: skip
def test_a_sample_of_another_standard_is_taken_in(
    name: str, label: str, lines: int, cents: int, declared: int, findings: dict[str, int]
) -> None:
    path: Path = shared("data/ei_specs") / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository")
    judgement = judge_ei_delivery(path.read_bytes(), name, STANDARDS, DoorRules(), b"k" * 32)

    assert (judgement.recognised_as, judgement.lines) == (label, lines)
    assert Counter(f.rule for f in judgement.findings.kept) == findings
    assert {f.consequence for f in judgement.findings.kept} == {"warn"}
    assert judgement.typed is not None
    assert judgement.typed.num_rows == declared
    assert sum(judgement.typed["claimed_cents"].to_pylist()) == judgement.debit_cents == cents
