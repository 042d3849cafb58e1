"""The last simulation study, as kept in conf/study.json: answers, plan, and what it ran with."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from pydantic import BaseModel, ConfigDict, Field

from spiegel_core.errors import ConfUnusable
from spiegel_core.invent.study_country import (
    FIRST_YEAR,
    LAST_YEAR,
    StudyCountry,
    StudyPlan,
    study_country,
)
from spiegel_core.mirrors.study_pages import StudyShown
from spiegel_core.runtime.conf import PROJECT, Conf, validated
from spiegel_core.runtime.fingerprints_plain import fingerprint_of
from spiegel_core.runtime.inventing import read_country_conf
from spiegel_core.statistics.study import StudyRow

STUDY_FILE = "study.json"
# What the answers follow from, apart from conf/.
_CODE = ("contracts", "engine", "invent", "population", "statistics")


class StudyResults(BaseModel):
    """A finished study.

    Args:
        made_on: day it ran, as 2026-11-21.
        plan: `StudyPlan`, what was asked for.
        rules_sha256: fingerprint of the rules.
        country_sha256: of the figures of the invented country.
        code_sha256: of the code the answers follow from.
        rows: the answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_on: str = Field(pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
    plan: StudyPlan
    rules_sha256: str
    country_sha256: str
    code_sha256: str
    rows: tuple[StudyRow, ...]


def country_of_study(conf: Conf, plan: StudyPlan) -> StudyCountry:
    """The persons, practices and effects the study draws from."""
    rules = {year: conf.rules(year) for year in (FIRST_YEAR, LAST_YEAR)}
    return study_country(read_country_conf(conf), plan, rules)


def results_of(
    conf: Conf, plan: StudyPlan, rows: tuple[StudyRow, ...], made_on: str
) -> StudyResults:
    """The answers with what they were made from."""
    code = [f"{name} {fingerprint_of(PROJECT / 'spiegel_core' / name)}\n" for name in _CODE]
    return StudyResults(
        made_on=made_on, plan=plan, rules_sha256=conf.rules_fingerprint(),
        country_sha256=fingerprint_of(conf.folder / "invented_country"),
        code_sha256=hashlib.sha256("".join(code).encode()).hexdigest(), rows=rows,
    )  # fmt: skip


def results_bytes(results: StudyResults) -> bytes:
    """The results as JSON, a row a line so that two studies can be told apart."""
    head = results.model_dump(mode="json", exclude={"rows"})
    rows = [json.dumps(list(dataclasses.astuple(row)), ensure_ascii=False) for row in results.rows]
    text = json.dumps(head, indent=1)[:-2]
    listed = ",\n  ".join(rows)
    return f'{text},\n "rows": [\n  {listed}\n ]\n}}\n'.encode()


def read_study(conf: Conf) -> StudyResults:
    """The last study of conf/study.json.

    Raises:
        ConfUnusable: it is missing, or no study.
    """
    path = conf.folder / STUDY_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        names = [field.name for field in dataclasses.fields(StudyRow)]
        content["rows"] = [dict(zip(names, row, strict=True)) for row in content["rows"]]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ConfUnusable(
            f"{STUDY_FILE} cannot be read", where=str(path), found=type(problem).__name__,
            fix="make it again: make study",
        ) from None  # fmt: skip
    return validated(StudyResults, content, STUDY_FILE)


def published_way(conf: Conf, report_year: int = LAST_YEAR) -> str:
    """Whose spread the intervals of amounts of a report year have, as rows of the study say it."""
    return conf.rules(report_year).numbers.amount_interval


def study_shown(conf: Conf, published: str) -> StudyShown:
    """The last study, for a model card.

    Args:
        conf: the configuration.
        published: the way the intervals of the version are made, as rows of the study say it.
    """
    found = read_study(conf)
    plan = found.plan
    return StudyShown(
        made_on=found.made_on, persons=plan.persons, practices=plan.practices, groups=plan.groups,
        group_practices=plan.group_practices, seed=plan.seed, rules_sha256=found.rules_sha256,
        code_sha256=found.code_sha256, published=published, rows=found.rows,
    )  # fmt: skip
