"""The notebooks run as scripts on a finished store, and what they show holds there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.publishing import Publishing
from spiegel_core.runtime.run import Run
from tests.pipeline.small_country import CUT_OFF, YEAR, SmallRun


@pytest.mark.parametrize("notebook", sorted((PROJECT / "notebooks").glob("*.py")), ids=str)
def test_a_notebook_runs_to_its_end(notebook: Path, small_run: SmallRun, tmp_path: Path) -> None:
    with Run(Folder(small_run.folder), "run") as shown:
        Publishing(small_run.job, YEAR, (YEAR,), CUT_OFF, shown).publish()
    done = subprocess.run(
        [sys.executable, str(notebook)], capture_output=True, text=True, check=False, cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "SPIEGEL_STORE": str(small_run.folder),
             "SPIEGEL_STUDY": str(tmp_path / "study"), "SPIEGEL_STUDY_SIZE": "small",
             "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2000:]
