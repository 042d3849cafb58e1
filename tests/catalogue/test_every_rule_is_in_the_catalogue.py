"""The catalogue and the code name the same rules, with the same consequence."""

from __future__ import annotations

import pytest

from spiegel_core.contracts.catalogue import CONSEQUENCES, NOTE, STOP
from spiegel_core.runtime.catalogue import gates_of, read_catalogue, read_gate
from tests.catalogue.examples import EXAMPLES
from tests.catalogue.of_the_code import put_together, rules_of_the_code

CATALOGUE = read_catalogue()
OF_THE_DOOR = {rule.id: rule for rule in CATALOGUE.rules if not rule.metric}
# A file nobody recognises is judged before there is anything to judge it by.
NOT_BY_EXAMPLE = {"file.unrecognised"}


def test_every_rule_the_code_can_report_is_in_the_catalogue_and_the_reverse() -> None:
    assert rules_of_the_code() == set(OF_THE_DOOR)


def test_no_id_is_put_together_of_parts() -> None:
    assert put_together() == []


def test_every_rule_of_the_door_has_an_example() -> None:
    judged = {name for name, rule in OF_THE_DOOR.items() if rule.place == "door"}
    notes = {name for name in judged if CATALOGUE.rule(name).consequence == NOTE}
    assert notes == {name for name in judged if name.startswith("delivery.")}
    assert set(EXAMPLES) == judged - notes - NOT_BY_EXAMPLE


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_consequence_in_the_code_is_that_of_the_catalogue(rule: str) -> None:
    found = [f for f in EXAMPLES[rule]().findings.kept if f.rule == rule]
    assert found, rule
    assert {f.consequence for f in found} == {CATALOGUE.rule(rule).consequence}


@pytest.mark.parametrize("rule", CATALOGUE.rules, ids=lambda rule: rule.id)
def test_every_rule_says_what_why_and_how_to_repair(rule: object) -> None:
    told = vars(rule)
    for part in ("id", "title", "why", "repair", "source", "owner", "since"):
        assert told[part].strip(), part
    assert told["consequence"] in CONSEQUENCES


def test_only_a_gate_stops_and_every_gate_has_checks() -> None:
    assert gates_of() == ["deliveries", "documents", "gold", "silver", "volumes"]
    assert all(rule.metric for rule in CATALOGUE.rules if rule.consequence == STOP)
    for gate in gates_of():
        assert [c.id for c in read_gate(gate).checks] == [
            rule.id for rule in CATALOGUE.rules if rule.place == gate
        ]
