"""The tables and the chart that show a list of outcomes: amounts, users, amounts per user."""

from __future__ import annotations

from collections.abc import Sequence

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.page_model import Cell, Chart, Column, Interval, Table
from spiegel_core.mirrors.praktijkspiegel.compare import Line, Measured, as_number
from spiegel_core.mirrors.praktijkspiegel.hidden import table

# Of these the index is shown with what it can be told apart from.
_JUDGED = (
    Column("Index", "index"),
    Column("95%-interval", "interval"),
    Column("99,8%-interval", "interval", is_printed=False),
    Column("Verschil met verwacht", "words"),
)
_LABELS = {"euro": "Per patiënt", "per_1000": "Per 1.000 patiënten"}


def amount_table(
    inputs: MirrorInputs, lines: Sequence[Line], kind: str, title: str, name: str, note: str = ""
) -> Table:
    """Amounts per patient (or per 1,000): observed, expected, difference, index, interval."""
    columns = (
        Column("Zorg", "text"), Column(_LABELS[kind], kind), Column("Verwacht", kind),
        Column("Verschil", f"{kind}_difference", is_printed=kind == "euro"), *_JUDGED,
    )  # fmt: skip
    rows = [(Cell(line.label), *_numbers(line.amount), *_judged(line.amount)) for line in lines]
    return table(inputs, title, columns, rows, name, note)


def users_table(inputs: MirrorInputs, lines: Sequence[Line], title: str, name: str) -> Table:
    """Share of the patients that had any: observed, expected, difference, index, interval."""
    columns = (
        Column("Zorg", "text"), Column("Patiënten", "percent"), Column("Verwacht", "percent"),
        Column("Verschil (procentpunt)", "percent_difference", is_printed=False), *_JUDGED,
    )  # fmt: skip
    rows = [(Cell(line.label), *_numbers(line.users), *_judged(line.users)) for line in lines]
    return table(inputs, title, columns, rows, name)


def per_user_table(
    inputs: MirrorInputs, lines: Sequence[Line], title: str, name: str, note: str
) -> Table:
    """Cost per patient that had any: observed, expected, difference, index."""
    columns = (
        Column("Zorg", "text"), Column("Per gebruiker", "euro"), Column("Verwacht", "euro"),
        Column("Verschil", "euro_difference"), Column("Index", "index"),
    )  # fmt: skip
    rows = [
        (Cell(line.label), *_numbers(line.per_user), line.per_user.index) for line in lines
    ]  # fmt: skip
    return table(inputs, title, columns, rows, name, note)


def _numbers(measured: Measured) -> tuple[Cell, ...]:
    return measured.observed, measured.expected, measured.difference


def _judged(measured: Measured) -> tuple[Cell, ...]:
    return measured.index, measured.wide, measured.wider, measured.words


def index_chart(lines: Sequence[tuple[str, Measured]], title: str, name: str) -> Chart:
    """Index and intervals of each line, drawn; hidden lines keep their place and say so."""
    rows = []
    told = []
    for label, measured in lines:
        index = as_number(measured.index)
        wide = _limits(measured.wide)
        text = words = "geen index" if measured.is_shown else "niet getoond"
        if index is not None:
            text = f"{index:.0f} ({wide[0]:.0f}–{wide[1]:.0f})" if wide else f"{index:.0f}"
            words = f"{index:.0f}, {measured.words.value}"
        told.append(f"{label} {words}")
        rows.append({"label": label, "index": index, "wide": wide,
                     "wider": _limits(measured.wider), "text": text})  # fmt: skip
    alt = f"{title}. 100 is zoals verwacht. " + "; ".join(told) + "."
    return Chart("index", title, alt, {"rows": rows, "name": name})


def _limits(cell: Cell) -> list[float]:
    """Both limits as they are printed; empty where there is no interval."""
    if not isinstance(cell.value, Interval):
        return []
    return [float(cell.value.low), float(cell.value.high)]
