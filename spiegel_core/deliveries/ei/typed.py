"""The lines of a judged EI file that carry an amount, in the columns of silver.

Which field is which column the roles of the layout say. Names and addresses are not among them,
and the person becomes a pseudonym here. Nothing granted is known yet: that is for the return
message, so no mirror counts these lines.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from spiegel_core.contracts.files import NO_BSN
from spiegel_core.contracts.silver import DECLARED_LINES
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.deliveries.ei.judge import EiJudgement
from spiegel_core.deliveries.ei.records import (
    Kind,
    Kinds,
    Octets,
    holds_value,
    is_all,
    texts,
    whole_numbers,
)
from spiegel_core.deliveries.ei.standard import HEADER, EiField, Standard
from spiegel_core.deliveries.ei.words import days
from spiegel_core.deliveries.pseudonym import person_text, pseudonyms

_TEXTS = ("reference", "previous_reference", "code_list", "code", "performer", "referrer",
          "diagnosis_list", "diagnosis")  # fmt: skip
# Who is paid, by the code of field 0113.
_PAYEES = {"01": "service_bureau", "02": "practitioner", "03": "practice", "04": "institution"}
_DAY_ZERO = 719_163

Places = npt.NDArray[np.intp]


def type_declared(judgement: EiJudgement, person_key: bytes) -> pa.Table:
    """The lines not set aside, in the columns of silver.declared_lines, without `load_id`.

    In:   a judgement that does not refuse the file
    Out:  one row per record that carries an amount
    """
    schema = arrow_schema(DECLARED_LINES)
    schema = pa.schema([piece for piece in schema if piece.name != "load_id"])
    standard, kinds = judgement.standard, judgement.kinds
    if standard is None or kinds is None or "claimed" not in standard.roles:
        return schema.empty_table()
    (amount,) = standard.roles["claimed"]
    kind = kinds[amount.record]
    kept = np.flatnonzero(~np.isin(kind.at + 1, judgement.aside))
    reader = _Reader(standard, kinds, kind, kept)
    columns = {
        "line": pa.array(kind.at[kept] + 1, pa.int32()),
        "standard": pa.array([f"{standard.name} {standard.version}"] * len(kept), pa.string()),
        "is_credit": pa.array(holds_value(reader.block("claimed_sign"), "C")),
        "insurer": reader.text("person_insurer"),
        "declarant": reader.declarant(),
        "care_from": reader.day("care_from"),
        "care_product": reader.text("product"),
        "quantity": reader.number("quantity"),
        "claimed_cents": reader.number("claimed"),
        "invoiced_on": reader.day("invoice_on"),
        "person_id": reader.persons(person_key),
        **{name: reader.text(name) for name in _TEXTS},
    }
    columns["care_to"] = pc.coalesce(reader.day("care_to"), columns["care_from"])
    return pa.table([columns[name].cast(schema.field(name).type) for name in schema.names],
                    schema=schema)  # fmt: skip


class _Reader:
    """Columns of the kept records, read by role from the record itself or one above it."""

    def __init__(self, standard: Standard, kinds: Kinds, kind: Kind, kept: Places) -> None:
        self._standard = standard
        self._kinds = kinds
        self._kind = kind
        self._kept = kept

    def field(self, role: str) -> EiField | None:
        """The field of a role that stands nearest: in the record itself, or above it."""
        found = {one.record: one for one in self._standard.roles.get(role, ())}
        for code in (self._kind.code, *self._standard.above(self._kind.code)):
            if code in found:
                return found[code]
        return None

    def block(self, role: str) -> Octets:
        one = self.field(role)
        if one is None:
            return np.full((1, len(self._kept)), ord(" "), dtype=np.uint8)
        block = self._kinds[one.record].block(one)
        if one.record == self._kind.code:
            return block[:, self._kept]
        return block[:, self._kind.above[one.record][self._kept]]

    def text(self, role: str) -> pa.Array:
        """Text without its filling; null where it is spaces, or zeros of a number."""
        block, one = self.block(role), self.field(role)
        empty = is_all(block, " ")
        if one is not None and one.is_number:
            empty |= is_all(block, "0")
        values = pa.array([text.decode("latin-1").rstrip(" ") for text in texts(block).tolist()],
                          pa.string())  # fmt: skip
        return pc.if_else(pa.array(~empty), values, pa.scalar(None, pa.string()))

    def number(self, role: str) -> pa.Array:
        """A whole number; null where the standard has no such field."""
        if self.field(role) is None:
            return pa.nulls(len(self._kept), pa.int64())
        return pa.array(whole_numbers(self.block(role)), pa.int64())

    def day(self, role: str) -> pa.Array:
        """A date; null where the standard has no such field, or it is zeros."""
        block = self.block(role)
        if self.field(role) is None:
            return pa.nulls(len(self._kept), pa.date32())
        since = (days(block) - _DAY_ZERO).astype(np.int32)
        return pa.array(since, pa.int32(), mask=is_all(block, "0")).cast(pa.date32())

    def declarant(self) -> pa.Array:
        """AGB of the party the payment goes to."""
        header = self._kinds[HEADER]
        (payee,) = self._standard.roles["payee"]
        said = texts(header.block(payee))[0].decode("latin-1")
        return self.text(_PAYEES.get(said, ""))

    def persons(self, person_key: bytes) -> pa.Array:
        """Pseudonyms; each different person of the file is hashed once."""
        parts = [self.block(role) for role in ("bsn", "person_insurer", "insured_number")]
        different, places = np.unique(texts(np.concatenate(parts)), return_inverse=True)
        widths = np.cumsum([len(part) for part in parts])
        named = []
        for text in (raw.decode("latin-1").ljust(int(widths[-1])) for raw in different.tolist()):
            bsn, insurer, number = (
                text[: widths[0]], text[widths[0] : widths[1]], text[widths[1] :].rstrip(" "),
            )  # fmt: skip
            named.append(person_text(bsn, insurer, number, NO_BSN))
        hashed = pseudonyms(person_key, named)
        return pa.array(hashed[places, 0] if named else [], pa.int64())
