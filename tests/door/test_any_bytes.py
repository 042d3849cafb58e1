"""Any bytes whatever are judged, none raise, and none are admitted with totals that differ."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from spiegel_core.contracts.files import FILE_KINDS, header_of
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from tests.delivering import Delivery, register

from .planted import KEY

SMALL = Delivery(
    lines=[
        {"granted_cents": "700"},
        {"bsn": "999999999", "insured_number": "Zoë"},
        {"debit_credit": "C", "previous_reference": "X", "granted_cents": "250"},
        {"diagnosis_list": "008", "diagnosis": "T90"},
    ]
)
ENDINGS = ["a.csv", "a.csv.gz", "a.csv.zst"]


def _manifest_for(data: bytes, **more: Any) -> bytes:
    content = json.loads(SMALL.manifest_bytes())
    return json.dumps({**content, "sha256": hashlib.sha256(data).hexdigest(), **more}).encode()


def _holds(found: Judgement) -> None:
    """What must hold of every judgement, whatever came in."""
    if found.is_refused:
        assert found.typed is None
        assert found.findings.first_refusal() is not None
        return
    assert found.manifest is not None
    assert found.typed is not None
    assert found.lines == found.manifest.rows
    assert found.debit_cents == found.manifest.debit_cents
    assert found.credit_cents == found.manifest.credit_cents
    assert found.typed.num_rows == found.lines - len(found.aside)
    if found.manifest.kind == "claims" and not len(found.aside):
        granted, is_credit = found.typed["granted_cents"], found.typed["is_credit"]
        credits = pc.sum(pc.if_else(is_credit, granted, 0)).as_py() or 0
        assert credits == found.manifest.credit_cents
        assert (pc.sum(granted).as_py() or 0) - credits == found.manifest.debit_cents


# Bytes that mean something to a reader of CSV, and those around them.
_BYTES = st.sampled_from(
    [b";", b"\n", b"\r", b'"', b"\x00", b"0", b"9", b"-", b"D", b"\xc3", b"\xff"]
)


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """A file with some bytes changed, left out, doubled, or cut off."""
    spoilt = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(spoilt) - 1, 0)))
        what = draw(st.sampled_from(["put", "insert", "leave out", "cut", "double"]))
        if what == "put":
            spoilt[place : place + 1] = draw(_BYTES)
        elif what == "insert":
            spoilt[place:place] = draw(_BYTES)
        elif what == "leave out":
            del spoilt[place : place + draw(st.integers(1, 40))]
        elif what == "cut":
            del spoilt[place:]
        else:
            spoilt[place:place] = spoilt[place : place + draw(st.integers(1, 200))]
    return bytes(spoilt)


@settings(max_examples=300)
@given(mutated(SMALL.data()), st.sampled_from(ENDINGS))
def test_a_spoilt_file_is_refused_or_its_totals_hold(data: bytes, name: str) -> None:
    _holds(judge_delivery(_manifest_for(data), data, name, DoorRules(set_aside_share=0.5), KEY))


@settings(max_examples=100)
@given(mutated(SMALL.data()))
def test_a_spoilt_file_with_the_manifest_it_had_is_refused(data: bytes) -> None:
    found = judge_delivery(SMALL.manifest_bytes(), data, "a.csv", DoorRules(), KEY)
    assert found.is_refused == (data != SMALL.data())


@settings(max_examples=100)
@given(
    st.binary(max_size=500), st.sampled_from(ENDINGS), st.booleans(), st.sampled_from([*FILE_KINDS])
)
def test_any_bytes_are_judged(data: bytes, name: str, has_header: bool, kind: str) -> None:
    content = header_of(kind).encode() + b"\n" + data if has_header else data
    more = (
        {} if kind == "claims" else {"care_type": None, "debit_cents": None, "credit_cents": None}
    )
    whole = json.loads(_manifest_for(content, kind=kind, **more))
    manifest = json.dumps(
        {key: value for key, value in whole.items() if value is not None}
    ).encode()
    found = judge_delivery(manifest, content, name, DoorRules(), KEY)
    assert found.is_refused


@settings(max_examples=100)
@given(mutated(SMALL.manifest_bytes()))
def test_a_spoilt_manifest_is_refused_or_its_totals_hold(manifest: bytes) -> None:
    _holds(judge_delivery(manifest, SMALL.data(), "a.csv", DoorRules(), KEY))


@settings(max_examples=100)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_manifest_is_judged(manifest: bytes, data: bytes) -> None:
    assert judge_delivery(manifest, data, "a.csv", DoorRules(), KEY).is_refused


def test_a_file_cut_off_anywhere_is_refused_or_misses_nothing_but_a_field() -> None:
    whole = SMALL.data()
    for length in range(len(whole)):
        data = whole[:length]
        found = judge_delivery(
            _manifest_for(data), data, "a.csv", DoorRules(set_aside_share=0.5), KEY
        )
        _holds(found)
        # Only within the last field of the last line are all lines and amounts still there.
        assert found.is_refused == (length < len(whole) - len(b"20210901\n"))


def test_every_kind_of_register_is_judged_wherever_it_is_cut_off() -> None:
    for kind in FILE_KINDS:
        delivery = register(kind, [{}, {}]) if kind != "claims" else SMALL
        content = json.loads(delivery.manifest_bytes())
        whole = delivery.data()
        for length in range(0, len(whole), 3):
            content["sha256"] = hashlib.sha256(whole[:length]).hexdigest()
            manifest = json.dumps(content).encode()
            judge_delivery(manifest, whole[:length], "a.csv", DoorRules(), KEY)
