"""An auditor checks weights and spreads in SQL, on exported files, without this project's code: it
agrees with what was published, and with nothing else."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from spiegel_core.runtime.plain_check import check_exported
from spiegel_core.runtime.verifying import Verifying
from tests.release.small_store import NAME, SmallStore

OUTCOME_AT = {"spreads.csv": 3, "outcome_sums.csv": 4}


@pytest.fixture(scope="module")
def exported(approved_store: SmallStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit") / "it's here"
    (part,) = [p for p in Verifying(approved_store.job, NAME).parts(export=out)
               if p.name == "weights and spreads, in plain SQL"]  # fmt: skip
    assert part.findings == []
    return out


def changed(exported: Path, out: Path, file: str, line: int, column: int, by: Decimal) -> Path:
    """A copy of the files with one number changed."""
    shutil.copytree(exported, out)
    lines = (out / file).read_text(encoding="utf-8").splitlines()
    fields = lines[line].split(",")
    fields[column] = f"{Decimal(fields[column]) + by:f}"
    lines[line] = ",".join(fields)
    (out / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return out


@pytest.mark.parametrize(
    ("file", "line", "column", "by", "told"),
    [
        # The intercept of the total cost: one unit of its last decimal is more than rounding left.
        ("model_weights.csv", 1, 8, "0.001", "the equation of this class does not hold"),
        ("model_weights.csv", 1, 8, "0.000000001", "decimals it was rounded away from"),
        ("model_weights.csv", 1, 7, "1", "the persons of this class are others"),
        ("outcome_sums.csv", 5, 6, "1", "the equation of this class does not hold"),
        ("populations.csv", 5, 4, "1", "the equation of this class does not hold"),
    ],
)
def test_whatever_is_changed_no_longer_agrees(
    exported: Path, tmp_path: Path, file: str, line: int, column: int, by: str, told: str
) -> None:
    found = check_exported(changed(exported, tmp_path / "out", file, line, column, Decimal(by)))
    assert any(told in finding.what for finding in found), "\n".join(map(str, found))


def test_a_spread_that_is_gone_is_missed(exported: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(exported, out)
    lines = (out / "spreads.csv").read_text("utf-8").splitlines()
    (out / "spreads.csv").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    found = check_exported(out)
    assert {finding.place for finding in found} == {"gold.model_spreads, consult_short"}
    assert any("the sum of squares is none" in finding.what for finding in found)
    assert any("the national spread is none" in finding.what for finding in found)


@pytest.mark.parametrize(
    ("file", "line", "column", "by", "told"),
    [
        ("spreads.csv", 1, 4, "1", "the sum of squares is"),
        ("spreads.csv", 1, 5, "0.000001", "the national spread is"),
        ("spreads.csv", 1, 5, "-0.000000001", "the national spread is"),
        ("spreads.csv", 3, 5, "0.000000001", "the national spread is"),
        ("outcome_sums.csv", 5, 7, "1", "the sum of squares is"),
        ("outcome_sums.csv", 5, 6, "1", "the national spread is"),
    ],
)
def test_a_spread_that_does_not_follow_is_named(
    exported: Path, tmp_path: Path, file: str, line: int, column: int, by: str, told: str
) -> None:
    outcome = (exported / file).read_text("utf-8").splitlines()[line].split(",")[OUTCOME_AT[file]]
    found = check_exported(changed(exported, tmp_path / "out", file, line, column, Decimal(by)))
    assert any(
        finding.place == f"gold.model_spreads, {outcome}" and told in finding.what
        for finding in found
    ), "\n".join(map(str, found))
    if file == "spreads.csv":
        assert len(found) == 1


def test_a_weight_that_is_gone_is_missed(exported: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(exported, out)
    head, _, *rest = (out / "model_weights.csv").read_text("utf-8").splitlines()
    (out / "model_weights.csv").write_text("\n".join([head, *rest]) + "\n", encoding="utf-8")
    assert any("has no weight" in finding.what for finding in check_exported(out))


def test_the_script_needs_nothing_but_duckdb_and_the_folder(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(exported)
    with duckdb.connect() as database:
        rows = database.execute(Path("verify.sql").read_text(encoding="utf-8")).fetchall()
        equations, wrong = database.execute(
            "SELECT (SELECT count(*) FROM equations), (SELECT count(*) FROM wrong)"
        ).fetchall()[0]
    assert (rows, wrong) == ([], 0)
    assert equations > 300
