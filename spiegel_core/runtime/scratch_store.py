"""A store beside the store, whose files are second names of its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from spiegel_core.runtime.job import Job


def linked_job(job: Job, store: Path, layers: Sequence[str], conf: Path) -> Job:
    """The same layers under another folder, to be worked on with the same session.

    Delta's files are never written in place, so nothing of the first store changes.

    Args:
        job: the store, and its session.
        store: the folder of the other store; on the same disk its files take no room.
        layers: as bronze and silver.
        conf: folder of the configuration of the other store.

    Raises:
        EnvironmentUnfit: the store is not on this machine, so there are no links to its files.
    """
    for layer in layers:
        shutil.copytree(job.folder.local_path / layer, store / layer, copy_function=_linked)
    other = Job(str(store), conf, job.console)
    other.__dict__["spark"] = job.spark
    return other


def _linked(source: str, target: str) -> None:
    """A second name of a file; a copy where the disk knows no second names."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
