"""Why a practice is expected to have what it is, and who of its patients count.

Reads    gold.* without Spark
Writes   with --out: a picture (PNG) and a workbook (xlsx)
Run      spiegel audit explain --practice 01010003 --outcome cost_total [--year 2021]
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid

from jobs.options import ConfOption, SmallCellsOption, StoreOption, as_job_of_call, as_script
from spiegel_core.errors import EnvironmentUnfit
from spiegel_core.mirrors.numbers import shown
from spiegel_core.mirrors.page_model import DECIMALS, Cell, Document, Table
from spiegel_core.runtime.job import Job

if TYPE_CHECKING:
    from spiegel_core.mirrors.audit.explained import Explained
    from spiegel_core.runtime.explaining import Question

# A narrow screen may break a line, but no table may cut a number off.
_WIDTH = 130


def explain(job: Job, asked: Question, out: Path | None = None) -> list[Path]:
    """Print the explanation; with a folder also write picture and workbook there."""
    from spiegel_core.mirrors.audit.explained_pages import explained_document
    from spiegel_core.runtime.explaining import explained

    inputs = explained(job.tables, job.conf, asked)
    document = explained_document(inputs)
    show_document(job, document)
    return [] if out is None else _write(inputs, document, out)


def show_document(job: Job, document: Document) -> None:
    """The tables of a document on the terminal."""
    job.console.width = max(job.console.width, _WIDTH)
    job.console.print(
        f"{document.code} {document.recipient}, {document.report_year}, {document.release}: "
        f"{document.edition}", highlight=False, markup=False,
    )  # fmt: skip
    for page in document.pages:
        for block in page.blocks:
            if isinstance(block, Table):
                job.console.print(_grid(block))
                if told := " ".join(text for text in (block.note, block.dash) if text):
                    job.console.print(told, highlight=False, markup=False)


def _grid(table: Table) -> Grid:
    """The printed columns; rows that are told by two names stand under the first one."""
    grid = Grid(title=table.title, title_justify="left")
    printed = [place for place, column in enumerate(table.columns) if column.is_printed]
    kinds = [table.columns[place].kind for place in printed]
    is_grouped = kinds[:2] == ["text", "words"] and len(kinds) > 2
    for place in printed[int(is_grouped) :]:
        is_word = table.columns[place].kind in ("text", "words")
        grid.add_column(table.columns[place].label, justify="left" if is_word else "right",
                        no_wrap=not is_word)  # fmt: skip
    above = ""
    for row in table.rows:
        first, *texts = [_text(row[place], table.columns[place].kind) for place in printed]
        if is_grouped and first != above:
            grid.add_section()
            grid.add_row(f"[bold]{escape(first)}[/]")
            above = first
        grid.add_row(*map(escape, texts if is_grouped else [first, *texts]))
    return grid


def _text(cell: Cell, kind: str) -> str:
    is_empty = cell.value is None and not cell.reason
    return "" if is_empty else shown(cell.value, kind, DECIMALS[kind])


def _write(inputs: Explained, document: Document, out: Path) -> list[Path]:
    from spiegel_core.mirrors.write_workbook import write_workbook

    stem = f"{inputs.agb}_{inputs.year}_v{inputs.version}_{inputs.outcome}_{inputs.measure}"
    files = {out / f"{stem}.xlsx": write_workbook(document)}
    if inputs.found is not None:
        from spiegel_core.mirrors.audit.explained import waterfall_of
        from spiegel_core.mirrors.waterfall import waterfall_png

        files[out / f"{stem}.png"] = waterfall_png(waterfall_of(inputs, inputs.found))
    write_files(files)
    return list(files)


def write_files(files: dict[Path, bytes]) -> None:
    """Write files, with their folders."""
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as problem:
            raise EnvironmentUnfit(
                "the file cannot be written", where=str(path), found=type(problem).__name__,
                fix="name a folder you may write to",
            ) from None  # fmt: skip


def main(
    context: typer.Context,
    practice: Annotated[str, typer.Option(help="AGB of the practice.")],
    outcome: Annotated[str, typer.Option(help="What is measured, as cost_total.")] = "cost_total",
    measure: Annotated[str, typer.Option(help="amount or users.")] = "amount",
    year: Annotated[int | None, typer.Option(help="Report year (the newest).")] = None,
    version: Annotated[int | None, typer.Option(help="Model (that of the benchmarks).")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for PNG and xlsx.")] = None,
    small_cells: SmallCellsOption = False,
    store: StoreOption = None,
    conf: ConfOption = None,
) -> None:
    """From the national mean to what is expected of a practice, and who of its patients count."""
    from spiegel_core.runtime.explaining import Question

    job = as_job_of_call(context, store, conf)
    asked = Question(practice, outcome, measure, year, version, small_cells)
    for path in explain(job, asked, out):
        job.console.print(f"written: {path}", highlight=False, markup=False)


if __name__ == "__main__":
    as_script(main)
