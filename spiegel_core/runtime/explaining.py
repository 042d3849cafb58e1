"""Tables of gold -> what an expected value of a practice is explained from, without Spark."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from spiegel_core.contracts.gold import (
    AVAILABILITY,
    BENCHMARKS,
    CLASS_COUNTS,
    MODEL_VERSIONS,
    MODEL_WEIGHTS,
    POPULATION_COUNTS,
    PRACTICES,
    PRODUCT,
)
from spiegel_core.contracts.gold_runs import STEPS
from spiegel_core.contracts.rules import OutcomeFile
from spiegel_core.engine.explain import (
    AGE,
    SEX,
    ClassWeight,
    Explanation,
    explain,
    refuse_other_state,
)
from spiegel_core.engine.model import MEASURES, SCALE_DIGITS, USERS
from spiegel_core.engine.version_parts import is_of_family
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.audit.explained import Explained
from spiegel_core.mirrors.audit.units import unit_of
from spiegel_core.population.factors import AGE_SEX, COST_GROUP, INCOME, NO, YES
from spiegel_core.population.practices import NATIONAL, REGIONAL
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.steps import BENCHMARKS as BENCHMARKS_STEP
from spiegel_core.runtime.tables import Tables


@dataclass(frozen=True)
class Question:
    """Which expected value is asked about.

    Args:
        practice: its AGB.
        outcome, measure: what is expected.
        year: report year; None is the newest with benchmarks.
        version: version of the model; None is that of the benchmarks.
        small_cells: whether numbers of 1-9 persons are shown, for an audit inside the house.
    """

    practice: str
    outcome: str
    measure: str
    year: int | None = None
    version: int | None = None
    small_cells: bool = False


def explained(tables: Tables, conf: Conf, asked: Question) -> Explained:
    """Everything an explanation shows.

    Raises:
        WrongUse: there is no such practice, outcome, measure, year or version, or all persons of
            the practice are too few.
        GateStopped: the tables are of different runs, so that the value cannot be explained.
    """
    if asked.measure not in MEASURES:
        raise WrongUse("there is no such measure", found=asked.measure[:40],
                       expected=" or ".join(MEASURES))  # fmt: skip
    year = asked.year if asked.year is not None else _newest_year(tables)
    card = _practice(tables, asked.practice, year)
    benchmarks = _benchmarks(tables, asked, year)
    own = {row["measure"]: row for row in benchmarks if row["provider"] == asked.practice}
    version = _version(asked, {int(row["version"]) for row in benchmarks})
    smallest = 0 if asked.small_cells else conf.rules(year).numbers.smallest_cell
    labels = labels_of(conf, year)
    counts, label = how_counted(conf.outcomes(), asked.outcome, labels)
    of_measure = [row for row in benchmarks if row["measure"] == asked.measure]
    return Explained(
        agb=asked.practice, name=card, year=year, version=version, outcome=asked.outcome,
        label=label, measure=asked.measure, unit=unit_of(counts, asked.measure),
        found=_explanation(tables, asked, year, version, of_measure, smallest),
        observed=int(own[asked.measure]["observed"]) if own else 0,
        users=int(own[USERS]["observed"]) if own else 0,
        national=sum(int(row["observed"]) for row in of_measure),
        reasons=_reasons(tables, asked.practice, year),
        availability=_availability(tables, asked.practice, year),
        labels=labels, smallest=smallest, origin=_origin(tables, year, version),
    )  # fmt: skip


def _newest_year(tables: Tables) -> int:
    years = tables.read(STEPS, columns=["report_year"], step=BENCHMARKS_STEP)["report_year"]
    if not len(years):
        raise WrongUse("no report year has benchmarks", fix="spiegel run --year 2021")
    return int(max(years.to_pylist()))


def _practice(tables: Tables, agb: str, year: int) -> str:
    """The name of a practice; its AGB where no register of the year names it."""
    names = tables.read(PRACTICES, columns=["practice", "name"], report_year=year)
    known = {row["practice"]: str(row["name"]) for row in names.to_pylist()}
    if agb not in known:
        close = difflib.get_close_matches(agb, sorted(known), 5, 0.5)
        raise WrongUse(
            f"there is no practice {agb[:20]} in {year}", expected=", ".join(close),
            fix=f"spiegel status --year {year}",
        )  # fmt: skip
    return known[agb]


def _benchmarks(tables: Tables, asked: Question, year: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tables.read(
        BENCHMARKS, columns=["provider", "measure", "persons", "observed", "expected", "version"],
        report_year=year, product=PRODUCT, reference=NATIONAL, outcome=asked.outcome,
    ).to_pylist()  # fmt: skip
    if rows:
        return rows
    held = tables.read(MODEL_WEIGHTS, columns=["outcome"], report_year=year, product=PRODUCT)
    names = sorted(set(held["outcome"].to_pylist()))
    if not names:
        raise WrongUse(f"there are no benchmarks of {year}", fix=f"spiegel run --year {year}")
    close = difflib.get_close_matches(asked.outcome, names, 5, 0.4) or names[:10]
    raise WrongUse(f"there is no outcome {asked.outcome[:60]}", expected=", ".join(close))


def _version(asked: Question, of_benchmarks: set[int]) -> int:
    (version,) = of_benchmarks
    if asked.version not in (None, version):
        raise WrongUse(
            f"class counts of version {asked.version} are not kept",
            expected=f"version {version}, that of the benchmarks",
        )  # fmt: skip
    return version


def _explanation(
    tables: Tables, asked: Question, year: int, version: int, benchmarks: list[dict[str, Any]],
    smallest: int,
) -> Explanation | None:  # fmt: skip
    own = [row for row in benchmarks if row["provider"] == asked.practice]
    if not own:
        return None
    persons = int(own[0]["persons"])
    if persons < smallest:
        raise WrongUse(
            f"fewer than {smallest} persons of {asked.practice} count",
            fix="add --small-cells for an audit, and keep what it shows inside the house",
        )  # fmt: skip
    weights = read_weights(tables, year, version, asked.outcome, asked.measure)
    counts = tables.read(
        CLASS_COUNTS, report_year=year, product=PRODUCT, provider=asked.practice
    ).to_pylist()
    found = explain(weights, {(r["factor"], r["class"]): r["persons"] for r in counts}, persons)
    reference = sum(int(row["persons"]) for row in benchmarks)
    refuse_other_state(found, Fraction(own[0]["expected"]), reference,
                       f"{asked.practice} {year}, {asked.outcome}, {asked.measure}")  # fmt: skip
    return found


def read_weights(
    tables: Tables, year: int, version: int, outcome: str, measure: str
) -> list[ClassWeight]:
    """The weight table of one outcome and measure."""
    rows = tables.read(
        MODEL_WEIGHTS, report_year=year, product=PRODUCT, version=version, outcome=outcome,
        measure=measure,
    ).to_pylist()  # fmt: skip
    return [
        ClassWeight(r["factor"], r["class"], r["persons"], int(r["weight"].scaleb(SCALE_DIGITS)),
                    r["note"])
        for r in rows
    ]  # fmt: skip


def _reasons(tables: Tables, practice: str, year: int) -> dict[str, int]:
    rows = tables.read(POPULATION_COUNTS, report_year=year, practice=practice).to_pylist()
    return {row["reason"]: row["persons"] for row in rows}


def _availability(tables: Tables, practice: str, year: int) -> dict[str, tuple[str, ...]]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for row in tables.read(AVAILABILITY, report_year=year, practice=practice).to_pylist():
        reasons[row["edition"]].append(row["reason"])
    return {edition: tuple(sorted(held)) for edition, held in reasons.items()}


def _origin(tables: Tables, year: int, version: int) -> tuple[tuple[str, str], ...]:
    rows = tables.read(MODEL_VERSIONS, report_year=year, product=PRODUCT, version=version)
    return tuple(
        (name, str(row[name]))
        for row in rows.to_pylist()
        for name in ("version", "weights_sha256", "inputs_sha256", "conf_sha256", "code_version",
                     "cut_off")
    )  # fmt: skip


def labels_of(conf: Conf, year: int) -> dict[str, str]:
    """Labels of characteristics, of `factor class`, of reasons and of editions (Dutch)."""
    product, rules = conf.product(PRODUCT), conf.rules(year)
    labels = {
        AGE: "Leeftijd", SEX: "Geslacht (binnen de leeftijden)", AGE_SEX: "Leeftijd en geslacht",
        INCOME: "Inkomen van de buurt", COST_GROUP: "Geneesmiddelengebruik (FKG)",
        NATIONAL: "landelijk", REGIONAL: "regionaal", **product.conditions, **product.reasons,
        "high_cost": "Hoge kosten", "counted": "Tellen mee",
        **rules.specialisms,
    }  # fmt: skip
    labels |= {f"{INCOME} {name}": label for name, label in product.income.items()}
    labels |= {f"{COST_GROUP} {group.name}": group.label for group in rules.cost_groups}
    for name in product.conditions:
        labels |= {f"{name} {NO}": "nee", f"{name} {YES}": "ja"}
    return labels


def how_counted(content: OutcomeFile, name: str, labels: dict[str, str]) -> tuple[str, str]:
    """What an outcome counts, and its label; the conf of today may not have it any more."""
    for row in content.outcomes:
        if is_of_family(row.name, name):
            before, _, after = row.name.partition("{value}")
            value = name[len(before) : len(name) - len(after)]
            return row.counts, row.label.format(value=value, label=labels.get(value, value))
    return ("cents" if name.endswith("cost") else "quantity"), name
