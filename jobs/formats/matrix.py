"""What each format can hold, as the table of docs/formats.md: ``python -m jobs.formats.matrix docs/formats.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from jobs.formats.holds import Holds
from jobs.formats.registry import FORMATS

BEGIN, END = "<!-- matrix: python -m jobs.formats.matrix docs/formats.md -->", "<!-- end of matrix -->"
_KINDS = {
    "text": "raw text",
    "chat": "dialogues",
    "preference": "pairs of answers",
    "unpaired_preference": "answers with a verdict",
    "stepwise": "steps with verdicts",
    "prompt": "prompts without an answer",
}
# Row of the table -> what in ``Holds`` makes it so.
_ROOM = {
    "earlier turns": "history",
    "turns in any order": "any_order",
    "several turns in an answer": "long_answers",
    "tool calls and results": "tool_turns",
    "text beside a tool call": "content_beside_calls",
    "tool call ids": "call_ids",
    "list of tools": "tools",
    "name, train flag and unknown keys of a turn": "turn_fields",
    "images, videos, audios": "media",
}


def table() -> str:
    """The matrix in Markdown: a row for what a record may have, a column for each format."""
    names = list(FORMATS)
    lines = ["| a record's | " + " | ".join(f"`{name}`" for name in names) + " |", "| --- |" + " --- |" * len(names)]
    for kind, words in _KINDS.items():
        lines.append(_line(words, [_kind(FORMATS[name].holds, kind) for name in names]))
    for words, attribute in _ROOM.items():
        lines.append(_line(words, [_room(FORMATS[name].holds, attribute) for name in names]))
    lines.append(_line("unknown columns", ["yes"] * len(names)))
    return "\n".join(lines)


def fill(page: str) -> str:
    """A page with the matrix between its two marks brought up to date.

    Raises:
        ValueError: the page has no marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"expected a page with the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def _kind(holds: Holds, kind: str) -> str:
    if kind not in holds.kinds:
        return "no"
    if kind == "preference" and not holds.preferences:
        return "chosen only"
    if kind == "unpaired_preference" and not holds.labels:
        return "good ones only"
    return "yes"


def _room(holds: Holds, attribute: str) -> str:
    if holds.kinds <= {"text", "stepwise"} and attribute != "media":
        return "-"
    return "yes" if getattr(holds, attribute) else "no"


def _line(words: str, cells: list[str]) -> str:
    return f"| {words} | {' | '.join(cells)} |"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(fill(file.read_text("utf-8")), "utf-8")
