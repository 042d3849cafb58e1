"""What the sender of an EI file is told: records, claimed amounts, invoices; no revisions."""

from __future__ import annotations

import pytest

from spiegel_core.deliveries.feedback_words import Verdict, said_of

CANONICAL = [said_of("admitted", False, 1, 0), said_of("refused", False, 0, 0)]
EI = [said_of("admitted", True, 0, 0), said_of("admitted", True, 0, 2),
      said_of("admitted", True, 3, 0), said_of("refused", True, 0, 0)]  # fmt: skip


@pytest.mark.parametrize("said", EI)
def test_an_ei_file_has_no_revision(said: Verdict) -> None:
    assert "revisie" not in said.meaning + said.action


@pytest.mark.parametrize("said", EI[:3])
def test_nobody_is_told_that_claimed_amounts_count(said: Verdict) -> None:
    assert "tellen in geen spiegel mee" in said.meaning
    assert "tellen mee" not in said.meaning


@pytest.mark.parametrize("said", CANONICAL)
def test_other_files_come_again_under_a_revision(said: Verdict) -> None:
    assert "revisienummer" in said.action


def test_records_set_aside_come_again_as_another_invoice() -> None:
    assert "eigen factuurnummer" in EI[2].action
