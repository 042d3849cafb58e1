"""Cases of chronic conditions: each route alone, the limit of 180 daily doses, cost groups."""

from __future__ import annotations

from spiegel_core.invent.cases import COUNTED, Case, CaseLine, Scene, credit_of
from spiegel_core.invent.health import CONDITIONS, COPD, CVRM, DIABETES

# A medicine of each condition, whose units make 180 daily doses exactly.
_MEDICINE = {DIABETES: "A10BA02", COPD: "R03BB04", CVRM: "C08CA01"}
_PROGRAMME = {DIABETES: "DM2", COPD: "COPD", CVRM: "CVRM"}
_LIMIT = 180_000  # thousandths of a daily dose
_CENTS = 2_500


def condition_cases(scene: Scene) -> list[Case]:
    """The cases about conditions and pharmaceutical cost groups."""
    cases = [case for condition in CONDITIONS for case in _routes(scene, condition)]
    return [*cases, *_others(scene), *_cost_groups(scene)]


def _medicine(scene: Scene, atc: str, thousandths: int, month: int = 4) -> CaseLine:
    """One line with at least so many thousandths of a daily dose."""
    item = scene.item(f"atc:{atc}")
    per_unit = max(int(scene.country.items.ddd[item]), 1)
    units = -(-thousandths // per_unit)
    return scene.care(f"atc:{atc}", _CENTS, month=month, quantity=units)


def _groups_of(scene: Scene, *atcs: str) -> list[str]:
    """The pharmaceutical cost groups that the code lists give these medicines."""
    rows = scene.country.conf.cost_group_drugs
    return sorted({row.group for row in rows for atc in atcs if atc.startswith(row.atc)})


def _routes(scene: Scene, condition: str) -> list[Case]:
    here, fees = [scene.practice()], scene.fees()
    atc = _MEDICINE[condition]
    chain = scene.care(f"programme:{_PROGRAMME[condition]}", 5_000, month=4)
    visit = scene.care(f"condition:{condition}", 60_000)
    above, at = _medicine(scene, atc, _LIMIT + 1), _medicine(scene, atc, _LIMIT)
    groups = _groups_of(scene, atc)
    return [
        Case(f"{condition}_by_chain_care", "one quarter of chain care, nothing else",
             f"{condition}: yes", COUNTED, [*fees, chain], practices=here,
             shows=[f"{condition}:chain_care"]),
        Case(f"{condition}_by_drugs", "just above 180 daily doses, nothing else",
             f"{condition}: yes", COUNTED, [*fees, above], practices=here,
             shows=[f"{condition}:drugs"], cost_groups=groups),
        Case(f"{condition}_by_specialist", "a listed diagnosis, nothing else",
             f"{condition}: yes", COUNTED, [*fees, visit], practices=here,
             shows=[f"{condition}:specialist"]),
        Case(f"{condition}_at_the_limit", "exactly 180 daily doses",
             f"{condition}: no, strictly more is asked", COUNTED, [*fees, at], practices=here),
        Case(f"{condition}_in_two_lines", "180 daily doses and a little more in two lines",
             f"{condition}: yes, doses are summed", COUNTED,
             [*fees, _medicine(scene, atc, _LIMIT // 2), _medicine(scene, atc, _LIMIT // 2 + 1, 8)],
             practices=here, shows=[f"{condition}:drugs"], cost_groups=groups),
        Case(f"{condition}_taken_back", "above 180 daily doses until a credit is netted",
             f"{condition}: no", COUNTED, [*fees, above, credit_of(above, 4)], practices=here),
    ]  # fmt: skip


def _others(scene: Scene) -> list[Case]:
    here, fees = [scene.practice()], scene.fees()
    specialist = scene.care("specialism:0322", 40_000)
    return [
        Case("asthma_chain_care", "chain care for asthma", "sets no flag", COUNTED,
             [*fees, scene.care("programme:ASTMA", 3_700, month=4)], practices=here),
        Case("specialist_unlisted", "the lung specialist, a diagnosis that is not listed",
             "sets no flag", COUNTED, [*fees, specialist], practices=here),
        Case("combination_inhaler", "much R03AK, as asthma patients use it too",
             "COPD: yes, as conf has it", COUNTED,
             [*fees, _medicine(scene, "R03AK06", _LIMIT + 500)], practices=here,
             shows=["copd:drugs"], cost_groups=_groups_of(scene, "R03AK06")),
    ]  # fmt: skip


def _cost_groups(scene: Scene) -> list[Case]:
    here, fees = [scene.practice()], scene.fees()
    cancer = [_medicine(scene, "L01BC06", 60, month) for month in (2, 5, 8)]
    pairs = (
        ("psychose", "N05AH03", "depressie", "N06AB04"),
        ("copd", "R03BB04", "astma", "R03BA02"),
        ("reuma_tnf", "L04AB04", "reuma_overig", "L04AX03"),
    )
    cases = [
        Case("cancer_three_lines", "three prescription lines", "cost group kanker", COUNTED,
             [*fees, *cancer], practices=here, cost_groups=["kanker"]),
        Case("cancer_two_lines", "two prescription lines", "no cost group", COUNTED,
             [*fees, *cancer[:2]], practices=here),
        Case("kanker_and_hormoongevoelige_tumoren", "both cost groups",
             "the second is ruled out by the first", COUNTED,
             [*fees, *cancer, _medicine(scene, "L02BA01", _LIMIT + 1000)], practices=here,
             cost_groups=_groups_of(scene, "L01BC06", "L02BA01")),
    ]  # fmt: skip
    for first, first_atc, second, second_atc in pairs:
        lines = [_medicine(scene, atc, _LIMIT + 1000) for atc in (first_atc, second_atc)]
        cases.append(
            Case(f"{first}_and_{second}", "both cost groups",
                 "the second is ruled out by the first", COUNTED, [*fees, *lines],
                 practices=here, shows=["copd:drugs"] if first == "copd" else [],
                 cost_groups=_groups_of(scene, first_atc, second_atc))
        )  # fmt: skip
    return cases
