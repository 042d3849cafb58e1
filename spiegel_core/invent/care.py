"""All care of a piece of the country in a year, by groups of care types made together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spiegel_core.invent.bundles import Bundles, joined
from spiegel_core.invent.chain_care import chain_care
from spiegel_core.invent.country import Country
from spiegel_core.invent.diagnostics import diagnostics
from spiegel_core.invent.episodes import other_care, specialist_care
from spiegel_core.invent.gp_care import gp_care
from spiegel_core.invent.health import CONDITIONS, Health, diseases, health_of
from spiegel_core.invent.long_term_care import long_term_care
from spiegel_core.invent.medicines import medicines
from spiegel_core.invent.paramedical import paramedical_care
from spiegel_core.invent.people import People, people_of_piece
from spiegel_core.invent.residents import Residents, residents
from spiegel_core.invent.traits import Traits, traits_of

# Care types made together: their lines share a run of references. The largest come first, so
# that processes side by side end together.
GROUPS: dict[str, tuple[str, ...]] = {
    "F": ("farmacie",),
    "H": ("huisartsenzorg", "ketenzorg"),
    "D": ("eerstelijnsdiagnostiek",),
    "P": ("fysiotherapie", "oefentherapie", "logopedie", "paramedisch_overig"),
    "Z": ("medisch_specialistisch", "ggz", "wijkverpleging", "mondzorg", "verloskunde",
          "kraamzorg", "hulpmiddelen", "ziekenvervoer", "buitenland", "grz", "elv", "gzsp",
          "wlz"),
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """The persons of a piece with their lasting traits."""

    number: int
    people: People
    traits: Traits


@dataclass(frozen=True)
class PieceYear:
    """The residents of a piece in a year, and their health."""

    resident: Residents
    health: Health


def make_piece(country: Country, number: int) -> Piece:
    """Make the persons of a piece."""
    people = people_of_piece(country, number)
    known = len(diseases(country.conf))
    return Piece(number, people, traits_of(country, number, people, len(CONDITIONS), known))


def make_year(country: Country, piece: Piece, year: int) -> PieceYear:
    """The residents of a year."""
    resident = residents(country, piece.number, piece.people, piece.traits, year)
    return PieceYear(resident, health_of(country, piece.traits, resident))


def care_of_group(country: Country, piece: Piece, of_year: PieceYear, group: str) -> Bundles:
    """The care of a group of care types in a year."""
    parts = [_care(country, piece, of_year, care_type) for care_type in GROUPS[group]]
    return joined(parts)


def _care(country: Country, piece: Piece, of_year: PieceYear, care_type: str) -> Bundles:
    resident, health = of_year.resident, of_year.health
    makers: dict[str, Callable[[], Bundles]] = {
        "farmacie": lambda: medicines(country, resident, health),
        "huisartsenzorg": lambda: gp_care(country, piece.people, piece.traits, resident),
        "ketenzorg": lambda: chain_care(country, resident, health),
        "eerstelijnsdiagnostiek": lambda: diagnostics(country, resident),
        "wlz": lambda: long_term_care(country, resident),
        "medisch_specialistisch": lambda: joined(
            [specialist_care(country, resident, health), other_care(country, resident, care_type)]
        ),
    }
    if care_type in GROUPS["P"]:
        return paramedical_care(country, resident, care_type)
    return makers.get(care_type, lambda: other_care(country, resident, care_type))()
