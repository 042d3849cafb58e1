"""The same inputs give the same bytes: another run, another place, another hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import hashlib
from spiegel_core.runtime.publishing import make_documents
from tests.mirrors.practices import drawn_practice, practice
for made in make_documents([practice(), drawn_practice(1)]):
    print(hashlib.sha256(made.pdf).hexdigest(), hashlib.sha256(made.workbook).hexdigest())
"""


def run(**environment: str) -> str:
    """What the script prints in an environment of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT], env=os.environ | environment, check=True,
        capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return done.stdout


def test_two_runs_in_two_places_are_the_same_bytes() -> None:
    here = run(TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    there = run(TZ="Pacific/Auckland", LC_ALL="nl_NL.UTF-8", LANG="nl_NL.UTF-8", PYTHONHASHSEED="2")
    assert here == there
    assert len(here.split()) == 4
