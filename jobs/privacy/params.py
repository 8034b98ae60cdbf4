"""Parameters of remove_pii."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from jobs.config import nearest
from jobs.privacy.policy import Policy, entities_looked_for, needs_salt, operator_of
from jobs.privacy.recognizers import ENTITIES
from jobs.privacy.secrets import KEY_VARIABLE, SALT_VARIABLE, Secrets, read_key, read_salt, salt_check


class PrivacyParams(BaseModel):
    """What to look for, how sure to be, and what to put in its place.

    Entity names are those of ``jobs.privacy.recognizers.ENTITIES``. Salt and key are no parameters: they come from the
    environment or a file (``jobs.privacy.secrets``), and are asked for here so that a build without them ends before
    Spark starts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    entities: tuple[str, ...] | None = Field(
        default=None,
        description="Entities to look for; null: all but the optional ones (ORDER_NUMBER, ...).",
    )
    policy: Policy = Field(
        default_factory=dict,
        description="Operator by entity, and `default`: placeholder, surrogate, mask, hash, keep, drop_row. Naming an "
        "optional entity asks for it.",
    )
    scope: Literal["row", "dialogue"] = Field(
        default="dialogue",
        description="How far one value has one surrogate: a row, or all rows of one meta.dialogue_id.",
    )
    salt_file: str | None = Field(
        default=None, description=f"File that holds the secret salt; null: environment variable {SALT_VARIABLE}."
    )
    salt_check: str | None = Field(
        default=None, description="Filled in: tells one salt from another, so that a new one makes the stage run anew."
    )
    mapping: bool | str = Field(
        default=False,
        description="Keep what stood in each place, encrypted: true in the raw zone, or the path of a table.",
    )
    languages: tuple[Literal["zh", "en"], ...] = Field(
        default=("zh", "en"), min_length=1, description="Languages whose rules are used."
    )
    models: dict[Literal["zh", "en"], str] = Field(
        default_factory=dict,
        description="A model by language, asked besides the rules: a spaCy pipeline or a transformers token "
        "classifier, by folder, package name or cached hub id.",
    )
    min_score: float = Field(
        default=0.4,
        ge=0.0,
        le=1.0,
        description="Lowest score that counts, 0 to 1. At 0.6, an announced ID or card with a wrong check digit stays.",
    )

    @field_validator("entities")
    @classmethod
    def _are_entities(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        unknown = next((name for name in names or () if name not in ENTITIES), None)
        if unknown is not None:
            raise ValueError(f"no entity {unknown!r}; {nearest(unknown, ENTITIES)}")
        return names

    @field_validator("models")
    @classmethod
    def _are_there(cls, models: dict[Literal["zh", "en"], str]) -> dict[Literal["zh", "en"], str]:
        if models:
            from jobs.privacy.ner import check_models

            check_models(models)
        return models

    @model_validator(mode="after")
    def _has_its_secrets(self) -> Self:
        secrets, salted = self.secrets(), needs_salt(self.looked_for, self.policy)
        if salted and secrets.salt is None:
            operator = operator_of(self.policy, salted[0])
            raise ValueError(
                f"policy {salted[0]}: {operator} needs a secret salt; set {SALT_VARIABLE} (`openssl rand -hex 32` "
                "makes one) or name a file in salt_file"
            )
        if self.mapping and secrets.key is None:
            raise ValueError(f"mapping needs a key; set {KEY_VARIABLE} (`openssl rand -base64 32` makes one)")
        check = salt_check(secrets.salt) if salted and secrets.salt is not None else None
        if self.salt_check not in (None, check):
            raise ValueError(
                f"the salt here is another than the one that the job was planned with; see {SALT_VARIABLE}"
            )
        # The model is frozen for its users; this is still its making.
        object.__setattr__(self, "salt_check", check)
        return self

    @property
    def looked_for(self) -> tuple[str, ...]:
        """The entities that the analyzer is asked for."""
        return entities_looked_for(self.entities, self.policy)

    def secrets(self) -> Secrets:
        """Salt and key as far as these parameters need them.

        Raises:
            SecretError: one that is there is unfit.
        """
        salted = needs_salt(self.looked_for, self.policy)
        return Secrets(read_salt(self.salt_file) if salted else None, read_key() if self.mapping else None)
