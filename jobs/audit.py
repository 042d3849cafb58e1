"""Versions and releases held to what they say of themselves: `spiegel audit`.

Reads    gold.*, models, releases
Writes   nothing in the store; the folder of --export or --out
Run      spiegel audit verify praktijkspiegel-2021-v1
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs import audit_compare, audit_explain
from jobs.options import as_job
from spiegel_core.errors import WrongUse
from spiegel_core.release.names import release_name, version_name
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.job import Job

if TYPE_CHECKING:
    from spiegel_core.runtime.verifying import Checked

audit = typer.Typer(
    help="Verify, explain, compare and make again what was made.", no_args_is_help=True,
    pretty_exceptions_enable=False,
)  # fmt: skip
audit.command("explain")(audit_explain.main)
audit.command("compare")(audit_compare.main)


def verify(
    job: Job, version: str, from_claims: bool, export: Path | None, head: Path | None
) -> int:
    """Verify a version and show every part; returns how many findings there are."""
    from spiegel_core.runtime.verifying import Verifying

    verifying = Verifying(job, version_name(version))
    findings = 0
    for part in verifying.parts(head, export):
        findings += _show(job, part)
    if from_claims:
        from spiegel_core.runtime.from_claims import check_from_claims

        findings += _show(job, check_from_claims(job, verifying))
    verdict = "nothing differs" if not findings else f"{findings} findings"
    job.console.print(f"{version}: {verdict}", highlight=False)
    return findings


def reproduce(job: Job, release: str, out: Path, practices: list[str]) -> int:
    """Make a release again and show what differs; returns how many findings there are."""
    from spiegel_core.runtime.reproducing import Reproducing

    if Folder(out).uri == job.folder.uri:
        raise WrongUse("--out is the store itself", fix="name another folder")
    reproducing = Reproducing(job, release_name(release))
    findings = reproducing.check()
    notes = reproducing.differences_of_the_environment()
    made = 0
    if not findings:
        for _, found in reproducing.make_again(out, practices):
            made += 1
            findings += found
        findings += reproducing.changed_documents()
    for line in [*notes, *findings]:
        job.console.print(f" {line}", highlight=False, markup=False)
    verdict = "the same, byte for byte" if not findings else f"{len(findings)} findings"
    job.console.print(f"{release}: {made} practices made again in {out}: {verdict}",
                      highlight=False)  # fmt: skip
    return len(findings)


def _show(job: Job, part: Checked) -> int:
    mark = "[red]✗[/]" if part.findings else "[green]✓[/]"
    job.console.print(f" {mark} {part.name:<44}{part.seconds:>7.1f} s", highlight=False)
    for note in part.notes:
        job.console.print(f"     {note}", highlight=False, markup=False)
    for finding in part.findings:
        job.console.print(f"     {finding}", highlight=False, markup=False)
    return len(part.findings)


@audit.command("verify")
def verify_command(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="Version, as praktijkspiegel-2021-v1.")],
    from_claims: Annotated[
        bool, typer.Option("--from-claims", help="Also make the sums again from silver (Spark).")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the sums as CSV and SQL that checks weights and spreads (audit)."
        ),
    ] = None,
    head: Annotated[
        Path | None, typer.Option(help="A head.json of the register you kept earlier.")
    ] = None,
) -> None:
    """Is a version what was registered, and do its weights follow from the sums?"""
    where = context.obj
    if verify(as_job(where.store, where.conf), version, from_claims, export, head):
        raise typer.Exit(1)


@audit.command("reproduce")
def reproduce_command(
    context: typer.Context,
    release: Annotated[str, typer.Argument(help="Release, as praktijkspiegel-2021-national-v2.")],
    out: Annotated[Path, typer.Option(help="Folder to write to; not the store.")],
    practice: Annotated[
        list[str] | None, typer.Option(help="Only this practice; may stand several times.")
    ] = None,
) -> None:
    """Make released documents again from their manifest; byte for byte the same?"""
    where = context.obj
    if reproduce(as_job(where.store, where.conf), release, out, practice or []):
        raise typer.Exit(1)
