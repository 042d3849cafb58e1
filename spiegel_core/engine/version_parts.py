"""What changed between two versions of a model, in parts that add up exactly.

From one version to the next an expected value changes because other persons count or have other
classes (`who counts`), and because the weights are others. The first is replaced first, with the
old weights; then the weights, with the new persons. What was observed changes with the first only.

Why who counts is another follows from what the versions were computed from. Where one cause is in
play the whole change is its; where several are, the kept facts cannot tell them apart, and the
change is of them together. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.engine.design import INTERCEPT
from spiegel_core.engine.explain import ClassWeight, Counts
from spiegel_core.engine.model import SCALE

POPULATION_RULE, CORRECTED, LATE, DEFINITION = (
    "population_rule", "corrected_data", "late_claims", "definition",
)  # fmt: skip
OTHER_YEAR, TOGETHER, UNKNOWN, WEIGHTS = "other_year", "together", "unknown", "weights"
PARTS = (
    OTHER_YEAR, POPULATION_RULE, CORRECTED, LATE, DEFINITION, TOGETHER, UNKNOWN, WEIGHTS,
)  # fmt: skip
CLAIMS, OUTCOME, CODE = "claims", "outcome", "code"


@dataclass(frozen=True)
class Input:
    """Something a version was computed from; a row of gold.version_inputs."""

    kind: str
    name: str
    sha256: str
    lines: int = 0
    debit_cents: int = 0
    credit_cents: int = 0


@dataclass(frozen=True)
class Change:
    """An input that differs between two versions.

    Args:
        cause: what that is: one of the causes above.
        before, after: the input; None where the version does not have it.
    """

    cause: str
    before: Input | None
    after: Input | None


@dataclass(frozen=True)
class Side:
    """One provider, or the nation, in one version, for one outcome and measure.

    Args:
        persons: persons that count.
        counts: persons per (factor, class).
        observed: what they had, in the unit of the outcome.
        weights: the weights of the version.
    """

    persons: int
    counts: Counts
    observed: int
    weights: Sequence[ClassWeight]

    @property
    def expected(self) -> Fraction:
        """What these persons are expected to have with the weights of their own version."""
        return expected_of(self, self.weights)


def changes_between(before: Iterable[Input], after: Iterable[Input]) -> tuple[Change, ...]:
    """The inputs that differ, each with its cause, in the order of kind and name.

    New claims are late claims, and their credits correct data; a delivery that was replaced or
    taken out corrects data, and so does every register. Other code counts as a definition.
    """
    old = {(one.kind, one.name): one for one in before}
    new = {(one.kind, one.name): one for one in after}
    found: list[Change] = []
    for key in sorted(old.keys() | new.keys()):
        first, second = old.get(key), new.get(key)
        if first is not None and second is not None and first.sha256 == second.sha256:
            continue
        found += [Change(cause, first, second) for cause in _causes(first, second)]
    return tuple(found)


def _causes(before: Input | None, after: Input | None) -> tuple[str, ...]:
    one = after or before
    assert one is not None
    if one.kind in (POPULATION_RULE, DEFINITION):
        return (one.kind,)
    if one.kind in (OUTCOME, CODE):
        return (DEFINITION,)
    if one.kind != CLAIMS or before is not None:
        return (CORRECTED,)
    return (LATE, CORRECTED) if one.credit_cents else (LATE,)


def causes_of(changes: Iterable[Change], outcome: str) -> tuple[str, ...]:
    """The causes in play for an outcome; another outcome's definition is none of them."""
    names = {
        change.cause
        for change in changes
        for one in [change.after or change.before]
        if one is not None and (one.kind != OUTCOME or is_of_family(one.name, outcome))
    }
    return tuple(cause for cause in PARTS if cause in names)


def is_of_family(name: str, outcome: str) -> bool:
    """Whether an outcome is the one of a name in conf/outcomes.yml, which may be of a family.

    Example:
        >>> is_of_family("medicine_{value}_cost", "medicine_A10_cost"), is_of_family("a", "b")
        (True, False)
    """
    first, *rest = name.split("{value}")
    if not rest:
        return outcome == name
    return outcome.startswith(first) and outcome.endswith(rest[0]) and len(outcome) >= len(name) - 7


def expected_of(side: Side, weights: Sequence[ClassWeight]) -> Fraction:
    """What the persons of a side are expected to have with some weights.

    A class the weights do not have adds nothing: it is of a definition they do not know.
    """
    total = sum(row.weight * side.counts.get((row.factor, row.name), 0) for row in weights
                if row.factor != INTERCEPT)  # fmt: skip
    constant = sum(row.weight for row in weights if row.factor == INTERCEPT)
    return Fraction(total + constant * side.persons, SCALE)


def parts_of_expected(
    before: Side, after: Side, causes: Sequence[str], per_person: bool
) -> dict[str, Fraction]:
    """The difference of two expected values in parts.

    Args:
        before, after: the two sides.
        causes: what is in play between them.
        per_person: of the mean over the persons instead of their total.
    """
    between = _value(expected_of(after, before.weights), after, per_person)
    who = between - _value(before.expected, before, per_person)
    parts = {_part(causes): who} if who else {}
    weights = _value(after.expected, after, per_person) - between
    return parts | ({WEIGHTS: weights} if weights else {})


def parts_of_observed(
    before: Side, after: Side, causes: Sequence[str], per_person: bool
) -> dict[str, Fraction]:
    """The difference of what was observed in parts; weights are none of them."""
    change = _value(Fraction(after.observed), after, per_person) - _value(
        Fraction(before.observed), before, per_person
    )
    return {_part(causes): change} if change else {}


def _value(total: Fraction, side: Side, per_person: bool) -> Fraction:
    return total / max(side.persons, 1) if per_person else total


def _part(causes: Sequence[str]) -> str:
    if not causes:
        return UNKNOWN
    return causes[0] if len(causes) == 1 else TOGETHER


def added_up(steps: Iterable[Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The parts of several steps that follow one another, added up.

    Example:
        >>> added_up([{"weights": Fraction(2)}, {"weights": Fraction(-1), "unknown": Fraction(3)}])
        {'unknown': Fraction(3, 1), 'weights': Fraction(1, 1)}
    """
    total: dict[str, Fraction] = {}
    for step in steps:
        for name, value in step.items():
            total[name] = total.get(name, Fraction(0)) + value
    return {name: total[name] for name in PARTS if name in total}
