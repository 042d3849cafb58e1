"""The figures of conf are those of the reference, and years without ages follow their totals."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest

from spiegel_core.invent.plan import CountryPlan
from spiegel_core.runtime.conf import PROJECT, Conf
from spiegel_core.runtime.inventing import read_country_conf
from tests.invent.conftest import Made
from tests.invent.person_level import calibrated_pieces

_REFERENCE = PROJECT.parent / "shared" / "reference" / "national_marginals.json"


def test_a_small_country_is_calibrated_too_where_it_has_the_care(small: Made) -> None:
    """Where few persons have a care, no price is multiplied beyond the range of country.yml."""
    off = {}
    met = wanted = 0
    for row in small.truth("calibration.csv"):
        target, realised = int(row["target_cents"]), int(row["realised_cents"])
        if target > 0:
            off[tuple(row.values())[:4]] = realised / target - 1
            wanted += target
            met += target if abs(realised / target - 1) < 0.01 else 0

    assert met > 0.9 * wanted
    assert abs(statistics.median(off.values())) < 0.002


def test_other_years_cost_what_the_figures_say_of_them() -> None:
    plan = CountryPlan(100_000, 48, 2019, 2019, seed=1)
    country, pieces = calibrated_pieces(read_country_conf(Conf()), plan, 2019)

    years = sum(piece.insured_years for piece in pieces).sum()
    realised = sum(piece.realised for piece in pieces).sum(axis=1)
    # Vektis open data 2019: million euro and insured years (17,284,471.61).
    published = {"farmacie": 5030.47, "ggz": 3737.41, "huisarts_consult": 821.65,
                 "wijkverpleging": 3541.27}  # fmt: skip
    for segment, million_euro in published.items():
        place = country.targets.segments.index(segment)
        euro = realised[place] / 100 / years
        # A country of this size lacks rare care; age and sex differ a little between years.
        assert abs(euro / (million_euro * 1e6 / 17_284_471.61) - 1) < 0.04, (segment, euro)


@pytest.mark.skipif(not _REFERENCE.exists(), reason="the reference figures are not here")
def test_the_figures_were_taken_over_unchanged() -> None:
    reference = json.loads(Path(_REFERENCE).read_text(encoding="utf-8"))
    conf = read_country_conf(Conf())
    of_2021 = reference["age_sex"]["2021"]

    for row in conf.cost_2021:
        place = of_2021["age_classes"].index(row.age_class)
        assert of_2021["segment_per_vj"][row.sex][row.segment][place] == row.euro_per_insured_year
    for years in conf.insured_years:
        place = of_2021["age_classes"].index(years.age_class)
        assert of_2021["verzekerdejaren"][years.sex][place] == years.insured_years
    for cost in conf.cost_by_year:
        known = reference["totals_by_year"]["years"][str(cost.year)]
        assert known["segment_meur"][cost.segment] == cost.million_euro
