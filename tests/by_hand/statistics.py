"""The statistics of profiling, the slow obvious way: sums term by term, and roots by halving."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from statistics import NormalDist, quantiles

Limits = tuple[float, float]


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is zero, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def z_of(level: float) -> float:
    """The normal's two-sided quantile."""
    return NormalDist().inv_cdf(1 - (1 - level) / 2)


def chance(count: int, mean: float) -> float:
    """Of exactly this count, when so many are expected on average."""
    if mean == 0:
        return float(count == 0)
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


def at_most(count: int, mean: float) -> float:
    """The chance of this count or fewer."""
    return math.fsum(chance(x, mean) for x in range(count + 1))


def mid_p(count: int, level: float) -> Limits:
    """Half the chance of the count, with all beyond it, is what the level leaves on a side."""
    tail = (1 - level) / 2
    highest = 10 * count + 50.0

    def below(mean: float) -> float:
        return at_most(count, mean) - chance(count, mean) / 2

    high = root(lambda mean: tail - below(mean), 0.0, highest)
    low = root(lambda mean: (1 - below(mean)) - tail, 0.0, highest) if count else 0.0
    return low, high


def mid_p_value(count: int, mean: float) -> float:
    """Twice the smaller of the two tails, each with half the chance of the count."""
    low = at_most(count, mean) - chance(count, mean) / 2
    return min(1.0, 2 * min(low, 1 - low))


def exact_p(count: int, mean: float) -> float:
    """Twice the smaller of the two tails, each with the chance of the count."""
    low = at_most(count, mean)
    return min(1.0, 2 * min(low, 1 - low + chance(count, mean)))


def score(count: float, level: float) -> Limits:
    """The means whose score test is exactly at the level."""
    z = z_of(level)

    def beyond(mean: float) -> float:
        return (mean - count) / math.sqrt(mean)

    high = root(lambda mean: beyond(mean) - z, count + 1e-12, 10 * count + 50)
    low = root(lambda mean: beyond(mean) + z, 1e-12, count) if count else 0.0
    return low, high


def gamma_at_most(shape: float, x: float) -> float:
    """The chance that a gamma of scale 1 is at most x, by its power series."""
    term = total = 1 / shape
    n = shape
    while term > total * 1e-17:
        n += 1
        term *= x / n
        total += term
    return total * math.exp(shape * math.log(x) - x - math.lgamma(shape))


def jeffreys(count: float, level: float) -> Limits:
    """Quantiles of a gamma with shape count + 1/2."""
    tail, highest = (1 - level) / 2, 10 * count + 50
    low, high = (
        root(lambda x, p=p: gamma_at_most(count + 0.5, x) - p, 1e-12, highest)
        for p in (tail, 1 - tail)
    )
    return low, high


def funnel_expected(observed: int, level: float) -> Limits:
    """The expected numbers at which a count is too high, or too low, by chance at this level."""
    tail, highest = (1 - level) / 2, 10 * observed + 50
    too_low = root(lambda mean: tail - at_most(observed, mean), 0.0, highest)
    if observed == 0:
        return 0.0, too_low
    return root(lambda mean: 1 - at_most(observed - 1, mean) - tail, 0.0, highest), too_low


def clustered_ratio(
    rows: Sequence[tuple[str, int, int]],
) -> tuple[Fraction, Fraction, int]:
    """Ratio, its squared error, and the persons, of rows (person, y, e)."""
    observed = sum(Fraction(y) for _, y, _ in rows)
    expected = sum(Fraction(e) for _, _, e in rows)
    ratio = observed / expected
    squares = Fraction(0)
    people = sorted({person for person, _, _ in rows})
    for person in people:
        d = sum((y - ratio * e for who, y, e in rows if who == person), Fraction(0))
        squares += d * d
    m = len(people)
    return ratio, Fraction(m, m - 1) * squares / expected**2, m


def z_scores(observed: Sequence[float], expected: Sequence[float], scale: str) -> list[float]:
    """Standard errors of chance from expected."""
    found = []
    for o, e in zip(observed, expected, strict=True):
        if scale == "log":
            found.append((math.log(o) - math.log(e)) / (1 / math.sqrt(e)))
        else:
            found.append((math.sqrt(o / e) - 1) / (1 / (2 * math.sqrt(e))))
    return found


