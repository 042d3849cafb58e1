"""Rows of gold -> what the pages of each practice are made from."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from spiegel_core.contracts.bronze import DELIVERIES
from spiegel_core.contracts.gold import (
    AVAILABILITY,
    BENCHMARKS,
    CLASS_COUNTS,
    MODEL_VERSIONS,
    POPULATION_COUNTS,
    PRACTICES,
    PRODUCT,
)
from spiegel_core.contracts.rules import ProductSettings, YearRules
from spiegel_core.contracts.silver import POSTCODE_INCOME
from spiegel_core.mirrors.inputs import (
    Compared,
    Counts,
    MirrorInputs,
    Origin,
    PracticeCard,
    Target,
)
from spiegel_core.population.practices import NATIONAL
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.spreads import interval_in_force
from spiegel_core.runtime.tables import Tables


@dataclass
class MirrorSource:
    """All rows the mirrors of a report year need, read once for all practices.

    Args:
        tables: where they are.
        conf: rules and texts.
        year: report year of the mirrors.
        trend: all years of the trend.
        cut_off: cut-off date of the release.
    """

    tables: Tables
    conf: Conf
    year: int
    trend: tuple[int, ...]
    cut_off: datetime.date

    @cached_property
    def rules(self) -> YearRules:
        return self.conf.rules(self.year)

    @cached_property
    def _product(self) -> ProductSettings:
        return self.conf.product(PRODUCT)

    def available(self) -> list[str]:
        """The practices that get a document: no reason against the national edition."""
        listed = self.tables.read(PRACTICES, columns=["practice"], report_year=self.year)
        return sorted(set(listed["practice"].to_pylist()) - self.without[self.year])

    @cached_property
    def without(self) -> dict[int, set[str]]:
        """Per year the practices without a mirror; a trend holds no number of them either."""
        without = {}
        for year in {self.year, *self.trend}:
            rows = self.tables.read(AVAILABILITY, report_year=year, edition=NATIONAL)
            without[year] = set(rows["practice"].to_pylist())
        return without

    def of_practice(self, practice: str) -> MirrorInputs:
        """What the mirror of a practice is made from."""
        own, country = self._counts[practice], self._counts[""]
        return MirrorInputs(
            rules=self.rules,
            product=self._product,
            card=self._cards[practice],
            own=own,
            country=country,
            classes=self._classes[practice],
            country_classes=self._classes[""],
            years={y: self._compared[y][practice] for y in self.trend
                   if practice in self._compared[y] and practice not in self.without[y]},
            trend=self.trend,
            cost_groups={g.name: g.label for g in self.rules.cost_groups if g.is_class},
            origin=self._origin,
            amount_interval=self._amount_interval,
        )  # fmt: skip

    @cached_property
    def _cards(self) -> dict[str, PracticeCard]:
        rows = self.tables.read(PRACTICES, report_year=self.year).to_pylist()
        return {
            r["practice"]: PracticeCard(
                r["practice"], r["name"], r["start"], r["end"], r["gps"], r["gps_elsewhere"],
                r["locums"], r["care_group_name"],
            )
            for r in rows
        }  # fmt: skip

    @cached_property
    def _counts(self) -> dict[str, Counts]:
        persons: dict[str, dict[str, int]] = defaultdict(dict)
        cents: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self.tables.read(POPULATION_COUNTS, report_year=self.year).to_pylist():
            persons[row["practice"]][row["reason"]] = row["persons"]
            cents[row["practice"]][row["reason"]] = row["cost_cents"]
        return {practice: Counts(persons[practice], cents[practice]) for practice in persons}

    @cached_property
    def _classes(self) -> Mapping[str, dict[tuple[str, str], int]]:
        classes: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
        rows = self.tables.read(CLASS_COUNTS, report_year=self.year, product=PRODUCT).to_pylist()
        for row in rows:
            key = (row["factor"], row["class"])
            classes[row["provider"]][key] += row["persons"]
            classes[""][key] += row["persons"]
        return {practice: dict(counts) for practice, counts in classes.items()}

    @cached_property
    def _compared(self) -> dict[int, dict[str, dict[Target, Compared]]]:
        return {year: self._compared_in(year) for year in self.trend}

    def _compared_in(self, year: int) -> dict[str, dict[Target, Compared]]:
        shown = self._product
        wanted = {*shown.segments, *shown.total, *shown.gp_care}
        found: dict[str, dict[Target, Compared]] = defaultdict(dict)
        rows = self.tables.read(BENCHMARKS, report_year=year, product=PRODUCT, reference=NATIONAL)
        for row in rows.to_pylist():
            if row["outcome"] in wanted:
                found[row["provider"]][row["outcome"], row["measure"]] = _compared(row)
        return found

    @cached_property
    def _amount_interval(self) -> str:
        """A version from before the national spread was kept has the other interval."""
        return interval_in_force(self.tables, self.rules, self._origin.model_version)

    @cached_property
    def _origin(self) -> Origin:
        versions = self.tables.read(
            MODEL_VERSIONS, report_year=self.year, product=PRODUCT
        ).to_pylist()
        newest = max(versions, key=lambda row: int(row["version"]))
        periods = self.tables.read(
            DELIVERIES, columns=["period_to"], verdict="admitted", kind="claims"
        )
        vintages = self.tables.read(POSTCODE_INCOME, columns=["vintage"])["vintage"].to_pylist()
        return Origin(
            newest["version"], newest["weights_sha256"], newest["code_version"],
            newest["conf_sha256"], max(periods["period_to"].to_pylist()), self.cut_off,
            max(vintages, default="onbekend"),
        )  # fmt: skip


def _compared(row: Mapping[str, Any]) -> Compared:
    return Compared(
        row["persons"], int(row["observed"]), Fraction(row["expected"]), row["index"],
        (row["lower_95"], row["upper_95"]), (row["lower_99_8"], row["upper_99_8"]),
    )  # fmt: skip
