"""Cut, flipped, spliced, written otherwise: judged in time, in memory, and never by half.

A file is accepted only where a slow reader of its own finds in it the lines and cents that its
manifest, or its record 99, says.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from jobs.check import check
from spiegel_core.runtime.conf import PROJECT, Conf

from . import slow_reader, trial
from .hostile import as_claims, as_ei, claims, declaration, hostile_files
from .trial import Fault, Trials, judged_in_time, must_add_up

# A process of its own, so that the memory is that of the judging alone.
_PROGRAM = """
    import dataclasses, json, sys
    from tests.fuzz.hostile import hostile_files
    from tests.fuzz.trial import Trials
    from tests.memory import peak_mib

    trials, before = Trials(), peak_mib()
    for number, file in enumerate(hostile_files()):
        if number % int(sys.argv[1]) == 0:
            trials.add(file)
    told = {**dataclasses.asdict(trials), "grew_mib": peak_mib() - before, "peak_mib": peak_mib()}
    print(json.dumps(told))
"""


def tried(every: int) -> dict[str, Any]:
    """What every so many-th hostile file came to."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_PROGRAM), str(every)],
        cwd=PROJECT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("every", "at_least"), [(15, 200), pytest.param(1, 3_000, marks=pytest.mark.long)]
)
def test_hostile_files_are_judged_in_time_and_never_accepted_with_other_totals(
    every: int, at_least: int
) -> None:
    told = tried(every)

    assert told["faults"] == []
    assert told["files"] >= at_least
    assert told["slowest_seconds"] < trial.SECONDS_AT_MOST
    assert told["peak_mib"] < 1024
    # Some must be accepted, or nothing was compared.
    assert len(told["accepted"]) >= at_least // 15
    assert told["with_lines_aside"] >= at_least // 30


def test_a_file_of_200_lines_cut_after_any_of_them_is_refused() -> None:
    trials = Trials()
    for file in hostile_files():
        if "cut after line" in file.what:
            trials.add(file)

    assert trials.files >= 400
    assert trials.accepted == trials.faults == []


def test_spiegel_check_judges_hostile_files_as_the_door_does(
    tmp_path: Path, conf: Conf, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [*hostile_files()][::150]
    for number, file in enumerate(files):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / file.name).write_bytes(file.data)
        if file.manifest is not None:
            (folder / "a.manifest.json").write_bytes(file.manifest)
    named = [str(tmp_path / str(number) / file.name) for number, file in enumerate(files)]

    code = check(named, conf, True, str(tmp_path / "feedback"))

    lines = capsys.readouterr().out.splitlines()
    told = [json.loads(line)["verdict"] == "refused" for line in lines]
    assert code == 1
    assert told == [judged_in_time(file).is_refused for file in files]
    assert {True, False} == set(told)


def test_the_same_seed_gives_the_same_files() -> None:
    first, second = [[*hostile_files(seed)][::100] for seed in (7, 7)]
    assert first == second
    assert first != [*hostile_files(8)][::100]


@pytest.mark.parametrize("packing", ["", "gz", "zst"])
def test_the_slow_reader_finds_in_the_right_files_what_they_say(packing: str) -> None:
    packed = dataclasses.replace(claims(), packing=packing).packed()
    file = as_claims("as it is", packed, packing)
    assert file.manifest is not None
    held = slow_reader.claims_held(file.data, file.name)
    assert held == slow_reader.claims_declared(file.manifest)
    assert held["rows"] == 200
    right = declaration()
    assert slow_reader.ei_held(right, "a.asc") == slow_reader.ei_declared(right, "a.asc")


@pytest.mark.parametrize(
    ("file", "changed"),
    [(as_claims("one", claims().data()), (b";1007;", b";1008;")),
     (as_ei("one", declaration()), (b"00090000D", b"00090001D"))],
    ids=["claims", "EI"],
)  # fmt: skip
def test_a_judgement_of_other_bytes_is_a_fault(file: Any, changed: tuple[bytes, bytes]) -> None:
    found = judged_in_time(file)
    assert not found.is_refused
    must_add_up(file, found)
    other = dataclasses.replace(file, data=file.data.replace(*changed))
    assert other.data != file.data
    with pytest.raises(Fault, match="accepted, and declares"):
        must_add_up(other, found)


def test_what_raises_or_hangs_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: object) -> None:
        raise IndexError("out of bounds")

    def hangs(*_: object) -> None:
        while True:
            pass

    trials = Trials()
    for judge in (raises, hangs):
        monkeypatch.setattr(trial, "judge_ei_delivery", judge)
        monkeypatch.setattr(trial, "SECONDS_AT_MOST", 0.05)
        trials.add(as_ei("any", b"01"))

    assert [fault.split(":")[1] for fault in trials.faults] == [" any", " any"]
    assert "IndexError" in trials.faults[0]
    assert "TimeoutError" in trials.faults[1]
