"""Files as they are sent: data file, packed or not, and manifest."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import zlib
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv
import zstandard

from spiegel_core.contracts.files import CLAIMS, MANIFEST_FORMAT, MANIFEST_VERSION, header_of
from spiegel_core.deliveries.manifest import MANIFEST_SUFFIX

GZIP, ZSTD, PLAIN = ".csv.gz", ".csv.zst", ".csv"
_GZIP_LEVEL, _ZSTD_LEVEL = 1, 3
_WITH_GZIP_HEADER = 31


@dataclass(frozen=True)
class Content:
    """A delivery before it is packed.

    Args:
        delivery_id: its identity.
        kind: claims or one of the registers.
        sender: UZOVI, or 9999.
        care_type: of claims; else empty.
        period_from, period_to: first and last day of the period.
        body: the lines as bytes, header included.
        rows: number of lines.
        debit_cents, credit_cents: sums of granted amounts (claims).
    """

    delivery_id: str
    kind: str
    sender: str
    care_type: str
    period_from: datetime.date
    period_to: datetime.date
    body: bytes
    rows: int
    debit_cents: int = 0
    credit_cents: int = 0


@dataclass(frozen=True)
class SentFile:
    """A file to be written: its name below the folder of deliveries, and its bytes."""

    name: str
    content: bytes


def csv_bytes(kind: str, table: pa.Table) -> bytes:
    """A table as the lines of a kind of file: `;`, no quoting, header first."""
    written = io.BytesIO()
    written.write(header_of(kind).encode() + b"\n")
    options = pyarrow.csv.WriteOptions(
        include_header=False, delimiter=";", quoting_style="none", batch_size=65_536
    )
    pyarrow.csv.write_csv(table, written, options)
    return written.getvalue()


def packed(body: bytes, ending: str) -> bytes:
    """The bytes of a data file; the same bytes on every run, so without the time of day."""
    if ending == GZIP:
        packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _WITH_GZIP_HEADER)
        return packer.compress(body) + packer.flush()
    if ending == ZSTD:
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    return body


def sent(
    content: Content, folder: str, *, revision: int = 1, ending: str = GZIP, wrong_rows: int = 0
) -> list[SentFile]:
    """A delivery as its two files.

    Args:
        content: the delivery.
        folder: folder below that of all deliveries.
        revision: of the delivery; from 2 on it stands in the name.
        ending: of the data file, which says how it is packed.
        wrong_rows: added to the number of rows in the manifest, so that the door refuses it.
    """
    data = packed(content.body, ending)
    manifest: dict[str, object] = {
        "format": MANIFEST_FORMAT,
        "format_version": MANIFEST_VERSION,
        "kind": content.kind,
        "delivery_id": content.delivery_id,
        "revision": revision,
        "sender": content.sender,
    }
    if content.kind == CLAIMS:
        manifest["care_type"] = content.care_type
    manifest |= {
        "period_from": content.period_from.isoformat(),
        "period_to": content.period_to.isoformat(),
        "rows": content.rows + wrong_rows,
    }
    if content.kind == CLAIMS:
        manifest |= {"debit_cents": content.debit_cents, "credit_cents": content.credit_cents}
    manifest["sha256"] = hashlib.sha256(data).hexdigest()
    again = f"-r{revision}" if revision > 1 else ""
    stem = f"{folder}/{content.delivery_id}{again}"
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    return [SentFile(stem + ending, data), SentFile(stem + MANIFEST_SUFFIX, text.encode())]
