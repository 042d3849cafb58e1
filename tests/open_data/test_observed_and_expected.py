"""Observed and expected per municipality, against plain Python."""

from __future__ import annotations

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from spiegel_core.open_data.expected import EXPECTED_SCALE, YearResult, expect, ratio
from spiegel_core.open_data.outputs import expected_rows, total_rows, weight_rows
from spiegel_core.open_data.reconcile import AGREES, DIFFERS, file_totals, reconcile
from spiegel_core.open_data.spread import distribution, spread

from .by_hand import by_hand
from .files import KEYS, RULES, arrays_of, cells_of, drawn


def compared_by_hand(text: str) -> YearResult:
    """The result of a file, equal to the twin's in every municipality and segment."""
    result = expect(arrays_of(text))
    hand = by_hand(text)
    cells = result.cells
    assert sorted(hand.insured) == list(cells.municipalities)
    assert sorted(hand.national) == sorted(cells.segments)
    assert cells.national_cents() == hand.national
    for number, where in enumerate(cells.municipalities):
        assert Fraction(int(result.exposure[number]), 100) == hand.insured[where]
        for place, segment in enumerate(cells.segments):
            expected = Fraction(int(result.expected[number, place]), EXPECTED_SCALE)
            assert result.observed[number, place] == hand.observed[where, segment]
            assert expected == hand.expected[where, segment], (where, segment)
            assert abs(expected - hand.smooth[where, segment]) <= hand.insured[where] / 10**6
    for place in range(len(cells.segments)):
        observed = int(result.observed[:, place].sum()) * EXPECTED_SCALE
        residual = observed - sum(result.expected[:, place].tolist())
        assert abs(residual) <= result.allowed_residual
    return result


def test_the_small_country_is_as_worked_out_by_hand() -> None:
    # Boys cost 450.40 in 30.5 years; women of 90 and over 12,000.99 in 47.75; the one man of 90
    # lives in 's-Gravenhage. Farmacie, expected of AA EN HUNZE:
    # 10.5 x 45040 / 30.5 + 9.25 x 1200099 / 47.75 = 15505.573770 + 232479.910995, and 8 millionths
    # by rounded weights.
    rows = expected_rows([compared_by_hand(drawn())]).to_pylist()
    told = {
        (row["municipality"], row["segment"]): (
            str(row["insured_years"]), row["observed_cents"], str(row["expected_cents"]),
            row["ratio"],
        )
        for row in rows
    }  # fmt: skip
    assert told["AA EN HUNZE", "farmacie"] == ("19.75", 310010, "247985.484773", 1.250113491)
    assert told["'S-GRAVENHAGE", "farmacie"][:2] == ("64.51", 1025129)
    assert [key for key in told if key[0] == "AA EN HUNZE"] == [
        ("AA EN HUNZE", "farmacie"), ("AA EN HUNZE", "mondzorg"), ("AA EN HUNZE", "total"),
    ]  # fmt: skip


AMOUNTS = st.decimals(-999, 99_999, places=2)
YEARS = st.decimals(0, 9_999, places=2)


@st.composite
def countries(draw: st.DrawFn) -> str:
    """A file of some municipalities with random amounts, now and then below zero."""
    cells = draw(
        st.lists(
            st.tuples(
                st.sampled_from("MV"), st.sampled_from([*RULES.age_class_of]),
                st.sampled_from(["AALTEN", "BREDA", "'S GRAVENHAGE", "ÉÉN"]),
            ),
            min_size=1, max_size=30, unique=True,
        )
    )  # fmt: skip
    lines = [f"    ;;;10;{draw(YEARS)};{draw(AMOUNTS)};{draw(AMOUNTS)};{draw(AMOUNTS)}"]
    for sex, age, where in cells:
        # The class must have time insured, or its cost belongs nowhere.
        years = draw(YEARS) + 1
        amounts = ";".join(str(draw(AMOUNTS)) for _ in range(3))
        lines.append(f"    {sex};{age};{where};10;{years};{amounts}")
    costs = ["kosten_ziekenvervoer_zittend", "kosten_farmacie", "kosten_ziekenvervoer_liggend"]
    return drawn("\n".join(draw(st.permutations(lines))), costs)


@settings(max_examples=60)
@given(countries())
def test_any_country_is_as_plain_python_has_it(text: str) -> None:
    result = compared_by_hand(text)
    # Within every class too: that is what makes it a comparison of like with like.
    cells = result.cells
    expected = result.model.expected_per_person(cells.profiles)
    for profile in set(cells.profiles.tolist()):
        inside = cells.profiles == profile
        observed = cells.cents[inside].sum(axis=0)
        time = int(cells.exposure[inside].sum())
        for place, cents in enumerate(observed):
            of_class = Fraction(int(expected[inside][0, place]), 10**9) * Fraction(time, 100)
            assert abs(of_class - int(cents)) <= Fraction(time, 100) / 10**6


def test_the_largest_class_is_the_reference_and_an_empty_class_is_named() -> None:
    rows = weight_rows([expect(arrays_of(drawn()))]).to_pylist()
    notes = {row["class"]: (str(row["insured_years"]), row["note"]) for row in rows
             if row["segment"] == "farmacie"}  # fmt: skip
    assert notes["V 90+"] == ("47.75", "reference")
    assert notes["M 00-04"] == ("30.50", None)
    assert notes["M 05-09"] == ("0.00", "no_persons")
    assert notes["all"] == ("84.26", None)
    weight = {row["class"]: str(row["cents_per_insured_year"]) for row in rows
              if row["segment"] == "farmacie"}  # fmt: skip
    assert weight["all"] == "25132.963351"


