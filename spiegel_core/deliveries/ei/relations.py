"""The declared rules of a standard, held against every record: conditions and relations."""

from __future__ import annotations

from spiegel_core.deliveries.ei.conditions import Conditions
from spiegel_core.deliveries.ei.marks import RELATION, VALUE, Marks
from spiegel_core.deliveries.ei.records import Kind, Kinds, Mask
from spiegel_core.deliveries.ei.standard import EiRule

# Rule of the catalogue and rank of a finding, by the word of the test that failed.
_RULES = {
    "filled": ("ei.condition.required", VALUE),
    "empty": ("ei.condition.empty", VALUE),
    "absent": ("ei.condition.record", VALUE),
    "in": ("ei.condition.value", VALUE),
    "not": ("ei.condition.value", VALUE),
    "starts": ("ei.condition.value", VALUE),
    "same_as": ("ei.relation.same", RELATION),
    "other_than": ("ei.relation.differs", RELATION),
    "on_or_after": ("ei.relation.dates", RELATION),
    "on_or_before": ("ei.relation.dates", RELATION),
    "days_of": ("ei.relation.days", RELATION),
    "at_most": ("ei.relation.amounts", RELATION),
    "product_of": ("ei.relation.product", RELATION),
    "sum_of": ("ei.relation.sum", RELATION),
    "at_least_sum_of": ("ei.relation.sum", RELATION),
    "not_among": ("ei.relation.credit_of_own_debit", RELATION),
}


def judge_rules(kinds: Kinds, conditions: Conditions, marks: Marks) -> None:
    """Judge the rules in their order; a field found wrong is not judged again."""
    standard = marks.standard
    telling = standard.care
    for declared in standard.rules:
        if declared.field == telling:
            _judge(kinds[declared.record], declared, conditions, marks)
    if telling:
        _mark_odd_care(kinds[telling[:2]], conditions, marks)
    # Sums come last: where a record beneath is wrong itself, its sum says nothing new.
    others = [declared for declared in standard.rules if declared.field != telling]
    for declared in sorted(others, key=lambda declared: declared.must.word == "sum_of"):
        _judge(kinds[declared.record], declared, conditions, marks)


def _judge(kind: Kind, declared: EiRule, conditions: Conditions, marks: Marks) -> None:
    if not len(kind):
        return
    applies = conditions.knows(kind, declared.field, declared.must)
    for number, test in declared.when.items():
        if not applies.any():
            return
        if number != "care":
            applies = applies & conditions.knows(kind, number, test)
        applies = applies & conditions.holds(kind, number, test)
    if not applies.any():
        return
    is_wrong = applies & ~conditions.holds(kind, declared.field, declared.must)
    if is_wrong.any():
        marks.by_rule(kind, declared, is_wrong, *_RULES[declared.must.word])


def _mark_odd_care(telling: Kind, conditions: Conditions, marks: Marks) -> None:
    """Records of another sort of care than most of those under the same care record."""
    own, of_care = conditions.own_sorts(telling), conditions.sorts(telling)
    odd: Mask = (own >= 0) & (of_care >= 0) & (own != of_care)
    marks.on_records(telling, marks.standard.care, odd, "ei.relation.one_care",
                     "names another sort of care than the records beside it", VALUE)  # fmt: skip
