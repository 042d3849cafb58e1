"""The simulation study on a model card: both ways beside one another, and honest where it falls
short."""

from __future__ import annotations

import dataclasses
import re

from spiegel_core.mirrors.charts import draw_chart
from spiegel_core.mirrors.page_model import Page
from spiegel_core.mirrors.study_pages import StudyShown, study_pages
from spiegel_core.mirrors.write_markdown import pages_as_markdown
from spiegel_core.statistics.study import (
    CHANGES,
    COVERAGE,
    FALSE_SIGNALS,
    NATIONAL,
    OWN,
    POWER,
    WAYS,
    StudyRow,
)

LABELS = {"cost_total": "Totaal", "cost_a": "Zorg A"}
RULES = "a1" * 32


def answer(
    question: str, way: str, setting: str, outcome: str, persons: int, hits: int, **norm: float
) -> StudyRow:
    return StudyRow(question, way, setting, outcome, persons, 1_000, hits, 0, **norm)


def coverage(way: str, outcome: str, persons: int, hits: int, setting: str = "95%") -> StudyRow:
    return answer(COVERAGE, way, setting, outcome, persons, hits, at_least=0.94)


ROWS = (
    *(coverage(OWN, "cost_a", size, hits) for size, hits in ((100, 860), (1_000, 938))),
    *(coverage(OWN, "cost_total", size, hits) for size, hits in ((100, 930), (1_000, 950))),
    *(coverage(NATIONAL, name, size, 955) for name in LABELS for size in (100, 1_000)),
    *(coverage(way, "cost_total", 300, 945, "95%, older persons") for way in WAYS),
    *(answer(FALSE_SIGNALS, way, "no effect", "cost_total", 1_700, 2, at_most=0.005)
      for way in WAYS),
    *(answer(POWER, way, effect, "cost_total", size, hits) for way in WAYS
      for effect, hits in (("-30%", 970), ("+20%", 400)) for size in (800, 2_500)),
    *(answer(CHANGES, way, "guarded, furthest tenth, other persons", "cost_total", 1_700, 49,
             at_most=0.05) for way in WAYS),
    *(answer(CHANGES, way, "plain, furthest tenth, other persons", "cost_total", 1_700, 154)
      for way in WAYS),
)  # fmt: skip
STUDY = StudyShown(
    "2026-01-31", 100_000, {100: 10_000, 1_000: 5_000}, 20, 480, 1, RULES, "c0" * 32, OWN, ROWS
)


def pages(study: StudyShown = STUDY, rules: str = RULES) -> tuple[Page, ...]:
    return study_pages(study, LABELS, rules)


def text_of(study: StudyShown = STUDY, rules: str = RULES) -> str:
    return pages_as_markdown(pages(study, rules))


def test_norms_are_counted_each_way() -> None:
    text = text_of()
    head = "| 95%-interval bevat de waarheid, praktijken van 100 tot 1.000 patiënten "
    assert head + "| ten minste 94,0% | 2 van 5 | 5 van 5 |" in text
    assert "| hooguit 0,5% | 1 van 1 | 1 van 1 |" in text


def test_where_a_norm_is_not_held_the_card_says_so() -> None:
    text = text_of()
    # 938 and 930 of 1,000 may be chance, 860 may not.
    assert ("Met de eigen spreiding zijn 3 van de 7 antwoorden niet zoals gevraagd; 1 daarvan ook "
            "buiten het toeval van de studie zelf. Het verst van de norm: Zorg A, praktijken van "
            "100 patiënten: 86,0%, ten minste 94,0% gevraagd.") in text  # fmt: skip
    assert "Met de landelijke spreiding zijn alle 7 antwoorden zoals gevraagd." in text


def test_answers_stand_beside_one_another_with_the_total_and_the_worst_outcome() -> None:
    text = text_of()
    assert "| 100 patiënten | 94,0% | 93,0% | 86,0% | 0 van 2 | 95,5% | 95,5% | 2 van 2 |" in text
    assert "| 300 patiënten, veel meer ouderen | 94,0% | 94,5% | 94,5% |" in text
    assert "| −30%, eigen spreiding | 97,0% | 97,0% |" in text
    guarded = "Met correctie voor terugval, een tiende dat het verst afweek, andere patiënten"
    assert f"| {guarded} | 5,0% | 4,9% | 4,9% | 1 van 1 |" in text
    # Without the guard nothing is asked, and the difference shows what it is for.
    assert "andere patiënten | – | 15,4% | 15,4% | – |" in text
    assert "terugval naar het gemiddelde" in text


