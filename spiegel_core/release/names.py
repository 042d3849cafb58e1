"""Names of versions and releases, as commands, folders and the register use them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spiegel_core.errors import WrongUse

_VERSION = re.compile(r"([a-z][a-z0-9_]{0,39})-([0-9]{4})-v([1-9][0-9]{0,5})")
_RELEASE = re.compile(r"([a-z][a-z0-9_]{0,39})-([0-9]{4})-([a-z]{1,20})-v([1-9][0-9]{0,5})")


@dataclass(frozen=True, order=True)
class VersionName:
    """A version of the model of a product and report year.

    Example:
        >>> str(VersionName("praktijkspiegel", 2021, 1))
        'praktijkspiegel-2021-v1'
    """

    product: str
    report_year: int
    version: int

    def __str__(self) -> str:
        return f"{self.product}-{self.report_year}-v{self.version}"

    @property
    def folder(self) -> str:
        """Where its files stand, from the folder of the store."""
        return f"models/versions/{self}"


@dataclass(frozen=True, order=True)
class ReleaseName:
    """A release: the documents of a product, report year and edition, of one version.

    Example:
        >>> release_name("praktijkspiegel-2021-national-v2").edition
        'national'
    """

    product: str
    report_year: int
    edition: str
    version: int

    def __str__(self) -> str:
        return f"{self.product}-{self.report_year}-{self.edition}-v{self.version}"

    @property
    def folder(self) -> str:
        """Where its manifest and inputs stand, from the folder of the store."""
        return f"releases/{self}"


def version_name(text: str) -> VersionName:
    """The version a text names; raises WrongUse when it names none."""
    found = _VERSION.fullmatch(text)
    if found is None:
        raise WrongUse("this names no version of a model", found=text[:80],
                       expected="as praktijkspiegel-2021-v1",
                       fix="spiegel model list shows all of them")  # fmt: skip
    return VersionName(found[1], int(found[2]), int(found[3]))


def release_name(text: str) -> ReleaseName:
    """The release a text names; raises WrongUse when it names none."""
    found = _RELEASE.fullmatch(text)
    if found is None:
        raise WrongUse("this names no release", found=text[:80],
                       expected="as praktijkspiegel-2021-national-v2",
                       fix="spiegel model list shows all of them")  # fmt: skip
    return ReleaseName(found[1], int(found[2]), found[3], int(found[4]))
