"""The simulation study on a model card: what was asked, what came out, where it falls short.

Both ways to take the chance of a practice stand side by side, whichever of them is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spiegel_core.mirrors.numbers import dutch
from spiegel_core.mirrors.page_model import Cell, Column, Page, Table, Text
from spiegel_core.mirrors.study_answers import answers_table, held, power_table
from spiegel_core.mirrors.study_figures import coverage_chart, power_chart
from spiegel_core.mirrors.study_table import WAY_WORDS, asked_of, percent, setting_words
from spiegel_core.statistics.study import (
    CHANGES,
    COVERAGE,
    FALSE_SIGNALS,
    POWER,
    WAYS,
    StudyRow,
)

_DIGITS = 12
Labels = Mapping[str, str]


@dataclass(frozen=True)
class StudyShown:
    """A study with what it was made from.

    Args:
        made_on: day it ran, as 2026-11-21.
        persons: of the country the practices are drawn from.
        practices: per size of practice (persons) how many were drawn.
        groups, group_practices: groups of practices for signals and changes, and their size.
        seed: of chance.
        rules_sha256, code_sha256: what it ran with.
        published: the way the published interval is made: OWN or NATIONAL.
        rows: the answers.
    """

    made_on: str
    persons: int
    practices: Mapping[int, int]
    groups: int
    group_practices: int
    seed: int
    rules_sha256: str
    code_sha256: str
    published: str
    rows: tuple[StudyRow, ...]


def study_pages(study: StudyShown, labels: Labels, rules_sha256: str) -> tuple[Page, ...]:
    """The chapters of the study.

    Args:
        study: answers and plan.
        labels: of outcomes, as a product names them.
        rules_sha256: rules of the version the card is of.
    """
    asked = [row for row in study.rows if row.question == COVERAGE and row.at_least is not None]
    signals = [row for row in study.rows if row.question == FALSE_SIGNALS]
    found = [row for row in study.rows if row.question == POWER]
    moved = [row for row in study.rows if row.question == CHANGES]
    return (
        Page("Kloppen de intervallen en de signalen?",
             (Text(_about(study, rules_sha256)), _in_short(study), Text(_verdict(study, labels)))),
        Page("Hoe vaak bevat het 95%-interval de waarheid?",
             (coverage_chart(asked, WAY_WORDS),
              answers_table("Dekking van het 95%-interval", "Dekking", asked, labels))),
        Page("Welke verschillen worden gevonden, en welke ten onrechte?",
             (answers_table("Onterechte signalen", "Onterechte signalen", signals, labels),
              Text(_reading_of_power()), power_chart(found, WAY_WORDS), power_table(found))),
        Page("Wat is een verandering van jaar op jaar?",
             (Text(_guard()), answers_table("Veranderingen bij praktijken waar niets veranderde",
                                       "Veranderingen", moved, labels))),
    )  # fmt: skip


def _about(study: StudyShown, rules_sha256: str) -> tuple[str, ...]:
    drawn = ", ".join(
        f"{dutch(number)} van {dutch(size)} patiënten" for size, number in study.practices.items()
    )
    same = study.rules_sha256 == rules_sha256
    return (
        "Of een interval klopt, is alleen te zien waar de waarheid bekend is. Daarom zijn "
        "praktijken getrokken uit een verzonnen land, met verschillen die er zelf in zijn "
        f"gebracht. De studie is van {study.made_on}; make study maakt haar opnieuw.",
        f"Plan: {dutch(study.persons)} verzonnen personen, zaad {study.seed}. Voor de dekking zijn "
        f"getrokken: {drawn}. Voor signalen en veranderingen: {study.groups} groepen van "
        f"{dutch(study.group_practices)} praktijken. Regels {study.rules_sha256[:_DIGITS]}, "
        f"programma {study.code_sha256[:_DIGITS]}.",
        "De studie is gemaakt met dezelfde regels als deze versie." if same else
        f"Let op: de studie is gemaakt met andere regels dan deze versie (regels "
        f"{rules_sha256[:_DIGITS]}). Wat hier staat, hoeft voor deze versie niet te gelden, tot "
        "de studie opnieuw is gedaan.",
        f"Gepubliceerd wordt het interval met de {WAY_WORDS[study.published]}. Eigen spreiding: "
        "de toevalskans volgt uit de patiënten van de praktijk zelf. Landelijke spreiding: zij "
        "volgt uit alle patiënten samen. Beide zijn gemeten.",
    )  # fmt: skip


def _in_short(study: StudyShown) -> Table:
    """Per norm how many answers are as asked; an answer is of one outcome and kind of practice."""
    norms: dict[tuple[str, str], list[StudyRow]] = {}
    for row in study.rows:
        if row.holds is not None:
            norms.setdefault((row.question, asked_of(row)), []).append(row)
    rows = tuple(
        (Cell(_told(question, group)), Cell(norm), *(Cell(held(group, way)) for way in WAYS))
        for (question, norm), group in norms.items()
    )
    columns = (Column("Vraag", "text"), Column("Gevraagd", "text"),
               *(Column(f"Gehaald, {WAY_WORDS[way]}", "text") for way in WAYS))  # fmt: skip
    note = ("Gehaald: hoeveel antwoorden zijn zoals gevraagd. Er is een antwoord per uitkomst en "
            "per soort praktijk. Voor het vinden van een ingebracht verschil is geen norm "
            "gesteld.")  # fmt: skip
    return Table("In het kort", columns, rows, "Studie in het kort", note=note)


def _told(question: str, group: Sequence[StudyRow]) -> str:
    sizes = sorted({row.persons for row in group})
    reach = dutch(sizes[0]) + (f" tot {dutch(sizes[-1])}" if len(sizes) > 1 else "")
    return {
        COVERAGE: f"95%-interval bevat de waarheid, praktijken van {reach} patiënten",
        FALSE_SIGNALS: "Signaal terwijl de praktijk niet verschilt",
        CHANGES: "Verandering gemeld terwijl er niets veranderde",
    }[question]


def _verdict(study: StudyShown, labels: Labels) -> tuple[str, ...]:
    """Per way a sentence: everything as asked, or where it falls short most."""
    return tuple(_shortfall(study.rows, way, labels) for way in WAYS)


def _shortfall(rows: Iterable[StudyRow], way: str, labels: Labels) -> str:
    own = [row for row in rows if row.way == way and row.holds is not None]
    short = [row for row in own if not row.holds]
    named = f"Met de {WAY_WORDS[way]}"
    if not short:
        return f"{named} zijn alle {len(own)} antwoorden zoals gevraagd."
    clear = sum(_is_beyond_chance(row) for row in short)
    worst = max(short, key=_distance)
    words = setting_words(worst.setting).removeprefix("95%").removeprefix(", ")
    parts = f" ({words})" if words else ""
    return (
        f"{named} zijn {len(short)} van de {len(own)} antwoorden niet zoals gevraagd; {clear} "
        "daarvan ook buiten het toeval van de studie zelf. Het verst van de norm: "
        f"{labels.get(worst.outcome, worst.outcome)}, praktijken van {dutch(worst.persons)} "
        f"patiënten{parts}: {percent(worst.share)}, {asked_of(worst)} gevraagd."
    )


def _is_beyond_chance(row: StudyRow) -> bool:
    """Whether all of the 95% interval of the share itself is on the wrong side of the norm."""
    lower, upper = row.interval.lower or 0.0, row.interval.upper or 1.0
    return upper < (row.at_least or 0.0) or lower > (1.0 if row.at_most is None else row.at_most)


def _distance(row: StudyRow) -> float:
    """How far from what is asked, as a part of what may go wrong."""
    if row.at_least is not None:
        return (row.at_least - row.share) / (1 - row.at_least)
    return (row.share - (row.at_most or 0.0)) / (row.at_most or 1.0)


def _reading_of_power() -> tuple[str, ...]:
    return (
        "Een signaal is een praktijk buiten de 99,8%-grenzen van haar groep, met de gewone "
        "verschillen tussen praktijken meegerekend. Een op de tien praktijken kreeg op alle zorg "
        "het verschil erbij, boven op haar gewone verschil. Een klein verschil wordt dus vaak niet "
        "gevonden: geen signaal betekent niet dat er geen verschil is.",
    )


def _guard() -> tuple[str, ...]:
    return (
        "Een praktijk die in het eerste jaar ver van het gemiddelde ligt, komt het volgende jaar "
        "vanzelf dichterbij: terugval naar het gemiddelde. Daarom wordt het tweede jaar niet naast "
        "het eerste gelegd, maar naast wat een praktijk met zo'n eerste jaar zou hebben als er "
        "niets veranderde. Dat volgt uit het toeval van beide jaren en de spreiding tussen "
        "praktijken. Zonder die correctie zou juist bij wie ver afweek te vaak een verandering "
        "worden gemeld; de regels zonder correctie laten dat zien.",
        "Een verandering is hier gemeld bij p onder 0,05; met correctie door beide alleen als de "
        "eigen en de landelijke spreiding haar allebei melden. Met dezelfde patiënten in beide "
        "jaren, zoals in het echt meestal, lijken de jaren op elkaar; met andere patiënten is de "
        "proef het zwaarst.",
    )
