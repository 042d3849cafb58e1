"""One delivered file, from bytes to verdict and typed lines: a pure function, without Spark.

It reads nothing and writes nothing, so it can be run in a task, in `spiegel check` and under a
fuzzer alike.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from spiegel_core.contracts.files import CLAIMS
from spiegel_core.deliveries.claims import is_value, judge_claims
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.deliveries.fields import Fields, read_fields
from spiegel_core.deliveries.findings import REFUSE_FILE, Finding, FindingList
from spiegel_core.deliveries.lines import split_lines
from spiegel_core.deliveries.manifest import Manifest, legible_sender, read_manifest
from spiegel_core.deliveries.registers import judge_register
from spiegel_core.deliveries.typed import type_lines
from spiegel_core.deliveries.unpack import Unpackable, unpack


@dataclass
class Judgement:
    """What the door made of one file.

    Args:
        manifest: what the sender says; None when that cannot be read.
        findings: everything found.
        lines: lines in the file, header not counted.
        aside: numbers of the lines set aside, each once.
        debit_cents, credit_cents: granted amounts over all lines as sent (eurocents).
        content_sha256: of the unpacked bytes; empty when they cannot be had.
        file_sha256, manifest_sha256: of the files as sent.
        typed: the lines that count, typed; None when the file is refused.
        quarantine: (line, rule, field) of each reason a line was set aside for; none of a
            refused file.
        sender: who sent it, as far as the manifest says so.
        recognised_as: EI standard and version; None for a file with a manifest.
    """

    manifest: Manifest | None
    findings: FindingList
    lines: int = 0
    aside: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    debit_cents: int = 0
    credit_cents: int = 0
    content_sha256: str = ""
    file_sha256: str = ""
    manifest_sha256: str = ""
    typed: pa.Table | None = None
    quarantine: list[tuple[int, str, str]] = field(default_factory=list)
    sender: str | None = None
    recognised_as: str | None = None

    @property
    def is_refused(self) -> bool:
        return self.findings.refuses


def judge_delivery(
    manifest_bytes: bytes | None,
    data: bytes,
    name: str,
    door: DoorRules,
    person_key: bytes | None,
) -> Judgement:
    """Judge a delivered file against its manifest and type its lines.

    Args:
        manifest_bytes: the manifest as sent; None when there is none.
        data: the data file as sent, packed or not.
        name: its name, of which only the ending counts.
        door: the numbers and lists the door judges by.
        person_key: key of the pseudonyms; None judges without typing any line.

    Returns:
        The judgement. Any bytes whatever are judged; none raise.
    """
    findings = FindingList(cap=door.findings_per_rule)
    if manifest_bytes is None:
        findings.add(Finding("manifest.absent", REFUSE_FILE, "there is no manifest beside the file",
                             "manifest"))  # fmt: skip
        return Judgement(None, findings, file_sha256=_sha256(data))
    manifest, manifest_findings = read_manifest(manifest_bytes)
    for finding in manifest_findings:
        findings.add(finding)
    judgement = Judgement(manifest, findings, file_sha256=_sha256(data),
                          manifest_sha256=_sha256(manifest_bytes),
                          sender=legible_sender(manifest_bytes))  # fmt: skip
    if manifest is None:
        return judgement
    if judgement.file_sha256 != manifest.sha256:
        findings.add(Finding("file.sha256", REFUSE_FILE,
                             "the file is not the one the manifest was made for",
                             "manifest", None, "sha256"))  # fmt: skip
    try:
        content = unpack(data, name, door)
    except Unpackable as problem:
        findings.add(Finding(problem.rule, REFUSE_FILE, str(problem), manifest.kind))
        return judgement
    judgement.content_sha256 = _sha256(content)
    _judge_content(judgement, manifest, content, door, person_key)
    return judgement


def not_recognised(file_sha256: str) -> Judgement:
    """The judgement of a file that is neither a data file nor a manifest; it is not read."""
    findings = FindingList()
    findings.add(Finding("file.unrecognised", REFUSE_FILE,
                         "neither a data file nor a manifest, by its name"))  # fmt: skip
    return Judgement(None, findings, file_sha256=file_sha256)


def _judge_content(
    judgement: Judgement,
    manifest: Manifest,
    content: bytes,
    door: DoorRules,
    person_key: bytes | None,
) -> None:
    findings = judgement.findings
    lines = split_lines(content, manifest.kind, door, findings)
    fields = read_fields(lines, manifest.kind, findings)
    if manifest.kind == CLAIMS:
        numbers = judge_claims(fields, manifest, door)
        granted = numbers["granted_cents"]
        judgement.debit_cents = int(granted[is_value(fields, "debit_credit", "D")].sum())
        judgement.credit_cents = int(granted[is_value(fields, "debit_credit", "C")].sum())
    else:
        numbers = judge_register(fields, manifest)
    judgement.lines = lines.total
    judgement.aside = lines.number_of(np.flatnonzero(fields.aside).astype(np.int64))
    judge_share(findings, len(judgement.aside), judgement.lines, door, manifest.kind)
    if judgement.is_refused:
        return
    judgement.quarantine = _quarantine(fields)
    if person_key is not None:
        judgement.typed = type_lines(fields, numbers, person_key)


def judge_share(
    findings: FindingList, aside: int, lines: int, door: DoorRules, record: str = ""
) -> None:
    """Refuse a file of which too large a share of the lines would be set aside."""
    # The share is a double: 0.29 of 100 lines is 28.999999999999996 of them.
    if aside > round(door.set_aside_share * lines, 6):
        message = (
            f"{aside:,} of {lines:,} lines would be set aside, more than {door.set_aside_share:.0%}"
        )
        findings.add(Finding("file.too_many_set_aside", REFUSE_FILE, message, record))


def _quarantine(fields: Fields) -> list[tuple[int, str, str]]:
    """Every reason of every line set aside; lines beyond the cap of the findings included."""
    return sorted(
        (line, rule, name) for rule, name, numbers in fields.reasons for line in numbers.tolist()
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
