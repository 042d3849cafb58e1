"""A profile is one class of each characteristic and any number of cost groups, packed into a whole
number and back without loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from spiegel_core.contracts.gold import PATIENTS, POPULATIONS
from spiegel_core.contracts.rules import YearRules
from spiegel_core.engine.design import INTERCEPT, design_of
from spiegel_core.errors import ConfUnusable
from spiegel_core.population.factors import Factor, Factors, practice_factors
from spiegel_core.population.patients import profile_number
from spiegel_core.population.profiles import profile_classes
from spiegel_core.runtime.conf import Conf
from tests.tables import as_drawn, draw, frame

FACTORS = practice_factors(Conf().rules(2021))


@st.composite
def combinations(draw_: st.DrawFn, factors: Factors) -> dict[str, tuple[str, ...]]:
    """One class of each factor, any of those one may have several of."""
    chosen = {}
    for factor in factors.factors:
        if factor.is_any:
            held = draw_(st.sets(st.sampled_from(factor.classes)))
            chosen[factor.name] = tuple(name for name in factor.classes if name in held)
        else:
            chosen[factor.name] = (draw_(st.sampled_from(factor.classes)),)
    return chosen


def test_the_seven_characteristics_and_their_classes() -> None:
    assert [(f.name, len(f.classes), f.is_any) for f in FACTORS.factors] == [
        ("age_sex", 40, False),
        ("income", 4, False),
        ("diabetes", 2, False),
        ("copd", 2, False),
        ("cvrm", 2, False),
        ("fkg", 18, True),
    ]


@given(combinations(FACTORS))
def test_what_is_packed_is_unpacked(classes: dict[str, tuple[str, ...]]) -> None:
    profile = FACTORS.pack(classes)
    assert 0 <= profile < 2**62
    assert FACTORS.unpack(profile) == classes


@given(st.integers(0, 40 * 4 * 2 * 2 * 2 * 2**18 - 1))
def test_every_number_is_one_profile(profile: int) -> None:
    assert FACTORS.pack(FACTORS.unpack(profile)) == profile


@given(st.lists(combinations(FACTORS), min_size=1, max_size=5))
def test_the_columns_of_the_model_are_the_classes_of_the_profile(
    chosen: list[dict[str, tuple[str, ...]]],
) -> None:
    design = design_of(FACTORS)
    profiles = np.array([FACTORS.pack(classes) for classes in chosen])

    for row, classes in zip(design.matrix(profiles), chosen, strict=True):
        held = {column for column, value in zip(design.columns, row, strict=True) if value}
        assert {(f, c) for f, c in held if f != INTERCEPT} == {
            (factor, name) for factor, names in classes.items() for name in names
        }
        assert set(row.tolist()) <= {0, 1}


PATIENTS_DRAWN = """
person_id | age_sex | income  | conditions    | cost_groups
ann       | M 00    | low     | none          | none
bob       | V 90+   | unknown | none          | none
cor       | V 45-49 | middle  | copd diabetes | none
dik       | M 18-24 | high    | cvrm          | astma kanker
eef       | M 85-89 | low     | none          | nieraandoeningen glaucoom
fem       |         |         | diabetes      | kanker
"""


def test_the_number_of_a_person_is_that_of_the_classes_and_none_outside_the_register(
    spark: SparkSession, rules_2021: YearRules
) -> None:
    patients = frame(spark, PATIENTS_DRAWN, PATIENTS)
    found = patients.withColumn("profile", profile_number(FACTORS, rules_2021))
    profiles = {r["person_id"]: r["profile"] for r in as_drawn(found, ("person_id", "profile"))}

    for row in draw(PATIENTS_DRAWN):
        conditions = str(row["conditions"]).split()
        expected = None
        if row["age_sex"]:
            expected = str(
                FACTORS.pack(
                    {
                        "age_sex": (str(row["age_sex"]),),
                        "income": (str(row["income"]),),
                        "fkg": tuple(str(row["cost_groups"]).replace("none", "").split()),
                        **{
                            name: ("yes" if name in conditions else "no",)
                            for name in ("diabetes", "copd", "cvrm")
                        },
                    }
                )
            )
        assert profiles[row["person_id"]] == expected


def test_profiles_are_turned_back_into_their_classes(spark: SparkSession) -> None:
    largest = 40 * 4 * 2 * 2 * 2 * 2**18 - 1
    numbers = [0, 39, 40, 12345, 2**22 + 17, largest]
    drawn = "profile\n" + "\n".join(map(str, [*numbers, 12345]))
    found = profile_classes(frame(spark, drawn, POPULATIONS), FACTORS)

    held: dict[int, dict[str, set[str]]] = {}
    for row in as_drawn(found, ("profile", "factor", "class")):
        of_factor = held.setdefault(int(row["profile"] or 0), {})
        of_factor.setdefault(str(row["factor"]), set()).add(str(row["class"]))
    for number in numbers:
        expected = {f: {*names} for f, names in FACTORS.unpack(number).items() if names}
        assert held[number] == expected


def test_too_many_classes_for_a_profile_are_refused() -> None:
    with pytest.raises(ConfUnusable, match="more combinations than a profile can hold"):
        Factors((Factor("fkg", tuple(f"g{n}" for n in range(62)), is_any=True),))
    Factors((Factor("fkg", tuple(f"g{n}" for n in range(61)), is_any=True),))
