"""Whether providers differ by more than chance, and how much: phi and tau2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spiegel_core.engine.domain import (
    require,
    require_numbers,
    require_positive,
    require_same_length,
)
from spiegel_core.statistics.funnel import LOG, SCALES
from spiegel_core.statistics.trimming import (
    TRUNCATE,
    WINSORISE,
    kept_after_truncation,
    variance_left,
    winsorised,
)


@dataclass(frozen=True)
class Overdispersion:
    """How much providers differ.

    Args:
        z: of every provider, before anything was cut.
        providers: how many phi and tau2 were estimated from.
        phi: mean of z^2; 1 where chance is all there is.
        between: tau2, the variance between providers on the scale (>= 0).
    """

    z: tuple[float, ...]
    providers: int
    phi: float
    between: float


def z_scores(
    observed: Sequence[float], expected: Sequence[float], scale: str = LOG
) -> tuple[float, ...]:
    """How many standard errors of chance each provider lies from expected.

    Log scale: sqrt(E) ln(O / E). Square-root scale: 2 (sqrt(O) - sqrt(E)).

    Args:
        observed, expected: per provider, in persons or events.
        scale: `funnel.LOG` or `funnel.SQUARE_ROOT`.

    Raises:
        WrongUse: nothing expected, or on the log scale nothing observed.

    Source:
        FunnelPlotR transformed_zscore (SHMI and CQC).

    Example:
        >>> [round(z, 6) for z in z_scores([100, 150], [108, 112])]
        [-0.799803, 3.091681]
    """
    require(scale in SCALES, "the scale of z-scores", " or ".join(SCALES))
    require_same_length("providers with a z-score", observed, expected)
    require_positive(expected, "expected of providers")
    require_numbers(observed, "observed of providers", 0)
    pairs = list(zip(observed, expected, strict=True))
    if scale == LOG:
        require_positive(observed, "observed on the log scale: a provider with nothing observed")
        return tuple(math.sqrt(e) * math.log(o / e) for o, e in pairs)
    return tuple(2 * (math.sqrt(o) - math.sqrt(e)) for o, e in pairs)


def overdispersion(
    observed: Sequence[float],
    expected: Sequence[float],
    *,
    scale: str = LOG,
    share: float = 0.1,
    cut: str = TRUNCATE,
    is_normal: bool = False,
) -> Overdispersion:
    """phi and tau2 of a group of providers, without the extremes at both ends.

    Args:
        observed, expected: per provider, in persons or events.
        scale: `funnel.LOG` or `funnel.SQUARE_ROOT`.
        share: cut at each end; a tenth by custom.
        cut: TRUNCATE leaves the extremes out; WINSORISE draws them in.
        is_normal: what cutting takes off the variance of a normal is put back (`variance_left`).
            Without it, as other houses have it, phi and tau2 are too small whenever providers
            differ: of practices that differ by nature alone 4.5% lay outside 99.8% limits.

    Raises:
        WrongUse: fewer than two providers are left, nothing is expected of one, or on the log
            scale nothing was observed at one.

    Source:
        Spiegelhalter 2005; background, statistics B1 formula 10.

    Example:
        >>> found = overdispersion([100, 150, 180, 80], [108, 112, 165, 95])
        >>> round(found.phi, 4), round(found.between, 4)
        (3.5632, 0.0318)
    """
    z = z_scores(observed, expected, scale)
    weights = [e * (1 if scale == LOG else 4) for e in expected]
    return overdispersion_of_scores(z, weights, share, cut, is_normal)


def overdispersion_of_errors(
    ratios: Sequence[float],
    errors: Sequence[float],
    *,
    share: float = 0.1,
    cut: str = TRUNCATE,
    is_normal: bool = False,
) -> Overdispersion:
    """phi and tau2 of ratios with errors of their own, such as those of cost; on the log scale.

    Args:
        ratios: observed / expected per provider (> 0).
        errors: standard error of each (> 0); SE / R is that of its logarithm.
        share, cut, is_normal: as in `overdispersion`.

    Source:
        background, statistics B1 formula 11: for costs (SE / R)^2 takes the place of 1 / E.

    Example:
        >>> found = overdispersion_of_errors([0.5, 1.0, 2.0], [0.1, 0.2, 0.4], share=0.0)
        >>> round(found.phi, 2), round(found.between, 2)
        (8.01, 0.44)
    """
    require_same_length("ratios with errors", ratios, errors)
    require_positive([*ratios, *errors], "ratios with errors")
    relative = [error / ratio for ratio, error in zip(ratios, errors, strict=True)]
    z = [math.log(ratio) / own for ratio, own in zip(ratios, relative, strict=True)]
    weights = [1 / (own * own) for own in relative]
    return overdispersion_of_scores(z, weights, share, cut, is_normal)


def overdispersion_of_scores(
    z: Sequence[float], weights: Sequence[float], share: float, cut: str, is_normal: bool = False
) -> Overdispersion:
    """phi and tau2 from scores and their weights 1 / s^2, s the error of chance of each provider.

    Raises:
        WrongUse: fewer than two providers are left.
    """
    require(cut in (TRUNCATE, WINSORISE), "the way extremes are cut", f"{TRUNCATE} or {WINSORISE}")
    places: Sequence[int] = range(len(z))
    used: Sequence[float]
    if cut == TRUNCATE:
        places = kept_after_truncation(z, share)
        used = [z[place] for place in places]
    else:
        used = winsorised(z, share)
    require(len(used) > 1, "overdispersion of providers", "at least two that are not cut")
    phi = math.fsum(score * score for score in used) / len(used)
    if is_normal:
        # Few providers cannot be cut in exact shares: what was really cut counts.
        taken = (len(z) - len(used)) / (2 * len(z)) if cut == TRUNCATE else share
        phi /= variance_left(taken, cut)
    own = [weights[place] for place in places]
    return Overdispersion(tuple(z), len(used), phi, between_variance(len(used) * phi, own))


def between_variance(heterogeneity: float, weights: Sequence[float]) -> float:
    """tau2 = max(0, (Q - (n - 1)) / (sum w - sum w^2 / sum w)), w = 1 / s^2.

    Args:
        heterogeneity: Q, the sum of squared standardised deviations of n providers (>= 0).
        weights: of each of them (> 0).

    Source:
        DerSimonian and Laird 1986.

    Example:
        >>> between_variance(3.0, [1.0, 1.0])
        2.0
    """
    require(len(weights) > 1, "a variance between providers", "at least two providers")
    require_positive(weights, "the weights of providers")
    total = math.fsum(weights)
    room = total - math.fsum(w * w for w in weights) / total
    return max(0.0, (heterogeneity - (len(weights) - 1)) / room)
