"""A country whose every number of a person is a canary, and deliveries that bring them wrongly."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
import string
from pathlib import Path

from spiegel_core.contracts.files import NO_BSN
from tests.canaries.scanning import LETTERS, Scanner
from tests.delivering import Delivery, register
from tests.ei.building import EiFile, gz321, written
from tests.pipeline.small_country import PACKING

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


@dataclasses.dataclass
class Canaries:
    """Gives out canaries, always the same ones, and remembers them."""

    seed: int = 1
    bsns: dict[str, str] = dataclasses.field(default_factory=dict)
    words: dict[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def bsn(self, of: str) -> str:
        """The canary in the place of a number; one in ten begins with a zero."""
        if of not in self.bsns:
            while not _passes(number := self._number()) or number in self.bsns.values():
                pass
            self.bsns[of] = number
        return self.bsns[of]

    def word(self, of: str) -> str:
        """The canary in the place of an insured number: letters only, no chance finds them."""
        if of not in self.words:
            self.words[of] = "".join(self._random.choices(string.ascii_uppercase, k=LETTERS))
        return self.words[of]

    def scanner(self) -> Scanner:
        return Scanner(frozenset(self.bsns.values()), frozenset(self.words.values()))

    def _number(self) -> str:
        least = 10_000_000 if self._random.random() < 0.1 else 100_000_000
        return f"{self._random.randrange(least, 10 * least):09d}"


def _passes(number: str) -> bool:
    digits = [int(digit) for digit in number]
    return sum(w * d for w, d in zip(_WEIGHTS, digits, strict=True)) % 11 == 0


def planted(deliveries: Path, canaries: Canaries) -> None:
    """Put a canary in the place of every number of a person in the deliveries of a country."""
    for manifest in sorted(deliveries.rglob("*.manifest.json")):
        stem = manifest.name.removesuffix(".manifest.json")
        for data in sorted(manifest.parent.glob(f"{stem}.csv*")):
            unpack, pack = PACKING[data.suffix]
            head, *lines = unpack(data.read_bytes()).split(b"\n")
            names = head.decode().rstrip("\r").split(";")
            if "bsn" not in names:
                continue
            places = names.index("bsn"), names.index("insured_number")
            data.write_bytes(
                pack(b"\n".join([head, *[_of(line, places, canaries) for line in lines]]))
            )
            said = json.loads(manifest.read_text(encoding="utf-8"))
            said["sha256"] = hashlib.sha256(data.read_bytes()).hexdigest()
            manifest.write_text(json.dumps(said), encoding="utf-8")


def _of(line: bytes, places: tuple[int, int], canaries: Canaries) -> bytes:
    cells = line.decode().split(";")
    if len(cells) <= max(places):
        return line
    at_bsn, at_number = places
    if cells[at_bsn].isdigit() and cells[at_bsn] != NO_BSN:
        cells[at_bsn] = canaries.bsn(cells[at_bsn])
    cells[at_number] = canaries.word(cells[at_number])
    return ";".join(cells).encode()


def ei_of_canaries(canaries: Canaries) -> EiFile:
    """An EI file whose persons, names and one invoice number are canaries."""
    file = gz321()
    for code, values in file.records:
        place = "0203" if code == "02" else f"{code}03"
        if code != "98" and values.get(place, "").isdigit():
            values[place] = canaries.bsn(f"ei {values[place]}")
        if code == "02":
            values["0210"] = canaries.word(f"name {place}")
    file.header["0116"] = canaries.bsn("ei invoice")
    return file


def wrong_deliveries(folder: Path, canaries: Canaries) -> list[Path]:
    """Files that are refused, each bringing canaries where they do not belong."""
    one = canaries.bsn
    spoilt = [
        {"bsn": f"{one('letter')[:8]}X"}, {"bsn": f" {one('space')}"}, {"bsn": f"{one('long')}0"},
        {"bsn": one("short").lstrip("0")[:8]}, {"bsn": str(int(one("test")) + 1).rjust(9, "0")},
        {"care_from": one("date")}, {"insurer": one("insurer")}, {"practice": one("practice")},
        {"performer": one("performer")}, {"granted_cents": one("cents")}, {"cover": one("cover")},
        {"code_list": one("list")}, {"diagnosis": one("diagnosis"), "diagnosis_list": "001"},
        {"quantity": one("quantity")}, {"debit_credit": one("sign")}, {"line": one("line")},
        {"insured_number": f"{canaries.word('too long')}MORETHANFIFTEEN"},
    ]  # fmt: skip
    usual = [{"bsn": one(f"usual {n}"), "insured_number": canaries.word(f"usual {n}")}
             for n in range(10)]  # fmt: skip
    made = [
        Delivery(lines=[*spoilt, *usual], delivery_id="broken-lines").write(folder, "broken"),
        Delivery(lines=usual, delivery_id="totals", manifest={"debit_cents": 1}).write(
            folder, f"totals-{one('file name')}"),
        Delivery(lines=usual, delivery_id=f"a?{one('id')}").write(folder, "wrong-id"),
        Delivery(lines=usual, delivery_id="sender", manifest={"sender": one("sender")}).write(
            folder, "wrong-sender"),
        Delivery(lines=usual, delivery_id="key", manifest={one("key"): one("value")}).write(
            folder, "wrong-key"),
        register("insured", [{**line, "postcode4": one("postcode")} for line in usual]).write(
            folder, "wrong-register"),
        Delivery(lines=usual, delivery_id="header",
                 text=";".join([one("header"), *["1"] * 22]) + "\n").write(folder, "wrong-header"),
    ]  # fmt: skip
    alone = folder / f"alone-{one('alone')}.csv"
    alone.write_text(one("unread"), encoding="utf-8")
    (folder / f"{one('neither')}.pdf").write_text(one("neither"), encoding="utf-8")
    ei = ei_of_canaries(canaries)
    ei.records[0][1]["0203"] = one("ei wrong")
    made.append(written(folder, f"wrong-{one('ei name')}.asc", ei))
    return [*made, alone]
