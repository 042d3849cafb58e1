"""The Praktijkspiegel of one practice: front page, chapters, explanation."""

from __future__ import annotations

import datetime
from decimal import Decimal

from spiegel_core.mirrors.inputs import MirrorInputs
from spiegel_core.mirrors.numbers import dutch, shown
from spiegel_core.mirrors.page_model import Document, Facts, Page, Points, Text
from spiegel_core.mirrors.praktijkspiegel.characteristics import characteristics_page
from spiegel_core.mirrors.praktijkspiegel.compare import (
    AS_EXPECTED,
    Line,
    in_words,
    is_outside,
    number_in,
)
from spiegel_core.mirrors.praktijkspiegel.costs import cost_lines, costs_page
from spiegel_core.mirrors.praktijkspiegel.gp_care import gp_lines, gp_page
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
        product.title, EDITION, inputs.card.name, inputs.card.agb, inputs.year,
        f"versie {product.release}, {dutch_date(product.release_date)}",
        tuple(page for page in pages if page is not None), origin(inputs),
    )  # fmt: skip


def front_page(inputs: MirrorInputs) -> Page:
    """The three things to take away, and what the document is for."""
    points = (_on_total(inputs), _on_segment(inputs), _on_gp_care(inputs))
    return Page(
        "In het kort",
        (
            Points(points, "Drie punten om te onthouden"),
            Text(inputs.text("purpose"), "Waar is deze spiegel voor?"),
        ),
    )


def _on_total(inputs: MirrorInputs) -> tuple[str, str]:
    (name,) = inputs.product.total
    line = next(one for one in cost_lines(inputs) if one.outcome == name)
    return (
        "De totale kosten",
        f"De zorg voor uw patiënten kostte in {inputs.year} gemiddeld "
        f"{_euro(number_in(line.observed))} per patiënt. Voor een praktijk met uw patiënten "
        f"verwachten we {_euro(number_in(line.expected))}. {_verdict(inputs, line)}",
    )


def _on_segment(inputs: MirrorInputs) -> tuple[str, str]:
    """The segment with the largest clear difference in euros per patient."""
    clear = [
        line
        for line in cost_lines(inputs)
        if line.outcome in inputs.product.segments
        and not line.is_hidden
        and is_outside(inputs.compared(line.outcome))
    ]
    if not clear:
        return (
            "De soorten zorg",
            "Bij geen enkele soort zorg is het verschil met verwacht zo groot dat toeval "
            "uitgesloten lijkt.",
        )
    line = max(clear, key=lambda one: (abs(number_in(one.difference)), one.outcome))
    more = "meer" if number_in(line.difference) > 0 else "minder"
    others = len(clear) - 1
    also = (
        ""
        if others == 0
        else f" Ook bij {'één andere soort' if others == 1 else f'{others} andere soorten'} zorg "
        "is er een duidelijk verschil."
    )  # fmt: skip
    return (
        line.label,
        f"Het grootste duidelijke verschil zit bij {_lower(line.label)}: "
        f"{_euro(abs(number_in(line.difference)))} per patiënt {more} dan verwacht. "
        f"{_verdict(inputs, line)}{also}",
    )


def _on_gp_care(inputs: MirrorInputs) -> tuple[str, str]:
    """The contact group whose index is clearly furthest from 100."""
    clear = [
        line
        for line in gp_lines(inputs)
        if not line.is_hidden and is_outside(inputs.compared(line.outcome))
    ]
    if not clear:
        return (
            "Huisartsenzorg",
            "Uw patiënten hadden ongeveer zo veel contacten en verrichtingen als verwacht; geen "
            "verschil is zo groot dat toeval uitgesloten lijkt.",
        )
    line = max(clear, key=lambda one: (abs(number_in(one.index) - 100), one.outcome))
    return (
        "Huisartsenzorg",
        f"{line.label}: {dutch(number_in(line.observed))} per 1.000 patiënten, waar we er "
        f"{dutch(number_in(line.expected))} verwachten. {_verdict(inputs, line)}",
    )


def _verdict(inputs: MirrorInputs, line: Line) -> str:
    words = in_words(inputs.compared(line.outcome))
    sentence = f"Dat verschil is {words}" if words == AS_EXPECTED else f"Dat is {words}"
    return f"{sentence} (index {line.index.value}, 95%-interval {line.interval.value or '–'})."


def practice_page(inputs: MirrorInputs) -> Page:
    """What the register says about the practice."""
    card = inputs.card
    rows = [
        ("Praktijk", card.name),
        ("AGB-code", card.agb),
        ("In het register sinds", dutch_date(card.start)),
        ("Huisartsen die er werken", str(card.gps)),
        ("Zorggroep (diabetes)", card.care_group_name or "geen, of niet te bepalen"),
        ("Patiënten die meetellen", dutch(inputs.own.persons.get("counted", 0))),
    ]
    notes = [
        f"Niet getoond: {number} {what}."
        for number, what in (
            (card.gps_elsewhere, "huisarts(en) die ook bij een andere praktijk zijn geregistreerd "
             "en daar ook op inschrijftarieven staan"),
            (card.locums, "waarnemend(e) huisarts(en)"),
        )
        if number
    ]  # fmt: skip
    day = dutch_date(inputs.rules.reference_date)
    return Page(
        "Over uw praktijk",
        (Facts(tuple(rows)), Text((*inputs.text("practice", reference_day=day), *notes))),
    )


def explanation_page(inputs: MirrorInputs) -> Page:
    """How the numbers are made, what they can and cannot say, and where they come from."""
    vintage = inputs.origin.income_vintage
    return Page(
        "Toelichting en bronnen",
        (
            Text(inputs.text("expected"), "Hoe berekenen we wat verwacht is?"),
            Text(inputs.text("intervals"), "Wat zegt het interval?"),
            Text(inputs.text("privacy"), "Waarom ontbreken er soms cijfers?"),
            Text(inputs.text("sources", income_vintage=vintage), "Bronnen"),
        ),
    )


def origin(inputs: MirrorInputs) -> tuple[tuple[str, str], ...]:
    """What the document was made from, for who wants to check it."""
    made = inputs.origin
    return (
        ("Rapportjaar", str(inputs.year)),
        ("Declaraties betaald tot en met", dutch_date(made.data_until)),
        ("Peildatum", dutch_date(made.cut_off)),
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


def _euro(value: Decimal) -> str:
    return shown(value, "euro", 0)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
