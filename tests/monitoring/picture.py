"""A dashboard drawn from its JSON and what Prometheus answers: enough of Grafana to see what a person would see, and no more.

Panels are laid out and compacted as in Grafana's grid (24 columns; what has nothing above it moves up).
"""

# ruff: noqa: E501 - markup

import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

COLUMN, ROW, GAP = 58, 38, 8
COLOURS = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9"]
NAMED_COLOURS = {"green": "#56a64b", "orange": "#ff9830", "red": "#e02f44", "transparent": "none"}
Answer = Sequence[tuple[Mapping[str, str], Sequence[tuple[float, float]]]]


def draw_dashboard(dashboard: Mapping[str, Any], ask: Callable[[str], Answer], start: float, end: float) -> str:
    """The page; `ask` gives the series of an expression between two moments."""
    positions = compact([panel["gridPos"] for panel in dashboard["panels"]])
    height = max(at["y"] + at["h"] for at in positions) * ROW
    cells = [
        f'<div class="panel" style="left:{at["x"] * COLUMN}px;top:{at["y"] * ROW}px;width:{at["w"] * COLUMN - GAP}px;height:{at["h"] * ROW - GAP}px">'
        f"<h2>{html.escape(panel['title'])}{mark(panel)}</h2>{body(panel, at, ask, start, end)}</div>"
        for panel, at in zip(dashboard["panels"], positions, strict=True)
    ]
    links = "".join(f"<a>{html.escape(link['title'])} ↗</a>" for link in dashboard.get("links", []))
    return f"""<!doctype html><meta charset="utf-8"><style>
body{{background:#111217;color:#d0d1d6;font:13px 'Liberation Sans',sans-serif;margin:12px;width:{24 * COLUMN}px}}
h1{{font-size:18px;margin:0 0 10px}} h1 a{{float:right;color:#8ab8ff;font-size:13px;margin-left:12px}} h1 small{{color:#8e8f97;font-weight:400}}
.grid{{position:relative;height:{height}px}} .panel{{position:absolute;background:#181b1f;border:1px solid #2a2c33;border-radius:3px;overflow:hidden;box-sizing:border-box}}
h2{{font-size:13px;margin:6px 8px;font-weight:600}} h2 small{{color:#6e7079;font-weight:400;margin-left:6px}} ul{{margin:4px 8px;padding-left:18px;line-height:1.55}}
.stats{{display:flex;gap:4px;position:absolute;inset:32px 6px 6px 6px}} .stat{{flex:1;border-radius:3px;color:#fff;padding:8px;font-size:26px;font-weight:600}}
.stat span{{display:block;font-size:13px;font-weight:400}} .legend{{position:absolute;bottom:4px;left:8px;right:8px;font-size:12px;line-height:1.45}} .legend i{{display:inline-block;width:12px;height:3px;margin:0 5px 3px 10px}}
svg text{{fill:#8e8f97;font-size:11px}}
</style><h1>{html.escape(dashboard["title"])} <small>{html.escape(dashboard.get("description", ""))}</small>{links}</h1><div class="grid">{"".join(cells)}</div>"""


def compact(places: Sequence[Mapping[str, int]]) -> list[dict[str, int]]:
    """Each panel as far up as those above it let it."""
    positions: list[dict[str, int]] = []
    for index in sorted(range(len(places)), key=lambda one: (places[one]["y"], places[one]["x"])):
        position = dict(places[index], index=index)
        over = [
            one["y"] + one["h"]
            for one in positions
            if one["x"] < position["x"] + position["w"] and position["x"] < one["x"] + one["w"]
        ]
        position["y"] = max(over, default=0)
        positions.append(position)
    return sorted(positions, key=lambda one: one["index"])


def mark(panel: Mapping[str, Any]) -> str:
    description = panel.get("description", "")
    return f"<small>ⓘ {html.escape(description)}</small>" if description else ""


