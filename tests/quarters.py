"""A store with deliveries of claims quarter after quarter, as insurers send them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from spiegel_core.deliveries.places import place_of
from tests.delivering import Delivery
from tests.door.test_receiving import Store

QUARTERS = tuple(f"{year}-Q{quarter}" for year in (2020, 2021) for quarter in (1, 2, 3, 4))
USUAL_LINES = 120


def of_quarter(name: str, lines: int = USUAL_LINES, **more: object) -> Delivery:
    """The delivery of a place, by its delivery_id: care of the first day of the quarter, of 1,000
    cents a line, declared by twelve practices; in GP care five of them declare registration fees
    and the others consults."""
    place = place_of(name)
    assert place is not None
    line = {
        "care_from": place.period_from.strftime("%Y%m%d"),
        "code_list": "008" if place.care_type == "huisartsenzorg" else "999",
        "paid_on": place.period_to.strftime("%Y%m%d"), "insurer": place.sender,
        "granted_cents": "1000", "claimed_cents": "9999999",
    }  # fmt: skip
    rows = [
        {**line, "practice": f"0100{practice:04d}", "code": "11000" if practice < 5 else "12011"}
        for practice in (number % 12 for number in range(lines))
    ]
    period = (str(place.period_from), str(place.period_to))
    usual = {"delivery_id": name, "sender": place.sender, "care_type": place.care_type}
    return Delivery(lines=rows, period=period, **{**usual, **more})  # type: ignore[arg-type]


def deliver(
    store: Store, folder: Path, senders: Iterable[str], care_types: Iterable[str],
    lines: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """Receive a delivery per sender, care type and quarter; `lines` says which have other numbers
    of lines, and 0 which does not come."""
    other = lines or {}
    for sender in senders:
        for care_type in care_types:
            for quarter in QUARTERS:
                name = f"{sender}-{care_type}-{quarter}"
                if other.get(name, USUAL_LINES):
                    of_quarter(name, other.get(name, USUAL_LINES)).write(folder)
    store.receive(folder)
