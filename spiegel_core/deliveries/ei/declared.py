"""A standard made of what conf/ei declares; every fault of a declaration is named at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spiegel_core.deliveries.ei.standard import EiField, EiRule, Place, Standard, Test, Unique
from spiegel_core.deliveries.findings import REFUSE_FILE, SET_LINE_ASIDE, WARN
from spiegel_core.errors import ConfUnusable

_PLAIN = ("filled", "empty", "absent")
_AGAINST_VALUES = ("not", "starts")
_AGAINST_FIELDS = (
    "same_as", "other_than", "on_or_after", "on_or_before", "at_most", "not_among", "sum_of",
    "at_least_sum_of", "product_of", "days_of",
)  # fmt: skip
# Without these no file can be recognised or closed.
_NEEDED = ("0101", "0102", "0103", "0104", "0201", "0401", "9901")
_KEYS = ("structure", "comments_on", "repeats", "signs", "rules", "unique", "care",
         "countries", "third_party", "standard", "version", "source")  # fmt: skip


def make_standard(
    name: str,
    version: str,
    rows: Iterable[Mapping[str, str]],
    common: Mapping[str, Any],
    own: Mapping[str, Any],
) -> Standard:
    """A standard of its layout and its rules.

    Args:
        name, version: as its files are named.
        rows: the layout, a mapping per field.
        common: what all standards share; what names fields this layout lacks is left out.
        own: what this standard declares itself.

    Raises:
        ConfUnusable: fields that overlap or leave a gap, unknown fields, tests or keys.
    """
    faults = [f"unknown key {key}" for key in (*common, *own) if key not in _KEYS]
    fields = tuple(_field(row, faults) for row in rows)
    known = {one.number for one in fields}
    records = {number[:2] for number in known}
    faults += _gaps(fields)
    faults += [f"field {number} is not there" for number in _NEEDED if number not in known]
    care = own.get("care", {})
    rules = [
        *(rule for rule in _rules(common, faults) if _named(rule) <= known),
        *_rules(own, faults),
    ]
    faults += [f"rule on {rule.field}: unknown field {number}"
               for rule in rules for number in sorted(_named(rule) - known)]  # fmt: skip
    if not care:
        faults += [f"rule on {rule.field}: no sorts of care are declared"
                   for rule in rules if "care" in rule.when]  # fmt: skip
    repeats, signs = (_pairs(common, own, key, known, faults) for key in ("repeats", "signs"))
    unique = tuple(
        one for source in (common, own) for one in _unique(source) if {*one.fields} <= known
    )
    if faults:
        raise ConfUnusable(
            f"ei/{name}_{version} is not usable", found="; ".join(faults),
            fix="repair the layout or the rules of this standard",
        )  # fmt: skip
    return Standard(
        name, version, fields, _places(own.get("structure") or common["structure"], records),
        frozenset(own.get("comments_on", common.get("comments_on", ()))), repeats, signs,
        tuple(rules), unique, str(care.get("field", "")),
        {sort: tuple(values) for sort, values in care.get("sorts", {}).items()},
        tuple(common.get("countries", ())), bool(own.get("third_party", False)),
    )  # fmt: skip


def _places(declared: Mapping[str, Any], records: set[str]) -> dict[str, Place]:
    return {
        code: Place(str(place["under"]), int(place.get("least", 0)), int(place.get("most", 0)))
        for code, place in declared.items()
        if code in records
    }


def _pairs(
    common: Mapping[str, Any], own: Mapping[str, Any], key: str, known: set[str],
    faults: list[str],
) -> dict[str, str]:  # fmt: skip
    """Field -> field of a record above; what names fields this layout lacks is left out."""
    declared = {**common.get(key, {}), **own.get(key, {})}
    pairs = {child: parent for child, parent in declared.items() if child in known}
    faults += [f"unknown field {number}" for number in pairs.values() if number not in known]
    return pairs


def _field(row: Mapping[str, str], faults: list[str]) -> EiField:
    if not row["field"].startswith(row["record"]) or row["type"] not in ("N", "AN"):
        faults.append(f"field {row['field']}: not of record {row['record']}, or not N or AN")
    values = tuple(value for value in row["values"].split("|") if value)
    return EiField(
        number=row["field"], name=row["name"], start=int(row["start"]), end=int(row["end"]),
        is_number=row["type"] == "N", obligation=row["obligation"], holds=row["holds"],
        zero_is_value=row["zero"] == "value", values=values, role=row["role"],
        source=row["source"],
    )  # fmt: skip


def _gaps(fields: tuple[EiField, ...]) -> list[str]:
    """Records whose fields do not follow on, or that end elsewhere than the others."""
    faults: list[str] = []
    ends: dict[str, int] = {}
    for one in fields:
        if one.start != ends.get(one.record, 0) + 1 or one.end < one.start:
            faults.append(f"field {one.number} does not follow on the one before it")
        ends[one.record] = one.end
    if len(set(ends.values())) > 1:
        faults.append("the records are not of one length")
    return faults


def _rules(declared: Mapping[str, Any], faults: list[str]) -> list[EiRule]:
    rules = []
    for raw in declared.get("rules", ()):
        try:
            when = {number: _test(test) for number, test in raw.get("when", {}).items()}
            must, also = _test(raw["must"]), tuple(raw.get("also", ()))
            field, says, source = str(raw["field"]), str(raw["says"]), str(raw["source"])
            consequence = str(raw.get("consequence", ""))
            rules.append(EiRule(field, when, must, says, source, also, consequence))
        except (KeyError, ValueError, AttributeError) as problem:
            faults.append(f"rule on {raw.get('field', '?')}: {problem}")
            continue
        if rules[-1].consequence not in ("", REFUSE_FILE, SET_LINE_ASIDE, WARN):
            faults.append(f"rule on {rules[-1].field}: unknown consequence")
    return rules


def _test(raw: Any) -> Test:
    """A test as declared: a word, a list of values, or a mapping of one word."""
    if isinstance(raw, str) and raw in _PLAIN:
        return Test(raw)
    if isinstance(raw, list):
        return Test("in", tuple(map(str, raw)))
    if isinstance(raw, dict) and len(raw) == 1:
        ((word, against),) = raw.items()
        if word in (*_AGAINST_VALUES, *_AGAINST_FIELDS):
            return Test(word, (against,) if isinstance(against, str) else tuple(map(str, against)))
    raise ValueError(f"unknown test {raw}")


def _named(rule: EiRule) -> set[str]:
    """The numbers of all fields a rule names."""
    named = {rule.field, *rule.also, *(key for key in rule.when if key != "care")}
    for test in (rule.must, *rule.when.values()):
        if test.word in _AGAINST_FIELDS:
            named.update(test.against)
    return named


def _unique(declared: Mapping[str, Any]) -> list[Unique]:
    return [
        Unique(tuple(raw["fields"]), {k: _test(t) for k, t in raw.get("unless", {}).items()},
               str(raw["says"]), str(raw["source"]))
        for raw in declared.get("unique", ())
    ]  # fmt: skip
