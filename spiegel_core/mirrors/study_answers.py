"""Answers of the simulation study as tables of a model card, both ways beside one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from spiegel_core.mirrors.numbers import dutch, rounded
from spiegel_core.mirrors.page_model import Cell, Column, Table
from spiegel_core.mirrors.study_table import TOTAL, WAY_WORDS, percent, setting_words
from spiegel_core.statistics.study import COVERAGE, WAYS, StudyRow

_NONE_ASKED = "Een streepje: daarvoor is geen norm gesteld, of het is niet gemeten."
Labels = Mapping[str, str]


def held(group: Iterable[StudyRow], way: str) -> str:
    """How many answers of a way are as asked, as `4 van 9`."""
    own = [bool(row.holds) for row in group if row.way == way]
    return f"{sum(own)} van {len(own)}"


def answers_table(title: str, name: str, rows: Sequence[StudyRow], labels: Labels) -> Table:
    """A line per kind of practice: total cost and the worst outcome, each way.

    Args:
        title, name: of the table and of its sheet.
        rows: answers to one question.
        labels: of outcomes, as a product names them.
    """
    norm = "Gevraagd, ten minste" if rows and rows[0].at_least is not None else "Gevraagd, hooguit"
    lines: dict[tuple[str, int], list[StudyRow]] = {}
    for row in rows:
        lines.setdefault((row.setting, row.persons), []).append(row)
    shown = tuple(
        (Cell(_kind(setting, persons, rows)), Cell(_asked(group)),
         *(cell for way in WAYS for cell in _of_way(group, way)))
        for (setting, persons), group in lines.items()
    )  # fmt: skip
    heads = tuple(
        Column(f"{WAY_WORDS[way].capitalize()}: {what}", kind)
        for way in WAYS
        for what, kind in (("totale kosten", "percent"), ("slechtste uitkomst", "percent"),
                           ("gehaald", "persons"))
    )  # fmt: skip
    columns = (Column("Praktijken", "text"), Column(norm, "percent"), *heads)
    dash = _NONE_ASKED if any(row.holds is None for row in rows) else ""
    return Table(title, columns, shown, name, note=_note(rows, labels), dash=dash)


def _kind(setting: str, persons: int, rows: Sequence[StudyRow]) -> str:
    words = setting_words(setting).removeprefix("95%").removeprefix(", ")
    if rows[0].question != COVERAGE:
        return words[:1].upper() + words[1:]
    return f"{dutch(persons)} patiënten" + (f", {words}" if words else "")


def _asked(group: Sequence[StudyRow]) -> Decimal | None:
    """The norm of a line; it may hold for one of the ways only."""
    norms = [n for row in group for n in (row.at_least, row.at_most) if n is not None]
    return rounded(100 * norms[0], 1) if norms else None


def _of_way(group: Sequence[StudyRow], way: str) -> tuple[Cell, ...]:
    own = [row for row in group if row.way == way]
    total = [rounded(100 * row.share, 1) for row in own if row.outcome == TOTAL]
    worst = _worst(own)
    reached = held(own, way) if own and own[0].holds is not None else None
    furthest = None if worst is None else rounded(100 * worst.share, 1)
    return Cell(total[0] if total else None), Cell(furthest), Cell(reached)


def _worst(rows: Sequence[StudyRow]) -> StudyRow | None:
    """Lowest where much is asked, highest where little is."""
    if not rows:
        return None
    if rows[0].question == COVERAGE:
        return min(rows, key=lambda row: row.share)
    return max(rows, key=lambda row: row.share)


def _note(rows: Sequence[StudyRow], labels: Labels) -> str:
    """Which outcome is worst, and where practices have no figure to judge."""
    asked = [row for row in rows if row.holds is not None]
    told = []
    for way in WAYS:
        worst = _worst([row for row in asked if row.way == way])
        if worst is not None:
            told.append(f"{WAY_WORDS[way]}: {labels.get(worst.outcome, worst.outcome)} "
                        f"({percent(worst.share)})")  # fmt: skip
    most = max(rows, key=_without, default=None)
    missing = "" if most is None or not most.without else (
        " Praktijken zonder cijfer, omdat er niets is waargenomen, tellen niet mee: ten hoogste "
        f"{percent(_without(most))} van de praktijken ({labels.get(most.outcome, most.outcome)}, "
        f"{WAY_WORDS[most.way]})."
    )  # fmt: skip
    return f"Slechtste van de uitkomsten met een norm: {'; '.join(told) or 'geen'}.{missing}"


def _without(row: StudyRow) -> float:
    return row.without / max(row.without + row.trials, 1)


def power_table(rows: Sequence[StudyRow]) -> Table:
    """Per planted effect and way how often it is found at each size, of the total cost."""
    own = [row for row in rows if row.outcome == TOTAL]
    sizes = sorted({row.persons for row in own})
    shares = {(row.setting, row.way, row.persons): row.share for row in own}
    lines = tuple(
        (Cell(f"{setting_words(setting)}, {WAY_WORDS[way]}"),
         *(Cell(_share(shares.get((setting, way, size)))) for size in sizes))
        for setting in dict.fromkeys(row.setting for row in own) for way in WAYS
    )  # fmt: skip
    heads = (Column(f"Ongeveer {dutch(size)} patiënten", "percent") for size in sizes)
    columns = (Column("Ingebracht verschil", "text"), *heads)
    return Table("Ingebrachte verschillen die gevonden worden, totale kosten", columns, lines,
                 "Gevonden verschillen")  # fmt: skip


def _share(share: float | None) -> Decimal | None:
    return None if share is None else rounded(100 * share, 1)
