"""Cases of registration: fees of two practices, none, taken back, and the insured register."""

from __future__ import annotations

import datetime

from spiegel_core.invent import agb
from spiegel_core.invent.cases import (
    COUNTED,
    GP_AT_SEVERAL,
    NO_FEE,
    NOT_IN_REGISTER,
    SEVERAL,
    Case,
    Scene,
    Stay,
    credit_of,
)
from spiegel_core.invent.roles import GP_ELSEWHERE, LENDS_GP, SHARES_GP


def registration_cases(scene: Scene) -> list[Case]:
    """The cases about who counts where (rules 1, 2, 3 and 6)."""
    return [
        *_fee_cases(scene),
        *(_two_practice_cases(scene) if len(scene.practices) > 1 else []),
        *_shared_gp_cases(scene),
        *_register_cases(scene),
    ]


def _fee_cases(scene: Scene) -> list[Case]:
    here = [scene.practice()]
    third = scene.fee(3)
    return [
        Case("ordinary_person", "fees of four quarters at one practice", "counts there", COUNTED,
             scene.fees(), practices=here),
        Case("no_fee_in_third_quarter", "fees of the other three quarters",
             "no population: the third quarter decides", NO_FEE,
             [scene.fee(1), scene.fee(2), scene.fee(4)]),
        Case("born_in_july", "born on 20 July, first fee in October",
             "no fee in the third quarter", NO_FEE, [scene.fee(4)],
             stays=[Stay(days=165)], birth=scene.on(7, 20)),
        Case("fee_taken_back", "the fee of the third quarter is taken back by a credit",
             "a person whose fees were all taken back has no fee", NO_FEE,
             [third, credit_of(third, 0)]),
        Case("fee_corrected", "the fee is taken back and declared again with another amount",
             "counts", COUNTED,
             [third, credit_of(third, 0), scene.fee(3, cents=third.cents + 25, previous=0,
                                                    paid_after=61)], practices=here),
        Case("fee_without_performer", "no performer on the fee", "counts at the practice",
             COUNTED, [scene.fee(3, performer=0)], practices=here),
        Case("fee_on_supplementary_cover", "a fee with cover A", "is no fee", NO_FEE,
             [scene.fee(3, item=scene.item("case_fee_cover_a"))]),
        Case("fee_of_a_care_group", "a fee code declared by a chain-care group",
             "is no fee: a group is no huisartspraktijk", NO_FEE,
             [scene.fee(3, declarer=scene.care_group(), performer=0)]),
    ]  # fmt: skip


def _two_practice_cases(scene: Scene) -> list[Case]:
    here, there = scene.practice(), scene.practice(1)
    second = scene.fee(3, 1)
    return [
        Case("two_practices_in_third_quarter", "fees of two practices in the third quarter",
             "counts for none of them", SEVERAL, [scene.fee(3), second], practices=[here, there]),
        Case("second_fee_taken_back", "fees of two practices, one of them taken back",
             "counts at the other", COUNTED, [scene.fee(3), second, credit_of(second, 1)],
             practices=[here]),
        Case("other_practice_in_other_quarter", "another practice from the fourth quarter on",
             "counts at the practice of the third quarter", COUNTED,
             [scene.fee(1), scene.fee(2), scene.fee(3), scene.fee(4, 1)], practices=[here]),
    ]  # fmt: skip


def _shared_gp_cases(scene: Scene) -> list[Case]:
    practices, given = scene.country.practices, scene.country.roles
    cases = []
    for role in (LENDS_GP, SHARES_GP):
        place = given.with_role(role)
        if place is not None and practices.shared_gp != agb.NOBODY:
            number = int(practices.number[place])
            fee = scene.fee(3, declarer=number, performer=practices.shared_gp)
            cases.append(
                Case(f"gp_at_several_practices_{role}", "the GP on the fee works at two practices "
                     "and is seen on fees of both", "does not count", GP_AT_SEVERAL, [fee],
                     practices=[number])
            )  # fmt: skip
    place = given.with_role(GP_ELSEWHERE)
    if place is not None:
        number = int(practices.number[place])
        gp = int(practices.gps[practices.first_gp[place] + practices.gp_count[place] - 1])
        fee = scene.fee(3, declarer=number, performer=gp)
        cases.append(
            Case("gp_registered_elsewhere_not_seen_there", "the GP on the fee is registered at "
                 "two practices but seen on fees of one", "counts", COUNTED, [fee],
                 practices=[number])
        )  # fmt: skip
    locum = next((int(n) for n in practices.locums), None)
    if locum is not None:
        cases.append(
            Case("locum_on_the_fee", "a locum is the performer of the fee",
                 "counts: locums are left out of the rule on several practices", COUNTED,
                 [scene.fee(3, performer=locum)], practices=[scene.practice()])
        )  # fmt: skip
    return cases


def _register_cases(scene: Scene) -> list[Case]:
    here = [scene.practice()]
    geography = scene.country.geography
    poor, rich = int(geography.incomes.argmin()), int(geography.incomes.argmax())
    year = scene.year
    leap = (datetime.date(year + 1, 1, 1) - datetime.date(year, 1, 1)).days - 365
    cases = [
        Case("not_in_register", "a fee, but no row in the insured register",
             "does not count", NOT_IN_REGISTER, scene.fees(), stays=[], practices=here),
        Case("without_postcode", "no postcode (abroad or unknown)",
             "counts, income unknown", COUNTED, scene.fees(), stays=[Stay(neighbourhood=None)],
             practices=here),
        Case("postcode_without_income", "a postcode the incomes do not know",
             "counts, income unknown", COUNTED, scene.fees(), stays=[Stay(is_unknown=True)],
             practices=here),
        Case("moved_within_year", "two rows: 300 days in the poorest neighbourhood, the rest in "
             "the richest", "counts, the row with most days gives the income", COUNTED,
             scene.fees(), stays=[Stay(0, 300, poor), Stay(0, 65 + leap, rich)], practices=here),
        Case("without_bsn", "999999999: insurer and number are the person", "counts", COUNTED,
             scene.fees(), has_bsn=False, practices=here),
    ]  # fmt: skip
    if len(scene.country.insurers) > 1:
        elsewhere = [scene.fee(q, insurer=1) for q in (1, 2, 3, 4)]
        cases += [
            Case("same_number_at_other_insurer", "999999999 with the number of the case before, "
                 "at another insurer", "another person, counts too", COUNTED, elsewhere,
                 stays=[Stay(1)], has_bsn=False, shares_number=True, practices=here),
            Case("two_insurers_with_equal_days", "two rows of 182 days at two insurers",
                 "counts, the smaller insurer's row gives the income", COUNTED, scene.fees(),
                 stays=[Stay(0, 182, rich), Stay(1, 182, poor)], practices=here),
        ]  # fmt: skip
    return cases
