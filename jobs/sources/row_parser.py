"""Rows of files as records, where a row alone does not say enough: keys of turns told by the whole file.

The one way from a raw row to a record for collecting, converting and the health check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jobs.formats.registry import AUTO, parse_row
from jobs.formats.role_keys import RoleKeys, is_list_of_turns
from jobs.record import Record, RecordError
from jobs.sources.captioned_images import MediaStore, store_encoded, store_images
from jobs.sources.files import read_rows

_GUESSED = (AUTO, "sharegpt", "chatml")
# Refusals that other keys than the usual ones can be behind.
_DOUBTFUL = ("unknown_shape", "missing_field", "unknown_role", "empty_turn")
# The refusal that bytes of images can be behind.
_BYTES = "bad_media"
_USUAL = (("role", "content"), ("from", "value"))


class RowParser:
    """Parses the rows of some files.

    A row of turns whose keys no format has makes the files be read through once, in bounded memory, to find the keys
    by their values; files without such a row are read once only. Images that stand in a row as bytes (Hugging Face's
    feature ``Image``), or in its column ``images`` as Base64 text, go to the ``store``, and the row names them.
    """

    def __init__(
        self,
        files: Sequence[Path],
        format: str = AUTO,
        fields: Mapping[str, str] | None = None,
        store: MediaStore | None = None,
    ) -> None:
        self._files, self._format, self._fields, self._store = files, format, fields, store
        self._guesses = not fields and format in _GUESSED
        self._found: Mapping[str, str] | None = None
        self._looked = False

    def parse(self, value: Any) -> Record:
        """A row as a record.

        Raises:
            RecordError: as ``parse_row``; ``broken_image``.
        """
        if type(value) is dict and "images" in value and self._store is not None:
            value = store_encoded(value, self._store)
        try:
            return parse_row(value, self._format, self._fields)
        except RecordError as error:
            if error.reason == _BYTES and self._store is not None and (mended := store_images(value, self._store)):
                return parse_row(mended, self._format, self._fields)
            mapping = self._role_keys(value) if self._guesses and error.reason in _DOUBTFUL else None
            if mapping is None:
                raise
        return parse_row(value, AUTO, mapping)

    def _role_keys(self, value: Any) -> Mapping[str, str] | None:
        if not isinstance(value, dict) or not any(map(is_list_of_turns, value.values())):
            return None
        if not self._looked:
            keys = RoleKeys()
            for file in self._files:
                for raw in read_rows(file):
                    keys.add(raw.value)
            self._found, self._looked = keys.mapping(), True
        found = self._found
        # With the keys that every format knows, the row was refused for what stands under them.
        if found is None or found["messages"] not in value or (found["role"], found["content"]) in _USUAL:
            return None
        return found
