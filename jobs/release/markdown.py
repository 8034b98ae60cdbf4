"""The data passport for people: Markdown in which no value of the data or of a user's file can act as markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jobs.release.acceptance import number_text

_LONGEST = 400
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ACTIVE = re.compile(r"([\\`*\[\]|#~!$]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z]))")
# What makes a list or an underline of a heading where a line begins with it.
_OPENING = re.compile(r"^([-+=]|[0-9]+(?=[.)](?: |$)))")
# "://" and "www." make GitHub and Prefect link whatever follows.
_LINK = re.compile(r"://|www\.", re.IGNORECASE)


def escape(value: Any) -> str:
    """Text for a table's cell or a list's item: one line, nothing in it acts, at most 400 characters of the value.

    Control characters and the marks that reverse the direction of writing become spaces: a name must not
    rearrange the line around it.
    """
    if value is None or value == "":
        return "-"
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in _BIDI else c for c in str(value))
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    text = _ACTIVE.sub(r"\\\1", "".join(_ENTITIES.get(c, c) for c in text))
    text = _OPENING.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", text)
    return _LINK.sub(lambda found: f"{found[0][:-1]}&#{ord(found[0][-1])};", text) or "-"


# LRE RLE PDF LRO RLO, LRI RLI FSI PDI, LRM RLM ALM.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def passport_markdown(passport: Mapping[str, Any]) -> str:
    """The passport, as ``jobs.release.passport.make_passport`` gives it, for reading."""
    identity = passport["identity"]
    parts = [
        f"# Data passport (数据护照): {escape(identity['name'])} {escape(identity['version'])}",
        escape(identity["description"]),
        _identity(identity),
        "## Goal",
        _goal(passport["goal"]),
        "## Origin",
        _origin(passport["origin"]),
        "## Processing history",
        _processing(passport["processing"]),
        "## Statistics",
        _statistics(passport["statistics"]),
        "## Acceptance",
        _acceptance(passport["acceptance"]),
        "## Files",
        _files(passport["files"]),
        "Beside them: dataset\\_info.json for LLaMA-Factory, in the folder trainers a snippet or loading code for each "
        "trainer that reads one of the formats, and in the folder media the stored images that rows name.",
        "## Known limitations",
        _items(escape(limitation["detail"]) for limitation in passport["limitations"]),
    ]
    return "\n\n".join(parts) + "\n"


def _identity(identity: Mapping[str, Any]) -> str:
    labels = {
        "released_at": "Released (UTC)",
        "language": "Languages",
        "code_commit": "Code commit",
        "configuration_hash": "Configuration hash",
        "run_id": "Run",
        "content_digest": "Content digest",
    }
    values = {**identity, "language": ", ".join(identity["language"])}
    return _table(("", ""), ((label, escape(values[key])) for key, label in labels.items()))


def _goal(goal: Mapping[str, Any]) -> str:
    lines = [_items(escape(capability) for capability in goal.get("capabilities") or ())]
    targets = goal.get("targets") or ()
    if targets:
        head = ("target, measured after training", "at least", "at most", "measured by")
        bounds = ("at_least", "at_most")
        rows = ((escape(t["name"]), *(_number(t[b]) for b in bounds), escape(t["measured_by"])) for t in targets)
        lines.append(_table(head, rows))
    return "\n\n".join(lines)


def _origin(origin: Sequence[Mapping[str, Any]]) -> str:
    head = ("source", "kind", "synthetic", "licence", "collected at", "expected", "rows collected", "rows released")
    rows = (
        (
            escape(o["name"]),
            escape(o["kind"]),
            "yes" if o["synthetic"] else "no",
            escape(o["licence"]),
            escape(o["collected_at"]),
            _number(o["expected_volume"]),
            _number(o["rows_collected"]),
            _number(o["rows_released"]),
        )
        for o in origin
    )
    files = ((escape(o["name"]), escape(f["uri"]), f["sha256"]) for o in origin for f in o["files"])
    return f"{_table(head, rows)}\n\n{_table(('source', 'file', 'sha256'), files)}"


def _processing(steps: Sequence[Mapping[str, Any]]) -> str:
    head = ("stage", "rows in", "kept", "removed", "flagged", "quarantined", "changed", "gate", "seconds", "table")
    rows = (
        (
            escape(s["stage"]),
            _number(s["rows_in"]),
            _number(s["kept"]),
            _counts(s["removed"]),
            _counts(s["flagged"]),
            _counts(s["quarantined"]),
            _counts(s["changes"]) + (f" in {s['changed_rows']:,} rows" if s["changed_rows"] else ""),
            escape(s["gate"]),
            f"{s['seconds']:,.1f}" + (" (reused)" if s["reused"] else ""),
            escape(s["table"]),
        )
        for s in steps
    )
    done = [_table(head, rows), *(_policy(s) for s in steps if s["params"].get("policy"))]
    rules = [(rule, count) for s in steps for rule, count in (s.get("rules") or {}).items()]
    if not rules:
        return "\n\n".join(done)
    told = (
        (escape(rule), *(_number(count[name]) for name in ("alone", "together", "flagged"))) for rule, count in rules
    )
    broken = _table(("quality rule", "rows that it removed alone", "rows that it removed", "rows flagged"), told)
    return "\n\n".join([*done, broken])


def _policy(step: Mapping[str, Any]) -> str:
    """What a stage put in the place of personal data, by entity."""
    policy = {"default": "placeholder", **step["params"]["policy"]}
    named = [f"{entity} {operator}" for entity, operator in policy.items() if entity != "default"]
    return escape(f"{step['stage']} by entity: {', '.join([*named, 'all others ' + policy['default']])}.")


def _statistics(statistics: Mapping[str, Any]) -> str:
    groups = ("splits", "sources", "source_kinds", "licences", "languages", "kinds")
    rows = [(name.replace("_", " "), _counts(statistics[name])) for name in groups]
    rows.append(("most frequent intents", _counts(statistics["intents"])))
    rows.insert(0, ("rows", _number(statistics["rows"])))
    for name in ("turns", "characters"):
        d = statistics[name]
        points = ("minimum", "median", "p95", "maximum", "mean")
        rows.append((f"{name} a row", ", ".join(f"{point} {d[point]:,}" for point in points)))
    measures = statistics["measures"]
    rows += [(name.replace("_", " "), _number(measures[name])) for name in measures if name != "rows"]
    return _table(("", ""), rows)


def _acceptance(results: Sequence[Mapping[str, Any]]) -> str:
    if not results:
        return "The specification states no acceptance target."
    head = ("measure", "at least", "at most", "measured", "passed")
    rows = (
        (
            escape(r["measure"]),
            _number(r["at_least"]),
            _number(r["at_most"]),
            _number(r["value"]),
            "yes" if r["passed"] else "**no**",
        )
        for r in results
    )
    return _table(head, rows)


def _files(files: Sequence[Mapping[str, Any]]) -> str:
    head = ("file", "rows", "bytes", "lost in this format", "rows left out", "sha256")
    rows = (
        (
            escape(f["path"]),
            _number(f["rows"]),
            _number(f["bytes"]),
            _counts(f["lost"]),
            _number(sum(f["refused"].values())),
            escape(f["sha256"]),
        )
        for f in files
    )
    return _table(head, rows)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{escape(name)} {n:,}" for name, n in counts.items()) or "-"


def _number(value: float | None) -> str:
    return "-" if value is None else number_text(value)


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
