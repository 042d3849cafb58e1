"""What the store says of one delivery, arrived or not: years, segments, practices and documents.

Of persons nothing is read: claim lines give the AGB codes of who declared, and only their number
leaves this module.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.files import CLAIMS
from spiegel_core.contracts.gold import DOCUMENTS, MODEL_VERSIONS, PRODUCT
from spiegel_core.contracts.gold_runs import STEPS
from spiegel_core.contracts.silver import CLAIM_LINES
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.named import named_delivery, place_of_arrival
from spiegel_core.deliveries.places import Place
from spiegel_core.deliveries.reach import (
    ADMITTED,
    YearReached,
    parts_of_years,
    standing_of,
    year_reached,
)
from spiegel_core.deliveries.volumes import NOTHING, Volumes, volumes_of
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.ledger_table import read_ledger
from spiegel_core.runtime.steps import READ_BY_EVERY_YEAR, default_cut_off
from spiegel_core.runtime.tables import Tables
from spiegel_core.runtime.volume_gate import VOLUME_COLUMNS, read_volumes

WITH, WITHOUT, UNKNOWN = "with it", "without it", "from other inputs"
_GP_CARE, _INSURED = "huisartsenzorg", "insured"
_NEVER_COUNTED = ("refused", "waiting", "never came")


@dataclass(frozen=True)
class DocumentsMade:
    """How many practices have documents of a year, and whether the delivery is in them: with it,
    without it, or from other inputs (data, conf or code), so that nobody can say."""

    practices: int
    made: str


@dataclass(frozen=True)
class Reach:
    """What a delivery touches.

    Args:
        name: as it was asked for.
        standing: admitted, refused, conflict, waiting, copy, superseded, or never came.
        arrivals: its rows of the ledger.
        place: where it belongs; None for a register, and where nobody can tell.
        earlier: how many earlier periods it is measured on.
        years: the report years it touches.
        segments: segments of the mirror it is part of.
        outcomes: cost outcomes it is part of.
        declarers: how many declared such care to the sender in the earlier periods.
        practices: how many general practices had registration fees from the sender in them.
        documents: by report year.
    """

    name: str
    standing: str
    arrivals: tuple[Arrival, ...]
    place: Place | None
    earlier: int = 0
    years: tuple[YearReached, ...] = ()
    segments: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    declarers: int = 0
    practices: int = 0
    documents: tuple[tuple[int, DocumentsMade], ...] = ()


@dataclass(frozen=True)
class Reaching:
    """The store as one delivery is looked up in it.

    Args:
        tables, conf: the store and its configuration.
        is_up_to_date: whether the documents of a year are of the data as they are now.
    """

    tables: Tables
    conf: Conf
    is_up_to_date: Callable[[int], bool]

    def reach(self, name: str) -> Reach:
        """What a delivery touches, by whatever name `named_delivery` knows it."""
        ledger = read_ledger(self.tables)
        arrivals, place = named_delivery(ledger, name)
        standing = standing_of(_verdicts(arrivals))
        if place is None:
            years = [self._of_register(year, standing) for year in self._register_years(arrivals)]
            every = tuple(dict.fromkeys(c.segment for c in self.conf.care_types() if c.segment))
            segments = every if years else ()
            return Reach(
                name, standing, arrivals, None, 0, tuple(years), segments,
                self._cost_outcomes(segments), 0, 0, self._documents(years, standing),
            )  # fmt: skip
        totals, volumes = self.tables.read(DELIVERY_TOTALS), read_volumes(self.tables)
        rules, release_date = self.conf.volumes(), self.conf.product(PRODUCT).release_date
        earlier = volumes.earlier(place, rules.remembered_months.value)
        parts = parts_of_years(
            volumes, place, standing, earlier, self._own(arrivals, place, totals),
            sum(a.lines_set_aside for a in arrivals if a.verdict == ADMITTED),
        )  # fmt: skip
        years = [
            year_reached(volumes, place, year, part, rules, release_date, self._cut_off(year))
            for year, part in parts.items()
        ]
        segments = tuple(
            c.segment for c in self.conf.care_types() if c.name == place.care_type and c.segment
        )
        return Reach(
            name, standing, arrivals, place, len(earlier), tuple(years), segments,
            self._cost_outcomes(segments), self._declared_by(ledger, earlier),
            self._practices(ledger, place, earlier), self._documents(years, standing),
        )  # fmt: skip

    def _cut_off(self, year: int) -> datetime.date:
        """The cut-off date the year was last computed for; of one that never was, the usual."""
        rows = self.tables.read(MODEL_VERSIONS, report_year=year, product=PRODUCT).to_pylist()
        newest = max(rows, key=lambda row: int(row["version"]), default=None)
        if newest is None:
            return default_cut_off(year)
        return datetime.date.fromisoformat(str(newest["cut_off"]))

    def _register_years(self, arrivals: Sequence[Arrival]) -> list[int]:
        """The report years a register is read for: the insured of their own, others of all."""
        manifests = [a.manifest for a in arrivals if a.manifest is not None]
        if any(m.kind == _INSURED for m in manifests):
            return sorted({m.period_from.year for m in manifests})
        if any(m.kind in READ_BY_EVERY_YEAR for m in manifests):
            return sorted(set(self.tables.read(STEPS, ["report_year"])["report_year"].to_pylist()))
        return []

    def _of_register(self, year: int, standing: str) -> YearReached:
        counts = standing not in (*_NEVER_COUNTED, "conflict")
        why = "nothing of it is missing" if counts else (
            "what a year lacks of a register is judged by the gates on silver and gold"
        )  # fmt: skip
        return YearReached(year, None, None, NOTHING, None, 0, True if counts else None, why)

    def _own(self, arrivals: Sequence[Arrival], place: Place, totals: pa.Table) -> Volumes:
        """The lines of the delivery itself that were written: those that count, if any do."""
        verdict = {a.load_id: a.verdict for a in arrivals if a.load_id is not None}
        loads = [load for load in verdict if verdict[load] == ADMITTED] or list(verdict)
        claims = self.tables.read(DELIVERIES, columns=VOLUME_COLUMNS, kind=CLAIMS)
        rows = claims.filter(pc.is_in(claims["load_id"], pa.array(loads, pa.int64())))
        return Volumes({place: {}, **volumes_of(rows, totals).held})

    def _cost_outcomes(self, segments: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            row.name
            for row in self.conf.outcomes().outcomes
            if row.counts == "cents" and set(segments) & set(row.where.get("segment", []))
        )

    def _declared_by(self, ledger: Sequence[Arrival], places: Sequence[Place]) -> int:
        return len(self._declarers(_loads(ledger, places)))

    def _practices(
        self, ledger: Sequence[Arrival], place: Place, earlier: Sequence[Place]
    ) -> int:  # fmt: skip
        """General practices with registration fees that the sender delivered in these periods."""
        of_gps = [Place(place.sender, _GP_CARE, one.period_from, one.period_to) for one in earlier]
        if not earlier:
            return 0
        codes = self.conf.rules(place.period_from.year).numbers.registration_fee_codes
        is_fee = (pc.field("code_list") == "008") & pc.field("code").isin(codes)
        return len(self._declarers(_loads(ledger, of_gps), is_fee))

    def _declarers(self, loads: Iterable[int], also: pc.Expression | None = None) -> set[str]:
        is_wanted = pc.field("load_id").isin(pa.array(sorted(loads), pa.int64()))
        return self.tables.different(
            CLAIM_LINES, "practice", is_wanted if also is None else is_wanted & also
        )

    def _documents(
        self, years: Sequence[YearReached], standing: str
    ) -> tuple[tuple[int, DocumentsMade], ...]:
        return tuple((one.year, self._documents_of(one.year, standing)) for one in years)

    def _documents_of(self, year: int, standing: str) -> DocumentsMade:
        rows = self.tables.read(
            DOCUMENTS, columns=["provider", "version"], report_year=year, product=PRODUCT
        )
        newest = pc.max(rows["version"])
        providers = rows.filter(pc.equal(rows["version"], newest))["provider"]
        if standing in _NEVER_COUNTED:
            made = WITHOUT
        elif not self.is_up_to_date(year):
            made = UNKNOWN
        else:
            made = WITHOUT if standing == "conflict" else WITH
        return DocumentsMade(len(providers.unique()), made)


def _verdicts(arrivals: Sequence[Arrival]) -> dict[str, list[str]]:
    """Verdicts by delivery; a file nobody could read is one of its own."""
    found = defaultdict(list)
    for arrival in arrivals:
        manifest = arrival.manifest
        name = arrival.file if manifest is None else f"id {manifest.delivery_id}"
        found[name].append(arrival.verdict or "")
    return found


def _loads(ledger: Sequence[Arrival], places: Iterable[Place]) -> set[int]:
    """Loads that count, of deliveries that belong to these places."""
    wanted = set(places)
    return {
        a.load_id
        for a in ledger
        if a.verdict == ADMITTED and a.load_id is not None and place_of_arrival(a) in wanted
    }
