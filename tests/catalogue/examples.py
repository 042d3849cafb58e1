"""Per rule of the door a delivery that breaks it."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Callable

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from spiegel_core.runtime.conf import Conf
from tests.delivering import Delivery, bsn, register

Made = Callable[[], Judgement]

# A line that holds values no other text could: none of them may ever stand in feedback.
PERSON = {
    "bsn": bsn(77), "insured_number": "VERZ-424242", "granted_cents": "7654321",
    "claimed_cents": "7654399", "reference": "KENMERK-8675309",
}  # fmt: skip


def judge(
    delivery: Delivery,
    spoil: Callable[[bytes], bytes] | None = None,
    door: DoorRules | None = None,
) -> Judgement:
    """What the door makes of a delivery, of bytes spoilt before the sender hashed them."""
    sent = delivery.packed()
    if spoil is not None:
        sent = spoil(sent)
        delivery = dataclasses.replace(
            delivery, manifest={**delivery.manifest, "sha256": _sha(sent)}
        )
    name = "levering" + delivery.ending
    return judge_delivery(delivery.manifest_bytes(), sent, name, door or Conf().door(), b"k" * 32)


def _sha(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def claim(**fields: str) -> Made:
    """A claims file of 30 lines, one of them with these fields."""
    return lambda: judge(Delivery(lines=[{**PERSON, **fields}, *[{}] * 29]))


def of_care(care_type: str, **fields: str) -> Made:
    return lambda: judge(Delivery(lines=[{**PERSON, **fields}, *[{}] * 29], care_type=care_type))


def said(**manifest: object) -> Made:
    return lambda: judge(Delivery(lines=[PERSON, *[{}] * 29], manifest=manifest))


def spoilt(spoil: Callable[[bytes], bytes], packing: str = "", **limits: int) -> Made:
    delivery = Delivery(lines=[PERSON, *[{}] * 29], packing=packing)
    door = dataclasses.replace(DoorRules(), **limits) if limits else None
    return lambda: judge(delivery, spoil, door)


def of_register(kind: str, *lines: dict[str, str], **manifest: object) -> Made:
    own = [{"bsn": bsn(n)} if kind == "insured" else {} for n in range(30)]
    return lambda: judge(register(kind, [*lines, *own], manifest=manifest))


def same(data: bytes) -> bytes:
    return data


EXAMPLES: dict[str, Made] = {
    "file.packing": spoilt(lambda data: data[:-9], "gz"),
    "file.too_large": spoilt(same, unpacked_bytes=1000),
    "file.ratio": spoilt(lambda _: gzip.compress(b"0" * 10**6, mtime=0), "gz"),
    "file.sha256": said(sha256="0" * 64),
    "file.bom": spoilt(lambda data: b"\xef\xbb\xbf" + data),
    "file.encoding": spoilt(lambda data: data.replace(b"12011", b"1201\xff", 1)),
    "file.control_character": spoilt(lambda data: data.replace(b"12011", b"1201\t", 1)),
    "file.lone_cr": spoilt(lambda data: data.replace(b"12011", b"1201\r", 1)),
    "file.header": spoilt(lambda data: data.replace(b"line;reference", b"regel;reference", 1)),
    "file.field_count": spoilt(lambda data: data.replace(b"12011;", b"12011", 1)),
    "file.line_too_long": spoilt(same, line_bytes=100),
    "file.too_many_set_aside": lambda: judge(Delivery(lines=[{**PERSON, "cover": "C"}] * 3)),
    "manifest.absent": lambda: judge_delivery(None, b"x", "a.csv", DoorRules(), None),
    "manifest.form": lambda: judge_delivery(b"[1]", b"x", "a.csv", DoorRules(), None),
    "manifest.key_missing": said(rows=None),
    "manifest.key_unknown": said(regels=30),
    "manifest.value": said(kind="Claims"),
    "line.quote": claim(code='"12011"'),
    "field.missing": claim(practice=""),
    "field.form": claim(cover="C"),
    "field.date": claim(care_from="20210230"),
    "field.bsn": claim(bsn="123456789"),
    "claims.line_gap": spoilt(lambda data: data.replace(b"\n17;", b"\n18;", 1)),
    "claims.reference_repeated": lambda: judge(
        Delivery(lines=[{**PERSON, "reference": "R"}, {"reference": "R"}])
    ),
    "claims.rows": said(rows=31),
    "claims.debit_cents": said(debit_cents=1),
    "claims.credit_cents": said(credit_cents=1),
    "claims.debit_credit": claim(debit_credit="X"),
    "claims.granted_cents": claim(granted_cents="12,34"),
    "claims.care_before_2006": claim(care_from="20051231"),
    "claims.care_to_before_from": claim(care_to="20210731"),
    "claims.paid_before_care": claim(paid_on="20210731", care_to="20210801"),
    "claims.care_after_payment": claim(care_to="20210902"),
    "claims.paid_outside_period": claim(paid_on="20211231"),
    "claims.credit_without_previous": claim(debit_credit="C"),
    "claims.granted_above_claimed": claim(claimed_cents="1"),
    "claims.diagnosis_pair": claim(diagnosis="221"),
    "claims.specialism_misplaced": claim(specialism="0313"),
    "claims.bsn_misplaced": claim(care_product=PERSON["bsn"]),
    "claims.indication_misplaced": claim(indication="001"),
    "claims.chain_programme": of_care("ketenzorg", code_list="900", code="DM9"),
    "claims.unusual_list": claim(code_list="065"),
    "claims.specialism_absent": of_care("medisch_specialistisch", specialism=""),
    "register.rows": of_register("organisations", rows=7),
    "register.year": of_register("insured", {"year": "2020", "bsn": bsn(50)}),
    "register.end_before_start": of_register("organisations", {"end": "20090101"}),
    "insured.days": of_register("insured", {"insured_days": "366", "bsn": bsn(50)}),
    "insured.birth_date": of_register("insured", {"birth_date": "20220101", "bsn": bsn(50)}),
    "insured.area": of_register("insured", {"municipality": "", "bsn": bsn(50)}),
    "insured.days_per_person": of_register("insured", {"bsn": bsn(0), "insured_number": "9"}),
    "municipal_care.users": of_register("municipal_care", {"users": "9"}),
}


def manifest_of(delivery: Delivery, **more: object) -> bytes:
    """The manifest of a delivery with other keys."""
    return json.dumps({**json.loads(delivery.manifest_bytes()), **more}).encode()
