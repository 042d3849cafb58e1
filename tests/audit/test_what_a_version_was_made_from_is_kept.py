"""When the benchmarks of a version stand, what it was computed from is kept, once and for all."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spiegel_core.contracts.gold import BENCHMARKS, CLASS_COUNTS, POPULATION_COUNTS
from spiegel_core.contracts.gold_versions import (
    GOLD_VERSIONS,
    VERSION_BENCHMARKS,
    VERSION_CLASS_COUNTS,
    VERSION_INPUTS,
    VERSION_POPULATIONS,
)
from spiegel_core.engine.version_parts import Input
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.version_facts import deliveries_in_force, keep_facts, rules_in_force
from tests.audit.country import YEAR, Country, Patient
from tests.audit.ledger import deliver

AGB = "01000001"
LEDGER = """
    id    | kind           | verdict    | content | load | debit | credit | other_year | other_cover
    june  | claims         | admitted   | aaa     | 1    | 500   | 20     | 9          | 70
    may   | claims         | admitted   | bbb     | 2    |       |        | 9          |
    april | claims         | superseded | ccc     | 3    | 800   |        |            |
    ins   | insured        | admitted   | ddd     | 4    |       |        |            |
    agb   | organisations  | admitted   | eee     | 5    |       |        |            |
    town  | municipal_care | admitted   | fff     | 6    |       |        |            |
"""


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(Folder(tmp_path))


def small_country(persons: int = 3) -> Country:
    return Country([Patient(AGB, cents=100 * n) for n in range(persons)], {AGB: {"high_cost": 1}})


def test_deliveries_in_force_are_those_that_count_and_hold_care_of_the_year(tables: Tables) -> None:
    deliver(tables, LEDGER)
    # Two months of each; the supplementary cover and other years are no part of it.
    assert list(deliveries_in_force(tables, YEAR)) == [
        Input("claims", "3311 june", "aaa", 8, 1000, 40),
        Input("insured", "3311 ins", "ddd"),
        Input("organisations", "3311 agb", "eee"),
    ]


def test_counts_benchmarks_and_reasons_are_kept_under_the_version(
    tables: Tables, conf: Conf
) -> None:
    deliver(tables, LEDGER)
    small_country().write(tables, version=4)
    keep_facts(tables, conf, YEAR, "code-1")

    for kept, source in ((VERSION_CLASS_COUNTS, CLASS_COUNTS), (VERSION_BENCHMARKS, BENCHMARKS),
                         (VERSION_POPULATIONS, POPULATION_COUNTS)):  # fmt: skip
        rows = tables.read(kept, report_year=YEAR, version=4)
        names = [n for n in kept.column_names if n in source.column_names]
        assert rows.num_rows == tables.read(source).num_rows > 0
        order = [(name, "ascending") for name in kept.key if name in names]
        assert rows.select(names).sort_by(order) == tables.read(source).select(names).sort_by(order)
    code = tables.read(VERSION_INPUTS, kind="code").to_pylist()
    assert [(row["version"], row["sha256"]) for row in code] == [(4, "code-1")]


def test_what_is_kept_of_a_version_never_changes_and_stays_beside_a_later_one(
    tables: Tables, conf: Conf
) -> None:
    deliver(tables, LEDGER)
    small_country().write(tables, version=1)
    keep_facts(tables, conf, YEAR, "code-1")
    before = {t.name: tables.read(t) for t in GOLD_VERSIONS}

    small_country(5).write(tables, version=1)
    keep_facts(tables, conf, YEAR, "code-2")
    assert {t.name: tables.read(t) for t in GOLD_VERSIONS} == before

    small_country(5).write(tables, version=2)
    keep_facts(tables, conf, YEAR, "code-2")
    for table in GOLD_VERSIONS:
        assert tables.read(table, version=1).equals(before[table.name])
        assert tables.read(table, version=2).num_rows


def test_what_an_interrupted_run_left_is_written_anew(tables: Tables, conf: Conf) -> None:
    deliver(tables, LEDGER)
    small_country().write(tables)
    keep_facts(tables, conf, YEAR, "code-1")
    counts = tables.read(VERSION_CLASS_COUNTS)
    tables.replace(VERSION_INPUTS, tables.read(VERSION_INPUTS).slice(0, 0))

    keep_facts(tables, conf, YEAR, "code-1")
    assert tables.read(VERSION_CLASS_COUNTS).num_rows == counts.num_rows
    assert tables.read(VERSION_INPUTS).num_rows


def test_of_a_year_without_benchmarks_nothing_is_kept(tables: Tables, conf: Conf) -> None:
    keep_facts(tables, conf, YEAR, "code")
    assert not any(tables.exists(table) for table in GOLD_VERSIONS)


def changed(conf_folder: Path, file: str, old: str, new: str) -> list[tuple[str, str]]:
    """Kind and name of the rules that differ when a text of conf/ is another one."""
    shutil.copytree(PROJECT / "conf", conf_folder)
    path = conf_folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    other = {(r.kind, r.name): r.sha256 for r in rules_in_force(Conf(conf_folder), YEAR)}
    own = {(r.kind, r.name): r.sha256 for r in rules_in_force(Conf(), YEAR)}
    assert own.keys() == other.keys()
    return sorted(key for key in own if own[key] != other[key])


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("rules.yml", "2250000", "2250001", [("population_rule", "high_cost_total_cents")]),
        ("outcomes.yml", "where: {gp_care: [vaccination]}", "where: {gp_care: [visit_long]}",
         [("outcome", "vaccination")]),
        ("outcomes.yml", "label: Vaccinatie", "label: Prikken", []),
        ("outcomes.yml", "owner: platform team", "owner: somebody else", []),
        ("code_lists/age_classes.csv", "00;0;0;Regeling", "00;0;0;De regeling", []),
        ("code_lists/age_classes.csv", "90+;90;", "90+;90;1", [("definition", "age_classes")]),
    ],
)  # fmt: skip
def test_a_rule_is_another_one_when_its_value_is_not_when_its_file_is(
    tmp_path: Path, file: str, old: str, new: str, expected: list[tuple[str, str]]
) -> None:
    assert changed(tmp_path / "conf", file, old, new) == expected


def test_fingerprints_of_rules_are_the_same_in_every_process() -> None:
    program = (
        "from spiegel_core.runtime.version_facts import rules_in_force; "
        "from spiegel_core.runtime.conf import Conf; "
        "print(*[one.sha256 for one in rules_in_force(Conf(), 2021)])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True,
            check=True, env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1
