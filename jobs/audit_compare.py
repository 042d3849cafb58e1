"""What changed between two versions of a model, in parts that add up exactly; or between two files
of the open data of one year.

Reads    gold.version_*, gold.model_weights, gold.model_versions without Spark; with --from-claims
         also bronze, silver and the conf/ of the versions, with Spark; or the two files
Writes   with --out: a report (PDF), a workbook (xlsx) and the parts with every digit (CSV); of
         files a workbook
Run      spiegel audit compare 2021:1 2021:2 [--practice 01010003] [--from-claims]
         spiegel audit compare vektis_2015_(indeling_2017).csv.gz vektis_2015.csv.gz
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer

from jobs.audit_explain import show_document, write_files
from jobs.options import ConfOption, SmallCellsOption, StoreOption, as_job_of_call, as_script
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.numbers import rounded
from spiegel_core.open_data.file_names import is_data_file
from spiegel_core.runtime.csv_files import csv_bytes
from spiegel_core.runtime.job import Job

if TYPE_CHECKING:
    from spiegel_core.mirrors.audit.compared import Compared
    from spiegel_core.runtime.comparison import Request

_DIGITS = 9


def compare(
    job: Job, asked: Request, out: Path | None = None, from_claims: bool = False
) -> list[Path]:
    """Print the comparison; with a folder also write report, workbook and parts there."""
    from spiegel_core.mirrors.audit.compared_pages import compared_document
    from spiegel_core.mirrors.audit.compared_words import together_told

    inputs = _compared(job, asked, from_claims)
    document = compared_document(inputs, is_whole=False)
    show_document(job, document)
    for paragraph in together_told(inputs):
        job.console.print(paragraph, highlight=False, markup=False)
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


def _compared(job: Job, asked: Request, from_claims: bool) -> Compared:
    from spiegel_core.runtime.comparison import compared

    if not from_claims:
        return compared(job.tables, job.conf, asked)
    from spiegel_core.runtime.parting import FromClaims

    with FromClaims(job, asked.practice) as states:
        return compared(job.tables, job.conf, asked, states.part)


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
        if not split.is_hidden and inputs.may_tell_totals(split.provider)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def _exact(value: Fraction) -> str:
    return f"{rounded(value, _DIGITS):f}"


def main(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help="Version, as 2021:1; or a file of open data.")],
    second: Annotated[
        str, typer.Argument(help="Later version, as 2021:2; or another file of that year.")
    ],
    practice: Annotated[str, typer.Option(help="AGB of a practice.")] = "",
    outcome: Annotated[str, typer.Option(help="Whose largest movers.")] = "cost_total",
    measure: Annotated[str, typer.Option(help="amount or users.")] = "amount",
    out: Annotated[Path | None, typer.Option(help="Folder for PDF, xlsx and CSV.")] = None,
    from_claims: Annotated[
        bool, typer.Option("--from-claims", help="Part causes of one run, from silver (Spark).")
    ] = False,
    small_cells: SmallCellsOption = False,
    store: StoreOption = None,
    conf: ConfOption = None,
) -> None:
    """What changed between two versions: claims, corrections, rules, definitions, weights; or
    between two files of the open data of one year."""
    job = as_job_of_call(context, store, conf)
    if is_data_file(first) or is_data_file(second):
        if from_claims:
            raise WrongUse("files of open data hold no claims", found="--from-claims",
                           fix="leave it out, or name two versions")  # fmt: skip
        written = _files(job, first, second, practice, out)
    else:
        from spiegel_core.runtime.comparison import Request

        asked = Request(first, second, practice, outcome, measure, small_cells)
        written = compare(job, asked, out, from_claims)
    for path in written:
        job.console.print(f"written: {path}", highlight=False, markup=False)


def _files(job: Job, first: str, second: str, practice: str, out: Path | None) -> list[Path]:
    from jobs.audit_compare_files import compare_files

    if practice:
        raise WrongUse("files of open data hold no practices", found=f"--practice {practice}",
                       fix="leave it out, or name two versions")  # fmt: skip
    return compare_files(job, first, second, out)


if __name__ == "__main__":
    as_script(main)
