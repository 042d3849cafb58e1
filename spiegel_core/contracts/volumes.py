"""What conf/volumes.yml says: which volume is usual, and which absence is accepted."""

from __future__ import annotations

import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spiegel_core.contracts.files import CARE_TYPES


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SourcedNumber(_Part):
    """A number with where it comes from."""

    value: int = Field(ge=0)
    source: str = Field(min_length=3)


class Bounds(_Part):
    """Percentages of the usual volume below and above which is warned or stopped, and the
    thousandths of a year's care type that may be missing; None: there is no such bound."""

    warn_below: int | None = Field(ge=0, le=100)
    warn_above: int | None = Field(ge=100)
    stop_below: int | None = Field(ge=0, le=100)
    stop_above: int | None = Field(ge=100)
    missing_stop_per_mille: int | None = Field(ge=0, le=1000)
    source: str = Field(min_length=3)

    @model_validator(mode="after")
    def _stops_beyond_what_warns(self) -> Self:
        least, most = self.warn_below, self.warn_above
        stops_first = least is not None and self.stop_below is not None and self.stop_below > least
        if stops_first or (most is not None and (self.stop_above or most) < most):
            raise ValueError("a bound that stops lies within the one that warns")
        return self


class BoundsOfSome(Bounds):
    """Bounds of the care types they name."""

    care_types: list[str] = Field(min_length=1)


class VolumeBounds(_Part):
    """The usual bounds, and those of care types that have others."""

    usual: Bounds
    others: list[BoundsOfSome]

    @model_validator(mode="after")
    def _names_care_types_once(self) -> Self:
        named = [name for one in self.others for name in one.care_types]
        wrong = sorted({name for name in named if name not in CARE_TYPES or named.count(name) > 1})
        if wrong:
            raise ValueError(f"no care types, or named twice: {', '.join(wrong)}")
        return self

    def of(self, care_type: str) -> Bounds:
        """The bounds of a care type."""
        return next((one for one in self.others if care_type in one.care_types), self.usual)


class Accepted(_Part):
    """An absence or a jump somebody looked into and accepts.

    Args:
        sender, care_type: whose deliveries.
        period_from, period_to: it holds for periods that lie within these days.
        finding: missing or jump.
        reason, owner: why, and who answers for it.
        until: it holds for releases up to and including this day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    sender: str = Field(pattern=r"^[0-9]{4}$")
    care_type: str
    period_from: datetime.date = Field(alias="from")
    period_to: datetime.date = Field(alias="to")
    finding: str = Field(pattern="^(missing|jump)$")
    reason: str = Field(min_length=10)
    owner: str = Field(min_length=3)
    until: datetime.date

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.care_type not in CARE_TYPES:
            raise ValueError(f"no care type: {self.care_type}")
        if self.period_to < self.period_from:
            raise ValueError("to lies before from")
        return self


class VolumeRules(_Part):
    """Everything conf/volumes.yml says.

    Args:
        fewest_lines: where fewer are usual, nothing is judged.
        remembered_months: after so many months without a delivery a sender has stopped.
        late_months: periods beginning up to so many months after a year are judged for it.
        others_percent: of the deliveries usual in a period, how many must be there before one that
            is not there is missing.
        due_months: so many months after the end of a period its deliveries are due, whether or not
            others are there.
        bounds: beyond which a volume warns or stops.
        accepted: what does not count as missing or as a jump.
    """

    fewest_lines: SourcedNumber
    remembered_months: SourcedNumber
    late_months: SourcedNumber
    others_percent: SourcedNumber
    due_months: SourcedNumber
    bounds: VolumeBounds
    accepted: list[Accepted]
