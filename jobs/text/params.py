"""Parameters of normalize_text."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

Unicode = Literal["keep", "nfc", "nfkc"]
Width = Literal["keep", "mixed", "half", "full"]
Quotes = Literal["keep", "straight", "curly", "corner"]
Script = Literal["keep", "t2s", "hk2s", "tw2sp"]
LinkPolicy = Literal["keep", "placeholder", "drop"]
BoilerplatePolicy = Literal["keep", "flag", "remove"]


# The steps that can go several ways -> what true means for each, as YAML's on and off do.
_USUAL = {
    "unicode": "nfkc",
    "width": "mixed",
    "traditional_to_simplified": "t2s",
    "quotes": "straight",
    "urls": "placeholder",
    "mentions": "placeholder",
    "boilerplate": "remove",
}


class NormalizeParams(BaseModel):
    """Which steps run, and how. Each is named as in ``jobs.text.normalize.STEPS`` and counted under that name.

    A step is off where it is false or ``keep``. The defaults leave what people wrote as they wrote it: they mend damage
    and drop what nobody sees.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    urls: LinkPolicy = Field(default="keep", description="URLs: as they are, as <URL>, or gone.")
    mentions: LinkPolicy = Field(default="keep", description="@names: as they are, as <MENTION>, or gone.")
    escapes: bool = Field(
        default=True,
        description="Undo escapes of an export: \\\\u4f60\\\\u597d as Chinese, \\\\n between words as a break.",
    )
    mojibake: bool = Field(default=True, description="Undo encoding damage (UTF-8 or GBK read as something else).")
    control_characters: bool = Field(
        default=True, description="Drop control, zero-width and stray direction characters, tags and terminal codes."
    )
    unicode: Unicode = Field(
        default="nfkc", description="NFC; nfkc besides: half-width kana, ligatures and radicals as what they stand for."
    )
    width: Width = Field(
        default="mixed",
        description="Full-width letters, digits and signs as ASCII; half: punctuation too; full: Chinese punctuation "
        "beside Chinese.",
    )
    html: bool = Field(default=True, description="HTML entities and tags to plain text.")
    whitespace: bool = Field(
        default=True, description="Line breaks as \\n, at most one empty line, no trailing spaces."
    )
    collapse_spaces: bool = Field(default=False, description="One space for several inside a line.")
    punctuation_runs: bool = Field(default=True, description="One mark for a long run of the same mark.")
    max_punctuation_run: int = Field(
        default=3, ge=1, le=100, description="Marks that a run may have; people keep two or three as emphasis."
    )
    quotes: Quotes = Field(default="keep", description="Quotation marks: straight, curly, or corner in Chinese lines.")
    emoji_runs: bool = Field(default=True, description="One emoji for a run of the same emoji, and short runs only.")
    max_emoji_run: int = Field(default=3, ge=1, le=100, description="Emoji kept of a run of different ones.")
    traditional_to_simplified: Script = Field(
        default="keep", description="OpenCC's table for texts that hold a traditional character."
    )
    boilerplate: BoilerplatePolicy = Field(
        default="keep", description="Lines that agents begin or end very many dialogues with, learnt by source."
    )
    boilerplate_min_share: float = Field(
        default=0.02, gt=0, le=1, description="Share of a source's dialogues that such a line stands in."
    )
    boilerplate_min_rows: int = Field(default=20, ge=2, description="Dialogues of a source that it stands in at least.")

    @field_validator(*_USUAL, mode="before")
    @classmethod
    def _switch(cls, value: Any, info: ValidationInfo) -> Any:
        """false is ``keep``, and true the usual way of a step that has one."""
        usual = _USUAL[str(info.field_name)]
        return {True: usual, False: "keep"}[value] if isinstance(value, bool) else value
