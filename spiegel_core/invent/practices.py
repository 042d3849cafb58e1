"""General practices: how many persons and GPs, from when to when, and who works there."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from spiegel_core.invent import agb
from spiegel_core.invent import roles as parts
from spiegel_core.invent.arrays import Flags, Floats, Ints, picked, real, whole
from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.invent.days import day
from spiegel_core.invent.dice import dice
from spiegel_core.invent.plan import CountryPlan
from spiegel_core.invent.roles import Roles

_BEFORE = datetime.date(2005, 1, 1)


@dataclass(frozen=True)
class Practices:
    """The practices, in order along the line of the country.

    Args:
        number: places of the practices in the register (`agb.Register.codes`).
        kinds: solo, duo or group.
        share: planned share of the persons (adds up to 1).
        ends: where each catchment ends on the line (0-1).
        opens, closes: first and last day of fees; those of the period at most.
        instead: who has its persons before it opens or after it closes; itself when nobody has.
        gps, first_gp, gp_count: GPs persons are registered with, per practice from first_gp on.
        locums, first_locum, locum_count: locums registered there, likewise.
        shared_gp: number of the GP who works at two practices; 0 when there is none.
    """

    number: Ints
    kinds: tuple[str, ...]
    share: Floats
    ends: Floats
    opens: Ints
    closes: Ints
    instead: Ints
    gps: Ints
    first_gp: Ints
    gp_count: Ints
    locums: Ints
    first_locum: Ints
    locum_count: Ints
    shared_gp: int

    def __len__(self) -> int:
        return len(self.number)

    def at(self, positions: Floats) -> Ints:
        """The practice in whose catchment each position lies."""
        return whole(np.searchsorted(self.ends[:-1], positions, side="right"))

    def on(self, practices: Ints, days: Ints) -> Ints:
        """The practice that has the persons of a practice on a day."""
        is_open = (days >= self.opens[practices]) & (days <= self.closes[practices])
        return whole(np.where(is_open, practices, self.instead[practices]))

    def gp_of(self, practices: Ints, draws: Floats) -> Ints:
        """One of the GPs of each practice."""
        chosen: Ints = self.gps[self.first_gp[practices] + whole(draws * self.gp_count[practices])]
        return chosen

    def locum_of(self, practices: Ints, draws: Floats) -> Ints:
        """One of the locums of each practice; nobody where it has none."""
        has_one: Flags = self.locum_count[practices] > 0
        places = self.first_locum[practices] + whole(draws * self.locum_count[practices])
        padded = np.append(self.locums, agb.NOBODY)
        return np.where(has_one, padded[np.minimum(places, len(self.locums))], agb.NOBODY)


def practices(
    conf: CountryConf, plan: CountryPlan, given: Roles, register: agb.Register
) -> Practices:
    """Make the practices with their GPs and locums, and put them in the register."""
    generator = dice(plan.seed, "practices")
    kind, gp_count = _kinds(conf, plan, given, generator)
    share = _shares(conf, plan, given, kind, generator)
    years = generator.integers(0, 14, plan.practices)
    starts, ends, instead = _lives(plan, given, years)
    numbers = _organisations(conf, plan, given, (starts, ends), register)
    gps, first = _gps(gp_count, numbers, starts, ends, given, register)
    locums, first_locum, locum_count = _locums(conf, numbers, register, generator)
    to_day = [day(d.year, d.month, d.day) for d in starts]
    closes = [day(2100, 1, 1) if d is None else day(d.year, d.month, d.day) for d in ends]
    lender = given.with_role(parts.LENDS_GP)
    borrower = given.with_role(parts.SHARES_GP)
    counts = gp_count.copy()
    shared = agb.NOBODY
    if lender is not None and borrower is not None:
        shared = int(gps[first[lender] + gp_count[lender] - 1])
        gps, first, counts = _lent(gps, first, counts, borrower, shared)
    return Practices(
        numbers, tuple(conf.practice_kinds[k].kind for k in kind), share, np.cumsum(share),
        whole(to_day), whole(closes), instead, gps, first, counts, locums, first_locum,
        locum_count, shared,
    )  # fmt: skip


def _kinds(
    conf: CountryConf, plan: CountryPlan, given: Roles, generator: np.random.Generator
) -> tuple[Ints, Ints]:
    shares = real([row.share for row in conf.practice_kinds])
    # Spread evenly, so that a country of few practices has all kinds.
    draws = (generator.permutation(plan.practices) + 0.5) / plan.practices
    kind = picked(draws, shares)
    for practice, role in given.practice.items():
        if role in (parts.LENDS_GP, parts.SHARES_GP):
            kind[practice] = max(kind[practice], 1)
        if role == parts.SMALL:
            kind[practice] = 0
    lowest = whole([row.gps_from for row in conf.practice_kinds])[kind]
    highest = whole([row.gps_to for row in conf.practice_kinds])[kind]
    return kind, whole(generator.integers(lowest, highest + 1))


def _shares(
    conf: CountryConf, plan: CountryPlan, given: Roles, kind: Ints, generator: np.random.Generator
) -> Floats:
    size = real([row.relative_size for row in conf.practice_kinds])[kind]
    spread = real([row.size_sd for row in conf.practice_kinds])[kind]
    sizes = size * np.exp(spread * generator.standard_normal(plan.practices))
    small = given.with_role(parts.SMALL)
    if small is not None:
        planned = conf.number("small_practice_persons") / plan.persons
        sizes[small] = 0.0
        sizes[small] = sizes.sum() * planned / (1 - planned)
    shares: Floats = sizes / sizes.sum()
    return shares


def _lives(
    plan: CountryPlan, given: Roles, years: Ints
) -> tuple[list[datetime.date], list[datetime.date | None], Ints]:
    """Start and end in the register, and who has the persons outside them."""
    starts = [_BEFORE.replace(year=_BEFORE.year - int(y)) for y in years]
    ends: list[datetime.date | None] = [None] * plan.practices
    instead = np.arange(plan.practices, dtype=np.int64)
    started, before = given.with_role(parts.STARTED), given.with_role(parts.STARTED_FROM)
    if started is not None and before is not None:
        starts[started] = datetime.date(plan.last_year, 3, 1)
        instead[started] = before
    ended = given.with_role(parts.ENDED)
    if ended is not None:
        ends[ended] = datetime.date(plan.last_year, 12, 31)
    earlier, after = given.with_role(parts.ENDED_EARLIER), given.with_role(parts.TAKES_OVER)
    if earlier is not None and after is not None:
        ends[earlier] = datetime.date(plan.last_year - 1, 6, 30)
        instead[earlier] = after
    return starts, ends, instead


def _organisations(
    conf: CountryConf,
    plan: CountryPlan,
    given: Roles,
    lives: tuple[list[datetime.date], list[datetime.date | None]],
    register: agb.Register,
) -> Ints:
    titles = agb.names(conf, "Huisartsenpraktijk", plan.practices)
    codes = [agb.code_of("01", agb.PRACTICE, n) for n in range(plan.practices)]
    earlier, after = given.with_role(parts.ENDED_EARLIER), given.with_role(parts.TAKES_OVER)
    for n, code in enumerate(codes):
        is_followed = n == earlier and after is not None
        register.organisations.append(
            agb.Organisation(
                code, agb.PRACTICE, titles[n], lives[0][n], lives[1][n],
                end_reason="Overname" if is_followed else "Beëindigd" if lives[1][n] else "",
                successor=codes[after] if is_followed and after is not None else "",
            )
        )  # fmt: skip
    return whole([register.add(code) for code in codes])


def _gps(
    counts: Ints,
    numbers: Ints,
    starts: list[datetime.date],
    ends: list[datetime.date | None],
    given: Roles,
    register: agb.Register,
) -> tuple[Ints, Ints]:
    """The GPs of all practices in a row, and where each practice begins."""
    gps: list[int] = []
    for practice, number in enumerate(numbers):
        for _ in range(int(counts[practice])):
            code = agb.code_of("01", agb.GP, len(gps))
            gps.append(register.add(code))
            register.practitioners.append(
                agb.Practitioner(
                    code, register.codes[number], agb.GP, starts[practice], ends[practice]
                )
            )
    first = np.cumsum(counts) - counts
    # Two more rows of the register: one GP who is seen at both, and one who is not.
    for here, there in (
        (parts.LENDS_GP, parts.SHARES_GP),
        (parts.GP_ELSEWHERE, parts.ALSO_REGISTERED),
    ):
        home, other = given.with_role(here), given.with_role(there)
        if home is not None and other is not None:
            code = register.codes[gps[int(first[home] + counts[home]) - 1]]
            register.practitioners.append(
                agb.Practitioner(code, register.codes[numbers[other]], agb.GP, starts[other])
            )
    return whole(gps), whole(first)


def _lent(
    gps: Ints, first: Ints, counts: Ints, borrower: int, shared: int
) -> tuple[Ints, Ints, Ints]:
    """The same lists with one more GP at the borrowing practice."""
    counts = counts.copy()
    place = int(first[borrower] + counts[borrower])
    counts[borrower] += 1
    return np.insert(gps, place, shared), np.cumsum(counts) - counts, counts


def _locums(
    conf: CountryConf, numbers: Ints, register: agb.Register, generator: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Locums, each registered at two practices next to each other."""
    number = int(len(numbers) // conf.number("practices_per_locum"))
    at: list[list[int]] = [[] for _ in numbers]
    for n in range(number):
        code = agb.code_of("01", agb.LOCUM, n)
        locum = register.add(code)
        start = int(generator.integers(0, len(numbers)))
        for practice in sorted({start, (start + 1) % len(numbers)}):
            at[practice].append(locum)
            register.practitioners.append(
                agb.Practitioner(code, register.codes[numbers[practice]], agb.LOCUM, _BEFORE)
            )
    counts = whole([len(locums) for locums in at])
    return whole([locum for locums in at for locum in locums]), np.cumsum(counts) - counts, counts
