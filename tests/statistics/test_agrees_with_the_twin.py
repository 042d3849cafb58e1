"""Every formula of the library, and the same the slow obvious way."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiegel_core.engine.intervals import Interval, t_quantile
from spiegel_core.statistics import (
    agreement,
    counts,
    funnel,
    least_squares,
    multiplicity,
    overdispersion,
    pooling,
    ratios,
    shrinkage,
    trimming,
)
from tests.by_hand import statistics as by_hand

LEVELS = st.sampled_from([0.8, 0.95, 0.998])
COUNTS = st.integers(0, 60)
FEW = settings(max_examples=25)


def near(found: Interval, limits: tuple[float, float]) -> None:
    assert (found.lower, found.upper) == pytest.approx(limits, rel=1e-9, abs=1e-9)


@FEW
@given(COUNTS, LEVELS)
@pytest.mark.parametrize(
    ("library", "twin"),
    [
        (counts.mid_p, by_hand.mid_p),
        (counts.score, by_hand.score),
        (counts.jeffreys, by_hand.jeffreys),
        (funnel.exact_funnel_expected, by_hand.funnel_expected),
    ],
)
def test_limits_of_a_count(
    library: Callable[[int, float], Interval],
    twin: Callable[[int, float], tuple[float, float]],
    count: int,
    level: float,
) -> None:
    near(library(count, level), twin(count, level))


@given(COUNTS, st.floats(0.01, 80))
def test_values_of_p(count: int, mean: float) -> None:
    assert counts.mid_p_value(count, mean) == pytest.approx(
        by_hand.mid_p_value(count, mean), rel=1e-6, abs=1e-12
    )
    assert counts.exact_p(count, mean) == pytest.approx(
        by_hand.exact_p(count, mean), rel=1e-6, abs=1e-12
    )


ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(-5, 900), st.integers(1, 900)),
    min_size=2,
    max_size=20,
).filter(lambda rows: len({who for who, _, _ in rows}) > 1 and sum(y for _, y, _ in rows) > 0)


@given(ROWS)
def test_a_ratio_of_rows_that_share_persons(rows: list[tuple[str, int, int]]) -> None:
    who, y, e = zip(*rows, strict=True)
    found = ratios.ratio_of_rows(y, e, who)
    ratio, variance, persons = by_hand.clustered_ratio(rows)
    assert found.ratio == float(ratio)
    assert found.persons == persons
    assert found.error == pytest.approx(math.sqrt(variance), rel=1e-12, abs=1e-12)
    assert found.error is not None
    reach = t_quantile(persons, 0.95) * found.error
    linear = found.linear_limits(0.95)
    assert (linear.lower, linear.upper) == pytest.approx((ratio - reach, ratio + reach))


@given(ROWS)
def test_without_persons_each_row_is_somebody_else(rows: list[tuple[str, int, int]]) -> None:
    _, y, e = zip(*rows, strict=True)
    alone = [(str(number), *values) for number, values in enumerate(zip(y, e, strict=True))]
    _, variance, persons = by_hand.clustered_ratio(alone)
    found = ratios.ratio_of_rows(y, e)
    assert (found.persons, found.error) == (persons, pytest.approx(math.sqrt(variance)))


PROVIDERS = st.lists(
    st.tuples(st.integers(1, 400), st.integers(1, 400)), min_size=6, max_size=40
)  # fmt: skip


@given(PROVIDERS, st.sampled_from([4, 5, 10, 20]), st.sampled_from(funnel.SCALES))
def test_scores_and_how_extremes_are_cut(
    providers: list[tuple[int, int]], groups: int, scale: str
) -> None:
    observed, expected = zip(*providers, strict=True)
    z = overdispersion.z_scores(observed, expected, scale)
    assert z == pytest.approx(by_hand.z_scores(observed, expected, scale), abs=1e-9)
    kept = by_hand.truncated(z, groups)
    assert list(trimming.kept_after_truncation(z, 1 / groups)) == kept
    drawn_in = by_hand.winsorised(z, groups)
    assert trimming.winsorised(z, 1 / groups) == pytest.approx(drawn_in, abs=1e-9)

    found = overdispersion.overdispersion(
        observed, expected, scale=scale, share=1 / groups, cut=trimming.WINSORISE
    )
    assert found.phi == pytest.approx(sum(x * x for x in drawn_in) / len(z))
    weight = 1 if scale == funnel.LOG else 4
    weights = [weight * e for e in expected]
    room = sum(weights) - sum(w * w for w in weights) / sum(weights)
    tau2 = max(0.0, (found.phi * len(z) - (len(z) - 1)) / room)
    assert found.between == pytest.approx(tau2, abs=1e-12)
    if len(kept) > 1:
        cut = overdispersion.overdispersion(observed, expected, scale=scale, share=1 / groups)
        assert cut.providers == len(kept)
        assert cut.phi == pytest.approx(sum(z[p] ** 2 for p in kept) / len(kept))


ESTIMATES = st.lists(
    st.tuples(st.floats(-9, 9), st.floats(0.01, 9)), min_size=2, max_size=12
)  # fmt: skip


@given(ESTIMATES)
def test_the_variance_between_pooled_estimates(estimates: list[tuple[float, float]]) -> None:
    effects, variances = zip(*estimates, strict=True)
    found = pooling.pooled(effects, variances)
    twin = by_hand.between_variance(effects, variances)
    assert found.between == pytest.approx(twin, rel=1e-9, abs=1e-9)


SHARES = st.lists(
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 1.0])), min_size=1, max_size=20
)


@given(SHARES)
def test_values_of_p_of_a_list(p: list[float]) -> None:
    assert multiplicity.benjamini_hochberg(p) == pytest.approx(by_hand.benjamini_hochberg(p))
    assert multiplicity.holm(p) == pytest.approx(by_hand.holm(p))
    assert multiplicity.bonferroni(p) == pytest.approx([min(1, q * len(p)) for q in p])


@FEW
@given(st.integers(0, 30), st.floats(0.5, 30), st.floats(0.5, 2), st.floats(1, 20))
def test_a_count_is_shrunk_to_what_is_left_of_the_spread(
    observed: int, expected: float, mean: float, shape: float
) -> None:
    found = shrinkage.shrunk_count(observed, expected, shrinkage.Spread(mean, shape))
    twin = by_hand.shrunk_count(observed, expected, mean, shape)
    assert found == pytest.approx(twin, rel=1e-3)
    weight = expected * mean / (shape + expected * mean)
    assert found == pytest.approx(weight * observed / expected + (1 - weight) * mean)


PERSONS = st.lists(
    st.tuples(st.integers(-50, 900), st.integers(0, 900)), min_size=2, max_size=30
).filter(lambda pairs: len({y for y, _ in pairs}) > 1)  # fmt: skip


@given(PERSONS)
def test_how_well_expected_agrees_with_actual(persons: list[tuple[int, int]]) -> None:
    y, e = zip(*persons, strict=True)
    found = agreement.agreement(y, e)
    values = (found.r_squared, found.cpm, found.mean_absolute_error, found.root_mean_square_error)
    assert values == pytest.approx(by_hand.agreement(y, e), rel=1e-9, abs=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(-9, 99)), min_size=6,
                max_size=25))  # fmt: skip
def test_least_squares_from_cells_is_that_of_persons(
    persons: list[tuple[bool, bool, int]],
) -> None:
    rows = [[1, int(a), int(b)] for a, b, _ in persons]
    cells = sorted({tuple(row) for row in rows})
    if len(cells) < 4:
        return
    y = [own for _, _, own in persons]
    of_cell = [
        [own for row, own in zip(rows, y, strict=True) if tuple(row) == cell] for cell in cells
    ]
    found = least_squares.fit_cells(
        cells, [len(v) for v in of_cell], [sum(v) for v in of_cell],
        [sum(x * x for x in v) for v in of_cell],
    )  # fmt: skip
    weights, residual = by_hand.least_squares(rows, y)
    assert list(found.weights) == weights
    assert found.residual_squares == residual
    # The squared error of a weight is what leaving its column out adds, upside down.
    assert found.deviation is not None
    for column in (1, 2):
        rest = [[x for place, x in enumerate(row) if place != column] for row in rows]
        added = by_hand.least_squares(rest, y)[1] - residual
        weight, error = weights[column], found.errors[column]
        if weight and found.deviation and error:
            t = float(weight) / error
            assert t * t == pytest.approx(float(added) / found.deviation**2, rel=1e-9)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-99, 99)), min_size=4, max_size=20))
def test_the_variance_of_one_factor(rows: list[tuple[str, int]]) -> None:
    groups, values = zip(*rows, strict=True)
    if len(set(groups)) in (1, len(groups)):
        return
    found = least_squares.analysis_of_variance(groups, values)
    assert (found.between, found.within) == by_hand.one_factor(groups, values)
