"""The validation sheet of a model version as a section of its model card, in Dutch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spiegel_core.engine.validation import (
    FEW,
    FIT,
    NEGATIVE,
    OTHER_YEAR,
    SUBGROUP,
    ValidationRow,
)
from spiegel_core.mirrors.numbers import dutch, rounded
from spiegel_core.mirrors.study_table import markdown_table, percent

_TOTAL = "cost_total"
_CENTS = 100
_SHOWN = 20
_WORDS = {
    "number of conditions": "aantal aandoeningen", "number of cost groups": "aantal kostengroepen",
    "age": "leeftijd", "income": "inkomen", "sex": "geslacht",
    "size of practice": "omvang praktijk",
    "kind of practice": "soort praktijk", "care group": "zorggroep", "low": "laag",
    "yes": "ja", "no": "nee",
    "middle": "midden", "high": "hoog", "unknown": "onbekend", "or more": "of meer",
    "none": "geen", "no working GP": "zonder werkzame huisarts", "duo": "duo", "group": "groep",
    "smallest quarter": "kleinste kwart", "second quarter": "tweede kwart",
    "third quarter": "derde kwart", "largest quarter": "grootste kwart",
    "weights of": "gewichten van",
    "at the level of": "op het niveau van", "and": "en", "with": "met",
}  # fmt: skip
# Longest first, so that no part of a name is taken for a word.
_WORD = re.compile(rf"\b({'|'.join(sorted(_WORDS, key=len, reverse=True))})\b")
_CHECKS = (FIT, OTHER_YEAR)


def validation_text(rows: Sequence[ValidationRow], year: int, fewest: int) -> str:
    """The sheet in short; validation.csv holds every row.

    Args:
        rows: of the sheet.
        year: report year of the model.
        fewest: groups of 1 to fewer persons than this are left out.
    """
    parts = [
        f"## Validatie {year}",
        "Eerst de groepen die niet in het model zitten: daar kan het model er structureel naast "
        "zitten. Verzekeraar, buurt en kosten van een jaar eerder staan niet in de tellingen, dus "
        f"daar valt niets over te zeggen. Getoond zijn de {_SHOWN} groepen met het grootste "
        "restverschil voor de totale kosten, gemeten in standaardfouten.",
        markdown_table(
            ("Kenmerk", "Groep", "Patiënten", "Restverschil per patiënt", "Standaardfout",
             "Verwacht / werkelijk"),
            [_subgroup(row) for row in _largest(rows, fewest)],
        ),
        "Daarna: hoe goed verwachten de gewichten van een jaar eerder dit jaar? Fout: wat "
        "praktijken samen naast hun verwachting zitten, als deel van alle kosten. Er is geen "
        "streefwaarde, ook niet voor de verklaarde variantie.",
        markdown_table(
            ("Uitkomst", "Gewichten", "Verwacht / werkelijk", "Fout van praktijken",
             "Verklaard tussen praktijken", "Verklaarde variantie personen"),
            [_whole(row) for row in rows if row.check in _CHECKS],
        ),
        _below_zero(rows, fewest),
        _few(rows, fewest),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _largest(rows: Sequence[ValidationRow], fewest: int) -> list[ValidationRow]:
    shown = [
        row for row in rows
        if (row.check, row.outcome) == (SUBGROUP, _TOTAL) and (row.persons or 0) >= fewest
        and row.standard_error
    ]  # fmt: skip
    return sorted(shown, key=_errors_away, reverse=True)[:_SHOWN]


def _errors_away(row: ValidationRow) -> float:
    return abs(row.residual or 0.0) / (row.standard_error or 1.0)


def _subgroup(row: ValidationRow) -> tuple[str, ...]:
    return (_dutch(row.characteristic), _dutch(row.group), dutch(row.persons or 0),
            _euros(row.residual), _euros(row.standard_error),
            _number(row.predictive_ratio))  # fmt: skip


def _whole(row: ValidationRow) -> tuple[str, ...]:
    return (row.outcome, _dutch(row.group), _number(row.predictive_ratio),
            _share(row.provider_error), _share(row.provider_cpm),
            _share(row.r_squared))  # fmt: skip


def _dutch(text: str) -> str:
    """The words of groups as a Dutch reader knows them; names and codes stay.

    Example:
        >>> _dutch("age and income"), _dutch("45-64, high"), _dutch("3 or more")
        ('leeftijd en inkomen', '45-64, hoog', '3 of meer')
    """
    return _WORD.sub(lambda found: _WORDS[found.group()], text)


def _below_zero(rows: Sequence[ValidationRow], fewest: int) -> str:
    found = [
        f"{row.outcome} ({_persons(row.persons, fewest)} personen)"
        for row in rows
        if row.check == NEGATIVE and row.persons != 0
    ]
    return f"Verwacht onder nul: {', '.join(found) or 'niemand'}. Zij tellen gewoon mee."


def _few(rows: Sequence[ValidationRow], fewest: int) -> str:
    found = [
        f"{row.characteristic} {row.group} ({_persons(row.persons, fewest)})"
        for row in rows
        if row.check == FEW
    ]
    return f"Klassen met weinig personen: {', '.join(found) or 'geen'}."


def _persons(number: int | None, fewest: int) -> str:
    is_small = number is None or 0 < number < fewest
    return f"minder dan {fewest}" if is_small else dutch(number or 0)


def _euros(cents: float | None) -> str:
    return "–" if cents is None else f"€ {dutch(rounded(cents / _CENTS, 2), 2)}"


def _number(value: float | None) -> str:
    return "–" if value is None else dutch(rounded(value, 3), 3)


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)
