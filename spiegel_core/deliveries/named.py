"""A delivery as somebody names it: by its id, by a file, or by where it belongs."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from spiegel_core.contracts.files import CLAIMS
from spiegel_core.deliveries.ledger import Arrival
from spiegel_core.deliveries.manifest import data_stem
from spiegel_core.deliveries.places import Place, place_of
from spiegel_core.errors import WrongUse


def named_delivery(
    ledger: Sequence[Arrival], name: str
) -> tuple[tuple[Arrival, ...], Place | None]:
    """The arrivals of a name, and where they belong.

    Args:
        ledger: everything that ever arrived.
        name: a delivery_id; the name of a file, with or without its ending; or sender, care type
            and period, which is every arrival that belongs there.

    Returns:
        The arrivals, none for what never came; and their place, None for a register, or where no
        manifest and no name tells it.

    Raises:
        WrongUse: nothing of that name arrived, and it is no sender, care type and period.
    """
    arrivals = tuple(a for a in ledger if name in _names(a))
    if arrivals:
        places = [place for place in map(place_of_arrival, arrivals) if place is not None]
        has_manifest = any(a.manifest is not None for a in arrivals)
        return arrivals, places[0] if places else None if has_manifest else _told_by(arrivals)
    place = place_of(name)
    if place is None:
        known = sorted({n for a in ledger for n in _names(a)})
        nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
        raise WrongUse(
            "no delivery of that name arrived", found=name[:100], expected=", ".join(nearest),
            fix="name one that never came by sender, care type and period: 9101-farmacie-2021-Q3",
        )  # fmt: skip
    return tuple(a for a in ledger if place_of_arrival(a) == place), place


def place_of_arrival(arrival: Arrival) -> Place | None:
    """Where a delivery of claims belongs by its manifest; None for what is none, or unread."""
    manifest = arrival.manifest
    if manifest is None or manifest.kind != CLAIMS or manifest.care_type is None:
        return None
    return Place(
        manifest.sender, manifest.care_type, manifest.period_from, manifest.period_to
    )  # fmt: skip


def _told_by(arrivals: Sequence[Arrival]) -> Place | None:
    """The place that names of files tell, where no manifest does."""
    places = [place_of(name) for a in arrivals for name in sorted(_names(a))]
    return next((place for place in places if place is not None), None)


def _names(arrival: Arrival) -> set[str]:
    file = arrival.file.split("/")[-1]
    names = {arrival.file, file, data_stem(file) or file}
    return names if arrival.manifest is None else names | {arrival.manifest.delivery_id}
