"""A transformers token classifier read as named spans: windows by tokens, whole words, any scheme of tags.

Nothing is fetched: the model is a folder, and the library is told so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# (class, start, end, score): where the model sees something, in characters of what it read; end exclusive, score 0..1.
Named = tuple[str, int, int, float]
# The tags of IOB, BIOES, BILOU and BMES before the class.
_TAG = re.compile(r"(?:(?P<tag>[BIESLUM])[-_])?(?P<name>.+)")
_OPENS, _CLOSES = frozenset("BSU"), frozenset("ESLU")
_LETTER = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# What a model reads at once where its configuration does not say it, and the most that is asked of it.
_USUAL_TOKENS = 512
# Where to part a text, the best first.
_CUTS = ("\n", ".!?。！？", ",;，；、", " ")


@dataclass(frozen=True, slots=True)
class Token:
    """What a model says of ``text[start:end]``: a class, and the tag of a scheme, such as ``B``; score 0 to 1."""

    tag: str
    name: str
    start: int
    end: int
    score: float

    @classmethod
    def labelled(cls, label: str, start: int, end: int, score: float) -> Token:
        """A token whose label has its tag and class in one: ``B-PER``."""
        match = _TAG.fullmatch(label.strip())
        return cls((match["tag"] or "") if match else "", class_of(label) or "O", start, end, score)


def class_of(label: str) -> str:
    """The class of a label without its tag: ``B-PER`` and ``S_PER`` are ``PER``."""
    match = _TAG.fullmatch(label.strip())
    return match["name"].upper() if match else ""


def load_token_classifier(folder: Path) -> Callable[[str], Iterator[Named]]:
    """A function that reads a text of any length with the model in ``folder``.

    Raises:
        ValueError: its tokenizer cannot say where a token stands.
        OSError: a file of the model is missing.
    """
    from transformers import AutoModelForTokenClassification, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    if not tokenizer.is_fast:
        raise ValueError(
            f"models: the tokenizer of {folder} does not say where its tokens stand; expected a fast one, with a "
            "tokenizer.json"
        )
    model = AutoModelForTokenClassification.from_pretrained(str(folder), local_files_only=True).eval()
    limit = _most_tokens(tokenizer.model_max_length, model.config)

    def count(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=True, verbose=False)["input_ids"])

    def read(text: str) -> Iterator[Named]:
        for start, part in windows(text, limit, count):
            for name, first, last, score in named_spans(part, _classified(tokenizer, model, part)):
                yield name, start + first, start + last, score

    return read


def _classified(tokenizer: Any, model: Any, text: str) -> Iterator[Token]:
    """The tokens of a text with their likeliest label; those that the tokenizer adds take up no character."""
    import torch

    read = tokenizer(text, return_tensors="pt", return_offsets_mapping=True, verbose=False)
    places = read.pop("offset_mapping")[0].tolist()
    with torch.inference_mode():
        scores, labels = model(**read).logits[0].softmax(-1).max(-1)
    for (start, end), score, label in zip(places, scores.tolist(), labels.tolist(), strict=True):
        yield Token.labelled(str(model.config.id2label[label]), start, end, score)


def _most_tokens(told: int, config: Any) -> int:
    """Tokens that a model reads at once: a tokenizer that knows no limit tells a number of thirty digits."""
    places = getattr(config, "max_position_embeddings", None) or _USUAL_TOKENS
    # Models of the RoBERTa family count places from behind their padding.
    offset = (getattr(config, "pad_token_id", 0) or 0) + 1 if "roberta" in str(getattr(config, "model_type", "")) else 0
    return max(8, min(told, places - offset, _USUAL_TOKENS))


def windows(text: str, limit: int, count: Callable[[str], int]) -> Iterator[tuple[int, str]]:
    """(start, part) of a text in parts of at most ``limit`` tokens, cut behind a sentence or a word where there is one.

    Args:
        count: the tokens of a part.
    """
    start = 0
    while start < len(text):
        # No token is shorter than a third of a character, most are longer than one.
        size = min(len(text) - start, 4 * limit)
        while size > 1 and count(text[start : start + size]) > limit:
            size = size * 3 // 4
        if start + size < len(text):
            size = _cut(text[start : start + size])
        yield start, text[start : start + size]
        start += size


def _cut(part: str) -> int:
    """Where to end a part: behind the last sentence in its second half, else the last clause, else the last word."""
    for signs in _CUTS:
        at = max(part.rfind(sign, len(part) // 2) for sign in signs)
        if at > 0:
            return at + 1
    return len(part)


def named_spans(text: str, tokens: Iterable[Token]) -> Iterator[Named]:
    """Spans of neighbouring tokens of one class, as whole words; the score is the mean of the tokens'."""
    span: list[Token] = []
    for token in tokens:
        if span and not _goes_on(text, span[-1], token):
            yield _whole(text, span)
            span = []
        if token.name != "O" and token.start < token.end:
            span.append(token)
    if span:
        yield _whole(text, span)


def _goes_on(text: str, last: Token, token: Token) -> bool:
    """Whether a token belongs to the span before it; a piece of the same word does whatever its tag says."""
    if token.name != last.name or text[last.end : token.start].strip():
        return token.start == last.end and token.name == "O" and _inside_word(text, token.start)
    inside = token.start == last.end and _inside_word(text, token.start)
    return inside or not (token.tag in _OPENS or last.tag in _CLOSES)


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and bool(_LETTER.match(text[at - 1]) and _LETTER.match(text[at]))


def _whole(text: str, span: list[Token]) -> Named:
    """The span without white space at its ends, and with the rest of a word that it cuts."""
    start, end = span[0].start, span[-1].end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while _inside_word(text, start):
        start -= 1
    while _inside_word(text, end):
        end += 1
    return span[0].name, start, end, sum(token.score for token in span) / len(span)
