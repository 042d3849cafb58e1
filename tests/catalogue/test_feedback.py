"""Feedback on one file: three sheets and JSON lines that say the same, and no value of a person."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from spiegel_core.deliveries.feedback import Feedback, as_json_lines, as_workbook, feedback_on
from spiegel_core.deliveries.feedback_words import facts
from spiegel_core.deliveries.feedback_workbook import Sheet, workbook
from spiegel_core.deliveries.findings import Finding
from spiegel_core.deliveries.judge import Judgement
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.intake import arrival_of
from tests.catalogue.examples import EXAMPLES, PERSON, judge
from tests.delivering import Delivery

CATALOGUE = read_catalogue()
COLUMNS = ["Regel", "Record", "Veld", "Controle", "Melding", "Gevolg", "Herstel"]
# Rules whose title cannot say what was found.
WITH_FACTS = {
    "file.packing", "file.too_large", "file.ratio", "file.header", "file.line_too_long",
    "file.too_many_set_aside", "manifest.key_unknown", "manifest.value", "field.form",
    "claims.line_gap", "claims.rows", "claims.debit_cents", "claims.credit_cents",
    "register.rows", "insured.days", "insured.days_per_person",
}  # fmt: skip


def feedback(judgement: Judgement, most: int = 1000, **more: Any) -> Feedback:
    arrival = arrival_of("levering.csv", judgement, 1, "k1", CATALOGUE.fingerprint)
    settled = dataclasses.replace(arrival, verdict=arrival.verdict or "admitted")
    settled = dataclasses.replace(settled, **more)
    return feedback_on(settled, judgement.findings.kept, CATALOGUE, most)


def sheets(made: Feedback) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(as_workbook(made)))
    return {s.title: [list(row) for row in s.iter_rows(values_only=True)] for s in book}


def summary(made: Feedback) -> dict[str, Any]:
    return {label: value for label, value, *_ in sheets(made)["Samenvatting"]}


def rows(made: Feedback) -> list[dict[str, Any]]:
    return [json.loads(line) for line in as_json_lines(made).decode().splitlines()]


def test_the_three_sheets_name_line_record_field_rule_message_and_repair() -> None:
    made = sheets(feedback(EXAMPLES["field.form"]()))
    assert list(made) == ["Samenvatting", "Per regel", "Bevindingen"]
    rule = CATALOGUE.rule("field.form")
    assert made["Bevindingen"] == [
        COLUMNS,
        [1, "claims", "cover", "field.form", f"{rule.title} (verwachte vorm [BA])",
         "regel apart gezet", rule.repair],
    ]  # fmt: skip
    assert made["Per regel"][1:] == [
        ["field.form", rule.title, "regel apart gezet", 1, rule.why, rule.repair]
    ]


@pytest.mark.parametrize("rule", EXAMPLES)
def test_every_rule_is_told_in_dutch_with_its_facts_and_how_to_repair(rule: str) -> None:
    judgement = EXAMPLES[rule]()
    made = sheets(feedback(judgement))
    of_rule = CATALOGUE.rule(rule)
    assert rule in [row[0] for row in made["Per regel"]]
    (line, *_) = [row for row in made["Bevindingen"] if row[3] == rule]
    assert line[4].startswith(of_rule.title)
    assert line[6] == of_rule.repair
    (found, *_) = [f for f in judgement.findings.kept if f.rule == rule]
    assert bool(facts(found.message)) == (rule in WITH_FACTS)
    assert (line[4] != of_rule.title) == (rule in WITH_FACTS)


@pytest.mark.parametrize("rule", [r for r in EXAMPLES if r.startswith(("claims", "field", "line"))])
def test_nothing_of_a_persons_values_stands_in_either_file(rule: str) -> None:
    made = feedback(EXAMPLES[rule]())
    with zipfile.ZipFile(io.BytesIO(as_workbook(made))) as book:
        told = b"".join(book.read(name) for name in book.namelist()) + as_json_lines(made)
    for value in PERSON.values():
        assert value.encode() not in told, value


def test_a_total_that_may_be_the_amount_of_one_person_is_not_told() -> None:
    made = feedback(judge(Delivery(lines=[PERSON], manifest={"debit_cents": 1})))
    told = as_json_lines(made).decode()
    assert "claims.debit_cents" in told
    assert PERSON["granted_cents"] not in told
    assert "7.654.321" not in told


def test_findings_are_capped_and_what_is_left_out_is_counted() -> None:
    lines = [*[{"cover": "C"}] * 250, *[{"practice": ""}] * 3, *[{}] * 9000]
    made = feedback(judge(Delivery(lines=lines)), most=60)
    told = sheets(made)
    assert len(told["Bevindingen"]) == 1 + 60 + 1
    assert told["Bevindingen"][-1][4] == "En nog 193 bevindingen, die hier niet staan."
    assert [(row[0], row[3]) for row in told["Per regel"][1:]] == [
        ("field.form", 250), ("field.missing", 3),
    ]  # fmt: skip
    assert summary(made)["Bevindingen"] == 253
    assert summary(made)["Bevindingen die niet op het blad staan"] == 193
    delivery, *others = rows(made)
    assert (delivery["findings"], delivery["findings_left_out"]) == (253, 193)
    assert sum(row["type"] == "finding" for row in others) == 60


def test_the_json_lines_say_what_the_workbook_says() -> None:
    made = feedback(EXAMPLES["file.too_many_set_aside"]())
    delivery, *others = rows(made)
    told = sheets(made)
    assert delivery["outcome"] == summary(made)["Uitslag"] == "Geweigerd"
    found = [row for row in others if row["type"] == "finding"]
    assert [[r["line"], r["record"], r["field"] or None, r["rule"], r["message"]] for r in found] \
        == [row[:5] for row in told["Bevindingen"][1:]]  # fmt: skip
    assert delivery["rules_sha256"] == CATALOGUE.fingerprint


@pytest.mark.parametrize(
    ("rule", "outcome", "action"),
    [
        ("field.form", "Toegelaten, met regels apart gezet", "Verbeter deze regels"),
        ("claims.unusual_list", "Toegelaten", "Kijk of de bevindingen kloppen"),
        ("file.header", "Geweigerd", "Herstel wat op de bladen"),
    ],
)
def test_what_follows_is_clear(rule: str, outcome: str, action: str) -> None:
    told = summary(feedback(EXAMPLES[rule]()))
    assert told["Uitslag"] == outcome
    assert told["Wat kunt u doen?"].startswith(action)


def test_a_delivery_without_a_fault_needs_nothing_to_be_done() -> None:
    made = feedback(judge(Delivery(lines=[{}] * 3)))
    assert summary(made)["Uitslag"] == "Toegelaten"
    assert summary(made)["Wat kunt u doen?"] == "U hoeft niets te doen."
    assert sheets(made)["Bevindingen"] == [COLUMNS]


@pytest.mark.parametrize(
    ("verdict", "rule", "outcome"),
    [
        ("superseded", "delivery.superseded", "Vervangen"),
        ("skipped", "delivery.known", "Overgeslagen"),
        ("copy", "delivery.copy", "Kopie"),
        ("conflict", "delivery.conflict", "Tegenstrijdig"),
        ("waiting", "delivery.waiting", "Wacht"),
    ],
)
def test_each_other_verdict_is_told_with_its_reason(verdict: str, rule: str, outcome: str) -> None:
    made = feedback(judge(Delivery(lines=[{}] * 3)), verdict=verdict, rule=rule, message="")
    told = summary(made)
    assert told["Uitslag"] == outcome
    assert told["Reden"] == CATALOGUE.rule(rule).title
    assert told["Wat kunt u doen?"] == CATALOGUE.rule(rule).repair


def test_a_refusal_by_a_gate_is_a_finding_too() -> None:
    made = feedback(
        judge(Delivery(lines=[{}] * 3)),
        verdict="refused", rule="deliveries.period_at_most_a_year", message="too long",
    )  # fmt: skip
    assert [(f.rule, f.consequence) for f in made.findings] == [
        ("deliveries.period_at_most_a_year", "refuse_file")
    ]


def test_the_order_findings_are_kept_in_changes_nothing() -> None:
    judgement = EXAMPLES["file.too_many_set_aside"]()
    first = feedback(judgement)
    kept = list(reversed(judgement.findings.kept))
    again = feedback_on(first.arrival, kept, CATALOGUE, 1000)
    assert len(kept) > 3
    assert as_workbook(first) == as_workbook(again)
    assert as_json_lines(first) == as_json_lines(again)


def test_text_that_begins_as_a_formula_or_breaks_xml_stays_text() -> None:
    found = Finding("=1+1", "warn", '<b> "&" \x00\ud800', "x", None, "=A1")
    arrival = arrival_of("a.csv", judge(Delivery()), 1, "k1", "")
    made = feedback_on(dataclasses.replace(arrival, verdict="admitted"), [found], CATALOGUE, 9)
    (row,) = sheets(made)["Bevindingen"][1:]
    assert row[1:5] == ["x", "=A1", "=1+1", "=1+1"]
    book = load_workbook(io.BytesIO(as_workbook(made)))
    assert book["Bevindingen"]["C2"].data_type != "f"
    odd = workbook([Sheet("A", (9,), [['<b> "&" \x00\ud800é']])])
    assert load_workbook(io.BytesIO(odd))["A"]["A1"].value == '<b> "&" é'
