"""What changed between two versions of a model, in parts that add up exactly.

Reads    gold.version_*, gold.model_weights, gold.model_versions without Spark
Writes   with --out: a report (PDF), a workbook (xlsx) and the parts with every digit (CSV)
Run      spiegel audit compare 2021:1 2021:2 [--practice 01010003]
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer

from jobs.audit_explain import show_document, write_files
from jobs.options import ConfOption, SmallCellsOption, StoreOption, as_job_of_call, as_script
from spiegel_core.mirrors.numbers import rounded
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.job import Job

if TYPE_CHECKING:
    from spiegel_core.mirrors.audit.compared import Compared
    from spiegel_core.runtime.comparison import Request

_DIGITS = 9


def compare(job: Job, asked: Request, out: Path | None = None) -> list[Path]:
    """Print the comparison; with a folder also write report, workbook and parts there."""
    from spiegel_core.mirrors.audit.compared_pages import compared_document
    from spiegel_core.runtime.comparison import compared

    inputs = compared(job.tables, job.conf, asked)
    document = compared_document(inputs, is_whole=False)
    show_document(job, document)
    if out is None:
        return []
    from spiegel_core.mirrors.write_pdf import write_pdf
    from spiegel_core.mirrors.write_workbook import write_workbook

    stem = f"versies_{inputs.first}_{inputs.second}".replace(":", "v")
    stem += f"_{inputs.practice}" if inputs.practice else ""
    files = {
        out / f"{stem}.pdf": write_pdf(document),
        out / f"{stem}.xlsx": write_workbook(compared_document(inputs, is_whole=True)),
        out / f"{stem}.csv": csv_bytes(parts_rows(inputs)),
    }
    write_files(files)
    return list(files)


def parts_rows(inputs: Compared) -> pa.Table:
    """Every difference of totals with its parts, to the last digit, in the unit of the outcome.

    Totals have at most nine decimals, so nothing is rounded here.
    """
    from spiegel_core.engine.version_parts import PARTS

    rows = [
        {
            "practice": split.provider, "quantity": split.quantity,
            "outcome": split.target.outcome, "measure": split.target.measure,
            "before": _exact(split.before), "after": _exact(split.after),
            **{part: _exact(split.parts.get(part, Fraction(0))) for part in PARTS},
        }
        for split in inputs.splits
        if not split.is_hidden
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def _exact(value: Fraction) -> str:
    return f"{rounded(value, _DIGITS):f}"


def main(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help="Version, as 2021:1.")],
    second: Annotated[str, typer.Argument(help="Later version, as 2021:2.")],
    practice: Annotated[str, typer.Option(help="AGB of a practice.")] = "",
    outcome: Annotated[str, typer.Option(help="Whose largest movers.")] = "cost_total",
    measure: Annotated[str, typer.Option(help="amount or users.")] = "amount",
    out: Annotated[Path | None, typer.Option(help="Folder for PDF, xlsx and CSV.")] = None,
    small_cells: SmallCellsOption = False,
    store: StoreOption = None,
    conf: ConfOption = None,
) -> None:
    """What changed between two versions: claims, corrections, rules, definitions, weights."""
    from spiegel_core.runtime.comparison import Request

    job = as_job_of_call(context, store, conf)
    asked = Request(first, second, practice, outcome, measure, small_cells)
    for path in compare(job, asked, out):
        job.console.print(f"written: {path}", highlight=False, markup=False)


if __name__ == "__main__":
    as_script(main)
