"""Cases of the treatment index and of what contracts read in it."""

from __future__ import annotations

import re

from spiegel_core.statistics import treatment_index
from tests.outside_world.cases import Case, Found, each


def two_indices(case: Case) -> Found:
    groups = [
        treatment_index.GroupOfPatients(g["n"], g.get("treatments", g.get("t")), g["national_mean"])
        for g in case.inputs["groups"]
    ]
    return {
        "sub_indices": [treatment_index.sub_index(group) for group in groups],
        "index_patient_weighted": treatment_index.index_patient_weighted(groups),
        "index_ratio_of_sums": treatment_index.index_ratio_of_sums(groups),
        "expected_treatments": float(treatment_index.expected_treatments(groups)),
    }


def national_anchor(case: Case) -> Found:
    practices = [
        {kind: (g["n"], g.get("t", g.get("treatments"))) for kind, g in enumerate(one["groups"])}
        for one in case.inputs["practices"]
    ]
    national = treatment_index.national_means(practices)
    own = [
        [treatment_index.GroupOfPatients(n, t, national[kind]) for kind, (n, t) in one.items() if n]
        for one in practices
    ]
    weighted = [treatment_index.index_patient_weighted(groups) for groups in own]
    patients = [sum(g.patients for g in groups) for groups in own]
    everybody = [group for groups in own for group in groups]
    mean = sum(n * index for n, index in zip(patients, weighted, strict=True)) / sum(patients)
    return {
        "national_means": [float(mean) for mean in national.values()],
        "practice_index_patient_weighted": weighted,
        "practice_index_ratio": [treatment_index.index_ratio_of_sums(groups) for groups in own],
        "patient_weighted_mean_of_practice_indices": mean,
        "ratio_of_sums_total": treatment_index.index_ratio_of_sums(everybody),
    }


def contract_range(case: Case) -> Found:
    """The points on either side of 100 stand in the inputs, or in the name of the method."""
    written = re.search(r"\((\d+(?:\.\d+)?) points\)", case.method)
    points = case.inputs.get("points", float(written[1]) if written else None)
    assert points is not None, "no width of the range is given"
    lowest, highest = case.inputs.get("range", (100 - points, 100 + points))
    return {
        "eligible": each(
            case.inputs["index"], lambda x: treatment_index.is_within(x, lowest, highest)
        )
    }
