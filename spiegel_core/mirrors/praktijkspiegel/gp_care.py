"""The chapter on GP care: contact groups per 1,000 patients, observed beside expected."""

from __future__ import annotations

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Cell, Column, Page, Table, Text
from spiegel_core.mirrors.praktijkspiegel.compare import Line, line_of
from spiegel_core.mirrors.praktijkspiegel.costs import index_chart

_COLUMNS = (
    Column("Contact of verrichting", "text"),
    Column("Per 1.000 patiënten", "per_1000"),
    Column("Verwacht", "per_1000"),
    Column("Index", "index"),
    Column("95%-interval", "text"),
    Column("Verschil met verwacht", "text"),
    Column("Patiënten (%)", "percent"),
    Column("Verwacht (%)", "percent"),
)


def gp_lines(inputs: MirrorInputs) -> list[Line]:
    """The contact groups, each with what may be shown of it."""
    return [
        line_of(inputs, name, label, "per_1000", 1000)
        for name, label in inputs.product.gp_care.items()
    ]


def gp_page(inputs: MirrorInputs) -> Page:
    """What GP care the patients had."""
    lines = gp_lines(inputs)
    rows = tuple(
        (
            Cell(line.label), line.observed, line.expected, line.index, line.interval, line.words,
            line.users, line.users_expected,
        )
        for line in lines
    )  # fmt: skip
    return Page(
        "Welke huisartsenzorg kregen uw patiënten?",
        (
            Text(inputs.text("gp_care")),
            index_chart(inputs, lines, "Huisartsenzorg: index en interval", "gp_index"),
            Table(f"Contacten en verrichtingen in {inputs.year}", _COLUMNS, rows, "",
                  "Huisartsenzorg"),
        ),
    )  # fmt: skip
