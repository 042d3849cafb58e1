"""What the audit of one expected value is made from, what of it is shown, and its picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from spiegel_core.disclosure.class_counts import FactorCounts, Hidden, hidden_classes
from spiegel_core.disclosure.small_cells import users_may_be_shown
from spiegel_core.engine.explain import AGE, SEX, Explanation
from spiegel_core.mirrors.audit.units import Unit
from spiegel_core.mirrors.numbers import dutch, shown
from spiegel_core.mirrors.page_model import DECIMALS
from spiegel_core.mirrors.waterfall import Bar, Waterfall
from spiegel_core.population.factors import AGE_SEX, COST_GROUP

TOGETHER = "together"


@dataclass(frozen=True)
class Explained:
    """What the audit of one expected value is made from.

    Args:
        agb, name, year, version: the practice, the report year, the version of the model.
        outcome, label, measure: what is expected, by name and as in documents.
        unit: how its values are shown.
        found: the explanation; None where no person of the practice counts.
        observed, users: what the persons had, and how many had any of it.
        national: what all persons of the nation had together.
        reasons: persons with a fee at the practice per reason.
        availability: why the practice has no mirror, per edition.
        labels: of characteristics, classes and reasons.
        age_bands: ages and sexes that a mirror shows as one, by their name there.
        smallest: smallest number that may be shown; 0 shows all, for an audit inside the house.
        origin: what the tables were made from.
    """

    agb: str
    name: str
    year: int
    version: int
    outcome: str
    label: str
    measure: str
    unit: Unit
    found: Explanation | None
    observed: int
    users: int
    national: int
    reasons: Mapping[str, int]
    availability: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    age_bands: Mapping[str, Sequence[str]]
    smallest: int
    origin: tuple[tuple[str, str], ...]


def hidden_of(inputs: Explained, found: Explanation) -> Hidden:
    """What is not shown; nothing is hidden in an audit inside the house."""
    factors: dict[str, dict[str, int]] = {}
    for part in found.classes:
        factors.setdefault(part.row.factor, {})[part.row.name] = part.persons
    counts = {
        name: FactorCounts(persons, False, 2, inputs.age_bands) if name == AGE_SEX
        else FactorCounts(persons, name == COST_GROUP)
        for name, persons in factors.items()
    }  # fmt: skip
    return hidden_classes(counts, found.persons, inputs.smallest)


def steps_of(found: Explanation, together: Iterable[str]) -> dict[str, Fraction]:
    """The contributions as they are shown: those of some characteristics as one sum."""
    joined = {one for name in together for one in ((AGE, SEX) if name == AGE_SEX else (name,))}
    shown_alone = {n: v for n, v in found.contributions.items() if n not in joined}
    if not joined:
        return shown_alone
    whole = sum((v for n, v in found.contributions.items() if n in joined), Fraction(0))
    return shown_alone | {TOGETHER: whole}


def rounding_rest(inputs: Explained, found: Explanation, hidden: Hidden) -> Decimal:
    """What the rounded steps lack of the rounded difference; the exact ones lack nothing."""
    shown_steps = (inputs.unit.shown(v) for v in steps_of(found, hidden.together).values())
    ends = inputs.unit.shown(found.expected_per_person) - inputs.unit.shown(found.mean)
    return ends - sum(shown_steps)


def observed_may_be_shown(inputs: Explained, found: Explanation) -> bool:
    return users_may_be_shown(inputs.users, found.persons, inputs.smallest)


def waterfall_of(inputs: Explained, found: Explanation) -> Waterfall:
    """The picture of the waterfall; its numbers are those of the table."""
    unit, hidden = inputs.unit, hidden_of(inputs, found)
    places = DECIMALS[unit.kind]

    def bar(label: str, value: Fraction, is_total: bool = False) -> Bar:
        kind = unit.kind if is_total else f"{unit.kind}_difference"
        text = shown(unit.shown(value), kind, places)
        return Bar(label, value * unit.factor, text, is_total)

    bars = [bar("Landelijk gemiddelde", found.mean, True)]
    bars += [bar(label_of(inputs, name, hidden), step)
             for name, step in steps_of(found, hidden.together).items()]  # fmt: skip
    bars.append(bar("Verwacht voor de praktijk", found.expected_per_person, True))
    if observed_may_be_shown(inputs, found):
        bars.append(bar("Werkelijk", Fraction(inputs.observed, found.persons), True))
    return Waterfall(
        inputs.label, f"{inputs.agb}, {inputs.year}, modelversie {inputs.version}, "
        f"{dutch(found.persons)} patiënten", unit.per_person, bars,
    )  # fmt: skip


def label_of(inputs: Explained, name: str, hidden: Hidden) -> str:
    if name != TOGETHER:
        return characteristic(inputs, name)
    if len(hidden.together) == 1:
        return characteristic(inputs, *hidden.together)
    return f"{len(hidden.together)} kenmerken met kleine aantallen samen"


def characteristic(inputs: Explained, factor: str) -> str:
    return inputs.labels.get(factor, factor)
