"""The catalogue: every rule of the door and every check of a gate, with what follows and why.

Its one place is expectations/: `rules:` are judged by the code of the door, which reports them by
id; `checks:` are bounds that a gate holds metrics to.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from spiegel_core.errors import ConfUnusable, WrongUse

REFUSE_FILE, SET_LINE_ASIDE, STOP, WARN, NOTE = (
    "refuse_file", "set_line_aside", "stop", "warn", "none",
)  # fmt: skip
# The heaviest first; `none` is a note of the ledger on a file without a fault.
CONSEQUENCES = (STOP, REFUSE_FILE, SET_LINE_ASIDE, WARN, NOTE)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Explained(_Part):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
    title: str = Field(min_length=5)
    why: str = Field(min_length=20)
    repair: str = Field(min_length=10)
    source: str = Field(min_length=3)
    owner: str | None = None
    since: str | None = None


class DoorRule(_Explained):
    """A rule the door judges a file by, or a note of the ledger; read by senders, so in Dutch."""

    consequence: str = Field(pattern="^(refuse_file|set_line_aside|warn|none)$")


class Check(_Explained):
    """One check of a gate: a metric between bounds; read by the platform team."""

    column: str
    min: int | None = None
    max: int | None = None
    consequence: str = Field(pattern="^(stop|refuse_file|warn)$")


class _Defaults(_Part):
    owner: str
    since: str


class RuleFile(_Part):
    """expectations/<place>.yml; owner and since hold where an entry names none."""

    defaults: _Defaults
    rules: list[DoorRule] = []
    checks: list[Check] = []


@dataclass(frozen=True)
class CatalogueRule:
    """A rule or check as the catalogue explains it.

    Args:
        place: where it is judged: name of its file in expectations/ (door, deliveries, gold ...).
        id, title, consequence, why, repair, source, owner, since: as the file says.
        metric: what a gate judges; empty for a rule of the door.
        least, most: bounds of the metric; None is unbounded.
    """

    place: str
    id: str
    title: str
    consequence: str
    why: str
    repair: str
    source: str
    owner: str
    since: str
    metric: str = ""
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Catalogue:
    """All rules and checks.

    Args:
        rules: each id once, in the order of files and of each file.
    """

    rules: tuple[CatalogueRule, ...]

    def __post_init__(self) -> None:
        ids = [rule.id for rule in self.rules]
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        if repeated:
            raise ConfUnusable(
                "expectations/ names a rule twice", found=", ".join(repeated),
                expected="each id once over all files", fix="give one of them another id",
            )  # fmt: skip

    @cached_property
    def by_id(self) -> dict[str, CatalogueRule]:
        return {rule.id: rule for rule in self.rules}

    def rule(self, name: str) -> CatalogueRule:
        """The rule of an id; raises WrongUse that names the nearest ids."""
        if name in self.by_id:
            return self.by_id[name]
        nearest = difflib.get_close_matches(name, self.by_id, n=3, cutoff=0.4)
        raise WrongUse(
            f"there is no rule {name[:60]}",
            expected=", ".join(nearest) or "an id as file.header",
            fix=f"spiegel rules {nearest[0]}" if nearest else "spiegel rules lists them",
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over all rules and checks, whatever their order: the rule set of a result."""
        return fingerprint_of_rules(self.rules)


def fingerprint_of_rules(rules: Iterable[CatalogueRule]) -> str:
    """SHA-256 over canonical JSON of rules, in order of id.

    Example:
        >>> fingerprint_of_rules([])[:8]
        '4f53cda1'
    """
    plain = [vars(rule) for rule in sorted(rules, key=lambda rule: rule.id)]
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def catalogue_of(files: Iterable[tuple[str, RuleFile]]) -> Catalogue:
    """The catalogue of files of expectations/, each with its name."""
    return Catalogue(tuple(rule for place, file in files for rule in _rules_of(place, file)))


def _rules_of(place: str, file: RuleFile) -> list[CatalogueRule]:
    """Rules and checks in the order of the file, each with its owner and since."""
    usual = file.defaults
    rules = [_rule(place, rule, usual) for rule in file.rules]
    checks = [
        dataclasses.replace(
            _rule(place, check, usual), metric=check.column, least=check.min, most=check.max
        )
        for check in file.checks
    ]
    return [*rules, *checks]


def _rule(place: str, entry: DoorRule | Check, usual: _Defaults) -> CatalogueRule:
    return CatalogueRule(
        place, entry.id, entry.title, entry.consequence, entry.why, entry.repair, entry.source,
        entry.owner or usual.owner, entry.since or usual.since,
    )  # fmt: skip
