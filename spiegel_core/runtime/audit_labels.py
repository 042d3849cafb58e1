"""What an auditor's pages call things: characteristics, classes, reasons and outcomes (Dutch)."""

from __future__ import annotations

from spiegel_core.contracts.gold import PRODUCT
from spiegel_core.contracts.rules import OutcomeFile
from spiegel_core.engine.explain import AGE, SEX
from spiegel_core.engine.version_parts import is_of_family
from spiegel_core.population.factors import AGE_SEX, COST_GROUP, INCOME, NO, YES
from spiegel_core.population.practices import NATIONAL, REGIONAL
from spiegel_core.runtime.conf import Conf


def labels_of(conf: Conf, year: int) -> dict[str, str]:
    """Labels of characteristics, of `factor class`, of reasons and of editions (Dutch)."""
    product, rules = conf.product(PRODUCT), conf.rules(year)
    labels = {
        AGE: "Leeftijd", SEX: "Geslacht (binnen de leeftijden)", AGE_SEX: "Leeftijd en geslacht",
        INCOME: "Inkomen van de buurt", COST_GROUP: "Geneesmiddelengebruik (FKG)",
        NATIONAL: "landelijk", REGIONAL: "regionaal", **product.conditions, **product.reasons,
        "counted": "Tellen mee", **product.segments, **product.gp_care, **rules.specialisms,
    }  # fmt: skip
    labels |= {f"{INCOME} {name}": label for name, label in product.income.items()}
    labels |= {f"{COST_GROUP} {group.name}": group.label for group in rules.cost_groups}
    for name in product.conditions:
        labels |= {f"{name} {NO}": "nee", f"{name} {YES}": "ja"}
    return labels


def how_counted(content: OutcomeFile, name: str, labels: dict[str, str]) -> tuple[str, str]:
    """What an outcome counts, and its label, that of the product's pages where it stands on them.

    The conf of today may not have the outcome any more.
    """
    for row in content.outcomes:
        if is_of_family(row.name, name):
            before, _, after = row.name.partition("{value}")
            value = name[len(before) : len(name) - len(after)]
            label = row.label.format(value=value, label=labels.get(value, value))
            return row.counts, labels.get(name, label)
    return ("cents" if name.endswith("cost") else "quantity"), name
