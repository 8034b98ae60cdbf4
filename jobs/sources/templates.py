"""Dialogues from templates, in the shape of the practice guide: a question with slots and the parts of its answer.

    slots:                       # shared by all templates; a template's own `slots` come first
      order_id: {pattern: "ORD-#####"}
      status: [运输中, 派送中]
    customer_service_templates:
      order_status_inquiry:
        domain: order_status     # by default the part of the key before `_templates`
        complexity: simple
        system: ...              # optional system prompt
        user_query_template: "订单{order_id}到哪里了?"      # or a list of wordings
        system_response_components:                        # said one after another; each a text or a list of wordings
          greeting: "您好,"
          information_retrieval: "您的订单{order_id}目前状态为{status}。"
          next_steps: ["请您耐心等待。", ""]
        follow_up:               # optional further turns, each with the same two keys
          - user_query_template: ...
            system_response_components: {...}

A slot has one value throughout a dialogue. Every combination of wordings and slot values has a number (mixed
radix), and the
dialogues are drawn by numbers without repetition, the same for the same seed, shared equally among the templates.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.sources.rows import RawRow, bad_row
from jobs.sources.slots import SLOT, TemplateError, read_slot

SUFFIX = "_templates"
_TEMPLATE_KEYS = {
    *("user_query_template", "system_response_components", "follow_up", "slots"),
    *("domain", "intent", "complexity", "language", "system"),
}


@dataclass(frozen=True, slots=True)
class Template:
    """A template made ready: wordings and slots are all ``choices``, one number picks one of each.

    Attributes:
        turns: for each message its role and the names of the choices that make its text, in order.
        choices: name -> its values; wordings have names of their own (``0``, ``1``, ...), slots theirs.
    """

    name: str
    meta: dict[str, str]
    turns: tuple[tuple[str, tuple[str, ...]], ...]
    choices: dict[str, Sequence[str]]

    @property
    def combinations(self) -> int:
        return math.prod(len(values) for values in self.choices.values())

    def dialogue(self, number: int) -> list[dict[str, str]]:
        """The messages of combination ``number``, from 0."""
        picked: dict[str, str] = {}
        for name, values in self.choices.items():
            number, digit = divmod(number, len(values))
            picked[name] = values[digit]
        texts = ((role, "".join(picked[name] for name in names)) for role, names in self.turns)
        return [{"role": role, "content": SLOT.sub(lambda m: picked[m[1]], text)} for role, text in texts]


def read_templates(path: str | Path, count: int, seed: int = 0) -> Iterator[RawRow]:
    """``count`` different dialogues of a template file as ChatML rows with their metadata.

    Templates have equal shares as far as their combinations go; what one cannot give, the others do. When all run
    out, one last
    row with the error ``too_few_combinations`` says how many there were.
    A mistake in the file is one row with the error ``bad_template``.
    """
    try:
        templates = load_templates(path)
    except TemplateError as error:
        yield bad_row(1, None, "$", "bad_template", str(error))
        return
    shares = _share(count, templates, seed)
    drawn = [_draw(template, share, seed) for template, share in zip(templates, shares, strict=True)]
    row = 0
    for dialogues in _round_robin(drawn):
        row += 1
        yield RawRow(row, None, "$", dialogues, None, b"")
    if row < count:
        detail = (
            f"expected {count} different dialogues; the templates and slots give {row}. Add wordings or slot values"
        )
        yield bad_row(row + 1, None, "$", "too_few_combinations", detail)


def load_templates(path: str | Path) -> list[Template]:
    """Every template of a file.

    Raises:
        TemplateError: naming the file, the template and what was expected.
    """
    import yaml

    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise TemplateError(f"{path}: expected YAML in UTF-8; it cannot be read{line}") from None
    groups = {k: v for k, v in content.items() if k.endswith(SUFFIX)} if isinstance(content, dict) else {}
    if not groups or not all(isinstance(group, dict) for group in groups.values()):
        raise TemplateError(f"{path}: expected a key that ends in `{SUFFIX}` with templates by name")
    shared = content.get("slots") or {}
    found = []
    for group, templates in groups.items():
        for name, given in templates.items():
            where = f"{path}: template `{name}`"
            found.append(_read_template(str(name), given, group.removesuffix(SUFFIX), shared, where))
    return found


def _read_template(name: str, given: Any, domain: str, shared: dict[str, Any], where: str) -> Template:
    if not isinstance(given, dict):
        raise TemplateError(f"{where}: expected an object with user_query_template and system_response_components")
    unknown = sorted(set(given) - _TEMPLATE_KEYS)
    if unknown:
        raise TemplateError(
            f"{where}: unknown key `{unknown[0]}`; expected some of {', '.join(sorted(_TEMPLATE_KEYS))}"
        )
    choices: dict[str, Sequence[str]] = {}
    turns: list[tuple[str, tuple[str, ...]]] = []
    if given.get("system"):
        turns.append(("system", (_wordings(given["system"], choices, f"{where}: system"),)))
    for i, turn in enumerate([given, *(given.get("follow_up") or [])]):
        at = where if i == 0 else f"{where}: follow_up {i}"
        query, parts = turn.get("user_query_template"), turn.get("system_response_components")
        if not query or not isinstance(parts, dict) or not parts:
            raise TemplateError(f"{at}: expected user_query_template and an object system_response_components")
        turns.append(("user", (_wordings(query, choices, f"{at}: user_query_template"),)))
        turns.append(("assistant", tuple(_wordings(text, choices, f"{at}: {key}") for key, text in parts.items())))
    slots = {**shared, **(given.get("slots") or {})}
    named = [slot for values in list(choices.values()) for text in values for slot in SLOT.findall(text)]
    for slot in dict.fromkeys(named):
        if slot not in slots:
            raise TemplateError(f"{where}: slot `{slot}` has no values; give it under `slots`")
        choices[slot] = read_slot(slot, slots[slot], where)
    meta = {"domain": domain, "intent": name, "complexity": "simple" if len(turns) < 4 else "complex"}
    meta |= {key: str(given[key]) for key in ("domain", "intent", "complexity", "language") if given.get(key)}
    return Template(name, meta, tuple(turns), choices)


def _wordings(given: Any, choices: dict[str, Sequence[str]], where: str) -> str:
    """Enter the wordings of one text as a choice of its own; returns the choice's name."""
    texts = given if isinstance(given, list) else [given]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise TemplateError(f"{where}: expected a text or a list of texts")
    name = str(len(choices))
    choices[name] = tuple(dict.fromkeys(texts))
    return name


