"""From profiles to the columns of the model, and which class of a factor is the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spiegel_core.population.factors import Factors

INTERCEPT = "intercept"
ALL = "all"
# Why a weight is 0 by rule.
REFERENCE, NO_PERSONS, COLLINEAR = "reference", "no_persons", "collinear"


@dataclass(frozen=True)
class Design:
    """The columns of a model: the intercept first, then every class of every factor.

    Args:
        columns: (factor, class) of each column.
        factors: the factors the profiles were packed with.
    """

    columns: tuple[tuple[str, str], ...]
    factors: Factors

    def matrix(self, profiles: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """One row per profile, 1 where the profile has the class of the column, else 0.

        Args:
            profiles: profile numbers.

        Returns:
            Array of 0 and 1 of shape (profiles, columns); the intercept is 1 everywhere.
        """
        parts = [np.ones((len(profiles), 1), dtype=np.int64)]
        rest = profiles.astype(np.int64)
        for factor in self.factors.factors:
            rest, number = np.divmod(rest, factor.sizes)
            places = np.arange(len(factor.classes), dtype=np.int64)
            if factor.is_any:
                parts.append((number[:, None] >> places) & 1)
            else:
                parts.append((number[:, None] == places).astype(np.int64))
        return np.concatenate(parts, axis=1)


def design_of(factors: Factors) -> Design:
    """The design of a product's factors.

    Example:
        >>> from spiegel_core.population.factors import Factor
        >>> design = design_of(Factors((Factor("sex", ("M", "V")),)))
        >>> design.columns
        (('intercept', 'all'), ('sex', 'M'), ('sex', 'V'))
        >>> design.matrix(np.array([1])).tolist()
        [[1, 0, 1]]
    """
    return Design(((INTERCEPT, ALL), *factors.class_names()), factors)


def zero_by_rule(design: Design, persons: dict[tuple[str, str], int]) -> dict[int, str]:
    """Columns whose weight is 0 by rule, with the reason.

    In each factor of which a person has exactly one class, the largest class is the reference
    (ties: first by name). A class without persons has no weight. Cost groups have no reference:
    having none of them is the reference.

    Args:
        design: the columns.
        persons: exposure per (factor, class) in the reference population.
    """
    zero = {
        number: NO_PERSONS
        for number, column in enumerate(design.columns)
        if persons.get(column, 0) == 0
    }
    for factor in design.factors.factors:
        if factor.is_any:
            continue
        largest = min(factor.classes, key=lambda name: (-persons.get((factor.name, name), 0), name))
        zero[design.columns.index((factor.name, largest))] = REFERENCE
    return zero
