"""What is done with personal data of each entity: the operators, and which entities a policy asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator

from jobs.config import nearest
from jobs.privacy.recognizers import DEFAULT_ENTITIES, ENTITIES, OPTIONAL_ENTITIES

Operator = Literal["placeholder", "surrogate", "mask", "hash", "keep", "drop_row"]
OPERATORS: tuple[str, ...] = get_args(Operator)
# What stands in a policy for every entity that it does not name.
DEFAULT = "default"
# Operators whose answer follows from a secret; without one they could be guessed back.
SALTED = frozenset({"surrogate", "hash"})


def check_entity(name: str) -> str:
    """The entity's name; also from an environment variable, whose keys arrive in lower case.

    Raises:
        ValueError: there is no such entity.
    """
    known = (*ENTITIES, DEFAULT)
    found = next((entity for entity in known if entity.lower() == name.lower()), None)
    if found is None:
        raise ValueError(f"no entity {name!r}; {nearest(name.upper(), known)}")
    return found


Policy = dict[Annotated[str, AfterValidator(check_entity)], Operator]


def operator_of(policy: Mapping[str, str], entity: str) -> str:
    """The operator for an entity: its own, else the policy's default, else a placeholder."""
    return policy.get(entity, policy.get(DEFAULT, "placeholder"))


def entities_looked_for(entities: Iterable[str] | None, policy: Mapping[str, str]) -> tuple[str, ...]:
    """``entities`` (None: all but the optional ones) and those that the policy names with an operator that acts.

    An entity that is kept is looked for as well, so that no other rule takes a part of it; an optional one that is kept
    is not, for that is how it stands without a policy.
    """
    asked = DEFAULT_ENTITIES if entities is None else tuple(entities)
    named = [name for name, operator in policy.items() if name != DEFAULT and operator != "keep"]
    wanted = dict.fromkeys([*asked, *named])
    return tuple(name for name in wanted if name not in OPTIONAL_ENTITIES or operator_of(policy, name) != "keep")


def needs_salt(entities: Iterable[str], policy: Mapping[str, str]) -> list[str]:
    """Those of the entities whose operator works with a secret salt."""
    return [entity for entity in entities if operator_of(policy, entity) in SALTED]
