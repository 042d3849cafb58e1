"""The chapter that answers: why fewer patients than in my own administration?"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from spiegel_core.contracts.gold import REASONS
from spiegel_core.disclosure.small_cells import hidden_in_partition, is_too_small
from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.numbers import dutch, rounded, shown
from spiegel_core.mirrors.page_model import Cell, Column, Page, Table, Text
from spiegel_core.mirrors.praktijkspiegel.hidden import HIDDEN_OR_TELLING, table

_CENTS = 100
_HIGH_COST = "high_cost"
_COLUMNS: tuple[Column, ...] = (
    Column("Reden", "text"), Column("Uw praktijk", "persons"), Column("Aandeel", "percent"),
    Column("Nederland", "percent"),
)  # fmt: skip


def who_counts_page(inputs: MirrorInputs) -> Page:
    """Persons with a fee by reason, and what high cost left out."""
    return Page(
        "Wie telt mee?",
        (
            Text(
                inputs.text("who_counts"),
                "Waarom tel ik minder patiënten dan in mijn eigen administratie?",
            ),
            reason_table(inputs),
            Text((*_high_cost_rule(inputs), high_cost_sentence(inputs)),
                 "Patiënten met hoge kosten"),
        ),
    )  # fmt: skip


def reason_table(inputs: MirrorInputs) -> Table:
    """A row per reason and one for all; where a reason is hidden, so is the total.

    Without the total, and without shares, a hidden number cannot be computed from the others.
    """
    own = {name: inputs.own.persons.get(name, 0) for name in REASONS}
    country = {name: inputs.country.persons.get(name, 0) for name in REASONS}
    hidden = {name for name in REASONS if is_too_small(own[name], inputs.smallest)}
    hidden_country = hidden_in_partition(country, inputs.smallest)
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(inputs.product.reasons[name]),
            HIDDEN_OR_TELLING if name in hidden else Cell(own[name]),
            _share(own, name),
            HIDDEN_OR_TELLING if name in hidden_country else _share(country, name),
        )
        for name in REASONS
    ]
    total = HIDDEN_OR_TELLING if hidden else Cell(sum(own.values()))
    rows.append((Cell("Alle mensen met een inschrijftarief"), total, _share(own), _share(country)))
    columns = _COLUMNS
    if hidden:
        rows = [(*row[:2], row[3]) for row in rows]
        columns = (*_COLUMNS[:2], _COLUMNS[3])
    title = f"Mensen met een inschrijftarief in het derde kwartaal van {inputs.year}"
    return table(inputs, title, columns, rows, "Wie telt mee")


def _share(persons: Mapping[str, int], name: str = "") -> Cell:
    whole = sum(persons.values())
    part = persons[name] if name else whole
    return Cell(rounded(Fraction(100 * part, max(whole, 1)), 1))


def _high_cost_rule(inputs: MirrorInputs) -> tuple[str, ...]:
    numbers = inputs.rules.numbers
    return inputs.text(
        "high_cost",
        ggz_limit=_euro(numbers.high_cost_ggz_cents),
        total_limit=_euro(numbers.high_cost_total_cents),
    )


def high_cost_sentence(inputs: MirrorInputs) -> str:
    """How many patients high cost left out, and their whole cost; in the country too."""
    number = inputs.own.persons.get(_HIGH_COST, 0)
    if is_too_small(number, inputs.smallest):
        told = inputs.text("high_cost_few")
    elif number == 0:
        told = inputs.text("high_cost_nobody")
    else:
        cost = _euro(inputs.own.cost_cents.get(_HIGH_COST, 0))
        told = inputs.text("high_cost_own", persons=dutch(number), cost=cost)
    country = inputs.country
    if not is_too_small(country.persons.get(_HIGH_COST, 0), inputs.smallest):
        share, cost_share = (_of_counted(counts) for counts in (country.persons,
                                                                country.cost_cents))  # fmt: skip
        told += inputs.text("high_cost_country", share=share, cost_share=cost_share)
    return " ".join(told)


def _of_counted(counts: Mapping[str, int]) -> str:
    """What high cost is of high cost and counted together, as a percentage."""
    high = counts.get(_HIGH_COST, 0)
    share = rounded(Fraction(100 * high, max(high + counts.get("counted", 0), 1)), 1)
    return shown(share, "percent", 1)


def _euro(cents: int) -> str:
    return shown(rounded(Fraction(cents, _CENTS), 0), "euro", 0)
