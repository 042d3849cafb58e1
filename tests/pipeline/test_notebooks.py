"""The notebooks run as scripts on a finished store, and what they show holds there."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spiegel_core.invent.study_country import SMALL_STUDY
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.publishing import Publishing
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.study_results import read_study
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.version_facts import keep_facts
from tests.audit.country import Country, Patient
from tests.audit.ledger import deliver
from tests.pipeline.small_country import CUT_OFF, YEAR, SmallRun

NOTEBOOKS = {path.stem: path for path in sorted((PROJECT / "notebooks").glob("*.py"))}
COMPARING = "comparing_two_versions"


def run_notebook(name: str, store: Path, study: Path) -> str:
    """What a notebook shows; it must run to its end."""
    done = subprocess.run(
        [sys.executable, str(NOTEBOOKS[name])], capture_output=True, text=True, check=False,
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "SPIEGEL_STORE": str(store),
             "SPIEGEL_STUDY": str(study), "SPIEGEL_STUDY_SIZE": "small"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_there_is_a_notebook_for_every_question_of_a_reader() -> None:
    assert set(NOTEBOOKS) == {
        "one_practice", "why_this_expected_value", COMPARING, "simulation_study",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(NOTEBOOKS.keys() - {COMPARING, "simulation_study"}))
def test_a_notebook_runs_to_its_end(name: str, small_run: SmallRun, tmp_path: Path) -> None:
    with Run(Folder(small_run.folder), "run") as shown:
        Publishing(small_run.job, YEAR, (YEAR,), CUT_OFF, shown).publish()
    assert run_notebook(name, small_run.folder, tmp_path)


def test_two_versions_are_compared(tmp_path: Path) -> None:
    tables = Tables(Folder(tmp_path / "store"))
    heads = "id | kind | verdict | content | load | debit | credit"
    june, july = (
        "june | claims | admitted | a | 1 | 5 | ",
        "july | claims | admitted | b | 2 | 3 | ",
    )
    for number, ledger in enumerate(([june], [june, july]), start=1):
        deliver(tables, "\n".join([heads, *ledger]))
        patients = [Patient("01000001", cents=20_000 + 1_500 * number)] * 30
        Country([*patients, *[Patient("01000002", "V 45-49", cents=41_000)] * 25], {}).write(
            tables, number
        )
        keep_facts(tables, Conf(), YEAR, "code")
    shown = run_notebook(COMPARING, tmp_path / "store", tmp_path)
    # By hand: (30 x 215 + 25 x 410) / 55 euros, then 30 of 55 persons had 15 euros more.
    told = [line.split() for line in shown.splitlines()]
    assert ["before", "303.64"] in told
    assert ["weights", "8.18"] in told
    assert ["after", "311.82"] in told


def test_the_study_keeps_its_table_charts_and_answers(tmp_path: Path) -> None:
    run_notebook("simulation_study", tmp_path / "store", tmp_path)
    made = {path.name for path in tmp_path.glob("*.*")}
    assert {"study.json", "published.md", "other.md"} <= made
    figures = {"study_coverage.svg", "study_power_cost_total.svg", "study_power_cost_farmacie.svg"}
    assert figures <= made
    assert sum(name.endswith(".png") for name in made) == 3
    assert read_study(Conf(tmp_path)).plan == SMALL_STUDY


def test_notebooks_define_nothing_of_their_own() -> None:
    for path in NOTEBOOKS.values():
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, kinds)], path.name
