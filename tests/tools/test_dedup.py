"""The command that finds duplicates in a file: what it writes, tells and refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from dedup_files import BASES, dedup, get, jaccard, numbered, put

from jobs.tools.decontaminate import _parser as decontaminate_parser
from jobs.tools.dedup import _parser as dedup_parser
from jobs.tools.dedup import main
from jobs.tools.dedup_write import FIELDS, RULES
from jobs.tools.similarity_pairs import _parser as similarity_parser

ROOT = Path(__file__).resolve().parents[2]


def test_exact_is_equality_up_to_white_space(tmp_path: Path) -> None:
    said = ["a  b\n", "a b", "A b", "", "  ", "a\u3000b"]
    out = dedup(tmp_path, numbered(said), "--column", "text", method="exact")
    assert [(row["kept"], row["witness"], row["similarity"], row["rule"]) for row in out] == [
        (True, None, None, None),
        (False, "r000", 1.0, "exact"),
        (True, None, None, None),
        (True, None, None, "nothing_to_compare"),
        (True, None, None, "nothing_to_compare"),
        (False, "r000", 1.0, "exact"),
    ]


def test_short_rows_match_exactly_only(tmp_path: Path) -> None:
    out = dedup(tmp_path, numbered(["好的", "好的!", "好的", "嗯", "ok yes", "ok no"]), "--column", "text")
    assert [(row["kept"], row["rule"]) for row in out] == [
        (True, "too_short"),
        (True, "too_short"),
        (False, "exact"),
        (True, "too_short"),
        (True, "too_short"),
        (True, "too_short"),
    ]
    assert out[2]["witness"] == "r000"


def test_rows_without_a_text_are_kept_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"text": BASES[0]}, {"other": 1}, {"text": 7}, {"text": None}, {"text": BASES[0]}]
    out = dedup(tmp_path, rows, "--column", "text", "--json")
    assert [row["kept"] for row in out] == [True, True, True, True, False]
    assert [row["id"] for row in out] == [1, 2, 3, 4, 5]
    assert out[4]["witness"] == 1
    told = orjson.loads(capsys.readouterr().out)
    assert [place["row"] for place in told["nothing_to_compare"]["first"]] == [2, 3, 4]
    assert (told["rows"], told["kept"], told["removed"], told["rules"]["nothing_to_compare"]) == (5, 4, 1, 3)


def test_bad_rows_are_quarantined_with_their_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"text": "a"}\n{"text": \n{"text": "\\ud800"}\n{"text": "a"}\n')
    out = tmp_path / "out.jsonl"
    assert main(["exact", str(source), str(out), "--column", "text", "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert [(row["id"], row["kept"]) for row in get(out)] == [(1, True), (2, False)]
    bad = get(tmp_path / "out.quarantine.jsonl")
    assert told["quarantined"] == len(bad) == 2
    assert [row["line"] for row in bad] == [2, 3]
    assert all(row["reason"] and row["detail"] for row in bad)


def test_an_id_of_several_rows_names_none_of_them(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": BASES[0]}, {"id": "a", "text": BASES[0]}, {"id": "b", "text": BASES[0]}, {"text": "x"}]
    out = dedup(tmp_path, rows, "--column", "text", "--keep", "first")
    assert [(row["id"], row.get("row"), row["witness"]) for row in out] == [
        ("a", 1, None),
        ("a", 2, "row 1"),
        ("b", None, "row 1"),
        ("row 4", None, None),
    ]


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ([], "r1"),
        (["first"], "r0"),
        (["newest=day"], "r2"),
        (["highest=score"], "r0"),
        (["order=from:human,model"], "r1"),
        (["order=from:faq,model"], "r0"),
        (["newest=none", "highest=score"], "r0"),
    ],
)
def test_the_policy_says_which_stays(tmp_path: Path, keep: list[str], kept: str) -> None:
    rows = [
        {"id": "r0", "text": BASES[0], "day": "2026-01-01", "score": 9, "from": "model"},
        {"id": "r1", "text": BASES[0] + "谢", "day": "2026-02-01", "score": "7.5", "from": "human"},
        {"id": "r2", "text": BASES[0], "day": "2026-02-02T08:00:00+08:00", "score": None, "from": "model"},
    ]
    out = dedup(tmp_path, rows, "--column", "text", *(["--keep", *keep] if keep else []))
    assert [row["id"] for row in out if row["kept"]] == [kept]


def test_pairs_are_written_with_what_became_of_them(tmp_path: Path) -> None:
    said = [
        "您的订单在3天内从上海仓库发出请您注意查收谢谢",
        "您的订单在7天内从上海仓库发出请您注意查收谢谢",
        "您的订单在3天内从上海仓库发出请您注意查收谢谢",
    ]
    pairs = tmp_path / "pairs.jsonl"
    options = ("--column", "text", "--threshold", "0.6", "--pairs", str(pairs))
    assert [row["kept"] for row in dedup(tmp_path, numbered(said), *options)] == [True, False, False]
    told = {(row["a"], row["b"]): row for row in get(pairs)}
    assert told["r000", "r002"] == {
        "a": "r000",
        "b": "r002",
        "similarity": 1.0,
        "decision": "removed",
        "rule": "exact",
        "blocked_by": None,
    }
    assert told["r000", "r001"]["decision"] == "removed"
    assert told["r000", "r001"]["similarity"] == jaccard(said[0], said[1])
    kept = dedup(tmp_path, numbered(said), *options, "--guards", "numbers")
    assert [row["kept"] for row in kept] == [True, True, False]
    (blocked,) = [row for row in get(pairs) if row["decision"] == "blocked"]
    assert (blocked["a"], blocked["b"], blocked["blocked_by"]) == ("r000", "r001", "different_numbers")


def test_dialogues_are_compared_by_a_part_of_them(tmp_path: Path) -> None:
    def chat(question: str, answer: str, system: str) -> dict[str, Any]:
        turns = (("system", system), ("user", question), ("assistant", answer))
        return {"messages": [{"role": role, "content": text} for role, text in turns]}

    rows = [chat(BASES[0], BASES[1], "s"), chat(BASES[0], BASES[3], "s"), chat(BASES[2], BASES[1], "t" * 80)]
    assert [row["kept"] for row in dedup(tmp_path, rows)] == [True, True, True]
    assert [row["kept"] for row in dedup(tmp_path, rows, "--by", "prompt")] == [True, False, True]
    assert [row["kept"] for row in dedup(tmp_path, rows, "--by", "response")] == [True, True, False]
    rows[1] = chat(BASES[0], BASES[1], "another system prompt")
    assert [row["kept"] for row in dedup(tmp_path, rows)] == [True, False, True]
    assert all(row["kept"] for row in dedup(tmp_path, rows, method="exact"))


def test_a_verdict_turned_round_is_no_duplicate(tmp_path: Path) -> None:
    row = {"prompt": BASES[0], "chosen": BASES[1], "rejected": BASES[3]}
    turned = {"prompt": BASES[0], "chosen": BASES[3], "rejected": BASES[1]}
    assert [out["kept"] for out in dedup(tmp_path, [row, turned, row])] == [True, True, False]


def test_fields_of_the_input_are_replaced_and_told_or_kept_by_a_prefix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"id": "a", "text": "x y z", "kept": "mine", "similarity": 3}]
    assert dedup(tmp_path, rows, "--column", "text")[0]["kept"] is True
    assert "kept in 1 rows, similarity in 1 rows" in capsys.readouterr().out
    (out,) = dedup(tmp_path, rows, "--column", "text", "--prefix", "d_")
    assert (out["kept"], out["similarity"], out["d_kept"]) == ("mine", 3, True)


def test_deep_rows_and_tables_come_through(tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(600):
        deep = [deep]
    line = b'{"text": "a b c", "deep": ' + b"[" * 600 + b'"x"' + b"]" * 600 + b"}\n"
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(line * 2)
    assert main(["exact", str(source), str(out), "--column", "text"]) == 0
    assert [row["kept"] for row in get(out)] == [True, False]
    assert get(out)[0]["deep"] == deep
    table = tmp_path / "in.csv"
    table.write_text("id,text\n7,a b c\n,a b c\n8,d\n", encoding="utf-8")
    assert main(["exact", str(table), str(out), "--column", "text", "--force"]) == 0
    assert [(row["id"], row["kept"], row["witness"]) for row in get(out)] == [
        ("7", True, None),
        ("row 2", False, "7"),
        ("8", True, None),
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["near", "{in}", "{out}", "--column", "txt"], "no row has a column 'txt'; there are id, text"),
        (["near", "{in}", "{out}", "--column", "text", "--threshold", "1.5"], "--threshold: expected a number"),
        (["near", "{in}", "{out}", "--column", "text", "--keep", "best"], "--keep: expected longest, first"),
        (["near", "{in}", "{out}", "--column", "text", "--guards", "colour"], "--guards: expected all, none"),
        (["near", "{in}", "{out}", "--column", "text", "--by", "prompt"], "--column compares one column"),
        (["near", "{in}", "{in}", "--column", "text", "--force"], "is the input itself"),
        (["near", "{in}", "{out}", "--column", "text", "--pairs", "{out}"], "a different file for each"),
        (["near", "{in}", "{out}", "--column", "text", "--threshold", "0.01"], "lower the recall"),
        (["semantic", "{in}", "{out}", "--column", "text", "--threshold", "0.8", "--flag", "0.9"], "--flag: expected"),
        (["exact", "{in}.none", "{out}", "--column", "text"], "no such file"),
    ],
)
def test_a_mistake_of_the_user_is_one_line(
    tmp_path: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = put(tmp_path / "in.jsonl", numbered(["a b c"]))
    places = {"{in}": str(source), "{out}": str(tmp_path / "out.jsonl")}
    given = [option.replace("{in}", places["{in}"]).replace("{out}", places["{out}"]) for option in options]
    assert main(given) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_nothing_is_overwritten_without_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = put(tmp_path / "in.jsonl", numbered(["a b c"])), tmp_path / "out.jsonl"
    out.write_text("mine", encoding="utf-8")
    assert main(["exact", str(source), str(out), "--column", "text"]) == 2
    assert out.read_text("utf-8") == "mine"
    assert "--force" in capsys.readouterr().err


def test_the_commands_import_nothing_heavy_for_their_help() -> None:
    code = (
        "import sys; from flows.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numba', 'numpy', 'torch', 'pyspark', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "dedup" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


PARSERS = {"dedup": dedup_parser, "similarity": similarity_parser, "decontaminate": decontaminate_parser}


@pytest.mark.parametrize(("heading", "parser"), PARSERS.items())
def test_every_option_is_documented(heading: str, parser: Any) -> None:
    page = (ROOT / "docs" / "tools.md").read_text("utf-8")
    section = page.split(f"## gristmill {heading}\n")[1].split("\n## ")[0]
    options = {option for action in parser()._actions for option in action.option_strings if option.startswith("--")}
    shared = {"--help", "--force", "--json", "--by"} if heading == "similarity" else {"--help"}
    assert not {option for option in options - shared if option not in section}
    if heading == "dedup":
        assert not {word for word in (*RULES, *FIELDS) if f"`{word}`" not in section}
