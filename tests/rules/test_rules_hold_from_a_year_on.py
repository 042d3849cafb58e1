"""Every number somebody could dispute stands in conf/, with its source, from a report year on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spiegel_core.contracts.files import CARE_TYPES
from spiegel_core.errors import ConfUnusable
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.yaml_files import parse_yaml, read_yaml


@pytest.fixture
def own(conf: Conf, tmp_path: Path) -> Path:
    """A configuration of an owner, to be changed."""
    folder = tmp_path / "conf"
    folder.mkdir()
    for name in ("rules.yml", "outcomes.yml", "base.yml"):
        shutil.copy(conf.folder / name, folder)
    shutil.copytree(conf.folder / "code_lists", folder / "code_lists")
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


LIMIT = "values:\n    - {from_year: 2006, value: 100}"


@pytest.mark.parametrize(
    ("year", "smallest"), [(2006, 100), (2020, 100), (2021, 50), (2022, 50), (2023, 75), (2030, 75)]
)
def test_a_value_holds_from_its_year_until_a_later_one(own: Path, year: int, smallest: int) -> None:
    # The order in which the values stand does not matter.
    later = "    - {from_year: 2023, value: 75}\n"
    earlier = "    - {from_year: 2021, value: 50}"
    change(
        own / "rules.yml", LIMIT, LIMIT.replace("values:\n", "values:\n" + later) + "\n" + earlier
    )

    assert Conf(own).rules(year).numbers.smallest_practice == smallest


def test_a_year_before_the_first_value_is_refused_and_every_such_rule_named(conf: Conf) -> None:
    with pytest.raises(ConfUnusable) as problem:
        conf.rules(2005)
    assert "smallest_practice: no value for 2005" in str(problem.value)
    assert "income_low_percent: no value for 2005" in str(problem.value)


SPOILT = [
    ("rules.yml", LIMIT, "values: []", "smallest_practice.values"),
    ("rules.yml", LIMIT, LIMIT.replace("100", '"100"'), "smallest_practice"),
    ("rules.yml", LIMIT, LIMIT.replace("100", "0"), "smallest_practice"),
    ("rules.yml", LIMIT, LIMIT.replace("100", "99.5"), "smallest_practice"),
    ("rules.yml", LIMIT, LIMIT.replace("from_year", "since"), "smallest_practice.values.0.since"),
    ("rules.yml", "smallest_practice:", "smallest_practise:", "smallest_practise"),
    ("rules.yml", '  source: "001, \'Aantal pati', '  sauce: "', "registration_quarter.source"),
    ("rules.yml", "value: 3}", "value: 5}", "registration_quarter"),
    ("rules.yml", '"07-01"', '"7-1"', "reference_day"),
    ("rules.yml", "group_programme:", "smallest_practice:", "stands twice"),
    ("rules.yml", "value: national_spread", "value: regional_spread", "amount_interval"),
    ("rules.yml", 'value: "DM2"', "value: *a", "alias"),
    ("outcomes.yml", "counts: cents\n    where: {segment: [farmacie]}",
     "counts: euros\n    where: {segment: [farmacie]}", "outcomes.2.counts"),
    ("outcomes.yml", "{segment: [farmacie]}", "{segments: [farmacie]}", "segments"),
    ("outcomes.yml", "requested_by: own_gp", "requested_by: any_gp", "requested_by"),
    ("code_lists/care_types.csv", "wlz;", "wmo;", "wlz"),
    ("code_lists/gp_care.csv", "2006-01-01;;NZa 2017\n12011", "2006-01-01;;\n12011", "no source"),
    ("code_lists/gp_care.csv", ";NZa 2017\n12011", "\n12011", "missing fields"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "named"), SPOILT, ids=[f"{s[0]}: {s[3]}" for s in SPOILT]
)
def test_a_configuration_with_a_fault_is_refused_and_the_fault_named(
    own: Path, file: str, old: str, new: str, named: str
) -> None:
    change(own / file, old, new)
    with pytest.raises(ConfUnusable) as problem:
        Conf(own).rules(2021)
        Conf(own).outcomes()

    assert named in str(problem.value)
    assert problem.value.exit_code == 2


def test_every_fault_of_a_file_is_named_at_once(own: Path) -> None:
    change(own / "rules.yml", LIMIT, "values: []")
    change(own / "rules.yml", "reference_day:\n  title:", "reference_day:\n  heading:")
    with pytest.raises(ConfUnusable) as problem:
        Conf(own).rules(2021)

    for named in ("smallest_practice.values", "reference_day.title", "reference_day.heading"):
        assert named in str(problem.value)


def test_every_rule_has_a_title_and_a_source(conf: Conf) -> None:
    for name, rule in read_yaml(conf.folder / "rules.yml").items():
        assert len(rule["title"]) >= 10, name
        assert len(rule["source"]) >= 3, name


@pytest.mark.parametrize("name", ["age_classes", "care_types", "conditions", "fkg_drugs",
                                  "fkg_groups", "gp_care", "specialisms", "tests"])  # fmt: skip
def test_every_row_of_a_code_list_names_its_source(conf: Conf, name: str) -> None:
    assert all(row["source"] for row in conf.code_list(name))


def test_a_changed_number_changes_the_fingerprint_of_the_rules(conf: Conf, own: Path) -> None:
    assert Conf(own).rules_fingerprint() == conf.rules_fingerprint()
    change(own / "rules.yml", LIMIT, LIMIT.replace("100", "99"))
    assert Conf(own).rules_fingerprint() != conf.rules_fingerprint()


def test_a_cost_group_and_its_drugs_hold_from_their_year_on(own: Path) -> None:
    groups, drugs = own / "code_lists" / "fkg_groups.csv", own / "code_lists" / "fkg_drugs.csv"
    groups.write_text(groups.read_text() + "migraine;Migraine;ddd;yes;;2021;test\n")
    drugs.write_text(drugs.read_text() + "migraine;N02CC;2021;test\nmigraine;N02CA;2022;test\n")

    found = {
        year: {g.name: g.atc for g in Conf(own).rules(year).cost_groups}.get("migraine")
        for year in (2020, 2021, 2022)
    }
    assert found == {2020: None, 2021: ("N02CC",), 2022: ("N02CC", "N02CA")}


@pytest.mark.parametrize(
    ("quarter", "first", "last"),
    [(1, "2021-01-01", "2021-03-31"), (2, "2021-04-01", "2021-06-30"),
     (3, "2021-07-01", "2021-09-30"), (4, "2021-10-01", "2021-12-31")],
)  # fmt: skip
def test_the_quarter_of_the_fees_may_be_another_one(
    own: Path, quarter: int, first: str, last: str
) -> None:
    change(own / "rules.yml", "value: 3}\n\nreference_day", f"value: {quarter}}}\n\nreference_day")
    assert tuple(map(str, Conf(own).rules(2021).registration_period)) == (first, last)


def test_the_interval_of_amounts_may_be_another_one_from_a_year_on(own: Path) -> None:
    national = "    - {from_year: 2006, value: national_spread}"
    change(own / "rules.yml", national, national.replace("national", "own") + "\n"
           + national.replace("2006", "2021"))  # fmt: skip
    found = [Conf(own).rules(year).numbers.amount_interval for year in (2020, 2021, 2022)]
    assert found == ["own_spread", "national_spread", "national_spread"]


def test_a_configuration_from_before_the_rule_has_intervals_with_the_own_spread(own: Path) -> None:
    rules = own / "rules.yml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text[: text.index("amount_interval:")], encoding="utf-8")
    assert Conf(own).rules(2021).numbers.amount_interval == "own_spread"


def test_the_door_judges_by_the_numbers_of_the_delivery_format(conf: Conf) -> None:
    door = conf.door()
    assert (door.unpacked_bytes, door.ratio, door.line_bytes) == (1 << 30, 200, 10_000)
    assert door.set_aside_share == 0.05
    assert {care_type.name for care_type in conf.care_types()} == {*CARE_TYPES}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("agb: 01054321", "01054321"),
        ("land: NO", "NO"),
        ("time: 12:30:45", "12:30:45"),
        ("version: 1.10", "1.10"),
        ("none: ~", "~"),
        ("big: 1_000", "1_000"),
        ("number: 100", 100),
        ("yes: true", True),
    ],
)
def test_a_value_is_what_is_written(text: str, value: object) -> None:
    assert [*parse_yaml(text, "test").values()] == [value]


@pytest.mark.parametrize(
    "text",
    ["a: 1\na: 2", "a: &x [1]\nb: *x", "- a", "", "a: [", "a: !!python/object/apply:os.getcwd []"],
)
def test_yaml_that_repeats_points_elsewhere_or_runs_is_refused(text: str) -> None:
    with pytest.raises(ConfUnusable):
        parse_yaml(text, "test")
