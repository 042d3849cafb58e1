"""Nothing on 1 to 9 persons is shown, and nothing it could be computed from.

The tests look at a document as a reader does: from its tables only. What a reader could compute is
then held against who it is about, which only the test knows.
"""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import Phase, given, settings

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Cell, Document
from spiegel_core.mirrors.praktijkspiegel.document import praktijkspiegel
from spiegel_core.population.factors import AGE_SEX, COST_GROUP, INCOME, SEXES, YES, age_sex_class

from .practices import (
    SEEDS,
    SMALLEST,
    TREND,
    YEAR,
    drawn_practice,
)
from .reading import charts, column, hidden_in, number, tables

MANY = settings(max_examples=40, phases=(Phase.generate,))


def is_few(persons: int) -> bool:
    """Whether a number of persons may not be shown."""
    return 0 < persons < SMALLEST


def shown_persons(document: Document) -> Iterable[int]:
    """Every number of persons in a table."""
    for table in tables(document).values():
        for row in table.rows:
            for cell, one in zip(row, table.columns, strict=True):
                if one.kind == "persons" and cell.value is not None:
                    yield int(str(cell.value))


@MANY
@given(SEEDS)
def test_no_number_of_persons_is_one_to_nine(seed: int) -> None:
    inputs = drawn_practice(seed)
    assert not [n for n in shown_persons(praktijkspiegel(inputs)) if is_few(n)]


@MANY
@given(SEEDS)
def test_every_value_that_is_not_shown_has_a_reason(seed: int) -> None:
    inputs = drawn_practice(seed)
    for table in tables(praktijkspiegel(inputs)).values():
        dashes = [cell for row in table.rows for cell in row if cell.value is None]
        assert all(cell.reason and cell.reason in table.dash for cell in dashes)
        assert all(not cell.reason for row in table.rows for cell in row if cell.value is not None)


def parts_of(inputs: MirrorInputs) -> dict[str, dict[str, int]]:
    """Who it is about: persons by row of the tables whose rows make up a whole."""
    product = inputs.product
    income = {label: inputs.classes[INCOME, name] for name, label in product.income.items()}
    ages = {
        f"{sex} {label}": sum(inputs.classes[AGE_SEX, age_sex_class(name, sex)] for name in names)
        for sex in SEXES
        for label, names in product.ages.items()
    }
    return {"Inkomen": income, "Leeftijd en geslacht": ages}


def printed_parts(inputs: MirrorInputs, document: Document) -> dict[str, dict[str, Cell]]:
    """The same rows as they are printed."""
    printed = tables(document)
    ages = {
        f"{sex} {label}": cell
        for sex, heading in zip(SEXES, ("Mannen", "Vrouwen"), strict=True)
        for label, cell in column(printed["Leeftijd en geslacht"], heading).items()
    }
    return {"Inkomen": column(printed["Inkomen"], "Patiënten"), "Leeftijd en geslacht": ages}


@MANY
@given(SEEDS)
def test_a_hidden_part_cannot_be_computed_from_the_whole(seed: int) -> None:
    inputs = drawn_practice(seed)
    printed, document = printed_parts(inputs, praktijkspiegel(inputs)), praktijkspiegel(inputs)
    whole = inputs.own.persons["counted"]
    for name, truth in parts_of(inputs).items():
        hidden = hidden_in(printed[name])
        assert {label for label, persons in truth.items() if is_few(persons)} <= hidden
        # What a reader computes: the whole less what is printed.
        left = whole - sum(int(number(c) or 0) for c in printed[name].values())
        assert left == sum(truth[label] for label in hidden)
        assert not hidden or (len(hidden) > 1 and left >= SMALLEST)
    shares = column(tables(document)["Inkomen"], "Uw praktijk")
    assert hidden_in(shares) == hidden_in(printed["Inkomen"])


@MANY
@given(SEEDS)
def test_of_who_has_something_neither_those_with_nor_those_without_are_few(seed: int) -> None:
    inputs = drawn_practice(seed)
    document = praktijkspiegel(inputs)
    whole = inputs.own.persons["counted"]
    product = inputs.product
    for name, labels, key in (
        ("Aandoeningen", product.conditions, lambda name: (name, YES)),
        ("Kostengroepen", inputs.cost_groups, lambda name: (COST_GROUP, name)),
    ):
        cells = column(tables(document)[name], "Patiënten")
        for one, label in labels.items():
            persons = inputs.classes[key(one)]
            hidden = is_few(persons) or is_few(whole - persons)
            assert (cells[label].value is None) == hidden


