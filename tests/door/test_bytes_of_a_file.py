"""Line ends, encoding, quotes and lengths: what may differ between senders, and what may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.findings import FindingList
from spiegel_core.deliveries.lines import split_lines
from tests.delivering import Delivery

from .planted import faultless, faultless_lines, judged_bytes, rules_of, typed, without


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def mixed(data: bytes) -> bytes:
    lines = data.split(b"\n")
    return b"".join(
        line + (b"\r\n" if place % 2 else b"\n") for place, line in enumerate(lines[:-1])
    )


@pytest.mark.parametrize(
    "ends",
    [
        lambda data: data,
        crlf,
        mixed,
        lambda data: data.removesuffix(b"\n"),
        lambda data: crlf(data).removesuffix(b"\r\n"),
    ],
    ids=["LF", "CRLF", "mixed", "LF, none at the end", "CRLF, none at the end"],
)
def test_lines_end_in_lf_or_crlf_and_the_last_end_may_be_missing(
    ends: Callable[[bytes], bytes],
) -> None:
    found = judged_bytes(faultless(), ends)

    assert found.findings.kept == []
    assert typed(found).equals(faultless_lines())


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_header_alone_is_a_delivery_without_lines(end: bytes) -> None:
    found = judged_bytes(Delivery(lines=[]), lambda data: data.rstrip(b"\n") + end)

    assert found.findings.kept == []
    assert (found.lines, typed(found).num_rows) == (0, 0)


def test_the_last_line_may_not_end_in_half_a_crlf() -> None:
    found = judged_bytes(faultless(), lambda data: crlf(data).removesuffix(b"\n"))
    assert rules_of(found) == {("file.lone_cr", "")}
    assert found.is_refused


@pytest.mark.parametrize("number", ["Zoë", "Ærø-Ñ", "名前", "👩‍⚕️", "a b", "-;"[:1], "'1"])
def test_an_insured_number_is_any_text_in_utf_8(number: str) -> None:
    delivery = Delivery(lines=[{"bsn": "999999999", "insured_number": number}, {}])
    found = judged_bytes(delivery, lambda data: data)

    assert found.findings.kept == []


def test_lengths_are_counted_in_characters_and_not_in_bytes() -> None:
    fine = {"bsn": "999999999", "insured_number": "é" * 15}
    long = {"bsn": "999999999", "insured_number": "é" * 16}
    found = judged_bytes(Delivery(lines=[fine, long] + [{}] * 40), lambda data: data)

    assert found.aside.tolist() == [2]


@pytest.mark.parametrize("ends", [lambda data: data, crlf], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("length", "is_refused"), [(10_000, False), (10_001, True)])
def test_a_line_has_at_most_10_000_bytes_without_its_end(
    length: int, is_refused: bool, ends: Callable[[bytes], bytes]
) -> None:
    def lengthened(data: bytes) -> bytes:
        lines = data.split(b"\n")
        lines[5] += b"0" * (length - len(lines[5]))
        return ends(b"\n".join(lines))

    found = judged_bytes(faultless(), lengthened)

    assert found.is_refused == is_refused
    if is_refused:
        assert rules_of(found) == {("file.line_too_long", "")}
    else:
        # The field is far too long for its form; only that line is set aside for it.
        assert typed(found).equals(without(faultless_lines(), 5))


@pytest.mark.parametrize(
    ("written", "rule", "is_refused"),
    [
        ('"7"', "line.quote", False),
        ('7"', "line.quote", False),
        ('""', "line.quote", False),
        ('7\\"', "line.quote", False),
        ("7'7", None, False),
        ("7\\7", None, False),
        ("NULL", None, False),
        ("NaN", None, False),
        ("#N/A", None, False),
        ("=1+1", None, False),
    ],
)
def test_only_a_quotation_mark_is_no_text(written: str, rule: str | None, is_refused: bool) -> None:
    line = {"bsn": "999999999", "insured_number": written}
    found = judged_bytes(Delivery(lines=[*[{}] * 40, line]), lambda data: data)

    assert {r for r, _ in rules_of(found)} == ({rule} if rule else set())
    assert found.is_refused == is_refused
    assert typed(found).num_rows == (40 if rule else 41)


def test_an_unclosed_quote_does_not_swallow_the_lines_after_it() -> None:
    lines = [{"insured_number": '"open'}] + [{}] * 40
    found = judged_bytes(Delivery(lines=lines), lambda data: data)

    assert typed(found)["line"].to_pylist() == list(range(2, 42))


@pytest.mark.parametrize("line", [1, 40_000, 60_000])
@pytest.mark.parametrize("separators", [";", ";;"])
def test_a_separator_too_many_is_found_on_its_line_in_a_file_of_many_megabytes(
    line: int, separators: str
) -> None:
    # Separators are counted some megabytes at a time, and lines stand across the cuts.
    header, pattern, _ = Delivery(lines=[{"line": "@", "reference": "@"}]).data().split(b"\n")
    lines = [pattern.replace(b"@", str(n).encode()) for n in range(1, 60_001)]
    lines[line - 1] += separators.encode()
    data = b"\n".join([header, *lines, b""])
    findings = FindingList()

    kept = split_lines(data, "claims", DoorRules(), findings)

    assert len(data) > 5_000_000
    assert [(f.rule, f.line) for f in findings.kept] == [("file.field_count", line)]
    assert kept.numbers is not None
    assert len(kept.numbers) == 59_999
