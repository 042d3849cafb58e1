"""The gate on volumes: what deliveries hold of a report year beside what is usual; no Spark."""

from __future__ import annotations

import datetime

from spiegel_core.contracts.bronze import DELIVERIES, DELIVERY_TOTALS
from spiegel_core.contracts.files import CLAIMS
from spiegel_core.contracts.gold import PRODUCT
from spiegel_core.deliveries.volume_bounds import against_bounds
from spiegel_core.deliveries.volume_metrics import volume_metrics
from spiegel_core.deliveries.volumes import Volumes, volumes_of
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.gates import Gates, Members, Reading
from spiegel_core.runtime.tables import Tables

VOLUMES = "volumes"
VOLUME_COLUMNS = ("load_id", "sender", "care_type", "period_from", "period_to")


def judge_volumes(gates: Gates, conf: Conf, year: int, cut_off: datetime.date) -> None:
    """Judge every place that may hold care of the year; raises GateStopped where a bound says so.

    A year nobody delivered anything for is left to the gate on silver, which stops on it.
    """
    members = volume_metrics(read_volumes(gates.tables), year, conf.volumes(), cut_off)
    if members:
        gates.judge(VOLUMES, str(year), members, volume_reading(conf))


def volume_reading(conf: Conf) -> Reading:
    """Kept metrics held to the bounds of conf, at the date of the release in it."""

    def read(members: Members) -> Members:
        kept = [(name, dict(metrics)) for name, metrics in members]
        return against_bounds(kept, conf.volumes(), conf.product(PRODUCT).release_date)

    return Reading(read, conf.volumes_fingerprint())


def read_volumes(tables: Tables) -> Volumes:
    """The volumes of all deliveries of claims that count."""
    deliveries = tables.read(DELIVERIES, columns=VOLUME_COLUMNS, verdict="admitted", kind=CLAIMS)
    return volumes_of(deliveries, tables.read(DELIVERY_TOTALS))
