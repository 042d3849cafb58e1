"""`spiegel check`: the judgement of a file, without admitting it, without Spark or a store."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.check import check
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.conf import PROJECT, Conf
from tests.delivering import Delivery, bsn, register

HEAVY = ("pyspark", "pandas", "scipy", "mlflow", "matplotlib", "great_expectations")


def checked(capsys: pytest.CaptureFixture[str], conf: Conf, *files: Path) -> tuple[int, list[dict]]:
    code = check([str(file) for file in files], conf, True)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_file_without_a_fault(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    code, (told,) = checked(capsys, conf, Delivery(lines=[{}] * 3).write(tmp_path, "a"))

    assert code == 0
    assert told == {
        "file": "a.csv",
        "recognised_as": "claims:huisartsenzorg",
        "verdict": "admitted",
        "lines": 3,
        "lines_set_aside": 0,
        "findings": [],
    }
    assert list(told) == [
        "file", "recognised_as", "verdict", "lines", "lines_set_aside", "findings",
    ]  # fmt: skip


def test_a_folder_is_said_to_be_one(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    with pytest.raises(WrongUse, match=r"this is a folder\n(.|\n)*name the data files in it"):
        checked(capsys, conf, tmp_path)


def test_a_line_set_aside_is_told_and_the_file_admitted(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    delivery = Delivery(lines=[*[{}] * 19, {"cover": "C", "bsn": bsn(3)}])
    code, (told,) = checked(capsys, conf, delivery.write(tmp_path, "a"))

    assert code == 0
    assert (told["verdict"], told["lines"], told["lines_set_aside"]) == ("admitted", 20, 1)
    (finding,) = told["findings"]
    assert list(finding) == ["rule", "consequence", "record", "line", "field", "message"]
    assert finding | {"message": ""} == {
        "rule": "field.form",
        "consequence": "set_line_aside",
        "record": "claims",
        "line": 20,
        "field": "cover",
        "message": "",
    }
    assert bsn(3) not in json.dumps(told)


def test_a_refused_file_ends_with_code_1(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    wrong = Delivery(manifest={"rows": 7}).write(tmp_path, "wrong")
    right = register("organisations", [{}]).write(tmp_path, "right")
    code, (first, second) = checked(capsys, conf, wrong, right)

    assert code == 1
    assert (first["verdict"], second["verdict"]) == ("refused", "admitted")
    assert second["recognised_as"] == "organisations"
    (finding,) = first["findings"]
    assert (finding["rule"], finding["consequence"], finding["line"]) == (
        "claims.rows", "refuse_file", None,
    )  # fmt: skip


def test_a_file_without_a_readable_manifest_is_recognised_as_nothing(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    data = Delivery().write(tmp_path, "a")
    data.with_name("a.manifest.json").unlink()
    other = Delivery(manifest={"kind": "?"}).write(tmp_path, "b")
    code, told = checked(capsys, conf, data, other)

    assert code == 1
    assert [(t["recognised_as"], t["verdict"]) for t in told] == [(None, "refused")] * 2


def test_a_name_with_a_number_as_long_as_a_bsn_is_masked(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    _, (told,) = checked(capsys, conf, Delivery().write(tmp_path, f"claims-{bsn(1)}"))
    assert told["file"] == "claims-*********.csv"


@pytest.mark.parametrize("name", ["nowhere.csv", "a.manifest.json"])
def test_a_file_that_cannot_be_checked_is_wrong_use(conf: Conf, tmp_path: Path, name: str) -> None:
    Delivery().write(tmp_path, "a").unlink()
    with pytest.raises(WrongUse):
        check([str(tmp_path / name)], conf, True)


def test_a_file_that_is_nothing_we_know_is_refused(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    (tmp_path / "notes.md").write_text("?")
    code, (told,) = checked(capsys, conf, tmp_path / "notes.md")

    assert (code, told["verdict"], told["recognised_as"]) == (1, "refused", None)
    assert [f["rule"] for f in told["findings"]] == ["file.unrecognised"]


def test_the_text_for_people_names_the_worst_first(
    capsys: pytest.CaptureFixture[str], conf: Conf, tmp_path: Path
) -> None:
    delivery = Delivery(lines=[{"cover": "C"}] + [{}] * 30, manifest={"rows": 7})
    code = check([str(delivery.write(tmp_path, "a"))], conf, False)

    told = capsys.readouterr().out.splitlines()
    assert code == 1
    assert told[0] == "a.csv: would be refused"
    assert told[1] == "  recognised as claims:huisartsenzorg; 31 lines, 1 set aside, 2 findings"
    assert told[2].startswith("  refuse_file    file, rows: ")
    assert told[3].startswith("  set_line_aside line 1, cover: ")


def test_the_command_ends_with_the_code_of_the_check(tmp_path: Path) -> None:
    data = Delivery(manifest={"debit_cents": 1}).write(tmp_path, "a")
    done = subprocess.run(
        [sys.executable, "-m", "jobs.spiegel", "check", str(data), "--json"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["verdict"] == "refused"


def test_checking_needs_neither_spark_nor_anything_as_heavy() -> None:
    program = "import sys, jobs.check; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert set(HEAVY).isdisjoint(done.stdout.split())
