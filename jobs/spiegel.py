"""The one command: `spiegel`. Each subcommand is a job of this folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from jobs.audit import audit
from jobs.model import model
from jobs.options import (
    AcceptOption,
    ByOption,
    CutOffOption,
    DeliveryJsonOption,
    DeliveryOption,
    IntoOption,
    NewKeyOption,
    SmallTablesOption,
    WhyOption,
    as_job,
    as_years,
)
from spiegel_core.runtime.job import ends_cleanly, leave

app = typer.Typer(
    name="spiegel",
    help="Claims of health insurers in, mirrors for care providers out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
_GLOBAL = ("--store", "--conf")


class _Where:
    """Store and configuration of this call, as the global options name them."""

    store: str | None = None
    conf: str | None = None


app.add_typer(model, name="model")
app.add_typer(audit, name="audit")


@app.callback()
def options(
    context: typer.Context,
    store: Annotated[
        str | None, typer.Option(help="Folder of the store (SPIEGEL_STORE, else ./store).")
    ] = None,
    conf: Annotated[str | None, typer.Option(help="Folder of the configuration.")] = None,
) -> None:
    """Claims of health insurers in, mirrors for care providers out.

    A first try: spiegel invent, spiegel receive, spiegel run. Exit codes: 0 fine, 1 data refused
    or gate stopped, 2 wrong use or configuration, 3 environment (Java, disk, locks).
    """
    _Where.store, _Where.conf = store, conf
    context.obj = _Where


@app.command()
def invent(
    out: Annotated[str, typer.Option(help="Folder to write to.")],
    persons: Annotated[int, typer.Option(help="Persons insured at any one time.")] = 40_000,
    practices: Annotated[int, typer.Option(help="General practices.")] = 24,
    years: Annotated[str, typer.Option(help="Care years, as 2019-2021.")] = "2019-2021",
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    truth: Annotated[bool, typer.Option("--truth", help="Also write what was planted.")] = False,
) -> None:
    """Invent a country and its deliveries: a first try without anybody's data."""
    from jobs.invent import invent as job
    from jobs.invent import plan_of

    job(as_job(None, _Where.conf), out, plan_of(persons, practices, years, seed), truth)


@app.command()
def receive(
    paths: Annotated[list[str], typer.Argument(help="Folders or files of deliveries.")],
) -> None:
    """Take deliveries in: judge every line, pseudonymise, admit. Safe to run again."""
    from jobs.receive import receive as job

    if job(as_job(_Where.store, _Where.conf), paths):
        raise typer.Exit(1)


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(help="Data files; each manifest beside its file.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object per file.")] = False,
    feedback: Annotated[
        str | None, typer.Option(help="Folder for the feedback its sender would get.")
    ] = None,
) -> None:
    """Judge a file without admitting it; exit code 1 when it would be refused."""
    from jobs.check import check as job
    from spiegel_core.runtime.conf import Conf

    code = job(files, Conf(Path(_Where.conf) if _Where.conf else None), json, feedback)
    if code:
        raise typer.Exit(code)


@app.command()
def run(
    year: Annotated[int | None, typer.Option(help="Report year of the documents.")] = None,
    years: Annotated[str | None, typer.Option(help="All years of the trend, as 2019-2021.")] = None,
    cut_off: CutOffOption = None,
) -> None:
    """Bring report years up to date: sums, model, benchmarks, documents."""
    from jobs.run import run as job

    job(as_job(_Where.store, _Where.conf), as_years(year, years), year, cut_off)


@app.command("open-data")
def open_data(
    folder: Annotated[str, typer.Argument(help="Folder with the files of the open data.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
) -> None:
    """Vektis open data: observed and expected cost per municipality, reconciled to the cent."""
    from jobs.open_data import open_data as job
    from jobs.open_data import open_data_job

    code = job(open_data_job(_Where.store, _Where.conf, out), folder, out)
    if code:
        raise typer.Exit(code)


@app.command()
def documents(
    year: Annotated[int | None, typer.Option(help="Report year (the newest that was run).")] = None,
    years: Annotated[str | None, typer.Option(help="All years of the trend, as 2019-2021.")] = None,
    cut_off: CutOffOption = None,
) -> None:
    """Make the documents of a report year again, where something changed."""
    from jobs.documents import documents as job

    job(as_job(_Where.store, _Where.conf), year, years, cut_off)


@app.command()
def status(
    year: Annotated[int | None, typer.Option(help="Report year to show in detail.")] = None,
    delivery: DeliveryOption = None,
    json: DeliveryJsonOption = False,
) -> None:
    """Ledger, years, model versions and documents; or what one delivery touches."""
    from jobs.status import show as job

    job(as_job(_Where.store, _Where.conf), year, delivery, json)


@app.command()
def rules(
    rule: Annotated[str | None, typer.Argument(help="Id of a rule to explain.")] = None,
    consequence: Annotated[
        str | None, typer.Option(help="Only rules with this consequence, as refuse_file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The catalogue as JSON.")] = False,
) -> None:
    """Every rule of the door and the gates: what follows, why, and how to repair."""
    from jobs.rules import rules as job

    job(rule, consequence, json)


@app.command()
def rejudge(
    gate: Annotated[str | None, typer.Option(help="Only this gate, as silver.")] = None,
    run: Annotated[str | None, typer.Option(help="Only this run, as 12 or 000012-run.")] = None,
) -> None:
    """Hold the metrics that were kept to the thresholds of today; says what changes."""
    from jobs.rejudge import show as job

    job(as_job(_Where.store, _Where.conf), gate, run)


@app.command()
def table(
    name: Annotated[str, typer.Argument(help="Table, as gold.benchmarks.")],
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    small_cells: SmallTablesOption = False,
) -> None:
    """Export a ledger, gold or quality table that holds no persons."""
    from jobs.table import export_table

    rows = export_table(as_job(_Where.store, _Where.conf), name, out, small_cells)
    typer.echo(f"{rows:,} rows of {name} written to {out}")


@app.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(help="File that is not there yet.")],
    version: Annotated[str, typer.Option(help="What the ledger calls this key.")] = "k1",
) -> None:
    """Make a pseudonymisation key; keep it outside conf/ and outside the store."""
    from spiegel_core.runtime.keys import KEY_VARIABLE
    from spiegel_core.runtime.keys import new_key as make

    make(file, version)
    typer.echo(f"key written to {file}; name it in {KEY_VARIABLE}")


@app.command()
def rekey(
    new_key: NewKeyOption,
    into: IntoOption,
    by: ByOption,
    why: WhyOption,
    accept_differences: AcceptOption = False,
) -> None:
    """Go over to another key: receive every archived file again, into a new store."""
    from jobs.rekey import rekey as job

    job(as_job(_Where.store, _Where.conf), new_key, into, by, why, accept_differences)


def main() -> None:
    """Entry point of the command `spiegel`."""
    sys.argv[1:] = global_options_first(sys.argv[1:])
    leave(ends_cleanly(app))


def global_options_first(arguments: list[str]) -> list[str]:
    """--store and --conf may stand anywhere; the parser wants them before the subcommand.

    Example:
        >>> global_options_first(["receive", "in", "--store", "s"])
        ['--store', 's', 'receive', 'in']
    """
    first: list[str] = []
    rest: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument in _GLOBAL:
            first += [argument, *([value] if (value := next(left, None)) is not None else [])]
        elif argument.split("=")[0] in _GLOBAL:
            first.append(argument)
        else:
            rest.append(argument)
    return first + rest


if __name__ == "__main__":
    main()
