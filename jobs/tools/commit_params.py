"""The parameters that a stage's commit was made with, for the reports that work its values out again."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from jobs.lake.versions import Commit

M = TypeVar("M", bound=BaseModel)


def params_of(commit: Commit, model: type[M]) -> tuple[M, list[str]]:
    """The commit's parameters and no names; or today's defaults, and what does not fit today's model any more.

    Only the parameters' names are told, never a value: a path or a list may say something about people.
    """
    try:
        return model.model_validate(commit.provenance.params), []
    except ValidationError as error:
        return model(), list(dict.fromkeys(".".join(map(str, detail["loc"])) or "all" for detail in error.errors()))
