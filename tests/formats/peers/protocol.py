"""How a peer's script speaks: requests of options and rows as JSON on standard input, lists of verdicts on its output.

The scripts run under the peer's own Python; a verdict is ``kept``, ``dropped`` or ``stops: ErrorType``.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

MARK = "verdicts:"


def serve(prepare: Callable[[dict[str, Any]], Callable[[dict[str, Any]], bool]]) -> None:
    """Answer requests; ``prepare(options)`` gives the judge of a row: True where the row survives."""
    os.environ.update({"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "DISABLE_TELEMETRY": "YES"})
    requests = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        answers = []
        for request in requests:
            judge = prepare(request["options"])
            answers.append([_verdict(judge, row) for row in request["rows"]])
    sys.stdout.write(MARK + json.dumps(answers) + "\n")


def _verdict(judge: Callable[[dict[str, Any]], bool], row: dict[str, Any]) -> str:
    try:
        return "kept" if judge(row) else "dropped"
    except Exception as error:  # whatever the peer raises is its verdict
        return f"stops: {type(error).__name__}"
