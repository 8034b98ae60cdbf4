"""How well a build did against the truth: recall and precision of each stage, from plain rows and decisions.

Nothing here knows how a lake is laid out: the caller hands in dicts, so that the arithmetic is tested by hand.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Line = dict[str, Any]  # stage, what, injected, found, recall, precision

EXACT, NEAR, SEMANTIC = "deduplicate_exact", "deduplicate_near", "deduplicate_semantic"
QUALITY = "filter_by_quality_rules"
_QUALITY_KINDS = (
    "cut_off",
    "empty_answer",
    "refusal",
    "template_token",
    "unfilled_slot",
    "repetition",
    "mojibake_lossy",
)
_COPY_KINDS = ("exact_copy", "near_copy", "paraphrase_en", "paraphrase_zh")
# What shows that a repairable row was not repaired.
_DAMAGE = {
    "html": re.compile(r"</?(?:p|div|span|b|br|img)\b[^>]*>|&(?:nbsp|amp|lt|gt|quot|#\d+|#x[0-9a-f]+);", re.I),
    "full_width": re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000]"),
    "mojibake": re.compile(
        "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u2013-\u203a\u20ac\u2122]"
    ),
    "emoji_run": re.compile("([\U0001f300-\U0001faff\u2764\U0001f494]\ufe0f?)\\1{4}"),
}


def score(
    truth_path: Path,
    rows: Iterable[Mapping[str, Any]],
    decisions: Mapping[str, Iterable[Mapping[str, Any]]],
    released: Iterable[Mapping[str, Any]],
) -> list[Line]:
    """A table of what was injected and what was found.

    Args:
        truth_path: ``truth.jsonl`` as the generator wrote it.
        rows: what ``collect`` wrote: ``record_id``, ``source`` (uri, row), ``quarantine`` (None when read well).
        decisions: for each choosing stage its decisions: ``record_id``, ``kept``, ``reason``.
        released: the rows of the release: ``record_id``, ``messages`` (and the other texts of a record).

    Returns:
        Lines of stage, what, injected, found, recall and precision; a rate without a denominator is None.

    Raises:
        ValueError: where two of the collected rows that the truth lists share a record id.
    """
    judged = _Judged(_read_truth(truth_path), rows, decisions, released)
    return [
        *_collect(judged),
        *_personal_data(judged),
        *_repairs(judged),
        *_quality(judged),
        *_copies(judged),
        *_semantic(judged),
        *_kept(judged),
    ]


def normalise(text: str) -> str:
    """NFKC in lower case without spaces, dots, hyphens: two spellings of one number become one."""
    return re.sub(r"[\s\-\u2010-\u2015._·•]", "", unicodedata.normalize("NFKC", text).lower())


class _Judged:
    """Truth rows by their key (file, row), and what became of each."""

    def __init__(
        self,
        truth: list[dict[str, Any]],
        rows: Iterable[Mapping[str, Any]],
        decisions: Mapping[str, Iterable[Mapping[str, Any]]],
        released: Iterable[Mapping[str, Any]],
    ) -> None:
        self.truth = truth
        self.files = sorted({row["file"] for row in truth})
        self.quarantined: dict[str, bool] = {}
        self.record_of: dict[str, str] = {}
        keys = {(row["file"], row["row"]): row["id"] for row in truth}
        owner: dict[str, str] = {}
        for row in rows:
            name = keys.get((self._file_of(row["source"]["uri"]), row["source"]["row"])) if row.get("source") else None
            if name is None:
                continue
            self.quarantined[name] = row.get("quarantine") is not None
            record = row["record_id"]
            if record is not None and owner.setdefault(record, name) != name:
                raise ValueError(f"record_id: expected one per row, got the same for rows {owner[record]} and {name}")
            self.record_of[name] = record
        self.owner = owner
        self.decided: dict[str, dict[str, tuple[bool, str | None]]] = {
            stage: {owner[d["record_id"]]: (d["kept"], d.get("reason")) for d in given if d["record_id"] in owner}
            for stage, given in decisions.items()
        }
        self.released: dict[str, str] = {}
        self.texts: list[str] = []
        for row in released:
            text = _texts(row)
            self.texts.append(normalise(text))
            if row["record_id"] in owner:
                self.released[owner[row["record_id"]]] = text
        self.group = {row["id"]: row["of"] or row["id"] for row in truth}

    def _file_of(self, uri: str) -> str | None:
        return next((file for file in self.files if uri == file or uri.endswith("/" + file)), None)

    def ids(self, *kinds: str) -> list[str]:
        return [row["id"] for row in self.truth if row["kind"] in kinds]

    def removed_by(self, *stages: str) -> dict[str, str | None]:
        """Ids that a stage removed, with the reason, in the order of the decisions."""
        gone: dict[str, str | None] = {}
        for stage in stages:
            gone |= {name: reason for name, (kept, reason) in self.decided.get(stage, {}).items() if not kept}
        return gone

    def flagged_by(self, stage: str) -> list[str]:
        return [name for name, (kept, reason) in self.decided.get(stage, {}).items() if kept and reason]


def _read_truth(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _texts(row: Mapping[str, Any]) -> str:
    parts = [
        message.get("content") or "" for name in ("messages", "chosen", "rejected") for message in row.get(name) or ()
    ]
    return "\n".join([*parts, row.get("text") or "", row.get("extras") or ""])


def _line(
    stage: str, what: str, injected: int, found: int, claimed: int | None = None, right: int | None = None
) -> Line:
    """``claimed``: how many rows the stage pointed at; ``right``: how many of those rightly."""
    right = found if right is None else right
    return {
        "stage": stage,
        "what": what,
        "injected": injected,
        "found": found,
        "recall": found / injected if injected else None,
        "precision": right / claimed if claimed else None,
    }


def _collect(judged: _Judged) -> list[Line]:
    wanted = [row["id"] for row in judged.truth if row["fate"] == "quarantine"]
    taken = [name for name, flag in judged.quarantined.items() if flag]
    right = len({*wanted} & {*taken})
    lines = [_line("collect", "rows of the truth found again", len(judged.truth), len(judged.quarantined))]
    lines.append(_line("collect", "rows to quarantine", len(wanted), right, len(taken)))
    for kind in ("broken_line", "wrong_role", "empty_turn"):
        ids = judged.ids(kind)
        lines.append(_line("collect", kind, len(ids), sum(judged.quarantined.get(name, False) for name in ids)))
    return lines


def _personal_data(judged: _Judged) -> list[Line]:
    """A value counts as found when its core stands in no released row, its own or another's."""
    everything = "\n".join(judged.texts)
    injected: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for row in judged.truth:
        for value in row["values"]:
            injected[value["type"]] += 1
            gone[value["type"]] += normalise(value["core"]) not in everything
    lines = [_line("remove_pii", "personal data", injected.total(), gone.total())]
    return lines + [_line("remove_pii", kind, injected[kind], gone[kind]) for kind in sorted(injected)]


