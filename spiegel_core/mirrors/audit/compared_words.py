"""What a comparison of versions says in words: the parts, their order, and what it cannot tell."""

from __future__ import annotations

from spiegel_core.engine.version_parts import (
    CODE,
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
from spiegel_core.mirrors.audit.compared import (
    NO_LINES,
    NO_RULES,
    OTHER_PROGRAM,
    OTHER_RULES,
    Compared,
    Parting,
)

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
_REPLACED = {
    CODE: "programma (staat bij Definities)", LATE: "late declaraties (nieuwe debetregels)",
    CORRECTED: "gecorrigeerde gegevens (met de creditregels)", POPULATION_RULE: "regels wie "
    "meetelt", DEFINITION: "definities",
}  # fmt: skip
_FROM_CLAIMS = "vergelijkt opnieuw met --from-claims, of "
_PROBLEMS = {
    NO_LINES: "van een aanlevering van een van beide zijn de regels er niet meer, of is niet "
    "zeker welke het zijn",
    NO_RULES: "van een van beide is de map conf/ niet bewaard",
    OTHER_RULES: "de bewaarde regels van een van beide zijn niet te lezen, of niet die waarmee zij "
    "is gemaakt",
    OTHER_PROGRAM: "het programma van nu maakt van dezelfde gegevens andere getallen",
}  # fmt: skip


def together_told(inputs: Compared) -> tuple[str, ...]:
    """What was parted from the claims, what could not be told apart, what stands in one version
    only, and what has no cause."""
    told = [] if inputs.partings is None else _partings_told(inputs.partings)
    joined = [
        f"{step.before} naar {step.after} ({', '.join(causes)})"
        for step in inputs.steps
        if len(causes := _causes(step.changes, inputs)) > 1
    ]
    if joined and inputs.partings is None:
        is_one_year = inputs.first.year == inputs.second.year
        told.append(
            "Niet uit elkaar te houden: " + "; ".join(joined) + ". Daar speelden meer oorzaken "
            "tegelijk. Hun gezamenlijke deel staat onder 'Samen'. Wie ze wil scheiden, "
            + (_FROM_CLAIMS if is_one_year else "")
            + "berekent een versie na elke oorzaak: dan staat elke oorzaak in een eigen stap."
        )
    if any(UNKNOWN in split.parts for split in inputs.splits):
        told.append(
            "Er is een verschil zonder bewaarde oorzaak: wat van de versies is bewaard, is gelijk."
        )
    if inputs.only:
        told.append("Alleen in een van beide versies, en niet vergeleken: "
                    + ", ".join(inputs.only) + ".")  # fmt: skip
    return tuple(told)


def _partings_told(partings: tuple[Parting, ...]) -> list[str]:
    """In which order causes of one run were replaced, and which stay together."""
    parted = [one for one in partings if not one.problem]
    told = [
        f"Van {one.before} naar {one.after} speelden meer oorzaken tegelijk. Uit de declaraties is "
        "berekend wat elke oorzaak deed door ze na elkaar te vervangen, in deze volgorde: "
        + ", ".join(_REPLACED[name] for name in one.order)
        + "."
        for one in parted
    ]
    if parted:
        told.append(
            "De volgorde bepaalt mee hoe groot een deel is: in een andere volgorde kan een deel "
            "groter of kleiner zijn. Samen blijven de delen precies het verschil."
        )
    told += [
        f"Niet uit elkaar te houden: {one.before} naar {one.after}, want "
        f"{_PROBLEMS[one.problem]}. Het gezamenlijke deel staat onder 'Samen'."
        for one in partings
        if one.problem
    ]
    return told


def _causes(changes: tuple[Change, ...], inputs: Compared) -> list[str]:
    named = {change.cause for change in changes}
    if inputs.first.year != inputs.second.year:
        named.add(OTHER_YEAR)
    return [PART_LABELS[part] for part in PARTS if part in named]
