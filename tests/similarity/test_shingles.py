import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.similarity import shingles as module
from jobs.similarity.folding import PART, fold, is_single
from jobs.similarity.shingles import Shingles, shingle, token_count

MIXED = st.text(alphabet="我的订单到哪里了 abc\n12,。%é\u0e01\x1d😊", max_size=60)


def tokens(text: str) -> list[str]:
    """The rule in plain Python: one character of a script without spaces, one meaningful symbol, or one word."""
    out: list[str] = []
    open_word = False
    for char in fold(text):
        if is_single(char) or char in "%#+=$€£¥":
            out.append(char)
            open_word = False
        elif char == " ":
            open_word = False
        elif open_word:
            out[-1] += char
        else:
            out.append(char)
            open_word = True
    return out


def expected(text: str, width: int) -> set[tuple[str, ...]]:
    words = tokens(text)
    return {tuple(words[k : k + width]) for k in range(len(words) - width + 1)}


@given(st.lists(MIXED, max_size=12), st.integers(1, 6))
def test_shingles_are_the_distinct_runs_of_tokens(texts: list[str], width: int) -> None:
    found = shingle(texts, width)
    assert len(found) == len(texts)
    runs = [expected(text, width) for text in texts]
    assert [len(run) for run in runs] == found.counts.tolist()
    for a, left in zip(found, runs, strict=True):
        assert (np.diff(a.astype(np.int64)) > 0).all()
        for b, right in zip(found, runs, strict=True):
            assert len(np.intersect1d(a, b)) == len(left & right)


@given(st.lists(MIXED, min_size=1, max_size=12))
def test_a_text_s_shingles_do_not_depend_on_the_others(texts: list[str]) -> None:
    together = shingle(texts)
    assert all((together[i] == shingle([text])[0]).all() for i, text in enumerate(texts))


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["我的订单到哪里了 where is it", "", "短", "the parcel has not arrived yet"] * 5
    whole = shingle(texts)
    monkeypatch.setattr(module, "_CHUNK_CHARACTERS", 10)
    parts = shingle(texts)
    assert (whole.values == parts.values).all()
    assert (whole.offsets == parts.offsets).all()


def test_short_texts_have_none() -> None:
    assert shingle(["", None, "短", "两字", "one two", "😊😊😊😊"], width=3).counts.tolist() == [0] * 6
    assert shingle(["三个字"], width=3).counts.tolist() == [1]
    assert shingle([]).counts.tolist() == []


def test_parts_are_kept_apart() -> None:
    text = "甲乙丙丁"
    question, swapped = f"问题在这里{PART}{text}{PART}戊己庚辛", f"问题在这里{PART}戊己庚辛{PART}{text}"
    first, second = shingle([question, swapped])[0], shingle([question, swapped])[1]
    assert len(first) == len(second) == 3 + 2 + 2
    assert len(np.intersect1d(first, second)) == 3


def test_token_count() -> None:
    assert token_count("订单A1到 the shop") == 6
    assert token_count("") == 0


@settings(max_examples=20)
@given(st.lists(MIXED, max_size=6))
def test_arrow_round_trip(texts: list[str]) -> None:
    made = shingle(texts)
    back = Shingles.from_arrow(made.to_arrow())
    assert (back.values == made.values).all()
    assert (back.offsets == made.offsets).all()
    signed = pa.array([a.astype(np.int64).tolist() for a in made], type=pa.list_(pa.int64()))
    assert (Shingles.from_arrow(signed).values == made.values).all()
    assert (Shingles.from_arrays(list(made)).values == made.values).all()


def test_hashes_are_the_same_on_every_machine() -> None:
    assert shingle(["我的订单到哪里了"])[0][:2].tolist() == shingle(["我的订单，到哪里了!"])[0][:2].tolist()


def test_width_below_one_is_an_error() -> None:
    with pytest.raises(ValueError, match="width"):
        shingle(["a"], 0)
