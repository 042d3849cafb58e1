"""A claims file of 1,000 lines without a fault, for one defect to be planted in."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.judge import Judgement, judge_delivery
from tests.delivering import Delivery, bsn, register

KEY = b"k" * 32
LINES = 1_000
LINE = 500  # the line defects are planted in


@functools.cache
def faultless() -> Delivery:
    """1,000 claim lines of 60 persons; every 25th is a credit, amounts differ per line."""
    lines = []
    for number in range(1, LINES + 1):
        line = {
            "bsn": bsn(number % 60),
            "reference": f"A-{number}",
            "granted_cents": str(1000 + number),
            "claimed_cents": "3000",
        }
        if number % 25 == 24:
            line |= {"debit_credit": "C", "previous_reference": f"B-{number}"}
        lines.append(line)
    return Delivery(lines=lines)


def planted(delivery: Delivery, fields: dict[str, str], line: int = LINE) -> Delivery:
    """The delivery with other fields in one line; its totals are those of what is sent."""
    lines = [dict(fields_of_line) for fields_of_line in delivery.lines]
    lines[line - 1] |= fields
    return dataclasses.replace(delivery, lines=lines)


def judged(delivery: Delivery, door: DoorRules | None = None, key: bytes | None = KEY) -> Judgement:
    """What the door makes of a delivery."""
    name = "delivery" + delivery.ending
    return judge_delivery(
        delivery.manifest_bytes(), delivery.packed(), name, door or DoorRules(), key
    )


def judged_bytes(
    delivery: Delivery, spoil: Callable[[bytes], bytes], door: DoorRules | None = None
) -> Judgement:
    """What the door makes of a delivery whose bytes were spoilt before the sender hashed them."""
    data = spoil(delivery.data())
    manifest = json.loads(delivery.manifest_bytes())
    manifest["sha256"] = hashlib.sha256(data).hexdigest()
    return judge_delivery(json.dumps(manifest).encode(), data, "a.csv", door or DoorRules(), KEY)


@functools.cache
def faultless_lines() -> pa.Table:
    """The typed lines of the file without a fault."""
    return typed(judged(faultless()))


def typed(judgement: Judgement) -> pa.Table:
    """The typed lines; there must be some."""
    assert judgement.typed is not None, judgement.findings.kept
    return judgement.typed


def without(lines: pa.Table, *numbers: int) -> pa.Table:
    """Typed lines but for some."""
    return lines.filter(pc.invert(pc.is_in(lines["line"], pa.array(numbers, pa.int32()))))


def whole_register(kind: str, lines: int = 40) -> Delivery:
    """A register without a fault, of so many lines."""
    own = {
        "insured": lambda n: {"bsn": bsn(n)},
        "organisations": lambda n: {"agb": f"{1_000_000 + n:08d}"},
        "practitioners": lambda n: {"practitioner_agb": f"{1_100_000 + n:08d}"},
        "medicines": lambda n: {"zi": f"{10_000_000 + n:08d}"},
        "postcode_income": lambda n: {"postcode4": f"{1000 + n}"},
        "municipal_care": lambda n: {"municipality": f"GM{9000 + n}"},
        "practice_operations": lambda n: {"indicator": f"indicator_{n}"},
    }[kind]
    return register(kind, [own(number) for number in range(1, lines + 1)])


def rules_of(judgement: Judgement) -> set[tuple[str, str]]:
    """Rule and field of every finding."""
    return {(finding.rule, finding.field) for finding in judgement.findings.kept}
