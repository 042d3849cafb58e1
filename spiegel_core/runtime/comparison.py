"""Two versions named -> the whole comparison, ready for its pages."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from spiegel_core.contracts.gold import PRODUCT
from spiegel_core.contracts.rules import OutcomeFile
from spiegel_core.disclosure.small_cells import users_may_be_shown
from spiegel_core.engine.model import MEASURES, USERS
from spiegel_core.engine.version_parts import Side
from spiegel_core.engine.weight_shifts import weight_shifts
from spiegel_core.errors import WrongUse
from spiegel_core.mirrors.audit.compared import EXPECTED, NATION, OBSERVED, Compared, Split, Target
from spiegel_core.mirrors.audit.units import unit_of
from spiegel_core.runtime.audit_labels import how_counted, labels_of
from spiegel_core.runtime.comparing_versions import Comparing, Part, version_named
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.tables import Tables


@dataclass(frozen=True)
class Request:
    """Which comparison is asked for.

    Args:
        first, second: names of the versions, as 2021:1.
        practice: AGB of a practice; empty for the nation alone.
        outcome, measure: whose largest movers are shown.
        small_cells: whether numbers of 1-9 persons are shown, for an audit inside the house.
    """

    first: str
    second: str
    practice: str = ""
    outcome: str = "cost_total"
    measure: str = "amount"
    small_cells: bool = False


def compared(tables: Tables, conf: Conf, asked: Request, part: Part | None = None) -> Compared:
    """What changed between two versions.

    Args:
        tables: the store.
        conf: the configuration.
        asked: which comparison.
        part: makes the states between two versions, to part causes that changed in one run; None
            leaves them together.

    Raises:
        WrongUse: a version is not kept, or there is no such practice, outcome or measure, or the
            persons of the practice are too few.
        GateStopped: the parts of a difference do not add up.
    """
    first, second = version_named(asked.first), version_named(asked.second)
    comparing = Comparing(tables, first, second, asked.practice)
    smallest = 0 if asked.small_cells else conf.rules(second.year).numbers.smallest_cell
    refuse_small(comparing, asked.practice, smallest)
    labels = labels_of(conf, second.year)
    named, only = comparing.targets()
    content = conf.outcomes()
    targets = {name: _target(content, name, labels) for name in named}
    chosen = _chosen(targets, asked)
    partings = None if part is None else comparing.part(part)
    key = chosen.outcome, chosen.measure
    product = conf.product(PRODUCT)
    scopes = [NATION, asked.practice] if asked.practice else [NATION]
    return Compared(
        first=first, second=second, practice=asked.practice, steps=comparing.steps(),
        splits=tuple(s for scope in scopes for s in _splits(comparing, scope, targets, smallest)),
        weights=tuple(comparing.weights_moved(n, t) for n, t in targets.items()),
        chosen=chosen,
        classes=weight_shifts(comparing.first.weights[key], comparing.second.weights[key]),
        practices=comparing.practices_moved(key, smallest),
        reasons={s: (comparing.first.reasons(s), comparing.second.reasons(s)) for s in scopes},
        only=tuple(only), pages=(*product.total, *product.segments, *product.gp_care),
        labels=labels, smallest=smallest,
        origin=(*comparing.first.facts(), *comparing.second.facts()),
        partings=partings,
    )  # fmt: skip


def refuse_small(comparing: Comparing, practice: str, smallest: int) -> None:
    if not practice:
        return
    reasons = [facts.reasons(practice) for facts in (comparing.first, comparing.second)]
    if not any(reasons):
        raise WrongUse(f"no version has a practice {practice[:20]}", fix="spiegel status")
    if any(held.get("counted", 0) < max(smallest, 1) for held in reasons):
        raise WrongUse(
            f"fewer than {max(smallest, 1)} persons of {practice} count in one of the versions",
            fix="add --small-cells for an audit, and keep what it shows inside the house"
            if smallest else "compare without --practice",
        )  # fmt: skip


def _target(content: OutcomeFile, name: tuple[str, str], labels: dict[str, str]) -> Target:
    counts, label = how_counted(content, name[0], labels)
    return Target(*name, label, unit_of(counts, name[1]))


def _chosen(targets: dict[tuple[str, str], Target], asked: Request) -> Target:
    if asked.measure not in MEASURES:
        raise WrongUse("there is no such measure", found=asked.measure[:40],
                       expected=" or ".join(MEASURES))  # fmt: skip
    found = targets.get((asked.outcome, asked.measure))
    if found is None:
        names = sorted({outcome for outcome, _ in targets})
        close = difflib.get_close_matches(asked.outcome, names, 5, 0.4) or names[:10]
        raise WrongUse(f"both versions have no outcome {asked.outcome[:60]}",
                       expected=", ".join(close))  # fmt: skip
    return found


def _splits(
    comparing: Comparing, provider: str, targets: dict[tuple[str, str], Target], smallest: int
) -> Iterator[Split]:
    for name, target in targets.items():
        sides = tuple(facts.side(provider, name) for facts in (comparing.first, comparing.second))
        totals, means = (comparing.parts(provider, name, mean) for mean in (False, True))
        is_hidden = provider != NATION and any(
            not users_may_be_shown(facts.observed(provider, (name[0], USERS)),
                                   facts.side(provider, name).persons, smallest)
            for facts in comparing.on_the_way(name)
        )  # fmt: skip
        for place, quantity in enumerate((EXPECTED, OBSERVED)):
            before, after = (_value(side, quantity) for side in sides)
            yield Split(
                provider, quantity, target, before, after, totals[place],
                before / max(sides[0].persons, 1), after / max(sides[1].persons, 1), means[place],
                is_hidden and quantity == OBSERVED,
            )  # fmt: skip


def _value(side: Side, quantity: str) -> Fraction:
    return side.expected if quantity == EXPECTED else Fraction(side.observed)
