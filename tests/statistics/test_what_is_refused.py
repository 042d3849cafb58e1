"""Input a formula says nothing about is refused, by its name and without its values."""

from __future__ import annotations

import math

import pytest

from spiegel_core.engine.intervals import Interval, byar, exact_poisson, wilson
from spiegel_core.errors import WrongUse
from spiegel_core.statistics import (
    agreement,
    counts,
    funnel,
    multiplicity,
    overdispersion,
    pooling,
    ratios,
    shrinkage,
    standardised,
    treatment_index,
    trimming,
)

OUTSIDE = {
    "a negative count": lambda: exact_poisson(-1, 0.95),
    "a negative count for Byar": lambda: byar(-1, 0.95),
    "no number": lambda: exact_poisson(math.nan, 0.95),
    "a level in percent": lambda: byar(10, 95),
    "more users than persons": lambda: wilson(11, 10, 0.95),
    "a share of nobody": lambda: wilson(0, 0, 0.95),
    "half a person": lambda: counts.mid_p(1.5, 0.95),
    "a mean of nothing": lambda: counts.exact_p(1, 0.0),
    "nothing expected": lambda: funnel.additive_funnel(0, 0.1, 0.95),
    "a negative variance": lambda: funnel.additive_funnel(9, -0.1, 0.95),
    "an unknown scale": lambda: funnel.additive_funnel(9, 0.1, 0.95, scale="cube"),
    "nothing observed on the log scale": lambda: overdispersion.z_scores([0, 3], [1, 1]),
    "half of both ends cut": lambda: trimming.winsorised([1, 2, 3], 0.5),
    "one provider": lambda: overdispersion.overdispersion([1], [1]),
    "columns of different length": lambda: ratios.ratio_of_rows([1, 2], [1]),
    "no rows": lambda: ratios.ratio_of_rows([], []),
    "a p-value above 1": lambda: multiplicity.holm([1.1]),
    "a missing p-value": lambda: multiplicity.benjamini_hochberg([math.nan]),
    "certainty": lambda: shrinkage.persons_needed(1.0, 1, 1),
    "nothing to tell apart": lambda: shrinkage.reliability(0.0, 0.0),
    "an empty group": lambda: agreement.compensation([1], [1], []),
    "a variance of nought": lambda: pooling.pooled([1, 2], [0, 1]),
    "persons without a reference": lambda: standardised.expected_of_strata([1], [0], [0]),
    "names and numbers of groups": lambda: standardised.ratios_by_group(["a", 1], [1, 1], [1, 1]),
    "an unknown reading": lambda: treatment_index.index_after_interval(
        1, Interval(0, 2), "x"),
}  # fmt: skip


@pytest.mark.parametrize("what", OUTSIDE)
def test_input_outside_the_domain_is_refused_by_name(what: str) -> None:
    with pytest.raises(WrongUse, match="cannot be used"):
        OUTSIDE[what]()


def test_a_refusal_says_what_is_expected_and_shows_no_number() -> None:
    with pytest.raises(WrongUse) as refusal:
        overdispersion.z_scores([7, 0], [3, 3])
    assert str(refusal.value) == (
        "observed on the log scale: a provider with nothing observed cannot be used\n"
        "  expected: finite numbers above 0, one for each"
    )
