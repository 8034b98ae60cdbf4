"""Relations between dialogues that are no copies: one prompt answered twice, one dialogue that begins another."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.similarity.guard_facts import pair_of
from jobs.similarity.guards import NEAR_GUARDS, guard_keys
from jobs.similarity.keys import exact_keys, key_texts, strict_keys, tools_of, turn_keys
from jobs.similarity.shingles import content_hashes, token_counts
from jobs.similarity.turns import Rows, to_mask, turns_of, whole

# A prompt of fewer tokens (你好, thanks, 在吗) asks nothing that answers could disagree on.
MIN_PROMPT_TOKENS = 4
# In a longer answer a number or a "not" more or less says nothing about whether two answers disagree.
MAX_FACT_TOKENS = 64
FACTS = NEAR_GUARDS

ANSWER_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("answer", pa.binary()),
        ("facts", pa.list_(pa.int64())),
        ("pair", pa.list_(pa.string())),
    ]
)


def prompt_keys(rows: Rows, min_tokens: int = MIN_PROMPT_TOKENS) -> pa.Array:
    """(n,) binary, equal for rows that ask the same and whose answers may be held against each other.

    System prompts count. Preference rows are apart from chats, and rows labelled good from rows labelled bad: such data
    answers one prompt twice on purpose.

    Returns:
        Null where nothing is answered, or where the prompt has fewer than ``min_tokens`` tokens.
    """
    turns, paired = turns_of(rows, "messages"), _is_paired(rows)
    answered = paired | (turns.last(turns.has_role("assistant")) < turns.offsets[1:])
    asked = answered & (token_counts(key_texts(rows, "prompt")) >= min_tokens)
    label = pc.if_else(pa.array(paired), "pair", pc.fill_null(pc.cast(whole(rows, "label"), pa.string()), ""))
    keys = pc.cast(exact_keys(rows, "prompt", system=True), pa.binary())
    joined = pc.binary_join_element_wise(keys, pc.cast(label, pa.binary()), b"")
    return pc.if_else(pa.array(asked), joined, pa.scalar(None, pa.binary()))


def answers_of(rows: Rows) -> pa.RecordBatch:
    """``ANSWER_SCHEMA`` of ``rows``: what is needed to say of two answers to one prompt how they differ.

    ``answer`` is equal for answers of the same words (case, spaces and punctuation aside), null where there is none;
    ``facts`` one integer for each of ``FACTS``, equal where the fact is, null for an answer of more than
    ``MAX_FACT_TOKENS``; ``pair`` the digests of chosen and rejected.
    """
    texts = key_texts(rows, "response")
    tokens = token_counts(texts)
    short = (tokens <= MAX_FACT_TOKENS).tolist()
    listed = texts.to_pylist()
    facts = [guard_keys(text, FACTS) if brief else None for text, brief in zip(listed, short, strict=True)]
    columns = [
        pc.cast(whole(rows, "record_id"), pa.string()),
        pa.array([words.tobytes() for words in content_hashes(texts)], pa.binary(), mask=tokens == 0),
        pa.array(facts, pa.list_(pa.int64())),
        pa.array([list(pair_of(text)) for text in listed], pa.list_(pa.string())),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ANSWER_SCHEMA)


def dialogue_chains(rows: Rows) -> tuple[pa.Array, pa.Array]:
    """What tells that one dialogue begins another: (n,) binary of the whole, (n,) list of binary of its beginnings.

    A beginning ends with an answer and is shorter than the dialogue. The hash of k turns is one of the k-th turn and
    the hash of k - 1, so equal hashes mean equal turns throughout; system prompt, tools, media, label, rating count.

    Returns:
        Nulls for preference rows and rows without turns: they begin nothing.
    """
    turns, pieces = turn_keys(rows)
    said, answers = pc.cast(pieces, pa.large_binary()).to_pylist(), turns.has_role("assistant").tolist()
    start = [
        hashlib.blake2b(mark + tools.encode(), digest_size=16).digest()
        for mark, tools in zip(strict_keys(rows).view("V8").tolist(), tools_of(rows).to_pylist(), strict=True)
    ]
    offsets, paired = turns.offsets.tolist(), _is_paired(rows).tolist()
    ends: list[bytes | None] = []
    begins: list[list[bytes] | None] = []
    for row, link in enumerate(start):
        first, last = offsets[row], offsets[row + 1]
        if paired[row] or first == last:
            ends.append(None)
            begins.append(None)
            continue
        found = []
        for place in range(first, last):
            link = hashlib.blake2b(link + said[place], digest_size=16).digest()
            if answers[place] and place < last - 1:
                found.append(link)
        ends.append(link)
        begins.append(found)
    return pa.array(ends, pa.binary()), pa.array(begins, pa.list_(pa.binary()))


def turn_counts(rows: Rows) -> pa.Array:
    """(n,) int32: turns of each row, system prompt included."""
    return pa.array(np.diff(turns_of(rows, "messages").offsets), pa.int32())


def _is_paired(rows: Rows) -> npt.NDArray[np.bool_]:
    lengths = [pc.greater(whole(rows, name).value_lengths(), 0) for name in ("chosen", "rejected")]
    return to_mask(lengths[0]) | to_mask(lengths[1])
