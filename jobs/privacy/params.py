"""Parameters of remove_pii."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from jobs.config import nearest
from jobs.privacy.recognizers import ENTITIES


class PrivacyParams(BaseModel):
    """What to look for and how sure to be. Entity names are those of ``jobs.privacy.recognizers.ENTITIES``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entities: tuple[str, ...] | None = Field(
        default=None,
        description="Entities to remove; null: all but the optional ones (ORDER_NUMBER, PARCEL_NUMBER).",
    )
    also: tuple[str, ...] = Field(
        default=(),
        description="Entities to remove besides: ORDER_NUMBER, PARCEL_NUMBER.",
    )
    languages: tuple[Literal["zh", "en"], ...] = Field(
        default=("zh", "en"), min_length=1, description="Languages whose rules are used."
    )
    min_score: float = Field(
        default=0.4,
        ge=0.0,
        le=1.0,
        description="Lowest score that counts, 0 to 1. At 0.6, an announced ID or card with a wrong check digit stays.",
    )

    @field_validator("entities", "also")
    @classmethod
    def _are_entities(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        unknown = next((name for name in names or () if name not in ENTITIES), None)
        if unknown is not None:
            raise ValueError(f"no entity {unknown!r}; {nearest(unknown, ENTITIES)}")
        return names
