"""The rules of every trainer as Markdown tables: ``python -m jobs.formats.targets.document`` prints them for
``docs/targets.md``, which a test holds to the code."""

from __future__ import annotations

import sys

from jobs.formats.targets import TARGETS
from jobs.formats.targets.rule import Target, Told


def rules_markdown() -> str:
    """One section a trainer, its rules in the order in which they strike."""
    return "\n".join(_section(target) for target in TARGETS.values())


def _section(target: Target) -> str:
    lines = [f"### {target.title} (`--target {target.name}`)", "", "| rule | effect | what is wrong | read in |"]
    lines.append("| --- | --- | --- | --- |")
    rules: list[Told] = [*target.rules, *target.set_rules]
    for rule in rules:
        lines.append(f"| `{rule.id}` | {rule.effect} | {rule.says} | {rule.source} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(rules_markdown())
