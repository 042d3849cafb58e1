"""The validation sheet of a model version as pages of its model card, in Dutch.

In the order a reader should see them: groups outside the model, another year, expected values
below zero, classes with few persons. Nothing has a pass mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from spiegel_core.engine.validation import (
    FEW,
    FIT,
    NEGATIVE,
    OTHER_YEAR,
    SUBGROUP,
    ValidationRow,
)
from spiegel_core.mirrors.numbers import dutch, rounded
from spiegel_core.mirrors.page_model import Cell, Column, Page, Table, Text

_TOTAL = "cost_total"
_CENTS = 100
_SHOWN = 20
_WORDS = {
    "number of conditions": "aantal aandoeningen", "number of cost groups": "aantal kostengroepen",
    "age_sex": "leeftijd en geslacht", "fkg": "kostengroep",
    "age": "leeftijd", "income": "inkomen", "sex": "geslacht",
    "size of practice": "omvang praktijk",
    "kind of practice": "soort praktijk", "care group": "zorggroep", "low": "laag",
    "yes": "ja", "no": "nee",
    "middle": "midden", "high": "hoog", "unknown": "onbekend", "or more": "of meer",
    "none": "geen", "no working GP": "zonder werkzame huisarts", "duo": "duo", "group": "groep",
    "smallest quarter": "kleinste kwart", "second quarter": "tweede kwart",
    "third quarter": "derde kwart", "largest quarter": "grootste kwart",
    "and": "en",
}  # fmt: skip
# Longest first, so that no part of a name is taken for a word.
_WORD = re.compile(rf"\b({'|'.join(sorted(_WORDS, key=len, reverse=True))})\b")
Labels = Mapping[str, str]


def validation_pages(
    rows: Sequence[ValidationRow], year: int, fewest: int, labels: Labels
) -> tuple[Page, ...]:
    """The sheet in short; validation.csv holds every row.

    Args:
        rows: of the sheet, as they may be shown.
        year: report year of the model.
        fewest: groups of 1 to fewer persons than this are left out.
        labels: of outcomes, as a product names them.
    """
    return (
        Page("Waar kan het model ernaast zitten?", (Text(_about()), _subgroups(rows, fewest))),
        Page("Hoe goed verwacht het een ander jaar?",
             (Text(_about_years(rows, year)), _years(rows, year, labels))),
        Page("Waar moet u op letten?",
             (_below_zero(rows, fewest, labels),
              Text(_few(rows, fewest), "Klassen met weinig personen"),
              Text(_no_promise(), "Verklaarde variantie")), starts_page=False),
    )  # fmt: skip


def _about() -> tuple[str, ...]:
    return (
        "Eerst de groepen die niet in het model zitten: daar kan het model er structureel naast "
        "zitten. Verzekeraar, buurt en kosten van een jaar eerder staan niet in de tellingen, dus "
        "daar valt niets over te zeggen.",
        f"Getoond zijn de {_SHOWN} groepen met het grootste restverschil voor de totale kosten, "
        "gemeten in standaardfouten. Restverschil: werkelijk min verwacht; boven nul is er te "
        "weinig verwacht. Alle groepen en alle segmenten staan in validation.csv.",
    )


def _subgroups(rows: Sequence[ValidationRow], fewest: int) -> Table:
    shown = [
        row for row in rows
        if (row.check, row.outcome) == (SUBGROUP, _TOTAL) and (row.persons or 0) >= fewest
        and row.standard_error
    ]  # fmt: skip
    largest = sorted(shown, key=_errors_away, reverse=True)[:_SHOWN]
    columns = (
        Column("Kenmerk", "text"), Column("Groep", "text"), Column("Patiënten", "persons"),
        Column("Restverschil per patiënt", "euro_cents_difference"),
        Column("Standaard\u00adfout", "euro_cents"), Column("Verwacht / werkelijk", "ratio"),
    )  # fmt: skip
    lines = tuple(
        (Cell(_dutch(row.characteristic)), Cell(_dutch(row.group)), Cell(row.persons),
         _euros(row.residual), _euros(row.standard_error), _ratio(row.predictive_ratio))
        for row in largest
    )  # fmt: skip
    return Table("Groepen die niet in het model zitten, totale kosten", columns, lines,
                 "Groepen buiten het model")  # fmt: skip


def _errors_away(row: ValidationRow) -> float:
    return abs(row.residual or 0.0) / (row.standard_error or 1.0)


def _about_years(rows: Sequence[ValidationRow], year: int) -> tuple[str, ...]:
    if not any(row.check == OTHER_YEAR for row in rows):
        return (
            f"Van {year - 1} is er in deze opslag geen model. Hoe goed gewichten een ander jaar "
            "verwachten, is dus nog niet te zeggen; hieronder staat alleen het eigen jaar.",
        )
    return (
        f"Hoe goed verwachten de gewichten van {year - 1} het jaar {year}, dat zij niet kenden? "
        "Fout: wat praktijken samen naast hun verwachting zitten, als deel van alle kosten. Zorg "
        f"wordt elk jaar duurder; op het niveau van {year} is dat eruit gehaald.",
    )


def _years(rows: Sequence[ValidationRow], year: int, labels: Labels) -> Table:
    found = {(row.outcome, row.group): row for row in rows if row.check in (FIT, OTHER_YEAR)}
    own, earlier = f"weights of {year}", f"weights of {year - 1}"
    level = f"{earlier}, at the level of {year}"
    columns = (
        Column("Uitkomst", "text"), Column(f"Verwacht / werkelijk, gewichten {year - 1}", "ratio"),
        Column(f"Fout van praktijken, gewichten {year - 1}", "percent"),
        Column(f"Idem, op het niveau van {year}", "percent"),
        Column(f"Fout van praktijken, gewichten {year}", "percent"),
        Column(f"Verklaarde variantie, gewichten {year - 1}", "percent"),
        Column(f"Verklaarde variantie, gewichten {year}", "percent"),
    )  # fmt: skip
    lines = tuple(
        (Cell(labels.get(outcome, outcome)),
         _number(found, (outcome, earlier), "predictive_ratio"),
         *(_number(found, (outcome, group), "provider_error") for group in (earlier, level, own)),
         *(_number(found, (outcome, group), "r_squared") for group in (earlier, own)))
        for outcome in dict.fromkeys(outcome for outcome, _ in found)
    )  # fmt: skip
    dash = f"Een streepje: niet te bepalen, of er is geen model van {year - 1}."
    return Table("Gewichten van vorig jaar op dit jaar", columns, lines, "Ander jaar",
                 dash=dash)  # fmt: skip


def _below_zero(rows: Sequence[ValidationRow], fewest: int, labels: Labels) -> Table:
    columns = (
        Column("Uitkomst", "text"),
        Column("Personen", "text"),
        Column("Praktijken", "persons"),
    )
    lines = tuple(
        (Cell(labels.get(row.outcome, row.outcome)), Cell(_persons(row.persons, fewest)),
         Cell(row.providers))
        for row in rows
        if row.check == NEGATIVE
    )  # fmt: skip
    note = ("Personen van wie minder dan nul wordt verwacht; zij tellen gewoon mee. Praktijken: "
            "waar dat ook voor alle patiënten samen zo is.")  # fmt: skip
    return Table("Verwacht onder nul", columns, lines, "Verwacht onder nul", note=note)


def _few(rows: Sequence[ValidationRow], fewest: int) -> tuple[str, ...]:
    """A paragraph per characteristic: there may be many classes."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.check == FEW:
            told = f"{_dutch(row.group)} ({_persons(row.persons, fewest)})"
            found.setdefault(row.characteristic, []).append(told)
    if not found:
        return ("Er zijn geen klassen met minder personen dan een praktijk met een spiegel heeft.",)
    return (
        "Het gewicht van een klasse met weinig personen berust op weinig. Genoemd zijn klassen met "
        "minder personen dan een praktijk met een spiegel heeft, en hun personen.",
        *(f"{_dutch(name).capitalize()}: {', '.join(told)}." for name, told in found.items()),
    )


