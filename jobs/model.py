"""Versions of models: list, show, approve, withdraw, and keys to sign with: `spiegel model`.

Reads    gold.model_versions, models
Writes   models/register
Run      spiegel model approve praktijkspiegel-2021-v1 --by NAME
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid

from jobs.options import as_job
from spiegel_core.errors import WrongUse
from spiegel_core.release.names import VersionName, version_name
from spiegel_core.release.signature import is_name
from spiegel_core.runtime.deciding import approve, register_of, versions_of, withdraw
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.versions import manifest_in, version_files

model = typer.Typer(
    help="Versions of models: list, show, approve, withdraw, keys to sign with.",
    no_args_is_help=True, pretty_exceptions_enable=False,
)  # fmt: skip
VersionsArgument = Annotated[
    list[str] | None, typer.Argument(help="Versions, as praktijkspiegel-2021-v1.")
]
ByOption = Annotated[str, typer.Option("--by", help="Person or role whose key signs.")]


def show_versions(job: Job) -> None:
    """Print every version, where it stands, and every record of the register."""
    versions = versions_of(job)
    if not versions:
        job.console.print("no versions yet: spiegel run --year YEAR")
        return
    grid = Grid(title="Versions of models", title_justify="left")
    for label in ("version", "state", "review by", "weights"):
        grid.add_column(label, no_wrap=True)
    for row in versions:
        grid.add_row(row["name"], row["state"], str(row["review_by"]), row["weights_sha256"][:12])
    job.console.print(grid)
    for record in register_of(job).records():
        job.console.print(f" {record.number} {record.at[:10]} {record.subject} {record.kind} "
                          f"by {record.who}", highlight=False, markup=False)  # fmt: skip


def show_version(job: Job, text: str) -> None:
    """Print the facts and the files of a version."""
    name = version_name(text)
    manifest = manifest_in(version_files(job.folder, name), name)
    for fact, value in sorted(manifest.facts.items()):
        job.console.print(f" {fact:<18}{value}", highlight=False, markup=False)
    job.console.print(f" files in {job.folder.uri}/{name.folder}", highlight=False, markup=False)
    for file, digest in manifest.files.items():
        job.console.print(f"   {digest[:12]}  {file}", highlight=False, markup=False)


def approve_versions(job: Job, texts: list[str], by: str) -> None:
    """Approve versions; without any named, all candidates that are the newest of their year."""
    if not is_name(by):
        raise WrongUse("--by is no name", found=repr(by[:60]), expected="1 to 60 characters")
    names = [version_name(text) for text in texts] or _candidates(job)
    today = datetime.datetime.now(datetime.UTC).date()
    with job.writing("approve") as run:
        for name in names:
            is_new = approve(job, name, by, today, run)
            run.say(f" [green]✓[/] {name} {'approved' if is_new else 'was approved already'}")
        if not names:
            run.say(" nothing waits for approval")


def _candidates(job: Job) -> list[VersionName]:
    newest = {(row["product"], row["report_year"]): row for row in versions_of(job)}
    return [version_name(row["name"]) for row in newest.values() if row["state"] == "candidate"]


@model.command("list")
def list_command(context: typer.Context) -> None:
    """Every version and where it stands; every record of the register."""
    show_versions(as_job(context.obj.store, context.obj.conf))


@model.command("show")
def show_command(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="Version, as praktijkspiegel-2021-v1.")],
) -> None:
    """Facts and files of a version."""
    show_version(as_job(context.obj.store, context.obj.conf), version)


@model.command("approve")
def approve_command(
    context: typer.Context, by: ByOption, versions: VersionsArgument = None
) -> None:
    """Approve versions as a second person; without one named, the newest candidate of each year."""
    approve_versions(as_job(context.obj.store, context.obj.conf), versions or [], by)


@model.command("withdraw")
def withdraw_command(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="Version, as praktijkspiegel-2021-v1.")],
    by: ByOption,
    reason: Annotated[str, typer.Option(help="Why; kept in the register.")],
) -> None:
    """Withdraw a version, for good: no documents are made of it any more."""
    job = as_job(context.obj.store, context.obj.conf)
    name = version_name(version)
    with job.writing("withdraw") as run:
        is_new = withdraw(job, name, by, reason, run)
        run.say(f" [green]✓[/] {name} {'withdrawn' if is_new else 'was withdrawn already'}")


@model.command("new-signing-key")
def new_signing_key_command(
    file: Annotated[Path, typer.Argument(help="File that is not there yet.")],
    name: Annotated[str, typer.Option(help="Person or role whose key it is.")],
    role: Annotated[str, typer.Option(help="signer or approver.")] = "signer",
) -> None:
    """Make a key to sign with, and its public half as FILE.pub; keep it outside the store."""
    from spiegel_core.runtime.signing_keys import (
        KEY_VARIABLES,
        TRUSTED_VARIABLE,
        make_signing_key,
    )

    make_signing_key(file, name, role)
    typer.echo(f"key written to {file}; name it in {KEY_VARIABLES[role]}, and add {file}.pub to "
               f"the list of trusted keys that {TRUSTED_VARIABLE} names")  # fmt: skip
