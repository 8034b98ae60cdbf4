"""Token counts: by a tokenizer where one is given, else by an estimate that says it is one.

The estimate walks over classes of characters with weights fitted (least squares, weighted by length) to Qwen's
151,646-token byte-pair encoding on nine public sets in Chinese and English. Against that tokenizer the mean error of
a row was 4 to 7 per cent (10 on short Chinese questions) and that of a whole set at most 10: docs/targets.md has the
table. Other tokenizers differ from Qwen's by more than that: a Llama 2 or Gemma vocabulary may need twice the tokens
for Chinese. It is an estimate; a cut-off that matters wants ``--tokenizer``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

Span = tuple[int, int]
TOKENIZER_FILE = "tokenizer.json"


class TokenizerError(ValueError):
    """The tokenizer that was asked for cannot be had; the message says what was expected."""


class Counter(Protocol):
    """Counts the tokens of a text and says where each stands."""

    @property
    def name(self) -> str:
        """For reports."""

    @property
    def is_estimate(self) -> bool:
        """Whether the counts are estimated."""

    def count(self, text: str) -> int:
        """How many tokens; special tokens written out in the text count, none is added."""

    def spans(self, text: str) -> list[Span]:
        """Start and end of each token in characters, in order."""


# Hundredths of a token, so that sums are exact in whatever order. A word has one token and 0.4 for each further eight
# letters; white space other than line breaks goes with the word behind it.
_ONE, _HAN, _WORD, _EIGHT_MORE, _LETTER, _DIGIT, _BREAK, _MARKS = 100, 55, 97, 40, 110, 136, 164, 91
_PIECE = re.compile(
    r"(?P<special><\|[A-Za-z0-9_]{1,40}\|>|</?(?:s|think|tool_call|tool_response|start_of_turn|end_of_turn|bos|eos)>)"
    r"|(?P<han>[\u3400-\u9fff])|(?P<word>[A-Za-z]+)|(?P<digit>\d)|(?P<break>\s*\n\s*)|(?P<space>\s+)"
    r"|(?P<letter>[^\W\d_])|(?P<marks>(?:[^\w\s<]|_)+|<)|(?P<other>.)",
    re.S,
)
_WORDS, _DIGITS, _HANS = re.compile("[A-Za-z]+"), re.compile(r"\d+"), re.compile("[\u3400-\u9fff]+")
_BREAKS, _MARK_RUNS = re.compile(r"\s*\n\s*"), re.compile(r"(?:[^\w\s]|_)+")
# The same classes of ASCII, as tables that leave one of them and make spaces of the rest: several times as fast.
_LETTERS_ALONE = bytes(i if chr(i).isalpha() and i < 128 else 32 for i in range(256))
_MARKS_ALONE = bytes(32 if chr(i).isalnum() or chr(i).isspace() else 33 for i in range(256))
_DIGIT_BYTES = b"0123456789"
_LETTERS = re.compile(r"[^\W\d_A-Za-z\u3400-\u9fff]+")
_WEIGHT = {"special": _ONE, "han": _HAN, "digit": _DIGIT, "break": _BREAK, "space": 0, "letter": _LETTER}


class EstimatedTokens:
    """The estimate above, shaped like a tokenizer: its spans are as long as tokens are on average in their class."""

    name = "an estimate by character classes"
    is_estimate = True

    def count(self, text: str) -> int:
        """Estimated tokens; at least one for any text."""
        if not text:
            return 0
        # Special tokens take characters of several classes, and all of them begin so.
        total = sum(map(_weight, _PIECE.finditer(text))) if "<" in text else _weight_of_classes(text)
        return max(1, total // _ONE)

    def spans(self, text: str) -> list[Span]:
        """Spans as many as ``count`` says that cover the text without gaps."""
        spans: list[Span] = []
        start = owed = 0
        for piece in _PIECE.finditer(text):
            owed += _weight(piece)
            tokens, owed = divmod(owed, _ONE)
            for i in range(tokens):
                end = (
                    piece.end()
                    if i + 1 == tokens
                    else piece.start() + (piece.end() - piece.start()) * (i + 1) // tokens
                )
                spans.append((start, end))
                start = end
        if start < len(text):
            first = spans.pop()[0] if spans else 0
            spans.append((first, len(text)))
        return spans


def _weight(piece: re.Match[str]) -> int:
    kind = piece.lastgroup or "other"
    if kind == "word":
        return _WORD + _EIGHT_MORE * ((piece.end() - piece.start() - 1) // 8)
    return _WEIGHT.get(kind, _MARKS)


def _weight_of_classes(text: str) -> int:
    """The sum of ``_weight`` over the pieces of a text without "<", class by class and not piece by piece."""
    words: Sequence[str | bytes]
    if text.isascii():
        data = text.encode()
        words = data.translate(_LETTERS_ALONE).split()
        total = _DIGIT * (len(data) - len(data.translate(None, _DIGIT_BYTES)))
        total += _MARKS * len(data.translate(_MARKS_ALONE).split())
    else:
        words = _WORDS.findall(text)
        total = _DIGIT * sum(map(len, _DIGITS.findall(text))) + _MARKS * len(_MARK_RUNS.findall(text))
        total += _HAN * sum(map(len, _HANS.findall(text)))
        total += _LETTER * sum(map(len, _LETTERS.findall(text)))
    total += _WORD * len(words) + _EIGHT_MORE * sum((len(word) - 1) // 8 for word in words if len(word) > 8)
    if "\n" in text:
        total += _BREAK * len(_BREAKS.findall(text))
    return total


class TokenizerJson:
    """A ``tokenizer.json`` read by the package ``tokenizers``."""

    is_estimate = False

    def __init__(self, path: Path) -> None:
        self.name = str(path.parent)
        self._tokenizer: Any = _read_tokenizer(path)

    def count(self, text: str) -> int:
        """Tokens of the text."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def spans(self, text: str) -> list[Span]:
        """Start and end of each token; a token of some bytes of a character spans the character."""
        return [(int(a), int(b)) for a, b in self._tokenizer.encode(text, add_special_tokens=False).offsets]