def _share(count: int, templates: list[Template], seed: int) -> list[int]:
    """How many dialogues each template gives: equal shares, the small ones' lack shared among the others."""
    shares = [0] * len(templates)
    order = list(range(len(templates)))
    random.Random(seed).shuffle(order)  # who gets the one more when the count does not divide
    while (left := count - sum(shares)) > 0:
        able = [i for i in order if shares[i] < templates[i].combinations]
        if not able:
            break
        for rank, i in enumerate(able):
            fair = left // len(able) + (rank < left % len(able))
            shares[i] = min(templates[i].combinations, shares[i] + fair)
    return shares


def _draw(template: Template, share: int, seed: int) -> Iterator[dict[str, Any]]:
    """``share`` different dialogues; two combinations that read the same (two slots of equal values) count once."""
    numbers = _distinct_numbers(template.combinations, random.Random(f"{seed}/{template.name}"))
    seen: set[tuple[str, ...]] = set()
    for number in numbers:
        if len(seen) >= share:
            return
        messages = template.dialogue(number)
        text = tuple(message["content"] for message in messages)
        if text not in seen and all(part.strip() for part in text):
            seen.add(text)
            yield {"messages": messages, "metadata": dict(template.meta)}


def _distinct_numbers(size: int, rng: random.Random) -> Iterator[int]:
    """0 .. size-1 in a scattered order, each once, in constant memory.

    A Feistel network of four rounds permutes the next power of four; numbers beyond ``size`` are passed over (cycle
    walking,
    Black and Rogaway 2002), at most three for each one given.
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    mask = (1 << half) - 1
    keys = [rng.getrandbits(64) | 1 for _ in range(4)]
    for i in range(1 << 2 * half):
        left, right = i >> half, i & mask
        for key in keys:
            # The middle bits of a product depend on all bits of the number.
            left, right = right, left ^ (((right + key) * key >> 24) & mask)
        number = left << half | right
        if number < size:
            yield number


def _round_robin(streams: list[Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    waiting = list(streams)
    while waiting:
        still = []
        for stream in waiting:
            item = next(stream, None)
            if item is not None:
                yield item
                still.append(stream)
        waiting = still
