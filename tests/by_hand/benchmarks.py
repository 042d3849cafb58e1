"""Observed against expected per practice, with the intervals of the index."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from scipy.special import gammainc
from scipy.stats import chi2, norm
from scipy.stats import t as student

from .characteristics import Patient
from .conf import Conf
from .model import Model, classes_of
from .solving import rounded_half_even

LEVELS = (0.95, 0.998)
Limits = tuple[float, float] | None


@dataclass(frozen=True)
class Benchmark:
    """One row: what the persons of a practice had, and what such persons have in the country."""

    persons: int
    observed: int
    expected: Fraction
    index: float | None
    limits_95: Limits
    limits_99_8: Limits


@dataclass(frozen=True)
class Sums:
    """Exact sums over the persons of a practice: of y, e, y², ye and e²."""

    persons: int
    y: int
    e: Fraction
    yy: int
    ye: Fraction
    ee: Fraction


Members = list[tuple[str, list[int]]]


def benchmarks(
    patients: dict[str, Patient],
    values: dict[str, dict[str, int]],
    model: Model,
    conf: Conf,
    spreads: dict[str, Fraction | None],
) -> dict[tuple[str, str, str], Benchmark]:
    """Every practice with a counted person × outcome × measure.

    "`E = Σ over classes k of (persons of the practice in class k) × weight k`"; "Index = 100 × O /
    E" (rules, What is expected). Here a person is expected the sum of the weights of his classes,
    and a practice the sum over its persons: the same number.
    """
    of_practice: dict[str, Members] = defaultdict(list)
    for member in members_of(patients, values, model):
        of_practice[patients[member[0]].practice or ""].append(member)
    found = {}
    for practice, members in of_practice.items():
        for target in model.scaled:
            sums = sums_of(members, target, values, model)
            found[(practice, *target)] = benchmark(sums, target[1], conf, spreads[target[0]])
    return found


def members_of(
    patients: dict[str, Patient], values: dict[str, dict[str, int]], model: Model
) -> Members:
    """Who counts, each with the places of the columns he stands in."""
    column_at = {column: number for number, column in enumerate(model.columns)}
    return [
        (person, [column_at[column] for column in classes_of(patients[person])])
        for person in values
    ]


def national_spreads(
    patients: dict[str, Patient], values: dict[str, dict[str, int]], model: Model
) -> dict[str, Fraction | None]:
    """The spread of the amount of each outcome over everybody who counts."""
    everybody = members_of(patients, values, model)
    return {
        target[0]: national_spread(sums_of(everybody, target, values, model), model.places[target])
        for target in model.scaled
        if target[1] == "amount"
    }


def sums_of(
    members: Members,
    target: tuple[str, str],
    values: dict[str, dict[str, int]],
    model: Model,
) -> Sums:
    """The sums over the persons of one practice, for one outcome and measure."""
    outcome, measure = target
    weights = model.scaled[target]
    unit = 10 ** model.places[target]
    y = e = yy = ye = ee = 0
    for person, own in members:
        value = values[person].get(outcome, 0)
        if measure == "users":
            value = 1 if value > 0 else 0
        expected = sum(weights[column] for column in own)
        y += value
        e += expected
        yy += value * value
        ye += value * expected
        ee += expected * expected
    return Sums(len(members), y, Fraction(e, unit), yy, Fraction(ye, unit), Fraction(ee, unit**2))


def benchmark(sums: Sums, measure: str, conf: Conf, spread: Fraction | None) -> Benchmark:
    """Index and intervals; the index is null where nothing is expected (E ≤ 0).

    The rule of the year says whether the spread of an amount is the country's or the practice's
    own; before that rule it was its own.
    """
    if sums.e <= 0:
        return Benchmark(sums.persons, sums.y, sums.e, None, None, None)
    below = conf.rules["exact_interval_below"]
    is_national = conf.rules.get("amount_interval", "own_spread") == "national_spread"
    limits: list[Limits] = []
    for level in LEVELS:
        if measure == "users":
            limits.append(user_limits(sums, level, below))
        elif is_national:
            limits.append(national_limits(sums, spread, level))
        else:
            limits.append(amount_limits(sums, level))
    return Benchmark(sums.persons, sums.y, sums.e, float(100 * sums.y / sums.e), *limits)


def amount_limits(sums: Sums, level: float) -> Limits:
    """Limits of the index of an amount, counts included.

    "linearised ratio on the log scale with t, n−1 degrees …; none where O = 0 or E ≤ 0" (rules):
    d = y - R e; SE = √(n/(n-1) Σd²) / E; limits R exp(∓ t SE / R) (statistics, B1, formula 7).
    Readings: none where O < 0 either, nor for one person; what no double can hold is infinite.
    """
    n = sums.persons
    if sums.y <= 0 or sums.e <= 0 or n < 2:
        return None
    ratio = sums.y / sums.e
    squares = sums.yy - 2 * ratio * sums.ye + ratio * ratio * sums.ee
    relative_error = math.sqrt(Fraction(n, n - 1) * squares / (sums.y * sums.y))
    width = t_quantile(level, n - 1) * relative_error
    index = float(100 * ratio)
    try:
        return index * math.exp(-width), index * math.exp(width)
    except OverflowError:
        return 0.0, math.inf


def national_spread(sums: Sums, places: int) -> Fraction | None:
    """Σ(y - e)² / Σe over everybody who counts, rounded half-even as the weights are.

    Fay and Feuer 1997 with one weight for all; None where nothing is expected.
    """
    if sums.e <= 0:
        return None
    squares = sums.yy - 2 * sums.ye + sums.ee
    exact = squares / sums.e
    scaled = rounded_half_even(exact.numerator, exact.denominator, places)
    return Fraction(scaled, 10**places)


def national_limits(sums: Sums, spread: Fraction | None, level: float) -> Limits:
    """Limits of the index of an amount, counts included, by the spread of the country.

    The amount is so many parcels of one size, k = O / φ; the limits of k are the exact ones of a
    count, and a parcel is worth φ / E. None where O ≤ 0, E ≤ 0, or where there is no spread.
    """
    if sums.y <= 0 or sums.e <= 0 or not spread:
        return None
    parcels = float(sums.y / spread)
    worth = float(spread / sums.e)
    tail = (1 - level) / 2
    low, high = gamma_quantile(parcels, tail), gamma_quantile(parcels + 1, 1 - tail)
    return 100 * low * worth, 100 * high * worth


@cache
def gamma_quantile(shape: float, chance: float) -> float:
    """Where a gamma of scale 1 has this chance below it, by halving its distribution function."""
    below, above = 0.0, shape + 1
    while gammainc(shape, above) < chance:
        above *= 2
    for _ in range(200):
        middle = (below + above) / 2
        if gammainc(shape, middle) < chance:
            below = middle
        else:
            above = middle
    return (below + above) / 2


def user_limits(sums: Sums, level: float, exact_below: int) -> Limits:
    """Limits of the index of users.

    "For users: …; for O/E Byar when O ≥ 10, exact below"; "none where … E ≤ 0" (rules). Reading:
    exact limits hold at O = 0 too, with lower limit 0.
    """
    if sums.e <= 0:
        return None
    low, high = (byar if sums.y >= exact_below else exact_poisson)(sums.y, level)
    return 100 * low / float(sums.e), 100 * high / float(sums.e)


@cache
def exact_poisson(count: int, level: float) -> tuple[float, float]:
    """Exact limits of a count of persons.

    "chi2.ppf(a/2, 2O)/2; chi2.ppf(1-a/2, 2O+2)/2; lower 0 at O=0" (statistics, B1, formula 2).
    """
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * count)) / 2 if count > 0 else 0.0
    return low, float(chi2.ppf(1 - tail, 2 * count + 2)) / 2


@cache
def byar(count: int, level: float) -> tuple[float, float]:
    """Byar's limits of a count of persons.

    "x(1-1/(9x)-z/(3 sqrt x))^3 with x=O (lower), x=O+1 (upper)" (statistics, B1, formula 3).
    """
    z = float(norm.ppf(1 - (1 - level) / 2))
    x = count
    low = x * (1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3
    x = count + 1
    return low, x * (1 - 1 / (9 * x) + z / (3 * math.sqrt(x))) ** 3


@cache
def t_quantile(level: float, degrees: int) -> float:
    """The two-sided quantile of Student's t."""
    return float(student.ppf(1 - (1 - level) / 2, degrees))
