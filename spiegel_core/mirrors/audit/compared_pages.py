"""The pages of a comparison of two versions: terminal, workbook and PDF are made from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from spiegel_core.contracts.gold import REASONS
from spiegel_core.disclosure.small_cells import is_too_small
from spiegel_core.engine.model import AMOUNT
from spiegel_core.engine.version_parts import OTHER_YEAR, PARTS, WEIGHTS, Input
from spiegel_core.engine.weight_shifts import Shift
from spiegel_core.mirrors.audit.compared import EXPECTED, NATION, OBSERVED, Compared, Split, Target
from spiegel_core.mirrors.audit.compared_words import ORDER, PART_LABELS, together_told
from spiegel_core.mirrors.audit.dashes import HIDDEN, with_dashes_told
from spiegel_core.mirrors.audit.units import Unit
from spiegel_core.mirrors.numbers import rounded
from spiegel_core.mirrors.page_model import Block, Cell, Column, Document, Page, Table, Text

_NAMED, _MOVERS = 6, 25
_CENTS = Fraction(1, 100)
_BOTH_YEARS = Cell(None, "niet te tellen tussen twee zorgjaren")
_QUANTITIES = {EXPECTED: "Verwacht", OBSERVED: "Werkelijk"}
_UNITS = {"euro_cents": "kosten", "tenths": "aantallen"}
_PER = {"euro_cents": "per patiënt", "tenths": "per 1.000 patiënten"}


def compared_document(inputs: Compared, is_whole: bool) -> Document:
    """The comparison as pages.

    Args:
        inputs: what was compared.
        is_whole: every outcome and all movers, as the workbook has them; else those of the pages
            of the product and the largest movers.
    """
    practice = f"praktijk {inputs.practice}" if inputs.practice else "Nederland"
    scopes = [NATION, *([inputs.practice] if inputs.practice else [])]
    told = Text((*ORDER, *together_told(inputs)))
    blocks: tuple[Block, ...] = (told, change_table(inputs), *_reason_tables(inputs))
    pages = [Page("Wat is er veranderd?", blocks)]
    for scope in scopes:
        title = "Nederland" if scope == NATION else practice.capitalize()
        pages.append(Page(title, tuple(split_tables(inputs, scope, is_whole))))
    pages.append(Page("Gewichten en grootste verschuivingen", (
        *weight_tables(inputs, is_whole), class_table(inputs, is_whole),
        practice_table(inputs, is_whole),
    )))  # fmt: skip
    return with_dashes_told(Document(
        "Versies vergeleken", f"versie {inputs.first} en versie {inputs.second}", practice, "",
        inputs.second.year, "voor controle", tuple(pages), inputs.origin,
    ), inputs.smallest)  # fmt: skip


def change_table(inputs: Compared) -> Table:
    """What the versions were computed from and differs, per step and cause."""
    rows: list[tuple[Cell, ...]] = []
    for step in inputs.steps:
        by_cause = Counter(change.cause for change in step.changes)
        for cause in (c for c in PARTS if c in by_cause):
            held = [c for c in step.changes if c.cause == cause]
            names = [one.name for c in held if (one := c.after or c.before) is not None]
            more = f" en {len(names) - _NAMED} andere" if len(names) > _NAMED else ""
            net = sum((_net(c.after) - _net(c.before) for c in held), Fraction(0))
            rows.append((
                Cell(f"{step.before} naar {step.after}"), Cell(PART_LABELS[cause]),
                Cell(len(held)),
                Cell(rounded(net * _CENTS, 2)), Cell(", ".join(names[:_NAMED]) + more),
            ))  # fmt: skip
        if step.before.year != step.after.year:
            rows.append((Cell(f"{step.before} naar {step.after}"), Cell(PART_LABELS[OTHER_YEAR]),
                         _BOTH_YEARS, _BOTH_YEARS, Cell("alle declaraties")))  # fmt: skip
        elif not step.changes:
            rows.append((Cell(f"{step.before} naar {step.after}"), Cell("niets"), Cell(0),
                         Cell(Decimal(0)), Cell("")))  # fmt: skip
    columns = (
        Column("Stap", "text"), Column("Oorzaak", "words"), Column("Aantal", "persons"),
        Column("Netto declaraties", "euro_cents_difference"), Column("Welke", "words"),
    )  # fmt: skip
    note = (
        "Netto declaraties: toegekende bedragen in het zorgjaar van wat erbij kwam min wat "
        "verviel, van alle verzekerden; ook van wie niet meetelt. Een nieuwe aanlevering met "
        "creditregels staat bij beide oorzaken."
    )
    return Table("Waaruit de versies zijn gemaakt", columns, tuple(rows), "Oorzaken", note)


def _net(one: Input | None) -> Fraction:
    return Fraction(0 if one is None else one.debit_cents - one.credit_cents)


def split_tables(inputs: Compared, provider: str, is_whole: bool) -> Iterable[Table]:
    """Expected and observed per person, in parts, for costs and for numbers."""
    for quantity, title in _QUANTITIES.items():
        for kind, what in _UNITS.items():
            splits = [
                s for s in inputs.splits
                if (s.provider, s.quantity, s.target.unit.kind) == (provider, quantity, kind)
                and (is_whole or _is_on_pages(inputs, s.target))
            ]  # fmt: skip
            if splits:
                scope = "NL" if provider == NATION else provider
                name = f"{title} {what} {scope}"
                yield _split_table(splits, f"{title}, {what} {_PER[kind]}, {scope}", name)


def _is_on_pages(inputs: Compared, target: Target) -> bool:
    return target == inputs.chosen or (
        target.outcome in inputs.pages and target.measure == AMOUNT
    )  # fmt: skip


def _split_table(splits: Sequence[Split], title: str, name: str) -> Table:
    """A row per outcome; a part that is 0 for all of them is not printed, but in the workbook."""
    unit = splits[0].target.unit
    shown = {part for split in splits for part in split.mean_parts if not split.is_hidden}
    parts = [p for p in PARTS if p != WEIGHTS or splits[0].quantity == EXPECTED]
    rows, has_rest = [], False
    for split in splits:
        of = split.target.unit
        label = _label(split.target)
        if split.is_hidden:
            rows.append((Cell(label), *[HIDDEN] * (len(parts) + 4)))
            continue
        values = [of.shown(split.mean_parts.get(part, Fraction(0))) for part in parts]
        before, after = of.shown(split.mean_before), of.shown(split.mean_after)
        rest = after - before - sum(values)
        has_rest = has_rest or rest != 0
        rows.append((Cell(label), Cell(before), *map(Cell, values), Cell(rest), Cell(after),
                     Cell(after - before)))  # fmt: skip
    difference = f"{unit.kind}_difference"
    columns = (
        Column("Uitkomst", "text"), Column("Eerst", unit.kind),
        *(Column(PART_LABELS[part], difference, part in shown) for part in parts),
        Column("Afronding", difference, has_rest), Column("Daarna", unit.kind),
        Column("Verschil", difference),
    )  # fmt: skip
    note = "Delen die er niet staan, zijn precies nul."
    return Table(title, columns, tuple(rows), name[:31], note)


def _reason_tables(inputs: Compared) -> list[Table]:
    """Persons with a fee per reason in both versions."""
    tables = []
    for provider, (before, after) in inputs.reasons.items():
        pairs = {name: (before.get(name, 0), after.get(name, 0)) for name in REASONS}
        small = {
            name for name, pair in pairs.items()
            if not inputs.may_tell_persons(*pair)
        }  # fmt: skip
        rows = [
            (Cell(inputs.labels[name]), *([HIDDEN] * 3 if name in small else _pair(*pair)))
            for name, pair in pairs.items()
        ]
        whole = _pair(sum(before.values()), sum(after.values()))
        rows.append((Cell("Allen met een inschrijftarief"), *([HIDDEN] * 3 if small else whole)))
        scope = "NL" if provider == NATION else provider
        columns = (
            Column("Reden", "text"), Column("Eerst", "persons"), Column("Daarna", "persons"),
            Column("Verschil", "persons_difference"),
        )  # fmt: skip
        name = f"Wie telt mee {scope}"
        tables.append(Table(f"Wie telt mee, {scope}", columns, tuple(rows), name))
    return tables


def _pair(before: int, after: int) -> list[Cell]:
    return [Cell(before), Cell(after), Cell(after - before)]


def weight_tables(inputs: Compared, is_whole: bool) -> list[Table]:
    """Per outcome the national mean and the mean absolute shift of the weights."""
    note = (
        "Verschuiving: het gewicht van een klasse min het landelijke gemiddelde van het kenmerk, "
        "daarna min eerst, zonder teken, gemiddeld over personen en kenmerken. Van "
        "geneesmiddelengroepen telt het gewicht zelf: zij hebben geen vergelijkingsklasse."
    )
    tables = []
    for kind, what in _UNITS.items():
        rows = [
            (Cell(_label(moved.target)),
             *(Cell(moved.target.unit.shown(value))
               for value in (moved.before, moved.after, moved.mean_absolute)))
            for moved in inputs.weights
            if moved.target.unit.kind == kind and (is_whole or _is_on_pages(inputs, moved.target))
        ]  # fmt: skip
        columns = (
            Column("Uitkomst", "text"), Column("Gemiddelde eerst", kind), Column("Daarna", kind),
            Column("Verschuiving", kind),
        )  # fmt: skip
        title = f"Hoe ver de gewichten verschoven, {what} {_PER[kind]}"
        if rows:
            tables.append(Table(title, columns, tuple(rows), f"Gewichten {what}", note))
    return tables


def _label(target: Target) -> str:
    return target.label if target.measure == AMOUNT else f"{target.label}, gebruikers"


def class_table(inputs: Compared, is_whole: bool) -> Table:
    """The classes of the chosen outcome that moved most for the nation."""
    unit = inputs.chosen.unit
    shifts = inputs.classes if is_whole else inputs.classes[:_MOVERS]
    rows = [_class_row(inputs, shift, unit) for shift in shifts]
    columns = (
        Column("Kenmerk en klasse", "text"), Column("Personen", "persons"),
        Column("Eerst", unit.kind), Column("Daarna", unit.kind),
        Column("Verschuiving", f"{unit.kind}_difference"),
    )  # fmt: skip
    title = f"Klassen naar verschuiving maal personen: {inputs.chosen.label}"
    return Table(title, columns, tuple(rows), "Klassen",
                 f"Gewicht min het gemiddelde van het kenmerk, {unit.per_person}.")  # fmt: skip


def _class_row(inputs: Compared, shift: Shift, unit: Unit) -> tuple[Cell, ...]:
    name = inputs.labels.get(f"{shift.factor} {shift.name}", shift.name)
    persons = HIDDEN if is_too_small(shift.persons, inputs.smallest) else Cell(shift.persons)
    return (
        Cell(f"{inputs.labels.get(shift.factor, shift.factor)}: {name}"), persons,
        *(Cell(None, "deze versie heeft de klasse niet") if v is None else Cell(unit.shown(v))
          for v in (shift.before, shift.after)),
        Cell(unit.shown(shift.moved)),
    )  # fmt: skip


def practice_table(inputs: Compared, is_whole: bool) -> Table:
    """The practices of the chosen outcome whose expected value per person moved most."""
    unit = inputs.chosen.unit
    moved = inputs.practices if is_whole else inputs.practices[:_MOVERS]
    has_before = inputs.may_tell_persons_of_practices
    rows = [
        (
            Cell(one.agb), Cell(one.persons[0]) if has_before else HIDDEN, Cell(one.persons[1]),
            Cell(unit.shown(one.expected[0])), Cell(unit.shown(one.expected[1])),
            Cell(unit.shown(one.moved)),
            *(Cell(None, "niets verwacht") if v is None else Cell(rounded(v, 0))
              for v in one.index),
        )
        for one in moved
    ]  # fmt: skip
    columns = (
        Column("AGB-code", "text"), Column("Patiënten eerst", "persons"),
        Column("Patiënten daarna", "persons"), Column("Verwacht eerst", unit.kind),
        Column("Verwacht daarna", unit.kind), Column("Verschil", f"{unit.kind}_difference"),
        Column("Index eerst", "index"), Column("Index daarna", "index"),
    )  # fmt: skip
    title = f"Praktijken naar verandering van wat is verwacht: {inputs.chosen.label}"
    note = f"In {unit.per_person}. De volgorde zegt niets over hoe goed een praktijk is."
    return Table(title, columns, tuple(rows), "Praktijken", note)
