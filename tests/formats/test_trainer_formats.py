"""What each trainer's own shapes mean in a record, and the refusals that are theirs."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.formats.media import media_mismatch
from jobs.formats.reasoning import join_reasoning, part_reasoning
from jobs.formats.registry import parse_row, render_row, what_is_lost
from jobs.record import RecordError, content_hash

U, A, B = ({"role": r, "content": c} for r, c in (("user", "q"), ("assistant", "a"), ("assistant", "b")))


@pytest.mark.parametrize(
    ("row", "kind", "messages", "chosen", "rejected"),
    [
        ({"prompt": "q", "completion": "a"}, "chat", ["q", "a"], [], []),
        ({"prompt": [U], "completion": [A]}, "chat", ["q", "a"], [], []),
        ({"messages": [U, A], "rejected_response": "b"}, "preference", ["q"], ["a"], ["b"]),
        ({"messages": [U, A], "rejected_messages": [U, B]}, "preference", ["q"], ["a"], ["b"]),
        (
            {"messages": [U, A, U, A], "rejected_messages": [U, B, U, A]},
            "preference",
            ["q"],
            ["a", "q", "a"],
            list("bqa"),
        ),
        ({"messages": [U, A], "label": True}, "unpaired_preference", ["q", "a"], [], []),
        (
            {"input": {"messages": [U]}, "preferred_output": [A], "non_preferred_output": [B]},
            "preference",
            ["q"],
            ["a"],
            ["b"],
        ),
        (
            {"input": {"messages": [U]}, "preferred_completion": [A], "non_preferred_completion": [B]},
            "preference",
            ["q"],
            ["a"],
            ["b"],
        ),
        ({"prompt": "q", "ground_truth": 3}, "prompt", ["q"], [], []),
        ({"prompt": [U]}, "prompt", ["q"], [], []),
        ({"prompt": "q", "completions": ["a", "b"], "labels": [True, False]}, "stepwise", ["q", "a", "b"], [], []),
    ],
)
def test_rows_of_trainers_are_recognised(
    row: dict[str, Any], kind: str, messages: list[str], chosen: list[str], rejected: list[str]
) -> None:
    record = parse_row(row)
    assert record.kind == kind
    said = [[m.content for m in part] for part in (record.messages, record.chosen, record.rejected)]
    assert said == [messages, chosen, rejected]


@pytest.mark.parametrize(
    ("row", "reason", "path"),
    [
        ({"prompt": "q", "completions": ["a"], "labels": [1]}, "bad_labels", "$.labels"),
        ({"prompt": "q", "completions": ["a"], "labels": []}, "bad_labels", "$.labels"),
        ({"prompt": "q", "completions": [], "labels": []}, "wrong_type", "$.completions"),
        ({"prompt": "q", "completions": ["a", " "], "labels": [True, True]}, "empty_turn", "$.completions[1]"),
        ({"prompt": "q", "completion": ""}, "empty_turn", "$.completion"),
        ({"prompt": [A]}, "no_user_turn", "$.prompt"),
        ({"prompt": " "}, "empty_turn", "$.prompt"),
        ({"prompt": "q", "response": "a"}, "unknown_shape", "$"),
        ({"prompt": "q", "chosen": "a"}, "unknown_shape", "$"),
        ({"prompt": [U], "completion": [U]}, "wrong_role", "$.completion"),
        ({"messages": [U, A, U], "rejected_response": "b"}, "wrong_role", "$.messages"),
        ({"messages": [U, A], "rejected_response": None}, "empty_turn", "$.rejected_response"),
        (
            {"input": {"messages": [U]}, "preferred_output": [U], "non_preferred_output": [B]},
            "wrong_role",
            "$.preferred_output",
        ),
        (
            {"input": {}, "preferred_output": [A], "non_preferred_output": [B]},
            "missing_field",
            "$.input.messages",
        ),
    ],
)
def test_a_bad_row_is_refused_with_reason_and_place(row: dict[str, Any], reason: str, path: str) -> None:
    with pytest.raises(RecordError) as refused:
        parse_row(row)
    assert (refused.value.reason, refused.value.path) == (reason, path)


def test_a_pair_passes_between_all_trainers() -> None:
    record = parse_row({"messages": [U, A], "rejected_response": "b", "channel": "x", "objects": {"ref": []}})
    rest = {"channel": "x", "objects": {"ref": []}}
    assert render_row(record, "openai_preference") == {
        "input": {"messages": [U]},
        "preferred_output": [A],
        "non_preferred_output": [B],
        **rest,
    }
    assert render_row(record, "preference") == {"prompt": [U], "chosen": [A], "rejected": [B], **rest}
    assert render_row(parse_row(render_row(record, "ranking")), "swift") == {
        "messages": [U, A],
        "rejected_response": "b",
        **rest,
    }


@pytest.mark.parametrize(
    ("to", "key", "no", "yes"),
    [
        ("chatml", "weight", 0, 1),
        ("axolotl", "train", False, True),
        ("swift", "loss", False, True),
        ("sharegpt", "train", False, True),
    ],
)
@pytest.mark.parametrize("key_in", ["weight", "train", "training", "loss", "loss_weight"])
def test_train_flags_pass_between_trainers(to: str, key: str, no: Any, yes: Any, key_in: str) -> None:
    rows = parse_row({"messages": [U, {**A, key_in: 0}, U, {**B, key_in: 1}]}, "chatml")
    rows.extras = None
    list_key = "conversations" if to == "sharegpt" else "messages"
    assert [turn.get(key) for turn in render_row(rows, to)[list_key]] == [None, no, None, yes]


def test_the_developer_role_stays_where_it_can_and_is_listed_where_not() -> None:
    row = {"messages": [{"role": "developer", "content": "s"}, U, A]}
    record = parse_row(row)
    assert (record.messages[0].role, render_row(record, "chatml")) == ("system", row)
    assert what_is_lost(record, "chatml") == []
    assert what_is_lost(record, "sharegpt") == ["message.developer"]


@pytest.mark.parametrize("name", ["chatml", "sharegpt", "alpaca", "prompt_completion", "preference", "swift", "text"])
def test_a_prompt_without_an_answer_becomes_no_example(name: str) -> None:
    record = parse_row({"prompt": "q"})
    assert what_is_lost(record, name) == ["kind"]
    with pytest.raises(RecordError, match="cannot_hold"):
        render_row(record, name)


def test_steps_become_no_dialogue_and_their_verdicts_count() -> None:
    one, other = (parse_row({"prompt": "q", "completions": ["a"], "labels": [x]}) for x in (True, False))
    assert what_is_lost(one, "chatml") == ["kind"]
    assert content_hash(one.to_dict()) != content_hash(other.to_dict())


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_thoughts_go_either_way(key: str) -> None:
    row = {"messages": [U, {**A, key: "because"}]}
    record = parse_row(row)
    tagged = "<think>\nbecause\n</think>\n\na"
    assert record.messages[1].content == tagged
    assert render_row(record, "chatml") == row
    assert render_row(record, "sharegpt")["conversations"][1] == {"from": "gpt", "value": tagged}
    assert render_row(record, "chatml", reasoning="tags")["messages"][1] == {"role": "assistant", "content": tagged}
    spoken = parse_row({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": tagged}]})
    assert render_row(spoken, "chatml", reasoning="field")["messages"][1] == {**A, "reasoning_content": "because"}


def test_thoughts_without_an_answer_are_an_empty_turn() -> None:
    with pytest.raises(RecordError, match="empty_turn"):
        parse_row({"messages": [U, {"role": "assistant", "content": "", "reasoning_content": "x"}]})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (join_reasoning("r", "a"), ("r", "a")),
        ("<think>r</think>a", ("r", "a")),
        ("<think>\n\n</think>\n\na", ("", "a")),
        ("<think>never closed", (None, "<think>never closed")),
        ("a", (None, "a")),
        (None, (None, "")),
    ],
)
def test_thoughts_are_parted(text: str | None, parts: tuple[str | None, str]) -> None:
    assert part_reasoning(text) == parts


def test_keys_of_a_function_call_turn_are_kept() -> None:
    call = {"from": "function_call", "value": '{"name": "f", "arguments": {}}', "id": 7, "name": "n"}
    row = {"conversations": [{"from": "human", "value": "q"}, call]}
    assert render_row(parse_row(row), "sharegpt") == row


def test_tags_and_files_are_counted() -> None:
    row = {"messages": [{"role": "user", "content": "<image><video>"}, A], "images": ["a", "b"], "videos": ["c"]}
    record = parse_row(row)
    assert media_mismatch(record) == {"image": (1, 2)}
    assert what_is_lost(record, "sharegpt") == ["media_places"]
    assert media_mismatch(parse_row({**row, "images": ["a"]})) == {}
