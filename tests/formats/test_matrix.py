"""The formats' page is what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.formats.matrix import fill
from jobs.formats.registry import FORMATS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def test_the_matrix_is_up_to_date() -> None:
    page = PAGE.read_text("utf-8")
    assert fill(page) == page, "run: python -m jobs.formats.matrix docs/formats.md"


def test_every_format_has_its_row() -> None:
    assert all(f"\n| `{name}` | " in PAGE.read_text("utf-8") for name in FORMATS)


def test_a_page_without_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="marks"):
        fill("# nothing")
