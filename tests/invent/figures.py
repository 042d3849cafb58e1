"""What care costs in the figures, by segment of the mirror."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from spiegel_core.invent.arrays import Floats
from spiegel_core.invent.cells import CELLS, cell_name
from spiegel_core.runtime.conf import Conf
from spiegel_core.runtime.inventing import read_country_conf

# Segments of open data, by the segment of the mirror. Open data has diagnostics asked for by GPs
# inside specialist care, so the two are compared together.
SPECIALIST = "medisch_specialistisch"
SEGMENTS = {
    "huisarts_inschrijftarief": "huisartsenzorg", "huisarts_consult": "huisartsenzorg",
    "huisarts_overig": "huisartsenzorg", "huisarts_mdz": "huisartsenzorg",
    "farmacie": "farmacie", "ggz": "ggz", "wijkverpleging": "wijkverpleging",
    "fysiotherapie": "fysiotherapie", "medisch_specialistische_zorg": SPECIALIST,
}  # fmt: skip


def wanted_by_cell() -> dict[str, Floats]:
    """Eurocents per insured year in the figures: segment of the mirror x cell."""
    wanted: dict[str, Floats] = defaultdict(lambda: np.zeros(CELLS))
    cells = {cell_name(cell): cell for cell in range(CELLS)}
    for row in read_country_conf(Conf()).cost_2021:
        cell = cells[row.age_class, row.sex]
        wanted[SEGMENTS.get(row.segment, "overig")][cell] += 100 * row.euro_per_insured_year
    return wanted
