"""Remove personal data, normalise, judge: each as a function on one canonical row, built once and called for every row.

A row is a mapping in the shape of ``jobs.record_schema.ROW_SCHEMA``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.privacy.params import PrivacyParams
from jobs.privacy.secrets import Secrets
from jobs.record import canonical_json, content_hash
from jobs.text.params import NormalizeParams
from jobs.text.quality_params import QualityParams

Row = dict[str, Any]
Change = Callable[[Row], Row]
LookAhead = Callable[[Sequence[Row]], None]
_TURNS = ("messages", "chosen", "rejected")
# Making and compiling the expressions of a look ahead takes two seconds once and 13 ms a batch.
_WORTH_LOOKING = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A change of single rows.

    Attributes:
        look_ahead: is shown rows that will be changed next, for what is cheaper to find out of many at once. It changes
            no answer, and need not be called.
    """

    change: Change
    look_ahead: LookAhead | None = None

    def __call__(self, row: Row) -> Row:
        """The row, changed."""
        return self.change(row)


def change_all(change: Change, rows: Sequence[Row]) -> list[Row]:
    """Each row changed, after a look ahead at them all where they are many."""
    if isinstance(change, Step) and change.look_ahead is not None and len(rows) >= _WORTH_LOOKING:
        change.look_ahead(rows)
    return [change(row) for row in rows]


def remover(params: PrivacyParams, secrets: Secrets | None = None) -> Change:
    """Replaces a row's personal data; ``changes`` counts findings by entity, and ``sealed`` is there where a mapping is
    asked for. A row that a recognizer fails on, or that the policy drops, comes back quarantined without its text: it
    never passes uncleaned.

    Args:
        secrets: salt and key; by default read where the parameters say.
    """
    from jobs.privacy.desensitise import Desensitiser, PersonalDataDropped
    from jobs.privacy.mapping import seal
    from jobs.privacy.native_cues import quiet_texts
    from jobs.text.reveal import reveal

    secrets = secrets or params.secrets()
    desensitiser, key = Desensitiser.from_params(params, reveal, secrets), secrets.key

    def change(row: Row) -> Row:
        try:
            outcome = desensitiser.replace(row)
        except PersonalDataDropped as dropped:
            return quarantined(row, "personal_data_dropped", ", ".join(dropped.entities))
        cleaned = _keep_apart(row, outcome.row)
        done = {**cleaned, "content_hash": content_hash(cleaned), "changes": outcome.counts}
        if key is not None and outcome.replaced:
            done["sealed"] = seal(row["record_id"], outcome.replaced, key)
        return done

    def look_ahead(rows: Sequence[Row]) -> None:
        desensitiser.quiet = quiet_texts(_turns_and_texts(rows), params.looked_for, params.languages)

    # A model reads every text.
    return guarded("remove_pii", change, None if params.models else look_ahead)


def normalizer(params: NormalizeParams, boilerplate: Mapping[str, Collection[str]] | None = None) -> Change:
    """Normalises a row's texts; ``changes`` counts by step what was changed.

    Args:
        boilerplate: source -> keys of the lines learnt of it, for ``params.boilerplate``; one row alone tells none.
    """
    from jobs.text.normalize import normalize_row

    def change(row: Row) -> Row:
        normal, counts = normalize_row(row, params, boilerplate)
        return {**normal, "content_hash": content_hash(normal), "changes": counts}

    return guarded("normalize_text", change)


def judge(params: QualityParams) -> Change:
    """Decides on a row, in the shape of ``jobs.lake.schemas.DECISION_SCHEMA``: the first rule in the table's order
    that removes it, or else flags it, is the reason, all that it breaks are evidence."""
    from jobs.text.quality import QualityRules, decision

    rules = QualityRules(params)

    def decide(row: Row) -> Row:
        broken = rules.judge(row)
        return {"record_id": row["record_id"], "source": row["source"]["name"], **decision(broken)}

    return decide


def guarded(stage: str, change: Change, look_ahead: LookAhead | None = None) -> Step:
    """``change``, with a row that it fails on quarantined instead of failing the job or passing unchanged."""

    def guard(row: Row) -> Row:
        try:
            return change(row)
        except Exception as error:
            # Whatever went wrong may quote the text, so only the error's type is told.
            return quarantined(row, f"{stage}_failed", type(error).__name__)

    return Step(guard, look_ahead)


def _turns_and_texts(rows: Sequence[Row]) -> list[str]:
    """The texts that most of a row is made of; the others (tools, extras, meta) are few and short."""
    turns = (turn["content"] for row in rows for name in _TURNS for turn in row.get(name) or ())
    return [text for text in (*turns, *(row.get("text") for row in rows)) if text]


def quarantined(row: Row, reason: str, detail: str) -> Row:
    """The row with its id and place and nothing that it says: its text stays where it was read from."""
    source = row.get("source") or {}
    return {
        "record_id": row["record_id"],
        "kind": row["kind"],
        "source": source,
        "quarantine": {
            "uri": source.get("uri"),
            "line": source.get("line"),
            "path": "$",
            "reason": reason,
            "detail": detail,
            "raw": None,
        },
    }


def _keep_apart(row: Row, cleaned: Row) -> Row:
    """Dialogues stay apart where their number was personal data (a customer's phone), for the split groups by it.

    24 bits of a hash: thousands of phone numbers share each value, so none can be guessed back from it, and of ten
    thousand dialogues some three pairs meet, which the split then merely keeps on one side.
    """
    number, shown = (row.get("meta") or {}).get("dialogue_id"), (cleaned.get("meta") or {}).get("dialogue_id")
    if number == shown:
        return cleaned
    bits = hashlib.blake2b(canonical_json(number), digest_size=16).hexdigest()[:6]
    return {**cleaned, "meta": {**cleaned["meta"], "dialogue_id": f"{shown}#{bits}"}}
