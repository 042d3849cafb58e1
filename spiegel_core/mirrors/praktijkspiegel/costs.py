"""The chapter on cost: every segment, observed beside expected, with its interval drawn."""

from __future__ import annotations

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Page, Text
from spiegel_core.mirrors.praktijkspiegel.compare import Line, line_of
from spiegel_core.mirrors.praktijkspiegel.hidden import HIDDEN_OR_TELLING, hidden_segments
from spiegel_core.mirrors.praktijkspiegel.lines import (
    amount_table,
    index_chart,
    per_user_table,
    users_table,
)


def cost_lines(inputs: MirrorInputs, year: int | None = None) -> list[Line]:
    """The segments and the total in a year, each with what may be shown of it."""
    segments = inputs.product.segments
    users = {name: inputs.compared(name, "users", year).observed for name in segments}
    hidden = hidden_segments(users, inputs.smallest)
    return [
        line_of(inputs, name, label, "euro", 1, HIDDEN_OR_TELLING if name in hidden else None, year)
        for name, label in (segments | inputs.product.total).items()
    ]


def costs_page(inputs: MirrorInputs) -> Page:
    """Cost per segment: per patient, who had any, and per patient who had any."""
    lines = cost_lines(inputs)
    amounts = [(line.label, line.amount) for line in lines]
    users = [(line.label, line.users) for line in lines]
    return Page(
        "Wat kostte de zorg voor uw patiënten?",
        (
            Text(inputs.text("costs")),
            index_chart(amounts, "Kosten per patiënt: index en interval", "cost_index"),
            Text(inputs.text("reading"), "Zo leest u de figuur"),
            amount_table(inputs, lines, "euro", f"Kosten per patiënt in {inputs.year}",
                         "Kosten per patiënt", " ".join(inputs.text("rounded"))),
            index_chart(users, "Patiënten met deze zorg: index en interval", "users_index"),
            users_table(inputs, lines, f"Patiënten met deze zorg in {inputs.year}",
                        "Patiënten met deze zorg"),
            per_user_table(inputs, lines,
                           f"Kosten per patiënt die deze zorg had in {inputs.year}",
                           "Kosten per gebruiker", " ".join(inputs.text("per_user"))),
        ),
    )  # fmt: skip