class HubTokenizer:
    """A fast tokenizer that ``transformers`` loads by its name on the hub."""

    is_estimate = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.tokenizer: Any = _load_from_hub(name)

    def count(self, text: str) -> int:
        """Tokens of the text."""
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def spans(self, text: str) -> list[Span]:
        """Start and end of each token."""
        encoded = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return [(int(a), int(b)) for a, b in encoded["offset_mapping"]]


@lru_cache(maxsize=4)
def load_counter(tokenizer: str | None = None) -> Counter:
    """The counter of a tokenizer: a folder with ``tokenizer.json``, that file, or a name on the hub; None estimates.

    Raises:
        TokenizerError: there is no such tokenizer, or the package that reads it is not installed.
    """
    if tokenizer is None:
        return EstimatedTokens()
    path = Path(tokenizer)
    if path.is_file():
        return TokenizerJson(path)
    if path.is_dir():
        if not (path / TOKENIZER_FILE).is_file():
            raise TokenizerError(f"{path}: expected a folder with {TOKENIZER_FILE}, as fast tokenizers are saved")
        return TokenizerJson(path / TOKENIZER_FILE)
    return HubTokenizer(tokenizer)


def _read_tokenizer(path: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise TokenizerError(f"reading {path} needs the package tokenizers: uv pip install tokenizers") from None
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises Exception itself for a file that it cannot read
        raise TokenizerError(
            f"{path}: expected a tokenizer.json of the package tokenizers ({type(error).__name__})"
        ) from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _load_from_hub(name: str) -> Any:
    try:
        from transformers import AutoTokenizer
    except ImportError:
        raise TokenizerError(
            f"{name} is no file or folder here, and loading it by name needs the package transformers: "
            "uv pip install transformers"
        ) from None
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise TokenizerError(
            f"no tokenizer {name}: expected a folder with {TOKENIZER_FILE}, or a name on the hub "
            f"({type(error).__name__})"
        ) from None
    if not tokenizer.is_fast:
        raise TokenizerError(f"{name} has no fast tokenizer, which is needed to tell where its tokens stand")
    return tokenizer
