"""Write the example's raw logs and the truth about them: ``python -m examples.ecommerce.generate --out DIR --seed 7``.

The same seed and scale give the same bytes on any machine with the same pyarrow and zlib.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from examples.ecommerce.dialogues import Author, Dialogue, Turn, text_of
from examples.ecommerce.files import LOG_FILES, LogFile, Row, instruction_for, write_log
from examples.ecommerce.personal import MAIN_TYPES, give_away
from examples.ecommerce.spoil import KINDS, SPOILERS, near_copy

# Share of a file's rows of each kind, per language; what is left is clean. Copies stand where their originals may,
# in the same file or in another of the same side (internal or external).
_IN_BOTH = {
    "exact_copy": 0.05,
    "near_copy": 0.05,
    "personal_data": 0.12,
    "html": 0.02,
    "emoji_run": 0.015,
    "boilerplate": 0.02,
    "cut_off": 0.015,
    "empty_answer": 0.01,
    "refusal": 0.01,
    "template_token": 0.01,
    "unfilled_slot": 0.01,
    "repetition": 0.01,
    "empty_turn": 0.007,
    "broken_line": 0.007,
}
SHARES = {
    "zh": _IN_BOTH
    | {
        "paraphrase_zh": 0.02,
        "full_width": 0.015,
        "traditional": 0.015,
        "mojibake": 0.02,
        "mojibake_lossy": 0.005,
        "wrong_role": 0.007,
    },
    "en": _IN_BOTH
    | {
        "paraphrase_en": 0.08,
    },
}
_COPIES = ("exact_copy", "near_copy", "paraphrase_zh", "paraphrase_en")
_HAS_ROLES = ("sharegpt_array", "chatml_lines")
_SHORTEST_TO_EDIT = 75  # one replaced character changes five shingles of a text on either side


def generate(out: Path, seed: int = 7, scale: float = 1.0) -> Counter[str]:
    """Write all log files and ``truth.jsonl`` under ``out``; the number of rows by kind.

    Args:
        scale: share of the full 7,000 rows, above 0 and at most 1.

    Raises:
        ValueError: for a scale outside that range.
    """
    if not 0 < scale <= 1:
        raise ValueError(f"scale: expected above 0 and at most 1, got {scale}; pass for example 0.05")
    rng = random.Random(seed)
    authors = {language: Author(rng, language) for language in ("zh", "en")}
    logs = {log.path: _originals(rng, log, authors, scale) for log in LOG_FILES}
    _inject_personal_data(rng, [row for rows in logs.values() for row in rows])
    for log in LOG_FILES:
        _spoil(rng, logs[log.path])
    _add_copies(rng, logs, authors, scale)
    for log in LOG_FILES:
        rng.shuffle(logs[log.path])
        for number, row in enumerate(logs[log.path], 1):
            row.id = f"{Path(log.path).name.split('.')[0][:3]}-{number:06d}"
    for log in LOG_FILES:
        write_log(rng, out / log.path, log.shape, logs[log.path])
    _write_truth(out / "truth.jsonl", logs)
    return Counter(row.kind for rows in logs.values() for row in rows)


def counts_for(log: LogFile, language: str, scale: float) -> dict[str, int]:
    """Rows of each kind in one file; adds up to the file's rows at that scale."""
    total = round(log.rows[language] * scale)
    counts = {kind: round(share * total) for kind, share in SHARES[language].items()}
    if log.shape not in _HAS_ROLES:
        counts["wrong_role"] = 0
    counts["clean"] = total - sum(counts.values())
    return counts


def _originals(rng: random.Random, log: LogFile, authors: dict[str, Author], scale: float) -> list[Row]:
    """Fresh dialogues for all of a file's rows but the copies; each knows its kind, none is spoilt yet."""
    rows = []
    for language in log.rows:
        for kind, count in counts_for(log, language, scale).items():
            for _ in range(count if kind not in _COPIES else 0):
                row = _row_of(authors[language].draw(exchanges=1 if log.single_turn else 0))
                row.kind = kind
                row.instruction = (
                    instruction_for(rng, row) if log.shape.startswith("alpaca_") and log.single_turn else None
                )
                rows.append(row)
    return rows


