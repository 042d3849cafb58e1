"""What conf/base.yml and the environment say: where things are and what the machine may do."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SparkSettings(_Part):
    """How a Spark session is started; an empty master leaves it to spark-submit."""

    master: str
    driver_memory: str = Field(pattern=r"[1-9][0-9]*[gm]")
    shuffle_partitions: int = Field(ge=1)
    java_options: str = ""
    settings: dict[str, str]


class DoorSettings(_Part):
    """Limits of a delivered file; the delivery format names them."""

    unpacked_bytes: int = Field(ge=1, le=(1 << 31) - 2)
    ratio: int = Field(ge=1)
    line_bytes: int = Field(ge=1)
    set_aside_percent: int = Field(ge=0, le=100)
    findings_per_rule: int = Field(ge=1)


class ReceiveSettings(_Part):
    """How many files one commit to the ledger admits together."""

    files_per_batch: int = Field(ge=1)
    bytes_per_batch: int = Field(ge=1)
    tasks: int = Field(ge=0)


class KeySettings(_Part):
    """Whether a key must be named, or an example key is made beside the store."""

    required: bool


class LockSettings(_Part):
    """How long a job waits for another one on the same store (seconds)."""

    wait_seconds: int = Field(ge=0)


class FeedbackSettings(_Part):
    """How many findings the feedback on one file lists; all are counted."""

    findings: int = Field(ge=1)


class DocumentSettings(_Part):
    """How many processes make documents side by side; 0 is one per core."""

    processes: int = Field(ge=0)


class Settings(_Part):
    """Everything conf/base.yml says, with the environment's file laid over it."""

    spark: SparkSettings
    door: DoorSettings
    receive: ReceiveSettings
    key: KeySettings
    lock: LockSettings
    feedback: FeedbackSettings
    documents: DocumentSettings
