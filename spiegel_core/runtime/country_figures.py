"""The figures the invented country is made from, read."""

from __future__ import annotations

from typing import Any

from spiegel_core.invent.country_conf import CountryConf
from spiegel_core.runtime.conf import Conf, read_csv, validated
from spiegel_core.runtime.yaml_files import read_yaml

_FOLDER, _NUMBERS = "invented_country", "country"
_FROM_CODE_LISTS = {"condition_sources": "conditions", "cost_group_drugs": "fkg_drugs"}


def read_country_conf(conf: Conf) -> CountryConf:
    """The figures of conf/invented_country, with what the code lists say of the same codes.

    Raises:
        ConfUnusable: a file is missing or holds something unusable; every fault is named.
    """
    folder = conf.folder / _FOLDER
    content: dict[str, Any] = {_NUMBERS: read_yaml(folder / f"{_NUMBERS}.yml")}
    for name in CountryConf.model_fields:
        if name in _FROM_CODE_LISTS:
            content[name] = conf.code_list(_FROM_CODE_LISTS[name])
        elif name != _NUMBERS:
            content[name] = read_csv(folder / f"{name}.csv")
    return validated(CountryConf, content, _FOLDER)
