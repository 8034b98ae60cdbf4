from hypothesis import given
from hypothesis import strategies as st

from jobs.similarity import contrasts
from jobs.similarity.contrasts import _OPPOSITES, content_words


def swaps_words(a: str, b: str) -> bool:
    return contrasts.swaps_words(content_words(a), content_words(b))


def opposes(a: str, b: str) -> bool:
    return contrasts.opposes(content_words(a), content_words(b))


TEXTS = st.text(alphabet="上下午买卖小王李给 abc", max_size=24)


@given(TEXTS, TEXTS)
def test_contrasts_are_symmetric_and_no_text_contrasts_with_itself(a: str, b: str) -> None:
    assert swaps_words(a, b) == swaps_words(b, a)
    assert opposes(a, b) == opposes(b, a)
    assert not swaps_words(a, a)
    assert not opposes(a, a)


@given(st.text(alphabet="小王张李", min_size=2, max_size=4), st.text(alphabet="借给还", min_size=1, max_size=4))
def test_parts_that_change_places_are_seen(name: str, between: str) -> None:
    other = "赵钱"
    assert swaps_words(f"今天{name}{between}{other}", f"今天{other}{between}了又{between}{name}") is True


def test_groups_hold_words_that_folding_leaves_alone() -> None:
    assert len(_OPPOSITES) > 80
    for pair in _OPPOSITES:
        first, second = sorted(pair)
        assert opposes(first, second)
