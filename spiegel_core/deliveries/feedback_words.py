"""The Dutch of feedback: what a verdict means, and the facts of a finding in the sender's words.

A finding's message says its facts in the words of the code. The title of its rule, in the
catalogue, already says in Dutch what is wrong; here only what the title cannot know is said.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Verdict(NamedTuple):
    """What a verdict is called, what it means, and what the sender can do.

    An action that is empty is the repair of the rule that decided.
    """

    name: str
    meaning: str
    action: str


_ADMITTED = Verdict(
    "Toegelaten", "Alle regels van deze levering tellen mee.", "U hoeft niets te doen."
)
_WITH_WARNINGS = Verdict(
    "Toegelaten",
    "Alle regels van deze levering tellen mee. Wel viel ons iets op.",
    "Kijk of de bevindingen kloppen. Kloppen de regels, dan hoeft u niets te doen.",
)
_SET_ASIDE = Verdict(
    "Toegelaten, met regels apart gezet",
    "De levering telt mee, behalve de regels die apart zijn gezet. Die staan op het blad "
    "Bevindingen.",
    "Verbeter deze regels en stuur de hele levering opnieuw, met een hoger revisienummer.",
)
# An EI file carries what was claimed, has no revision, and comes again as another invoice.
_KEPT = Verdict(
    "Toegelaten",
    "Alle records van dit bestand zijn bewaard. Het zijn gedeclareerde bedragen: zij tellen in "
    "geen spiegel mee.",
    "U hoeft niets te doen.",
)
_KEPT_WITH_WARNINGS = _KEPT._replace(
    action="Kijk of de bevindingen kloppen. Kloppen de records, dan hoeft u niets te doen."
)
_KEPT_IN_PART = Verdict(
    "Toegelaten, met records apart gezet",
    "Dit bestand is bewaard, behalve de records die apart zijn gezet. Die staan op het blad "
    "Bevindingen. Het zijn gedeclareerde bedragen: zij tellen in geen spiegel mee.",
    "Verbeter deze records en declareer ze opnieuw, in een bestand met een eigen factuurnummer.",
)
_REFUSED_EI = Verdict(
    "Geweigerd",
    "Geen enkel record van dit bestand is overgenomen.",
    "Herstel wat op de bladen Per regel en Bevindingen staat, en stuur het hele bestand opnieuw. "
    "Het factuurnummer mag hetzelfde blijven.",
)
_OTHERS = {
    "refused": Verdict(
        "Geweigerd",
        "Geen enkele regel van dit bestand telt mee. Een eerdere revisie die was toegelaten, "
        "blijft gelden.",
        "Herstel wat op de bladen Per regel en Bevindingen staat, en stuur het hele bestand "
        "opnieuw. Het revisienummer mag hetzelfde blijven.",
    ),
    "superseded": Verdict(
        "Vervangen", "Een hogere revisie van deze levering telt. Deze revisie telt niet mee.", ""
    ),
    "skipped": Verdict(
        "Overgeslagen",
        "Deze levering was al ontvangen, met dezelfde inhoud. Er is niets veranderd.",
        "",
    ),
    "copy": Verdict(
        "Kopie",
        "De regels zijn dezelfde als die van een andere levering. Zij tellen één keer mee, en "
        "niet in deze levering.",
        "",
    ),
    "conflict": Verdict(
        "Tegenstrijdig",
        "Van deze revisie is meer dan één inhoud ontvangen. Geen van beide telt mee.",
        "",
    ),
    "waiting": Verdict(
        "Wacht", "De levering is nog niet compleet. Er is nog niets van gebruikt.", ""
    ),
}  # fmt: skip

FOLLOWS = {
    "stop": "de verwerking stopt",
    "refuse_file": "bestand geweigerd",
    "set_line_aside": "regel apart gezet",
    "warn": "waarschuwing",
    "none": "mededeling",
}

# The messages of the code that hold a fact, and that fact in Dutch. Others hold none.
_FACTS = tuple(
    (re.compile(pattern), dutch)
    for pattern, dutch in (
        (r"the manifest says \w+ ([\d,]+), the file has ([\d,]+)", r"manifest \1, bestand \2"),
        (r"is not of its form: .* \((.*)\)", r"verwachte vorm \1"),
        (r"the line numbers are not gapless: (\d+) differ, .*",
         r"aantal nummers dat afwijkt: \1, dit is het eerste"),
        (r"([\d,]+) of ([\d,]+) lines would be set aside, more than (\d+%)",
         r"\1 van de \2 regels, meer dan \3"),
        (r"the header line .*: (\d+) fields instead of (\d+)", r"\1 velden in plaats van \2"),
        (r"the header line .*: it differs from the field (\w*) on", r"wijkt af vanaf veld \1"),
        (r"the file is empty: .*", "het bestand is leeg"),
        (r"is longer than ([\d,]+) bytes", r"langer dan \1 bytes"),
        (r"(?:unpacks to more|larger) than ([\d,]+) bytes", r"meer dan \1 bytes"),
        (r"unpacks to more than (\d+) times its packed size", r"meer dan \1 keer zo groot"),
        (r"packed, but its name does not say so", "ingepakt, maar de naam zegt dat niet"),
        (r"an empty file is no (\w+) file", r"een leeg bestand is geen \1-bestand"),
        (r"the (\w+) file is damaged", r"het \1-bestand is beschadigd"),
        (r"the (\w+) file is cut off", r"het \1-bestand is afgebroken"),
        (r"\d+ unknown key\(s\): not shown", "de naam ervan tonen wij niet"),
        (r"\d+ unknown key\(s\): (.*)", r"\1"),
        (r"\w+ must be one of (.*)", r"verwacht: een van \1"),
        (r"\w+ must be a whole number from (\d+)", r"verwacht: een heel getal vanaf \1"),
        (r"\w+ must be a date as (.*)", r"verwacht: een datum als \1"),
        (r"\w+ must be (\d+) digits", r"verwacht: \1 cijfers"),
        (r"\w+ must be (\d+) hexadecimal digits", r"verwacht: \1 hexadecimale cijfers"),
        (r"delivery_id must be .*",
         "verwacht: 1 tot en met 100 letters, cijfers of . _ : / -, zonder spatie aan de randen"),
        (r'\w+ must be "?([^"]*)"?', r"verwacht: \1"),
        (r"period_to lies before period_from", "period_to ligt voor period_from"),
        (r"the period of a register .*", "de periode van een register is een kalenderjaar"),
        (r"is not 1 to (\d+) days", r"verwacht: 1 tot en met \1"),
        (r"add up to more than (\d+) days .*", r"meer dan \1 dagen"),
        (r"revision (\d+) takes its place", r"revisie \1 telt"),
        (r"revision (\d+) came with (\d+) different contents .*",
         r"revisie \1 kwam met \2 verschillende inhouden"),
        (r"waits for its (manifest|data file)", r"er ontbreekt nog: \1"),
    )
)  # fmt: skip


def said_of(verdict: str, is_ei: bool, lines_set_aside: int, warnings: int) -> Verdict:
    """What a verdict of the ledger says to its sender.

    Example:
        >>> said_of("admitted", False, 0, 0).action
        'U hoeft niets te doen.'
    """
    if verdict == "refused" and is_ei:
        return _REFUSED_EI
    if verdict != "admitted":
        return _OTHERS[verdict]
    if lines_set_aside:
        return _KEPT_IN_PART if is_ei else _SET_ASIDE
    if warnings:
        return _KEPT_WITH_WARNINGS if is_ei else _WITH_WARNINGS
    return _KEPT if is_ei else _ADMITTED


def facts(message: str) -> str:
    """The facts of a message in Dutch; empty where its rule already says all.

    Example:
        >>> facts("the manifest says rows 1,200, the file has 7"), facts("is no real date")
        ('manifest 1.200, bestand 7', '')
    """
    for pattern, dutch in _FACTS:
        if pattern.fullmatch(message):
            said = pattern.sub(dutch, message)
            return re.sub(r"(?<=\d),(?=\d{3}\b)", ".", said).replace("data file", "databestand")
    return ""
