"""Versions of models: their facts in our own table, and MLflow, which shows them.

The register (`register_files`) decides where a version stands; MLflow's aliases repeat it.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from spiegel_core.contracts.gold import MODEL_VERSIONS
from spiegel_core.contracts.table import arrow_schema
from spiegel_core.release.names import VersionName
from spiegel_core.runtime.files import Folder
from spiegel_core.runtime.tables import Tables

# Measured: telemetry is on by default, and a pickled model would be loaded by default.
_TRACKING_URI = "MLFLOW_TRACKING_URI"
# What MLflow writes into the environment when it is told where its records are.
_WRITTEN_BY_MLFLOW = (_TRACKING_URI, "MLFLOW_REGISTRY_URI")
_MLFLOW_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}

# What a registry in a database holds of a description.
_DESCRIPTION = 5_000
_REST = "\n… De hele kaart: card.md en card.pdf van deze versie.\n"
_ALIASES = ("candidate", "approved", "released")


@dataclass(frozen=True)
class ModelFacts:
    """What makes a version of a model what it is.

    Args:
        product, report_year: what it is a model of.
        weights_sha256: content of the weight table.
        inputs_sha256: content of the sums it was computed from.
        conf_sha256: content of conf/.
        code_version: version of the code with its content hash.
        cut_off: cut-off date of the release, as 2021-12-31.
        review_by: day it must have been reviewed again.
        lock_sha256: content of the files that pin every library of the environment.
    """

    product: str
    report_year: int
    weights_sha256: str
    inputs_sha256: str
    conf_sha256: str
    code_version: str
    cut_off: str
    review_by: str
    lock_sha256: str


def version_of(tables: Tables, facts: ModelFacts) -> tuple[int, bool]:
    """The version with exactly these facts, and whether it is new.

    Running the same data with the same rules and code again makes no new version.
    """
    known = tables.read(
        MODEL_VERSIONS, product=facts.product, report_year=facts.report_year
    ).to_pylist()
    for row in known:
        same = all(str(row[name]) == str(value) for name, value in asdict(facts).items())
        if same:
            return int(row["version"]), False
    return 1 + max((int(row["version"]) for row in known), default=0), True


def keep_version(tables: Tables, facts: ModelFacts, version: int) -> None:
    """Add a version to the register; rows are never changed or removed."""
    plain = {**asdict(facts), "version": version}
    schema = arrow_schema(MODEL_VERSIONS)
    days = {name: pa.scalar(plain[name]).cast(pa.date32()) for name in ("cut_off", "review_by")}
    row = {**plain, **{name: value.as_py() for name, value in days.items()}}
    tables.append(MODEL_VERSIONS, pa.Table.from_pylist([row], schema=schema))


def tracking_uri(folder: Folder) -> str:
    """Where MLflow keeps its records: SQLite in the store, or the server the environment names."""
    named = os.environ.get(_TRACKING_URI, "")
    return named or f"sqlite:///{folder.local_path}/models/mlflow.db"


def show_in_mlflow(
    folder: Folder,
    facts: ModelFacts,
    version: int,
    files: Mapping[str, bytes],
    metrics: Mapping[str, float],
) -> None:
    """Register a version in MLflow with its files, unless it is there already.

    Args:
        folder: the folder of the store.
        facts: what the version is.
        version: its number in our own register.
        files: copies of the version's files by name, as `plots/weights.png`; `weights.csv` is what
            the served model reads, `card.md` begins the description beside it.
        metrics: figures MLflow shows in its tables.
    """
    with _mlflow(folder) as mlflow:
        name = f"{facts.product}-{facts.report_year}"
        client = mlflow.MlflowClient()
        if _is_registered(client, name, version):
            return
        experiment = _experiment(client, facts.product, folder)
        description = shortened(files["card.md"].decode())
        tags = {**{key: str(value) for key, value in asdict(facts).items()},
                "spiegel_version": str(version),
                # What MLflow shows as the description of a run.
                "mlflow.note.content": description}  # fmt: skip
        with (
            mlflow.start_run(
                experiment_id=experiment, run_name=f"{name} v{version}", tags=tags
            ) as run,
            tempfile.TemporaryDirectory() as scratch,
        ):
            for file, content in files.items():
                path = Path(scratch) / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            mlflow.log_params({key: str(value) for key, value in asdict(facts).items()})
            mlflow.log_metrics(dict(metrics))
            mlflow.log_artifacts(scratch)
            logged = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(Path(__file__).with_name("weights_model.py")),
                artifacts={"weights": str(Path(scratch) / "weights.csv")},
                pip_requirements=[f"mlflow=={mlflow.__version__}", "pandas"],
            )
            source = (logged.model_uri, run.info.run_id)
            _register(client, name, source, version, facts, description)


def shortened(card: str) -> str:
    """As many whole lines of a card as MLflow's description holds, and where the rest is.

    Example:
        >>> shortened("# Card\\n"), len(shortened("a line of a card\\n" * 1000)) <= 5000
        ('# Card\\n', True)
    """
    if len(card) <= _DESCRIPTION:
        return card
    return card[: card.rindex("\n", 0, _DESCRIPTION - len(_REST)) + 1] + _REST


def _register(
    client: Any, name: str, source: tuple[str, str], version: int, facts: ModelFacts, card: str
) -> None:
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(
            name, description=f"Expected values of the {facts.product}, report year "
            f"{facts.report_year}. The weight table is the model.",
        )  # fmt: skip
    created = client.create_model_version(name, *source, description=card)
    client.set_model_version_tag(name, created.version, "spiegel_version", str(version))
    for key, value in asdict(facts).items():
        client.set_model_version_tag(name, created.version, key, str(value))


def show_state(folder: Folder, name: VersionName, state: str) -> None:
    """Repeat in MLflow where a version stands: the alias of that name, and a tag.

    An alias points at one version, the last that came to that state.
    """
    with _mlflow(folder) as mlflow:
        client = mlflow.MlflowClient()
        model = f"{name.product}-{name.report_year}"
        for shown in client.search_model_versions(f"name = '{model}'"):
            if shown.tags.get("spiegel_version") == str(name.version):
                client.set_model_version_tag(model, shown.version, "spiegel_state", state)
                _point(client, model, shown.version, state)


def _point(client: Any, model: str, version: str, state: str) -> None:
    aliases = client.get_registered_model(model).aliases
    for alias in _ALIASES:
        if alias == state and aliases.get(alias) != version:
            client.set_registered_model_alias(model, alias, version)
        elif alias != state and aliases.get(alias) == version:
            client.delete_registered_model_alias(model, alias)


def _is_registered(client: Any, name: str, version: int) -> bool:
    found = client.search_model_versions(f"name = '{name}'")
    return any(v.tags.get("spiegel_version") == str(version) for v in found)


def _experiment(client: Any, product: str, folder: Folder) -> str:
    found = client.get_experiment_by_name(product)
    if found is not None:
        return str(found.experiment_id)
    artefacts = folder.child("models/artifacts").uri
    where = artefacts if "://" in artefacts else Path(artefacts).as_uri()
    return str(client.create_experiment(product, artifact_location=where))


@contextmanager
def _mlflow(folder: Folder) -> Iterator[Any]:
    """MLflow with its records in the store, without telemetry, pickles or chatter."""
    os.environ.update(_MLFLOW_ENVIRONMENT)
    if folder.is_local:
        (folder.local_path / "models").mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

        quiet = [logging.getLogger(name) for name in ("mlflow", "alembic")]
        before = [logger.level for logger in quiet]
        named = {name: os.environ.get(name) for name in _WRITTEN_BY_MLFLOW}
        for logger in quiet:
            logger.setLevel(logging.ERROR)
        try:
            mlflow.set_tracking_uri(tracking_uri(folder))
            mlflow.set_registry_uri(tracking_uri(folder))
            yield mlflow
        finally:
            for logger, level in zip(quiet, before, strict=True):
                logger.setLevel(level)
            # Left there, the first store's records would be those of every later store.
            for name, value in named.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def as_json(content: object) -> bytes:
    """Facts as JSON with sorted keys, so equal facts are equal bytes."""
    return (json.dumps(content, indent=1, sort_keys=True, default=str) + "\n").encode()
