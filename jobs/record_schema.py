"""The columns of records and of rows tables in Arrow; nothing else spells them out.

Apart from ``jobs.record`` because importing Arrow takes longer than the converter's whole start.
"""

from __future__ import annotations

import pyarrow as pa

_MESSAGE = pa.struct(
    [
        ("role", pa.string()),
        ("content", pa.string()),
        ("name", pa.string()),
        ("tool_calls", pa.string()),
        ("tool_call_id", pa.string()),
        ("train", pa.bool_()),
    ]
)
_SOURCE = pa.struct(
    [
        ("name", pa.string()),
        ("kind", pa.string()),
        ("uri", pa.string()),
        ("row", pa.int64()),
        ("line", pa.int64()),
        ("format", pa.string()),
        ("licence", pa.string()),
        ("collected_at", pa.string()),
        ("synthetic", pa.bool_()),
        ("parent", pa.string()),
    ]
)
_META = pa.struct([(name, pa.string()) for name in ("domain", "intent", "complexity", "language", "dialogue_id")])

RECORD_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("kind", pa.string()),
        ("messages", pa.list_(_MESSAGE)),
        ("chosen", pa.list_(_MESSAGE)),
        ("rejected", pa.list_(_MESSAGE)),
        ("label", pa.bool_()),
        ("rating", pa.float64()),
        ("tools", pa.string()),
        ("media", pa.list_(pa.struct([("type", pa.string()), ("path", pa.string()), ("sha256", pa.string())]))),
        ("text", pa.string()),
        ("meta", _META),
        ("extras", pa.string()),
        ("source", _SOURCE),
    ]
)

# A rows table is a record and what the stage that wrote it did to it. ``changes`` counts by kind, so that a report
# can say "1,204 phone numbers in 803 rows" without reading a text; a quarantined row has null content.
ROW_SCHEMA = (
    RECORD_SCHEMA.append(pa.field("content_hash", pa.string()))
    .append(pa.field("changes", pa.map_(pa.string(), pa.int64())))
    .append(
        pa.field(
            "quarantine",
            pa.struct(
                [
                    ("uri", pa.string()),
                    ("line", pa.int64()),
                    ("path", pa.string()),
                    ("reason", pa.string()),
                    ("detail", pa.string()),
                    ("raw", pa.binary()),
                ]
            ),
        )
    )
)
