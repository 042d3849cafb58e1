"""How far the weights of two versions of a model are apart, class by class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.design import INTERCEPT
from spiegel_core.engine.explain import ClassWeight
from spiegel_core.engine.model import SCALE
from spiegel_core.population.factors import COST_GROUP


@dataclass(frozen=True)
class Shift:
    """How far the weight of a class moved, beside the mean weight of its characteristic.

    A cost group's weight is taken as it is: it stands beside having no group.

    Args:
        factor, name: the class.
        persons: persons of the nation with the class in the later version.
        before, after: weight less the nation's mean of the characteristic; None where the version
            does not have the class.
    """

    factor: str
    name: str
    persons: int
    before: Fraction | None
    after: Fraction | None

    @property
    def moved(self) -> Fraction:
        """The change; a class that one version does not have is 0 there."""
        return (self.after or Fraction(0)) - (self.before or Fraction(0))


def weight_shifts(before: Sequence[ClassWeight], after: Sequence[ClassWeight]) -> tuple[Shift, ...]:
    """The shift of every class, largest for the nation (persons x change) first.

    Weights stand beside a reference class, which may be another one in the later version; beside
    the mean of the characteristic they do not. Cost groups have no reference class.
    """
    old, new = _centred(before), _centred(after)
    persons = {(row.factor, row.name): row.persons for row in (*before, *after)}
    shifts = [Shift(*key, persons[key], old.get(key), new.get(key)) for key in old.keys() | new]
    return tuple(sorted(shifts, key=lambda s: (-abs(s.moved) * s.persons, s.factor, s.name)))


def _centred(weights: Sequence[ClassWeight]) -> dict[tuple[str, str], Fraction]:
    (constant,) = [row for row in weights if row.factor == INTERCEPT]
    means: dict[str, Fraction] = {}
    for row in (r for r in weights if r.factor != COST_GROUP):
        added = Fraction(row.weight * row.persons, SCALE * max(constant.persons, 1))
        means[row.factor] = means.get(row.factor, Fraction(0)) + added
    return {
        (row.factor, row.name): Fraction(row.weight, SCALE) - means.get(row.factor, 0)
        for row in weights
        if row.factor != INTERCEPT
    }


def mean_absolute_shift(shifts: Iterable[Shift]) -> Fraction:
    """The mean of the changes without their sign, over persons and characteristics.

    Example:
        >>> mean_absolute_shift([Shift("copd", "no", 3, Fraction(0), Fraction(2)),
        ...                      Shift("copd", "yes", 1, Fraction(0), Fraction(-6))])
        Fraction(3, 1)
    """
    held = list(shifts)
    whole = sum(abs(one.moved) * one.persons for one in held)
    return Fraction(whole) / max(sum(one.persons for one in held), 1)
