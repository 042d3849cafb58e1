"""Which practices and chain-care groups play a part: the situations a rule is about.

With few practices fewer parts are given out; the truth says which.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL = "under_100_persons"
STARTED = "started_in_last_year"
STARTED_FROM = "takes_over_before_start"
ENDED = "ended_at_year_end"
ENDED_EARLIER = "ended_before_last_year"
TAKES_OVER = "takes_over_after_end"
SHARES_GP = "shares_gp"
LENDS_GP = "lends_gp"
GP_ELSEWHERE = "gp_registered_elsewhere_not_seen"
ALSO_REGISTERED = "has_gp_not_seen"

ORDINARY, ENDED_WITH_SUCCESSOR, ENDED_WITHOUT, TOO_SMALL = (
    "ordinary", "ended_with_successor", "ended_without_successor", "fewer_than_4_practices",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A chain-care group and its practices."""

    kind: str
    practices: tuple[int, ...]


@dataclass(frozen=True)
class Roles:
    """The parts given out.

    Args:
        practice: practice with a part -> the part.
        groups: chain-care groups; every other practice is in one of them.
        tied: practices whose diabetes care two groups share evenly.
        without_diabetes: practices without diabetes chain care.
    """

    practice: dict[int, str]
    groups: tuple[Group, ...]
    tied: tuple[int, ...]
    without_diabetes: tuple[int, ...]

    def with_role(self, role: str) -> int | None:
        """The practice with a part; None when it was not given out."""
        return next((p for p, name in sorted(self.practice.items()) if name == role), None)


def roles(practices: int, years: int, practices_per_group: int) -> Roles:
    """Give the parts out over a number of practices."""
    given: dict[int, str] = {}
    if practices >= 12:
        given = {1: SMALL, 3: STARTED, 4: STARTED_FROM, 5: ENDED, 9: LENDS_GP, 10: SHARES_GP,
                 11: GP_ELSEWHERE, 0: ALSO_REGISTERED}  # fmt: skip
        if years > 1:
            given |= {7: ENDED_EARLIER, 8: TAKES_OVER}
    elif practices >= 8:
        given = {1: SMALL, 3: ENDED, 5: LENDS_GP, 6: SHARES_GP}
    elif practices >= 4:
        given = {1: SMALL}
    return _with_groups(given, practices, practices_per_group)


def _with_groups(given: dict[int, str], practices: int, per_group: int) -> Roles:
    bears_part = (SMALL, STARTED, ENDED, ENDED_EARLIER)
    plain = [p for p in range(practices) if given.get(p) not in bears_part]
    order = plain + [p for p in range(practices) if p not in plain]
    if practices < 8:
        kind = ORDINARY if practices >= 4 else TOO_SMALL
        return Roles(given, (Group(kind, tuple(order)),), (), ())
    if practices < 12:
        return Roles(given, (Group(ORDINARY, tuple(order[1:])),), (), (order[0],))
    few, gone = (1, 1) if practices < 20 else (3, 2)
    tied, without = order[0], order[1]
    small = Group(TOO_SMALL, tuple(order[2 : 2 + few]))
    ended = Group(ENDED_WITHOUT, tuple(order[2 + few : 2 + few + gone]))
    rest = order[2 + few + gone :]
    moving = max(4, len(rest) // 10 if len(rest) > 40 else len(rest) // 4)
    followed = Group(ENDED_WITH_SUCCESSOR, tuple(rest[:moving]))
    ordinary = tuple(Group(ORDINARY, part) for part in _parts(rest[moving:], per_group))
    return Roles(given, (*ordinary, followed, ended, small), (tied,), (without,))


def _parts(practices: list[int], per_group: int) -> list[tuple[int, ...]]:
    """Groups of growing size, each of 4 practices or more."""
    number = max(round(len(practices) / per_group), 2 if len(practices) >= 9 else 1)
    weights = [i + 2 for i in range(number)]
    extra = len(practices) - 4 * number
    sizes = [4 + extra * weight // sum(weights) for weight in weights]
    sizes[-1] += len(practices) - sum(sizes)
    parts, at = [], 0
    for size in sizes:
        parts.append(tuple(practices[at : at + size]))
        at += size
    return parts
