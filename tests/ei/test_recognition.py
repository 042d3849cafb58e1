"""Which standard a file is of, and why it is of none."""

from __future__ import annotations

import pytest

from spiegel_core.deliveries.ei.recognise import is_ei_name, recognise
from tests.ei.building import STANDARDS, found, gz321, judged

RIGHT = gz321().content()


def test_a_file_without_a_fault_has_no_finding() -> None:
    judgement = judged(RIGHT)

    assert judgement.findings.kept == []
    assert judgement.standard is not None
    assert judgement.standard.label == "ei:GZ321:1.0"
    assert (judgement.lines, len(judgement.aside)) == (14, 0)
    assert (judgement.debit_cents, judgement.credit_cents) == (149_000, 0)


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ("011950100", "GZ321"), ("011760103", "MZ301"), ("011060702", "AP304"),
        ("011200702", "AP304"), ("011870104", "AW319"), ("014280104", "AW319"),
        ("014300104", "AW319"), ("011010900", "ZH308"), ("011790102", "EP301"),
        ("011810200", "GZ311"), ("011070302", "PM304"),
    ],
)  # fmt: skip
def test_positions_1_to_9_name_the_standard(first: str, name: str) -> None:
    standard = recognise(first.encode(), STANDARDS)
    assert standard is not None and standard.name == name


@pytest.mark.parametrize(
    ("content", "line", "field"),
    [
        (b"", None, ""),
        (b"@@@@@@@@@", None, "0101"),
        (b"02" + RIGHT[2:], 1, "0101"),
        (b"  " + RIGHT[2:], 1, "0101"),
        (RIGHT[:2] + b"999" + RIGHT[5:], 1, "0102"),
        (RIGHT[:5] + b"88" + RIGHT[7:], 1, "0103"),
        (RIGHT[:7] + b"99" + RIGHT[9:], 1, "0104"),
        (b"\xef\xbb\xbf" + RIGHT, None, "0101"),
        (RIGHT.split(b"\n", 1)[1], None, "0101"),
    ],
)
def test_a_file_of_no_known_standard_is_refused_by_its_first_wrong_field(
    content: bytes, line: int | None, field: str
) -> None:
    judgement = judged(content)
    assert found(content) == [("ei.recognition", line, field)]
    assert judgement.is_refused and judgement.standard is None


@pytest.mark.parametrize(
    ("name", "is_ei"),
    [
        ("a.asc", True), ("A.ASC", True), ("in/b.dat.gz", True), ("b.Txt.ZST", True),
        ("a.csv", False), ("a.csv.gz", False), (".asc", False), ("x/.dat", False),
        ("a.asc.zip", False), ("a.manifest.json", False), ("asc", False),
    ],
)  # fmt: skip
def test_the_ending_of_its_name_makes_it_an_ei_file(name: str, is_ei: bool) -> None:
    assert is_ei_name(name) is is_ei
