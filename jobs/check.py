"""A delivered file -> its judgement, without admitting it and without Spark.

Reads    one data file and its manifest, or an EI file, which needs none
Writes   with --feedback the feedback its sender would get, else nothing
Run      spiegel check FILE... [--json] [--feedback DIR]          spark-submit jobs/check.py FILE...
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from jobs.options import ConfOption, as_script
from spiegel_core.contracts.files import CLAIMS
from spiegel_core.deliveries.ei.delivery import judge_ei_delivery
from spiegel_core.deliveries.findings import REFUSE_FILE
from spiegel_core.deliveries.judge import Judgement, judge_delivery, not_recognised
from spiegel_core.deliveries.names import shown_name
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.ei_standards import read_standards
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.incoming import (
    find_incoming,
    is_file,
    is_folder,
    read_incoming,
    sha256_of,
)

_SHOWN = 20


def check(files: list[str], conf: Conf, as_json: bool, feedback: str | None = None) -> int:
    """Judge files and print what was found; 1 when one of them would be refused."""
    code = 0
    for file in files:
        judgement = judge_file(file, conf)
        if feedback is not None:
            _give_feedback(file, judgement, conf, feedback)
        sys.stdout.write((_as_json if as_json else _as_text)(file, judgement) + "\n")
        code = max(code, int(judgement.is_refused))
    return code


def judge_file(file: str, conf: Conf) -> Judgement:
    """Judge one file as the door would; its manifest stands beside it, or is its header record."""
    if "://" not in file and not is_file(file):
        if is_folder(file):
            raise WrongUse("this is a folder", where=shown_name(file),
                           fix="name the data files in it")  # fmt: skip
        raise WrongUse("there is no such file", where=shown_name(file))
    (incoming, *_) = find_incoming([file])
    if incoming.data is None:
        raise WrongUse("the data file of this manifest is not there", where=shown_name(file))
    if not incoming.is_recognised:
        return not_recognised(sha256_of(incoming.data))
    if incoming.is_ei:
        data = read_incoming(incoming.data)
        return judge_ei_delivery(data, incoming.data, read_standards(conf), conf.door(), None)
    manifest = read_incoming(incoming.manifest) if incoming.manifest else None
    return judge_delivery(manifest, read_incoming(incoming.data), incoming.data, conf.door(), None)


def _give_feedback(file: str, judgement: Judgement, conf: Conf, folder: str) -> None:
    """The feedback `receive` would write, were this the only file that ever came."""
    from spiegel_core.runtime.catalogue import read_catalogue
    from spiegel_core.runtime.feedback import Outbox
    from spiegel_core.runtime.intake import arrival_of

    catalogue = read_catalogue()
    (incoming, *_) = find_incoming([file])
    arrival = arrival_of(incoming.name, judgement, None, None, catalogue.fingerprint)
    settled = dataclasses.replace(arrival, verdict=arrival.verdict or "admitted")
    outbox = Outbox(Folder(folder), catalogue, conf.settings().feedback.findings)
    outbox.write(settled, judgement.findings.kept)


def _recognised_as(judgement: Judgement) -> str | None:
    manifest = judgement.manifest
    if manifest is None or judgement.recognised_as is not None:
        return judgement.recognised_as
    return f"{manifest.kind}:{manifest.care_type}" if manifest.kind == CLAIMS else manifest.kind


def _as_json(file: str, judgement: Judgement) -> str:
    return json.dumps(
        {
            "file": shown_name(Path(file).name),
            "recognised_as": _recognised_as(judgement),
            "verdict": "refused" if judgement.is_refused else "admitted",
            "lines": judgement.lines,
            "lines_set_aside": len(judgement.aside),
            "findings": [finding.as_json() for finding in judgement.findings.kept],
        }
    )


def _as_text(file: str, judgement: Judgement) -> str:
    verdict = "would be refused" if judgement.is_refused else "would be admitted"
    lines = [
        f"{shown_name(Path(file).name)}: {verdict}",
        f"  recognised as {_recognised_as(judgement) or 'nothing'}; {judgement.lines:,} lines, "
        f"{len(judgement.aside):,} set aside, {judgement.findings.count:,} findings",
    ]
    ordered = sorted(judgement.findings.kept, key=lambda f: f.consequence != REFUSE_FILE)
    for finding in ordered[:_SHOWN]:
        place = f"line {finding.line}" if finding.line is not None else "file"
        field = f", {finding.field}" if finding.field else ""
        lines.append(f"  {finding.consequence:<14} {place}{field}: {finding.message} "
                     f"[{finding.rule}]")  # fmt: skip
    if judgement.findings.count > _SHOWN:
        lines.append(f"  and {judgement.findings.count - _SHOWN:,} more; --json shows them")
    return "\n".join(lines)


def main(
    files: Annotated[list[str], typer.Argument(help="Data files; each manifest beside its file.")],
    conf: ConfOption = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per file.")] = False,
    feedback: Annotated[
        str | None, typer.Option(help="Folder for the feedback its sender would get.")
    ] = None,
) -> None:
    """Judge a file without admitting it; exit code 1 when it would be refused."""
    if code := check(files, Conf(Path(conf) if conf else None), json, feedback):
        raise typer.Exit(code)


if __name__ == "__main__":
    as_script(main)
