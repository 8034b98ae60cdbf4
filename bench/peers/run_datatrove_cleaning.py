"""datatrove's PIIFormatter and Gopher filters over texts: CPU seconds a row, and how many rows each changed or removed.

run_datatrove_cleaning.py ROWS.jsonl, where each line has a column "text"; prints JSON.
"""

import json
import sys
import time

from datatrove.data import Document
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.formatters import PIIFormatter
from datatrove.utils.typeshelper import Languages


def main():
    with open(sys.argv[1], "rb") as file:  # noqa: PTH123 (as its own examples do)
        texts = [json.loads(line)["text"] for line in file]
    documents = [Document(text=text, id=str(number)) for number, text in enumerate(texts)]
    formatter = PIIFormatter()
    steps = {
        "PIIFormatter": lambda document: formatter.format(document.text) != document.text,
        "GopherQualityFilter": _filter(GopherQualityFilter(language=Languages.chinese)),
        "GopherRepetitionFilter": _filter(GopherRepetitionFilter(language=Languages.chinese)),
    }
    told, counted = {}, {}
    for name, step in steps.items():
        for document in documents[:200]:
            step(document)
        started = time.process_time()
        counted[name] = sum(map(step, documents))
        told[name] = (time.process_time() - started) / len(documents)
    print(json.dumps({"rows": len(texts), "seconds_a_row": told, "changed_or_removed": counted}))


def _filter(rules):
    return lambda document: rules.filter(document) is not True


if __name__ == "__main__":
    main()
