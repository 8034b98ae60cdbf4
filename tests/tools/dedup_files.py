"""Rows in and out of the command that finds duplicates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson

from jobs.similarity.minhash import jaccard_pairs
from jobs.similarity.shingles import shingle
from jobs.tools.dedup import main

BASES = (
    "您好请问我的订单什么时候可以发货我已经等了很久了麻烦您帮我看一下",
    "这件衣服的尺码偏大吗我身高一米七体重六十公斤应该买多大的比较合适",
    "please tell me how long the delivery to Shanghai takes and what it costs for two parcels",
    "退款已经申请了三天还没有到账请问到底是什么原因能不能尽快帮我处理一下",
)


def put(path: Path, rows: list[dict[str, Any]]) -> Path:
    # A file of one object alone may be a frame around rows.
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return path


def get(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def dedup(tmp_path: Path, rows: list[dict[str, Any]], *options: str, method: str = "near") -> list[dict[str, Any]]:
    source, out = put(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"
    assert main([method, str(source), str(out), "--force", *options]) == 0
    return get(out)


def jaccard(a: str, b: str) -> float:
    return float(jaccard_pairs(shingle([a, b]), np.array([0]), np.array([1]))[0])


def numbered(said: list[str]) -> list[dict[str, Any]]:
    return [{"id": f"r{i:03}", "text": text, "other": i} for i, text in enumerate(said)]
