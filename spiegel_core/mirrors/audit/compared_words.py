"""What a comparison of versions says in words: the parts, their order, and what it cannot tell."""

from __future__ import annotations

from spiegel_core.engine.version_parts import (
    CORRECTED,
    DEFINITION,
    LATE,
    OTHER_YEAR,
    PARTS,
    POPULATION_RULE,
    TOGETHER,
    UNKNOWN,
    WEIGHTS,
    Change,
)
from spiegel_core.mirrors.audit.compared import Compared

PART_LABELS = {
    OTHER_YEAR: "Ander zorgjaar", POPULATION_RULE: "Regels wie meetelt",
    CORRECTED: "Gecorrigeerde gegevens", LATE: "Late declaraties", DEFINITION: "Definities",
    TOGETHER: "Samen", UNKNOWN: "Geen oorzaak bekend", WEIGHTS: "Gewichten",
}  # fmt: skip
ORDER = (
    "Een verschil tussen twee versies staat hier in delen, die samen precies het verschil zijn. De "
    "volgorde staat vast: eerst wie er meetelt en met welke kenmerken (met de oude gewichten), "
    "daarna de gewichten (met de nieuwe personen). Zijn er versies tussen de twee bewaard, dan "
    "gaat het stap voor stap en worden de delen opgeteld.",
    "Waardoor anderen meetellen, volgt uit wat er in een stap verschilt: regels voor wie meetelt, "
    "gecorrigeerde gegevens (vervangen of vervallen aanleveringen, creditregels en registers), "
    "late declaraties, of definities (uitkomsten, kenmerken, codelijsten en programma).",
)


def together_told(inputs: Compared) -> tuple[str, ...]:
    """What could not be told apart, what stands in one version only, and what has no cause."""
    told = []
    joined = [
        f"{step.before} naar {step.after} ({', '.join(causes)})"
        for step in inputs.steps
        if len(causes := _causes(step.changes, inputs)) > 1
    ]
    if joined:
        told.append(
            "Niet uit elkaar te houden: " + "; ".join(joined) + ". Daar speelden meer oorzaken "
            "tegelijk. Hun gezamenlijke deel staat onder 'Samen'. Wie ze wil scheiden, berekent "
            "een versie na elke oorzaak: dan staat elke oorzaak in een eigen stap."
        )
    if any(UNKNOWN in split.parts for split in inputs.splits):
        told.append(
            "Er is een verschil zonder bewaarde oorzaak: wat van de versies is bewaard, is gelijk."
        )
    if inputs.only:
        told.append("Alleen in een van beide versies, en niet vergeleken: "
                    + ", ".join(inputs.only) + ".")  # fmt: skip
    return tuple(told)


def _causes(changes: tuple[Change, ...], inputs: Compared) -> list[str]:
    named = {change.cause for change in changes}
    if inputs.first.year != inputs.second.year:
        named.add(OTHER_YEAR)
    return [PART_LABELS[part] for part in PARTS if part in named]
