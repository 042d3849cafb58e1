"""The chapter on what the patients are like: the seven characteristics, beside the country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from spiegel_core.disclosure.small_cells import hidden_in_partition, users_may_be_shown
from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.numbers import rounded, shown
from spiegel_core.mirrors.page_model import Cell, Chart, Column, Page, Table, Text
from spiegel_core.mirrors.praktijkspiegel.compare import as_number
from spiegel_core.mirrors.praktijkspiegel.hidden import HIDDEN, HIDDEN_OR_TELLING, table
from spiegel_core.population.factors import (
    AGE_SEX,
    COST_GROUP,
    INCOME,
    SEXES,
    YES,
    age_sex_class,
)

_SEX_LABELS = {"M": "Mannen", "V": "Vrouwen"}
Classes = Mapping[tuple[str, str], int]


def characteristics_page(inputs: MirrorInputs) -> Page:
    """Age and sex, income, conditions and cost groups of the patients that count."""
    ages = age_rows(inputs)
    return Page(
        "Wat zijn de kenmerken van uw patiënten?",
        (
            Text(inputs.text("characteristics")),
            _age_chart(inputs, ages),
            _age_table(inputs, ages),
            table(inputs, "Inkomen van de buurt", _columns("Inkomen"),
                  income_rows(inputs), "Inkomen"),
            table(inputs, "Chronische aandoeningen", _columns("Aandoening"),
                  condition_rows(inputs), "Aandoeningen"),
            table(inputs, "Farmaceutische kostengroepen", _columns("Groep"),
                  cost_group_rows(inputs), "Kostengroepen", " ".join(inputs.text("cost_groups"))),
        ),
        starts_page=False,
    )  # fmt: skip


def _columns(first: str) -> tuple[Column, ...]:
    return (
        Column(first, "text"), Column("Patiënten", "persons"), Column("Uw praktijk", "percent"),
        Column("Nederland", "percent"),
    )  # fmt: skip


def _persons(classes: Classes) -> int:
    return sum(number for (factor, _), number in classes.items() if factor == AGE_SEX)


def _share(part: int, whole: int) -> Cell:
    return Cell(rounded(Fraction(100 * part, max(whole, 1)), 1))


def age_rows(inputs: MirrorInputs) -> dict[str, tuple[Cell, ...]]:
    """Persons, share, and share in the country by sex and age group of the pages."""
    bands = age_bands(inputs.product.ages).items()
    return _partition(inputs, {label: [(AGE_SEX, one) for one in names] for label, names in bands})


def age_bands(ages: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The classes of age and sex that the pages show as one, by its label.

    Example:
        >>> age_bands({"0 t/m 4": ["00", "01-04"]})["Vrouwen 0 t/m 4"]
        ['V 00', 'V 01-04']
    """
    return {
        f"{_SEX_LABELS[sex]} {label}": [age_sex_class(name, sex) for name in names]
        for sex in SEXES
        for label, names in ages.items()
    }


def income_rows(inputs: MirrorInputs) -> list[tuple[Cell, ...]]:
    """A row per class of income; everybody has exactly one."""
    groups = {label: [(INCOME, name)] for name, label in inputs.product.income.items()}
    return [(Cell(label), *cells) for label, cells in _partition(inputs, groups).items()]


def _partition(
    inputs: MirrorInputs, groups: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, tuple[Cell, ...]]:
    """Persons and shares of groups that make up the whole, which is known: it is printed."""
    own = {label: _sum(inputs.classes, names) for label, names in groups.items()}
    country = {label: _sum(inputs.country_classes, names) for label, names in groups.items()}
    hidden = hidden_in_partition(own, inputs.smallest)
    hidden_country = hidden_in_partition(country, inputs.smallest)
    whole, whole_country = _persons(inputs.classes), _persons(inputs.country_classes)
    cells: dict[str, tuple[Cell, ...]] = {}
    for label in groups:
        persons, share = Cell(own[label]), _share(own[label], whole)
        if label in hidden:
            persons = share = HIDDEN_OR_TELLING
        there = _share(country[label], whole_country)
        cells[label] = persons, share, HIDDEN_OR_TELLING if label in hidden_country else there
    return cells


def _sum(classes: Classes, names: Sequence[tuple[str, str]]) -> int:
    return sum(classes.get(name, 0) for name in names)


def condition_rows(inputs: MirrorInputs) -> list[tuple[Cell, ...]]:
    """Persons with each condition."""
    names = {label: (name, YES) for name, label in inputs.product.conditions.items()}
    return _with_or_without(inputs, names)


def cost_group_rows(inputs: MirrorInputs) -> list[tuple[Cell, ...]]:
    """Persons in each pharmaceutical cost group."""
    names = {label: (COST_GROUP, name) for name, label in inputs.cost_groups.items()}
    return _with_or_without(inputs, names)


def _with_or_without(
    inputs: MirrorInputs, names: Mapping[str, tuple[str, str]]
) -> list[tuple[Cell, ...]]:
    """Persons that have something; not where those with, or those without, are too few."""
    rows: list[tuple[Cell, ...]] = []
    for label, name in names.items():
        cells = []
        for classes in (inputs.classes, inputs.country_classes):
            persons, whole = classes.get(name, 0), _persons(classes)
            may = users_may_be_shown(persons, whole, inputs.smallest)
            cells += [Cell(persons), _share(persons, whole)] if may else [HIDDEN, HIDDEN]
        # Persons in the country are not shown, only their share.
        rows.append((Cell(label), cells[0], cells[1], cells[3]))
    return rows


def _age_table(inputs: MirrorInputs, ages: Mapping[str, tuple[Cell, ...]]) -> Table:
    """Men and women side by side, a row per age group."""
    columns = [Column("Leeftijd", "text")]
    for sex in SEXES:
        who = _SEX_LABELS[sex]
        columns += [Column(who, "persons"), Column(f"{who}, uw praktijk", "percent"),
                    Column(f"{who}, Nederland", "percent")]  # fmt: skip
    rows = [
        (Cell(label), *(cell for sex in SEXES for cell in ages[f"{_SEX_LABELS[sex]} {label}"]))
        for label in inputs.product.ages
    ]
    return table(inputs, "Leeftijd en geslacht", tuple(columns), rows, "Leeftijd en geslacht",
                 " ".join(inputs.text("ages")))  # fmt: skip


def _age_chart(inputs: MirrorInputs, ages: Mapping[str, tuple[Cell, ...]]) -> Chart:
    """Shares by age group and sex, drawn."""
    by_sex = {}
    for sex in SEXES:
        cells = [ages[f"{_SEX_LABELS[sex]} {label}"] for label in inputs.product.ages]
        by_sex[_SEX_LABELS[sex]] = {
            "own": [as_number(own) for _, own, _ in cells],
            "country": [as_number(country) for _, _, country in cells],
        }
    told = "; ".join(f"{label} {_told(own)} tegen {_told(country)}"
                     for label, (_, own, country) in ages.items())  # fmt: skip
    title = "Leeftijd en geslacht van uw patiënten, naast Nederland (deel van alle patiënten)"
    data = {"labels": list(inputs.product.ages), "by_sex": by_sex, "name": "ages"}
    return Chart("ages", title, f"{title}: {told}.", data)


def _told(cell: Cell) -> str:
    return "niet getoond" if cell.value is None else shown(cell.value, "percent", 1)
