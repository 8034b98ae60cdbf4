"""The Jinja tag ``{% generation %}...{% endgeneration %}``: what of a rendered dialogue the assistant wrote.

``transformers`` reads the same tag for its assistant masks (``utils/chat_template_utils.py``), so that a template with
it serves both. Here it fences its body with two noncharacters of Unicode (U+FDD0 and U+FDD1, which no text may
contain in interchange); ``take_apart`` removes them and tells the places.
"""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

OPEN, CLOSE = "\ufdd0", "\ufdd1"


class Generation(Extension):
    """The tag."""

    tags = {"generation"}  # noqa: RUF012 (jinja2 declares it as an instance's)

    def parse(self, parser: Parser) -> nodes.Node:
        """The block as a call of ``_fence`` around its body."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_fence"), [], [], body).set_lineno(line)

    def _fence(self, caller: Callable[[], str]) -> str:
        return f"{OPEN}{caller()}{CLOSE}"


def take_apart(rendered: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without fences, and start and end of what stood between each pair, in order."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    length = start = 0
    for part in _split(rendered):
        if part == OPEN:
            start = length
        elif part == CLOSE:
            places.append((start, length))
        else:
            parts.append(part)
            length += len(part)
    return "".join(parts), places


def _split(rendered: str) -> list[str]:
    out: list[str] = []
    for i, chunk in enumerate(rendered.split(OPEN)):
        if i:
            out.append(OPEN)
        for j, piece in enumerate(chunk.split(CLOSE)):
            out += [CLOSE] if j else []
            out.append(piece)
    return out
