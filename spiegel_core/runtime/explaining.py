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
from spiegel_core.contracts.gold_versions import (
    VERSION_BENCHMARKS,
    VERSION_CLASS_COUNTS,
    VERSION_POPULATIONS,
)
from spiegel_core.contracts.table import Table
from spiegel_core.engine.explain import (
    ClassWeight,
    Explanation,
    explain,
    refuse_other_state,
)
from spiegel_core.engine.model import MEASURES, SCALE_DIGITS, USERS
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.audit.explained import Explained
from spiegel_core.mirrors.audit.units import unit_of
from spiegel_core.mirrors.praktijkspiegel.characteristics import age_bands
from spiegel_core.population.practices import NATIONAL
from spiegel_core.runtime.audit_labels import how_counted, labels_of
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
    source, benchmarks = _benchmarks(tables, asked, year)
    version = int(benchmarks[0]["version"])
    own = {row["measure"]: row for row in benchmarks if row["provider"] == asked.practice}
    smallest = 0 if asked.small_cells else conf.rules(year).numbers.smallest_cell
    labels = labels_of(conf, year)
    counts, label = how_counted(conf.outcomes(), asked.outcome, labels)
    of_measure = [row for row in benchmarks if row["measure"] == asked.measure]
    return Explained(
        agb=asked.practice, name=card, year=year, version=version, outcome=asked.outcome,
        label=label, measure=asked.measure, unit=unit_of(counts, asked.measure),
        found=_explanation(source, asked, of_measure, smallest),
        observed=int(own[asked.measure]["observed"]) if own else 0,
        users=int(own[USERS]["observed"]) if own else 0,
        national=sum(int(row["observed"]) for row in of_measure),
        reasons=source.reasons(asked.practice),
        # Why there is no document is kept of the newest run only.
        availability={} if source.is_kept else _availability(tables, asked.practice, year),
        labels=labels, age_bands=age_bands(conf.product(PRODUCT).ages),
        smallest=smallest, origin=_origin(tables, year, version),
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


@dataclass(frozen=True)
class _Source:
    """Where a version's counts are: in the tables of the newest run, or kept beside them."""

    tables: Tables
    year: int
    version: int
    is_kept: bool

    def class_counts(self, practice: str) -> dict[tuple[str, str], int]:
        rows = self._read(CLASS_COUNTS, VERSION_CLASS_COUNTS, product=PRODUCT, provider=practice)
        return {(row["factor"], row["class"]): row["persons"] for row in rows}

    def reasons(self, practice: str) -> dict[str, int]:
        rows = self._read(POPULATION_COUNTS, VERSION_POPULATIONS, practice=practice)
        return {row["reason"]: row["persons"] for row in rows}

    def _read(self, newest: Table, kept: Table, **equal: str) -> list[dict[str, Any]]:
        of: dict[str, Any] = {"report_year": self.year, **equal}
        if self.is_kept:
            of["version"] = self.version
        rows = self.tables.read(kept if self.is_kept else newest, **of)
        return [dict(row) for row in rows.to_pylist()]


def _benchmarks(tables: Tables, asked: Question, year: int) -> tuple[_Source, list[dict[str, Any]]]:
    """The comparisons of the outcome, newest or kept, and where their counts are."""
    columns = ["provider", "measure", "persons", "observed", "expected", "version"]
    of: dict[str, Any] = {"report_year": year, "product": PRODUCT, "outcome": asked.outcome}
    rows = tables.read(BENCHMARKS, columns, **of, reference=NATIONAL).to_pylist()
    newest = {int(row["version"]) for row in rows}
    if asked.version is not None and asked.version not in newest:
        kept = tables.read(VERSION_BENCHMARKS, columns, **of, version=asked.version)
        rows = kept.to_pylist()
        if not rows:
            raise WrongUse(
                f"of version {asked.version} nothing is kept for {asked.outcome[:60]}",
                found=f"benchmarks of version {', '.join(map(str, newest)) or 'none'}",
                fix="spiegel status lists the versions; leave --version out for the newest",
            )  # fmt: skip
        return _Source(tables, year, asked.version, True), rows
    if not rows:
        _refuse_outcome(tables, asked, year)
    (version,) = newest
    return _Source(tables, year, version, False), rows


def _refuse_outcome(tables: Tables, asked: Question, year: int) -> None:
    held = tables.read(MODEL_WEIGHTS, columns=["outcome"], report_year=year, product=PRODUCT)
    names = sorted(set(held["outcome"].to_pylist()))
    if not names:
        raise WrongUse(f"there are no benchmarks of {year}", fix=f"spiegel run --year {year}")
    close = difflib.get_close_matches(asked.outcome, names, 5, 0.4) or names[:10]
    raise WrongUse(f"there is no outcome {asked.outcome[:60]}", expected=", ".join(close))


def _explanation(
    source: _Source, asked: Question, benchmarks: list[dict[str, Any]], smallest: int
) -> Explanation | None:
    own = [row for row in benchmarks if row["provider"] == asked.practice]
    if not own:
        return None
    persons = int(own[0]["persons"])
    if persons < smallest:
        raise WrongUse(
            f"fewer than {smallest} persons of {asked.practice} count",
            fix="add --small-cells for an audit, and keep what it shows inside the house",
        )  # fmt: skip
    weights = read_weights(source.tables, source.year, source.version, asked.outcome, asked.measure)
    found = explain(weights, source.class_counts(asked.practice), persons)
    reference = sum(int(row["persons"]) for row in benchmarks)
    where = f"{asked.practice} {source.year}, {asked.outcome}, {asked.measure}"
    refuse_other_state(found, Fraction(own[0]["expected"]), reference, where)
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
