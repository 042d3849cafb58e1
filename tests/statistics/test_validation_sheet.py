"""The validation sheet says of sums of cells what the persons behind them say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from spiegel_core.engine.subgroups import (
    ProviderFacts,
    subgroups_of_profiles,
    subgroups_of_providers,
)
from spiegel_core.engine.validation import (
    FEW,
    FIT,
    NEGATIVE,
    OTHER_YEAR,
    SUBGROUP,
    CellSums,
    ValidationRow,
    at_the_level_of,
    few_rows,
    negative_row,
    subgroup_rows,
    whole_row,
)
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.validation_pages import validation_pages
from spiegel_core.mirrors.validation_shown import shown_rows
from spiegel_core.mirrors.write_markdown import pages_as_markdown
from spiegel_core.population.factors import Factor, Factors
from spiegel_core.statistics.agreement import agreement, compensation

# Persons: provider, profile, what each had; expected per profile.
PERSONS = [(0, 0, 10.0), (0, 0, 30.0), (0, 1, 0.0), (1, 1, 80.0), (1, 1, 5.0), (2, 0, 7.0)]
EXPECTED = [20.0, 45.0]


def cells_of(persons: list[tuple[int, int, float]], expected: list[float]) -> CellSums:
    keys = sorted({(provider, profile) for provider, profile, _ in persons})
    had = [[y for p, q, y in persons if (p, q) == key] for key in keys]
    return CellSums(
        np.array([key[0] for key in keys]), np.array([float(len(own)) for own in had]),
        np.array([sum(own) for own in had]), np.array([sum(y * y for y in own) for own in had]),
        np.array([expected[key[1]] for key in keys]),
    )  # fmt: skip


def test_a_subgroup_has_the_predictive_ratio_and_residual_of_its_persons() -> None:
    cells = cells_of(PERSONS, EXPECTED)
    # Cells in order: (0, 0), (0, 1), (1, 1), (2, 0); the group is providers 0 and 1.
    rows = list(subgroup_rows("cost", cells, "side", ("left", "right", "nobody"),
                              np.array([0, 0, 0, 1])))  # fmt: skip
    assert [row.group for row in rows] == ["left", "right"]
    y, e = [p[2] for p in PERSONS], [EXPECTED[p[1]] for p in PERSONS]
    by_hand = compensation(y, e, [0, 1, 2, 3, 4])
    left = rows[0]
    assert (left.persons, left.providers) == (5, 2)
    assert left.predictive_ratio == pytest.approx(by_hand.predictive_ratio, abs=1e-6)
    assert left.residual == pytest.approx(-by_hand.mean_difference, abs=1e-6)
    squares = sum((a - b) ** 2 for a, b in zip(y[:5], e[:5], strict=True))
    assert left.standard_error == pytest.approx(squares**0.5 / 5, abs=1e-6)


def test_cells_of_no_group_are_left_out() -> None:
    cells = cells_of(PERSONS, EXPECTED)
    (row,) = subgroup_rows("cost", cells, "side", ("left",), np.array([-1, 0, -1, -1]))
    assert (row.persons, row.observed, row.predictive_ratio) == (1, 0.0, None)


def test_the_whole_has_the_r_squared_of_its_persons_and_the_errors_of_providers() -> None:
    row = whole_row(FIT, "cost", "weights", cells_of(PERSONS, EXPECTED))
    y, e = [p[2] for p in PERSONS], [EXPECTED[p[1]] for p in PERSONS]
    by_hand = agreement(y, e)
    assert row.r_squared == pytest.approx(by_hand.r_squared, abs=1e-6)
    assert row.predictive_ratio == pytest.approx(by_hand.predictive_ratio, abs=1e-6)
    # Providers had 40, 85, 7 and were expected 85, 90, 20, of 132 in all.
    assert row.provider_error == pytest.approx((45 + 5 + 13) / 132, abs=1e-6)
    # The mean is 22: they would have 66, 44, 22.
    assert row.provider_cpm == pytest.approx(1 - 63 / (26 + 41 + 15), abs=1e-6)


def test_last_years_weights_can_be_put_at_the_level_of_this_year() -> None:
    cells = cells_of(PERSONS, [value / 2 for value in EXPECTED])
    row = whole_row(FIT, "cost", "", at_the_level_of(cells))
    assert row.predictive_ratio == 1.0
    assert row.expected == pytest.approx(132)
    assert whole_row(FIT, "cost", "", cells).predictive_ratio == pytest.approx(97.5 / 132, abs=1e-6)
    nothing = dataclasses.replace(cells, expected=np.zeros(4))
    assert (at_the_level_of(nothing).expected == 0).all()


def test_persons_expected_below_zero_are_counted_and_summed() -> None:
    row = negative_row("cost", cells_of(PERSONS, [-2.0, 45.0]))
    # Three persons of profile 0; provider 2 has only one of those.
    assert (row.check, row.persons, row.expected, row.providers) == (NEGATIVE, 3, -6.0, 1)
    assert negative_row("cost", cells_of(PERSONS, [0.0, 1.0])).persons == 0


def test_classes_with_fewer_persons_are_named() -> None:
    columns = [("intercept", "all"), ("sex", "M"), ("sex", "V")]
    rows = list(few_rows(columns, [110, 100, 99], 100))
    assert [(row.check, row.characteristic, row.group, row.persons) for row in rows] == [
        (FEW, "sex", "V", 99)
    ]


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(WrongUse):
        CellSums(np.array([0]), np.ones(2), np.ones(2), np.ones(2), np.ones(2))


FACTORS = Factors(
    (
        Factor("age_sex", ("M 0-4", "M 70-74", "V 0-4", "V 70-74")),
        Factor("income", ("low", "high")),
        Factor("diabetes", ("no", "yes")),
        Factor("copd", ("no", "yes")),
        Factor("fkg", ("a", "b", "c", "d"), is_any=True),
    )
)
AGES = {"young": ["0-4"], "old": ["70-74"]}


def groups_of(age_sex: str, income: str, diabetes: str, copd: str, fkg: str) -> dict[str, str]:
    profile = FACTORS.pack({
        "age_sex": (age_sex,), "income": (income,), "diabetes": (diabetes,), "copd": (copd,),
        "fkg": tuple(fkg),
    })  # fmt: skip
    found = subgroups_of_profiles(FACTORS, np.array([profile]), AGES)
    return {
        one.characteristic: one.names[one.places[0]] if one.places[0] >= 0 else "-" for one in found
    }


def test_subgroups_of_persons_are_combinations_the_model_does_not_have() -> None:
    assert groups_of("V 70-74", "low", "yes", "yes", "abcd") == {
        "number of conditions": "2",
        "number of cost groups": "3 or more",
        "age and income": "old, low",
        "sex and number of cost groups": "V, 3 or more",
        "age and number of cost groups": "old, 3 or more",
        "age and diabetes": "old, yes",
        "age and copd": "old, yes",
    }
    assert groups_of("M 0-4", "high", "no", "yes", "") == {
        "number of conditions": "1",
        "number of cost groups": "0",
        "age and income": "young, high",
        "sex and number of cost groups": "M, 0",
        "age and number of cost groups": "young, 0",
        "age and diabetes": "young, no",
        "age and copd": "young, yes",
    }


def test_subgroups_of_providers_are_size_kind_and_care_group() -> None:
    facts = [ProviderFacts(n, gps, group) for n, gps, group in (
        (50, 0, ""), (400, 1, "g1"), (300, 2, "g2"), (200, 3, "g1"), (100, 9, ""), (60, None, ""),
        (70, 1, ""), (80, 1, ""),
    )]  # fmt: skip
    size, kind, group = subgroups_of_providers(facts)
    assert size.places.tolist() == [0, 3, 3, 2, 2, 0, 1, 1]
    assert [kind.names[n] if n >= 0 else None for n in kind.places] == [
        "no working GP", "solo", "duo", "group", "group", None, "solo", "solo",
    ]  # fmt: skip
    assert [group.names[n] for n in group.places][:5] == ["none", "g1", "g2", "g1", "none"]


def row(
    check: str, group: str, persons: int, residual: float = 0.0, **more: object
) -> ValidationRow:
    made = ValidationRow(check, "cost_total", "side", group, persons, residual=residual,
                         standard_error=1.0, predictive_ratio=0.9)  # fmt: skip
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


def text_of(rows: list[ValidationRow]) -> str:
    return pages_as_markdown(validation_pages(rows, 2021, 10, {"cost_total": "Totaal"}))


def test_the_pages_show_the_largest_residuals_and_nothing_on_few_persons() -> None:
    text = text_of(
        [row(SUBGROUP, "little", 500, 100.0), row(SUBGROUP, "much", 500, -9_000.0),
         row(SUBGROUP, "tiny", 9, 99_000.0), row(SUBGROUP, "elsewhere", 50, 1.0, outcome="cost_x"),
         row(FIT, "weights of 2021", 1_000, r_squared=0.25, provider_error=0.06),
         row(NEGATIVE, "below zero", 4, providers=0),
         row(NEGATIVE, "", 0, outcome="cost_y", providers=0), row(FEW, "oldest", 7, outcome="")]
    )  # fmt: skip
    much = "| side | much | 500 | −€\xa090,00 |"
    little = "| side | little | 500 | +€\xa01,00 |"
    assert text.index(much) < text.index(little)
    assert "tiny" not in text and "elsewhere" not in text
    assert "| Totaal | minder dan 10 | 0 |" in text
    assert "| cost\\_y | 0 | 0 |" in text
    assert "Side: oldest (minder dan 10)." in text


def test_the_pages_come_in_the_order_of_what_matters() -> None:
    text = text_of([row(SUBGROUP, "much", 500, -9_000.0)])
    order = (
        "Groepen die niet in het model zitten", "Gewichten van vorig jaar op dit jaar",
        "Verwacht onder nul", "Klassen met weinig personen", "wordt niets beloofd",
    )  # fmt: skip
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_another_year_is_shown_beside_the_own_year_or_said_to_be_missing() -> None:
    own = row(FIT, "weights of 2021", 1_000, r_squared=0.25, provider_error=0.06)
    last = row(OTHER_YEAR, "weights of 2020", 1_000, r_squared=0.24, provider_error=0.09)
    level = row(OTHER_YEAR, "weights of 2020, at the level of 2021", 1_000, provider_error=0.07)
    assert "| Totaal | 0,900 | 9,0% | 7,0% | 6,0% | 24,0% | 25,0% |" in text_of([own, last, level])
    alone = text_of([own])
    assert "| Totaal | – | – | – | 6,0% | – | 25,0% |" in alone
    assert "Van 2020 is er in deze opslag geen model" in alone
    assert "geen model. Hoe goed" not in text_of([own, last, level])


def shown(groups: dict[str, int]) -> set[str]:
    return {one.group for one in shown_rows([row(SUBGROUP, g, n) for g, n in groups.items()], 10)}


def test_a_group_of_few_persons_is_left_out_with_the_next_smallest() -> None:
    assert shown({"a": 9, "b": 40, "c": 30}) == {"b"}
    assert shown({"a": 10, "b": 40, "c": 30}) == {"a", "b", "c"}
    # Two small groups that are 10 or more together need no other.
    assert shown({"a": 4, "b": 6, "c": 30}) == {"c"}
    assert shown({"a": 4, "b": 5, "c": 30, "d": 31}) == {"d"}
    assert shown({"a": 4}) == set()


def test_of_two_characteristics_groups_are_left_out_within_the_first() -> None:
    # What all old persons are follows from other lines, so one hidden group would follow too.
    assert shown({"old, low": 3, "old, high": 90, "young, low": 60, "young, high": 70}) == {
        "young, low", "young, high",
    }  # fmt: skip


def test_sums_of_groups_are_not_shown_and_counts_of_few_persons_neither() -> None:
    group = row(SUBGROUP, "a", 50, 12.34, observed=1_000.0, expected=2_000.0,
                predictive_ratio=0.98765)  # fmt: skip
    few, below = row(FEW, "b", 9), row(NEGATIVE, "below zero", 4, expected=-7.0)
    nobody, whole = row(NEGATIVE, "below zero", 0), row(FIT, "all", 1_000, observed=5.0)
    found = list(shown_rows([group, few, below, nobody, whole], 10))
    assert found[0] == dataclasses.replace(
        group, observed=None, expected=None, residual=12.0, predictive_ratio=0.988
    )
    assert [one.persons for one in found] == [50, None, None, 0, 1_000]
    assert found[2].expected is None
    assert found[4] == whole
    assert "| Totaal | minder dan 10 | – |" in text_of(found)