def _repairs(judged: _Judged) -> list[Line]:
    """A repairable row counts as found when it is released without a trace of its damage."""
    lines = []
    for kind, trace in _DAMAGE.items():
        ids = judged.ids(kind)
        clean = [name for name in ids if name in judged.released and not trace.search(judged.released[name])]
        lines.append(_line("normalize_text", f"{kind} repaired and kept", len(ids), len(clean)))
    return lines


def _quality(judged: _Judged) -> list[Line]:
    wanted = judged.ids(*_QUALITY_KINDS)
    gone = judged.removed_by(QUALITY)
    lines = [_line(QUALITY, "rows to remove", len(wanted), sum(name in gone for name in wanted), len(gone))]
    for kind in _QUALITY_KINDS:
        ids = judged.ids(kind)
        lines.append(_line(QUALITY, kind, len(ids), sum(name in gone for name in ids)))
    return lines


def _copies(judged: _Judged) -> list[Line]:
    """Copies are counted by group: an original with n copies is done when n of its n + 1 rows are gone."""
    upto_near = (EXACT, NEAR)
    return [
        _line(EXACT, "exact copies", *_groups(judged, ("exact_copy",), (EXACT,), (EXACT,))),
        _line(NEAR, "near copies", *_groups(judged, ("near_copy",), upto_near, (NEAR,))),
        _line(
            f"{EXACT}+{NEAR}",
            "exact and near copies",
            *_groups(judged, ("exact_copy", "near_copy"), upto_near, upto_near),
        ),
    ]


def _groups(
    judged: _Judged, kinds: tuple[str, ...], stages: tuple[str, ...], claiming: tuple[str, ...]
) -> tuple[int, int, int, int]:
    """Injected copies, those found by ``stages``, rows that ``claiming`` removed, and how many of those had a twin."""
    gone = judged.removed_by(*stages)
    copies = judged.ids(*kinds)
    members: defaultdict[str, list[str]] = defaultdict(list)
    for name in copies:
        members[judged.group[name]].append(name)
    found = sum(min(len(names), sum(name in gone for name in (origin, *names))) for origin, names in members.items())
    sizes = Counter(judged.group.values())
    claimed = judged.removed_by(*claiming)
    return len(copies), found, len(claimed), sum(sizes[judged.group[name]] > 1 for name in claimed)


def _semantic(judged: _Judged) -> list[Line]:
    language = {row["id"]: row["language"] for row in judged.truth}
    gone, flagged = judged.removed_by(SEMANTIC), judged.flagged_by(SEMANTIC)
    sizes = Counter(judged.group.values())

    def line(what: str, kind: str, claimed: list[str]) -> Line:
        ids, pointed_at = judged.ids(kind), {*claimed}
        found = sum(name in pointed_at or judged.group[name] in pointed_at for name in ids)
        return _line(
            SEMANTIC, what, len(ids), found, len(claimed), sum(sizes[judged.group[name]] > 1 for name in claimed)
        )

    english_gone = [name for name in gone if language[name] == "en"]
    english_either = english_gone + [name for name in flagged if language[name] == "en"]
    chinese = [name for name in flagged if language[name] == "zh"]
    return [
        line("English paraphrases removed", "paraphrase_en", english_gone),
        line("English paraphrases removed or flagged", "paraphrase_en", english_either),
        line("Chinese paraphrases flagged", "paraphrase_zh", chinese),
    ]


def _kept(judged: _Judged) -> list[Line]:
    """A row is lost when it and every row that says the same are missing from the release."""
    alive = {judged.group[name] for name in judged.released}
    lines = []
    clean = judged.ids("clean")
    lost = sum(judged.group[name] not in alive for name in clean)
    lines.append(_line("publish", "clean rows in the release", len(clean), len(clean) - lost))
    lost_line = {**_line("publish", "clean_lost", len(clean), lost), "precision": None}
    repairable = [row["id"] for row in judged.truth if row["fate"] == "keep" and row["kind"] != "clean"]
    kept = sum(judged.group[name] in alive for name in repairable)
    unwanted = [
        row["id"] for row in judged.truth if row["fate"] in ("remove", "quarantine") and row["kind"] not in _COPY_KINDS
    ]
    out = sum(name not in judged.released for name in unwanted)
    return [
        *lines,
        lost_line,
        _line("publish", "repairable rows in the release", len(repairable), kept),
        _line("publish", "spoilt rows kept out", len(unwanted), out),
    ]
