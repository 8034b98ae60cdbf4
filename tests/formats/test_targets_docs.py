from __future__ import annotations

from pathlib import Path

from jobs.formats.chat_templates.render import NAMES
from jobs.formats.targets.document import rules_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "targets.md"


def test_the_page_holds_every_rule_as_the_code_has_it() -> None:
    text = PAGE.read_text("utf-8")
    assert text.endswith(rules_markdown()), "write it again: python -m jobs.formats.targets.document"


def test_the_page_names_every_template() -> None:
    text = PAGE.read_text("utf-8")
    assert not [name for name in NAMES if f"`{name}`" not in text]
