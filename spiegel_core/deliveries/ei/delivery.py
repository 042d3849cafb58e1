"""An EI file as a delivery: its header record is its manifest."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Sequence

from spiegel_core.contracts.silver import EI_CLAIMS
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.ei.judge import EiJudgement, judge_ei
from spiegel_core.deliveries.ei.records import texts
from spiegel_core.deliveries.ei.standard import HEADER, Standard
from spiegel_core.deliveries.ei.typed import type_declared
from spiegel_core.deliveries.findings import REFUSE_FILE, Finding, FindingList
from spiegel_core.deliveries.judge import Judgement
from spiegel_core.deliveries.manifest import Manifest
from spiegel_core.deliveries.pseudonym import keyed_hash
from spiegel_core.deliveries.unpack import Unpackable, unpack

# No insurer is named in a file to a service bureau.
_NO_INSURER = "9999"
_PAYEES = ("service_bureau", "practitioner", "practice", "institution")
_LONG_NUMBER = re.compile(r"[0-9]{9,}")


def judge_ei_delivery(
    data: bytes,
    name: str,
    standards: Sequence[Standard],
    door: DoorRules,
    person_key: bytes | None,
) -> Judgement:
    """Judge an EI file as sent and type its lines; it needs no manifest beside it.

    Args:
        data: the file as sent, packed or not.
        name: its name, of which only the ending counts.
        standards: the standards known here.
        door: the numbers the door judges by.
        person_key: key of the pseudonyms; None judges without typing any line.
    """
    findings = FindingList(cap=door.findings_per_rule)
    judgement = Judgement(None, findings, file_sha256=hashlib.sha256(data).hexdigest())
    try:
        content = unpack(data, name.lower(), door)
    except Unpackable as problem:
        findings.add(Finding(problem.rule, REFUSE_FILE, str(problem), EI_CLAIMS))
        return judgement
    found = judge_ei(content, standards, door)
    judgement.findings = found.findings
    judgement.content_sha256 = hashlib.sha256(content).hexdigest()
    judgement.lines, judgement.aside = found.lines, found.aside
    judgement.debit_cents, judgement.credit_cents = found.debit_cents, found.credit_cents
    judgement.quarantine = found.quarantine
    judgement.recognised_as = found.standard.label if found.standard else None
    judgement.sender = _legible_sender(content) if found.standard else None
    if not found.is_refused:
        judgement.manifest = manifest_of(found, judgement.file_sha256, person_key)
        if person_key is not None:
            judgement.typed = type_declared(found, person_key)
    return judgement


def manifest_of(found: EiJudgement, file_sha256: str, person_key: bytes | None) -> Manifest:
    """What the header record says the file is.

    In:   a judgement that does not refuse the file, so that its header can be read
    Out:  a manifest; the identity is the kind of message, who is paid, and the invoice
    """
    assert found.standard is not None and found.kinds is not None
    said = _header(found)
    payee = said[_PAYEES[int(said["payee"]) - 1]]
    invoice = _shown_invoice(said["invoice"], person_key)
    first, last = (_date(said[role]) for role in ("period_from", "period_to"))
    return Manifest(
        kind=EI_CLAIMS, delivery_id=f"EI-{said['message']}-{payee}-{invoice}", revision=1,
        sender=said["insurer"] if said["insurer"].strip("0 ") else _NO_INSURER, care_type=None,
        period_from=first, period_to=last, rows=found.lines, debit_cents=found.debit_cents,
        credit_cents=found.credit_cents, sha256=file_sha256,
    )  # fmt: skip


def _legible_sender(content: bytes) -> str | None:
    """The insurer a header names (the same place in every standard), for the feedback."""
    insurer = content[26:30].decode("latin-1")
    return insurer if re.fullmatch(r"[0-9]{4}", insurer) and insurer != "0000" else None


def _header(found: EiJudgement) -> dict[str, str]:
    """Role -> text of the header record, and the code of the message."""
    assert found.standard is not None and found.kinds is not None
    header = found.kinds[HEADER]
    said = {
        one.role or one.number: texts(header.block(one))[0].decode("latin-1").strip()
        for one in found.standard.of_record[HEADER]
    }
    return {**said, "message": said["0102"]}


def _shown_invoice(invoice: str, person_key: bytes | None) -> str:
    """An invoice number that may stand in the ledger: a long number might be a person's.

    With the key it becomes a keyed hash, so that two invoices stay two; without it asterisks.
    """
    plain = re.sub(r"[^A-Za-z0-9._:/-]", "_", invoice)
    if not _LONG_NUMBER.search(plain):
        return plain.rstrip(" ._:/-") or "0"
    if person_key is None:
        return _LONG_NUMBER.sub("*********", plain)
    digest = keyed_hash(person_key, f"invoice {invoice}".encode()).hex()[:12]
    return "k" + "".join(chr(ord(c) - ord("0") + ord("g")) if c.isdigit() else c for c in digest)


def _date(text: str) -> datetime.date:
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
