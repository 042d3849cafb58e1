"""The chapter on GP care: contact groups per 1,000 patients, observed beside expected."""

from __future__ import annotations

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Page, Text
from spiegel_core.mirrors.praktijkspiegel.compare import Line, line_of
from spiegel_core.mirrors.praktijkspiegel.lines import amount_table, index_chart, users_table


def gp_lines(inputs: MirrorInputs) -> list[Line]:
    """The contact groups, each with what may be shown of it."""
    return [
        line_of(inputs, name, label, "per_1000", 1000)
        for name, label in inputs.product.gp_care.items()
    ]


def gp_page(inputs: MirrorInputs) -> Page:
    """What GP care the patients had."""
    lines = gp_lines(inputs)
    amounts = [(line.label, line.amount) for line in lines]
    return Page(
        "Welke huisartsenzorg kregen uw patiënten?",
        (
            Text(inputs.text("gp_care")),
            index_chart(amounts, "Huisartsenzorg: index en interval", "gp_index"),
            amount_table(inputs, lines, "per_1000", f"Contacten en verrichtingen in {inputs.year}",
                         "Huisartsenzorg"),
            users_table(inputs, lines, f"Patiënten met deze huisartsenzorg in {inputs.year}",
                        "Patiënten bij de huisarts"),
        ),
    )  # fmt: skip
