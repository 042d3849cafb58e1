"""The pages of an explanation: terminal and workbook are made from them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from spiegel_core.contracts.gold import REASONS
from spiegel_core.disclosure.class_counts import Hidden
from spiegel_core.disclosure.small_cells import is_too_small
from spiegel_core.engine.explain import ClassPart, Explanation, exclusion_ladder
from spiegel_core.mirrors.audit.dashes import HIDDEN, with_dashes_told
from spiegel_core.mirrors.audit.explained import (
    Explained,
    characteristic,
    hidden_of,
    label_of,
    observed_may_be_shown,
    rounding_rest,
    steps_of,
)
from spiegel_core.mirrors.numbers import dutch, rounded, shown
from spiegel_core.mirrors.page_model import DECIMALS, Cell, Column, Document, Page, Table, Text

_EXACT = 9

_PERCENT = DECIMALS["percent"]

_NOTES = {"reference": "vergelijkingsklasse", "no_persons": "landelijk niemand",
          "collinear": "volgt uit andere klassen"}  # fmt: skip


def explained_document(inputs: Explained) -> Document:
    """The tables of an explanation, as pages."""
    tables = [ladder_table(inputs)]
    if inputs.found is not None:
        hidden = hidden_of(inputs, inputs.found)
        tables = [
            waterfall_table(inputs, inputs.found, hidden),
            class_table(inputs, inputs.found, hidden), *tables,
        ]  # fmt: skip
    if inputs.availability:
        tables.append(_availability_table(inputs))
    reading = Text(
        (
            "Het verwachte aantal of bedrag per patiënt is het landelijke gemiddelde plus wat elk "
            "kenmerk eraan toevoegt. Een kenmerk voegt toe: het aandeel van een klasse bij de "
            "praktijk min het landelijke aandeel, maal het gewicht, opgeteld over de klassen.",
            "Leeftijd en geslacht zijn in het model één kenmerk. Hier gaat leeftijd voor: "
            "geslacht is wat er binnen de leeftijden bij komt.",
            "Gewichten gelden naast de grootste klasse van het kenmerk, die gewicht 0 heeft.",
        ),
        "Hoe leest u dit?",
    )
    document = Document(
        "Verwachte waarde uitgelegd", f"{inputs.label} ({inputs.outcome}, {inputs.measure})",
        inputs.name, inputs.agb, inputs.year, f"modelversie {inputs.version}",
        (Page("Van landelijk gemiddelde naar verwacht", (reading, *tables)),), inputs.origin,
    )  # fmt: skip
    return with_dashes_told(document, inputs.smallest)


def waterfall_table(inputs: Explained, found: Explanation, hidden: Hidden) -> Table:
    """National mean, what each characteristic adds, expected, and observed."""
    unit = inputs.unit
    has_exact = not inputs.smallest
    rows: list[tuple[Cell, ...]] = []

    def add(label: str, step: Fraction | None, level: Fraction) -> None:
        cells = [Cell(None) if step is None else Cell(unit.shown(step)), Cell(unit.shown(level))]
        if has_exact:
            exact = level if step is None else step
            cells.append(Cell(rounded(exact * unit.factor, _EXACT)))
        rows.append((Cell(label), *cells))

    level = found.mean
    add("Landelijk gemiddelde", None, level)
    for name, step in steps_of(found, hidden.together).items():
        level += step
        add(label_of(inputs, name, hidden), step, level)
    rest = rounding_rest(inputs, found, hidden)
    if rest:
        rows.append((Cell("Afronding van deze tabel"), Cell(rest), Cell(unit.shown(level)),
                     *([Cell(Decimal(0))] if has_exact else [])))  # fmt: skip
    add("Verwacht voor de praktijk", None, level)
    if observed_may_be_shown(inputs, found):
        observed = Fraction(inputs.observed, found.persons)
        add("Werkelijk", None, observed)
        add("Werkelijk min verwacht", observed - level, observed)
    else:
        rows.append((Cell("Werkelijk"), HIDDEN, HIDDEN, *([HIDDEN] if has_exact else [])))
    columns = [Column("Kenmerk", "text"), Column("Erbij of eraf", f"{unit.kind}_difference"),
               Column("Stand", unit.kind)]  # fmt: skip
    if has_exact:
        columns.append(Column("Precies", "exact"))
    title = f"Van landelijk gemiddelde naar verwacht, {unit.per_person}"
    note = _totals(inputs, found) + _told_together(inputs, hidden)
    return Table(title, tuple(columns), tuple(rows), "Waterval", note)


def _totals(inputs: Explained, found: Explanation) -> str:
    """What all patients together are expected to have, and how far the nation is from its mean."""
    unit = inputs.unit
    kind, places = unit.total_kind, DECIMALS[unit.total_kind]
    total = shown(unit.total(found.expected), kind, places)
    exact = shown(rounded(found.expected * unit.total_factor, _EXACT), "exact", _EXACT)
    rest = (Fraction(inputs.national, found.reference) - found.mean) * unit.factor
    return (
        f"Verwacht voor alle {dutch(found.persons)} patiënten samen: {total} ({unit.in_total}; "
        f"precies {exact}). Landelijk telden {dutch(found.reference)} patiënten mee; hun "
        "werkelijke gemiddelde min dit landelijke gemiddelde is "
        f"{shown(rounded(rest, _EXACT), 'exact', _EXACT)} (afronding van de gewichten)."
    )


def _told_together(inputs: Explained, hidden: Hidden) -> str:
    if len(hidden.together) < 2:
        return ""
    named = "; ".join(sorted(characteristic(inputs, name) for name in hidden.together))
    return (
        f" Samen genomen: {named}. Uit elk apart zou een aantal van 1 tot en met "
        f"{inputs.smallest - 1} personen volgen."
    )


def class_table(inputs: Explained, found: Explanation, hidden: Hidden) -> Table:
    """The classes with persons, their shares and weights, and what each adds."""
    unit = inputs.unit
    has_exact = not inputs.smallest
    columns = [
        Column("Kenmerk", "text"), Column("Klasse", "words"), Column("Patiënten", "persons"),
        Column("Aandeel", "percent"), Column("Landelijk", "percent"), Column("Gewicht", unit.kind),
        Column("Voegt toe", f"{unit.kind}_difference"),
        Column("Gewicht, precies", "exact", is_printed=False),
        *([Column("Voegt toe, precies", "exact", is_printed=False)] if has_exact else []),
        Column("Bijzonder", "words", is_printed=False),
    ]  # fmt: skip
    rows = []
    for part in found.classes:
        is_hidden = (part.row.factor, part.row.name) in hidden.classes
        weight = Fraction(part.row.weight, 10**_EXACT)
        rows.append((
            Cell(characteristic(inputs, part.row.factor)), Cell(_class_label(inputs, part)),
            *_counts(found, part, is_hidden),
            Cell(rounded(Fraction(100 * part.row.persons, found.reference), _PERCENT)),
            Cell(unit.shown(weight)),
            HIDDEN if is_hidden else Cell(unit.shown(part.contribution)),
            Cell(rounded(unit.factor * weight, _EXACT)),
            *([Cell(rounded(unit.factor * part.contribution, _EXACT))] if has_exact else []),
            Cell(_NOTES.get(part.row.note, "")),
        ))  # fmt: skip
    title = f"Klassen en gewichten, {unit.per_person}"
    return Table(title, tuple(columns), tuple(rows), "Klassen")


def _counts(found: Explanation, part: ClassPart, is_hidden: bool) -> tuple[Cell, Cell]:
    if is_hidden:
        return HIDDEN, HIDDEN
    share = rounded(Fraction(100 * part.persons, found.persons), _PERCENT)
    return Cell(part.persons), Cell(share)


def _class_label(inputs: Explained, part: ClassPart) -> str:
    return inputs.labels.get(f"{part.row.factor} {part.row.name}", part.row.name)


def ladder_table(inputs: Explained) -> Table:
    """From everybody with a fee at the practice to who counts; the order is that of the rules.

    A total from which a hidden number would follow is hidden too.
    """
    rungs = exclusion_ladder(REASONS, inputs.reasons)
    small = [is_too_small(rung.persons, inputs.smallest) for rung in rungs]
    everybody = Cell(sum(inputs.reasons.values())) if not any(small) else HIDDEN
    rows: list[tuple[Cell, ...]] = [
        (Cell("Met een inschrijftarief in het derde kwartaal"), Cell(None), everybody)
    ]
    for place, rung in enumerate(rungs):
        is_last = rung.reason == REASONS[-1]
        left = HIDDEN if any(small[place + 1 :]) else Cell(rung.left)
        off = Cell(None) if is_last else HIDDEN if small[place] else Cell(-rung.persons)
        rows.append((Cell(inputs.labels[rung.reason]), off, left))
    columns = (Column("Stap", "text"), Column("Eraf", "persons_difference"),
               Column("Blijft over", "persons"))  # fmt: skip
    return Table(f"Wie telt mee in {inputs.year}", columns, tuple(rows), "Wie telt mee")


def _availability_table(inputs: Explained) -> Table:
    rows = tuple(
        (Cell(inputs.labels.get(edition, edition)), Cell(" ".join(reasons)))
        for edition, reasons in sorted(inputs.availability.items())
    )
    columns = (Column("Spiegel", "text"), Column("Reden dat die er niet is", "words"))
    return Table("Beschikbaarheid", columns, rows, "Beschikbaarheid")
