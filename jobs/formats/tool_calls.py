"""Tool calls: OpenAI's list, ShareGPT's ``function_call`` text, and the one shape between them.

A record keeps ``[{"id"?, "type", "function": {"name", "arguments", ...}}]`` with ``arguments`` as an object, so that
the same call reads the same from every format and cleaning reaches each argument. How the source spelt the
JSON text (``STYLES``) goes to the shape; a text that no style gives back exactly stays text.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from jobs.formats.shape import type_name
from jobs.record import RecordError

# The ways in which Python and JavaScript writers put JSON into a string, the commonest first.
STYLES: dict[str, dict[str, Any]] = {
    "spaced": {"ensure_ascii": False},
    "compact": {"ensure_ascii": False, "separators": (",", ":")},
    "ascii": {},
    "ascii_compact": {"separators": (",", ":")},
}
DEFAULT_STYLE = "spaced"


def read_function_call(value: Any, where: str) -> tuple[str, str]:
    """A ``function_call`` turn's JSON text -> (tool calls as JSON text, style of the text).

    Several calls at once are a list of objects.

    Raises:
        RecordError: ``bad_tool_call`` when it is no JSON of ``{"name", "arguments"}`` (LLaMA-Factory's formatter
            raises there).
    """
    if not isinstance(value, str):
        raise RecordError("wrong_type", f"expected JSON text of a tool call, came {type_name(value)}", where)
    parsed = _loads(value)
    calls = parsed if isinstance(parsed, list) else [parsed]
    if not calls or not all(isinstance(c, dict) and isinstance(c.get("name"), str) and "arguments" in c for c in calls):
        raise RecordError("bad_tool_call", 'expected JSON of {"name": text, "arguments": object}', where)
    listed = [{"type": "function", "function": call} for call in calls]
    return _dumps(listed, where), _style_of(value, parsed) + ("[]" if isinstance(parsed, list) else "")


def write_function_call(tool_calls: str, style: str | None) -> str:
    """The inverse of ``read_function_call``; a list only where the source had one or there are several calls."""
    functions = [call["function"] for call in orjson.loads(tool_calls)]
    as_list = len(functions) != 1 or (style or "").endswith("[]")
    return json.dumps(functions if as_list else functions[0], **STYLES[(style or DEFAULT_STYLE).removesuffix("[]")])


def read_openai(calls: Any, where: str) -> tuple[str, list[str]]:
    """OpenAI's ``tool_calls`` -> (tool calls as JSON text, style of each call's arguments).

    A style is ``object`` (arguments given as an object), ``text`` (a text that is kept as it is) or one of ``STYLES``.

    Raises:
        RecordError: ``bad_tool_call`` when it is not a list of ``{"function": {"name", "arguments"}}``.
    """
    if not isinstance(calls, list) or not calls:
        raise RecordError("bad_tool_call", f"expected a list of tool calls, came {type_name(calls)}", where)
    kept, styles = [], []
    for i, call in enumerate(calls):
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str) or "arguments" not in function:
            raise RecordError(
                "bad_tool_call", 'expected {"function": {"name": text, "arguments": ...}}', f"{where}[{i}]"
            )
        arguments, style = _read_arguments(function["arguments"])
        kept.append({**call, "function": {**function, "arguments": arguments}})
        styles.append(style)
    return _dumps(kept, where), styles


def write_openai(tool_calls: str, styles: list[str] | None) -> list[dict[str, Any]]:
    """The inverse of ``read_openai``; without styles, arguments become JSON text, as OpenAI has them."""
    calls = orjson.loads(tool_calls)
    for i, call in enumerate(calls):
        style = styles[i] if styles and i < len(styles) else DEFAULT_STYLE
        arguments = call["function"]["arguments"]
        if style != "object" and not isinstance(arguments, str):
            call["function"]["arguments"] = json.dumps(arguments, **STYLES.get(style, STYLES[DEFAULT_STYLE]))
    return calls


def check_tools(value: Any, where: str = "$.tools") -> str:
    """A ``tools`` column as JSON text of a list.

    Raises:
        RecordError: ``bad_tools`` when it is neither a list nor the JSON text of one.
    """
    if isinstance(value, list):
        return _dumps(value, where)
    if isinstance(value, str) and isinstance(_loads(value), list):
        return value
    raise RecordError("bad_tools", f"expected a list, or JSON text of a list, came {type_name(value)}", where)


def _read_arguments(value: Any) -> tuple[Any, str]:
    if not isinstance(value, str):
        return value, "object"
    parsed = _loads(value)
    if isinstance(parsed, dict):
        style = _style_of(value, parsed)
        if json.dumps(parsed, **STYLES[style]) == value:
            return parsed, style
    return value, "text"


def _style_of(text: str, parsed: Any) -> str:
    for name, options in STYLES.items():
        if json.dumps(parsed, **options) == text:
            return name
    return DEFAULT_STYLE


def _loads(text: str) -> Any:
    try:
        orjson.loads(text)  # refuses NaN, lone surrogates and bottomless nesting, which json takes
        return json.loads(text)  # and this keeps whole numbers of any size whole
    except ValueError:
        return None


def _dumps(value: Any, where: str) -> str:
    # Key order is kept (it is the order in which a model learns to write arguments), unlike in canonical_json.
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        raise RecordError("not_json_value", f"cannot be kept as JSON: {error}", where) from None
