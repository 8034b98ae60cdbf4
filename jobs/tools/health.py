"""The health check: a quick look at a data set's risks before anybody trains on it.

``python data_health_check.py --dataset your_dataset.json`` prints a report; ``--json`` gives the same for programs and
``--html`` a page with plots. It shows row numbers, fields, reasons and counts, never the rows' texts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from jobs.formats.tokens import TokenizerError, load_counter
from jobs.tools import command
from jobs.tools.command import UsageError
from jobs.tools.examine import CUTOFF, Health, examine
from jobs.tools.finding_rules import SEVERITIES
from jobs.tools.health_report import report_json, report_text

_EXAMPLES = """examples:
  python data_health_check.py --dataset your_dataset.json
  python data_health_check.py --dataset 'logs/*.jsonl.gz' --fail-on critical
  python data_health_check.py --dataset 'splits/*.jsonl' --cutoff 4096 --html report.html
  python data_health_check.py --dataset faq.csv --fields instruction=question output=answer --json
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit code 0; 1 when ``--fail-on`` asks for it; 2 for a user's mistake."""
    arguments = _parser().parse_args(argv)
    return command.run(lambda: _main(arguments), "data_health_check")


def _main(arguments: argparse.Namespace) -> int:
    source = command.read_source(arguments)
    if arguments.cutoff < 1:
        raise UsageError(f"--cutoff: expected a number of tokens from 1 on, came {arguments.cutoff}")
    files = command.find_input(arguments.dataset)
    page = Path(arguments.html) if arguments.html else None
    if page is not None:
        command.refuse_overwriting([page], files, force=arguments.force, option="--html")
    try:
        counter = load_counter(arguments.tokenizer)
    except TokenizerError as error:
        raise UsageError(f"--tokenizer: {error}") from None
    health = examine(files, source, arguments.cutoff, counter)
    if page is not None:
        _write_page(page, health)
    sys.stdout.write(report_json(health) if arguments.json else report_text(health))
    if page is not None and not arguments.json:
        sys.stdout.write(f"page with plots: {page}\n")
    sys.stdout.flush()
    if arguments.fail_on is None:
        return 0
    failing = SEVERITIES[: SEVERITIES.index(arguments.fail_on) + 1]
    return 1 if any(f.severity in failing for f in health.findings) else 0


def _write_page(path: Path, health: Health) -> None:
    from jobs.tools.health_page import report_html

    path.write_text(report_html(health), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = command.parser_of(
        "data_health_check",
        "Look at a data set's risks: broken rows, personal data, copies, roles, lengths, balance, size.",
        _EXAMPLES,
    )
    parser.add_argument(
        "--dataset", required=True, help="a file, folder or pattern: JSON, JSON Lines, CSV, Parquet, text"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--html", metavar="FILE", help="also write the report with plots as a page of its own")
    parser.add_argument("--force", action="store_true", help="let --html overwrite a file that exists")
    parser.add_argument("--cutoff", type=int, default=CUTOFF, help="tokens where the trainer cuts; default %(default)s")
    parser.add_argument("--tokenizer", help="a folder with tokenizer.json, or a name; default: an estimate of tokens")
    parser.add_argument("--fail-on", choices=SEVERITIES, help="exit with code 1 at a finding this severe or worse")
    command.add_reading_options(parser)
    return parser
