"""Signs of trouble in a text, for the health check, each with a name to count by.

They say "look here", by the same patterns as the build's own stages; what is done about it, the stages decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from jobs.privacy.counting import count_personal_data
from jobs.text.leftovers import is_word_for_nothing, template_tokens, unfilled_slots
from jobs.text.refusals import is_refused

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HTML = re.compile(
    r"</?(?:p|div|span|br|a|td|tr|table|li|ul|font|b|img)(?:\s[^<>]{0,200})?/?>|&(?:nbsp|amp|lt|gt|quot|#\d{2,5});",
    re.I,
)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)


def text_signs(text: str) -> list[str]:
    """Signs in any turn, such as ``template_token``, ``unfilled_slot``, ``broken_text``, ``html``."""
    signs = []
    if template_tokens(text):
        signs.append("template_token")
    if unfilled_slots(text):
        signs.append("unfilled_slot")
    if not text.isascii() and _is_garbled(text):
        signs.append("broken_text")
    if not text.isprintable() and _CONTROL.search(text):
        signs.append("control_characters")
    if ("<" in text or "&" in text) and _HTML.search(_CODE.sub("", text) if "`" in text else text):
        signs.append("html")
    if len(text) < 40 and (is_word_for_nothing(text) or text.strip().lower() == "none"):
        signs.append("says_nothing")
    return signs


def answer_signs(text: str) -> list[str]:
    """Signs in an answer: ``refused_answer``, ``unclosed_think``."""
    signs = []
    if is_refused(text):
        signs.append("refused_answer")
    if "think>" in text and text.count("<think>") != text.count("</think>"):
        signs.append("unclosed_think")
    return signs


def locate(row: Any, text: str, has: Callable[[str], bool]) -> str:
    """The JSON path in a row of the value that has a sign which ``text``, made from the row, has; ``$`` if none has.

    A turn may be made of several values (instruction and input, the texts of content parts), so that the value need not
    equal the text.
    """
    within = None
    for path, value in _leaves(row, "$"):
        if value == text:
            return path
        if within is None and value and value in text and has(value):
            within = path
    return within or "$"


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text and number of a row, as text, with its path."""
    waiting: list[tuple[str, Any]] = [(path, value)]
    while waiting:
        where, item = waiting.pop()
        if isinstance(item, dict):
            waiting += reversed([(f"{where}.{_name(key)}", inner) for key, inner in item.items()])
        elif isinstance(item, list):
            waiting += reversed([(f"{where}[{i}]", inner) for i, inner in enumerate(item)])
        elif isinstance(item, str):
            yield where, item
        elif isinstance(item, int | float) and not isinstance(item, bool):
            yield where, str(item)


def _name(key: str) -> str:
    """A key as a report may show it: in a table by telephone number, keys are personal data."""
    return "*" if len(key) > 40 or count_personal_data(key) else key


def _is_garbled(text: str) -> bool:
    # ftfy takes longer to load than the rest of the command, and a file in plain English never needs it.
    from jobs.text.garbled import is_garbled

    return is_garbled(text)
