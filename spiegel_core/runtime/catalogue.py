"""expectations/ as it stands: the files of rules and checks, and the catalogue of them all."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from spiegel_core.contracts.catalogue import Catalogue, RuleFile, catalogue_of
from spiegel_core.errors import WrongUse
from spiegel_core.runtime.conf import PROJECT, validated
from spiegel_core.runtime.yaml_files import read_yaml

EXPECTATIONS = PROJECT / "expectations"


def read_catalogue() -> Catalogue:
    """Every rule and check there is; a file more needs no code."""
    return catalogue_of((name, _read(EXPECTATIONS, name)) for name in _names())


def read_gate(gate: str) -> RuleFile:
    """The checks of a gate; raises WrongUse that names the gates where there is no such gate."""
    if gate not in gates_of():
        raise WrongUse(f"there is no gate {gate[:60]}", expected=", ".join(gates_of()))
    return _read(EXPECTATIONS, gate)


def gates_of() -> list[str]:
    """The gates: the files that hold checks."""
    return [name for name in _names() if _read(EXPECTATIONS, name).checks]


def _names() -> list[str]:
    return sorted(path.stem for path in EXPECTATIONS.glob("*.yml"))


# A gate is judged many times a run, and reading the files takes a tenth of a second.
@cache
def _read(folder: Path, name: str) -> RuleFile:
    return validated(RuleFile, read_yaml(folder / f"{name}.yml"), f"{name}.yml")
