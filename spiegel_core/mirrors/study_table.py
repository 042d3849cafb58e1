"""The simulation study in lines of text: the total and the worst outcome of each question.

Shares are of practices, in percent; every line can be recomputed with `make study`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from spiegel_core.mirrors.numbers import MINUS, dutch, rounded
from spiegel_core.statistics.study import (
    CHANGES,
    COVERAGE,
    FALSE_SIGNALS,
    NATIONAL,
    OWN,
    POWER,
    StudyRow,
)

HEADS = ("Vraag", "Wat er is ingebracht", "Patiënten per praktijk", "Praktijken",
         "Totale kosten", "Slechtste uitkomst", "Gevraagd", "Gehaald")  # fmt: skip
TOTAL = "cost_total"
WAY_WORDS = {OWN: "eigen spreiding", NATIONAL: "landelijke spreiding"}
_QUESTIONS = {
    COVERAGE: "Interval bevat de waarheid",
    FALSE_SIGNALS: "Onterecht buiten de 99,8%-grenzen",
    POWER: "Ingebracht verschil gevonden",
    CHANGES: "Verandering gemeld, niets veranderd",
}
_SETTINGS = {
    "older persons": "veel meer ouderen", "younger persons": "veel meer jongeren",
    "no effect": "geen verschillen", "effects of the country": "gewone verschillen",
    "guarded": "met correctie voor terugval", "plain": "zonder correctie",
    "guarded by both spreads": "met correctie, door eigen en landelijke spreiding",
    "everybody": "alle praktijken", "furthest tenth": "een tiende dat het verst afweek",
    "same persons": "dezelfde patiënten", "other persons": "andere patiënten",
}  # fmt: skip
Key = tuple[str, str, str, int]


def study_lines(
    rows: Iterable[StudyRow], labels: Mapping[str, str], way: str
) -> list[tuple[str, ...]]:
    """The study as rows of text under HEADS, all outcomes of a question in one row.

    Args:
        rows: of the study.
        labels: of outcomes, as a product names them.
        way: whose spread, OWN or NATIONAL.
    """
    groups: dict[Key, list[StudyRow]] = {}
    for row in rows:
        if row.way == way:
            # Sizes of a band differ a little between outcomes; the band is what counts.
            groups.setdefault((row.question, row.way, row.setting, row.persons), []).append(row)
    return [_line(group, labels) for group in groups.values()]


def _line(group: Sequence[StudyRow], labels: Mapping[str, str]) -> tuple[str, ...]:
    first = group[0]
    total = next((row for row in group if row.outcome == TOTAL), first)
    is_more_better = first.question in (COVERAGE, POWER)
    worst = (min if is_more_better else max)(group, key=lambda row: row.share)
    asked = [row.holds for row in group if row.holds is not None]
    held = f"{sum(asked)} van {len(asked)}" if asked else "–"
    name = labels.get(worst.outcome, worst.outcome)
    return (
        _QUESTIONS[first.question], setting_words(first.setting), dutch(first.persons),
        dutch(total.trials), percent(total.share), f"{percent(worst.share)} ({name})",
        asked_of(first), held,
    )  # fmt: skip


def setting_words(text: str) -> str:
    """What was planted, or at which level, as a Dutch reader knows it.

    Example:
        >>> setting_words("95%, older persons"), setting_words("-30%")
        ('95%, veel meer ouderen', '\u221230%')
    """
    parts = [_SETTINGS.get(part, part) for part in text.split(", ")]
    return ", ".join(parts).replace("99.8", "99,8").replace("-", MINUS)


def asked_of(row: StudyRow) -> str:
    """The norm of an answer in words; a dash where there is none.

    Example:
        >>> asked_of(StudyRow(COVERAGE, OWN, "95%", "cost_total", 31, 100, 95, 0, at_least=0.93))
        'ten minste 93,0%'
    """
    if row.at_least is not None:
        return f"ten minste {percent(row.at_least)}"
    return "–" if row.at_most is None else f"hooguit {percent(row.at_most)}"


def percent(share: float) -> str:
    """A share as a Dutch reader expects it, with one decimal.

    Example:
        >>> percent(0.94125)
        '94,1%'
    """
    return f"{dutch(rounded(100 * share, 1), 1)}%"


def markdown_table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Rows as a Markdown table.

    Example:
        >>> print(markdown_table(["a", "b"], [["1", "2"]]))
        | a | b |
        | --- | --- |
        | 1 | 2 |
    """
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows)
