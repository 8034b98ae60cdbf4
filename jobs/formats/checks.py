"""What every dialogue must have to be a training example, whatever its format."""

from __future__ import annotations

from jobs.record import Message, RecordError


def check_dialogue(messages: list[Message], path: str) -> None:
    """A dialogue needs somebody who asks and a model that answers; order and endings are for the health check to judge.

    Raises:
        RecordError: ``no_user_turn`` or ``no_assistant_turn``.
    """
    roles = [m.role for m in messages]
    if "user" not in roles:
        raise RecordError("no_user_turn", "expected at least one turn of a user", path)
    if "assistant" not in roles:
        raise RecordError("no_assistant_turn", "expected at least one turn of an assistant: nothing to train on", path)


def alternates(messages: list[Message]) -> bool:
    """Whether asking (user, tool) and answering (assistant) turns alternate after an optional system prompt.

    LLaMA-Factory ``src/llamafactory/data/converter.py`` logs and drops every dialogue that does not, and, for
    supervised tuning, every one that does not end with an answer.
    """
    if len(messages) == 2:
        asked, answered = messages
        return answered.role == "assistant" and asked.role in ("user", "tool")
    roles = [m.role for m in messages]
    if roles and roles[0] == "system":
        del roles[0]
    answers = roles[1::2]
    if len(roles) % 2 or answers.count("assistant") != len(answers):
        return False
    asking = roles[::2]
    return asking.count("user") + asking.count("tool") == len(asking)
