"""Clean dialogues, each about a scene of its own: no two share intent, case and product, and none reads alike."""

from __future__ import annotations

import random
import re
import unicodedata
import zlib
from dataclasses import dataclass, field
from typing import Any

from examples.ecommerce.facts import draw_facts
from examples.ecommerce.grammar import Grammar, load_yaml

Turn = tuple[str, str]  # (role, text), role "user" or "assistant"

# Nobody books a fitter for dumplings: categories that an intent does not fit.
_UNFIT = {
    "installation": (
        "女装",
        "男装",
        "鞋靴",
        "箱包",
        "美妆",
        "食品",
        "图书文具",
        "配饰",
        "厨具",
        "家纺",
        "宠物",
        "clothing",
        "shoes",
        "beauty",
    ),
    "warranty": ("女装", "男装", "美妆", "食品", "图书文具", "家纺", "clothing", "beauty"),
    "customs": ("大家电", "家具", "灯饰"),
}
# A new dialogue shares less than this of its shingles with every earlier one of its case; redrawn otherwise.
# It lies well under the 0.8 at which near-copies are looked for, since placeholders make rows more alike.
TOO_ALIKE = 0.55
# Two questions of one English case share fewer than this of their words, so that meaning differs as well.
TOO_ALIKE_WORDS = 0.6


@dataclass(slots=True)
class Dialogue:
    """A drawn dialogue and the scene it came from, from which it can be said again in other words."""

    language: str
    intent: str
    domain: str
    label: str
    complexity: str
    case: int
    facts: dict[str, str]
    turns: list[Turn] = field(default_factory=list)


def light(text: str) -> str:
    """NFKC without whitespace differences: the form in which likeness is measured here."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def shingles(text: str, width: int = 5) -> frozenset[int]:
    """CRC-32 of each run of ``width`` characters of ``light(text)``; equal on every machine."""
    text = light(text)
    return frozenset(zlib.crc32(text[i : i + width].encode("utf-8")) for i in range(max(1, len(text) - width + 1)))


def jaccard(a: frozenset[Any], b: frozenset[Any]) -> float:
    """Shared part of two sets, 0..1; two empty sets are equal."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared) if a or b else 1.0


def text_of(turns: list[Turn]) -> str:
    """All turns, one a line."""
    return "\n".join(text for _, text in turns)


def masked(turns: list[Turn]) -> frozenset[int]:
    """Shingles with every digit alike: numbers alone do not tell two dialogues apart once they are masked."""
    return shingles(re.sub(r"[0-9]", "0", text_of(turns)))