def truncated(z: Sequence[float], groups: int) -> list[int]:
    """Places of the providers that are not in the first or last of so many groups."""
    kept = []
    for place, score in enumerate(z):
        lower = sum(other < score for other in z)
        alike = sum(other == score for other in z)
        rank = Fraction(2 * lower + alike + 1, 2)
        group = math.floor(rank * groups / (len(z) + 1))
        if group not in (0, groups - 1):
            kept.append(place)
    return kept


def winsorised(z: Sequence[float], groups: int) -> list[float]:
    """Scores drawn in to the first and last of the quantiles that make so many groups."""
    cuts = quantiles(z, n=groups, method="inclusive")
    return [max(cuts[0], min(cuts[-1], score)) for score in z]


def between_variance(effects: Sequence[float], variances: Sequence[float]) -> float:
    """DerSimonian and Laird's tau2 of estimates with these variances."""
    weights = [1 / Fraction(v) for v in variances]
    exact = [Fraction(x) for x in effects]
    total = sum(weights)
    mean = sum(w * x for w, x in zip(weights, exact, strict=True)) / total
    q = sum(w * (x - mean) ** 2 for w, x in zip(weights, exact, strict=True))
    room = total - sum(w * w for w in weights) / total
    return float(max(Fraction(0), (q - (len(effects) - 1)) / room))


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """For each, the least over larger ones of p x how many there are / how many are at most p."""
    found = []
    for own in p:
        shares = [q * len(p) / sum(other <= q for other in p) for q in p if q >= own]
        found.append(min([1.0, *shares]))
    return found


def holm(p: Sequence[float]) -> list[float]:
    """For each, the most over smaller ones of p x how many are not below it; at most 1."""
    found = []
    for own in p:
        products = [q * sum(other >= q for other in p) for q in p if q <= own]
        found.append(min(1.0, max(products)))
    return found


def shrunk_count(observed: int, expected: float, mean: float, shape: float) -> float:
    """The mean ratio that counts of gamma-spread providers leave, by adding up thin slices."""
    slices = 20_000
    highest = 12 * (observed + shape + 4) / (expected + shape / mean)
    above = below = 0.0
    for number in range(slices):
        ratio = (number + 0.5) * highest / slices
        weight = math.exp(
            (observed + shape - 1) * math.log(ratio) - ratio * (expected + shape / mean)
        )
        above += ratio * weight
        below += weight
    return above / below


def agreement(y: Sequence[float], e: Sequence[float]) -> tuple[float, float, float, float]:
    """R2, CPM, mean absolute error and root mean square error, sum by sum."""
    n = len(y)
    mean = sum(y) / n
    sse = sst = sae = sat = 0.0
    for own, expected in zip(y, e, strict=True):
        sse += (own - expected) ** 2
        sst += (own - mean) ** 2
        sae += abs(own - expected)
        sat += abs(own - mean)
    return 1 - sse / sst, 1 - sae / sat, sae / n, math.sqrt(sse / n)


def least_squares(
    rows: Sequence[Sequence[int]], y: Sequence[int]
) -> tuple[list[Fraction], Fraction]:
    """Weights and the sum of squared residuals of persons, by elimination."""
    size = len(rows[0])
    system = [
        [Fraction(sum(row[i] * row[j] for row in rows)) for j in range(size)]
        + [Fraction(sum(row[i] * own for row, own in zip(rows, y, strict=True)))]
        for i in range(size)
    ]
    for i in range(size):
        pivot = next(r for r in range(i, size) if system[r][i])
        system[i], system[pivot] = system[pivot], system[i]
        system[i] = [value / system[i][i] for value in system[i]]
        for other in range(size):
            if other != i:
                factor = system[other][i]
                pairs = zip(system[other], system[i], strict=True)
                system[other] = [value - factor * own for value, own in pairs]
    weights = [row[-1] for row in system]
    residual = Fraction(0)
    for row, own in zip(rows, y, strict=True):
        residual += (own - sum(w * x for w, x in zip(weights, row, strict=True))) ** 2
    return weights, residual


def one_factor(groups: Sequence[str], values: Sequence[int]) -> tuple[Fraction, Fraction]:
    """Sums of squares between and within classes, from deviations."""
    grand = Fraction(sum(values), len(values))
    between = within = Fraction(0)
    for group in set(groups):
        own = [v for g, v in zip(groups, values, strict=True) if g == group]
        mean = Fraction(sum(own), len(own))
        between += len(own) * (mean - grand) ** 2
        within += sum((v - mean) ** 2 for v in own)
    return between, within
