"""Missing deliveries and jumps agree with the slow way, whatever comes, and nothing gets lost."""

from __future__ import annotations

import datetime

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from spiegel_core.contracts.bronze import DELIVERY_TOTALS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.places import Place, place_of
from spiegel_core.deliveries.volume_metrics import volume_metrics
from spiegel_core.deliveries.volumes import Volumes, volumes_of
from tests.rules.volumes_drawn import rules

from .volumes import Delivered, judged

START = 12 * 2019
QUARTERS = [START + 3 * n for n in range(10)]


@st.composite
def delivered(draw: st.DrawFn) -> list[Delivered]:
    """Deliveries of three senders, most of them in most quarters, some of them in pieces; from the
    sixth quarter on one may be of nobody, or all that follow."""
    found: list[Delivered] = []
    silent = draw(st.sampled_from([(), QUARTERS[8:], *((quarter,) for quarter in QUARTERS[5:9])]))
    for sender in ("9101", "9102", "9103"):
        for quarter in sorted({*QUARTERS} - {*silent}):
            for _ in range(draw(st.sampled_from([1, 1, 1, 1, 1, 2, 0]))):
                line = st.tuples(st.integers(quarter - 8, quarter + 2), st.integers(-5, 30))
                found.append((sender, quarter, draw(st.lists(line, max_size=9))))
    return found


def ledger(deliveries: list[Delivered]) -> pa.Table:
    rows = []
    for load, (sender, quarter, _) in enumerate(deliveries):
        place = place_of(f"{sender}-ggz-{quarter // 12}-Q{quarter % 12 // 3 + 1}")
        assert place is not None
        rows.append({"load_id": load, **vars(place)})
    schema = pa.schema(
        [("load_id", pa.int64()), ("sender", pa.string()), ("care_type", pa.string()),
         ("period_from", pa.date32()), ("period_to", pa.date32())]
    )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema)


def totals(deliveries: list[Delivered]) -> pa.Table:
    """bronze.delivery_totals with a row per line: what is summed need not be summed already."""
    rows = [
        {"load_id": load, "care_year": month // 12, "care_month": month % 12 + 1, "cover": "B",
         "is_credit": cents < 0, "lines": 1, "quantity": 1, "granted_cents": abs(cents)}
        for load, (_, _, lines) in enumerate(deliveries)
        for month, cents in lines
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=arrow_schema(DELIVERY_TOTALS))


def volumes(deliveries: list[Delivered]) -> Volumes:
    return volumes_of(ledger(deliveries), totals(deliveries))


@settings(deadline=None)
@given(
    delivered(), st.integers(2019, 2021), st.integers(1, 4), st.sampled_from([0, 50, 67, 100]),
    st.integers(START + 12, QUARTERS[-1] + 8),
)  # fmt: skip
def test_volumes_agree_with_the_slow_way(
    deliveries: list[Delivered], year: int, fewest: int, others_percent: int, last_due: int
) -> None:
    conf = rules(fewest_lines=fewest, remembered_months=9, others_percent=others_percent)
    # Due two months later: on the last day before the third month.
    after = last_due + 3
    cut_off = datetime.date(after // 12, after % 12 + 1, 1) - datetime.timedelta(days=1)
    metrics = volume_metrics(volumes(deliveries), year, conf, cut_off)
    found = {
        name: (m["lines_percent"], m["cents_percent"], m["missing_per_million"])
        for name, m in metrics
        if any(value is not None for value in m.values())
    }
    by_hand = judged(deliveries, year, fewest, 9, others_percent, last_due)
    assert found == {
        f"{sender}-ggz-{quarter // 12}-Q{quarter % 12 // 3 + 1}": values
        for (sender, quarter), values in by_hand.items()
    }


@given(delivered(), st.randoms(use_true_random=False))
def test_volumes_are_the_same_in_every_order_and_hold_every_line(
    deliveries: list[Delivered], random: object
) -> None:
    held = volumes(deliveries)
    shuffled = list(deliveries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert volumes(shuffled).held == held.held
    of_years = [held.total("ggz", year) for year in range(2018, 2023)]
    assert sum(v.lines for v in of_years) == sum(len(lines) for _, _, lines in deliveries)
    assert sum(v.cents for v in of_years) == sum(c for *_, lines in deliveries for _, c in lines)


def test_lines_of_loads_that_do_not_count_are_left_out() -> None:
    deliveries: list[Delivered] = [("9101", START, [(START, 7)]), ("9101", START, [(START, 9)])]
    one = volumes_of(ledger(deliveries).slice(0, 1), totals(deliveries))
    place = Place("9101", "ggz", datetime.date(2019, 1, 1), datetime.date(2019, 3, 31))
    assert one.of_year(place, 2019) == (1, 7)
