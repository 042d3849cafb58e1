"""The rules of one report year, as conf/rules.yml and the code lists give them.

Every number a practice could dispute is a field here, so a function asks for a rule by name and
never holds a number of its own.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

# Where the interval of an amount takes its spread from.
OWN_SPREAD: Literal["own_spread"] = "own_spread"
NATIONAL_SPREAD: Literal["national_spread"] = "national_spread"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DatedValue(_Part):
    """A value that holds from a report year on."""

    from_year: int = Field(ge=2006)
    value: int | str | list[str]


class Rule(_Part):
    """One disputable number with its title, its source and its values by year."""

    title: str = Field(min_length=10)
    source: str = Field(min_length=3)
    values: list[DatedValue] = Field(min_length=1)


class RuleNumbers(_Part):
    """The values that hold in one report year; field names are the keys of conf/rules.yml."""

    registration_fee_codes: list[str]
    registration_quarter: int = Field(ge=1, le=4)
    reference_day: str = Field(pattern=r"[01][0-9]-[0-3][0-9]")
    locum_qualification: str = Field(pattern=r"[0-9]{4}")
    high_cost_ggz_cents: int = Field(ge=1)
    high_cost_total_cents: int = Field(ge=1)
    smallest_practice: int = Field(ge=1)
    smallest_group: int = Field(ge=1)
    group_programme: str
    income_low_percent: int = Field(ge=1, le=99)
    income_high_percent: int = Field(ge=1, le=99)
    condition_ddd: int = Field(ge=1)
    fkg_ddd: int = Field(ge=1)
    fkg_cancer_lines: int = Field(ge=1)
    smallest_cell: int = Field(ge=1)
    exact_interval_below: int = Field(ge=0)
    # conf/ of releases from before this rule does not name it.
    amount_interval: Literal["own_spread", "national_spread"] = OWN_SPREAD


@dataclass(frozen=True)
class AgeClass:
    """Ages in whole years, both ends included."""

    name: str
    from_age: int
    to_age: int


@dataclass(frozen=True)
class CareType:
    """A care type of deliveries and the segment of the mirror it belongs to (None: no segment)."""

    name: str
    segment: str | None
    usual_lists: frozenset[str]
    label: str


@dataclass(frozen=True)
class DatedCode:
    """A code of a list and the group it belongs to, from a day up to and including another."""

    code: str
    group: str
    valid_from: datetime.date
    valid_to: datetime.date | None


@dataclass(frozen=True)
class TestRange:
    """Diagnostic codes from one to another (text order) of one kind; `counts` says if as a test."""

    __test__ = False  # pytest takes a class of this name for a test

    kind: str
    from_code: str
    to_code: str
    counts: bool


@dataclass(frozen=True)
class ConditionSource:
    """One way a chronic condition shows: chain care, drugs by ATC, or a specialist diagnosis."""

    condition: str
    route: str
    specialism: str | None
    code: str


@dataclass(frozen=True)
class CostGroup:
    """A pharmaceutical cost group (FKG): its drugs, how it counts, and what rules it out."""

    name: str
    label: str
    counts_lines: bool
    is_class: bool
    excluded_by: tuple[str, ...]
    atc: tuple[str, ...]


@dataclass(frozen=True)
class YearRules:
    """All rules of one report year.

    Args:
        report_year: calendar year the care was given in.
        numbers: the disputable numbers.
        age_classes, care_types, gp_care, tests, conditions, cost_groups, specialisms: the lists.
    """

    report_year: int
    numbers: RuleNumbers
    age_classes: tuple[AgeClass, ...]
    care_types: tuple[CareType, ...]
    gp_care: tuple[DatedCode, ...]
    tests: tuple[TestRange, ...]
    conditions: tuple[ConditionSource, ...]
    cost_groups: tuple[CostGroup, ...]
    specialisms: dict[str, str]

    @property
    def reference_date(self) -> datetime.date:
        """The day of the report year on which register and ages are read."""
        return datetime.date.fromisoformat(f"{self.report_year}-{self.numbers.reference_day}")

    @property
    def registration_period(self) -> tuple[datetime.date, datetime.date]:
        """First and last day of the quarter whose registration fees count.

        Example:
            2021 with quarter 3 gives 2021-07-01 and 2021-09-30.
        """
        month = 3 * self.numbers.registration_quarter - 2
        first = datetime.date(self.report_year, month, 1)
        next_month = datetime.date(self.report_year + month // 10, (month + 3) % 12, 1)
        return first, next_month - datetime.timedelta(days=1)

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments of the mirror, in the order of the care types."""
        return tuple(dict.fromkeys(c.segment for c in self.care_types if c.segment))

    @property
    def condition_names(self) -> tuple[str, ...]:
        """The chronic conditions that are characteristics, in the order of their list."""
        return tuple(dict.fromkeys(source.condition for source in self.conditions))


class ProductSettings(_Part):
    """conf/products/<product>.yml: who answers for a product, its release, and its pages.

    Args:
        title: name of the product (Dutch).
        owner: who answers for the model.
        review_by: day the model must have been reviewed again; a later release is stopped.
        release: name of the release, as printed.
        release_date: date of the release, as printed; never taken from the clock.
        segments, total, gp_care: outcomes of the pages with their labels, in order.
        ages: age groups of the pages, each a list of age classes.
        income, conditions, reasons: labels of classes and of reasons.
        texts: paragraphs by name; {names} in them are filled in.
    """

    title: str
    owner: str
    review_by: datetime.date
    release: str
    release_date: datetime.date
    segments: dict[str, str]
    total: dict[str, str]
    gp_care: dict[str, str]
    ages: dict[str, list[str]]
    income: dict[str, str]
    conditions: dict[str, str]
    reasons: dict[str, str]
    texts: dict[str, list[str]]


class OutcomeRow(_Part):
    """One entry of conf/outcomes.yml."""

    name: str = Field(pattern=r"[a-z][A-Za-z0-9_{}]*")
    label: str
    counts: str = Field(pattern="cents|quantity|ddd_thousandths")
    where: dict[str, list[str]]
    rule: str = Field(min_length=10)
    for_each: str | None = None
    requested_by: str | None = Field(default=None, pattern="own_gp")
    owner: str | None = None
    review_by: datetime.date | None = None
    source: str | None = None


class OutcomeDefaults(_Part):
    """What holds for every outcome that does not say otherwise."""

    owner: str
    review_by: datetime.date
    source: str


class OutcomeFile(_Part):
    """conf/outcomes.yml."""

    defaults: OutcomeDefaults
    outcomes: list[OutcomeRow]


@dataclass(frozen=True)
class Outcome:
    """Something measured per person and year as a whole number.

    Args:
        name: as in tables and exports.
        label: as in documents (Dutch).
        counts: cents, quantity or ddd_thousandths.
        where: labels of care, each with its allowed values; all must hold.
        by_own_gp: only what a GP of the person's practice requested counts.
        owner, review_by, source: who answers for it, until when, and where it comes from.
    """

    name: str
    label: str
    counts: str
    where: tuple[tuple[str, frozenset[str]], ...]
    by_own_gp: bool
    owner: str
    review_by: datetime.date
    source: str

    @property
    def is_money(self) -> bool:
        return self.counts == "cents"


LABELS_OF_CARE = (
    "care_type", "segment", "gp_care", "chain_care", "tests", "specialism", "medicine_group",
)  # fmt: skip
