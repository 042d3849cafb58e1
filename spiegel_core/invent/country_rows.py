"""Rows of conf/invented_country on persons, cost and organisations; each names its source."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

AGE_CLASSES = (
    "0-4", "5-9", "10-14", "15-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54",
    "55-59", "60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90+",
)  # fmt: skip
SEXES = ("M", "V")


class Row(BaseModel):
    # Not strict: a table holds text, and a number is read from it.
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=3)


class Sourced(Row):
    """One number of country.yml."""

    value: float


class InsuredYears(Row):
    age_class: str
    sex: str = Field(pattern="[MV]")
    insured_years: int = Field(ge=0)


class Cost(Row):
    """Cost per insured year of the year of calibration (euro)."""

    age_class: str
    sex: str = Field(pattern="[MV]")
    segment: str
    euro_per_insured_year: float = Field(ge=0)


class CostOfYear(Row):
    """National cost of a segment in a year (million euro); empty where open data had no column."""

    year: int
    segment: str
    million_euro: float | None
    insured_years: float = Field(gt=0)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_none(cls, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "million_euro": row.get("million_euro") or None}


class AgeCurve(Row):
    """A figure per age class of one sex; what it counts stands in the source."""

    curve: str
    sex: str = Field(pattern="[MV]")
    values: tuple[float, ...] = Field(min_length=len(AGE_CLASSES), max_length=len(AGE_CLASSES))

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, row: dict[str, Any]) -> dict[str, Any]:
        if "values" in row:
            return row
        names = ["age_" + name.replace("-", "_").replace("+", "_plus") for name in AGE_CLASSES]
        rest = {key: value for key, value in row.items() if key not in names}
        return {**rest, "values": tuple(row.get(name) for name in names)}


class Insurer(Row):
    uzovi: str = Field(pattern="[0-9]{4}")
    share_percent: float = Field(gt=0)


class Switchers(Row):
    year: int
    percent: float = Field(ge=0, le=100)


class Segment(Row):
    """Which care types hold a segment of open data."""

    segment: str
    care_types: str
    note: str


class PracticeKind(Row):
    kind: str
    share: float
    gps_from: int = Field(ge=1)
    gps_to: int
    relative_size: float
    size_sd: float


class PlantedEffect(Row):
    """An outcome, the between-practice standard deviation of its logarithm, and its correlation
    with how active the practice is in general."""

    outcome: str
    sd: float = Field(ge=0, le=1)
    common: float = Field(ge=-1, le=1)
    acts_on: str = Field(pattern="rate|price|both")


class ProviderEffect(Row):
    discipline: str
    sd: float


class OrganisationKind(Row):
    """Organisations of a care type: how many, with which AGB code, sites and therapists."""

    care_type: str
    agb_prefix: str = Field(pattern="[0-9]{2}")
    kind: str
    name: str
    persons_per_organisation: int
    least: int
    vestigingen: int
    therapists: int
    qualification: str


class Operation(Row):
    indicator: str
    lowest: float
    highest: float
    decimals: int


class MunicipalCare(Row):
    law: str
    age_class: str
    from_age: int
    to_age: int
    users_per_1000: float
    cost_per_user_euro: float
    sd: float


class Name(Row):
    kind: str = Field(pattern="word|place")
    word: str
