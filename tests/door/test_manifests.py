"""The manifest decides: what is missing, unknown, of the wrong type or too large refuses the file,
and everything that is wrong with it is named at once."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiegel_core.contracts.files import CARE_TYPES, FILE_KINDS
from spiegel_core.deliveries.findings import REFUSE_FILE
from spiegel_core.deliveries.manifest import read_manifest
from tests.delivering import Delivery, register

from .planted import judged, rules_of

CLAIMS = json.loads(Delivery().manifest_bytes())
INSURED = json.loads(register("insured", [{}]).manifest_bytes())
ONLY_OF_CLAIMS = {"care_type", "debit_cents", "credit_cents"}

WRONG: dict[str, list[Any]] = {
    "format": ["spiegel", "SPIEGEL-DELIVERY", 1, None, ["spiegel-delivery"]],
    "format_version": [0, 2, "1", 1.0, True, None],
    "kind": ["claim", "Claims", "", 1, None, ["claims"], {"claims": 1}],
    "delivery_id": ["", " a", "a ", "a\n", "a\tb", "é", "a" * 101, "../x;", 7, None, ["a"]],
    "revision": [0, -1, "1", 1.0, 1.5, True, None, 2**62, 1e3],
    "sender": ["910", "91011", "91O1", 9101, "９１０１", "", None],
    "care_type": ["gp", "Huisartsenzorg", "", 1, None, ["ggz"]],
    "period_from": ["20210701", "2021-7-1", "2021-02-29", "2021-07-01T00:00", 20210701, "", None],
    "period_to": ["30-09-2021", "2021-13-01", "0000-01-01", True, None],
    "rows": [-1, "1", 1.0, True, None, [1]],
    "debit_cents": [-1, "1000", 1000.0, "10,00", True, None],
    "credit_cents": [-1, "0", 0.0, False, None],
    "sha256": ["", "0" * 63, "0" * 65, "g" * 64, 0, None],
}


def read(content: dict[str, Any]) -> list[tuple[str, str, str]]:
    manifest, findings = read_manifest(json.dumps(content).encode())
    assert (manifest is None) == bool(findings)
    return [(f.rule, f.field, f.consequence) for f in findings]


def test_a_whole_manifest_is_read() -> None:
    manifest, findings = read_manifest(json.dumps(CLAIMS).encode())

    assert findings == []
    assert manifest is not None
    assert (manifest.delivery_id, manifest.revision) == ("9101-huisartsenzorg-2021-Q3", 1)
    assert (manifest.rows, manifest.debit_cents, manifest.credit_cents) == (1, 1000, 0)


@pytest.mark.parametrize("key", CLAIMS)
def test_a_missing_key_is_named(key: str) -> None:
    content = {name: value for name, value in CLAIMS.items() if name != key}

    found = read(content)

    assert {field for rule, field, _ in found if rule == "manifest.key_missing"} == {key}
    assert {consequence for _, _, consequence in found} == {REFUSE_FILE}


@pytest.mark.parametrize("key", INSURED)
def test_a_missing_key_of_a_register_is_named(key: str) -> None:
    found = read({name: value for name, value in INSURED.items() if name != key})
    assert ("manifest.key_missing", key, REFUSE_FILE) in found


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in WRONG.items() for value in values]
)
def test_a_value_of_the_wrong_kind_is_named(key: str, value: Any) -> None:
    assert ("manifest.value", key, REFUSE_FILE) in read({**CLAIMS, key: value})


@pytest.mark.parametrize("key", sorted(ONLY_OF_CLAIMS))
def test_only_claims_have_a_care_type_and_totals(key: str) -> None:
    assert read({**INSURED, key: CLAIMS[key]}) == [("manifest.key_unknown", key, REFUSE_FILE)]


@pytest.mark.parametrize("key", ["remarks", "Rows", "period", ""])
def test_an_unknown_key_is_refused(key: str) -> None:
    found = read({**CLAIMS, key: 1})
    assert [rule for rule, _, _ in found] == ["manifest.key_unknown"]


def test_an_unknown_key_that_may_hold_anything_is_not_quoted() -> None:
    _, findings = read_manifest(json.dumps({**CLAIMS, "bsn 123456782": 1}).encode())
    assert "123456782" not in str(findings)


def test_everything_wrong_with_a_manifest_is_named_at_once() -> None:
    content = {**CLAIMS, "revision": 0, "sender": "x", "extra": 1}
    del content["rows"], content["care_type"]

    named = {(rule, field) for rule, field, _ in read(content)}

    assert named == {
        ("manifest.key_missing", "rows"),
        ("manifest.key_missing", "care_type"),
        ("manifest.key_unknown", "extra"),
        ("manifest.value", "revision"),
        ("manifest.value", "sender"),
    }


@pytest.mark.parametrize(
    ("period_from", "period_to", "is_fine"),
    [
        ("2021-07-01", "2021-09-30", True),
        ("2021-07-01", "2021-07-01", True),
        ("2020-02-29", "2021-01-01", True),
        ("2021-07-02", "2021-07-01", False),
    ],
)
def test_a_period_ends_on_or_after_its_first_day(
    period_from: str, period_to: str, is_fine: bool
) -> None:
    found = read({**CLAIMS, "period_from": period_from, "period_to": period_to})
    assert found == ([] if is_fine else [("manifest.value", "period_to", REFUSE_FILE)])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"1",
        b"[]",
        b'"claims"',
        b"{",
        b"{} {}",
        b"\xff\xfe",
        b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode(),
        json.dumps(CLAIMS).encode("utf-16"),
        json.dumps(CLAIMS).replace('"kind"', "'kind'").encode(),
        json.dumps([CLAIMS]).encode(),
        b"[" * 30_000,
        b'{"a":' * 12_000,
        b'{"rows": ' + b"9" * 10_000 + b"}",
        b"x" * 65_537,
        json.dumps({**CLAIMS, "delivery_id": "a" * 70_000}).encode(),
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_what_is_no_json_object_of_at_most_64_kib_is_refused_within_a_second(raw: bytes) -> None:
    started = time.monotonic()
    manifest, findings = read_manifest(raw)

    assert time.monotonic() - started < 1
    assert manifest is None
    assert [(f.rule, f.consequence) for f in findings] == [("manifest.form", REFUSE_FILE)]


@pytest.mark.parametrize("key", ["rows", "sha256", "delivery_id"])
def test_a_key_that_stands_twice_is_refused_even_with_one_value(key: str) -> None:
    text = json.dumps(CLAIMS)
    twice = text[:-1] + f", {json.dumps(key)}: {json.dumps(CLAIMS[key])}" + "}"

    manifest, findings = read_manifest(twice.encode())

    assert manifest is None
    assert [f.rule for f in findings] == ["manifest.form"]


def test_a_nested_value_is_no_value() -> None:
    nested: Any = 1
    for _ in range(500):
        nested = {"a": nested}
    assert read({**CLAIMS, "rows": nested}) == [("manifest.value", "rows", REFUSE_FILE)]


@pytest.mark.parametrize("kind", [kind for kind in FILE_KINDS if kind != "claims"])
def test_every_kind_of_register_has_the_same_keys(kind: str) -> None:
    assert read({**INSURED, "kind": kind}) == []


@pytest.mark.parametrize("care_type", CARE_TYPES)
def test_claims_are_of_one_of_the_21_care_types(care_type: str) -> None:
    assert len(CARE_TYPES) == 21
    assert read({**CLAIMS, "care_type": care_type}) == []


def test_the_hash_may_be_written_in_capitals() -> None:
    found = judged(Delivery(manifest={"sha256": CLAIMS["sha256"].upper()}))
    assert found.findings.kept == []


def test_a_file_the_manifest_was_not_made_for_is_refused() -> None:
    found = judged(Delivery(manifest={"sha256": "0" * 64}))
    assert rules_of(found) == {("file.sha256", "sha256")}
    assert found.is_refused


def test_a_file_without_a_manifest_is_not_judged_further() -> None:
    from spiegel_core.deliveries.door import DoorRules
    from spiegel_core.deliveries.judge import judge_delivery

    found = judge_delivery(None, Delivery().data(), "a.csv", DoorRules(), b"k" * 32)

    assert [f.rule for f in found.findings.kept] == ["manifest.absent"]
    assert found.typed is None


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(), st.integers(), max_size=2),
)


@given(st.dictionaries(st.sampled_from([*CLAIMS, "extra"]), ANYTHING))
def test_no_json_object_whatever_makes_the_manifest_raise(content: dict[str, Any]) -> None:
    manifest, findings = read_manifest(json.dumps({**CLAIMS, **content}).encode())
    assert (manifest is None) == bool(findings)
