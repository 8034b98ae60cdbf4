"""English personal data, ours beside Presidio's default analyzer in one run: ``python -m bench.privacy.english``.

Every known span counts, also of kinds that neither looks for, so that both are measured by the same truth. Presidio
runs without a language model, as we do, with all recognizers that it loads by default; its ``URL`` counts as
``DOMAIN_NAME``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench.privacy.english_templates import write_truth
from jobs.privacy.analyzer import Analyzer
from jobs.privacy.presidio import load_presidio
from jobs.privacy.recognizers import DEFAULT_ENTITIES, ENTITIES
from jobs.tools.pii_entities import EntityMap
from jobs.tools.pii_evaluate import Evaluated, evaluate
from jobs.tools.pii_report import report_text
from jobs.tools.pii_truth import Labelled, TruthRow, read_truth

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FILES = (SHARED / "presidio" / "synth_dataset_v2.json", SHARED / "restaurant8k" / "test.json")
ON_REQUEST = ("LOCATION", "ORGANIZATION", "DOMAIN_NAME")
NAMES = EntityMap({"URL": "DOMAIN_NAME"}, ENTITIES)


def ours(*also: str) -> Callable[[TruthRow], list[Labelled]]:
    """Our analyzer, as remove_pii has it by default."""
    analyzer = Analyzer((*DEFAULT_ENTITIES, *also))
    return lambda row: [Labelled(s.start, s.end, s.entity, s.entity, s.recognizer) for s in analyzer.analyze(row.text)]


def presidio_default() -> Callable[[TruthRow], list[Labelled]]:
    """Presidio's ``AnalyzerEngine`` with the recognizers that it loads by itself, no model and no network."""
    presidio = load_presidio()
    import tldextract
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    # Its e-mail and URL recognizers fetch a list of suffixes otherwise.
    setattr(tldextract, "extract", tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None))  # noqa: B010 - typed as a function
    engine = NoOpNlpEngine([{"lang_code": "en", "model_name": ""}])
    registry = presidio.RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    analyzer = presidio.AnalyzerEngine(registry=registry, nlp_engine=engine)

    def find(row: TruthRow) -> list[Labelled]:
        found = analyzer.analyze(row.text, "en")
        return [Labelled(r.start, r.end, NAMES.entity(r.entity_type), r.entity_type) for r in found]

    return find


def in_lower_case(find: Callable[[TruthRow], list[Labelled]]) -> Callable[[TruthRow], list[Labelled]]:
    """A finder that reads a text as somebody types it who uses no capitals; where that changes its length, as it is."""

    def find_lowered(row: TruthRow) -> list[Labelled]:
        lowered = row.text.lower()
        return find(replace(row, text=lowered) if len(lowered) == len(row.text) else row)

    return find_lowered


def measure(file: Path, find: Callable[[TruthRow], list[Labelled]]) -> Evaluated:
    """Every known and every found span of a file counts."""
    known = {span.entity for row in read_truth([file], NAMES) if isinstance(row, TruthRow) for span in row.spans}
    rows = (row for row in read_truth([file], NAMES) if isinstance(row, TruthRow))
    found = {span.entity for row in rows for span in find(row)}
    return evaluate([file], NAMES, tuple(sorted(known | found)), find)


def main() -> None:
    """Prints a table for each file and each analyzer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=list(FILES))
    parser.add_argument("--unused-templates", action="store_true", help="measure on sentences that the sample lacks")
    parser.add_argument("--lower-case", action="store_true", help="read every text without capitals")
    arguments = parser.parse_args()
    if arguments.unused_templates:
        arguments.files = [Path(tempfile.mkdtemp()) / "unused_templates.jsonl"]
        write_truth(FILES[0], FILES[0].parent / "templates.txt", arguments.files[0], each=4, seed=7)
    finders = {
        "ours, as remove_pii has it": ours(),
        "ours, with what is looked for on request": ours(*ON_REQUEST),
        "Presidio's default without a model": presidio_default(),
    }
    for file in arguments.files:
        for name, finder in finders.items():
            find = in_lower_case(finder) if arguments.lower_case else finder
            begun = time.process_time()
            done = measure(file, find)
            sys.stdout.write(f"\n{file.name}: {name} ({time.process_time() - begun:.1f} CPU s for two readings)\n")
            sys.stdout.write(report_text(done))


if __name__ == "__main__":
    main()
