"""What docs/cleaning.md shows on strings runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_examples_run() -> None:
    page = (ROOT / "docs" / "cleaning.md").read_text("utf-8")
    examples = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert examples
    for example in examples:
        exec(compile(example, "cleaning.md", "exec"), {})  # noqa: S102 - our own page's code
