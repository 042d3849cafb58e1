"""conf/ and expectations/, read into frozen objects; every fault of a file is named at once."""

from __future__ import annotations

import csv
import datetime
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from spiegel_core.contracts.files import CARE_TYPES
from spiegel_core.contracts.rules import (
    LABELS_OF_CARE,
    AgeClass,
    CareType,
    ConditionSource,
    CostGroup,
    DatedCode,
    OutcomeFile,
    ProductSettings,
    Rule,
    RuleNumbers,
    TestRange,
    YearRules,
)
from spiegel_core.contracts.settings import Settings
from spiegel_core.contracts.volumes import VolumeRules
from spiegel_core.deliveries.door import DoorRules
from spiegel_core.errors import ConfUnusable
from spiegel_core.runtime.yaml_files import read_yaml

PROJECT = Path(__file__).resolve().parents[2]
ENVIRONMENT_VARIABLE = "SPIEGEL_ENVIRONMENT"

Model = TypeVar("Model", bound=BaseModel)


class Conf:
    """The configuration folder; each file is read when it is first asked for.

    Args:
        folder: the folder conf/ (tests and owners bring their own).
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or PROJECT / "conf").resolve()
        if not self.folder.is_dir():
            raise ConfUnusable(
                "there is no configuration folder", where=str(self.folder),
                fix="name it with --conf DIR",
            )  # fmt: skip

    def settings(self) -> Settings:
        """base.yml with the file of SPIEGEL_ENVIRONMENT laid over it."""
        content = read_yaml(self.folder / "base.yml")
        environment = os.environ.get(ENVIRONMENT_VARIABLE, "")
        if environment:
            content = _laid_over(content, read_yaml(self.folder / f"{environment}.yml"))
        return validated(Settings, content, "base.yml")

    def door(self) -> DoorRules:
        """The numbers and lists the door judges by."""
        door = self.settings().door
        usual = {c.name: c.usual_lists for c in self.care_types() if c.usual_lists}
        return DoorRules(
            unpacked_bytes=door.unpacked_bytes,
            ratio=door.ratio,
            line_bytes=door.line_bytes,
            set_aside_share=door.set_aside_percent / 100,
            findings_per_rule=door.findings_per_rule,
            # 999 stands for "none of these", so a care type that names it has no usual list.
            usual_lists={name: lists for name, lists in usual.items() if "999" not in lists},
        )

    def care_types(self) -> tuple[CareType, ...]:
        """The care types, each with its segment."""
        rows = self.code_list("care_types")
        named = [row["care_type"] for row in rows]
        if sorted(named) != sorted(CARE_TYPES):
            raise ConfUnusable(
                "care_types.csv does not list the care types of the delivery format",
                found=", ".join(sorted(set(named) ^ set(CARE_TYPES))), fix="list each once",
            )  # fmt: skip
        return tuple(
            CareType(
                row["care_type"], row["segment"] or None,
                frozenset(row["usual_lists"].split(",")) - {""}, row["label"],
            )
            for row in rows
        )  # fmt: skip

    def rules(self, report_year: int) -> YearRules:
        """Everything a practice could dispute, as it holds in a report year."""
        return YearRules(
            report_year=report_year,
            numbers=self._numbers(report_year),
            age_classes=tuple(
                AgeClass(row["class"], int(row["from_age"]), int(row["to_age"]))
                for row in self.code_list("age_classes")
            ),
            care_types=self.care_types(),
            gp_care=tuple(
                DatedCode(
                    row["code"], row["group"], datetime.date.fromisoformat(row["valid_from"]),
                    datetime.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                )
                for row in self.code_list("gp_care")
            ),
            tests=tuple(
                TestRange(row["kind"], row["from_code"], row["to_code"], row["counts"] == "yes")
                for row in self.code_list("tests")
            ),
            conditions=tuple(
                ConditionSource(
                    row["condition"], row["route"], row["specialism"] or None, row["code"]
                )
                for row in self.code_list("conditions")
            ),
            cost_groups=self._cost_groups(report_year),
            specialisms={
                row["specialism"]: row["label"] for row in self.code_list("specialisms")
            },
        )  # fmt: skip

    def outcomes(self) -> OutcomeFile:
        """The outcomes as written; `outcomes.definitions` makes one of each."""
        content = validated(OutcomeFile, read_yaml(self.folder / "outcomes.yml"), "outcomes.yml")
        unknown = sorted({key for row in content.outcomes for key in row.where} - {*LABELS_OF_CARE})
        if unknown:
            raise ConfUnusable(
                "outcomes.yml names unknown labels of care", found=", ".join(unknown),
                expected=", ".join(LABELS_OF_CARE), fix="use a label that exists",
            )  # fmt: skip
        return content

    def code_list(self, name: str) -> list[dict[str, str]]:
        """The rows of conf/code_lists/<name>.csv; each must name its source."""
        return read_csv(self.folder / "code_lists" / f"{name}.csv")

    def rules_fingerprint(self) -> str:
        """SHA-256 over everything numbers depend on: rules, outcomes and code lists."""
        names = [self.folder / "rules.yml", self.folder / "outcomes.yml"]
        names += sorted((self.folder / "code_lists").glob("*.csv"))
        digest = hashlib.sha256()
        for path in names:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(self.folder).as_posix()} {content}\n".encode())
        return digest.hexdigest()

    def volumes(self) -> VolumeRules:
        """Which volume of a delivery is usual, and what is accepted."""
        return validated(VolumeRules, read_yaml(self.folder / "volumes.yml"), "volumes.yml")

    def volumes_fingerprint(self) -> str:
        """SHA-256 over volumes.yml."""
        return hashlib.sha256((self.folder / "volumes.yml").read_bytes()).hexdigest()

    def product(self, name: str) -> ProductSettings:
        """conf/products/<name>.yml: owner, review dates, and what its pages say."""
        where = f"products/{name}.yml"
        return validated(ProductSettings, read_yaml(self.folder / where), where)

    def _numbers(self, report_year: int) -> RuleNumbers:
        rules = {}
        faults = []
        for name, raw in read_yaml(self.folder / "rules.yml").items():
            try:
                rules[name] = Rule.model_validate(raw)
            except ValidationError as problem:
                faults.extend(_faults(problem, f"{name}."))
        values = {}
        for name, rule in rules.items():
            held = [v for v in rule.values if v.from_year <= report_year]
            if held:
                values[name] = max(held, key=lambda v: v.from_year).value
            else:
                faults.append(f"{name}: no value for {report_year}")
        if faults:
            raise _unusable("rules.yml", faults)
        return validated(RuleNumbers, values, "rules.yml")

    def _cost_groups(self, report_year: int) -> tuple[CostGroup, ...]:
        drugs = self.code_list("fkg_drugs")
        return tuple(
            CostGroup(
                name=row["group"],
                label=row["label"],
                counts_lines=row["rule"] == "lines",
                is_class=row["is_class"] == "yes",
                excluded_by=tuple(name for name in row["excluded_by"].split(",") if name),
                atc=tuple(
                    drug["atc"] for drug in drugs
                    if drug["group"] == row["group"] and int(drug["valid_from"]) <= report_year
                ),
            )
            for row in self.code_list("fkg_groups")
            if int(row["valid_from"]) <= report_year
        )  # fmt: skip


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a code list; raises ConfUnusable for a wrong row or a missing source."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, delimiter=";")
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise ConfUnusable(
            f"{path.name} cannot be read", where=str(path), found=type(problem).__name__
        ) from None
    faults = [
        f"line {number}: {'no source' if None not in row.values() else 'missing fields'}"
        for number, row in enumerate(rows, start=2)
        if None in row or None in row.values() or not row.get("source")
    ]
    if faults:
        raise _unusable(path.name, faults)
    return rows


def validated(model: type[Model], content: Any, name: str) -> Model:
    """The content as a model; raises ConfUnusable that names every fault."""
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        raise _unusable(name, _faults(problem, "")) from None


def _faults(problem: ValidationError, prefix: str) -> list[str]:
    return [
        f"{prefix}{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors()
    ]


def _unusable(name: str, faults: Iterable[str]) -> ConfUnusable:
    listed = "\n            ".join(faults)
    return ConfUnusable(f"{name} is not usable", found=listed, fix="repair every line named here")


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _laid_over(merged[key], value) if both else value
    return merged
