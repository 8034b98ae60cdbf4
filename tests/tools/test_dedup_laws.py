"""The laws of deduplication, through the command and on files."""

from __future__ import annotations

import random
from pathlib import Path

from dedup_files import BASES, dedup, jaccard, numbered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
THRESHOLD = 0.7


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A few texts, edited here and there: at Jaccard similarities from 0 to 1."""
    text = list(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(0, 5))):
        text[draw(st.integers(0, len(text) - 1))] = draw(st.sampled_from("甲乙丙丁 x"))
    return "".join(text[: draw(st.integers(1, len(text)))] if draw(st.booleans()) else text)


ROWS = st.lists(texts(), min_size=1, max_size=25)


@QUIET
@given(said=ROWS)
def test_a_removed_row_names_a_kept_one_and_their_exact_similarity(tmp_path: Path, said: list[str]) -> None:
    rows = numbered(said)
    out = dedup(tmp_path, rows, "--column", "text", "--threshold", str(THRESHOLD))
    assert [{k: row[k] for k in ("id", "text", "other")} for row in out] == rows
    by_id = {row["id"]: row for row in out}
    for row in out:
        if row["kept"]:
            assert row["witness"] is None and row["similarity"] is None
            continue
        witness = by_id[row["witness"]]
        assert witness["kept"]
        if row["rule"] == "exact":
            assert row["text"].split() == witness["text"].split() and row["similarity"] == 1.0
        else:
            assert row["rule"] == "near" and row["similarity"] >= THRESHOLD
            assert row["similarity"] == jaccard(row["text"], witness["text"])


@QUIET
@given(said=ROWS, seed=st.integers(0, 9))
def test_the_kept_set_does_not_depend_on_the_order_of_the_file(tmp_path: Path, said: list[str], seed: int) -> None:
    rows = numbered(said)
    options = ("--column", "text", "--threshold", str(THRESHOLD))
    kept = {row["id"] for row in dedup(tmp_path, rows, *options) if row["kept"]}
    random.Random(seed).shuffle(rows)
    assert {row["id"] for row in dedup(tmp_path, rows, *options) if row["kept"]} == kept
    nameless = [{"text": row["text"]} for row in rows]
    texts = sorted(row["text"] for row in dedup(tmp_path, nameless, *options) if row["kept"])
    random.Random(seed).shuffle(nameless)
    again = sorted(row["text"] for row in dedup(tmp_path, nameless, *options) if row["kept"])
    assert [" ".join(text.split()) for text in again] == [" ".join(text.split()) for text in texts]


@QUIET
@given(said=ROWS, method=st.sampled_from(["exact", "near"]))
def test_what_is_left_has_no_duplicates(tmp_path: Path, said: list[str], method: str) -> None:
    rows = numbered(said)
    left = dedup(tmp_path, rows, "--column", "text", "--only-kept", method=method)
    assert all(row in rows for row in left)
    assert all(row["kept"] for row in dedup(tmp_path, left, "--column", "text", method=method))
