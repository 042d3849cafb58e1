"""Outcomes as conf/outcomes.yml defines them, one object each."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from spiegel_core.contracts.rules import Outcome, OutcomeFile, OutcomeRow, YearRules
from spiegel_core.errors import ConfUnusable, GateStopped
from spiegel_core.outcomes.care_classes import CareClass


def outcomes_of_year(
    content: OutcomeFile, rules: YearRules, atc_codes: Iterable[str]
) -> tuple[Outcome, ...]:
    """All outcomes of a report year; a family becomes one outcome per specialism or ATC group.

    Raises:
        ConfUnusable: two outcomes have one name.
    """
    labels = {
        "specialism": dict(rules.specialisms),
        "medicine_group": {atc[:3]: atc[:3] for atc in sorted(atc_codes)},
    }
    outcomes = []
    for row in content.outcomes:
        if row.for_each is None:
            outcomes.append(_outcome(row, content, {}, row.name, row.label))
            continue
        if row.for_each not in labels:
            raise ConfUnusable(
                f"outcome {row.name} is made for each {row.for_each}, which is no list",
                expected=", ".join(labels), fix="repair conf/outcomes.yml",
            )  # fmt: skip
        for value, label in labels[row.for_each].items():
            outcomes.append(
                _outcome(
                    row, content, {row.for_each: frozenset({value})},
                    row.name.format(value=value), row.label.format(value=value, label=label),
                )
            )  # fmt: skip
    names = [outcome.name for outcome in outcomes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfUnusable("two outcomes have one name", found=", ".join(twice),
                           fix="repair conf/outcomes.yml")  # fmt: skip
    return tuple(outcomes)


def _outcome(
    row: OutcomeRow,
    content: OutcomeFile,
    more: dict[str, frozenset[str]],
    name: str,
    label: str,
) -> Outcome:
    where = {key: frozenset(values) for key, values in row.where.items()} | more
    return Outcome(
        name=name,
        label=label,
        counts=row.counts,
        where=tuple(sorted(where.items(), key=lambda pair: pair[0])),
        by_own_gp=row.requested_by == "own_gp",
        owner=row.owner or content.defaults.owner,
        review_by=row.review_by or content.defaults.review_by,
        source=row.source or content.defaults.source,
    )


def belongs(outcome: Outcome, care_class: CareClass) -> bool:
    """Whether care of a class counts for an outcome: all its labels must hold."""
    labels = care_class.labels
    return all(labels.get(name) in allowed for name, allowed in outcome.where)


def refuse_expired(outcomes: Iterable[Outcome], release_date: datetime.date) -> None:
    """Stop a release that uses an outcome whose review date has passed.

    Raises:
        GateStopped: names every such outcome.
    """
    expired = [o for o in outcomes if o.review_by < release_date]
    if expired:
        named = ", ".join(f"{o.name} ({o.review_by}, {o.owner})" for o in expired[:10])
        raise GateStopped(
            f"{len(expired)} outcomes must be reviewed before this release",
            found=named, expected=f"review_by on or after {release_date}",
            fix="let the owner review them and set review_by in conf/outcomes.yml",
        )  # fmt: skip
