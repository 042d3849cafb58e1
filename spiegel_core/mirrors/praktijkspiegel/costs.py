"""The chapter on cost: every segment, observed beside expected, with its interval drawn."""

from __future__ import annotations

from spiegel_core.disclosure.small_cells import hidden_amounts
from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Cell, Chart, Column, Page, Table, Text
from spiegel_core.mirrors.praktijkspiegel.compare import Line, as_number, line_of

_COLUMNS = (
    Column("Zorg", "text"),
    Column("Per patiënt", "euro"),
    Column("Verwacht", "euro"),
    Column("Verschil", "euro_difference"),
    Column("Index", "index"),
    Column("95%-interval", "text"),
    Column("Verschil met verwacht", "text"),
)
_USER_COLUMNS = (
    Column("Zorg", "text"),
    Column("Patiënten met deze zorg (%)", "percent"),
    Column("Verwacht (%)", "percent"),
    Column("Kosten per patiënt met deze zorg", "euro"),
    Column("Verwacht", "euro"),
)


def cost_lines(inputs: MirrorInputs) -> list[Line]:
    """The segments and the total, each with what may be shown of it."""
    segments = inputs.product.segments
    users = {name: inputs.compared(name, "users").observed for name in segments}
    hidden = hidden_amounts(users, list(segments), inputs.smallest)
    lines = [
        line_of(inputs, name, label, "euro", 1, name in hidden) for name, label in segments.items()
    ]
    return lines + [
        line_of(inputs, name, label, "euro", 1) for name, label in inputs.product.total.items()
    ]


def costs_page(inputs: MirrorInputs) -> Page:
    """Cost per segment: per patient, index, interval, users, cost per user."""
    lines = cost_lines(inputs)
    return Page(
        "Wat kostte de zorg voor uw patiënten?",
        (
            Text(inputs.text("costs")),
            index_chart(inputs, lines, "Kosten per segment: index en interval", "cost_index"),
            Table(
                f"Kosten per patiënt in {inputs.year}", _COLUMNS,
                tuple(_amount_row(line) for line in lines),
                "De bedragen per patiënt zijn afgerond op hele euro's.", "Kosten",
            ),
            Table(
                f"Patiënten met deze zorg en hun kosten in {inputs.year}", _USER_COLUMNS,
                tuple(_user_row(line) for line in lines), "", "Zorggebruik",
            ),
        ),
    )  # fmt: skip


def _amount_row(line: Line) -> tuple[Cell, ...]:
    return (
        Cell(line.label), line.observed, line.expected, line.difference, line.index,
        line.interval, line.words,
    )  # fmt: skip


def _user_row(line: Line) -> tuple[Cell, ...]:
    return (
        Cell(line.label), line.users, line.users_expected, line.per_user, line.per_user_expected,
    )  # fmt: skip


def index_chart(inputs: MirrorInputs, lines: list[Line], title: str, name: str) -> Chart:
    """Index and intervals of each line, drawn; hidden lines keep their place and say so."""
    rows = []
    told = []
    for line in lines:
        compared = inputs.compared(line.outcome)
        is_shown = not line.is_hidden and line.index.value is not None
        rows.append(
            {
                "label": line.label,
                "index": as_number(line.index) if is_shown else None,
                "wide": list(compared.wide) if is_shown else [None, None],
                "wider": list(compared.wider) if is_shown else [None, None],
                "text": f"{line.index.value} ({line.interval.value or '–'})" if is_shown else "–",
            }
        )
        if is_shown:
            told.append(f"{line.label} {line.index.value}, {line.words.value}")
        else:
            told.append(f"{line.label} niet getoond")
    alt = f"{title}. 100 is zoals verwacht. " + "; ".join(told) + "."
    return Chart("index", title, alt, {"rows": rows, "name": name})
