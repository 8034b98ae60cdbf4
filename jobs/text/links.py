"""URLs and @mentions by policy: kept, replaced by a word that says what stood there, or dropped."""

from __future__ import annotations

import re

from jobs.text.params import LinkPolicy
from jobs.text.protect import URL_PATTERN

_URL = re.compile(f"(?P<link>{URL_PATTERN})(?P<space> ?)")
# What closes a sentence after a URL is not of the URL.
_TAIL = ".,;:!?)]}"
# Not in an e-mail address, a path, a package's scope (@angular/core) or after a word. A name ends at a space or mark;
# in Chinese no space need follow, so a name is at most 16 characters long.
_MENTION = re.compile("(?<![A-Za-z0-9_@./])(?P<link>@[\\w·-]{1,16}(?![\\w/@·-])(?!\\.\\w))(?P<space> ?)")


def replace_urls(text: str, policy: LinkPolicy) -> str:
    """The text with its web addresses as ``<URL>`` (placeholder), without them (drop), or as it is (keep)."""
    if policy == "keep" or "://" not in text:
        return text
    return _URL.sub(lambda match: _instead(match, "<URL>", policy), text)


def replace_mentions(text: str, policy: LinkPolicy) -> str:
    """The text with names after an at sign as ``<MENTION>`` (placeholder), without them (drop), or as it is (keep)."""
    if policy == "keep" or "@" not in text:
        return text
    return _MENTION.sub(lambda match: _instead(match, "<MENTION>", policy), text)


def _instead(match: re.Match[str], placeholder: str, policy: LinkPolicy) -> str:
    link, space = match.group("link"), match.group("space")
    tail = link[len(link.rstrip(_TAIL)) :]
    if policy == "placeholder":
        return placeholder + tail + space
    # Of the spaces on its two sides one goes with it.
    follows_space = match.start() == 0 or match.string[match.start() - 1].isspace()
    return tail + ("" if follows_space and not tail else space)
