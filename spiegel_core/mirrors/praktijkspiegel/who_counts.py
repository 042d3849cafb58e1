"""The chapter that answers: why fewer patients than in my own administration?"""

from __future__ import annotations

from fractions import Fraction

from spiegel_core.contracts.gold import REASONS
from spiegel_core.disclosure.small_cells import TOO_FEW, is_too_small
from spiegel_core.mirrors.inputs import Counts, MirrorInputs
from spiegel_core.mirrors.numbers import dutch, rounded, shown
from spiegel_core.mirrors.page_model import Cell, Column, Page, Table, Text

_CENTS = 100
_COLUMNS = (
    Column("", "text"),
    Column("Uw praktijk", "persons"),
    Column("Aandeel (%)", "percent"),
    Column("Nederland (%)", "percent"),
)


def who_counts_page(inputs: MirrorInputs) -> Page:
    """Persons with a fee by reason, and what high cost left out."""
    return Page(
        "Wie telt mee?",
        (
            Text(
                inputs.text("who_counts"),
                "Waarom tel ik minder patiënten dan in mijn eigen administratie?",
            ),
            Table(
                f"Mensen met een inschrijftarief in het derde kwartaal van {inputs.year}",
                _COLUMNS, reason_rows(inputs), "", "Wie telt mee",
            ),
            Text((*_high_cost_rule(inputs), high_cost_sentence(inputs)),
                 "Patiënten met hoge kosten"),
        ),
    )  # fmt: skip


def reason_rows(inputs: MirrorInputs) -> tuple[tuple[Cell, ...], ...]:
    """A row per reason and one for all; where a reason is hidden, so is the total.

    Without the total, and without shares, a hidden number cannot be computed from the others.
    """
    own = inputs.own.persons
    any_hidden = any(is_too_small(own.get(name, 0), inputs.smallest) for name in REASONS)
    all_own, all_country = sum(own.values()), sum(inputs.country.persons.values())
    rows = []
    for name in REASONS:
        number = own.get(name, 0)
        few = is_too_small(number, inputs.smallest)
        rows.append(
            (
                Cell(inputs.product.reasons[name]),
                Cell(None, TOO_FEW) if few else Cell(number),
                Cell(None, TOO_FEW) if any_hidden else _share(number, all_own),
                _share(inputs.country.persons.get(name, 0), all_country),
            )
        )
    total = Cell(None, TOO_FEW) if any_hidden else Cell(all_own)
    share = Cell(None, TOO_FEW) if any_hidden else _share(all_own, all_own)
    rows.append((Cell("Alle mensen met een inschrijftarief"), total, share, _share(1, 1)))
    return tuple(rows)


def _share(part: int, whole: int) -> Cell:
    return Cell(rounded(Fraction(100 * part, max(whole, 1)), 1))


def _high_cost_rule(inputs: MirrorInputs) -> tuple[str, ...]:
    numbers = inputs.rules.numbers
    return inputs.text(
        "high_cost",
        ggz_limit=shown(numbers.high_cost_ggz_cents // _CENTS, "euro", 0),
        total_limit=shown(numbers.high_cost_total_cents // _CENTS, "euro", 0),
    )


def high_cost_sentence(inputs: MirrorInputs) -> str:
    """How many patients high cost left out, and their whole cost; in the country too."""
    number = inputs.own.persons.get("high_cost", 0)
    if is_too_small(number, inputs.smallest):
        own = "Bij uw praktijk zijn dat minder dan 10 patiënten."
    elif number == 0:
        own = "Bij uw praktijk is dat niemand."
    else:
        cost = shown(_euro(inputs.own), "euro", 0)
        own = f"Bij uw praktijk zijn dat {dutch(number)} patiënten, die samen {cost} kostten."
    country = inputs.country.persons
    attributed = country.get("high_cost", 0) + country.get("counted", 0)
    share = rounded(Fraction(100 * country.get("high_cost", 0), max(attributed, 1)), 1)
    all_cost = inputs.country.cost_cents.get("high_cost", 0) + inputs.country.cost_cents.get(
        "counted", 0
    )
    cost_share = rounded(
        Fraction(100 * inputs.country.cost_cents.get("high_cost", 0), max(all_cost, 1)), 0
    )
    return (
        f"{own} Landelijk is het {dutch(share, 1)}% van de patiënten, met {dutch(cost_share)}% van "
        "de kosten."
    )


def _euro(counts: Counts) -> int:
    return int(rounded(Fraction(counts.cost_cents.get("high_cost", 0), _CENTS), 0))
