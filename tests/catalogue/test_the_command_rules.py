"""`spiegel rules`: the catalogue listed, and one rule explained in full, within a second or so."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from jobs.rules import rules
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.catalogue import read_catalogue
from spiegel_core.runtime.conf import PROJECT
from tests.door.test_check import HEAVY


def test_the_list_names_every_rule_with_its_consequence(capsys: pytest.CaptureFixture[str]) -> None:
    rules(None, None, False)
    told = capsys.readouterr().out
    for rule in read_catalogue().rules:
        (line,) = [line for line in told.splitlines() if f" {rule.id} " in line]
        assert rule.consequence in line
    assert read_catalogue().fingerprint[:12] in told


def test_one_consequence(capsys: pytest.CaptureFixture[str]) -> None:
    rules(None, "warn", True)
    told = json.loads(capsys.readouterr().out)
    assert told["rules_sha256"] == read_catalogue().fingerprint
    assert {rule["consequence"] for rule in told["rules"]} == {"warn"}
    assert {"claims.unusual_list", "silver.references_once"} <= {r["id"] for r in told["rules"]}


def test_a_rule_is_explained_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    rules("silver.has_claims", None, False)
    assert capsys.readouterr().out == (
        "silver.has_claims\n"
        "  what:     There are claims of the report year\n"
        "  follows:  stop\n"
        "  judged:   silver: claim_lines at least 1\n"
        "  why:      A year without claims would give documents full of zeros.\n"
        "  repair:   Receive the deliveries of the year, or name another year.\n"
        "  source:   rules, 'Who counts' 1\n"
        "  owner:    platform team\n"
        "  since:    0.3.0\n"
    )


def test_a_wrong_id_is_told_with_the_nearest_ones() -> None:
    with pytest.raises(WrongUse) as raised:
        rules("file.heder", None, False)
    assert str(raised.value) == (
        "there is no rule file.heder\n"
        "  expected: file.header, file.lone_cr, file.encoding\n"
        "  fix:      spiegel rules file.header"
    )
    with pytest.raises(WrongUse):
        rules(None, "explode", False)


def test_the_command_ends_with_2_for_a_wrong_id() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jobs.spiegel", "rules", "nothing.such"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("there is no rule nothing.such\n")


def test_the_catalogue_needs_neither_spark_nor_anything_as_heavy() -> None:
    program = "import sys, jobs.rules; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert set(HEAVY).isdisjoint(done.stdout.split())


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1"])
def test_a_terminal_without_our_signs_gets_the_list_and_the_same_json(encoding: str) -> None:
    def told(encoding: str, *arguments: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "jobs.spiegel", "rules", *arguments], cwd=PROJECT, check=True,
            capture_output=True, env={"PATH": "", "PYTHONIOENCODING": encoding},
        ).stdout  # fmt: skip

    listed = told(encoding).decode(encoding)
    assert all(rule.id in listed for rule in read_catalogue().rules)
    assert ("één" in listed, "??n" in listed) == (encoding != "ascii", encoding == "ascii")
    assert told(encoding, "--json") == told("utf-8", "--json")
