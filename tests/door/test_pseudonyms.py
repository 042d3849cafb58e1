"""A keyed hash takes the place of the person: HMAC-SHA-256, held to the vectors of RFC 4231."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.deliveries.pseudonym import (
    PseudonymKey,
    keyed_hash,
    person_text,
    pseudonyms,
    read_key,
)
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.runtime.keys import new_key

# RFC 4231, section 4: key, data, HMAC-SHA-256 (case 5 is cut to 128 bits there).
VECTORS = [
    (
        b"\x0b" * 20,
        b"Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 20,
        b"\xdd" * 50,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ),
    (
        bytes(range(1, 26)),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    (b"\x0c" * 20, b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


@pytest.mark.parametrize(("key", "data", "expected"), VECTORS)
def test_the_vectors_of_rfc_4231(key: bytes, data: bytes, expected: str) -> None:
    assert keyed_hash(key, data).hex()[: len(expected)] == expected


@given(st.binary(min_size=32, max_size=32), st.lists(st.text(max_size=40), max_size=5))
def test_a_pseudonym_is_the_first_half_of_the_hash_and_its_check_the_second(
    key: bytes, persons: list[str]
) -> None:
    found = pseudonyms(key, persons)

    assert found.shape == (len(persons), 2)
    for row, text in zip(found, persons, strict=True):
        digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
        assert int(row[0]) == int.from_bytes(digest[:8], signed=True)
        assert int(row[1]) == int.from_bytes(digest[8:16], signed=True)


def test_ten_thousand_persons_have_as_many_pseudonyms() -> None:
    found = pseudonyms(b"k" * 32, [f"b:{number:09d}" for number in range(10_000)])
    assert len(np.unique(found[:, 0])) == 10_000


def test_a_new_key_changes_every_pseudonym() -> None:
    persons = [f"b:{number:09d}" for number in range(10_000)]
    before, after = pseudonyms(b"k" * 32, persons), pseudonyms(b"l" * 32, persons)
    assert set(before[:, 0].tolist()).isdisjoint(after[:, 0].tolist())


def test_a_pseudonym_is_no_plain_hash_of_what_it_hides() -> None:
    # There are some 90,909,091 citizen service numbers: a plain hash is turned around in a minute.
    (row,) = pseudonyms(b"k" * 32, ["b:123456782"])
    for text in ("123456782", "b:123456782"):
        plain = hashlib.sha256(text.encode()).digest()
        assert int.from_bytes(plain[:8], signed=True) != int(row[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("123456782", "3311", "1"), ("111222333", "3311", "1")),
        (("999999999", "3311", "1"), ("999999999", "3311", "2")),
        (("999999999", "3311", "1"), ("999999999", "3312", "1")),
        (("999999999", "3311", "123456782"), ("123456782", "3311", "1")),
        (("999999999", "3311", "1:2"), ("999999999", "3311", "1")),
    ],
)
def test_no_two_persons_have_one_text(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert person_text(*one, "999999999") != person_text(*other, "999999999")


def test_a_person_with_a_bsn_is_the_same_at_every_insurer() -> None:
    texts = {person_text("123456782", insurer, "7", "999999999") for insurer in ("3311", "7119")}
    assert len(texts) == 1


def test_the_keys_of_persons_and_archive_are_two() -> None:
    key = PseudonymKey("k1", bytes(32))
    assert len({key.for_persons(), key.for_archive(), key.secret}) == 3


def test_the_text_of_a_key_hides_its_secret() -> None:
    key = PseudonymKey("k1", b"\x5a" * 32)
    for text in (repr(key), str(key), f"{key}"):
        assert "5a" * 4 not in text
        assert "ZZZZ" not in text


def test_a_new_key_is_read_by_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "spiegel.key"
    new_key(path)
    before = path.read_bytes()

    assert read_key(path).version == "k1"
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(EnvironmentUnfit):
        new_key(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "not json",
        "[]",
        json.dumps({"version": "k1"}),
        json.dumps({"version": "k1", "secret": "c0ffee" * 8}),
        json.dumps({"version": "k1", "secret": "c0ffee" * 11}),
        json.dumps({"version": "k1", "secret": "C0FFEE00" * 8}),
        json.dumps({"version": "no spaces", "secret": "c0ffee00" * 8}),
        json.dumps({"version": "", "secret": "c0ffee00" * 8}),
    ],
)
def test_a_key_file_of_another_form_is_refused_without_quoting_it(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "some.key"
    if content is not None:
        path.write_text(content)

    with pytest.raises(EnvironmentUnfit) as problem:
        read_key(path)

    assert "c0ffee" not in str(problem.value).lower()
    assert "spiegel new-key FILE" in str(problem.value)
    # Of two keys of rekey only one is the one of the variable.
    assert "of rekey the new one with --new-key" in str(problem.value)
