"""In which quarters a resident can be in a chain-care programme."""

from __future__ import annotations

import numpy as np

from spiegel_core.invent.arrays import Flags
from spiegel_core.invent.country import Country
from spiegel_core.invent.residents import NOWHERE, Residents

DIABETES_PROGRAMME = "DM2"


def open_quarters(country: Country, resident: Residents, programme: str) -> Flags:
    """Residents x quarters: registered, at a practice whose group declares the programme.

    Two situations need more. Whoever belongs to a practice without diabetes care has none from
    an earlier practice either, or the practice would be linked to that one's group. And two
    groups share a practice evenly only if all its patients have all quarters.
    """
    declarers = country.groups.declarers(programme, resident.year)
    fee = resident.fee_practice
    declared = np.stack(
        [declarers[quarter][fee[:, quarter]] != 0 for quarter in range(fee.shape[1])], axis=1
    )
    is_open: Flags = (fee != NOWHERE) & declared
    if programme == DIABETES_PROGRAMME:
        own = fee[:, 2]
        all_year = (fee == own[:, None]).all(axis=1)
        is_tied = np.isin(own, country.roles.tied)
        never = np.isin(own, country.roles.without_diabetes) | (is_tied & ~all_year)
        is_open &= ~never[:, None]
    return is_open
