"""Which class counts of a provider may be shown, and which characteristics on their own.

What a characteristic adds to an expected value is a sum over its classes, so with the weights it
may give a hidden number away. It stands on its own where nothing of it is hidden, or where more
numbers are hidden than there are sums that hold them; else it is added to others.

The practice has its mirror beside it. What that shows is known: the classes, or where it shows
several classes as one, their sum.

Source: conf/rules.yml, smallest_cell; design, 'What may leave the house'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spiegel_core.disclosure.small_cells import hidden_in_partition, users_may_be_shown


@dataclass(frozen=True)
class FactorCounts:
    """Persons per class of one factor.

    Args:
        persons: per class.
        is_any: a person may have several classes, or none.
        sums: how many sums over its classes are shown beside the counts.
        bands: where a mirror shows several classes as one: the classes of each, by its name there.
    """

    persons: Mapping[str, int]
    is_any: bool
    sums: int = 1
    bands: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Hidden:
    """What is not shown.

    Args:
        classes: (factor, class) whose number is not shown.
        together: factors whose sums are shown as one only; empty where each stands on its own.
    """

    classes: frozenset[tuple[str, str]]
    together: frozenset[str]


def hidden_classes(factors: Mapping[str, FactorCounts], persons: int, smallest: int) -> Hidden:
    """What is hidden of the class counts of one provider.

    Args:
        factors: per factor its counts.
        persons: persons of the provider, which are shown.
        smallest: smallest number of persons that may be shown.

    Example:
        >>> counts = {"copd": FactorCounts({"no": 95, "yes": 5}, False),
        ...           "income": FactorCounts({"low": 40, "high": 60}, False)}
        >>> found = hidden_classes(counts, 100, 10)
        >>> sorted(found.together), len(found.classes)
        (['copd', 'income'], 4)
    """
    hidden = {name: _hidden(counts, persons, smallest) for name, counts in factors.items()}
    together = {
        n for n, f in factors.items() if 0 < len(hidden[n]) <= f.sums + _known(f, hidden[n])
    }
    while together and not _is_safe(together, factors, hidden):
        # What has most hidden numbers loses least by joining.
        others = [n for n in factors if n not in together]
        if not others:
            break
        together.add(max(others, key=lambda n: (len(hidden[n]), len(factors[n].persons))))
    for name in together:
        hidden[name] = set(factors[name].persons)
    classes = frozenset((name, one) for name, held in hidden.items() for one in held)
    return Hidden(classes, frozenset(together))


def _hidden(counts: FactorCounts, persons: int, smallest: int) -> set[str]:
    if counts.is_any:
        return {
            n for n, k in counts.persons.items() if not users_may_be_shown(k, persons, smallest)
        }
    if not counts.bands:
        return hidden_in_partition(counts.persons, smallest)
    parts = {band: {n: counts.persons.get(n, 0) for n in c} for band, c in counts.bands.items()}
    wholes = {band: sum(part.values()) for band, part in parts.items()}
    unseen = hidden_in_partition(wholes, smallest)
    return {
        name for band, part in parts.items()
        for name in (part if band in unseen else hidden_in_partition(part, smallest))
    }  # fmt: skip


def _known(counts: FactorCounts, hidden: set[str]) -> int:
    """How many sums over hidden numbers follow from a whole that is shown, here or in a mirror."""
    if counts.is_any or not hidden:
        return 0
    return sum(not hidden.isdisjoint(band) for band in counts.bands.values()) or 1


def _is_safe(
    together: set[str], factors: Mapping[str, FactorCounts], hidden: Mapping[str, set[str]]
) -> bool:
    """Whether the one sum of some factors holds more unknown numbers than there are sums."""
    unknown = {n: set(factors[n].persons) if factors[n].bands else hidden[n] for n in together}
    known = 1 + sum(_known(factors[name], held) for name, held in unknown.items())
    return sum(map(len, unknown.values())) > known