def test_a_norm_or_a_measurement_of_one_way_only_is_shown_as_such() -> None:
    setting = "guarded, everybody, same persons"
    asked = answer(CHANGES, OWN, setting, "cost_total", 1_700, 40, at_most=0.05)
    not_asked = answer(CHANGES, NATIONAL, setting, "cost_total", 1_700, 60)
    alone = answer(CHANGES, NATIONAL, "of one way", "cost_total", 1_700, 30, at_most=0.05)
    guarded = "| Met correctie voor terugval, alle praktijken, dezelfde patiënten "
    for rows in ((asked, not_asked, alone), (not_asked, asked, alone)):
        text = text_of(dataclasses.replace(STUDY, rows=(*ROWS, *rows)))
        assert guarded + "| 5,0% | 4,0% | 4,0% | 1 van 1 | 6,0% | 6,0% | – |" in text
        assert "| Of one way | 5,0% | – | – | – | 3,0% | 3,0% | 1 van 1 |" in text


def test_day_plan_and_published_way_are_told() -> None:
    text = text_of()
    assert "De studie is van 2026-01-31" in text
    assert "100.000 verzonnen personen, zaad 1." in text
    assert "10.000 van 100 patiënten, 5.000 van 1.000 patiënten" in text
    assert "Gepubliceerd wordt het interval met de eigen spreiding." in text
    switched = dataclasses.replace(STUDY, published=NATIONAL)
    assert "Gepubliceerd wordt het interval met de landelijke spreiding." in text_of(switched)


def test_a_study_of_other_rules_is_called_so() -> None:
    warning = "Let op: de studie is gemaakt met andere regels dan deze versie (regels b2b2b2b2b2b2)"
    assert warning in text_of(rules="b2" * 32)
    assert "Let op" not in text_of()
    assert "met dezelfde regels als deze versie" in text_of()


def test_practices_without_a_figure_are_told() -> None:
    one = dataclasses.replace(coverage(OWN, "cost_a", 100, 400), trials=500, without=500)
    text = text_of(dataclasses.replace(STUDY, rows=(one, *ROWS)))
    assert "ten hoogste 50,0% van de praktijken (Zorg A, eigen spreiding)" in text
    assert "Praktijken zonder cijfer" not in text_of()


def figures() -> dict[str, str]:
    blocks = [block for page in pages() for block in page.blocks]
    charts = {b.data["name"]: b for b in blocks if hasattr(b, "data")}
    return {name: draw_chart(one.kind, one.data).decode() for name, one in charts.items()}


def test_the_figures_are_drawn_from_the_answers_in_the_typeface_of_the_card() -> None:
    drawn = figures()
    assert set(drawn) == {"study_coverage", "study_power_cost_total"}
    for svg in drawn.values():
        assert {"Eigen spreiding", "Landelijke spreiding"} <= set(re.findall(r">([^<>]+)<", svg))
        assert "Source Sans Pro" in svg
    assert "gevraagd, ten minste" in drawn["study_coverage"]
    assert ">85%<" in drawn["study_coverage"] and ">80%<" not in drawn["study_coverage"]
    assert {"−30%", "+20%"} <= set(re.findall(r">([^<>]+)<", drawn["study_power_cost_total"]))
    assert drawn == figures()


def test_the_norm_of_a_size_holds_up_to_the_next() -> None:
    few = dataclasses.replace(coverage(OWN, "cost_total", 31, 940), at_least=0.93)
    study = dataclasses.replace(STUDY, rows=(few, *ROWS))
    chart = next(b for page in pages(study) for b in page.blocks if hasattr(b, "data"))
    norm = next(one for one in chart.data["panels"][0]["lines"] if one["style"] == "norm")
    assert norm["points"] == [(31, 93.0), (100, 93.0), (100, 94.0), (1_000, 94.0), (1_000, 94.0)]
