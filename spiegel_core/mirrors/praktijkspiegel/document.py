"""The Praktijkspiegel of one practice: front page, chapters, explanation."""

from __future__ import annotations

import datetime

from spiegel_core.contracts.rules import NATIONAL_SPREAD
from spiegel_core.disclosure.small_cells import is_too_small
from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.numbers import dutch
from spiegel_core.mirrors.page_model import Document, Facts, Page, Text
from spiegel_core.mirrors.praktijkspiegel.characteristics import characteristics_page
from spiegel_core.mirrors.praktijkspiegel.costs import costs_page
from spiegel_core.mirrors.praktijkspiegel.front import front_page
from spiegel_core.mirrors.praktijkspiegel.gp_care import gp_page
from spiegel_core.mirrors.praktijkspiegel.names import printable
from spiegel_core.mirrors.praktijkspiegel.trend import trend_page
from spiegel_core.mirrors.praktijkspiegel.who_counts import who_counts_page

EDITION = "landelijke spiegelinformatie"
_MONTHS = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
           "oktober", "november", "december")  # fmt: skip


def praktijkspiegel(inputs: MirrorInputs) -> Document:
    """The whole document of a practice."""
    pages = (
        front_page(inputs),
        practice_page(inputs),
        who_counts_page(inputs),
        characteristics_page(inputs),
        costs_page(inputs),
        gp_page(inputs),
        trend_page(inputs),
        explanation_page(inputs),
    )
    product = inputs.product
    return Document(
        product.title, EDITION, _name(inputs), inputs.card.agb, inputs.year,
        f"versie {product.release}, {dutch_date(product.release_date)}", pages, origin(inputs),
    )  # fmt: skip


def _name(inputs: MirrorInputs) -> str:
    return printable(inputs.card.name, f"Praktijk {inputs.card.agb}")


def practice_page(inputs: MirrorInputs) -> Page:
    """What the register says about the practice."""
    card = inputs.card
    counted = inputs.own.persons.get("counted", 0)
    few = is_too_small(counted, inputs.smallest)
    (unknown_group,) = inputs.text("no_care_group")
    rows = (
        ("Praktijk", _name(inputs)),
        ("AGB-code", card.agb),
        ("In het register sinds", dutch_date(card.start)),
        ("Huisartsen die er werken", str(card.gps)),
        ("Zorggroep (diabetes)", printable(card.care_group_name or "", unknown_group)),
        ("Patiënten die meetellen", f"minder dan {inputs.smallest}" if few else dutch(counted)),
    )
    notes = [
        paragraph
        for number, name in ((card.gps_elsewhere, "gps_elsewhere"), (card.locums, "locums"))
        if number
        for paragraph in inputs.text(name, number=str(number))
    ]
    day = dutch_date(inputs.rules.reference_date)
    return Page(
        "Over uw praktijk",
        (Facts(rows), Text((*inputs.text("practice", reference_day=day), *notes))),
        starts_page=False,
    )


def explanation_page(inputs: MirrorInputs) -> Page:
    """How the numbers are made, what they can and cannot say, and where they come from."""
    vintage = inputs.origin.income_vintage
    return Page(
        "Toelichting en bronnen",
        (
            Text(inputs.text("expected"), "Hoe berekenen we wat verwacht is?"),
            Text(_intervals(inputs), "Wat zegt het interval?"),
            Text(inputs.text("per_patient"), "Per patiënt en per gebruiker"),
            Text(inputs.text("privacy"), "Waarom ontbreken er soms cijfers?"),
            Text(inputs.text("sources", income_vintage=vintage), "Bronnen"),
        ),
    )


def _intervals(inputs: MirrorInputs) -> tuple[str, ...]:
    """What an interval says, and of whose differences it is made."""
    is_national = inputs.amount_interval == NATIONAL_SPREAD
    whose = inputs.text("intervals_national_spread") if is_national else ()
    return (*inputs.text("intervals"), *whose)


def origin(inputs: MirrorInputs) -> tuple[tuple[str, str], ...]:
    """What the document was made from, for who wants to check it."""
    made = inputs.origin
    return (
        ("Rapportjaar", str(inputs.year)),
        ("Declaraties betaald tot en met", dutch_date(made.data_until)),
        ("Peildatum van de uitgave", dutch_date(made.cut_off)),
        ("Model", f"{inputs.product.title.lower()}-{inputs.year}, versie {made.model_version}"),
        ("Gewichten (SHA-256)", made.weights_sha256),
        ("Regels (SHA-256)", made.conf_sha256),
        ("Programma", made.code_version),
    )


def dutch_date(day: datetime.date) -> str:
    """A date in words.

    Example:
        >>> dutch_date(datetime.date(2021, 7, 1))
        '1 juli 2021'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