def test_rows_without_sex_age_or_municipality_are_in_the_totals_and_not_in_the_reference() -> None:
    partly = "    M;;TIEL;10;1;10;0\n    ;90+;TIEL;10;1;10;0\n    M;90+;;10;1;10;0\n"
    text = drawn(partly + "    M;90+;TIEL;10;2.5;7;1\n    V;90+;TIEL;10;2.5;8;1\n")
    result = compared_by_hand(text)
    rows = {row["segment"]: row for row in total_rows([result]).to_pylist()}
    assert (str(rows["total"]["insured_years"]), str(rows["total"]["rest_insured_years"])) == (
        "8.00", "3.00",
    )  # fmt: skip
    assert (rows["total"]["reference_cents"], rows["total"]["rest_cents"]) == (1700, 3000)
    assert rows["total"]["total_cents"] == 4700
    found = file_totals(cells_of(text))
    assert (found.rest_rows, found.rest_bsn, found.rest_cents) == (3, 30, 3000)
    assert (found.rest_insured_hundredths, found.municipalities) == (300, 1)


def test_a_ratio_is_empty_where_nothing_above_zero_is_expected() -> None:
    assert [ratio(5, 0), ratio(5, -1), ratio(0, 10**8), ratio(-3, 2 * 10**8)] == [
        None, None, 0, -1_500_000_000,
    ]  # fmt: skip
    text = drawn("    M;90+;TIEL;10;2;-5;0\n    M;90+;ZEIST;10;2;1;0\n    V;90+;ZEIST;10;2;1;0\n")
    rows = expected_rows([compared_by_hand(text)]).to_pylist()
    told = {(r["municipality"], r["segment"]): r["ratio"] for r in rows}
    assert told["TIEL", "farmacie"] is None
    assert told["TIEL", "mondzorg"] is None
    assert told["ZEIST", "farmacie"] is None


def test_more_than_64_bits_do_not_overflow() -> None:
    # A municipality of a million insured years at a million euros each: 10^14 cents, 10^22 units.
    rows = "    M;90+;A;10;999999.99;99999999999.99;0\n    V;90+;A;10;900000;1.01;0\n"
    result = compared_by_hand(drawn(rows))
    assert int(result.expected[0, -1]) > 2**63


def test_cost_of_a_class_nobody_is_insured_in_is_reported_and_not_hidden() -> None:
    text = drawn("    M;90+;TIEL;10;0;10;0\n    V;90+;TIEL;10;2;8;0\n")
    result = expect(arrays_of(text))
    checks = {c.name: c for c in reconcile(cells_of(text), result, RULES)}
    check = checks["cost_without_insured_years"]
    assert (check.verdict, check.found, check.expected) == (DIFFERS, 1000, 0)
    plain = reconcile(cells_of(drawn()), expect(arrays_of(drawn())), RULES)
    assert {c.verdict for c in plain if c.name == check.name} == {AGREES}


def test_the_order_of_rows_changes_nothing() -> None:
    head, *rows = drawn().split("\n")
    turned = expect(arrays_of("\n".join([head, *rows[::-1]])))
    straight = expect(arrays_of(drawn()))
    assert expected_rows([turned]).equals(expected_rows([straight]))
    assert np.array_equal(turned.model.weights, straight.model.weights)


def test_years_come_out_in_order_and_municipalities_by_name() -> None:
    # The order of reading is not that of the alphabet: specialists, farmacie, total.
    costs = ["kosten_farmacie", "kosten_medisch_specialistische_zorg"]
    results = [expect(arrays_of(drawn(costs=costs), year)) for year in (2023, 2011)]
    rows = expected_rows(results).to_pylist()
    keys = [(row["year"], row["municipality"], row["segment"]) for row in rows]
    assert keys == sorted(keys)
    assert {row["year"] for row in rows} == {2011, 2023}
    assert [key[2] for key in keys[:3]] == ["farmacie", "medisch_specialistische_zorg", "total"]


def test_the_spread_counts_each_municipality_once() -> None:
    rows = "".join(f"    M;90+;G{n:02d};10;10;{n};0\n" for n in range(1, 22))
    result = expect(arrays_of(drawn(rows)))
    found = spread(result, result.cells.segments.index("farmacie"))
    assert found is not None
    # The mean is 11, so the ratios are n / 11; of 21 values the quantiles fall on a value.
    assert found.municipalities == 21
    assert found.quantiles == tuple(round(n / 11, 4) for n in (2, 6, 11, 16, 20))
    bars = distribution(result, result.cells.segments.index("farmacie"))
    assert sum(number for _, number in bars) == 21
    assert bars[0] == (0.05, 1)
    assert bars[-1] == (1.9, 1)
    assert spread(result, result.cells.segments.index("mondzorg")) is None
    assert distribution(result, result.cells.segments.index("mondzorg")) == []


def test_a_file_with_a_rest_row_only_gives_totals_and_no_municipality() -> None:
    result = expect(arrays_of(drawn("    ;;;10;5;1.01;2\n", keys=KEYS)))
    assert expected_rows([result]).num_rows == 0
    assert result.cells.national_cents() == {"farmacie": 101, "mondzorg": 200, "total": 301}
