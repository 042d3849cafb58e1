"""The states between two versions, in which what changed in one run is replaced cause by cause.

The size of a part depends on the order, so the order is fixed: the program, late claims, corrected
data, rules of who counts, definitions. Late claims are the debits of claims that are new; their
credits come with the corrections.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from spiegel_core.engine.version_parts import (
    CLAIMS,
    CODE,
    CORRECTED,
    DEFINITION,
    LATE,
    OUTCOME,
    POPULATION_RULE,
    Input,
    changes_between,
)

ORDER = (LATE, CORRECTED, POPULATION_RULE, DEFINITION)
RULES = (POPULATION_RULE, DEFINITION, OUTCOME, CODE)

Inputs = Mapping[tuple[str, str], Input]


@dataclass(frozen=True)
class State:
    """A state on the way from one version to a later one.

    Args:
        last: what was replaced last: a cause, or the program.
        replaced: the causes replaced so far.
        deliveries: the deliveries that count; one without its credits has 0 credit_cents.
        debits_only: those of them whose credits are not there yet.
    """

    last: str
    replaced: frozenset[str]
    deliveries: tuple[Input, ...]
    debits_only: frozenset[Input]


@dataclass(frozen=True)
class Way:
    """How to come from one version to a later one.

    Args:
        states: the states to make, in order.
        last: what is replaced after the last state, which gives the later version.
        is_by_others: whether both versions were made by the same program, and the states are made
            by another: then the first state must give the earlier version and the last one the
            later, or they say nothing of the two.
    """

    states: tuple[State, ...]
    last: str
    is_by_others: bool

    @property
    def order(self) -> tuple[str, ...]:
        """What is replaced, in order."""
        return (*(state.last for state in self.states), self.last)


def part_of(replaced: str) -> str:
    """The part that a change belongs to: another program counts as a definition.

    Example:
        >>> part_of("code"), part_of("late_claims")
        ('definition', 'late_claims')
    """
    return DEFINITION if replaced == CODE else replaced


def way_between(before: Iterable[Input], after: Iterable[Input], code: str) -> Way:
    """The states between two versions of one report year.

    Args:
        before, after: what the versions were computed from; they differ in two causes or more.
        code: the program that makes the states.
    """
    old, new = _by_name(before), _by_name(after)
    found = {
        change.cause
        for change in changes_between(old.values(), new.values())
        for one in [change.after or change.before]
        if one is not None and one.kind != CODE
    }
    first, second = _code(old), _code(new)
    states = [] if code == first else [_state(CODE, frozenset(), old, new)]
    replaced: frozenset[str] = frozenset()
    for cause in (cause for cause in ORDER if cause in found):
        replaced |= {cause}
        states.append(_state(cause, replaced, old, new))
    # What the later version was made from, by its own program, is the version itself.
    last = states.pop().last if code == second else CODE
    return Way(tuple(states), last, first == second != code)


def _by_name(inputs: Iterable[Input]) -> Inputs:
    return {(one.kind, one.name): one for one in inputs}


def _code(inputs: Inputs) -> str:
    return next((one.sha256 for one in inputs.values() if one.kind == CODE), "")


def _state(last: str, replaced: frozenset[str], old: Inputs, new: Inputs) -> State:
    if CORRECTED in replaced:
        return State(last, replaced, tuple(_deliveries(new)), frozenset())
    own = tuple(_deliveries(old))
    late = tuple(_late(old, new)) if LATE in replaced else ()
    return State(last, replaced, (*own, *late), frozenset(late))


def _deliveries(inputs: Inputs) -> Iterator[Input]:
    return (one for one in inputs.values() if one.kind not in RULES)


def _late(old: Inputs, new: Inputs) -> Iterator[Input]:
    """Claims that are new, without their credits; the same lines under another id are not new."""
    known = {one.sha256 for one in old.values() if one.kind == CLAIMS}
    for key, one in new.items():
        if one.kind == CLAIMS and key not in old and one.sha256 not in known:
            yield dataclasses.replace(one, credit_cents=0)
