"""Rows that each trainer takes, and rows that it does not, with the rule that says so. Shared by the tests of targets.

Every defect was made by hand after the loader's code; ``test_targets_peers.py`` asks the loaders themselves.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def say(role: str, content: Any, **more: Any) -> Row:
    return {"role": role, "content": content, **more}


def said(word: str, value: Any, **more: Any) -> Row:
    return {"from": word, "value": value, **more}


def image(url: str) -> Row:
    return {"type": "image_url", "image_url": {"url": url}}


U, A = say("user", "how much is it?"), say("assistant", "ten yuan")
S, TOOL = say("system", "be kind"), say("tool", '{"price": 10}')
CALL = say(
    "assistant", None, tool_calls=[{"id": "c1", "type": "function", "function": {"name": "price", "arguments": "{}"}}]
)
CALLED = say(
    "assistant", "", tool_calls=[{"type": "function", "function": {"name": "price", "arguments": {"of": "tea"}}}]
)
H, G = said("human", "how much is it?"), said("gpt", "ten yuan")
FUNCTION, SEEN = said("function_call", '{"name": "price", "arguments": {"of": "tea"}}'), said("observation", "10")

# target -> (columns of the set, rows that are taken without a word, [(rule, row)])
Cases = tuple[tuple[str, ...], list[Row], list[tuple[str, Row]]]

LLAMAFACTORY_SHAREGPT: Cases = (
    ("conversations", "system", "tools"),
    [
        {"conversations": [H, G]},
        {"conversations": [said("system", "be kind"), H, G, H, G]},
        {"conversations": [H, FUNCTION, SEEN, G], "tools": '[{"name": "price"}]'},
        {"conversations": [H, G], "system": "be kind"},
    ],
    [
        ("no_turns", {"conversations": []}),
        ("role_out_of_order", {"conversations": [G, H]}),
        ("role_out_of_order", {"conversations": [H, H, G, G]}),
        ("role_out_of_order", {"conversations": [H, said("bot", "x")]}),
        ("role_out_of_order", {"conversations": [H, G, said("system", "late"), G]}),
        ("odd_turns", {"conversations": [H, G, H]}),
        ("odd_turns", {"conversations": [H]}),
        ("content_is_no_text", {"conversations": [H, said("gpt", None)]}),
        ("content_is_no_text", {"conversations": [said("human", ["x"]), G]}),
        ("call_is_no_json", {"conversations": [H, said("function_call", "price(tea)"), SEEN, G]}),
        ("call_is_no_json", {"conversations": [H, said("function_call", '{"name": "price"}'), SEEN, G]}),
        ("tools_are_no_json", {"conversations": [H, G], "tools": "a list of tools"}),
        ("tools_as_list", {"conversations": [H, G], "tools": [{"name": "price"}]}),
        ("no_role", {"conversations": [H, {"value": "ten yuan"}]}),
    ],
)
LLAMAFACTORY_OPENAI: Cases = (
    ("messages", "tools"),
    [
        {"messages": [S, U, CALL, TOOL, A], "tools": [{"name": "price"}]},
        {"messages": [U, CALL, TOOL, TOOL, A]},
        {"messages": [U, A]},
    ],
    [
        ("role_out_of_order", {"messages": [U, CALL, A]}),
        ("odd_turns", {"messages": [U, CALL, TOOL, A, U]}),
        ("content_is_no_text", {"messages": [U, say("assistant", None)]}),
        ("content_is_no_text", {"messages": [U, {k: v for k, v in CALL.items() if k != "content"}, TOOL, A]}),
        ("no_role", {"messages": [U, {"content": "x"}]}),
    ],
)
LLAMAFACTORY_ALPACA: Cases = (
    ("instruction", "input", "output", "history"),
    [
        {"instruction": "price?", "input": "", "output": "ten"},
        {"instruction": "price?", "input": "of tea", "output": "ten", "history": [["hi", "hello"]]},
    ],
    [
        ("no_output", {"instruction": "price?", "input": "", "output": None}),
        ("no_output", {"instruction": "price?", "input": "", "output": 10}),
        ("bad_history", {"instruction": "price?", "input": "", "output": "ten", "history": [["hi"]]}),
        ("question_is_no_text", {"instruction": 5, "input": "", "output": "ten"}),
    ],
)
LLAMAFACTORY_RANKING: Cases = (
    ("conversations", "chosen", "rejected"),
    [{"conversations": [H], "chosen": G, "rejected": said("gpt", "go away")}],
    [
        ("odd_turns", {"conversations": [H, G], "chosen": G, "rejected": said("gpt", "go away")}),
        ("no_pair", {"conversations": [H], "chosen": "ten yuan", "rejected": "go away"}),
        ("no_pair", {"conversations": [H], "chosen": G, "rejected": None}),
    ],
)
LLAMAFACTORY_KTO: Cases = (
    ("conversations", "label"),
    [{"conversations": [H, G], "label": True}, {"conversations": [H, said("gpt", "go away")], "label": False}],
    [
        ("no_verdict", {"conversations": [H, G], "label": None}),
        ("no_verdict", {"conversations": [H, G], "label": "good"}),
        ("odd_turns", {"conversations": [H, G, H], "label": True}),
    ],
)
LLAMAFACTORY_MEDIA: Cases = (
    ("messages", "images"),
    [
        {"messages": [say("user", "<image>what is it?"), A], "images": ["a.png"]},
        {"messages": [U, A], "images": []},
        {"messages": [say("user", "<image>what is it?"), A], "images": "a.png"},
    ],
    [
        ("media_and_tags_differ", {"messages": [say("user", "<image><image>"), A], "images": ["a.png"]}),
        ("media_and_tags_differ", {"messages": [U, A], "images": ["a.png"]}),
        ("media_and_tags_differ", {"messages": [say("user", "<image>what?"), A], "images": None}),
    ],
)
TRL_MESSAGES: Cases = (
    ("messages", "tools"),
    [{"messages": [U, A]}, {"messages": [S, U, A, U, A], "tools": '[{"name": "price"}]'}],
    [
        ("no_turns", {"messages": []}),
        ("first_is_no_turn", {"messages": [{"content": "x"}, A]}),
        ("content_is_missing", {"messages": [U, say("assistant", None)]}),
        ("tools_are_no_json", {"messages": [U, A], "tools": "a list of tools"}),
        ("no_answer", {"messages": [U]}),
        ("no_answer", {"messages": [S, U]}),
    ],
)
TRL_COMPLETION: Cases = (
    ("prompt", "completion"),
    [{"prompt": [U], "completion": [A]}, {"prompt": "price?", "completion": "ten"}],
    [
        ("forms_differ", {"prompt": [U], "completion": "ten"}),
        ("forms_differ", {"prompt": "price?", "completion": [A]}),
        ("forms_differ", {"prompt": "price?", "completion": None}),
        ("forms_differ", {"prompt": [], "completion": [A]}),
    ],
)
TRL_PROMPT: Cases = (
    ("prompt", "solution"),
    [{"prompt": [U], "solution": "ten"}, {"prompt": "price?"}],
    [("no_prompt", {"prompt": None}), ("no_prompt", {"prompt": []}), ("no_prompt", {"prompt": ["price?"]})],
)
TRL_PAIR: Cases = (
    ("chosen", "rejected"),
    [{"chosen": [U, A], "rejected": [U, say("assistant", "go away")]}],
    [
        ("no_shared_prompt", {"chosen": [A], "rejected": [say("assistant", "go away")]}),
        ("forms_differ", {"chosen": [U, A], "rejected": None}),
        ("forms_differ", {"chosen": [U, A], "rejected": "go away"}),
    ],
)
SWIFT_MESSAGES: Cases = (
    ("messages", "system", "rejected_response", "objects"),
    [
        {"messages": [U, A], "rejected_response": "go away"},
        {"messages": [S, U, CALL, TOOL, A], "rejected_response": "go away"},
        {"messages": [said("human", "x"), said("gpt", "y")], "rejected_response": "go away"},
        {"messages": [{"user": "x", "assistant": "y"}], "rejected_response": "go away"},
        {"messages": [U, A], "rejected_response": "go away", "objects": {"ref": [], "bbox": [[1, 2, 3, 4], [1, 2]]}},
    ],
    [
        ("no_turns", {"messages": [], "rejected_response": "go away"}),
        ("role_not_known", {"messages": [U, say("model", "ten")], "rejected_response": "go away"}),
        ("role_not_known", {"messages": [say("developer", "be kind"), U, A], "rejected_response": "go away"}),
        ("content_is_missing", {"messages": [U, say("assistant", None)], "rejected_response": "go away"}),
        ("rejected_equals_answer", {"messages": [U, A], "rejected_response": "ten yuan"}),
        ("rejected_equals_answer", {"messages": [U, A], "rejected_response": None}),
        ("bad_boxes", {"messages": [U, A], "rejected_response": "go away", "objects": {"bbox": [[1, 2, 3]]}}),
        ("bad_exchange", {"messages": [{"user": "x"}], "rejected_response": "go away"}),
    ],
)
SWIFT_ALPACA: Cases = (
    ("instruction", "input", "output"),
    [{"instruction": "price?", "input": "", "output": "ten"}, {"instruction": "", "input": "price?", "output": "ten"}],
    [("no_query", {"instruction": None, "input": None, "output": "ten"})],
)
SWIFT_COMPLETION: Cases = (
    ("query", "response"),
    [{"query": "price?", "response": "ten"}],
    [("no_pair_of_columns", {"query": None, "response": None})],
)
UNSLOTH_SHAREGPT: Cases = (
    ("conversations",),
    [{"conversations": [H, G]}, {"conversations": [said("system", "be kind"), H, G]}],
    [
        ("other_keys", {"conversations": [H, said("gpt", "ten", weight=0)]}),
        ("other_keys", {"conversations": [H, said("gpt", None)]}),
        ("role_without_alias", {"conversations": [H, FUNCTION, SEEN, G]}),
        ("nothing_to_train", {"conversations": [H]}),
    ],
)
AXOLOTL_MESSAGES: Cases = (
    ("messages", "tools"),
    [{"messages": [U, A]}, {"messages": [S, U, CALLED, TOOL, A], "tools": [{"name": "price"}]}],
    [
        ("no_list", {"messages": None}),
        ("no_turns", {"messages": []}),
        ("content_is_missing", {"messages": [U, say("assistant", None)]}),
        ("bad_tools", {"messages": [U, A], "tools": "a list of tools"}),
        (
            "arguments_are_no_json",
            {
                "messages": [
                    U,
                    say("assistant", "", tool_calls=[{"function": {"name": "p", "arguments": "x("}}]),
                    TOOL,
                    A,
                ]
            },
        ),
        ("nothing_to_train", {"messages": [U, say("assistant", "ten", train=False)]}),
        ("ends_on_user", {"messages": [U, A, U]}),
        ("unknown_role", {"messages": [U, say("model", "ten")]}),
    ],
)
OPENAI_MESSAGES: Cases = (
    ("messages", "tools"),
    [
        {"messages": [U, A]},
        {"messages": [S, U, CALL, say("tool", "10", tool_call_id="c1"), A], "tools": [{"type": "function"}]},
        {"messages": [U, say("assistant", "five", weight=0), U, say("assistant", "ten", weight=1)]},
        {"messages": [say("user", [{"type": "text", "text": "what?"}, image("data:image/png;base64,AA==")]), A]},
    ],
    [
        ("missing_messages_list", {"messages": []}),
        ("unrecognized_role", {"messages": [U, say("model", "ten"), A]}),
        ("missing_content", {"messages": [U, say("assistant", "")]}),
        ("message_unrecognized_key", {"messages": [U, say("assistant", "ten", train=True)]}),
        ("unrecognized_column", {"messages": [U, A], "metadata": {"a": 1}}),
        ("example_missing_assistant_message", {"messages": [U]}),
        ("last_is_not_assistant", {"messages": [U, A, U]}),
        ("bad_weight", {"messages": [U, say("assistant", "ten", weight=0.5)]}),
        ("bad_tool_call", {"messages": [U, CALLED, A]}),
        ("orphan_reply", {"messages": [U, say("tool", "10", tool_call_id="c9"), A]}),
        ("tools_are_text", {"messages": [U, A], "tools": "[]"}),
        ("all_masked", {"messages": [U, say("assistant", "ten", weight=0)]}),
        ("developer_role", {"messages": [say("developer", "be short"), U, A]}),
        ("unsupported_part", {"messages": [say("user", [{"type": "input_audio", "input_audio": {}}]), A]}),
        ("image_of_assistant", {"messages": [U, say("assistant", [image("https://a.org/a.png")])]}),
        ("too_many_images", {"messages": [say("user", [image("https://a.org/a.png")] * 11), A]}),
        ("image_is_no_url", {"messages": [say("user", [image("media/a.png")]), A]}),
    ],
)
OPENAI_PAIR: Cases = (
    ("input", "preferred_completion", "non_preferred_completion"),
    [
        {
            "input": {"messages": [U]},
            "preferred_completion": [A],
            "non_preferred_completion": [say("assistant", "go away")],
        }
    ],
    [
        ("bad_input", {"input": {}, "preferred_completion": [A], "non_preferred_completion": [A]}),
        (
            "pair_is_not_text",
            {
                "input": {"messages": [say("user", [image("https://a.org/a.png")])]},
                "preferred_completion": [A],
                "non_preferred_completion": [say("assistant", "go away")],
            },
        ),
        ("bad_output", {"input": {"messages": [U]}, "preferred_completion": [A, A], "non_preferred_completion": [A]}),
        ("bad_output", {"input": {"messages": [U]}, "preferred_completion": [U], "non_preferred_completion": [A]}),
        (
            "outputs_are_equal",
            {"input": {"messages": [U]}, "preferred_completion": [A], "non_preferred_completion": [A]},
        ),
    ],
)
CASES: dict[str, tuple[str, Cases]] = {
    "llamafactory sharegpt": ("llamafactory", LLAMAFACTORY_SHAREGPT),
    "llamafactory openai": ("llamafactory", LLAMAFACTORY_OPENAI),
    "llamafactory alpaca": ("llamafactory", LLAMAFACTORY_ALPACA),
    "llamafactory ranking": ("llamafactory", LLAMAFACTORY_RANKING),
    "llamafactory kto": ("llamafactory", LLAMAFACTORY_KTO),
    "llamafactory media": ("llamafactory", LLAMAFACTORY_MEDIA),
    "trl messages": ("trl", TRL_MESSAGES),
    "trl completion": ("trl", TRL_COMPLETION),
    "trl prompt": ("trl", TRL_PROMPT),
    "trl pair": ("trl", TRL_PAIR),
    "swift messages": ("swift", SWIFT_MESSAGES),
    "swift alpaca": ("swift", SWIFT_ALPACA),
    "swift completion": ("swift", SWIFT_COMPLETION),
    "unsloth sharegpt": ("unsloth", UNSLOTH_SHAREGPT),
    "axolotl messages": ("axolotl", AXOLOTL_MESSAGES),
    "openai messages": ("openai", OPENAI_MESSAGES),
    "openai pair": ("openai", OPENAI_PAIR),
}
