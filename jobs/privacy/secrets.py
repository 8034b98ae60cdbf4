"""The secret salt and the mapping's key: read from the environment or a file, checked, and never shown."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SALT_VARIABLE = "GRISTMILL_PII_SALT"
KEY_VARIABLE = "GRISTMILL_PII_KEY"
# NIST SP 800-132, 5.1, asks for a salt of 128 bits or more; a person types characters, so as many of those.
SHORTEST_SALT = 16
KEY_BYTES = 32


class SecretError(ValueError):
    """A salt or key is missing or unfit; the message says what to do and shows nothing of it."""


@dataclass(frozen=True)
class Secrets:
    """What operators and the mapping work with. Neither value shows in ``repr``.

    A stage reads them once in its driver and hands them to Spark's Python workers inside the function that they run:
    executors need no variable and no file, and no setting, table or log holds them.
    """

    salt: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)


def read_salt(file: str | None, environment: Mapping[str, str] | None = None) -> bytes | None:
    """The salt of the file, else that of ``GRISTMILL_PII_SALT``, else None.

    Raises:
        SecretError: the file cannot be read, or the salt is shorter than 16 bytes.
    """
    environment = os.environ if environment is None else environment
    if file is not None:
        try:
            salt, origin = Path(file).expanduser().read_bytes().strip(), f"salt_file {file}"
        except OSError as error:
            raise SecretError(f"salt_file {file}: expected a file that can be read ({type(error).__name__})") from None
    elif SALT_VARIABLE in environment:
        salt, origin = environment[SALT_VARIABLE].strip().encode(), f"environment variable {SALT_VARIABLE}"
    else:
        return None
    if len(salt) < SHORTEST_SALT:
        raise SecretError(
            f"{origin}: expected a salt of at least {SHORTEST_SALT} bytes, came {len(salt)}; "
            "`openssl rand -hex 32` makes one"
        )
    return salt


def read_key(environment: Mapping[str, str] | None = None) -> bytes | None:
    """The key of ``GRISTMILL_PII_KEY``: 32 bytes in Base64. None where the variable is not set.

    Raises:
        SecretError: not Base64, or not 32 bytes.
    """
    text = (os.environ if environment is None else environment).get(KEY_VARIABLE)
    if text is None:
        return None
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SecretError(
            f"environment variable {KEY_VARIABLE}: expected {KEY_BYTES} bytes in Base64; "
            "`openssl rand -base64 32` makes a key"
        )
    return key


def salt_check(salt: bytes) -> str:
    """Four hexadecimal digits that tell one salt from another: 16 bits of an HMAC, which give nothing of it away.

    They stand among the stage's parameters, so that another salt makes the stage run anew.
    """
    return hmac.new(salt, b"gristmill salt check", hashlib.sha256).hexdigest()[:4]