def _no_promise() -> tuple[str, ...]:
    return (
        "Over de verklaarde variantie (R²) wordt niets beloofd: kosten van personen zijn grillig, "
        "en een spiegel vergelijkt groepen.",
    )


def _dutch(text: str) -> str:
    """The words of groups as a Dutch reader knows them; names and codes stay.

    Example:
        >>> _dutch("age and income"), _dutch("45-64, high"), _dutch("3 or more")
        ('leeftijd en inkomen', '45-64, hoog', '3 of meer')
    """
    return _WORD.sub(lambda found: _WORDS[found.group()], text)


def _persons(number: int | None, fewest: int) -> str:
    is_small = number is None or 0 < number < fewest
    return f"minder dan {fewest}" if is_small else dutch(number or 0)


def _euros(cents: float | None) -> Cell:
    return Cell(None if cents is None else rounded(cents / _CENTS, 2))


def _ratio(value: float | None) -> Cell:
    return Cell(None if value is None else rounded(value, 3))


def _number(rows: Mapping[tuple[str, str], ValidationRow], key: tuple[str, str], name: str) -> Cell:
    """A figure of a row that may not be there; shares in percent."""
    value = getattr(rows.get(key), name, None)
    if name == "predictive_ratio":
        return _ratio(value)
    return Cell(None if value is None else rounded(100 * value, 1))
