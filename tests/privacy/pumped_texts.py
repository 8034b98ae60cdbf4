"""Every regular expression of a package, and for each the texts that would make it backtrack."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as opcode  # type: ignore[attr-defined]  # the parsed form has no public door
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from types import FunctionType, ModuleType
from typing import Any

# Of an expression with more repetitions so many are drawn.
_PUMPS = 24
_TAILS = ("", "\0", "!", "\n", "号", "9", "z")


@dataclass(frozen=True)
class Expression:
    """One expression and how it is used: ``anchored`` where the code only ever asks for a match at a given place."""

    pattern: re.Pattern[str]
    anchored: bool

    def run(self, text: str) -> None:
        """Looks a text through as the code would."""
        if self.anchored:
            self.pattern.match(text)
            return
        for _ in self.pattern.finditer(text):
            pass


def expressions(*packages: str) -> dict[str, Expression]:
    """Where each stands -> the expression: module globals, what they hold, what their functions close over, and the
    literals that functions give to ``re``."""
    found: dict[str, Expression] = {}
    for package in packages:
        for info in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            module = importlib.import_module(info.name)
            source = Path(module.__file__ or "").read_text("utf-8")
            for name, value in list(vars(module).items()):
                uses = set(re.findall(rf"\b{name}\.(match|fullmatch|search|finditer|findall|sub|subn|split)\b", source))
                anchored = bool(uses) and uses <= {"match", "fullmatch"}
                for where, pattern in _inside(value, f"{module.__name__}.{name}", set()):
                    found.setdefault(where, Expression(pattern, anchored))
            found |= _literals(module, source)
    unique: dict[tuple[str, int], str] = {}
    for where, expression in found.items():
        unique.setdefault((expression.pattern.pattern, expression.pattern.flags), where)
    return {where: found[where] for where in unique.values()}


def _inside(value: Any, where: str, seen: set[int]) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield where, value
        return
    if id(value) in seen or isinstance(value, str | bytes | int | float | type | ModuleType):
        return
    seen.add(id(value))
    parts: list[Any] = []
    if isinstance(value, dict):
        parts = [*value.values()][:5_000]
    elif isinstance(value, list | tuple | set | frozenset):
        parts = [*value][:5_000]
    elif isinstance(value, FunctionType):
        parts = [cell.cell_contents for cell in value.__closure__ or () if cell.cell_contents is not None]
    elif type(value).__module__.startswith("jobs."):
        parts = [getattr(value, name, None) for name in getattr(value, "__dataclass_fields__", ())]
        cue = getattr(value, "cue", None)
        if isinstance(cue, str):
            yield f"{where}.{value.name}.cue", re.compile(cue, re.IGNORECASE)
        where = f"{where}.{getattr(value, 'name', '')}"
    for part in parts:
        yield from _inside(part, where, seen)


def _literals(module: ModuleType, source: str) -> dict[str, Expression]:
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            called, first = node.func, node.args[0]
            named = isinstance(called.value, ast.Name) and called.value.id == "re"
            if named and called.attr != "escape" and isinstance(first, ast.Constant) and isinstance(first.value, str):
                anchored = called.attr in ("match", "fullmatch")
                found[f"{module.__name__}:{node.lineno}"] = Expression(re.compile(first.value), anchored)
    return found


def pumped(pattern: re.Pattern[str], length: int, draw: random.Random) -> Iterator[str]:
    """Texts of about ``length`` characters: what leads up to a repetition, the repeated part over and over, and an end
    that it cannot match; the whole expression's match over and over; its alphabet at random."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    pumps = list(_pumps(tree, "", draw))
    alphabet = sorted(set("".join(pump for _, pump in pumps))) or ["a"]
    for lead, pump in draw.sample(pumps, min(len(pumps), _PUMPS)):
        yield lead + pump * (length // len(pump)) + draw.choice(_TAILS)
        yield (lead + pump) * (length // len(lead + pump))
    whole = _sample(tree, draw)
    if whole:
        yield whole * (length // len(whole))
        yield whole[:-1] * (length // max(1, len(whole) - 1))
    yield "".join(draw.choices(alphabet, k=length))
    yield draw.choice(alphabet) * length


def _pumps(tree: Any, lead: str, draw: random.Random) -> Iterator[tuple[str, str]]:
    """(lead, pump) for every repetition in the tree, inner ones too."""
    for op, value in tree:
        if op in (opcode.MAX_REPEAT, opcode.MIN_REPEAT, opcode.POSSESSIVE_REPEAT):
            body = value[2]
            for _ in range(2):
                if pump := _sample(body, draw):
                    yield lead, pump
            yield from _pumps(body, lead, draw)
        elif op is opcode.SUBPATTERN:
            yield from _pumps(value[3], lead, draw)
        elif op is opcode.ATOMIC_GROUP:
            yield from _pumps(value, lead, draw)
        elif op is opcode.BRANCH:
            for branch in value[1]:
                yield from _pumps(branch, lead, draw)
        elif op in (opcode.ASSERT, opcode.ASSERT_NOT):
            yield from _pumps(value[1], lead, draw)
        lead += _sample([(op, value)], draw)


def _sample(tree: Any, draw: random.Random) -> str:
    """A text that the tree matches, or nearly: look-around and back references are left out."""
    return "".join(_piece(op, value, draw) for op, value in tree)


def _piece(op: Any, value: Any, draw: random.Random) -> str:
    if op is opcode.LITERAL:
        return chr(value)
    if op in (opcode.ANY, opcode.NOT_LITERAL):
        return draw.choice("a1 号")
    if op is opcode.IN:
        return _of_class(value, draw)
    if op in (opcode.MAX_REPEAT, opcode.MIN_REPEAT, opcode.POSSESSIVE_REPEAT):
        low, high, body = value
        return "".join(_sample(body, draw) for _ in range(max(low, min(high, 1))))
    if op is opcode.SUBPATTERN:
        return _sample(value[3], draw)
    if op is opcode.ATOMIC_GROUP:
        return _sample(value, draw)
    if op is opcode.BRANCH:
        return _sample(draw.choice(value[1]), draw)
    return ""


_CATEGORIES = {"DIGIT": "0123456789", "SPACE": " \t\n", "WORD": "aZ0_号", "NOT_DIGIT": "a 号", "NOT_SPACE": "a0号"}


def _of_class(members: Any, draw: random.Random) -> str:
    if members[0][0] is opcode.NEGATE:
        for char in draw.sample("a0 号-:.,!#/x\n", 13):
            if not any(_holds(op, value, char) for op, value in members[1:]):
                return char
        return "\u00e9"
    op, value = draw.choice(members)
    if op is opcode.RANGE:
        return chr(draw.randint(value[0], value[1]))
    if op is opcode.LITERAL:
        return chr(value)
    return draw.choice(_CATEGORIES.get(str(value).removeprefix("CATEGORY_"), "-,."))


def _holds(op: Any, value: Any, char: str) -> bool:
    if op is opcode.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if op is opcode.LITERAL:
        return ord(char) == value
    return char in _CATEGORIES.get(str(value).removeprefix("CATEGORY_"), "")