@MANY
@given(SEEDS)
def test_a_hidden_reason_cannot_be_computed_from_the_total(seed: int) -> None:
    inputs = drawn_practice(seed)
    table = tables(praktijkspiegel(inputs))["Wie telt mee"]
    cells = list(column(table, "Uw praktijk").values())
    few = [is_few(persons) for persons in inputs.own.persons.values()]
    assert [cell.value is None for cell in cells[:-1]] == few
    # One hidden number, and neither the total nor a share of the practice is there.
    assert (cells[-1].value is None) == any(few)
    assert any(few) != ("Aandeel" in [one.label for one in table.columns])


def users_of(inputs: MirrorInputs, year: int) -> dict[str, int]:
    """Who it is about: persons with any of a segment's care, by label."""
    return {label: inputs.compared(name, "users", year).observed
            for name, label in inputs.product.segments.items()}  # fmt: skip


@MANY
@given(SEEDS)
def test_what_a_few_persons_cost_cannot_be_computed_from_the_total(seed: int) -> None:
    inputs = drawn_practice(seed)
    printed = tables(praktijkspiegel(inputs))
    for year in TREND:
        users = users_of(inputs, year)
        amounts = [column(printed["Trend"], f"{year} per patiënt")]
        amounts += [column(printed["Kosten per patiënt"], "Per patiënt")] if year == YEAR else []
        for cells in amounts:
            hidden = hidden_in(cells)
            assert {label for label, persons in users.items() if is_few(persons)} <= hidden
            # The total less the others is what the hidden segments cost together.
            assert not hidden or (len(hidden) > 1 and max(users[x] for x in hidden) >= SMALLEST)


@MANY
@given(SEEDS)
def test_where_an_amount_is_hidden_everything_about_it_is(seed: int) -> None:
    inputs = drawn_practice(seed)
    document = praktijkspiegel(inputs)
    printed = tables(document)
    pairs = (
        ("Kosten per patiënt", "Per patiënt", ("Patiënten met deze zorg", "Kosten per gebruiker"),
         "cost_index"),
        ("Huisartsenzorg", "Per 1.000 patiënten", ("Patiënten bij de huisarts",), "gp_index"),
    )  # fmt: skip
    for name, amount, others, chart in pairs:
        hidden = hidden_in(column(printed[name], amount))
        for other in (name, *others):
            of_others = [one.label for one in printed[other].columns[1:] if one.label != "Verwacht"]
            assert all(hidden <= hidden_in(column(printed[other], one)) for one in of_others)
        drawn = {row["label"]: row for row in charts(document)[chart].data["rows"]}
        for label in hidden:
            row = drawn[label]
            assert (row["index"], row["wide"], row["wider"], row["text"]) == (
                None, [], [], "niet getoond",
            )  # fmt: skip


@MANY
@given(SEEDS)
def test_a_share_of_users_says_nothing_of_few_users_or_few_others(seed: int) -> None:
    inputs = drawn_practice(seed)
    printed = tables(praktijkspiegel(inputs))
    persons = inputs.own.persons["counted"]
    names = {**inputs.product.segments, **inputs.product.gp_care}
    for sheet in ("Patiënten met deze zorg", "Patiënten bij de huisarts"):
        shares = column(printed[sheet], "Patiënten")
        for name, label in names.items():
            users = inputs.compared(name, "users").observed
            if label in shares and (is_few(users) or is_few(persons - users)):
                assert shares[label].value is None
    per_user = column(printed["Kosten per gebruiker"], "Per gebruiker")
    shares = column(printed["Patiënten met deze zorg"], "Patiënten")
    # With the amount per patient, the amount per user would give the share.
    assert hidden_in(shares) <= hidden_in(per_user)


@MANY
@given(SEEDS)
def test_an_amount_of_few_users_is_not_shown(seed: int) -> None:
    inputs = drawn_practice(seed)
    printed = tables(praktijkspiegel(inputs))
    for sheet, amount, names in (
        ("Kosten per patiënt", "Per patiënt", inputs.product.segments),
        ("Huisartsenzorg", "Per 1.000 patiënten", inputs.product.gp_care),
    ):
        few = {label for name, label in names.items()
               if is_few(inputs.compared(name, "users").observed)}  # fmt: skip
        assert few <= hidden_in(column(printed[sheet], amount))
