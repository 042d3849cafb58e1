"""What goes wrong on the way in, by design: revisions, a refused file, a copy, broken lines.

Only the first piece of the country has incidents, so that their number does not grow with it.
Whatever happens, the lines that count in the end are the right ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from spiegel_core.contracts.files import CLAIM_FIELDS, NO_BSN
from spiegel_core.invent.country import Country
from spiegel_core.invent.deliveries import Slot
from spiegel_core.invent.packing import GZIP, PLAIN, ZSTD, Content, SentFile, sent

ADMITTED, SUPERSEDED, REFUSED, COPY = "admitted", "superseded", "refused", "copy"
_PLACE = {field.name: place for place, field in enumerate(CLAIM_FIELDS)}
# Lines a file must have for each broken line in it, so that it is not refused as a whole.
_LINES_PER_DEFECT = 50
_REVISED = (("huisartsenzorg", 0, 2), ("farmacie", 1, 4))
_REFUSED_FIRST = ("fysiotherapie", 0, 1)
_COPIED = ("hulpmiddelen", 0, 3)
_WITH_ZSTD, _PLAINLY = ("ggz", 0), ("wijkverpleging", 1)
# A number of the right length that fails the 11-test.
_NO_REAL_BSN = "111111111"


@dataclass(frozen=True)
class Sent:
    """A delivery that was sent, and what the door should make of it.

    Args:
        files: data file and manifest.
        content: what is in it.
        revision, verdict: the verdict after everything has come in.
        set_aside: line, rule and field of each line that is set aside.
        why: the incident; empty when there is none.
    """

    files: Sequence[SentFile]
    content: Content
    revision: int = 1
    verdict: str = ADMITTED
    set_aside: tuple[tuple[int, str, str], ...] = ()
    why: str = ""

    def without_bytes(self) -> Sent:
        """The same, as a record of what was sent."""
        files = [dataclasses.replace(file, content=b"") for file in self.files]
        content = dataclasses.replace(self.content, body=b"")
        return dataclasses.replace(self, files=files, content=content)


@dataclass(frozen=True)
class _Defect:
    """One broken line: fields that are replaced, and the rule that finds it."""

    care_type: str
    insurer: int
    quarter: int
    rule: str
    field: str
    changes: dict[str, str]


_DEFECTS = (
    _Defect("huisartsenzorg", 0, 1, "field.bsn", "bsn", {"bsn": _NO_REAL_BSN}),
    _Defect("huisartsenzorg", 0, 1, "field.date", "care_from", {"care_from": "20210231"}),
    _Defect("huisartsenzorg", 0, 3, "field.form", "code", {"code": "a1"}),
    _Defect("huisartsenzorg", 1, 2, "claims.indication_misplaced", "indication",
            {"indication": "001"}),
    _Defect("huisartsenzorg", 1, 3, "line.quote", "", {"insured_number": 'V-"1"'}),
    _Defect("farmacie", 0, 2, "claims.specialism_misplaced", "specialism",
            {"specialism": "0313"}),
    _Defect("farmacie", 0, 2, "field.form", "quantity", {"quantity": "1,5"}),
    _Defect("farmacie", 1, 3, "field.missing", "practice", {"practice": ""}),
    _Defect("farmacie", 1, 1, "claims.granted_above_claimed", "granted_cents",
            {"claimed_cents": "0", "granted_cents": "100"}),
    _Defect("medisch_specialistisch", 0, 3, "claims.diagnosis_pair", "diagnosis_list",
            {"diagnosis_list": "", "diagnosis": "101"}),
    _Defect("medisch_specialistisch", 1, 2, "claims.care_to_before_from", "care_to",
            {"care_to": "20060101"}),
    _Defect("eerstelijnsdiagnostiek", 0, 2, "claims.paid_outside_period", "paid_on",
            {"paid_on": "20991231"}),
    _Defect("eerstelijnsdiagnostiek", 1, 4, "claims.credit_without_previous",
            "previous_reference", {"debit_credit": "C", "previous_reference": ""}),
    _Defect("ketenzorg", 0, 2, "claims.chain_programme", "code", {"code": "DM1"}),
    _Defect("fysiotherapie", 0, 3, "field.form", "cover", {"cover": "X"}),
    _Defect("hulpmiddelen", 1, 2, "claims.care_before_2006", "care_from",
            {"care_from": "20051231", "care_to": ""}),
)  # fmt: skip


def sent_files(country: Country, slot: Slot, content: Content, has_incidents: bool) -> list[Sent]:
    """Everything that is sent for a delivery, with what the door should make of each."""
    ending = _ending(country, slot)
    if not has_incidents or slot.year != country.plan.last_year:
        return [Sent(sent(content, slot.folder, ending=ending), content)]
    place = (slot.care_type, country.insurers.index(slot.insurer), slot.quarter)
    content, aside = _with_defects(place, content)
    if place in _REVISED:
        first = _first_version(content)
        return [
            Sent(sent(first, slot.folder, ending=ending), first, 1, SUPERSEDED,
                 why="a later revision takes its place"),
            Sent(sent(content, slot.folder, revision=2, ending=ending), content, 2,
                 set_aside=aside, why="takes the place of revision 1"),
        ]  # fmt: skip
    if place == _REFUSED_FIRST:
        return [
            Sent(sent(content, slot.folder, ending=ending, wrong_rows=1), content, 1, REFUSED,
                 why="the manifest names a line too many"),
            Sent(sent(content, slot.folder, revision=2, ending=ending), content, 2,
                 set_aside=aside, why="comes again repaired"),
        ]  # fmt: skip
    if place == _COPIED:
        again = dataclasses.replace(content, delivery_id=content.delivery_id + "-again")
        return [
            Sent(sent(content, slot.folder, ending=ending), content, set_aside=aside),
            Sent(sent(again, slot.folder, ending=ending), again, 1, COPY,
                 why="the same lines under another delivery_id"),
        ]  # fmt: skip
    return [Sent(sent(content, slot.folder, ending=ending), content, set_aside=aside)]


def _ending(country: Country, slot: Slot) -> str:
    place = (slot.care_type, country.insurers.index(slot.insurer))
    return ZSTD if place == _WITH_ZSTD else PLAIN if place == _PLAINLY else GZIP


def _first_version(content: Content) -> Content:
    """The delivery as it was sent first: its last line is missing and one amount differs."""
    header, *lines = content.body.decode().splitlines()
    kept = lines[:-1]
    if not kept:
        return content
    fields = kept[0].split(";")
    for name in ("claimed_cents", "granted_cents"):
        fields[_PLACE[name]] = str(int(fields[_PLACE[name]]) + 100)
    return _content_of([";".join(fields), *kept[1:]], header, content)


def _with_defects(
    place: tuple[str, int, int], content: Content
) -> tuple[Content, tuple[tuple[int, str, str], ...]]:
    """The delivery with its broken lines at the end; each is a copy of a line before it."""
    wanted = [d for d in _DEFECTS if (d.care_type, d.insurer, d.quarter) == place]
    wanted = wanted[: content.rows // _LINES_PER_DEFECT]
    if not wanted:
        return content, ()
    header, *lines = content.body.decode().splitlines()
    aside = []
    for number, defect in enumerate(wanted):
        fields = lines[number].split(";")
        fields[_PLACE["line"]] = str(len(lines) + 1)
        fields[_PLACE["reference"]] = "B" + fields[_PLACE["reference"]]
        fields[_PLACE["bsn"]] = NO_BSN
        for name, text in defect.changes.items():
            fields[_PLACE[name]] = text
        lines.append(";".join(fields))
        aside.append((len(lines), defect.rule, defect.field))
    return _content_of(lines, header, content), tuple(aside)


def _content_of(lines: list[str], header: str, content: Content) -> Content:
    """The delivery with other lines; its totals are those of the lines."""
    totals = {"D": 0, "C": 0}
    for line in lines:
        fields = line.split(";")
        totals[fields[_PLACE["debit_credit"]]] += int(fields[_PLACE["granted_cents"]])
    return dataclasses.replace(
        content, body=("\n".join([header, *lines]) + "\n").encode(), rows=len(lines),
        debit_cents=totals["D"], credit_cents=totals["C"],
    )  # fmt: skip