def _row_of(dialogue: Dialogue) -> Row:
    meta = {name: getattr(dialogue, name) for name in ("intent", "domain", "complexity", "label")}
    return Row(dialogue.language, meta, list(dialogue.turns), dialogue=dialogue)


def _inject_personal_data(rng: random.Random, rows: Sequence[Row]) -> None:
    clean_text = "\n".join(text_of(row.turns) for row in rows)
    used: dict[str, bool] = {}
    turn = Counter[str]()

    def is_free(name: str) -> bool:
        free = name not in used and name not in clean_text
        used[name] = True
        return free or len(used) > 5000

    for row in rows:
        if row.kind == "personal_data":
            mains = MAIN_TYPES[row.language]
            main = mains[turn[row.language] % len(mains)]
            turn[row.language] += 1
            row.turns, row.values = give_away(rng, row.turns, row.language, main, is_free)


def _spoil(rng: random.Random, rows: Sequence[Row]) -> None:
    for row in rows:
        if row.kind in SPOILERS:
            row.turns = SPOILERS[row.kind](rng, row.turns, row.language)


def _add_copies(rng: random.Random, logs: dict[str, list[Row]], authors: dict[str, Author], scale: float) -> None:
    originals = {path: [row for row in rows if row.kind in ("clean", "personal_data")] for path, rows in logs.items()}
    said_again: list[int] = []
    for log in LOG_FILES:
        for language in log.rows:
            counts = counts_for(log, language, scale)
            for kind in _COPIES:
                for _ in range(counts.get(kind, 0)):
                    logs[log.path].append(_copy(rng, kind, log, language, originals, authors, said_again))


def _copy(
    rng: random.Random,
    kind: str,
    log: LogFile,
    language: str,
    originals: dict[str, list[Row]],
    authors: dict[str, Author],
    said_again: list[int],
) -> Row:
    """A copy of ``kind`` for the file ``log``, of a row of the same file or of another on its side."""
    for _ in range(3000):
        other = rng.choice([o for o in LOG_FILES if o.path.split("/")[0] == log.path.split("/")[0]])
        origin = log if log.path.startswith("external") or log.single_turn or rng.random() < 0.7 else other
        row = rng.choice(originals[origin.path])
        if row.language != language:
            continue
        turns = _turns_of_copy(rng, kind, row, authors[language], said_again)
        if turns:
            values = row.values if kind == "exact_copy" else []
            return Row(language, row.meta, turns, kind, row, list(values), instruction=row.instruction)
    raise RuntimeError(f"no row of {log.path} can be the original of a {kind}: raise the scale")


def _turns_of_copy(rng: random.Random, kind: str, row: Row, author: Author, said_again: list[int]) -> list[Turn] | None:
    if kind == "exact_copy":
        return list(row.turns)
    if row.kind != "clean":
        return None
    if kind == "near_copy":
        long_enough = len(text_of(row.turns)) >= _SHORTEST_TO_EDIT
        return near_copy(rng, row.turns, row.language) if long_enough else None
    if row.dialogue is None or id(row) in said_again or not author.can_say_again(row.dialogue):
        return None
    said_again.append(id(row))
    return author.say_again(row.dialogue, keep_answer=0.85)


def _write_truth(path: Path, logs: dict[str, list[Row]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for file, rows in logs.items():
            for number, row in enumerate(rows, 1):
                truth = {
                    "file": file,
                    "row": number,
                    "id": row.id,
                    "kind": row.kind,
                    "fate": KINDS[row.kind],
                    "language": row.language,
                    "of": row.of.id if row.of else None,
                    "values": [asdict(value) for value in row.values],
                }
                out.write(json.dumps(truth, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; prints what was written."""
    parser = argparse.ArgumentParser(description="Write the e-commerce example's raw logs and their truth.")
    parser.add_argument("--out", type=Path, default=Path("examples/ecommerce/raw"), help="folder to write to")
    parser.add_argument("--seed", type=int, default=7, help="equal seeds give equal files")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full 7,000 rows, such as 0.05")
    given = parser.parse_args(arguments)
    kinds = generate(given.out, given.seed, given.scale)
    print(
        f"{sum(kinds.values()):,} rows under {given.out}: "
        + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
    )


if __name__ == "__main__":
    main()
