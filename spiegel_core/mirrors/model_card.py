"""The card of a model version: what it is for and made from, how well it does, its limits.

How well: the fit, the validation sheet, and what the simulation study says of the intervals.

For auditors and owners. Where the version stands (approved, released) is not on it: that changes,
and the register says it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.contracts.rules import ProductSettings
from spiegel_core.engine.design import COLLINEAR, NO_PERSONS
from spiegel_core.engine.diagnostics import TargetDiagnostics
from spiegel_core.engine.model import AMOUNT, Model
from spiegel_core.engine.validation import ValidationRow
from spiegel_core.mirrors.numbers import dutch, rounded
from spiegel_core.mirrors.page_model import Cell, Column, Document, Page, Table, Text
from spiegel_core.mirrors.study_pages import StudyShown, study_pages
from spiegel_core.mirrors.validation_pages import validation_pages

_CENTS = 100
# As many as a line of the table holds.
_DIGITS = 20


@dataclass(frozen=True)
class CardInputs:
    """What a card is made from.

    Args:
        name: of the version, as praktijkspiegel-2021-v1.
        report_year: calendar year of the care.
        product: owner, review date and labels.
        model: the weights.
        diagnostics: per outcome and measure.
        contents: per table the version was made from its rows and SHA-256.
        deliveries: how many deliveries counted.
        facts: further fingerprints, by what they are of.
        smallest_cell: fewest persons a number may be about.
        validation: the validation sheet, as it may be shown.
        study: the last simulation study.
        rules_sha256: rules of the version.
    """

    name: str
    report_year: int
    product: ProductSettings
    model: Model
    diagnostics: Sequence[TargetDiagnostics]
    contents: Mapping[str, tuple[int, str]]
    deliveries: int
    facts: Mapping[str, str]
    smallest_cell: int
    validation: Sequence[ValidationRow]
    study: StudyShown
    rules_sha256: str


def model_card(card: CardInputs) -> Document:
    """The card as pages."""
    product = card.product
    labels = {**product.segments, **product.total}
    pages = (
        Page("Waarvoor is dit model?", (Text(_purpose(card)),)),
        Page("Hoe is het gemaakt?", (Text(_made(card)), _factors(card)), starts_page=False),
        Page("Hoe goed past het?", (Text(_reading()), _fit(card))),
        *validation_pages(card.validation, card.report_year, card.smallest_cell, labels),
        *study_pages(card.study, labels, card.rules_sha256),
        Page("Wat kan het niet?", (Text(_limits(card)),)),
        Page("Waaruit is het gemaakt?", (_inputs(card),), starts_page=False),
        Page("Hoe is het te controleren?", (Text(_checks(card)),), starts_page=False),
    )
    return Document(
        product=f"Modelkaart {product.title}", edition="voor auditors en eigenaren",
        recipient="Verwachte waarden", code=card.name, report_year=card.report_year,
        release=f"eigenaar: {product.owner}, opnieuw beoordelen vóór of op "
        f"{product.review_by.isoformat()}",
        pages=pages, origin=tuple(card.facts.items()), code_label="Versie",
    )  # fmt: skip


def _purpose(card: CardInputs) -> tuple[str, ...]:
    title = card.product.title
    return (
        f"Dit model berekent wat we in {card.report_year} verwachten voor een zorgaanbieder met "
        f"precies zijn patiënten. De {title} zet dat naast wat er werkelijk was.",
        "Het is niet gemaakt om iets te zeggen over één patiënt, om te bepalen wat iemand krijgt "
        "betaald, of om aanbieders op volgorde te zetten. Het zegt ook niet waardoor een verschil "
        "komt.",
        f"De eigenaar is: {card.product.owner}. Na {card.product.review_by.isoformat()} mag er "
        "niets meer mee worden uitgegeven, tot de eigenaar het model opnieuw heeft beoordeeld.",
    )


def _made(card: CardInputs) -> tuple[str, ...]:
    persons = max((row.persons for row in card.diagnostics), default=0)
    return (
        f"Per soort zorg is een lineair model gepast met de kleinste kwadraten, op "
        f"{dutch(persons)} personen: iedereen die meetelt. De vergelijkingen bestaan uit hele "
        "getallen en zijn exact opgelost. Daarna is elk gewicht één keer afgerond, de helft naar "
        "het even cijfer. De afgeronde tabel is het model.",
        "Van elk kenmerk met één klasse per persoon heeft de grootste klasse gewicht 0. Bij "
        "kenmerken met meer klassen per persoon geldt dat voor wie er geen heeft.",
        "spreads.csv bevat per uitkomst de landelijke spreiding: de som van (werkelijk - verwacht) "
        "in het kwadraat over alle personen, gedeeld door wat er verwacht is. Met de landelijke "
        "spreiding, wat er was en wat verwacht is, is elk interval van een bedrag na te rekenen.",
    )


def _factors(card: CardInputs) -> Table:
    rows = tuple(
        (Cell(factor.name), Cell(len(factor.classes)),
         Cell("geen of meer" if factor.is_any else "precies één"))
        for factor in card.model.design.factors.factors
    )  # fmt: skip
    columns = (Column("Kenmerk", "text"), Column("Klassen", "persons"),
               Column("Per persoon", "text"))  # fmt: skip
    return Table("Kenmerken", columns, rows, "Kenmerken")


def _reading() -> tuple[str, ...]:
    return (
        "Landelijk is wat we verwachten gelijk aan wat er was, op de afronding na: dat is het "
        "restverschil. De verklaarde variantie is het deel van de verschillen tussen personen dat "
        "de kenmerken verklaren. Een streefwaarde is er niet: de spiegel vergelijkt groepen, geen "
        "personen. Alle uitkomsten staan in diagnostics.csv.",
    )


def _fit(card: CardInputs) -> Table:
    product = card.product
    labels = {**product.total, **product.segments, **product.gp_care}
    found = {row.outcome: row for row in card.diagnostics if row.measure == AMOUNT}
    money = {t.outcome for t in card.model.targets if t.is_money}
    rows = tuple(
        _fit_row(label, found[name], name in money, card.smallest_cell)
        for name, label in labels.items()
        if name in found
    )
    columns = (
        Column("Uitkomst", "text"), Column("Werkelijk per persoon", "text"),
        Column("Verklaarde variantie", "percent"), Column("Restverschil", "ratio"),
        Column("Toegestaan", "ratio"), Column("Personen onder nul", "text"),
    )  # fmt: skip
    note = ("Restverschil en toegestaan zijn landelijke totalen, in centen of aantallen. Personen "
            "onder nul: van wie we minder dan nul verwachten; zij tellen gewoon mee.")  # fmt: skip
    return Table("Hoe goed het model past", columns, rows, "Passing", note=note,
                 dash="Een streepje: niet te bepalen, want iedereen had hetzelfde.")  # fmt: skip


def _fit_row(label: str, row: TargetDiagnostics, is_money: bool, few: int) -> tuple[Cell, ...]:
    each = Fraction(row.observed, max(row.persons, 1))
    shown = f"€ {dutch(rounded(each / _CENTS, 2), 2)}" if is_money else dutch(rounded(each, 3), 3)
    explained = None if row.r_squared is None else rounded(Fraction(row.r_squared) * 100, 1)
    is_small = 0 < row.negative_persons < few
    return (
        Cell(label), Cell(shown), Cell(explained), Cell(rounded(row.residual, 3)),
        Cell(rounded(row.allowed_residual, 3)),
        Cell(f"minder dan {few}" if is_small else dutch(row.negative_persons)),
    )  # fmt: skip


def _limits(card: CardInputs) -> tuple[str, ...]:
    model = card.model
    held = list(zip(model.design.columns, model.notes, strict=True))
    named = {
        why: [f"{factor} {name}" for (factor, name), note in held if note == why]
        for why in (NO_PERSONS, COLLINEAR)
    }
    nobody, follows = (", ".join(named[note]) or "geen" for note in (NO_PERSONS, COLLINEAR))
    return (
        f"Klassen zonder personen, met gewicht 0: {nobody}.",
        f"Klassen die volgen uit andere klassen, met gewicht 0: {follows}.",
        "Wat niet in declaraties staat, ziet het model niet: hoe zwaar een ziekte is, hoe iemand "
        "woont, wat iemand zelf betaalt. Gewichten zijn geen oorzaken: een gewicht zegt wat "
        "mensen met een kenmerk gemiddeld meer of minder hadden.",
    )


def _inputs(card: CardInputs) -> Table:
    rows = tuple((Cell(name), Cell(number), Cell(digest[:_DIGITS]))
                 for name, (number, digest) in card.contents.items())  # fmt: skip
    columns = (Column("Tabel", "text"), Column("Rijen", "persons"),
               Column("SHA-256 (begin)", "words"))  # fmt: skip
    note = (f"{dutch(card.deliveries)} leveringen tellen mee; inputs/ noemt ze, en per tabel en "
            "aanbieder de SHA-256.")  # fmt: skip
    return Table("Tabellen", columns, rows, "Herkomst van de sommen", note=note)


def _checks(card: CardInputs) -> tuple[str, ...]:
    return (
        f"spiegel audit verify {card.name} controleert de handtekening en elk bestand, telt de "
        "vergelijkingen opnieuw op uit de sommen en lost ze opnieuw op, tot op het laatste cijfer.",
        "Met --export MAP komen de sommen erbij als CSV, met een SQL-bestand dat de gewichten "
        "controleert zonder dit programma. Met --from-claims worden ook de sommen opnieuw gemaakt.",
    )
