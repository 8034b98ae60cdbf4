"""What every peer's runner shares: rows in, ids of kept rows out, and tokens by the definition that truth rests on."""

import json
import re
import sys
import unicodedata

TOKEN = re.compile(r"[\u3400-\u9fff]|[0-9a-z]+")


def arguments():
    """``RUNNER.py ROWS.jsonl KEPT.txt SCRATCH PARAMETERS``: the first three, and the parameters as a dictionary."""
    rows, kept, scratch, parameters = sys.argv[1:5]
    return rows, kept, scratch, json.loads(parameters)


def read(path):
    with open(path, "rb") as file:
        for line in file:
            row = json.loads(line)
            yield row["id"], row["text"]


def write_kept(path, ids):
    with open(path, "w") as file:
        file.writelines(f"{name}\n" for name in ids)


def shingles(text, width=3):
    """Distinct runs of ``width`` tokens (a Han character or a word); the whole text where it has fewer."""
    tokens = TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    if len(tokens) < width:
        return {" ".join(tokens)}
    return {" ".join(tokens[i : i + width]) for i in range(len(tokens) - width + 1)}


def character_runs(text, width):
    """Distinct runs of ``width`` characters, as is customary where a tool leaves shingling to its user."""
    text = text.lower()
    return {text[i : i + width] for i in range(max(1, len(text) - width + 1))}
