"""The health report as one page of its own (``jobs.tools.pages``).

What comes from the data set (file names, labels, field names) is escaped; texts of rows are not in the report at all.
"""

from __future__ import annotations

from jobs.tools.charts import bars, histogram
from jobs.tools.examine import Health
from jobs.tools.findings import Finding
from jobs.tools.health_report import severity_counts
from jobs.tools.pages import page, safe
from jobs.tools.places import Place


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
    return page(
        f"Data health: {names}",
        f"<h1>Data health</h1><p class=dim>{safe(names)}</p>"
        f"<p><strong>{health.rows:,}</strong> rows, <strong>{health.usable:,}</strong> usable. "
        f"Findings: {safe(severity_counts(health))}.</p>"
        f"<h2>Findings</h2>{findings}{note}<h2>Lengths</h2>{_lengths(health)}"
        f"<h2>Distribution</h2><div class=plots>{_plots(health)}</div>",
    )


def _finding(found: Finding) -> str:
    detail = ", ".join(f"{safe(kind)} {count:,}" for kind, count in found.detail.items())
    return (
        f"<article class={found.severity}><span class=tag>{found.severity}, {found.group}</span>"
        f"<h3>{safe(found.title)}: {found.count:,}</h3>"
        + (f"<p>{detail}</p>" if detail else "")
        + f"<p>{safe(found.why[:1].upper() + found.why[1:])}.</p><p><em>Mend:</em> {safe(found.mend)}.</p>"
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
    told = [safe(place.file)] if several else []
    told.append(f"row {place.row:,}")
    if place.line is not None:
        told.append(f"line {place.line:,}")
    if place.field and place.field != "$":
        told.append(f"<code>{safe(place.field)}</code>")
    if place.like is not None:
        told.append(f"like {safe(place.like)}")
    return ", ".join(told)


def _lengths(health: Health) -> str:
    if not health.usable:
        return "<p>No row could be measured.</p>"
    head = "".join(f"<th>{name}</th>" for name in ("", "min", "5%", "median", "95%", "max"))
    rows = "".join(
        f"<tr><td>{safe(name)}</td>{''.join(f'<td>{value:,}</td>' for value in values)}</tr>"
        for name, values in health.lengths.items()
    )
    told = f"<p class=dim>Tokens counted by: {safe(health.tokenizer)}.</p>"
    return f"<div class=wide><table><tr>{head}</tr>{rows}</table></div>{told}"


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
