"""Parameters of normalize_text and filter_by_quality_rules."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from jobs.text.language import Language


class NormalizeParams(BaseModel):
    """Which steps run. Each is named as in ``jobs.text.normalize.STEPS`` and counted under that name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mojibake: bool = Field(default=True, description="Undo encoding damage (UTF-8 read as Latin-1, Windows-125x, GBK).")
    html: bool = Field(default=True, description="HTML entities and tags to plain text.")
    unicode: bool = Field(
        default=True,
        description="NFC; full-width letters, digits and signs as ASCII; half-width kana and ligatures whole.",
    )
    control_characters: bool = Field(
        default=True, description="Drop control, zero-width and stray direction characters."
    )
    punctuation_runs: bool = Field(default=True, description="One mark for a run of the same mark.")
    emoji_runs: bool = Field(default=True, description="One emoji for a run of the same emoji, and short runs only.")
    max_emoji_run: int = Field(default=3, ge=1, le=100, description="Emoji kept of a run of different ones.")
    whitespace: bool = Field(
        default=True, description="Line breaks as \\n, at most one empty line, no trailing spaces."
    )
    traditional_to_simplified: bool = Field(default=False, description="OpenCC t2s, by phrases.")


class QualityParams(BaseModel):
    """Bounds of the rules in ``jobs.text.quality_rules.RULES``; the defaults suit short chats.

    A bound of null switches its rule off. Characters are Unicode code points; shares are 0 to 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: tuple[Language, ...] | None = Field(
        default=("zh", "en", "mixed", "unknown"), description="Languages that stay; null: all."
    )
    min_prompt_chars: int | None = Field(default=1, ge=0, description="Shortest user turn.")
    max_prompt_chars: int | None = Field(default=20_000, ge=1, description="Longest user turn.")
    min_response_chars: int | None = Field(default=1, ge=0, description="Shortest answer.")
    max_response_chars: int | None = Field(default=40_000, ge=1, description="Longest answer.")
    min_text_chars: int | None = Field(
        default=4, ge=0, description="Shortest plain text row; four Chinese characters can be a title, or a question."
    )
    max_text_chars: int | None = Field(default=2_000_000, ge=1, description="Longest plain text row.")
    min_turns: int | None = Field(default=1, ge=0, description="Fewest answers in a chat or preference row.")
    max_empty_answers: int | None = Field(
        default=0, ge=0, description="Answers without a word, digit, emoji or tool call."
    )
    max_refused_answers: int | None = Field(default=0, ge=0, description="Answers that refuse or speak as an AI model.")
    max_template_tokens: int | None = Field(default=0, ge=0, description="Tokens of chat templates left in the text.")
    max_unfilled_slots: int | None = Field(default=0, ge=0, description="Slots such as {order_id} left in the text.")
    max_cut_off_answers: int | None = Field(default=0, ge=0, description="Answers that break off in mid-sentence.")
    max_garbled_share: float | None = Field(
        default=0.02, ge=0, le=1, description="Share of replacement characters and leftovers of encoding damage."
    )
    max_symbol_share: float | None = Field(
        default=0.5, ge=0, le=1, description="Share of characters that are neither letter, digit, space nor emoji."
    )
    max_duplicate_line_share: float | None = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Share of lines that stand earlier in the same text (texts of 4 lines or more).",
    )
    max_duplicate_ngram_share: float | None = Field(
        default=0.45,
        ge=0,
        le=1,
        description="Share of units that lie in repeated runs of 10 units (texts of 30 units or more).",
    )
    max_repeated_run_share: float | None = Field(
        default=0.4, ge=0, le=1, description="Share of an answer that is one short piece said over and over."
    )
