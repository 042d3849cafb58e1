"""`spiegel` as its users meet it: exit codes, texts without tracebacks, exports, what stays."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyspark
import pytest
from rich.console import Console
from typer.main import get_command

from jobs.documents import tell_where
from jobs.run import run
from jobs.spiegel import app
from spiegel_core.contracts.gold import BENCHMARKS, DOCUMENTS
from spiegel_core.contracts.gold_runs import QUALITY_RESULTS
from spiegel_core.contracts.gold_runs import STEPS as STEPS_TABLE
from spiegel_core.errors import GateStopped
from spiegel_core.runtime import pipeline
from spiegel_core.runtime.conf import PROJECT
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.jars import missing_jars
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.publishing import Publishing
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.session import LOCKED
from spiegel_core.runtime.steps import BENCHMARKS as BENCHMARKS_STEP
from spiegel_core.runtime.steps import begin
from tests.delivering import Delivery
from tests.pipeline.small_country import CUT_OFF, YEAR, SmallRun


def spiegel(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the command as a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "jobs.spiegel", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("status",), 0, "no claims received yet"),
        (("table", "gold.patients", "--out", "x.csv"), 2, "it holds persons"),
        (("table", "gold.outcome_sums", "--out", "x.csv"), 2, "the care of one person"),
        (("table", "gold.nothing", "--out", "x.csv"), 2, "there is no table"),
        (("receive", "/nowhere"), 2, "/nowhere"),
        (("check", "/nowhere/a.csv"), 2, "no such file"),
        (("documents", "--year", "2021"), 1, "no benchmarks"),
        (("run", "--years", "soon"), 2, "years"),
        (("run", "--years", "2019-20210000000000"), 2, "these are no years"),
        (("run", "--year", "21"), 2, "found:    21 to 21"),
        (("run", "--years", "2021-2019"), 2, "the first before the last"),
        (("run",), 2, "no year is named"),
        (("invent", "--out", "x", "--years", "2021-2019"), 2, "found:    2021-2019"),
        (("table", "gold.benchmarks", "--out", "x.csv"), 2, "there is no store here"),
        (("--conf", "/nowhere", "status"), 0, "no claims received yet"),
        (("--conf", "/nowhere", "receive", "."), 2, "conf"),
        (("fly",), 2, "fly"),
    ],
)
def test_every_wrong_use_has_its_code_and_no_traceback(
    arguments: tuple[str, ...], code: int, told: str, tmp_path: Path
) -> None:
    done = spiegel("--store", tmp_path / "store", *arguments)
    text = done.stdout + done.stderr

    assert done.returncode == code, text
    assert told.lower() in text.lower()
    assert "Traceback" not in text


def test_the_help_and_the_readme_name_the_same_commands() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"\n\| Command .*?\n\n", readme, re.DOTALL)
    named = {tuple(name.split()) for row in re.findall(r"\n\| (`.*?) \| ", table)
             for name in re.findall(r"`([a-z-]+(?: [a-z-]+)?)", row)}  # fmt: skip
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    groups = {name: of.commands for name, of in commands.items() if hasattr(of, "commands")}
    parts = {(name, part) for name, of in groups.items() for part in of}

    assert parts | {(name,) for name in commands if name not in groups} == named


def test_where_to_look_names_the_store(tmp_path: Path) -> None:
    job = Job(str(tmp_path / "a store"), None, Console(width=400))
    with job.console.capture() as captured:
        tell_where(job, 2021, [], "draft")
    lines = [line for line in captured.get().splitlines() if "spiegel " in line]

    assert len(lines) == 5
    assert all(f"--store '{tmp_path}/a store'" in line for line in lines)


def test_without_java_a_run_ends_with_3_and_says_what_to_install(tmp_path: Path) -> None:
    done = spiegel("--store", tmp_path / "store", "run", "--year", "2021", JAVA_HOME="/nowhere")

    assert done.returncode == 3
    assert "Java 17 or 21" in done.stderr
    assert "Traceback" not in done.stderr


def test_receive_ends_with_1_when_a_file_was_refused_and_0_when_it_comes_repaired(
    tmp_path: Path,
) -> None:
    folder, store = tmp_path / "in", tmp_path / "store"
    Delivery(lines=[{}] * 3).write(folder, "good")
    wrong = Delivery(delivery_id="B", lines=[{"granted_cents": "7"}] * 3)
    wrong.write(folder, "wrong")
    manifest = folder / "wrong.manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"rows": 3', '"rows": 4'), "utf-8")
    first = spiegel("--store", store, "receive", folder)
    wrong.write(folder, "wrong")
    second = spiegel("--store", store, "receive", folder)

    assert (first.returncode, second.returncode) == (1, 0), first.stderr + second.stderr
    assert "refused wrong.csv" in first.stdout


def exported(small_run: SmallRun, name: str, out: Path, *more: str) -> list[dict[str, str]]:
    done = spiegel("--store", small_run.folder, "table", name, "--out", out, *more)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("bronze.deliveries", "delivery_id revision verdict lines lines_set_aside debit_cents "
         "credit_cents rule message"),
        ("gold.population_counts", "report_year practice reason persons"),
        ("gold.availability", "report_year practice edition reason"),
        ("gold.benchmarks", "report_year product provider reference outcome measure persons "
         "observed expected index lower_95 upper_95 lower_99_8 upper_99_8"),
        ("gold.model_weights", "report_year product version outcome measure factor class "
         "persons weight"),
    ],
)  # fmt: skip
def test_exports_have_the_columns_others_rely_on(
    small_run: SmallRun, name: str, columns: str, tmp_path: Path
) -> None:
    rows = exported(small_run, name, tmp_path / "out.csv")

    assert set(columns.split()) <= set(rows[0])


def test_sums_of_one_person_leave_on_purpose_only(small_run: SmallRun, tmp_path: Path) -> None:
    rows = exported(small_run, "gold.outcome_sums", tmp_path / "out.csv", "--small-cells")

    assert {"provider", "profile", "outcome", "users", "total", "total_squares"} <= set(rows[0])


def test_status_tells_ledger_steps_and_why_there_is_no_mirror(small_run: SmallRun) -> None:
    done = spiegel("--store", small_run.folder, "status", "--year", YEAR, COLUMNS="160")

    assert done.returncode == 0, done.stderr
    for told in ("huisartsenzorg", "refused", "superseded", "TE_WEINIG_PATIENTEN", "finished"):
        assert told in done.stdout


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("products/praktijkspiegel.yml", "owner: ", "owner: the new ", "documents stale"),
        ("products/praktijkspiegel.yml", "review_by: 2", "review_by: 3", "model stale"),
        ("rules.yml", "title: ", "title: New ", "stale"),
    ],
)
def test_status_says_what_is_stale_after_a_change_of_conf(
    small_run: SmallRun, tmp_path: Path, file: str, before: str, after: str, told: str
) -> None:
    with Run(Folder(small_run.folder), "run") as shown:
        Publishing(small_run.job, YEAR, (YEAR,), CUT_OFF, shown).publish()
    conf = Path(shutil.copytree(PROJECT / "conf", tmp_path / "conf"))
    as_it_was = spiegel("--store", small_run.folder, "--conf", conf, "status", COLUMNS="160")
    changed = (conf / file).read_text(encoding="utf-8").replace(before, after, 1)
    (conf / file).write_text(changed, encoding="utf-8")
    now = spiegel("--store", small_run.folder, "--conf", conf, "status", COLUMNS="160")

    assert "stale" not in as_it_was.stdout
    assert told in now.stdout


def test_jars_are_found_where_spark_submit_takes_pyspark_out_of_a_zip_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pyspark, "__file__", "/spark/python/lib/pyspark.zip/pyspark/__init__.py")
    assert missing_jars() == []


def test_settings_that_keep_numbers_right_are_in_force(spark_session: Any) -> None:
    conf = spark_session.sparkContext.getConf()
    for key, value in LOCKED.items():
        found = conf.get(key) if key.startswith("spark.hadoop") else spark_session.conf.get(key)
        assert found == value, key


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_documents_are_made_once_and_again_byte_for_byte(small_run: SmallRun) -> None:
    folder = small_run.folder / "documents"
    published: list[list[str]] = []
    for _ in range(2):
        with Run(Folder(small_run.folder), "run") as shown:
            publishing = Publishing(small_run.job, YEAR, (YEAR,), CUT_OFF, shown)
            publishing.publish()
            published.append([step.name for step in shown.steps])
    first = content(folder)
    for path in folder.rglob("*.pdf"):
        path.unlink()
    with Run(Folder(small_run.folder), "run") as shown:
        Publishing(small_run.job, YEAR, (YEAR,), CUT_OFF, shown).publish()

    assert len(first) == 2 * len({row["provider"] for row in small_run.rows(DOCUMENTS)}) > 0
    assert content(folder) == first
    assert "finished for the same data" in published[1][-1]


def test_a_gate_that_stops_leaves_benchmarks_and_documents_as_they_were(
    small_run: SmallRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, documents = small_run.rows(BENCHMARKS), content(small_run.folder / "documents")
    real = pipeline.gold_metrics

    def wrong(*arguments: Any) -> dict[str, Any]:
        return {**real(*arguments), "persons_repeated": 1}

    monkeypatch.setattr(pipeline, "gold_metrics", wrong)
    begin(small_run.job.tables, YEAR, BENCHMARKS_STEP)
    with pytest.raises(GateStopped) as stopped:
        run(small_run.job, [YEAR], None, None)
    failed = [row for row in small_run.rows(QUALITY_RESULTS) if row["status"] == "failed"]

    assert "Every person stands once in gold.patients" in str(stopped.value)
    assert stopped.value.exit_code == 1
    assert small_run.rows(BENCHMARKS) == before
    assert content(small_run.folder / "documents") == documents
    assert "gold.persons_once" in {row["check"] for row in failed}
    assert small_run.rows(STEPS_TABLE, step=BENCHMARKS_STEP) == []
    monkeypatch.setattr(pipeline, "gold_metrics", real)
    small_run.run()
    assert small_run.rows(BENCHMARKS) == before
