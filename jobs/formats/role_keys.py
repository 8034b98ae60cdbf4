"""Which keys of a file's turns hold the role and the text, told by the values of all its rows.

For files whose turns name them otherwise than role/content and from/value. A key is the role's because its values are
role words wherever it stands, so a file of ten equal dialogues is read as any other is; the number of different values
in a first sample, by which others guess, says nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jobs.formats.turn_list import CALL, ROLE_WORDS

# A key in fewer turns than this, or with fewer role words, is not the role's: the stray turns are refused one by one.
_ENOUGH = 0.9
# Among the other keys these are the text's; else the one with the most characters is.
_TEXT_NAMES = frozenset({"content", "value", "text", "message", "utterance", "body", "sentence", "内容", "文本"})
# Columns and keys beyond these are not looked at: what a file may cost in memory is bounded whatever it holds.
_MOST_COLUMNS, _MOST_KEYS = 64, 64


@dataclass(slots=True)
class _Key:
    texts: int = 0
    words: int = 0
    characters: int = 0
    asks: bool = False
    answers: bool = False


class RoleKeys:
    """Counts over rows, some numbers a key; ``add`` each row, then ask for ``mapping``."""

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}
        self._keys: dict[str, dict[str, _Key]] = {}

    def add(self, obj: Any) -> None:
        """Count the turns of a row; anything that is no row of turns is passed over."""
        if not isinstance(obj, dict):
            return
        for column, items in obj.items():
            if not is_list_of_turns(items) or (column not in self._turns and len(self._turns) >= _MOST_COLUMNS):
                continue
            self._turns[column] = self._turns.get(column, 0) + len(items)
            keys = self._keys.setdefault(column, {})
            for turn in items:
                self._add_turn(turn, keys)

    def _add_turn(self, turn: Any, keys: dict[str, _Key]) -> None:
        for name, value in turn.items() if isinstance(turn, dict) else ():
            if not isinstance(value, str) or (name not in keys and len(keys) >= _MOST_KEYS):
                continue
            key = keys.setdefault(name, _Key())
            key.texts += 1
            key.characters += len(value)
            role = ROLE_WORDS.get(value.strip().lower())
            if role is not None:
                key.words += 1
                key.asks |= role == "user"
                key.answers |= role in ("assistant", CALL)

    def mapping(self) -> dict[str, str] | None:
        """The field mapping ``{messages, role, content}`` of the column that has the most turns; None when none has."""
        for column in sorted(self._turns, key=lambda name: -self._turns[name]):
            keys, enough = self._keys[column], _ENOUGH * self._turns[column]
            roles = [n for n, k in keys.items() if k.words >= enough and k.asks and k.answers]
            if not roles:
                continue
            role = max(roles, key=lambda name: keys[name].words)
            texts = [n for n, k in keys.items() if n != role and k.texts >= enough]
            if texts:
                content = max(texts, key=lambda name: (name.lower() in _TEXT_NAMES, keys[name].characters))
                return {"messages": column, "role": role, "content": content}
        return None


def is_list_of_turns(items: Any) -> bool:
    """Whether a column could hold turns: a list that begins with an object."""
    return isinstance(items, list) and bool(items) and isinstance(items[0], dict)
