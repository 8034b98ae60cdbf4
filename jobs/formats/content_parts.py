"""Message content as a list of parts (``text``, ``image``, ...) <-> one text with ``<image>`` tags.

The record holds tags because LLaMA-Factory, ms-swift and most vision sets do; the parts' outlines go to the shape:
a media part without its path, and for a text part how many lines and literal tags it has, which cleaning changes
rarely.
"""

from __future__ import annotations

import re
from typing import Any

from jobs.formats.shape import type_name
from jobs.record import Media, RecordError

TAG = re.compile(r"<(image|video|audio)>")
# Where a media part keeps its path, by the writers that do so: OpenAI, Transformers, TRL and LLaMA-Factory v1.
_PATHS = ("image_url", "video_url", "audio_url", "image", "video", "audio", "url", "path", "value", "input_audio")


def read_parts(parts: list[Any], where: str, media: list[Media]) -> tuple[str, list[dict[str, Any]]]:
    """Parts -> (content with tags, outlines); appends each path to ``media``.

    Raises:
        RecordError: ``bad_part`` for a part that is neither text nor an image, video or audio.
    """
    content: list[str] = []
    outlines: list[dict[str, Any]] = []
    for i, part in enumerate(parts):
        kind = part.get("type") if isinstance(part, dict) else None
        if not isinstance(kind, str):
            raise RecordError("bad_part", f'expected {{"type": ...}}, came {type_name(part)}', f"{where}[{i}]")
        if kind in ("text", "input_text", "output_text"):
            key = "value" if "value" in part else "text"
            text = part.get(key)
            if not isinstance(text, str):
                raise RecordError("wrong_type", f"expected text, came {type_name(text)}", f"{where}[{i}].{key}")
            if outlines and "lines" in outlines[-1]:
                content.append("\n")
            content.append(text)
            rest = {k: v for k, v in part.items() if k != key}
            outlines.append({"key": key, "part": rest, "lines": text.count("\n"), "tags": len(TAG.findall(text))})
        else:
            tag, outline = _read_media(kind, part, f"{where}[{i}]", media)
            content.append(tag)
            outlines.append(outline)
    return "".join(content), outlines


def write_parts(content: str, outlines: list[dict[str, Any]], media: list[Media]) -> list[dict[str, Any]] | None:
    """The inverse of ``read_parts``, taking paths from the front of ``media``; None when the content no longer fits."""
    parts: list[dict[str, Any]] = []
    rest, first_free = content, 0
    for i, outline in enumerate(outlines):
        if "lines" in outline:
            text = _cut_text(rest, outlines, i)
            if text is None:
                return None
            rest = rest[len(text) :]
            if i + 1 < len(outlines) and "lines" in outlines[i + 1]:
                rest = rest[1:]
            parts.append({**outline["part"], outline["key"]: text})
            continue
        tag = f"<{outline['tag']}>"
        if not rest.startswith(tag):
            return None
        rest = rest[len(tag) :]
        part = dict(outline["part"])
        if outline["at"]:
            if first_free >= len(media):
                return None
            part = _put(part, outline["at"], media[first_free].path)
            first_free += 1
        parts.append(part)
    if rest:
        return None
    del media[:first_free]
    return parts


def _read_media(kind: str, part: dict[str, Any], where: str, media: list[Media]) -> tuple[str, dict[str, Any]]:
    tag = next((t for t in ("image", "video", "audio") if t in kind), None)
    if tag is None:
        raise RecordError("bad_part", "expected a part of type text, image, video or audio", f"{where}.type")
    for key in _PATHS:
        value = part.get(key)
        if isinstance(value, str):
            media.append(Media(tag, value))
            return f"<{tag}>", {"tag": tag, "at": [key], "part": {k: v for k, v in part.items() if k != key}}
        for inner in ("url", "data", "path"):
            if isinstance(value, dict) and isinstance(value.get(inner), str):
                media.append(Media(tag, value[inner]))
                rest = {**part, key: {k: v for k, v in value.items() if k != inner}}
                return f"<{tag}>", {"tag": tag, "at": [key, inner], "part": rest}
    return f"<{tag}>", {"tag": tag, "at": [], "part": part}


def _put(part: dict[str, Any], at: list[str], path: str) -> dict[str, Any]:
    if len(at) == 1:
        return {**part, at[0]: path}
    return {**part, at[0]: {**part.get(at[0], {}), at[1]: path}}


def _cut_text(rest: str, outlines: list[dict[str, Any]], i: int) -> str | None:
    """The text of part ``i`` at the front of ``rest``: up to the next part's tag or line, or all of it at the end."""
    outline = outlines[i]
    tags = list(TAG.finditer(rest))
    if i + 1 == len(outlines):
        return rest
    if "lines" not in outlines[i + 1]:
        return rest[: tags[outline["tags"]].start()] if len(tags) > outline["tags"] else None
    end = -1
    for _ in range(outline["lines"] + 1):
        end = rest.find("\n", end + 1)
        if end < 0:
            return None
    return rest[:end]
