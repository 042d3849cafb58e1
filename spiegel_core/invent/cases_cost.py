"""Cases of cost: around the limits of high cost, and credits that settle or wait."""

from __future__ import annotations

from spiegel_core.invent.cases import (
    COUNTED,
    HIGH_COST,
    NEVER_SENT,
    Case,
    CaseLine,
    Scene,
    credit_of,
    total_of,
)

GGZ, DISTRICT, PHYSIOTHERAPY, LONG_TERM = "ggz", "wijkverpleging", "fysiotherapie", "wlz"
HOSPITAL = "specialism:0303"


def cost_cases(scene: Scene, ggz_limit: int, total_limit: int) -> list[Case]:
    """The cases about high cost (rule 5) and corrections.

    Args:
        scene: where they take place.
        ggz_limit, total_limit: of the last year (eurocents).
    """
    return [*_limit_cases(scene, ggz_limit, total_limit), *_beyond_cases(scene, total_limit),
            *_credit_cases(scene), *_waiting_cases(scene)]  # fmt: skip


def _up_to(scene: Scene, total: int, *lines: CaseLine) -> list[CaseLine]:
    """Fees, these lines, and a hospital line that makes the total exactly so much."""
    known = [*scene.fees(), *lines]
    return [*known, scene.care(HOSPITAL, total - total_of(known), month=6)]


def _limit_cases(scene: Scene, ggz_limit: int, total_limit: int) -> list[Case]:
    here = [scene.practice()]
    return [
        Case("ggz_at_the_limit", "GGZ cost exactly at the limit", "counts: strictly more is high",
             COUNTED, [*scene.fees(), scene.care_of(GGZ, ggz_limit)], practices=here),
        Case("ggz_a_cent_above", "GGZ cost a cent above the limit", "high cost", HIGH_COST,
             [*scene.fees(), scene.care_of(GGZ, ggz_limit - 5000),
              scene.care_of(GGZ, 5001, month=9)], practices=here),
        Case("total_at_the_limit", "total exactly at the limit", "counts", COUNTED,
             _up_to(scene, total_limit), practices=here),
        Case("total_a_cent_above", "total a cent above the limit", "high cost", HIGH_COST,
             _up_to(scene, total_limit + 1), practices=here),
    ]  # fmt: skip


def _beyond_cases(scene: Scene, total_limit: int) -> list[Case]:
    here = [scene.practice()]
    much = total_limit * 2
    hospital = scene.care(HOSPITAL, total_limit, month=2)
    late = scene.care(HOSPITAL, total_limit, month=10, paid_after=150)
    return [
        Case("high_cost", "much more than the limit", "high cost", HIGH_COST,
             _up_to(scene, much), practices=here),
        Case("high_wlz_only", "much Wlz, little else", "counts: Wlz is in no segment", COUNTED,
             [*scene.fees(), scene.care_of(LONG_TERM, much, quantity=30)], practices=here),
        Case("high_supplementary_only", "much on supplementary cover, little else",
             "counts: cover A is not in the total", COUNTED,
             [*scene.fees(), scene.care_of(PHYSIOTHERAPY, much, cover="A")], practices=here),
        Case("high_before_netting", "above the limit until a credit is netted", "counts",
             COUNTED, [*scene.fees(), hospital, credit_of(hospital, 4)], practices=here),
        Case("high_by_a_late_claim", "above the limit by care of October paid in March",
             "high cost once the late delivery is in", HIGH_COST, [*scene.fees(), late],
             practices=here),
    ]  # fmt: skip


def _credit_cases(scene: Scene) -> list[Case]:
    here = [scene.practice()]
    care = scene.care_of(DISTRICT, 40_000)
    early = scene.care_of(DISTRICT, 30_000, month=2, paid_after=150)
    return [
        Case("credit_and_corrected_debit", "a debit is taken back and comes again with the right "
             "amount", "the corrected amount counts", COUNTED,
             [*scene.fees(), care, credit_of(care, 4),
              scene.care_of(DISTRICT, 35_000, previous=4, paid_after=61)], practices=here),
        Case("credit_before_its_debit", "the credit is in an earlier delivery than its debit",
             "nothing is left of the two", COUNTED,
             [*scene.fees(), early, credit_of(early, 4, paid_after=20)], practices=here),
    ]  # fmt: skip


def _waiting_cases(scene: Scene) -> list[Case]:
    here = [scene.practice()]
    care = scene.care_of(DISTRICT, 20_000)
    credit = credit_of(care, 5, previous=4)
    return [
        Case("credit_without_debit", "the debit a credit names never comes",
             "the credit waits outside all sums", COUNTED,
             [*scene.fees(), credit_of(care, NEVER_SENT)], practices=here),
        Case("second_credit", "two credits for one debit", "one of them waits", COUNTED,
             [*scene.fees(), care, credit, credit_of(care, 4, paid_after=75)], practices=here),
        Case("credit_on_a_credit", "a credit that names a credit", "it waits", COUNTED,
             [*scene.fees(), care, credit, credit_of(care, 5, paid_after=80)], practices=here),
        Case("credit_of_another_amount", "a credit of another amount than its debit",
             "it waits, and the debit counts", COUNTED,
             [*scene.fees(), care, credit_of(care, 4, cents=19_999)], practices=here),
    ]  # fmt: skip
