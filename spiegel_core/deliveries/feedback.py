"""What a sender hears of a file: verdict, every rule it broke, and where; no value of a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spiegel_core.contracts.catalogue import CONSEQUENCES, WARN, Catalogue
from spiegel_core.deliveries.ei.recognise import is_ei_name
from spiegel_core.deliveries.feedback_words import FOLLOWS, Verdict, facts, said_of
from spiegel_core.deliveries.feedback_workbook import Sheet, Value, workbook
from spiegel_core.deliveries.findings import REFUSE_FILE, Finding
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.manifest import data_stem
from spiegel_core.deliveries.names import file_name, sender_folder, shown_name

_JUDGED = ("admitted", "refused", "superseded", "copy", "conflict")
_PRIVACY = (
    "In deze terugmelding staat niets uit de regels zelf: alleen regelnummers, velden en controles."
)


@dataclass(frozen=True)
class Feedback:
    """The feedback on one file that arrived.

    Args:
        arrival: the file and its verdict.
        said: what the verdict means.
        rules: each rule that was broken, with the number of findings; the heaviest first.
        findings: the findings that are listed, in order of consequence and line.
        left_out: how many findings are not listed.
        catalogue: what explains the rules.
    """

    arrival: Arrival
    said: Verdict
    rules: tuple[tuple[str, str, int], ...]
    findings: tuple[Finding, ...]
    left_out: int
    catalogue: Catalogue

    @property
    def name(self) -> str:
        """Folder of the sender and name of the file, without its ending."""
        return outbox_name(self.arrival)


def outbox_name(arrival: Arrival) -> str:
    """Where the feedback on an arrival stands: one place per file as sent, whatever its verdict.

    What is skipped is told beside the delivery that counts, and does not take its place.

    Example:
        >>> outbox_name(Arrival("in/notes.txt", verdict="refused"))
        'onbekend/in_notes.txt-a23337c2'
    """
    sent = f"{arrival.file}|{arrival.file_sha256}|{arrival.manifest_sha256}"
    manifest = arrival.manifest
    name = (
        f"{file_name(manifest.delivery_id)}-r{manifest.revision}"
        if manifest
        else file_name(data_stem(arrival.file) or arrival.file)
    )
    again = "-overgeslagen" if arrival.verdict == "skipped" else ""
    short = hashlib.sha256(sent.encode()).hexdigest()[:8]
    return f"{sender_folder(arrival.sent_by)}/{name}-{short}{again}"


def feedback_on(
    arrival: Arrival, found: Iterable[Finding], catalogue: Catalogue, most: int
) -> Feedback:
    """The feedback on an arrival.

    Args:
        arrival: settled by the ledger.
        found: the findings that were kept; each says how many it stands for.
        catalogue: what explains the rules.
        most: findings that are listed at most.
    """
    findings = list(found)
    is_named = any(finding.rule == arrival.rule for finding in findings)
    if arrival.verdict == "refused" and arrival.rule and not is_named:
        # A gate refused it, or it was never read.
        findings.append(Finding(arrival.rule, REFUSE_FILE, arrival.message or ""))
    findings.sort(key=_order)
    counts = _counts(findings)
    listed = tuple(findings[:most])
    warnings = sum(n for _, consequence, n in counts if consequence == WARN)
    said = said_of(
        arrival.verdict or "", is_ei_name(arrival.file), arrival.lines_set_aside, warnings
    )
    if not said.action:
        said = said._replace(action=_repair(catalogue, arrival.rule or ""))
    left_out = sum(n for *_, n in counts) - len(listed)
    return Feedback(arrival, said, counts, listed, left_out, catalogue)


def _order(finding: Finding) -> tuple[int, int, str, str, str, str]:
    return (
        CONSEQUENCES.index(finding.consequence), finding.line or 0, finding.field, finding.rule,
        finding.record, finding.message,
    )  # fmt: skip


def _counts(findings: Sequence[Finding]) -> tuple[tuple[str, str, int], ...]:
    """Rule, consequence and number of findings, those that were not kept included."""
    groups: dict[tuple[str, str, str, str, str], list[Finding]] = {}
    for f in findings:
        groups.setdefault((f.rule, f.consequence, f.record, f.field, f.message), []).append(f)
    counts: dict[tuple[str, str], int] = {}
    for (rule, consequence, *_), same in groups.items():
        stands_for = max(len(same), *(f.lines for f in same))
        counts[rule, consequence] = counts.get((rule, consequence), 0) + stands_for
    ordered = sorted(counts, key=lambda key: (CONSEQUENCES.index(key[1]), -counts[key], key[0]))
    return tuple((rule, consequence, counts[rule, consequence]) for rule, consequence in ordered)


def _title(catalogue: Catalogue, rule: str) -> str:
    return catalogue.by_id[rule].title if rule in catalogue.by_id else rule


def _repair(catalogue: Catalogue, rule: str) -> str:
    return catalogue.by_id[rule].repair if rule in catalogue.by_id else ""


def _message(catalogue: Catalogue, rule: str, message: str) -> str:
    said = facts(message)
    return f"{_title(catalogue, rule)} ({said})" if said else _title(catalogue, rule)


def _summary(feedback: Feedback) -> list[tuple[str, str, Value]]:
    """Key, label and value of everything that holds for the file as a whole."""
    arrival, said = feedback.arrival, feedback.said
    manifest, rule = arrival.manifest, arrival.rule
    reason = _message(feedback.catalogue, rule, arrival.message or "") if rule else None
    rows: list[tuple[str, str, Value]] = [
        ("outcome", "Uitslag", said.name),
        ("meaning", "Wat betekent dit?", said.meaning),
        ("action", "Wat kunt u doen?", said.action),
        ("rule", "Controle die besliste", rule),
        ("reason", "Reden", reason),
        ("file", "Bestand", shown_name(arrival.file)),
    ]
    if manifest is None:
        rows.append(("kind", "Soort", "niet herkend"))
    else:
        rows += [
            ("delivery_id", "Levering", shown_name(manifest.delivery_id)),
            ("revision", "Revisie", manifest.revision),
            ("kind", "Soort", manifest.kind),
            ("care_type", "Zorgsoort", manifest.care_type),
            ("period_from", "Periode van", manifest.period_from.isoformat()),
            ("period_to", "Periode tot en met", manifest.period_to.isoformat()),
        ]
    if arrival.verdict in _JUDGED:
        rows += [
            ("lines", "Regels in het bestand", arrival.lines),
            ("lines_set_aside", "Regels apart gezet", arrival.lines_set_aside),
            ("findings", "Bevindingen", len(feedback.findings) + feedback.left_out),
            ("findings_left_out", "Bevindingen die niet op het blad staan", feedback.left_out),
        ]
    rows += [
        ("sender", "Afzender", arrival.sent_by or "niet bekend"),
        ("file_sha256", "SHA-256 van het bestand", arrival.file_sha256 or None),
        ("rules_sha256", "Versie van de controles (SHA-256)", arrival.rules_sha256),
        ("privacy", "Gegevens van personen", _PRIVACY),
    ]
    return rows


def as_workbook(feedback: Feedback) -> bytes:
    """The feedback as xlsx: Samenvatting, Per regel, Bevindingen."""
    catalogue = feedback.catalogue
    summary = [(label, value) for _, label, value in _summary(feedback) if value is not None]
    rules = [
        (rule, _title(catalogue, rule), FOLLOWS[consequence], number,
         catalogue.by_id[rule].why if rule in catalogue.by_id else None, _repair(catalogue, rule))
        for rule, consequence, number in feedback.rules
    ]  # fmt: skip
    findings: list[tuple[Value, ...]] = [
        (f.line, f.record, f.field, f.rule, _message(catalogue, f.rule, f.message),
         FOLLOWS[f.consequence], _repair(catalogue, f.rule))
        for f in feedback.findings
    ]  # fmt: skip
    if feedback.left_out:
        told = f"En nog {feedback.left_out} bevindingen, die hier niet staan."
        findings.append((None, None, None, None, told, None, None))
    return workbook(
        [
            Sheet("Samenvatting", (34, 100), [("Terugmelding", None), *summary], True),
            Sheet("Per regel", (32, 44, 20, 10, 60, 60),
                  [("Controle", "Wat", "Gevolg", "Aantal", "Waarom", "Herstel"), *rules]),
            Sheet("Bevindingen", (12, 14, 20, 32, 60, 20, 60),
                  [("Regel", "Record", "Veld", "Controle", "Melding", "Gevolg", "Herstel"),
                   *findings]),
        ]
    )  # fmt: skip


def as_json_lines(feedback: Feedback) -> bytes:
    """The same as JSON lines: the delivery, then each rule, then each finding."""
    catalogue = feedback.catalogue
    delivery = {key: value for key, _, value in _summary(feedback)}
    rows: list[Mapping[str, Value]] = [
        {"type": "delivery", "verdict": feedback.arrival.verdict, **delivery}
    ]
    rows += [
        {"type": "rule", "rule": rule, "title": _title(catalogue, rule),
         "consequence": consequence, "findings": number, "repair": _repair(catalogue, rule)}
        for rule, consequence, number in feedback.rules
    ]  # fmt: skip
    rows += [
        {"type": "finding", "line": f.line, "record": f.record, "field": f.field, "rule": f.rule,
         "consequence": f.consequence, "message": _message(catalogue, f.rule, f.message),
         "repair": _repair(catalogue, f.rule)}
        for f in feedback.findings
    ]  # fmt: skip
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(
        errors="replace"
    )
