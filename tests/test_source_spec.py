"""What a source of a specification may say together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from jobs.spec import SourceSpec

BASE = {"name": "t", "kind": "external", "path": "t.csv"}
MERGED = {"merged_prompt": "[[年龄:{age}。]]", "output_column_name": "survived"}
CAPTIONS = {"fields": {"image": "file", "caption": "said"}, "instruction": "describe it"}


@pytest.mark.parametrize(
    "more", [MERGED, {**MERGED, "conversation_extension": 3}, {**MERGED, "fields": {"meta.intent": "x"}}, CAPTIONS]
)
def test_tables_and_images(more: dict[str, Any]) -> None:
    assert SourceSpec.model_validate({**BASE, **more})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"merged_prompt": "{a}"}, "output_column_name"),
        ({"output_column_name": "a"}, "merged_prompt"),
        ({"conversation_extension": 2}, "goes with `merged_prompt`"),
        ({**MERGED, "conversation_extension": 0}, "greater than or equal to 1"),
        ({**MERGED, "merged_prompt": "[[{a}"}, "closed by"),
        ({**MERGED, "merged_prompt": "no column"}, "column"),
        ({**MERGED, "fields": {"instruction": "a"}}, "meta"),
        ({**CAPTIONS, "instruction": None}, "instruction"),
        ({**CAPTIONS, "fields": {"image": "file"}}, "caption"),
        ({"instruction": "describe it"}, "image"),
    ],
)
def test_what_does_not_go_together_says_so(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        SourceSpec.model_validate({**BASE, **more})
