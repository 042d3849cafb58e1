"""What the pages of one practice are made from: rows of gold, as plain objects."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.contracts.rules import ProductSettings, YearRules

Target = tuple[str, str]


@dataclass(frozen=True)
class Compared:
    """A row of gold.benchmarks.

    Args:
        persons: persons of the practice.
        observed: whole number in the unit of the outcome.
        expected: what is expected, exact.
        index: 100 x observed / expected; None where nothing is expected.
        wide, wider: lower and upper limit of the 95% and the 99.8% interval.
    """

    persons: int
    observed: int
    expected: Fraction
    index: float | None
    wide: tuple[float | None, float | None]
    wider: tuple[float | None, float | None]


@dataclass(frozen=True)
class PracticeCard:
    """A row of gold.practices."""

    agb: str
    name: str
    start: datetime.date
    end: datetime.date | None
    gps: int
    gps_elsewhere: int
    locums: int
    care_group_name: str | None


@dataclass(frozen=True)
class Counts:
    """Persons and their whole cost (eurocents) by reason; a row of gold.population_counts each."""

    persons: Mapping[str, int]
    cost_cents: Mapping[str, int]


@dataclass(frozen=True)
class Origin:
    """What a document was made from.

    Args:
        model_version: version of the model of the year.
        weights_sha256: content of the weight table.
        code_version, conf_sha256: code and rules.
        data_until: last day of payment of the deliveries that count.
        cut_off: cut-off date of the release.
        income_vintage: years the incomes of postcodes are of.
    """

    model_version: int
    weights_sha256: str
    code_version: str
    conf_sha256: str
    data_until: datetime.date
    cut_off: datetime.date
    income_vintage: str


@dataclass(frozen=True)
class MirrorInputs:
    """Everything the Praktijkspiegel of one practice needs.

    Args:
        rules, product: the rules of the report year, and the product's settings.
        card: the practice.
        own, country: persons by reason.
        classes, country_classes: persons per (factor, class) that count.
        years: the practice's comparisons by (outcome, measure), per year of the trend in which it
            had a mirror.
        trend: all years of the trend.
        cost_groups: labels of the pharmaceutical cost groups that are classes.
        origin: what the document is made from.
        amount_interval: whose spread the intervals of amounts have (conf/rules.yml).
    """

    rules: YearRules
    product: ProductSettings
    card: PracticeCard
    own: Counts
    country: Counts
    classes: Mapping[tuple[str, str], int]
    country_classes: Mapping[tuple[str, str], int]
    years: Mapping[int, Mapping[Target, Compared]]
    trend: tuple[int, ...]
    cost_groups: Mapping[str, str]
    origin: Origin
    amount_interval: str

    @property
    def year(self) -> int:
        return self.rules.report_year

    @property
    def smallest(self) -> int:
        """Smallest number of persons that may be shown."""
        return self.rules.numbers.smallest_cell

    def compared(self, outcome: str, measure: str = "amount", year: int | None = None) -> Compared:
        """The comparison of an outcome in the report year, or in another year of the trend."""
        return self.years[year or self.year][outcome, measure]

    def text(self, name: str, **values: str) -> tuple[str, ...]:
        """The paragraphs of conf by name, with what is named in them filled in."""
        known = {"year": str(self.year), "few": str(self.smallest - 1), **values}
        return tuple(paragraph.format(**known) for paragraph in self.product.texts[name])
