"""The sums of a version made again from the lines in silver, in a folder of their own."""

from __future__ import annotations

import datetime
import tempfile
import time
from pathlib import Path

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.errors import GateStopped
from spiegel_core.release.canonical import Finding
from spiegel_core.release.table_content import differing_blocks
from spiegel_core.runtime.comparing import blocks_from
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.pipeline import YearRun
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.scratch_store import linked_job
from spiegel_core.runtime.steps import deliveries_of_year
from spiegel_core.runtime.table_files import MODEL_INPUTS, content_of_table
from spiegel_core.runtime.verifying import Checked, Verifying

_READ_ONLY = ("bronze", "silver")
_NAME = "sums, made again from the claims"


def check_from_claims(job: Job, verifying: Verifying) -> Checked:
    """Make the sums of the version's year again, by its own conf/, and compare them.

    The folder, beside the store, has links to the files of bronze and silver and gets gold of its
    own.

    Raises:
        EnvironmentUnfit: the store is not on this machine, so there are no links to its files.
    """
    started = time.monotonic()
    name, files = verifying.name, verifying.files
    then = files[f"inputs/{DELIVERIES.name}.txt"].decode().splitlines()
    now = deliveries_of_year(job.tables, name.report_year)
    found = [
        Finding(DELIVERIES.name, f"{len(set(then) ^ set(now))} deliveries of the year count now "
                "and did not then, or the reverse")
    ] if then != now else []  # fmt: skip
    with tempfile.TemporaryDirectory(dir=job.folder.local_path.parent) as scratch:
        other = _scratch_job(job, Path(scratch), files)
        cut_off = datetime.date.fromisoformat(str(verifying.manifest.facts["cut_off"]))
        try:
            with Run(other.folder, "from-claims") as run:
                YearRun(other, name.report_year, cut_off, run).year()
        except GateStopped as problem:
            # Lines and the totals the door kept of them no longer agree: that is a finding too.
            stopped = Finding("silver, made again", " ".join(str(problem).split()))
            return Checked(_NAME, [*found, stopped], [], time.monotonic() - started)
        for table, column in MODEL_INPUTS.items():
            stored = blocks_from(files[f"inputs/{table.name}.csv"])
            made = content_of_table(other.tables, table, name.report_year, name.product)
            found += differing_blocks(f"{table.name} from the claims", column, stored, made.blocks)
    return Checked(_NAME, found, [], time.monotonic() - started)


def _scratch_job(job: Job, scratch: Path, files: dict[str, bytes]) -> Job:
    conf = scratch / "conf"
    for name, content in files.items():
        if name.startswith("conf/"):
            path = scratch / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    # Settings of the machine, and bounds of a gate that was passed, are no part of a version.
    for name in ("base.yml", "volumes.yml"):
        (conf / name).write_bytes((job.conf.folder / name).read_bytes())
    return linked_job(job, scratch / "store", _READ_ONLY, conf)
