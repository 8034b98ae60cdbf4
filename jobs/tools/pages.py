"""What every page of a report shares: its style, its frame, and texts of a data set made safe to show.

A page is one file: style inline, no script, nothing fetched, and a policy that forbids both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from html import escape

from jobs.tools.text_diff import Run

_STYLE = """
:root { --ink: #1d2327; --dim: #5f6b73; --paper: #fff; --line: #d9dee2; --bar: #4a7fb5; --mark: #b3261e;
  --critical: #b3261e; --warning: #8a5a00; --info: #3d6b35; --only: #fbe3b5; --soft: #f4f6f7;
  color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9eb; --dim: #9aa6ae; --paper: #171b1e; --line: #343b40;
  --bar: #6fa3d6; --mark: #ff8a80; --critical: #ff8a80; --warning: #f0b95b; --info: #93c98a; --only: #5c4512;
  --soft: #20262a; } }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.dim, figcaption { color: var(--dim); } figcaption { font-size: .9rem; margin-bottom: .3rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.25rem; }
figure { margin: 0; } svg { width: 100%; max-width: 44rem; height: auto; }
svg text { fill: var(--ink); font-size: 15px; }
svg .number, svg .axis { fill: var(--dim); } .bar { fill: var(--bar); }
.mark { stroke: var(--mark); stroke-width: 2; stroke-dasharray: 5 4; }
article { border: 1px solid var(--line); border-left-width: 4px; border-radius: 4px; margin: .6rem 0;
  padding: .6rem .9rem; overflow-wrap: anywhere; }
article h3 { font-size: 1rem; margin: 0; } article p { margin: .25rem 0; }
.critical { border-left-color: var(--critical); } .warning { border-left-color: var(--warning); }
.info { border-left-color: var(--info); } .tag { font-size: .75rem; letter-spacing: .04em; text-transform: uppercase; }
.critical .tag { color: var(--critical); } .warning .tag { color: var(--warning); } .info .tag { color: var(--info); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .75rem; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; } th { font-weight: 600; }
summary { cursor: pointer; } code { font: .9em ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: .6rem; }
.row { background: var(--soft); border-radius: 4px; padding: .4rem .6rem; margin: .4rem 0 0; min-width: 0; }
.name { color: var(--dim); font-size: .85rem; overflow-wrap: anywhere; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; overflow: hidden; unicode-bidi: isolate; }
mark { background: var(--only); color: inherit; border-radius: 2px; text-decoration: underline; }
pre { font: .85em ui-monospace, Consolas, monospace; overflow-x: auto; }
.cut { color: var(--dim); font-size: .85em; }
"""
# What would turn the reading direction, or hide: shown by its number instead of being obeyed.
_UNSEEN = ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")
_PLAIN = frozenset("\n\t")


def page(title: str, body: str) -> str:
    """A page, whole.

    Args:
        title: as plain text.
        body: as HTML, with every text of the data set escaped.
    """
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{safe(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def safe(text: str) -> str:
    """A text as HTML: escaped; control and direction characters shown as their numbers, half surrogates as U+FFFD."""
    return escape("".join(char if char.isprintable() or char in _PLAIN else _shown(char) for char in text))


def show_runs(runs: Iterable[Run]) -> str:
    """Runs of a text as HTML: what only this text has is marked, what was left out is counted."""
    return f"<div class=text>{''.join(map(_run, runs))}</div>"


def _run(run: Run) -> str:
    if run.kind == "cut":
        return f"<span class=cut> … {int(run.text):,} characters … </span>"
    return f"<mark>{safe(run.text)}</mark>" if run.kind == "only" else safe(run.text)


def _shown(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Cs":
        return "\ufffd"
    return f"⟨U+{ord(char):04X}⟩" if kind in _UNSEEN else char
