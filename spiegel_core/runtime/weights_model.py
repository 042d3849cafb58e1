"""The model as MLflow serves it: code and a table of weights, nothing pickled.

MLflow runs this file when it loads a version. The input has one row per provider, factor and
class with its persons; the answer has the expected value of every outcome and measure.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel


class ExpectedValues(PythonModel):
    """Expected value = sum over classes of persons x weight, in exact decimals."""

    def load_context(self, context: Any) -> None:
        self._weights = pd.read_csv(context.artifacts["weights"], dtype=str, keep_default_na=False)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        weights: dict[tuple[str, str], list[tuple[str, str, Decimal]]] = {}
        for row in self._weights.to_dict("records"):
            weights.setdefault((str(row["factor"]), str(row["class"])), []).append(
                (str(row["outcome"]), str(row["measure"]), Decimal(str(row["weight"])))
            )
        expected: dict[tuple[str, str, str], Decimal] = {}
        for row in model_input.to_dict("records"):
            held = weights.get((str(row["factor"]), str(row["class"])), [])
            for outcome, measure, weight in held:
                key = (str(row["provider"]), outcome, measure)
                expected[key] = expected.get(key, Decimal(0)) + int(row["persons"]) * weight
        rows = [(*key, str(value)) for key, value in sorted(expected.items())]
        return pd.DataFrame(rows, columns=["provider", "outcome", "measure", "expected"])


mlflow.models.set_model(ExpectedValues())
