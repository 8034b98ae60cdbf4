"""What agents say in every dialogue: greetings, thanks and signatures, learnt as frequent first and last sentences.

Nothing is listed here: a source's own rows tell. A sentence is boilerplate of a source when it begins or ends turns of
agents in more than a share of its rows, beside many different neighbours: what always goes with the same answer is part
of that answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from jobs.text.protect import hide, show

# At both ends of a turn: a greeting and an offer, an offer and thanks and a wish.
_FIRST, _LAST = 2, 3
# A shorter one says too little to be told from an answer ("好的"); a longer one is a text of its own.
_MIN_CHARS, _MAX_CHARS = 5, 80
# So many different sentences stand beside it at least.
MIN_NEIGHBOURS = 10
# Lines that a source may have learnt of it: agents' phrases, not its whole vocabulary.
MAX_LINES = 200
_REACH = 400

_ENDS = "。！？!?～~…\n"
_BOUNDARY = re.compile(f"(?<=[{_ENDS}])(?![{_ENDS}])|(?<=\\. )")
_PLACEHOLDER_NUMBER = re.compile(r"(?<=[A-Z])_[0-9]{1,6}(?=>)")
_NO_WORD = re.compile(r"[\W_]+")


class Candidate(NamedTuple):
    """A sentence at an end of an agent's turn, and the sentence beside it, both as keys."""

    key: str
    neighbour: str


def key_of(sentence: str) -> str | None:
    """What two spellings of a sentence share: letters and digits, folded; None where it cannot be boilerplate."""
    if len(sentence) > 2 * _MAX_CHARS:
        return None
    plain = _PLACEHOLDER_NUMBER.sub("", sentence)
    key = _NO_WORD.sub("", unicodedata.normalize("NFKC", plain)).casefold()
    return key if _MIN_CHARS <= len(key) <= _MAX_CHARS else None


def candidates(row: Mapping[str, Any]) -> set[Candidate]:
    """The sentences at the ends of a row's agent turns, each once; none of a turn that is one sentence."""
    found: set[Candidate] = set()
    for message in _agent_turns(row):
        parts = _sentences(_hidden(message["content"])[0])
        ends = [(i, i + 1) for i in range(min(_FIRST, len(parts) - 1))]
        ends += [(i, i - 1) for i in range(max(1, len(parts) - _LAST), len(parts))]
        for at, beside in ends:
            if (key := key_of(parts[at])) is not None:
                found.add(Candidate(key, _NO_WORD.sub("", parts[beside])[:_MAX_CHARS]))
    return found


def strip_boilerplate(row: dict[str, Any], lines: Collection[str], remove: bool) -> dict[str, int]:
    """Takes learnt lines off the ends of a row's agent turns, in place; never a whole turn, never code.

    Args:
        lines: keys of the row's source.
        remove: False only counts.

    Returns:
        The number of turns with such a line, as ``boilerplate`` or, only counted, ``boilerplate_seen``.
    """
    turns = 0
    for message in _agent_turns(row):
        rest = without_boilerplate(message["content"], lines)
        turns += rest != message["content"]
        if remove:
            message["content"] = rest
    return {"boilerplate" if remove else "boilerplate_seen": turns} if turns else {}


def without_boilerplate(text: str, lines: Collection[str]) -> str:
    """The text without learnt lines at its beginning and end; the whole text where nothing else would remain."""
    body, pieces = _hidden(text)
    parts = _sentences(body)
    start, end = 0, len(parts)
    while start < end and key_of(parts[start]) in lines:
        start += 1
    while end > start and key_of(parts[end - 1]) in lines:
        end -= 1
    if (start, end) == (0, len(parts)) or not _NO_WORD.sub("", "".join(parts[start:end])):
        return text
    return show("".join(parts[start:end]).strip(), pieces)


def _agent_turns(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for column in ("messages", "chosen", "rejected"):
        for message in row.get(column) or []:
            if message.get("role") == "assistant" and message.get("content"):
                yield message


def _hidden(text: str) -> tuple[str, list[str]]:
    return hide(text) or (text, [])


def _sentences(text: str) -> list[str]:
    """The text in sentences, white space and marks with the sentence before them; the middle of a long text as one."""
    if len(text) <= 2 * _REACH:
        return [part for part in _BOUNDARY.split(text) if part]
    head, middle, tail = text[:_REACH], text[_REACH:-_REACH], text[-_REACH:]
    first, last = [p for p in _BOUNDARY.split(head) if p], [p for p in _BOUNDARY.split(tail) if p]
    return [*first[:-1], first[-1] + middle + last[0], *last[1:]]
