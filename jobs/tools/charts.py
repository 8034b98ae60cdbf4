"""Plots as inline SVG: bars and histograms, drawn to be read without colour and without a script.

Every text is escaped here; colours come from the page's style sheet by class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from jobs.tools.pages import safe

_WIDTH = 640
_BAR, _GAP, _LABEL, _NUMBER = 20, 6, 190, 90
_HEIGHT, _AXIS = 150, 22


def bars(title: str, counts: Mapping[str, int], most: int = 12) -> str:
    """Horizontal bars, the longest first; what is beyond ``most`` labels is one bar of its own."""
    shown = list(counts.items())[:most]
    rest = sum(counts.values()) - sum(count for _, count in shown)
    if rest:
        shown.append((f"{len(counts) - most} others", rest))
    total, top = sum(counts.values()) or 1, max((count for _, count in shown), default=1)
    room = _WIDTH - _LABEL - _NUMBER
    drawn = []
    for i, (label, count) in enumerate(shown):
        y = i * (_BAR + _GAP)
        width = max(1.0, room * count / top)
        drawn.append(
            f'<text class="label" x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{safe(_short(label))}</text>'
            f'<rect class="bar" x="{_LABEL}" y="{y}" width="{width:.1f}" height="{_BAR}"/>'
            f'<text class="number" x="{_LABEL + width + 6:.1f}" y="{y + 15}">{count:,} ({count / total:.0%})</text>'
        )
    return _figure(title, "".join(drawn), len(shown) * (_BAR + _GAP))


def histogram(
    title: str,
    bins: Sequence[tuple[int, int, int]],
    mark: int | None = None,
    *,
    marked: str = "cut-off",
    value: Callable[[int], str] = "{:,}".format,
    numbered: bool = False,
) -> str:
    """Vertical bars over bins of (first value, last value, count).

    Args:
        mark: a value to draw a line at, ``marked`` by name.
        value: how a value is written.
        numbered: write each bar's count above it, for bins among which one is far higher than the rest.
    """
    if not bins:
        return ""
    top = max(count for _, _, count in bins)
    step = _WIDTH / len(bins)
    drawn = []
    for i, (low, high, count) in enumerate(bins):
        height = (_HEIGHT - (30 if numbered else 14)) * count / top
        told = value(low) if low == high else f"{value(low)} to {value(high)}"
        drawn.append(
            f'<rect class="bar" x="{i * step + 1:.1f}" y="{_HEIGHT - height:.1f}" width="{step - 2:.1f}" '
            f'height="{max(height, 0.5 if count else 0):.1f}"><title>{told}: {count:,}</title></rect>'
        )
        if numbered and count:
            x, y = (i + 0.5) * step, _HEIGHT - height - 3
            drawn.append(f'<text class="axis" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{_brief(count)}</text>')
    for i in range(0, len(bins), max(1, -(-len(bins) // 8))):
        drawn.append(f'<text class="axis" x="{i * step + 1:.1f}" y="{_HEIGHT + 16}">{value(bins[i][0])}</text>')
    if mark is not None and bins[0][0] <= mark <= bins[-1][1]:
        x = _position(bins, mark) * step
        drawn.append(
            f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_HEIGHT}"/>'
            f'<text class="axis" x="{min(x + 4, _WIDTH - 90):.1f}" y="11">{marked} {value(mark)}</text>'
        )
    return _figure(title, "".join(drawn), _HEIGHT + _AXIS)


def _position(bins: Sequence[tuple[int, int, int]], value: int) -> float:
    """Where in the row of bins a value stands: 2.5 is the middle of the third."""
    i = next(i for i, (_, high, _) in enumerate(bins) if value <= high)
    low, high, _ = bins[i]
    return i + (value - low) / (high - low + 1)


def _figure(title: str, drawn: str, height: int) -> str:
    name = safe(title)
    return (
        f'<figure><figcaption>{name}</figcaption><svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{name}">{drawn}</svg></figure>'
    )


def _short(label: str) -> str:
    return label if len(label) <= 22 else label[:21] + "…"


def _brief(count: int) -> str:
    """A count in four characters: 950, 12k, 3M."""
    return str(count) if count < 1_000 else f"{count // 1_000}k" if count < 1_000_000 else f"{count // 1_000_000}M"
