"""The chapter on what the patients are like: the seven characteristics, beside the country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from spiegel_core.disclosure.small_cells import TOO_FEW, hidden_in_partition, is_too_small
from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.numbers import dutch, rounded
from spiegel_core.mirrors.page_model import Cell, Chart, Column, Page, Table, Text
from spiegel_core.mirrors.praktijkspiegel.compare import as_number, number_in
from spiegel_core.population.factors import (
    AGE_SEX,
    COST_GROUP,
    INCOME,
    NO,
    SEXES,
    YES,
    age_sex_class,
)

_SEX_LABELS = {"M": "Mannen", "V": "Vrouwen"}


def characteristics_page(inputs: MirrorInputs) -> Page:
    """Age and sex, income, conditions and cost groups of the patients that count."""
    ages = age_rows(inputs)
    return Page(
        "Wat zijn de kenmerken van uw patiënten?",
        (
            Text(inputs.text("characteristics")),
            _age_chart(inputs, ages),
            Table("Leeftijd en geslacht", _columns("Leeftijd en geslacht"), ages, "",
                  "Leeftijd en geslacht"),
            Table("Inkomen van de buurt", _columns("Inkomen"),
                  _partition(inputs, INCOME, inputs.product.income), "", "Inkomen"),
            Table("Chronische aandoeningen", _columns("Aandoening"), _conditions(inputs), "",
                  "Aandoeningen"),
            Table("Farmaceutische kostengroepen", _columns("Groep"), _cost_groups(inputs),
                  "Een patiënt kan in meer dan één groep zitten.", "Kostengroepen"),
        ),
    )  # fmt: skip


def _columns(first: str) -> tuple[Column, ...]:
    return (
        Column(first, "text"),
        Column("Patiënten", "persons"),
        Column("Uw praktijk (%)", "percent"),
        Column("Nederland (%)", "percent"),
    )


def _persons(classes: Mapping[tuple[str, str], int]) -> int:
    return sum(number for (factor, _), number in classes.items() if factor == AGE_SEX)


def _row(inputs: MirrorInputs, label: str, own: int, country: int, hide: bool) -> tuple[Cell, ...]:
    all_own, all_country = _persons(inputs.classes), _persons(inputs.country_classes)
    hidden = Cell(None, TOO_FEW)
    return (
        Cell(label),
        hidden if hide else Cell(own),
        hidden if hide else _share(own, all_own),
        _share(country, all_country),
    )


def _share(part: int, whole: int) -> Cell:
    return Cell(rounded(Fraction(100 * part, max(whole, 1)), 1))


def age_rows(inputs: MirrorInputs) -> tuple[tuple[Cell, ...], ...]:
    """A row per sex and age group of the pages; the groups are parts of a known whole."""
    groups = {
        f"{_SEX_LABELS[sex]} {label}": [age_sex_class(name, sex) for name in classes]
        for sex in SEXES
        for label, classes in inputs.product.ages.items()
    }
    own = {label: _sum(inputs.classes, AGE_SEX, names) for label, names in groups.items()}
    hidden = hidden_in_partition(own, inputs.smallest)
    return tuple(
        _row(inputs, label, own[label], _sum(inputs.country_classes, AGE_SEX, names),
             label in hidden)
        for label, names in groups.items()
    )  # fmt: skip


def _sum(classes: Mapping[tuple[str, str], int], factor: str, names: Sequence[str]) -> int:
    return sum(classes.get((factor, name), 0) for name in names)


def _partition(
    inputs: MirrorInputs, factor: str, labels: Mapping[str, str]
) -> tuple[tuple[Cell, ...], ...]:
    own = {name: inputs.classes.get((factor, name), 0) for name in labels}
    hidden = hidden_in_partition(own, inputs.smallest)
    return tuple(
        _row(inputs, label, own[name], inputs.country_classes.get((factor, name), 0),
             name in hidden)
        for name, label in labels.items()
    )  # fmt: skip


def _conditions(inputs: MirrorInputs) -> tuple[tuple[Cell, ...], ...]:
    """Persons with each condition; those without would give a hidden number away."""
    rows = []
    for name, label in inputs.product.conditions.items():
        own = inputs.classes.get((name, YES), 0)
        without = inputs.classes.get((name, NO), 0)
        hide = is_too_small(own, inputs.smallest) or is_too_small(without, inputs.smallest)
        rows.append(_row(inputs, label, own, inputs.country_classes.get((name, YES), 0), hide))
    return tuple(rows)


def _cost_groups(inputs: MirrorInputs) -> tuple[tuple[Cell, ...], ...]:
    rows = []
    for name, label in inputs.cost_groups.items():
        own = inputs.classes.get((COST_GROUP, name), 0)
        country = inputs.country_classes.get((COST_GROUP, name), 0)
        rows.append(_row(inputs, label, own, country, is_too_small(own, inputs.smallest)))
    return tuple(rows)


def _age_chart(inputs: MirrorInputs, rows: tuple[tuple[Cell, ...], ...]) -> Chart:
    labels = list(inputs.product.ages)
    by_sex = {
        sex: {
            "own": [as_number(row[2]) for row in rows[start : start + len(labels)]],
            "country": [as_number(row[3]) for row in rows[start : start + len(labels)]],
        }
        for sex, start in zip(SEXES, (0, len(labels)), strict=True)
    }
    told = "; ".join(
        f"{row[0].value} {dutch(number_in(row[2]), 1)}% tegen {dutch(number_in(row[3]), 1)}%"
        if row[2].value is not None
        else f"{row[0].value} niet getoond"
        for row in rows
    )
    title = "Leeftijd en geslacht van uw patiënten, naast Nederland"
    return Chart("ages", title, f"{title}: {told}.", {"labels": labels, "by_sex": by_sex,
                                                       "name": "ages"})  # fmt: skip
