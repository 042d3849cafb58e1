"""Which numbers may be shown: nothing on 1 to 9 persons, nor what would let them be computed.

Source: conf/rules.yml, smallest_cell; design, 'What may leave the house'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

TOO_FEW = "te weinig personen"


def is_too_small(persons: int, smallest: int) -> bool:
    """Whether a number of persons is too small to show; none at all may be shown.

    Example:
        >>> [is_too_small(n, 10) for n in (0, 1, 9, 10)]
        [False, True, True, False]
    """
    return 0 < persons < smallest


def hidden_in_partition(persons: Mapping[str, int], smallest: int) -> set[str]:
    """The parts of a whole that are not shown, when the whole itself is known.

    Every part of 1 to 9 persons is hidden. If that is a single part, or parts that together stay
    under the limit, the whole less the others would give them away, so the smallest other part is
    hidden too, until what is hidden cannot be told apart. Where that would leave nothing worth
    showing, everything is hidden.

    Args:
        persons: persons per part; the parts make up a whole that is printed.
        smallest: smallest number that may be shown (persons).

    Example:
        >>> sorted(hidden_in_partition({"low": 3, "middle": 40, "high": 25}, 10))
        ['high', 'low']
        >>> hidden_in_partition({"low": 0, "middle": 40}, 10)
        set()
    """
    hidden = {name for name, number in persons.items() if is_too_small(number, smallest)}
    if not hidden:
        return hidden
    others = sorted((number, name) for name, number in persons.items() if name not in hidden)
    for number, name in others:
        if _is_safe(hidden, persons, smallest):
            break
        if number > 0 or len(others) == 1:
            hidden.add(name)
    if not _is_safe(hidden, persons, smallest):
        hidden |= set(persons)
    return hidden


def _is_safe(hidden: set[str], persons: Mapping[str, int], smallest: int) -> bool:
    return len(hidden) > 1 and sum(persons[name] for name in hidden) >= smallest


def hidden_amounts(users: Mapping[str, int], additive: Sequence[str], smallest: int) -> set[str]:
    """The segments whose amounts are not shown, when their total is.

    An amount of 1 to 9 users is hidden. A single hidden segment would follow from the total less
    the others, so the segment with the fewest other users is hidden with it.

    Args:
        users: persons with any of the care, per segment.
        additive: the segments that add up to the total that is printed.
        smallest: smallest number of persons that may be shown.

    Example:
        >>> sorted(hidden_amounts({"a": 4, "b": 50, "c": 80}, ["a", "b", "c"], 10))
        ['a', 'b']
    """
    hidden = {name for name in additive if is_too_small(users[name], smallest)}
    if len(hidden) == 1:
        others = sorted((users[n], n) for n in additive if n not in hidden and users[n] > 0)
        hidden |= {name for _, name in others[:1]}
    return hidden


def users_may_be_shown(users: int, persons: int, smallest: int) -> bool:
    """Whether a share of users may be shown: neither the users nor the others are too few.

    Example:
        >>> users_may_be_shown(95, 100, 10), users_may_be_shown(100, 100, 10)
        (False, True)
    """
    return not is_too_small(users, smallest) and not is_too_small(persons - users, smallest)
