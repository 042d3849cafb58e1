"""What must hold of limits, funnels, spread and shrinkage, whatever the numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spiegel_core.engine.intervals import Interval, byar, count_interval, exact_poisson, wilson
from spiegel_core.statistics import (
    agreement,
    change,
    counts,
    funnel,
    multiplicity,
    outliers,
    overdispersion,
    pooling,
    ratios,
    shrinkage,
    treatment_index,
)

LEVELS = st.sampled_from([0.9, 0.95, 0.998])
KINDS = [
    exact_poisson, count_interval, counts.mid_p, counts.score, counts.wald, counts.lognormal,
    counts.byar_midpoint, counts.jeffreys,
]  # fmt: skip


@given(st.integers(1, 5000), LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_limits_hold_the_count_and_widen_with_the_level(
    kind: Callable[[int, float], Interval], count: int, level: float
) -> None:
    found, wider = kind(count, level), kind(count, 0.999)
    assert (found.lower or 0.0) <= count <= found.upper
    assert (wider.lower or -math.inf) <= (found.lower or math.inf)
    assert found.upper < wider.upper


@given(st.integers(1, 400), LEVELS)
def test_mid_p_limits_lie_within_exact_ones(count: int, level: float) -> None:
    narrow, wide = counts.mid_p(count, level), exact_poisson(count, level)
    assert narrow.lower is not None and wide.lower is not None
    assert narrow.upper is not None and wide.upper is not None
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


@given(st.integers(1, 10**6), st.floats(0, 1), LEVELS)
def test_wilson_limits_are_symmetric_and_shares(n: int, share: float, level: float) -> None:
    users = math.floor(n * share)
    found, others = wilson(users, n, level), wilson(n - users, n, level)
    assert found.lower is not None and found.upper is not None
    assert (others.lower, others.upper) == pytest.approx((1 - found.upper, 1 - found.lower))
    assert -1e-12 <= found.lower <= users / n + 1e-12
    assert users / n - 1e-12 <= found.upper <= 1 + 1e-12


@given(st.floats(0.5, 1e5), st.floats(0, 1), LEVELS, st.sampled_from(funnel.SCALES))
def test_funnels_narrow_with_size_and_widen_with_differences_between_providers(
    expected: float, between: float, level: float, scale: str
) -> None:
    own = funnel.additive_funnel(expected, between, level, scale=scale)
    larger = funnel.additive_funnel(2 * expected, between, level, scale=scale)
    wider = funnel.additive_funnel(expected, between + 0.1, level, scale=scale)
    assert own.lower is not None and own.upper is not None
    assert larger.lower is not None and larger.upper is not None
    assert wider.lower is not None and wider.upper is not None
    assert own.lower <= larger.lower < 1 < larger.upper < own.upper
    assert wider.lower <= own.lower and own.upper < wider.upper
    for limits in (own, larger):
        assert not outliers.is_outside(1.0, limits)


def test_a_ratio_on_its_limit_is_not_outside_it() -> None:
    limits = Interval(0.8, 1.2)
    found = [outliers.is_outside(ratio, limits) for ratio in (0.79, 0.8, 1.2, 1.21)]
    assert found == [True, False, False, True]


@given(st.integers(1, 2000))
def test_a_count_on_an_exact_limit_of_the_funnel_has_the_chance_of_that_limit(count: int) -> None:
    at = funnel.exact_funnel_expected(count, 0.95)
    assert stats.poisson.cdf(count, at.upper) == pytest.approx(0.025)
    assert stats.poisson.sf(count - 1, at.lower) == pytest.approx(0.025)


@given(st.integers(1, 2000), LEVELS)
def test_the_exact_funnel_by_size_is_the_one_by_count(count: int, level: float) -> None:
    at = funnel.exact_funnel_expected(count, level)
    assert at.lower is not None and at.upper is not None
    low, high = funnel.exact_funnel(at.upper, level), funnel.exact_funnel(at.lower, level)
    assert low.lower == pytest.approx(count / at.upper)
    assert high.upper == pytest.approx(count / at.lower)


def test_of_few_expected_even_none_is_within_chance() -> None:
    assert funnel.exact_funnel(3.6, 0.95).lower == 0.0
    assert (funnel.exact_funnel(3.8, 0.95).lower or 0) > 0


@given(st.integers(0, 400), st.floats(0.1, 400))
def test_bands_follow_the_limits_of_the_count(observed: int, expected: float) -> None:
    found = outliers.band(observed, expected)
    limits = count_interval(observed, 0.95)
    is_within = (limits.lower or 0) <= expected <= (limits.upper or 0)
    assert (found == outliers.WITHIN) == is_within
    if not is_within:
        assert found.startswith("Low" if expected > observed else "High")


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), min_size=8, max_size=30),
       st.randoms())  # fmt: skip
def test_the_variance_between_providers_is_not_negative_and_knows_no_order(
    providers: list[tuple[int, int]], random: Random
) -> None:
    found = overdispersion.overdispersion(*zip(*providers, strict=True))
    shuffled = list(providers)
    random.shuffle(shuffled)
    again = overdispersion.overdispersion(*zip(*shuffled, strict=True))
    assert found.between >= 0
    assert (again.phi, again.between, again.providers) == (
        found.phi, found.between, found.providers
    )  # fmt: skip


def test_providers_who_all_have_what_is_expected_do_not_differ() -> None:
    found = overdispersion.overdispersion([10, 20, 30], [10, 20, 30])
    assert (found.phi, found.between) == (0.0, 0.0)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0.01, 9)), min_size=2, max_size=12))
def test_what_paule_and_mandel_find_makes_q_what_chance_would(
    estimates: list[tuple[float, float]],
) -> None:
    effects, variances = zip(*estimates, strict=True)
    found = pooling.pooled(effects, variances, iterated=True)
    weights = [1 / (v + found.between) for v in variances]
    q = sum(w * (x - found.mean) ** 2 for w, x in zip(weights, effects, strict=True))
    if found.between > 0:
        assert q == pytest.approx(len(effects) - 1, rel=1e-6)
    else:
        assert q <= len(effects) - 1 + 1e-9
    assert min(effects) - 1e-9 <= found.mean <= max(effects) + 1e-9
    assert 0 <= found.share_between < 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_values_follow_the_order_of_p_and_are_those_of_scipy(p: list[float]) -> None:
    q = multiplicity.benjamini_hochberg(p)
    assert list(q) == stats.false_discovery_control(p).tolist()
    for adjusted in (q, multiplicity.holm(p), multiplicity.bonferroni(p)):
        pairs = sorted(zip(p, adjusted, strict=True))
        assert all(a[1] <= b[1] for a, b in pairwise(pairs))
        assert all(own <= more <= 1 for own, more in pairs)


@given(st.floats(0.01, 9), st.floats(0, 4), st.floats(0.01, 4), st.floats(0.1, 3))
def test_a_shrunk_figure_lies_between_its_own_and_that_of_all(
    ratio: float, between: float, error: float, overall: float
) -> None:
    trust = shrinkage.reliability(between, error)
    found = shrinkage.shrunk(ratio, trust, overall)
    assert 0 <= trust <= 1
    assert min(ratio, overall) <= found <= max(ratio, overall)
    assert shrinkage.shrunk(ratio, 0.0, overall) == overall
    assert shrinkage.shrunk(ratio, 1.0, overall) == ratio


@given(st.integers(0, 99), st.floats(0.1, 99), st.floats(0.1, 3), st.floats(0.1, 99))
def test_a_shrunk_count_lies_between_its_own_and_the_mean(
    observed: int, expected: float, mean: float, shape: float
) -> None:
    found = shrinkage.shrunk_count(observed, expected, shrinkage.Spread(mean, shape))
    own = observed / expected
    assert min(own, mean) - 1e-12 <= found <= max(own, mean) * (1 + 1e-12)
    assert shrinkage.shrunk_count(observed, expected, shrinkage.Spread(mean, math.inf)) == mean


def likelihood(pairs: list[tuple[int, int]], mean: float, shape: float) -> float:
    """Log-likelihood of counts with gamma-spread ratios."""
    return float(sum(stats.nbinom.logpmf(o, shape, shape / (shape + mean * e)) for o, e in pairs))


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 40)), min_size=3, max_size=15).filter(
    lambda pairs: any(o for o, _ in pairs)))  # fmt: skip
def test_no_spread_next_to_the_one_found_is_more_likely(pairs: list[tuple[int, int]]) -> None:
    found = shrinkage.spread_of_ratios(*zip(*pairs, strict=True))
    if math.isinf(found.shape):
        return
    best = likelihood(pairs, found.mean, found.shape)
    for more in (0.98, 1.02):
        assert likelihood(pairs, found.mean * more, found.shape) <= best + 1e-7
        assert likelihood(pairs, found.mean, found.shape * more) <= best + 1e-7


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 40)), min_size=3, max_size=15).filter(
    lambda pairs: any(o for o, _ in pairs)))  # fmt: skip
def test_the_spread_by_moments_is_what_chance_leaves_of_the_variance(
    pairs: list[tuple[int, int]],
) -> None:
    found = shrinkage.spread_by_moments(*zip(*pairs, strict=True))
    n, events, size = len(pairs), sum(o for o, _ in pairs), sum(e for _, e in pairs)
    variance = sum(e * (o / e - events / size) ** 2 for o, e in pairs) / size - events * n / size**2
    assert found.mean == pytest.approx(events / size)
    if variance > 1e-9:
        assert found.mean**2 / found.shape == pytest.approx(variance)
    elif variance < -1e-9:
        assert math.isinf(found.shape)


@given(st.integers(1, 400), st.floats(0.01, 9), st.floats(0.01, 9))
def test_the_persons_needed_give_the_reliability_asked_for(
    persons: int, within: float, between: float
) -> None:
    trust = shrinkage.reliability_of_persons(persons, within, between)
    assert shrinkage.persons_needed(trust, within, between) == pytest.approx(persons)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60),
       st.integers(1, 12), st.randoms())  # fmt: skip
def test_calibration_groups_hold_everybody_once_in_rising_order(
    persons: list[tuple[int, int]], groups: int, random: Random
) -> None:
    found = agreement.calibration(*zip(*persons, strict=True), groups)
    assert sum(group.persons for group in found) == len(persons)
    assert 1 <= len(found) <= groups
    assert all(a.expected < b.expected for a, b in pairwise(found))
    assert math.isclose(
        sum(group.persons * group.actual for group in found),
        sum(y for y, _ in persons), abs_tol=1e-9,
    )  # fmt: skip
    shuffled = list(persons)
    random.shuffle(shuffled)
    assert agreement.calibration(*zip(*shuffled, strict=True), groups) == found


def test_persons_of_whom_the_same_is_expected_stay_in_the_group_of_their_middle() -> None:
    # The first six of ten: their middle is in the lower half, their last one in the upper.
    found = agreement.calibration(range(10), [5] * 6 + [6, 7, 8, 9], 2)
    assert [(group.persons, group.expected) for group in found] == [(6, 5.0), (4, 7.5)]


def test_deciles_of_a_hundred_different_persons_have_ten_each() -> None:
    found = agreement.calibration(range(100), range(100))
    assert [group.persons for group in found] == [10] * 10


def test_rows_of_one_person_count_as_one() -> None:
    # Everybody's row twice: the same ratio; taken for other people, the error would be too small.
    y, e, who = [1, 3, 5], [2, 2, 2], ["a", "b", "c"]
    once = ratios.ratio_of_rows(y, e, who)
    twice = ratios.ratio_of_rows(y * 2, e * 2, who * 2)
    apart = ratios.ratio_of_rows(y * 2, e * 2)
    assert (once.ratio, once.error) == (twice.ratio, twice.error)
    assert apart.error is not None and once.error is not None
    assert apart.error == pytest.approx(once.error * math.sqrt(2 / 3 * 6 / 5 / 2))


@pytest.mark.parametrize(
    ("index", "lower", "upper", "toward"), [(130, 110, 150, 110), (70, 50, 90, 90),
                                            (110, 90, 130, 100)]
)  # fmt: skip
def test_an_index_goes_toward_100_as_far_as_its_interval(
    index: float, lower: float, upper: float, toward: float
) -> None:
    limits = Interval(lower, upper)
    found = [treatment_index.index_after_interval(index, limits, how)
             for how in ("toward_100", "lower", "none")]  # fmt: skip
    assert found == [toward, lower, index]


def test_the_guarded_change_by_hand() -> None:
    # Half of the variance of the first year is chance: e^1 is foreseen to become e^(1/2), with
    # what is left of the spread, 0.5 x 0.5, and the error of the second year, 0.75.
    found = change.guarded_change(math.e, math.sqrt(0.5), math.e**1.5, math.sqrt(0.75), 0.5)
    assert found.foreseen == pytest.approx(math.exp(0.5))
    assert found.z == pytest.approx(1.0)
    assert found.p == pytest.approx(0.317311, abs=1e-6)
    # The plain one: from 1 to 1.5 with variance 0.5 + 0.75.
    plain = change.plain_change(math.e, math.sqrt(0.5), math.e**1.5, math.sqrt(0.75))
    assert plain.z == pytest.approx(0.5 / math.sqrt(1.25))


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 4))
def test_a_change_of_parcels_is_the_chance_of_as_many_or_more(k1: int, k2: int, shape: int) -> None:
    # 4 parcels are expected in either year, and true ratios have variance 1 / shape around 1.
    found = change.parcel_change(k1 / 4, 0.5, k2 / 4, 0.5, 1 / shape)
    size, chance = shape + k1, Fraction(shape + 4, shape + 8)
    of = [math.comb(size + k - 1, k) * chance**size * (1 - chance) ** k for k in range(k2 + 1)]
    at_most, at_least = sum(of), 1 - sum(of[:-1])
    assert found.foreseen == pytest.approx((shape + k1) / (shape + 4))
    assert found.p == pytest.approx(float(min(1, 2 * min(at_most, at_least))), rel=1e-9)
    assert (found.z >= 0) == (at_least < at_most) or found.p == 1


def test_a_change_of_parcels_without_spread_between_providers_is_one_of_a_count() -> None:
    found = change.parcel_change(1.25, 0.5, 2.5, 0.5, 0.0)
    at_least = 1 - sum(math.exp(-4) * 4**k / math.factorial(k) for k in range(10))
    assert found.foreseen == 1.0
    assert found.p == pytest.approx(2 * at_least)
    # As little spread as can be comes to the same.
    assert change.parcel_change(1.25, 0.5, 2.5, 0.5, 1e-10).p == pytest.approx(found.p)


def test_of_many_parcels_both_guards_say_the_same() -> None:
    exact, normal = (
        judge(1.1, 0.002, 1.06, 0.03, 0.004)
        for judge in (change.parcel_change, change.guarded_change)
    )
    assert exact.foreseen == pytest.approx(normal.foreseen, rel=0.001)
    assert exact.z == pytest.approx(normal.z, abs=0.1)


@given(st.floats(0.2, 5), st.floats(0.2, 5), st.floats(0.3, 3), st.floats(0.01, 1))
def test_expecting_less_of_all_is_expecting_fewer_parcels(
    first: float, second: float, overall: float, between: float
) -> None:
    all_at_one = change.parcel_change(first, 0.2, second, 0.3, between)
    errors = (error / math.sqrt(1 / overall) for error in (0.2, 0.3))
    found = change.parcel_change(
        first * overall, next(errors), second * overall, next(errors), between, overall
    )
    assert found.foreseen == pytest.approx(all_at_one.foreseen * overall)
    assert found.p == pytest.approx(all_at_one.p, rel=1e-6)


@given(st.floats(0.2, 5), st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0, 1))
def test_a_stable_provider_is_foreseen_nearer_to_all(
    first: float, error: float, second_error: float, between: float
) -> None:
    found = change.guarded_change(first, error, first, second_error, between)
    assert min(first, 1.0) <= found.foreseen * (1 + 1e-12)
    assert found.foreseen <= max(first, 1.0) * (1 + 1e-12)
    # Who is high and stays where he was did not come down as foreseen, and is on the high side.
    assert (found.z >= -1e-9) if first >= 1 else (found.z <= 1e-9)
    assert 0 <= found.p <= 1


def test_byar_gives_no_lower_limit_for_nothing() -> None:
    assert byar(0, 0.95).lower is None
    assert byar(0, 0.95).upper == pytest.approx((1 - 1 / 9 + 1.959963984540054 / 3) ** 3)
