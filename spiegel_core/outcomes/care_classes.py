"""Classes of care: lines the rules of a year cannot tell apart share a class.

A line of claims is looked at once, to find its class; from there on a person has some ten to
thirty rows instead of hundreds of lines. The classes follow from conf and the list of medicines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spiegel_core.contracts.rules import YearRules

FEE, GP_CARE, CHAIN_CARE = "fee", "gp_care", "chain_care"
MEDICINE, SPECIALIST, TEST = "medicine", "specialist", "test"
# A class number is the care type's place times this, plus the item's number.
_ITEMS_PER_CARE_TYPE = 100_000


@dataclass(frozen=True)
class Item:
    """What the rules can tell about a line, apart from its care type.

    Args:
        kind: fee, gp_care, chain_care, medicine, specialist or test; empty for nothing.
        name: code group, programme, ATC second level, specialism or kind of test.
        cost_groups: pharmaceutical cost groups a medicine belongs to.
        conditions: chronic conditions it points at, each by the item's own route.
    """

    kind: str = ""
    name: str = ""
    cost_groups: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True)
class CareClass:
    """A class of care: a care type with an item."""

    number: int
    care_type: str
    segment: str | None
    item: Item

    @property
    def labels(self) -> dict[str, str]:
        """The labels outcomes may ask for, as far as the class has them."""
        labels = {"care_type": self.care_type}
        if self.segment:
            labels["segment"] = self.segment
        name_of = {GP_CARE: "gp_care", CHAIN_CARE: "chain_care", TEST: "tests",
                   SPECIALIST: "specialism", MEDICINE: "medicine_group"}  # fmt: skip
        if self.item.kind in name_of:
            labels[name_of[self.item.kind]] = self.item.name
        return labels


@dataclass(frozen=True)
class CareClasses:
    """All classes of care of a report year.

    Args:
        items: every item with its number; number 0 is "nothing the rules tell apart".
        classes: every class that can occur.
    """

    items: tuple[Item, ...]
    classes: tuple[CareClass, ...]

    def number_of(self, item: Item) -> int:
        return self.items.index(item)

    def of_kind(self, kind: str) -> dict[str, int]:
        """Item numbers of a kind by name (medicines and specialists share names; not for them)."""
        return {item.name: number for number, item in enumerate(self.items) if item.kind == kind}


def class_number(care_type_place: int, item_number: int) -> int:
    """The number of a class.

    Example:
        >>> class_number(3, 17)
        300017
    """
    return care_type_place * _ITEMS_PER_CARE_TYPE + item_number


def medicine_item(atc: str, rules: YearRules) -> Item:
    """What the rules can tell about a medicine by its ATC code.

    Example:
        An ATC of C09AA02 belongs to group C09 and points at cvrm.
    """
    groups = tuple(g.name for g in rules.cost_groups if atc.startswith(g.atc) and g.atc)
    conditions = tuple(
        name
        for name in rules.condition_names
        if any(
            atc.startswith(source.code)
            for source in rules.conditions
            if source.condition == name and source.route == "drugs"
        )
    )
    return Item(MEDICINE, atc[:3], groups, conditions)


def specialist_item(specialism: str, diagnosis: str | None, rules: YearRules) -> Item:
    """What the rules can tell about specialist care by its specialism and diagnosis."""
    conditions = tuple(
        source.condition
        for source in rules.conditions
        if source.route == "specialist"
        and source.specialism == specialism
        and source.code == diagnosis
    )
    return Item(SPECIALIST, specialism, (), conditions)


def care_classes(rules: YearRules, atc_codes: Iterable[str]) -> CareClasses:
    """All classes of care of a report year.

    Args:
        rules: the rules of the year.
        atc_codes: ATC codes of the list of medicines.

    Returns:
        The classes, in an order that depends on conf and the medicines only.
    """
    by_kind = {
        FEE: [Item(FEE, "registration")],
        GP_CARE: [Item(GP_CARE, name) for name in sorted({c.group for c in rules.gp_care})],
        CHAIN_CARE: _chain_items(rules),
        TEST: [Item(TEST, name) for name in sorted({t.kind for t in rules.tests})],
        MEDICINE: sorted({medicine_item(atc, rules) for atc in atc_codes}, key=_item_order),
        SPECIALIST: _specialist_items(rules),
    }
    items = (Item(), *(item for kind in by_kind.values() for item in kind))
    only_in = {
        MEDICINE: {"farmacie"},
        SPECIALIST: {"medisch_specialistisch"},
        TEST: {"eerstelijnsdiagnostiek"},
    }
    classes = tuple(
        CareClass(class_number(place, number), care_type.name, care_type.segment, item)
        for place, care_type in enumerate(rules.care_types)
        for number, item in enumerate(items)
        if care_type.name in only_in.get(item.kind, {care_type.name})
    )
    return CareClasses(items, classes)


def _chain_items(rules: YearRules) -> list[Item]:
    sources = [source for source in rules.conditions if source.route == "chain_care"]
    by_programme = {source.code: (source.condition,) for source in sources}
    programmes = {"DM2", "COPD", "ASTMA", "CVRM", *by_programme}
    return [Item(CHAIN_CARE, p, (), by_programme.get(p, ())) for p in sorted(programmes)]


def _specialist_items(rules: YearRules) -> list[Item]:
    listed = [(s.specialism, s.code) for s in rules.conditions if s.route == "specialist"]
    known = {specialist_item(specialism, None, rules) for specialism in rules.specialisms}
    with_condition = {specialist_item(str(s), code, rules) for s, code in listed}
    return sorted(known | with_condition, key=_item_order)


def _item_order(item: Item) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return (item.kind, item.name, item.cost_groups, item.conditions)
