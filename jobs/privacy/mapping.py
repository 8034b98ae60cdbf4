"""The mapping from what stands in a row to what stood there, sealed: only who holds the key can read it.

AES-256-GCM (NIST SP 800-38D) with a nonce of 96 random bits for each row; one key is good for four thousand million
rows (2^32, SP 800-38D, 8.3). The row's id is authenticated with it, so that a mapping cannot be laid under another row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from jobs.privacy.desensitise import Replacement

_NONCE_BYTES = 12
_TAG_BYTES = 16
_PURPOSE = "gristmill personal data mapping 1"


class MappingError(ValueError):
    """A sealed mapping does not open; the message shows nothing of it."""


def seal(record_id: str, replaced: Iterable[Replacement], key: bytes) -> bytes:
    """The mapping of one row as bytes: nonce, then ciphertext and tag.

    Args:
        key: 32 bytes (``jobs.privacy.secrets.read_key``).
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    # ASCII: half a surrogate pair, which a text may hold, has no UTF-8.
    plain = json.dumps([[r.entity, r.replacement, r.original] for r in replaced], ensure_ascii=True).encode()
    return nonce + AESGCM(key).encrypt(nonce, plain, _bound_to(record_id))


def open_sealed(record_id: str, sealed: bytes, key: bytes) -> list[Replacement]:
    """What ``seal`` was given.

    Raises:
        MappingError: another key, another row's mapping, or bytes that were changed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise MappingError(f"record {record_id}: expected a sealed mapping, came {len(sealed)} bytes")
    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(record_id))
    except InvalidTag:
        raise MappingError(
            f"record {record_id}: the mapping does not open with this key; it was sealed with another, for another "
            "record, or has been changed"
        ) from None
    return [Replacement(*item) for item in json.loads(plain)]


def _bound_to(record_id: str) -> bytes:
    return f"{_PURPOSE}\0{record_id}".encode()
