"""Two files of the open data of one year beside one another, as `spiegel audit compare` shows them.

Reads    the two files; no store
Writes   with --out: a workbook (xlsx)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from jobs.audit_explain import write_files
from spiegel_core.mirrors.numbers import dutch
from spiegel_core.open_data.vintages import (
    REST,
    Difference,
    Vintages,
    municipal_differences,
    national_differences,
)
from spiegel_core.open_data.workbook import vintages_workbook
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.open_data import read_pair, source_of

_WORDS = {
    "persons": "personen", "insured years": "verzekerde jaren", "eurocents": "kosten in euro",
    "bsn": "verzekerden", "insured_years": "verzekerde jaren", REST: "restregel",
}  # fmt: skip
_MONEY = "eurocents"


def compare_files(job: Job, first: str, second: str, out: Path | None = None) -> list[Path]:
    """Print where two files differ; with a folder also write a workbook there."""
    vintages = read_pair(job.conf, first, second)
    national, municipal = national_differences(vintages), municipal_differences(vintages)
    source = source_of(job.conf, vintages.counted.year)
    for line in [*told(vintages, national, municipal), source]:
        job.console.print(line, highlight=False, markup=False, soft_wrap=True)
    if out is None:
        return []
    path = out / f"bestanden_{vintages.counted.year}.xlsx"
    write_files({path: vintages_workbook(national, municipal, source)})
    return [path]


def told(
    vintages: Vintages, national: Sequence[Difference], municipal: Sequence[Difference]
) -> Iterator[str]:
    """What differs, in lines: the nation first, then every municipality."""
    second, (first,) = vintages.counted, vintages.others
    yield f"{second.year}, eerste bestand: {first.name}, {dutch(first.rows.num_rows)} regels"
    yield f"{second.year}, tweede bestand: {second.name}, {dutch(second.rows.num_rows)} regels"
    costs = [one for one in national if one.unit == _MONEY]
    equal = [one for one in costs if one.counted == one.other]
    total = Decimal(sum(one.counted or 0 for one in costs)) / 100
    yield (f"Heel Nederland: {len(equal)} van de {len(costs)} kostenkolommen zijn gelijk, tot op "
           f"de cent; in het tweede bestand samen € {dutch(total, 2)}")  # fmt: skip
    for one in national:
        if one.counted != one.other:
            words = _where([one]).strip(" ()")
            yield (f"  {_WORDS.get(one.subject, one.subject)}: {words}{', ' if words else ''}"
                   f"{_pair(one)}")  # fmt: skip
        elif one.unit != _MONEY:
            yield f"  {_WORDS[one.subject]}: gelijk, {_number(one.counted, one.digits)}"
    named = list(dict.fromkeys(one.subject for one in municipal))
    yield f"Gemeenten die anders zijn: {len(named)}"
    for name in named:
        own = [one for one in municipal if one.subject == name]
        yield f"  {_WORDS.get(name, name)}{_where(own)}: {'; '.join(_figures(own))}"


def _figures(differences: Iterable[Difference]) -> Iterator[str]:
    for one in differences:
        yield f"{_WORDS[one.unit]} {_pair(one)}"


def _where(differences: Sequence[Difference]) -> str:
    """A municipality of one file has no figure at all in the other."""
    if all(one.other is None for one in differences):
        return " (alleen in het tweede)"
    return " (alleen in het eerste)" if all(one.counted is None for one in differences) else ""


def _pair(one: Difference) -> str:
    digits = 2 if one.unit == _MONEY else one.digits
    before, after = (_number(value, digits) for value in (one.other, one.counted))
    if one.other is None or one.counted is None:
        return after if one.other is None else before
    change = one.counted - one.other
    return f"{before} → {after} ({'+' if change > 0 else ''}{_number(change, digits)})"


def _number(value: int | None, digits: int) -> str:
    """A whole number of the smallest unit, as it is read."""
    return dutch(Decimal(value or 0).scaleb(-digits), digits)