def body(
    panel: Mapping[str, Any], position: Mapping[str, int], ask: Callable[[str], Answer], start: float, end: float
) -> str:
    if panel["type"] == "text":
        lines = html.unescape(panel["options"]["content"]).splitlines()
        shown = [re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", re.sub(r"<!-- -->|\\", "", line)) for line in lines]
        return (
            "<ul>"
            + "".join(f"<li>{line[2:]}</li>" if line.startswith("- ") else f"<p>{line}</p>" for line in shown if line)
            + "</ul>"
        )
    series = [
        (legend(target["legendFormat"], labels), points)
        for target in panel["targets"]
        for labels, points in ask(target["expr"])
    ]
    defaults = panel["fieldConfig"]["defaults"]
    if not series:
        return f'<p style="padding:14px">{html.escape(defaults.get("noValue", "No data"))}</p>'
    if panel["type"] == "stat":
        cells = [(name, points[-1][1]) for name, points in series]
        return (
            '<div class="stats">'
            + "".join(
                f'<div class="stat" style="background:{colour(defaults, value)}"><span>{html.escape(name)}</span>{unit(defaults, value)}</div>'
                for name, value in cells
            )
            + "</div>"
        )
    width, height = position["w"] * COLUMN - GAP, position["h"] * ROW - GAP - 30
    if panel["type"] == "state-timeline":
        return timeline(series, width, start, end)
    return chart(panel, series, width, height, start, end)


def legend(form: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda name: labels.get(name[1], ""), form)


def steps(defaults: Mapping[str, Any]) -> list[tuple[float, str]]:
    found = defaults.get("thresholds", {}).get("steps", [])
    return [(float("-inf") if step["value"] is None else step["value"], step["color"]) for step in found]


def colour(defaults: Mapping[str, Any], value: float) -> str:
    return NAMED_COLOURS[[name for bound, name in steps(defaults) if value >= bound][-1]]


def unit(defaults: Mapping[str, Any], value: float) -> str:
    kind = defaults.get("unit", "none")
    if kind == "percentunit":
        return f"{value * 100:.1f}%"
    if kind == "s":
        size, name = next(
            ((size, name) for size, name in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")) if abs(value) >= size),
            (0.001, "ms"),
        )
        return f"{value / size:.3g} {name}"
    return f"{value:.3g}{' req/s' if kind == 'reqps' else kind.removeprefix('suffix:') if kind.startswith('suffix:') else ''}"


def timeline(series: Sequence[tuple[str, Any]], width: int, start: float, end: float) -> str:
    rows = []
    for row, (name, points) in enumerate(series):
        y = 12 + row * 26
        bars = "".join(
            f'<rect x="{190 + (moment - start) / (end - start) * (width - 210):.1f}" y="{y}" width="{max(2, 60 / (end - start) * (width - 210)):.1f}" height="18" fill="{NAMED_COLOURS["red"]}"/>'
            for moment, value in points
            if value
        )
        rows.append(f'<text x="8" y="{y + 13}">{html.escape(name)}</text>{bars}')
    return f'<svg width="{width}" height="{len(series) * 26 + 20}">{"".join(rows)}</svg>'


def chart(
    panel: Mapping[str, Any], series: Sequence[tuple[str, Any]], width: int, height: int, start: float, end: float
) -> str:
    defaults = panel["fieldConfig"]["defaults"]
    values = [value for _, points in series for _, value in points]
    soft = defaults.get("custom", {}).get("axisSoftMax")
    top = max([*values, *([soft] if soft else []), *([] if values else [1])])
    top = min(top, defaults["max"]) if "max" in defaults else top * 1.05 or 1
    low = min([defaults["min"]] if "min" in defaults else values)
    x_start, right, floor = 62, width - 14, height - 24 * (1 + len(series) // 4) - 14
    x = lambda moment: x_start + (moment - start) / (end - start) * (right - x_start)  # noqa: E731
    y = lambda value: floor - (value - low) / ((top - low) or 1) * (floor - 8)  # noqa: E731
    grid = "".join(
        f'<line x1="{x_start}" x2="{right}" y1="{y(v):.1f}" y2="{y(v):.1f}" stroke="#2a2c33"/><text x="4" y="{y(v) + 4:.1f}">{unit(defaults, v)}</text>'
        for v in (low + (top - low) * part / 4 for part in range(5))
    )
    hours = "".join(
        f'<text x="{x(start + (end - start) * part / 6):.0f}" y="{floor + 14}">-{(end - start) / 3600 * (1 - part / 6):.0f}h</text>'
        for part in range(6)
    )
    bars = "".join(
        f'<line x1="{x_start}" x2="{right}" y1="{y(bound):.1f}" y2="{y(bound):.1f}" stroke="{NAMED_COLOURS[name]}" stroke-dasharray="8 5" stroke-width="1.5"/>'
        for bound, name in steps(defaults)
        if low <= bound <= top and name != "transparent"
    )
    dashed_patterns = [
        re.compile(override["matcher"]["options"])
        for override in panel["fieldConfig"]["overrides"]
        if override["matcher"]["id"] == "byRegexp"
    ]
    fixed_colours = {
        override["matcher"]["options"]: NAMED_COLOURS["red"]
        for override in panel["fieldConfig"]["overrides"]
        if override["matcher"]["id"] == "byName"
    }
    lines, names = [], []
    for index, (name, points) in enumerate(series):
        ink = fixed_colours.get(name, COLOURS[index % len(COLOURS)])
        dash = ' stroke-dasharray="9 6"' if any(override.fullmatch(name) for override in dashed_patterns) else ""
        path = " ".join(f"{x(moment):.1f},{min(max(y(value), 4), floor):.1f}" for moment, value in points)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="2"{dash}/>')
        names.append(f'<i style="background:{ink}"></i>{html.escape(name)} <b>{unit(defaults, points[-1][1])}</b>')
    return f'<svg width="{width}" height="{height}">{grid}{hours}{bars}{"".join(lines)}</svg><div class="legend">{"".join(names)}</div>'
