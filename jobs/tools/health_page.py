"""The health report as one page of its own: inline style, inline plots, no script, nothing fetched.

What comes from the data set (file names, labels, field names) is escaped; texts of rows are not in the report at all.
"""

from __future__ import annotations

from html import escape

from jobs.tools.charts import bars, histogram
from jobs.tools.examine import Health
from jobs.tools.findings import Finding
from jobs.tools.health_report import severity_counts
from jobs.tools.places import Place

_STYLE = """
:root { --ink: #1d2327; --dim: #5f6b73; --paper: #fff; --line: #d9dee2; --bar: #4a7fb5; --mark: #b3261e;
  --critical: #b3261e; --warning: #8a5a00; --info: #3d6b35; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9eb; --dim: #9aa6ae; --paper: #171b1e; --line: #343b40;
  --bar: #6fa3d6; --mark: #ff8a80; --critical: #ff8a80; --warning: #f0b95b; --info: #93c98a; } }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.dim, figcaption { color: var(--dim); } figcaption { font-size: .9rem; margin-bottom: .3rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.25rem; }
figure { margin: 0; } svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 13px; }
svg .number, svg .axis { fill: var(--dim); } .bar { fill: var(--bar); }
.mark { stroke: var(--mark); stroke-width: 2; stroke-dasharray: 5 4; }
article { border: 1px solid var(--line); border-left-width: 4px; border-radius: 4px; margin: .6rem 0;
  padding: .6rem .9rem; }
article h3 { font-size: 1rem; margin: 0; } article p { margin: .25rem 0; }
.critical { border-left-color: var(--critical); } .warning { border-left-color: var(--warning); }
.info { border-left-color: var(--info); } .tag { font-size: .75rem; letter-spacing: .04em; text-transform: uppercase; }
.critical .tag { color: var(--critical); } .warning .tag { color: var(--warning); } .info .tag { color: var(--info); }
table { border-collapse: collapse; } th, td { border-bottom: 1px solid var(--line); padding: .25rem .75rem;
  text-align: right; } th:first-child, td:first-child { text-align: left; padding-left: 0; }
summary { cursor: pointer; } code { font: .9em ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
"""


def report_html(health: Health) -> str:
    """The page, whole."""
    names = ", ".join(health.files)
    findings = "".join(map(_finding, health.findings)) or "<p>Nothing was found.</p>"
    note = (
        ""
        if health.compared_all
        else "<p class=dim>Near copies were looked for among the first rows only; "
        "<code>gristmill build</code> looks among all.</p>"
    )
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>Data health: {escape(names)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>Data health</h1><p class=dim>{escape(names)}</p>"
        f"<p><strong>{health.rows:,}</strong> rows, <strong>{health.usable:,}</strong> usable. "
        f"Findings: {escape(severity_counts(health))}.</p>"
        f"<h2>Findings</h2>{findings}{note}<h2>Lengths</h2>{_lengths(health)}"
        f"<h2>Distribution</h2><div class=plots>{_plots(health)}</div></body></html>\n"
    )


def _finding(found: Finding) -> str:
    detail = ", ".join(f"{escape(kind)} {count:,}" for kind, count in found.detail.items())
    return (
        f"<article class={found.severity}><span class=tag>{found.severity}, {found.group}</span>"
        f"<h3>{escape(found.title)}: {found.count:,}</h3>"
        + (f"<p>{detail}</p>" if detail else "")
        + f"<p>{escape(found.why[:1].upper() + found.why[1:])}.</p><p><em>Mend:</em> {escape(found.mend)}.</p>"
        + _places(found)
        + "</article>"
    )


def _places(found: Finding) -> str:
    if not found.places:
        return ""
    more = f" (the first {len(found.places)} of {found.count:,})" if found.count > len(found.places) else ""
    several = len({place.file for place in found.places}) > 1
    listed = "".join(f"<li>{_place(place, several)}</li>" for place in found.places)
    return f"<details><summary>Rows{more}</summary><ul>{listed}</ul></details>"


def _place(place: Place, several: bool) -> str:
    told = [escape(place.file)] if several else []
    told.append(f"row {place.row:,}")
    if place.line is not None:
        told.append(f"line {place.line:,}")
    if place.field and place.field != "$":
        told.append(f"<code>{escape(place.field)}</code>")
    if place.like is not None:
        told.append(f"like {escape(place.like)}")
    return ", ".join(told)


def _lengths(health: Health) -> str:
    if not health.usable:
        return "<p>No row could be measured.</p>"
    head = "".join(f"<th>{name}</th>" for name in ("", "min", "5%", "median", "95%", "max"))
    rows = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(f'<td>{value:,}</td>' for value in values)}</tr>"
        for name, values in health.lengths.items()
    )
    told = f"<p class=dim>Tokens counted by: {escape(health.tokenizer)}.</p>"
    return f"<table><tr>{head}</tr>{rows}</table>{told}"


def _plots(health: Health) -> str:
    plots = [
        histogram(name, bins, health.cutoff if name.startswith("tokens") else None)
        for name, bins in health.histograms.items()
    ]
    for title, counts in (
        ("languages", health.languages),
        ("formats", health.formats),
        ("intents or topics", health.intents),
        ("sources", health.sources),
        ("personal data, by kind", health.personal),
    ):
        if counts:
            plots.append(bars(title, counts))
    return "".join(plots)
