"""What is kept of a version of a model, read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

from spiegel_core.contracts.gold import MODEL_VERSIONS, MODEL_WEIGHTS, PRODUCT
from spiegel_core.contracts.gold_versions import (
    VERSION_BENCHMARKS,
    VERSION_CLASS_COUNTS,
    VERSION_INPUTS,
    VERSION_POPULATIONS,
)
from spiegel_core.engine.design import INTERCEPT
from spiegel_core.engine.explain import ClassWeight
from spiegel_core.engine.model import SCALE_DIGITS
from spiegel_core.engine.version_parts import Input, Side
from spiegel_core.mirrors.audit.compared import NATION, Version
from spiegel_core.runtime.tables import Tables

Target = tuple[str, str]


class HasSides(Protocol):
    """Facts of a version, or of a state between two versions."""

    def side(self, provider: str, target: Target) -> Side:
        """The nation, or the practice that is asked about, for one target."""

    def observed(self, provider: str, target: Target) -> int:
        """What the persons had."""


# What is replaced, and the facts that follow on it.
Links = tuple[tuple[str, HasSides], ...]


class Unparted(Exception):
    """The causes of a change stay together.

    Args:
        reason: why; one of `mirrors.audit.compared`.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass
class VersionFacts:
    """What is kept of one version, read when it is asked for.

    Args:
        tables: where it is.
        name: the version.
        practice: the practice that is asked about; empty for none.
    """

    tables: Tables
    name: Version
    practice: str
    _of: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._of = {"report_year": self.name.year, "product": PRODUCT,
                    "version": self.name.number}  # fmt: skip

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        rows = self.tables.read(VERSION_INPUTS, **self._of).to_pylist()
        return tuple(
            Input(r["kind"], r["name"], r["sha256"], r["lines"], r["debit_cents"],
                  r["credit_cents"])
            for r in rows
        )  # fmt: skip

    @cached_property
    def weights(self) -> dict[Target, list[ClassWeight]]:
        found: dict[Target, list[ClassWeight]] = {}
        for r in self.tables.read(MODEL_WEIGHTS, **self._of).to_pylist():
            weight = int(r["weight"].scaleb(SCALE_DIGITS))
            row = ClassWeight(r["factor"], r["class"], r["persons"], weight, r["note"])
            found.setdefault((r["outcome"], r["measure"]), []).append(row)
        return found

    @cached_property
    def _own_counts(self) -> dict[tuple[str, str], int]:
        rows = self.tables.read(VERSION_CLASS_COUNTS, **self._of, provider=self.practice)
        return {(r["factor"], r["class"]): r["persons"] for r in rows.to_pylist()}

    @cached_property
    def _observed(self) -> dict[tuple[str, str, str], int]:
        """Per provider (empty: the nation), outcome and measure."""
        rows = self.tables.read(VERSION_BENCHMARKS, **self._of)
        sums = rows.group_by(["outcome", "measure"]).aggregate([("observed", "sum")])
        found = {(NATION, r["outcome"], r["measure"]): int(r["observed_sum"])
                 for r in sums.to_pylist()}  # fmt: skip
        if self.practice:
            own = self.tables.read(VERSION_BENCHMARKS, **self._of, provider=self.practice)
            found |= {(self.practice, r["outcome"], r["measure"]): int(r["observed"])
                      for r in own.to_pylist()}  # fmt: skip
        return found

    def observed(self, provider: str, target: Target) -> int:
        return self._observed.get((provider, *target), 0)

    def side(self, provider: str, target: Target) -> Side:
        """The nation, or the practice that is asked about, for one target."""
        weights = self.weights[target]
        (constant,) = [row for row in weights if row.factor == INTERCEPT]
        counts = {(r.factor, r.name): r.persons for r in weights if r.factor != INTERCEPT}
        persons = constant.persons
        if provider != NATION:
            counts = self._own_counts
            persons = self.reasons(provider).get("counted", 0)
        return Side(persons, counts, self.observed(provider, target), weights)

    def reasons(self, provider: str) -> dict[str, int]:
        """Persons per reason of the nation or of the practice."""
        return self._reasons.get(provider, {})

    @cached_property
    def _reasons(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for r in self.tables.read(VERSION_POPULATIONS, **self._of).to_pylist():
            if r["practice"] in (NATION, self.practice):
                found.setdefault(r["practice"], {})[r["reason"]] = r["persons"]
        return found

    def providers(self, target: Target) -> dict[str, tuple[int, int, Fraction]]:
        """Persons, observed and expected of every provider for one target."""
        rows = self.tables.read(VERSION_BENCHMARKS, **self._of, outcome=target[0],
                                measure=target[1]).to_pylist()  # fmt: skip
        return {r["provider"]: (r["persons"], int(r["observed"]), Fraction(r["expected"]))
                for r in rows}  # fmt: skip

    def facts(self) -> Iterator[tuple[str, str]]:
        """What the register says of the version."""
        for row in self.tables.read(MODEL_VERSIONS, **self._of).to_pylist():
            for name in ("weights_sha256", "inputs_sha256", "conf_sha256", "code_version"):
                yield f"{self.name} {name}", str(row[name])
