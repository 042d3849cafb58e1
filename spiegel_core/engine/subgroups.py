"""Subgroups of persons and of providers that are not in the model.

The model adds up classes, so combinations of classes are outside it, and so is everything about a
provider. What the cells do not hold cannot be a subgroup: insurer, neighbourhood, last year's cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spiegel_core.population.factors import AGE_SEX, COST_GROUP, INCOME, NO, YES, Factors

Ints = npt.NDArray[np.int64]

_MOST_GROUPS = 3
_QUARTERS = ("smallest quarter", "second quarter", "third quarter", "largest quarter")
NO_GROUP = "none"


@dataclass(frozen=True)
class Subgroups:
    """A way to divide persons or providers.

    Args:
        characteristic: what tells them apart.
        names: of the groups.
        places: which group each profile, or each provider, is in; -1 is none.
    """

    characteristic: str
    names: tuple[str, ...]
    places: Ints


def subgroups_of_profiles(
    factors: Factors, profiles: Ints, ages: Mapping[str, Sequence[str]]
) -> list[Subgroups]:
    """Combinations of classes: bands of age with sex, conditions, income and number of cost groups.

    Args:
        factors: how profiles are packed.
        profiles: profile numbers.
        ages: bands of age, each with its age classes, as a product shows them.
    """
    numbers = _numbers(factors, profiles)
    age_sex = _factor_classes(factors, AGE_SEX)
    of_class = {name: band for band, names in ages.items() for name in names}
    bands = tuple(ages)
    band = np.array([bands.index(of_class[name.partition(" ")[2]]) for name in age_sex])
    of_age = band[numbers[AGE_SEX]]
    conditions = [f.name for f in factors.factors if f.name not in (AGE_SEX, INCOME, COST_GROUP)]
    has = {name: numbers[name] == _factor_classes(factors, name).index(YES) for name in conditions}
    held = sum((flags.astype(np.int64) for flags in has.values()), np.zeros(len(profiles), int))
    groups = np.minimum(_bits(numbers[COST_GROUP]), _MOST_GROUPS)
    counts = (*(str(n) for n in range(_MOST_GROUPS)), f"{_MOST_GROUPS} or more")
    income = _factor_classes(factors, INCOME)
    sexes = tuple(dict.fromkeys(name[:1] for name in age_sex))
    sex = np.array([sexes.index(name[:1]) for name in age_sex])[numbers[AGE_SEX]]
    found = [
        Subgroups("number of conditions", tuple(str(n) for n in range(len(conditions) + 1)), held),
        Subgroups("number of cost groups", counts, groups),
        _crossed("age and income", (bands, of_age), (income, numbers[INCOME])),
        _crossed("sex and number of cost groups", (sexes, sex), (counts, groups)),
        _crossed("age and number of cost groups", (bands, of_age), (counts, groups)),
    ]
    found += [
        _crossed(f"age and {name}", (bands, of_age), ((NO, YES), flags.astype(np.int64)))
        for name, flags in has.items()
    ]
    return found


def _numbers(factors: Factors, profiles: Ints) -> dict[str, Ints]:
    """The number of the class of each factor, or the bits of the cost groups."""
    worth = factors.place_values()
    return {f.name: profiles // worth[f.name] % f.sizes for f in factors.factors}


def _factor_classes(factors: Factors, name: str) -> tuple[str, ...]:
    return next(factor.classes for factor in factors.factors if factor.name == name)


def _bits(numbers: Ints) -> Ints:
    """How many bits of each number are set.

    Example:
        >>> _bits(np.array([0, 1, 6, 7])).tolist()
        [0, 1, 2, 3]
    """
    return np.bitwise_count(numbers.astype(np.uint64)).astype(np.int64)


def _crossed(
    characteristic: str,
    first: tuple[tuple[str, ...], Ints],
    second: tuple[tuple[str, ...], Ints],
) -> Subgroups:
    names = tuple(f"{a}, {b}" for a in first[0] for b in second[0])
    return Subgroups(characteristic, names, first[1] * len(second[0]) + second[1])


@dataclass(frozen=True)
class ProviderFacts:
    """What is known of a provider that is in no cell.

    Args:
        persons: that count.
        gps: working there; None where it is not in the register.
        care_group: AGB of its chain-care group; empty is none.
    """

    persons: int
    gps: int | None
    care_group: str


def subgroups_of_providers(providers: Sequence[ProviderFacts]) -> list[Subgroups]:
    """Size in quarters of the practices, solo, duo or group by working GPs, and the care group.

    Args:
        providers: in the order of their places in the cells.

    Example:
        >>> found = subgroups_of_providers([ProviderFacts(90, 1, ""), ProviderFacts(200, 4, "g")])
        >>> [(one.characteristic, one.places.tolist()) for one in found]
        [('size of practice', [0, 2]), ('kind of practice', [1, 3]), ('care group', [0, 1])]
    """
    sizes = np.array([row.persons for row in providers], dtype=np.int64)
    rank = np.argsort(np.argsort(sizes, kind="stable"), kind="stable")
    kinds = ("no working GP", "solo", "duo", "group")
    kind = [-1 if row.gps is None else min(row.gps, len(kinds) - 1) for row in providers]
    groups = (NO_GROUP, *sorted({row.care_group for row in providers} - {""}))
    return [
        Subgroups("size of practice", _QUARTERS, rank * len(_QUARTERS) // max(len(sizes), 1)),
        Subgroups("kind of practice", kinds, np.array(kind, dtype=np.int64)),
        Subgroups("care group", groups,
                  np.array([groups.index(row.care_group or NO_GROUP) for row in providers],
                           dtype=np.int64)),
    ]  # fmt: skip
