"""The sealed mapping: who has the key reads it back, and nobody changes it or lays it under another row."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.privacy.desensitise import Replacement
from jobs.privacy.mapping import MappingError, open_sealed, seal
from jobs.privacy.secrets import KEY_VARIABLE, SecretError, Secrets, read_key

KEY = bytes(range(32))
TEXT = st.text(st.characters(), max_size=20)
REPLACED = st.lists(st.builds(Replacement, st.sampled_from(["PERSON", "PHONE_NUMBER"]), TEXT, TEXT), max_size=5)


@given(st.text("0123456789abcdef", max_size=32), REPLACED)
def test_what_is_sealed_opens(record: str, replaced: list[Replacement]) -> None:
    sealed = seal(record, replaced, KEY)
    assert open_sealed(record, sealed, KEY) == replaced
    assert seal(record, replaced, KEY) != sealed, "a nonce is used once"


@given(REPLACED, st.data())
def test_a_change_shows(replaced: list[Replacement], data: st.DataObject) -> None:
    sealed = bytearray(seal("r1", replaced, KEY))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(MappingError, match="has been changed"):
        open_sealed("r1", bytes(sealed), KEY)


def test_another_row_another_key_or_a_piece_does_not_open() -> None:
    sealed = seal("r1", [Replacement("PHONE_NUMBER", "<PHONE_1>", "13800138000")], KEY)
    assert b"13800138000" not in sealed and b"PHONE" not in sealed
    for record, piece, key in (
        ("r2", sealed, KEY),
        ("r1", sealed, KEY[::-1]),
        ("r1", sealed[:-1], KEY),
        ("r1", b"", KEY),
    ):
        with pytest.raises(MappingError) as raised:
            open_sealed(record, piece, key)
        assert "138" not in str(raised.value)


def test_the_key_comes_from_the_environment() -> None:
    assert read_key({}) is None
    assert read_key({KEY_VARIABLE: base64.b64encode(KEY).decode() + "\n"}) == KEY
    for text in ("", "not base64!", base64.b64encode(KEY[:16]).decode(), "é"):
        with pytest.raises(SecretError, match="32 bytes in Base64") as raised:
            read_key({KEY_VARIABLE: text})
        assert not text or text not in str(raised.value).replace("Base64", "")
    assert str(KEY) not in repr(Secrets(key=KEY))
