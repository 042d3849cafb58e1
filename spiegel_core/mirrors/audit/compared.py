"""What the comparison of two versions is made from: differences with their parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.disclosure.small_cells import is_too_small
from spiegel_core.engine.version_parts import Change
from spiegel_core.engine.weight_shifts import Shift
from spiegel_core.errors import GateStopped
from spiegel_core.mirrors.audit.units import Unit

EXPECTED, OBSERVED = "expected", "observed"
NATION = ""
# Why causes stay together although the states between were asked for.
NO_LINES, NO_RULES, OTHER_RULES, OTHER_PROGRAM = (
    "no_lines", "no_rules", "other_rules", "other_program",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Version:
    """A version of the model of a report year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}:{self.number}"


@dataclass(frozen=True)
class Target:
    """What is compared: an outcome and measure, with its label and unit."""

    outcome: str
    measure: str
    label: str
    unit: Unit


@dataclass(frozen=True)
class Split:
    """One difference in parts, of the nation or of one practice.

    Args:
        provider: AGB of the practice; empty for the nation.
        quantity: expected or observed.
        target: of what.
        before, after: the totals, in the unit of the outcome.
        parts: of their difference.
        mean_before, mean_after, mean_parts: the same per person.
        is_hidden: whether the numbers are of 1-9 persons and not shown.
    """

    provider: str
    quantity: str
    target: Target
    before: Fraction
    after: Fraction
    parts: Mapping[str, Fraction]
    mean_before: Fraction
    mean_after: Fraction
    mean_parts: Mapping[str, Fraction]
    is_hidden: bool = False

    def __post_init__(self) -> None:
        whole = self.before + sum(self.parts.values()) == self.after
        mean = self.mean_before + sum(self.mean_parts.values()) == self.mean_after
        if not (whole and mean):
            raise GateStopped(
                "the parts of a difference do not add up", where=f"{self.target.outcome}, "
                f"{self.quantity}", expected="before + parts = after, exactly",
                fix="report this as a defect",
            )  # fmt: skip


@dataclass(frozen=True)
class Step:
    """From one kept version to the next, and what differs between them."""

    before: Version
    after: Version
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Parting:
    """What became of parting several causes of one change.

    Args:
        before, after: the versions.
        order: what was replaced, in order: causes, and the program.
        problem: why they stay together; empty where they were parted.
    """

    before: Version
    after: Version
    order: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class WeightsMoved:
    """How far the weights of a target moved.

    Args:
        target: of what.
        before, after: the national mean the weights expect, in the unit of the outcome.
        mean_absolute: of the shifts of all classes.
    """

    target: Target
    before: Fraction
    after: Fraction
    mean_absolute: Fraction


@dataclass(frozen=True)
class PracticeMoved:
    """How far a practice moved for one target: persons, expected per person, and the index."""

    agb: str
    persons: tuple[int, int]
    expected: tuple[Fraction, Fraction]
    index: tuple[float | None, float | None]

    @property
    def moved(self) -> Fraction:
        return self.expected[1] - self.expected[0]


@dataclass(frozen=True)
class Compared:
    """The whole comparison.

    Args:
        first, second: the versions.
        practice: AGB of the practice asked about; empty for none.
        steps: the way from the first to the second over the versions that were kept.
        splits: per provider, quantity and target.
        weights: per target.
        chosen: the target whose largest movers are shown.
        classes: shifts of the classes of that target, largest first.
        practices: practices of that target, largest first.
        reasons: per provider persons per reason, in the first and in the second version.
        only: outcomes that one of the versions does not have.
        pages: outcomes that stand in the PDF.
        labels: of characteristics, classes and reasons.
        smallest: smallest number that may be shown; 0 shows all.
        origin: facts of both versions.
        partings: what became of parting causes from the claims; None where that was not asked for.
    """

    first: Version
    second: Version
    practice: str
    steps: tuple[Step, ...]
    splits: tuple[Split, ...]
    weights: tuple[WeightsMoved, ...]
    chosen: Target
    classes: tuple[Shift, ...]
    practices: tuple[PracticeMoved, ...]
    reasons: Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]]
    only: tuple[str, ...]
    pages: tuple[str, ...]
    labels: Mapping[str, str]
    smallest: int
    origin: tuple[tuple[str, str], ...]
    partings: tuple[Parting, ...] | None = None

    def may_tell_persons(self, before: int, after: int) -> bool:
        """Whether both numbers may stand side by side: neither they nor their difference is 1-9."""
        return not any(
            is_too_small(number, self.smallest) for number in (before, after, abs(after - before))
        )

    @property
    def may_tell_persons_of_practices(self) -> bool:
        """Of all or of none: one that is hidden alone would follow from the nation and the rest."""
        return all(self.may_tell_persons(*one.persons) for one in self.practices)

    def may_tell_totals(self, provider: str) -> bool:
        """Whether exact totals of both versions may: with the means they tell who count in each."""
        before, after = self.reasons[provider]
        return self.may_tell_persons(before.get("counted", 0), after.get("counted", 0))
