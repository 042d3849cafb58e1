"""Rows of conf/invented_country on care: codes, medicines, tests, therapists, other care."""

from __future__ import annotations

from pydantic import Field

from spiegel_core.invent.country_rows import Row


class GpCode(Row):
    family: str
    code: str
    tariff_cents: int = Field(gt=0)
    weight: float


class OldContactCodes(Row):
    year: int
    old_consult_share: float
    remote_share: float


class Programme(Row):
    programme: str
    condition: str
    cents_per_quarter: int = Field(gt=0)


class Route(Row):
    """One way a condition shows, and how often it does so."""

    condition: str
    chain_care: bool
    drugs: bool
    specialist: bool
    weight: float


class Medicine(Row):
    zi: str = Field(pattern="[0-9]{8}")
    atc: str
    name: str
    ddd_per_1000_units: int = Field(ge=0)
    unit_cents: float = Field(gt=0)


class Treatment(Row):
    """Drugs of a disease: as its first treatment (weight) or on top of it (extra)."""

    disease: str
    atc: str
    weight: float
    extra: float
    ddd_per_day_from: float
    ddd_per_day_to: float
    lines_per_year: int = Field(ge=4)


class AlsoDisease(Row):
    disease: str
    also: str
    share: float


class OccasionalMedicine(Row):
    atc: str
    weight_0_17: float
    weight_18_64: float
    weight_65_plus: float
    units: int = Field(ge=1)
    lines: float = Field(ge=1)


class ExpensiveMedicine(Row):
    atc: str
    weight: float
    units: int
    lines: int
    euro_per_line: float


class ShortTreatment(Row):
    """Use under the limit, by persons who are not on the list (a condition or cost group)."""

    atc: str
    list: str
    weight: float


class Test(Row):
    __test__ = False  # pytest takes a class of this name for a test

    kind: str
    code: str = Field(pattern="[0-9]{6}")
    cents: int
    weight: float


class TestOrder(Row):
    __test__ = False

    kind: str
    share: float
    need: float
    tests_per_order: float


class SpecialistCare(Row):
    """A specialism: its share of specialist cost, mean and spread of a product, diagnoses."""

    specialism: str
    share_0_17: float
    share_18_64: float
    share_65_plus: float
    mean_euro: float
    sigma: float
    sex: str
    diagnoses: str


class OtherCare(Row):
    """Care made of episodes: how often follows from the cost, how dear from this row."""

    care_type: str
    segment: str
    from_class: str
    to_class: str
    share: float
    code_list: str
    codes: str
    mean_euro: float
    floor_euro: float
    sigma: float
    lines: float = Field(ge=1)
    is_spread: bool
    duration_days: int
    need: float
    specialism: str
    referred: float
    family: str


class ParamedicalCare(Row):
    """Sessions of therapists: on basic cover from the cost, on supplementary cover by rate."""

    care_type: str
    from_class: str
    to_class: str
    share: float
    rate: float
    is_chronic: bool
    sessions: float
    session_cents: int
    codes: str
    indication: str
    diagnoses: str
    cover: str = Field(pattern="[BA]")
    family: str


class ConditionCode(Row):
    """conf/code_lists/conditions.csv: one way the mirror recognises a condition."""

    condition: str
    route: str
    specialism: str
    code: str


class CostGroupDrug(Row):
    """conf/code_lists/fkg_drugs.csv: drugs that make a pharmaceutical cost group."""

    group: str
    atc: str
    valid_from: int