class Author:
    """Draws dialogues in one language and remembers them, so that each new one is unlike all before."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng, self.language = rng, language
        if language == "zh":
            shared = load_yaml("zh_shared.yaml")
            self.more, self.catalogue = shared["more"], load_yaml("catalogue.yaml")
            self.intents: dict[str, Any] = {}
            for part in ("orders", "aftersales", "account"):
                self.intents |= load_yaml(f"zh_{part}.yaml")
        else:
            shared = load_yaml("en_shared.yaml")
            self.more, self.catalogue, self.intents = [], shared["catalogue"], load_yaml("en_intents.yaml")
        self.grammar = Grammar(shared["shared"])
        self._scenes: dict[tuple[str, int, str], bool] = {}
        self._seen: dict[tuple[str, int], list[tuple[frozenset[int], frozenset[str]]]] = {}

    def draw(self, exchanges: int = 0) -> Dialogue:
        """A new dialogue of 1-4 exchanges (0 draws how many). English rows have one."""
        for _ in range(400):
            dialogue = self._scene()
            key = (dialogue.intent, dialogue.case, dialogue.facts["product"])
            if key in self._scenes:
                continue
            count = exchanges or self.rng.choices((1, 2, 3, 4), (30, 35, 22, 13))[0]
            dialogue.turns = self._render(dialogue, count if self.language == "zh" else 1)
            if self._is_new(dialogue):
                self._scenes[key] = True
                return dialogue
        raise RuntimeError(f"400 draws gave no new {self.language} dialogue: add products or cases to the grammar")

    def say_again(self, dialogue: Dialogue, keep_answer: float) -> list[Turn]:
        """The same question in other words; the answer stays as it was with probability ``keep_answer``."""
        before = shingles(dialogue.turns[0][1])
        for _ in range(200):
            turns = list(dialogue.turns)
            turns[0] = ("user", self._question(dialogue))
            if self.rng.random() >= keep_answer:
                turns[1] = ("assistant", self._answer(dialogue, self._case(dialogue)["answer"]))
            told_apart = jaccard(before, shingles(turns[0][1])) < 0.5
            if told_apart and jaccard(masked(dialogue.turns), masked(turns)) < 0.75:
                return turns
            keep_answer *= 0.97  # a short question under a long answer needs another answer to differ at all
        raise RuntimeError(f"case {dialogue.case} of {dialogue.intent} has too few wordings to be said again")

    def can_say_again(self, dialogue: Dialogue) -> bool:
        """Whether the questions of the dialogue's case are marked as asking one thing."""
        return bool(self._case(dialogue).get("same"))

    def _scene(self) -> Dialogue:
        intent = self.rng.choice(list(self.intents))
        spec = self.intents[intent]
        fitting = [name for name in self.catalogue if name not in _UNFIT.get(intent, ())]
        category = self.catalogue[self.rng.choice(fitting)]
        product = self.rng.choice(category["items"])
        facts = draw_facts(self.rng, category, product, self.language)
        case = self.rng.randrange(len(spec["cases"]))
        return Dialogue(self.language, intent, spec["domain"], spec["label"], spec["complexity"], case, facts)

    def _case(self, dialogue: Dialogue) -> dict[str, Any]:
        return self.intents[dialogue.intent]["cases"][dialogue.case]

    def _render(self, dialogue: Dialogue, exchanges: int) -> list[Turn]:
        turns = [
            ("user", self._question(dialogue)),
            ("assistant", self._answer(dialogue, self._case(dialogue)["answer"])),
        ]
        thanks = len(self.more) - 1
        follow = self.rng.sample(range(thanks), exchanges - 1) if exchanges > 1 else []
        if follow and self.rng.random() < 0.4:
            follow[-1] = thanks
        for index in follow:
            part = self.more[index]
            turns.append(("user", self._finish(self._say(self.rng.choice(part["ask"]), dialogue), False)))
            turns.append(("assistant", self._finish(self._say(self.rng.choice(part["answer"]), dialogue), True)))
        return turns

    def _question(self, dialogue: Dialogue) -> str:
        parts = [self._say(self.rng.choice(self._case(dialogue)["ask"]), dialogue)]
        if self.rng.random() < 0.5:
            parts.insert(0, self.grammar.say_shared(self.rng, "hi", dialogue.facts))
        if self.rng.random() < 0.35:
            parts.append(self.grammar.say_shared(self.rng, "tail", dialogue.facts))
        return self._finish(self._join(parts), False)

    def _answer(self, dialogue: Dialogue, components: list[list[str]]) -> str:
        parts = [self._say(self.rng.choice(patterns), dialogue) for patterns in components]
        if "look_up" in self.grammar.shared and self.rng.random() < 0.3:
            parts.insert(0, self.grammar.say_shared(self.rng, "look_up", dialogue.facts))
        if self.rng.random() < 0.5:
            parts.insert(0, self.grammar.say_shared(self.rng, "ahi", dialogue.facts))
        if self.rng.random() < 0.5:
            parts.append(self.grammar.say_shared(self.rng, "end", dialogue.facts))
        return self._finish(self._join(parts), True)

    def _say(self, pattern: str, dialogue: Dialogue) -> str:
        return self.grammar.say(self.rng, pattern, dialogue.facts)

    def _join(self, parts: list[str]) -> str:
        if self.language == "en":
            return " ".join(parts)
        joined = parts[0]
        for part in parts[1:]:
            joined += part if joined[-1] in "，。！？～~" else "，" + part
        return joined

    def _finish(self, text: str, answer: bool) -> str:
        """Punctuation as a person would leave it: answers always end a sentence, questions nearly always."""
        text = re.sub(r"([，。！？])[，。]+", r"\1", text.strip())
        text = re.sub(r"，([。！？])", r"\1", text)
        if self.language == "en":
            text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text[0].upper() + text[1:])
            return re.sub(r"([.!?,]) +([a-z])", _sentence_case, text)
        text = re.sub(r"，$", "。", text)
        if text[-1] in "。！？～~" or (not answer and self.rng.random() < 0.6):
            return text
        return text + "。"

    def _is_new(self, dialogue: Dialogue) -> bool:
        mine = masked(dialogue.turns)
        words = (
            frozenset(re.findall(r"[a-z']+", dialogue.turns[0][1].lower())) if self.language == "en" else frozenset()
        )
        earlier = self._seen.setdefault((dialogue.intent, dialogue.case), [])
        for theirs, their_words in earlier:
            if jaccard(mine, theirs) >= TOO_ALIKE or (words and jaccard(words, their_words) >= TOO_ALIKE_WORDS):
                return False
        earlier.append((mine, words))
        return True


def _sentence_case(match: re.Match[str]) -> str:
    mark, letter = match.groups()
    return f"{mark} {letter if mark == ',' else letter.upper()}"
