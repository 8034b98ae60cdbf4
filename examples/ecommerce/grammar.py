"""A small sentence grammar: ``(a|b|)`` draws one alternative, ``$name`` is a fact, ``<name>`` a shared list.

Alternatives nest. Everything is drawn from the ``random.Random`` handed in, so equal seeds give equal text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
_TOKEN = re.compile(r"\$[a-z_0-9]+|<[a-z_]+>|[()|]")

# A compiled pattern: literal text, ("fact", name), ("shared", name), or ("one_of", [pattern, ...]).
Node = list[Any]


def load_yaml(name: str) -> dict[str, Any]:
    """One of this example's data files as plain values."""
    with (DATA / name).open(encoding="utf-8") as handle:
        return yaml.safe_load(handle)


@cache
def compile_pattern(pattern: str) -> Node:
    """The tree of a pattern; raises ValueError that shows a pattern whose brackets do not close."""
    stack: list[list[Node]] = [[[]]]
    position = 0
    for token in _TOKEN.finditer(pattern):
        if token.start() > position:
            stack[-1][-1].append(pattern[position : token.start()])
        position, mark = token.end(), token.group()
        if mark == "(":
            stack.append([[]])
        elif mark == "|" and len(stack) > 1:
            stack[-1].append([])
        elif mark == ")" and len(stack) > 1:
            branches = stack.pop()
            stack[-1][-1].append(("one_of", branches))
        elif mark[0] == "$":
            stack[-1][-1].append(("fact", mark[1:]))
        elif mark[0] == "<":
            stack[-1][-1].append(("shared", mark[1:-1]))
        else:
            raise ValueError(f"unexpected {mark!r} at {token.start()} of pattern {pattern!r}: check its brackets")
    if len(stack) != 1:
        raise ValueError(f"a bracket of pattern {pattern!r} is never closed")
    stack[0][0].append(pattern[position:])
    return stack[0][0]


class Grammar:
    """Shared lists and a way to draw a sentence from a pattern."""

    def __init__(self, shared: Mapping[str, Sequence[str]]) -> None:
        self.shared = shared

    def say(self, rng: random.Random, pattern: str, facts: Mapping[str, str]) -> str:
        """One sentence of ``pattern``; raises KeyError naming a fact that the scene lacks."""
        return self._expand(rng, compile_pattern(pattern), facts)

    def say_shared(self, rng: random.Random, name: str, facts: Mapping[str, str]) -> str:
        """One sentence of the shared list ``name``."""
        return self.say(rng, rng.choice(self.shared[name]), facts)

    def _expand(self, rng: random.Random, node: Node, facts: Mapping[str, str]) -> str:
        out: list[str] = []
        for part in node:
            if isinstance(part, str):
                out.append(part)
            elif part[0] == "fact":
                out.append(facts[part[1]])
            elif part[0] == "shared":
                out.append(self.say_shared(rng, part[1], facts))
            else:
                out.append(self._expand(rng, rng.choice(part[1]), facts))
        return "".join(out)
