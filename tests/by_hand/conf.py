"""The disputable numbers and lists of `conf/`, as they hold for one report year."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, str]


@dataclass(frozen=True)
class Door:
    """Limits of the files that may come in.

    "Unpacked size at most 1 GiB, unpacking ratio at most 200:1, line length at most 10,000 bytes"
    and "more than 5% of the lines set aside (conf)" (delivery format, head and section 1).
    """

    unpacked_bytes: int
    ratio: int
    line_bytes: int
    set_aside_percent: int


@dataclass(frozen=True)
class Conf:
    """Everything `conf/` says about one report year."""

    report_year: int
    door: Door
    reference_day: date
    rules: dict[str, Any]
    outcomes: list[dict[str, Any]]
    age_classes: list[tuple[str, int]]
    segments: dict[str, str]
    conditions: list[Row]
    fkg_groups: list[Row]
    fkg_drugs: list[Row]
    gp_care: list[Row]
    specialisms: list[str]
    tests: list[Row]


def read_conf(folder: Path, report_year: int) -> Conf:
    """Read the conf folder for one report year.

    "Every number here lives in `conf/`, per report year, each with its source" (rules, head).
    """
    lists = {path.stem: read_list(path) for path in (folder / "code_lists").glob("*.csv")}
    rules = values_of_the_year(read_yaml(folder / "rules.yml"), report_year)
    month, day = rules["reference_day"].split("-")
    return Conf(
        report_year=report_year,
        door=Door(**{k: read_yaml(folder / "base.yml")["door"][k] for k in Door.__annotations__}),
        reference_day=date(report_year, int(month), int(day)),
        rules=rules,
        outcomes=read_yaml(folder / "outcomes.yml")["outcomes"],
        age_classes=[(row["class"], int(row["from_age"])) for row in lists["age_classes"]],
        segments={row["care_type"]: row["segment"] for row in lists["care_types"]},
        conditions=lists["conditions"],
        fkg_groups=groups_of_the_year(lists["fkg_groups"], report_year),
        fkg_drugs=[r for r in lists["fkg_drugs"] if int(r["valid_from"]) <= report_year],
        gp_care=lists["gp_care"],
        specialisms=[row["specialism"] for row in lists["specialisms"]],
        tests=lists["tests"],
    )


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file as plain dicts and lists."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def read_list(path: Path) -> list[Row]:
    """A code list: `;` between the fields, the names of the columns in the first line."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def values_of_the_year(rules: dict[str, Any], report_year: int) -> dict[str, Any]:
    """The value of each rule in a year.

    "A value holds from `from_year` until a later row says otherwise" (conf, rules.yml).

    Example:
        >>> rule = {"values": [{"from_year": 2006, "value": 1}, {"from_year": 2020, "value": 2}]}
        >>> [values_of_the_year({"r": rule}, year)["r"] for year in (2019, 2020)]
        [1, 2]
    """
    found = {}
    for name, rule in rules.items():
        begun = [row for row in rule["values"] if row["from_year"] <= report_year]
        if begun:
            found[name] = max(begun, key=lambda row: row["from_year"])["value"]
    return found


def groups_of_the_year(rows: list[Row], report_year: int) -> list[Row]:
    """The cost groups that hold in a year, in the order of the list.

    Reading: of two rows of one group the later `valid_from` holds, in the place of the first.
    """
    chosen: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: int(row["valid_from"])):
        if int(row["valid_from"]) <= report_year:
            chosen[row["group"]] = row
    order = list(dict.fromkeys(row["group"] for row in rows))
    return [chosen[group] for group in order if group in chosen]
