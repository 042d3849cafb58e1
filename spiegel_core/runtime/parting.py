"""Causes that changed in one run, parted: the states between two versions made from the claims."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from spiegel_core.contracts.gold import PRODUCT
from spiegel_core.contracts.rules import OutcomeFile, YearRules
from spiegel_core.engine.version_parts import CODE, DEFINITION, POPULATION_RULE, Input, Side
from spiegel_core.engine.version_states import RULES, State, Way, way_between
from spiegel_core.errors import ConfUnusable, EnvironmentUnfit, GateStopped
from spiegel_core.mirrors.audit.compared import (
    NATION,
    NO_RULES,
    OTHER_PROGRAM,
    OTHER_RULES,
    Parting,
)
from spiegel_core.release.names import VersionName
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.fingerprints_plain import code_version
from spiegel_core.runtime.job import Job
from spiegel_core.runtime.kept_versions import HasSides, Links, Unparted, VersionFacts
from spiegel_core.runtime.made_state import lay_deliveries, make_state, state_facts
from spiegel_core.runtime.run import Run
from spiegel_core.runtime.scratch_store import linked_job
from spiegel_core.runtime.version_facts import WHO_COUNTS, rules_in_force

Rules = tuple[YearRules, OutcomeFile]


class FromClaims:
    """Makes the states between two versions, each in the place of the one before.

    They are made in a folder beside the store, with links to silver and with a ledger and gold of
    its own; it is there from the first state on until the end.

    Args:
        job: the store.
        practice: the practice that is asked about; empty for none.
    """

    def __init__(self, job: Job, practice: str) -> None:
        self._job = job
        self._practice = practice
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._code = code_version()

    def __enter__(self) -> FromClaims:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def part(self, before: VersionFacts, after: VersionFacts) -> tuple[Parting, Links]:
        """The states between two versions of a year, with the later version at the end.

        Raises:
            EnvironmentUnfit: the store is not on this machine.
            GateStopped: the lines of a state do not add up to what the door counted.
        """
        if not self._job.folder.is_local:
            raise EnvironmentUnfit(
                "states between versions are made beside the store, on this machine",
                where=self._job.folder.uri, expected="a store on a disk of this machine",
                fix="copy the store to this machine, or leave --from-claims out",
            )  # fmt: skip
        way = way_between(before.inputs, after.inputs, self._code)
        told = Parting(before.name, after.name, way.order)
        try:
            links = self._links(before, after, way)
            if way.is_by_others:
                self._hold_to_versions(before, after, links)
        except Unparted as problem:
            return dataclasses.replace(told, problem=problem.reason), ()
        return told, links

    def _links(self, before: VersionFacts, after: VersionFacts, way: Way) -> Links:
        year = before.name.year
        rules = self._rules(before), self._rules(after)
        # All of them before the work, so that a state that cannot be made costs nothing.
        for state in way.states:
            self._lay(state, year)
        made: list[tuple[str, HasSides]] = []
        for state in way.states:
            without = self._lay(state, year)
            name = f"{before.name} to {after.name}: {state.last}"
            try:
                with self._shown.step(name):
                    of_state = rules_of_state(state, *rules)
                    make_state(self._scratch, without, year, of_state)
            except GateStopped as problem:
                raise GateStopped(
                    "a state between two versions cannot be made", where=name,
                    found=" ".join(str(problem).split()),
                    expected="lines in silver that add up to what the door counted",
                    fix="put the store back from a backup, or leave --from-claims out",
                ) from None  # fmt: skip
            facts = state_facts(self._scratch, year, self._practice, before.weights)
            made.append((state.last, facts))
        return (*made, (way.last, after))

    def _lay(self, state: State, year: int) -> frozenset[int]:
        return lay_deliveries(self._job.tables, self._scratch.tables, state, year)

    @cached_property
    def _scratch(self) -> Job:
        store = self._job.folder.local_path
        self._folder = tempfile.TemporaryDirectory(dir=store.parent)
        into = Path(self._folder.name) / "store"
        return linked_job(self._job, into, ("silver",), self._job.conf.folder)

    @cached_property
    def _shown(self) -> Run:
        return Run(self._scratch.folder, "from-claims", self._job.console)

    def _rules(self, facts: VersionFacts) -> Rules:
        """The rules a version was made by, from its own files."""
        name = VersionName(PRODUCT, facts.name.year, facts.name.number)
        folder = self._job.folder.local_path / name.folder / "conf"
        if not folder.is_dir():
            raise Unparted(NO_RULES)
        conf = Conf(folder)
        try:
            rules = conf.rules(name.report_year), conf.outcomes()
            now = rules_in_force(conf, name.report_year)
        except ConfUnusable:
            raise Unparted(OTHER_RULES) from None
        # Another program may hold the same rules in another form.
        is_by_this = any((one.kind, one.sha256) == (CODE, self._code) for one in facts.inputs)
        if is_by_this and _rules_among(now) != _rules_among(facts.inputs):
            raise Unparted(OTHER_RULES)
        return rules

    def _hold_to_versions(self, before: VersionFacts, after: VersionFacts, links: Links) -> None:
        """Both versions, made again by this program, must be what they are."""
        (_, first), *_, (_, last), (_, _) = links
        for provider in dict.fromkeys((NATION, self._practice)):
            for target in before.weights.keys() & after.weights.keys():
                for kept, made in ((before, first), (after, last)):
                    sides = kept.side(provider, target), made.side(provider, target)
                    if _content(sides[0]) != _content(sides[1]):
                        raise Unparted(OTHER_PROGRAM)


def rules_of_state(state: State, before: Rules, after: Rules) -> Rules:
    """The rules of a state: those of the earlier version as far as they are not replaced."""
    if DEFINITION in state.replaced:
        return after
    if POPULATION_RULE not in state.replaced:
        return before
    later = {name: getattr(after[0].numbers, name) for name in WHO_COUNTS}
    numbers = before[0].numbers.model_copy(update=later)
    return dataclasses.replace(before[0], numbers=numbers), before[1]


def _rules_among(inputs: Iterable[Input]) -> set[tuple[str, str, str]]:
    return {(o.kind, o.name, o.sha256) for o in inputs if o.kind in RULES and o.kind != CODE}


def _content(side: Side) -> tuple[int, dict[tuple[str, str], int], int]:
    return side.persons, {key: n for key, n in side.counts.items() if n}, side.observed
