"""Kept facts of two versions -> what changed between them, without Spark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

from spiegel_core.contracts.gold import PRODUCT
from spiegel_core.contracts.gold_versions import VERSION_INPUTS
from spiegel_core.engine.benchmark import index_of
from spiegel_core.engine.design import INTERCEPT
from spiegel_core.engine.explain import ClassWeight
from spiegel_core.engine.model import SCALE
from spiegel_core.engine.version_parts import (
    OTHER_YEAR,
    Change,
    added_up,
    causes_of,
    changes_between,
    parts_of_expected,
    parts_of_observed,
)
from spiegel_core.engine.version_states import RULES, part_of
from spiegel_core.engine.weight_shifts import mean_absolute_shift, weight_shifts
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.audit.compared import (
    Parting,
    PracticeMoved,
    Step,
    Version,
    WeightsMoved,
)
from spiegel_core.mirrors.audit.compared import Target as Shown
from spiegel_core.runtime.kept_versions import HasSides, Links, Target, VersionFacts
from spiegel_core.runtime.tables import Tables

# Makes the states between two versions.
Part = Callable[[VersionFacts, VersionFacts], tuple[Parting, Links]]
_NAME = re.compile(r"(?:[a-z_]+-)?(\d{4})(?::|-v)(\d+)")


def version_named(text: str) -> Version:
    """The version of a name as 2021:2, or praktijkspiegel-2021-v2.

    Example:
        >>> str(version_named("2021:2")), str(version_named("praktijkspiegel-2021-v2"))
        ('2021:2', '2021:2')
    """
    found = _NAME.fullmatch(text)
    if found is None:
        raise WrongUse("this names no version", found=text[:60],
                       expected="report year and version, as 2021:2")  # fmt: skip
    return Version(int(found.group(1)), int(found.group(2)))


class Comparing:
    """The way from one version to another over the versions that were kept between them.

    Args:
        tables: the store.
        first, second: the versions.
        practice: AGB of a practice; empty for none.
    """

    def __init__(self, tables: Tables, first: Version, second: Version, practice: str) -> None:
        if second <= first:
            raise WrongUse(
                "the second version is not later than the first", found=f"{first}, {second}",
                fix="name the earlier one first",
            )  # fmt: skip
        kept = sorted(_kept(tables, {first.year, second.year}))
        for name in (first, second):
            if name not in kept:
                raise WrongUse(
                    f"of version {name} nothing is kept to compare",
                    found=", ".join(map(str, kept)) or "no version of these years",
                    fix="versions are kept from the first run of this release on: spiegel run",
                )  # fmt: skip
        between = [v for v in kept if first <= v <= second and v.year == first.year]
        self._is_one_year = first.year == second.year
        names = between if self._is_one_year else [first, second]
        self.way = [VersionFacts(tables, name, practice) for name in names]
        self._changes: dict[tuple[Version, Version], tuple[Change, ...]] = {}
        self._links: dict[tuple[Version, Version], Links] = {}

    @property
    def first(self) -> VersionFacts:
        return self.way[0]

    @property
    def second(self) -> VersionFacts:
        return self.way[-1]

    def steps(self) -> tuple[Step, ...]:
        """Every step of the way with what differs."""
        return tuple(Step(a.name, b.name, self._between(a, b)) for a, b in pairwise(self.way))

    def _between(self, before: VersionFacts, after: VersionFacts) -> tuple[Change, ...]:
        """What differs; of two years the deliveries all do, so only rules are compared."""
        key = before.name, after.name
        if key not in self._changes:
            old, new = (
                [one for one in facts.inputs if self._is_one_year or one.kind in RULES]
                for facts in (before, after)
            )
            self._changes[key] = changes_between(old, new)
        return self._changes[key]

    def targets(self) -> tuple[list[Target], list[str]]:
        """What both versions have, and the outcomes only one of them has."""
        old, new = self.first.weights, self.second.weights
        only = {outcome for outcome, _ in old.keys() ^ new.keys()}
        return [target for target in new if target in old], sorted(only)

    def part(self, make: Part) -> tuple[Parting, ...]:
        """Part every change of several causes by the states between its versions.

        Raises:
            WrongUse: the versions are of two years, of which no states between are made.
        """
        if not self._is_one_year:
            raise WrongUse(
                "versions of two report years have no states between them",
                found=f"{self.first.name}, {self.second.name}", fix="leave --from-claims out",
            )  # fmt: skip
        partings = []
        for before, after in self._of_several_causes():
            told, self._links[before.name, after.name] = make(before, after)
            partings.append(told)
        return tuple(partings)

    def _of_several_causes(self) -> list[tuple[VersionFacts, VersionFacts]]:
        found = {
            (before.name, after.name): (before, after)
            for target in self.targets()[0]
            for before, after in self._pairs(target)
            if len(self._causes(before, after, target)) > 1
        }
        return [found[names] for names in sorted(found)]

    def _pairs(self, target: Target) -> Iterator[tuple[VersionFacts, VersionFacts]]:
        """The versions of the way that have a target, each with the next."""
        return pairwise(facts for facts in self.way if target in facts.weights)

    def _causes(self, before: VersionFacts, after: VersionFacts, target: Target) -> tuple[str, ...]:
        causes = causes_of(self._between(before, after), target[0])
        return causes if self._is_one_year else (OTHER_YEAR, *causes)

    def parts(
        self, provider: str, target: Target, per_person: bool
    ) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
        """The parts of the difference of what is expected, and of what was observed."""
        expected, observed = [], []
        for before, after in self._pairs(target):
            earlier = before.side(provider, target)
            for causes, facts in self._way_between(before, after, target):
                later = facts.side(provider, target)
                expected.append(parts_of_expected(earlier, later, causes, per_person))
                observed.append(parts_of_observed(earlier, later, causes, per_person))
                earlier = later
        return added_up(expected), added_up(observed)

    def on_the_way(self, target: Target) -> list[HasSides]:
        """The versions and states whose values follow from the parts of a target."""
        found: list[HasSides] = [self.first]
        for before, after in self._pairs(target):
            found += [facts for _, facts in self._way_between(before, after, target)]
        return found

    def _way_between(
        self, before: VersionFacts, after: VersionFacts, target: Target
    ) -> list[tuple[tuple[str, ...], HasSides]]:
        """Over the states where there are some and several causes are in play; else at once."""
        causes = self._causes(before, after, target)
        links = self._links.get((before.name, after.name), ())
        if len(causes) > 1 and links:
            return [((part_of(replaced),), facts) for replaced, facts in links]
        return [(causes, after)]

    def weights_moved(self, target: Target, shown: Shown) -> WeightsMoved:
        """How far the weights of a target moved."""
        old, new = self.first.weights[target], self.second.weights[target]
        shift = mean_absolute_shift(weight_shifts(old, new))
        return WeightsMoved(shown, _mean(old), _mean(new), shift)

    def practices_moved(self, target: Target, smallest: int) -> tuple[PracticeMoved, ...]:
        """Practices both versions have, those that moved most first."""
        old, new = self.first.providers(target), self.second.providers(target)
        moved = [
            _moved(agb, old[agb], new[agb])
            for agb in sorted(old.keys() & new.keys())
            if min(old[agb][0], new[agb][0]) >= max(smallest, 1)
        ]
        return tuple(sorted(moved, key=lambda one: (-abs(one.moved), one.agb)))


def _kept(tables: Tables, years: Iterable[int]) -> Iterator[Version]:
    for year in years:
        rows = tables.read(VERSION_INPUTS, columns=["version"], report_year=year, product=PRODUCT)
        yield from (Version(year, number) for number in set(rows["version"].to_pylist()))


def _mean(weights: Iterable[ClassWeight]) -> Fraction:
    """The national mean that weights expect."""
    rows = list(weights)
    (constant,) = [row for row in rows if row.factor == INTERCEPT]
    total = sum(row.weight * row.persons for row in rows)
    return Fraction(total, SCALE * max(constant.persons, 1))


def _moved(
    agb: str, old: tuple[int, int, Fraction], new: tuple[int, int, Fraction]
) -> PracticeMoved:
    means = tuple(side[2] / side[0] for side in (old, new))
    index = tuple(index_of(side[1], int(side[2] * SCALE)) for side in (old, new))
    return PracticeMoved(agb, (old[0], new[0]), (means[0], means[1]), (index[0], index[1]))
