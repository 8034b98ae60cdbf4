import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.similarity import folding, kernels_text
from jobs.similarity.folding import PART, fold, is_single
from jobs.similarity.shingles import Shingles, content_hashes, shingle, token_counts

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


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_unicode_folds_as_python_folds_it(texts: list[str]) -> None:
    """Every character that there is: what the kernel's table makes of it is what NFKC and case folding make of it."""
    assert token_counts(texts).tolist() == [len(tokens(text)) for text in texts]
    hashes = [tuple(pair) for pair in content_hashes(texts).tolist()]
    for a, one in zip(texts, hashes, strict=True):
        for b, other in zip(texts, hashes, strict=True):
            assert (tokens(a) == tokens(b)) == (one == other)


def test_every_character_alone_and_between_others() -> None:
    listed = (chr(point) for point in range(0x34000) if not 0xD800 <= point < 0xE000 and chr(point) != PART)
    # All that folding changes or that joins with others, and each hundredth of the rest.
    chars = [
        c for k, c in enumerate(listed) if k % 100 == 0 or unicodedata.category(c) in "MnMc" or fold(c) not in ("", c)
    ]
    for texts in (chars, [f"a{c}b" for c in chars], [f"{c}か{c}\u0e33" for c in chars]):
        folded = [fold(text) for text in texts]
        stable = np.array([fold(text) == text for text in folded])
        assert stable.mean() > 0.999
        assert (content_hashes(texts) == content_hashes(folded))[stable].all()


def test_the_kernels_know_the_table_s_flags() -> None:
    flags = (int(folding.WORD), int(folding.SINGLE), folding.COMPLEX, folding.EXPANDS, folding.BORDER)
    assert flags == (
        kernels_text.WORD,
        kernels_text.SINGLE,
        kernels_text.COMPLEX,
        kernels_text.EXPANDS,
        kernels_text.BORDER,
    )


def test_arrow_columns_are_read_as_they_lie() -> None:
    texts = ["我的订单到哪里了", None, "", "where is my parcel", "cafe\u0301 au lait ou the\u0301", "短"]
    expected_shingles = shingle(texts)
    for kind in (pa.string(), pa.large_string()):
        column = pa.array(["前面的行", *texts, "后面的行"], kind).slice(1, len(texts))
        for form in (column, pa.chunked_array([column.slice(0, 2), column.slice(2)])):
            found = shingle(form)
            assert (found.values == expected_shingles.values).all()
            assert (found.offsets == expected_shingles.offsets).all()
    assert len(shingle(pa.array([], pa.string()))) == 0
    assert shingle(pa.array([None, None], pa.string())).counts.tolist() == [0, 0]


def test_lone_surrogates_count_as_punctuation() -> None:
    whole, broken = shingle(["我的订单 到哪里了"]), shingle(["我的订单\ud800到哪里了"])
    assert (whole.values == broken.values).all()


def test_bytes_that_are_no_utf8_are_read_safely() -> None:
    junk = [b"\xe6\x88", b"\xff\xff\xff\xff", b"abc\xf4", b"\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xe4\xb8"]
    column = pa.array(junk, pa.large_binary()).view(pa.large_string())
    assert len(shingle(column, 1)) == len(junk)
    assert len(content_hashes(column)) == len(junk)


def test_a_row_that_repeats_itself_takes_linear_time() -> None:
    texts = ["哈" * 200_000, "哈呵" * 100_000, "ha " * 100_000]
    assert shingle(texts).counts.tolist() == [1, 2, 1]


@given(st.lists(MIXED, max_size=8), st.lists(MIXED, max_size=8))
def test_content_hashes_are_equal_for_equal_tokens_in_equal_parts(left: list[str], right: list[str]) -> None:
    a, b = PART.join(left), PART.join(right)
    same = [tokens(text) for text in left] == [tokens(text) for text in right] or not any(map(tokens, left + right))
    # An empty list and one empty text join to the same text.
    same = same or a == b
    first, second = content_hashes([a, b])
    assert (first == second).all() == same


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


def test_token_counts() -> None:
    assert token_counts(["订单A1到 the shop", "", None, PART]).tolist() == [6, 0, 0, 0]


@settings(max_examples=20)
@given(st.lists(MIXED, max_size=6))
def test_shingles_are_their_arrays_one_after_another(texts: list[str]) -> None:
    made = shingle(texts)
    back = Shingles.from_arrays(list(made))
    assert (back.values == made.values).all()
    assert (back.offsets == made.offsets).all()


def test_hashes_are_the_same_on_every_machine() -> None:
    assert shingle(["我的订单"])[0].tolist() == [3441647009, 3735746365]
    assert content_hashes(["我的 order ﹪½"])[0].tolist() == [12041415224521475290, 16585122132874048370]
    assert shingle(["我的订单到哪里了"])[0].tolist() == shingle(["我的订单，到哪里了!"])[0].tolist()


def test_width_below_one_is_an_error() -> None:
    with pytest.raises(ValueError, match="width"):
        shingle(["a"], 0)
